"""One step of a draw: what it gets, and what it tells.

A step looks whether it is due, and does nothing otherwise. It may be killed at any write, repeated, or run twice side
by side. It does what fits before the deadline; the next call resumes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from coupons.model.batches import Control, DrawTerms, PublishedBatch
from coupons.model.draw_state import DrawState
from coupons.model.draws import Draw
from coupons.process.services import Services


@dataclass(frozen=True, slots=True)
class DrawNow:
    """One lottery. Its control item and its draw were read strongly a moment ago; `deadline_s` is monotonic."""

    services: Services
    batch: PublishedBatch
    terms: DrawTerms
    control: Control
    state: DrawState
    now_s: int
    deadline_s: float

    @property
    def declared(self) -> Draw:
        """The draw as its batch declares it."""
        assert self.batch.document.draw is not None, "only a lottery is drawn"
        return self.batch.document.draw

    @property
    def is_over(self) -> bool:
        """Whether the time of this call has run out."""
        return self.services.clock.monotonic_s() >= self.deadline_s


@dataclass(slots=True)
class Stepped:
    """`did`: what was recorded now, each with its `step`. `more`: time ran out before it was done; call again."""

    did: list[dict[str, Any]] = field(default_factory=list)
    more: bool = False


Step = Callable[[DrawNow], Stepped]
