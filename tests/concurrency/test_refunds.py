"""Partial reversals under the policy `always` race: the coupon comes back once, and never with money still out."""

from __future__ import annotations

import pytest

from coupons.clock import SKEW_S
from coupons.model.orders import OrderRecord, Reversal
from coupons.process.services import Services
from coupons.refusals import CouponNotUsable
from coupons.till import redemptions, reversals
from tests.concurrency.faults import Conflicts
from tests.concurrency.racing import Arena, accepted, an_order, at_once, refusals
from tests.concurrency.test_till import patient
from tests.world import KEYS, campaign, terms


@pytest.fixture
def shop(arena: Arena) -> Arena:
    """Ann's coupon may come back twice, with any part of an order; 40.00 were paid for `order-1`."""
    arena.publish(campaign(terms=[terms(refund={"policy": "always", "times_max": 2})]))
    arena.claim(arena.services, "ann")
    arena.redeem(arena.services, "order-1", arena.code("ann"))
    conflicts = Conflicts()
    arena.clients = [conflicts.client(client) for client in arena.clients]
    return arena


def reverse(arena: Arena, services: Services, number: str, amount_minor: int) -> Reversal:
    return patient(lambda: reversals.reverse(services, "diner", "order-1", number, amount_minor, arena.now_s)[0])


def test_eight_parts_at_once_give_the_coupon_back_once(shop: Arena) -> None:
    """One of them brings it, with all of the funders' money; the other seven are the customer's alone."""
    calls = [
        lambda e=services, n=n: reverse(shop, e, f"back-{n}", 500) for n, services in enumerate(shop.environments(8))
    ]
    told = at_once(calls)
    assert refusals(told) == []
    (returned,) = [reversal for reversal in accepted(told) if reversal.coupon_returned]
    assert (returned.amounts.discount_minor, returned.amounts.merchant_match_minor) == (1000, 1000)
    assert all(reversal.amounts.discount_minor == 0 for reversal in accepted(told) if reversal != returned)
    coupon, lines = shop.coupon("ann"), shop.lines()
    assert (coupon.state, coupon.returns) == ("available", 1)
    assert len(lines) == 9
    for name in ("discount_minor", "merchant_match_minor", "payable_minor"):
        assert sum(getattr(line.amounts, name) for line in lines) == 0
    for place in range(3):
        assert sum(line.amounts.funding[place].amount_minor for line in lines) == 0


def test_a_new_order_races_with_the_parts_of_the_old_one(shop: Arena) -> None:
    """It is refused until a part has brought the coupon back, and then keeps it, whatever parts come later.

    Its code is the first that the coupon's bar lets through, and its clock the first at which that code lives.
    """
    *tills, other = shop.environments(7)
    later_s = shop.now_s + SKEW_S + 1
    code = KEYS.seal_code(shop.ref("ann"), later_s)

    def redeem() -> OrderRecord:
        used = redemptions.redeem(other, "diner", "order-2", an_order(), code=code, scanned_at_s=None, now_s=later_s)
        return used[0]

    calls = [lambda e=services, n=n: reverse(shop, e, f"back-{n}", 500) for n, services in enumerate(tills)]
    told = at_once([*calls, lambda: patient(redeem)])
    assert {type(refusal) for refusal in refusals(told)} <= {CouponNotUsable}
    if refusals(told):
        redeem()
    reverse(shop, shop.services, "rest", 1000)
    coupon, lines = shop.coupon("ann"), shop.lines()
    assert (coupon.state, coupon.returns) == ("redeemed", 1)
    assert sum(line.amounts.discount_minor for line in lines if line.order_no == "order-1") == 0
    assert sum(line.amounts.discount_minor for line in lines) == 1000
