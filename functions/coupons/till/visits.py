"""What a check-in earns its person, right after it, and what its reversal takes back.

An earning that fails here a repeat or the day's sweep makes good; a reversal's failure only its repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from coupons.model.orders import OrderRecord, Reversal
from coupons.process.services import Services
from coupons.refusals import Refusal

if TYPE_CHECKING:
    from coupons.model.slots import Slot


def earned(services: Services, order: OrderRecord, now_s: int) -> bool:
    """The check-in has earned; False if that failed, which changes nothing about the check-in.

    Guarded by tests/store/till/test_visits.py::test_a_failure_of_points_does_not_fail_the_check_in.
    """

    from coupons.points.visits import earn_visit  # noqa: PLC0415 - only check-ins load it: redemptions earn nothing

    def earn(slot: Slot, person: bytes, key_version: int) -> None:
        earn_visit(services, slot, person, order.at_s, now_s, key_version=key_version)

    try:
        return _act(services, order, earn)
    except Refusal:
        return False


def take_back(services: Services, order: OrderRecord, reversal: Reversal, now_s: int) -> None:
    """If the check-in is reversed in full, it has earned nothing; not while a damaged item keeps it.

    No sweep makes this good, so who reverses hears of a failure and repeats. Raises Busy. Guarded by
    tests/store/till/test_visits.py::test_a_reversal_whose_points_are_busy_is_repeated.
    """
    others = (one.amounts.payable_minor for one in order.reversals if one.reversal_no != reversal.reversal_no)
    if sum(others) + reversal.amounts.payable_minor < order.amounts.payable_minor:
        return

    from coupons.points.visits import void_visit  # noqa: PLC0415 - as above

    def void(slot: Slot, person: bytes, key_version: int) -> None:
        void_visit(services, slot, person, now_s, key_version=key_version)

    _act(services, order, void)


def _act(services: Services, order: OrderRecord, act: Callable[[Slot, bytes, int], None]) -> bool:
    """False if a damaged item keeps it."""
    from coupons.slots.days import slot_of  # noqa: PLC0415 - as above

    opened = services.keys.open_booking(order.coupon_id)
    assert opened is not None, "we sealed the id of a booking that was used"
    with services.damages.left_out():
        act(slot_of(services, order.slot_id), opened[0].person, opened[1])
        return True
    return False
