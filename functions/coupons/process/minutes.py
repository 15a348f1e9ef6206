"""What one call of a schedule did, batch by batch: one that is broken, damaged or throttled holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from coupons.damage import UNREADABLE, Damaged, reason_of
from coupons.process.services import Services
from coupons.refusals import Busy


@dataclass(slots=True)
class MinuteReport:
    """`more`: time ran out before everything that is due was done; call again at once."""

    did: list[dict[str, Any]] = field(default_factory=list)
    more: bool = False

    def note(self, batch_id: str, step: str, **facts: Any) -> None:
        self.did.append({"batch_id": batch_id, "step": step, **facts})

    @contextmanager
    def going_on(self, services: Services, batch_id: str) -> Iterator[None]:
        """What this block does is done for the batch, or the report says why not; the caller goes on after it.

        `broken`: it breaks an invariant, or its items contradict each other. `damaged`: an item that it needs cannot be
        read. If it is throttled, the next call resumes it.
        """
        try:
            yield
        except Busy:
            self.more = True
        except AssertionError as error:
            self.note(batch_id, "broken", why=str(error))
        except UNREADABLE as error:
            # Each item can be read, but they contradict each other; or our code has a defect.
            self.note(batch_id, "broken", why=reason_of(error))
        except Damaged as found:
            services.damages.note(found)
            self.note(batch_id, "damaged", why=str(found))
