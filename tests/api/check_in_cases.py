"""Check-in at a venue: its codes are no coupons' codes."""

from __future__ import annotations

from coupons.sealing import BookingRef
from tests.api.cases import case, opened
from tests.api.redeem_cases import HOLD, QUOTE, REDEEM, hold, quote
from tests.api.slot_cases import SLOT
from tests.api.stage import Stage
from tests.world import KEYS, Answered, order


def slot_code(s: Stage, name: str = "ann", slot_id: str = SLOT) -> str:
    """A code by which a venue checks somebody in."""
    return KEYS.seal_slot_code(BookingRef(slot_id, KEYS.person(name)), s.now_s)


@case(QUOTE, 400, "code-invalid", facts={"reason": "slot-code"})
def a_quote_for_a_slots_code(s: Stage) -> Answered:
    return quote(opened(s), slot_code(s))


@case(HOLD, 400, "code-invalid", facts={"reason": "slot-code"})
def a_hold_by_a_slots_code(s: Stage) -> Answered:
    return hold(opened(s), slot_code(s))


@case(REDEEM, 400, "code-invalid", facts={"reason": "slot-code"})
def a_redemption_by_a_slots_code(s: Stage) -> Answered:
    return opened(s).merchant().redeem("o-1", slot_code(s), order())
