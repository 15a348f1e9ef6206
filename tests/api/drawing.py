"""The draw of a lottery on a stage: its list is committed, and a beacon that nobody verified decides.

Nobody has the signature of a round of 2020 on a chain that began in 2023, so it is stored as if it had been taken.
"""

from __future__ import annotations

from coupons.model.draw_state import Beacon
from coupons.process.services import Services
from tests.api.stage import Stage


def step(s: Stage, moment: str) -> None:
    """All that is due of draws at that moment is done."""
    s.clock.set(moment)
    while s.draw()["did"]:
        s.clock.advance(2)
    s.clock.advance(2)


def draw(s: Stage, batch_id: str, moment: str) -> None:
    """The winners of a committed list are known."""
    s.clock.set(moment)
    terms = s.environments["draw"].cache.batch(batch_id).draw
    assert terms is not None
    beacon = Beacon(terms.round, bytes(range(48)), s.now_s, "partner")
    assert Services(s.settings, boto_client=s.client, clock=s.clock).draws.put_beacon(batch_id, beacon)
    step(s, moment)
