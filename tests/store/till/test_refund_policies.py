"""Redeem, reverse in parts, redeem again: money and coupon agree for each policy and any sequence."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coupons.clock import SKEW_S
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, Coupon, Ruling, fresh_coupon
from coupons.model.orders import LineAmounts, Order, OrderRecord
from coupons.money import FundingLine
from coupons.refusals import CodeExpired, CouponNotUsable, ReversalNotAllowed
from coupons.sealing import CouponRef
from coupons.till import redemptions, reversals
from infra.virtual.store import Store
from tests.world import KEYS, World, a_batch, campaign, terms
from tests.world import order as order_document

WORTH_MINOR = 1000
"""The money reserved for one coupon."""
POLICIES = {
    "never": {"policy": "never"},
    "full-only": {"policy": "full_only", "times_max": 2},
    "always": {"policy": "always", "times_max": 2},
}
_people = count(1)

REST = 0
Step = tuple[str, int, int]
"""`redeem` a total; `reverse` of an order so many per cent, or the rest; `wait` until so long before the expiry."""


@pytest.fixture(scope="module")
def world() -> World:
    """One batch for each policy. Each example has its own person, because new tables would take longer."""
    batches = [a_batch(policy, terms=[policy], quantity=100) for policy in POLICIES]
    made = World(Store())
    made.publish(campaign(*batches, terms=[terms(policy, refund=refund) for policy, refund in POLICIES.items()]))
    return made


@dataclass
class Wallet:
    """One coupon of a policy, and the orders that used it."""

    world: World
    policy: str
    orders: list[str] = field(default_factory=list)
    returned_at_s: int = 0

    def __post_init__(self) -> None:
        self.person = KEYS.person(f"person-{next(_people)}")
        self.now_s = self.world.now_s
        coupon = fresh_coupon(self.batch.terms[0], self.now_s, self.batch.timezone)
        claim = Claim(self.batch.number, self.person, "lease:0", self.now_s, 1, (coupon,))
        assert self.world.services.claims.put(self.batch, claim, lambda: True) is None

    @property
    def batch(self) -> PublishedBatch:
        return self.world.services.cache.batch(self.policy)

    @property
    def coupon(self) -> Coupon:
        claim = self.world.services.claims.get(self.batch, self.person, consistent=True)
        assert claim is not None
        return claim.coupons[0]

    def order(self, order_no: str) -> OrderRecord:
        found = self.world.services.orders.get("diner", order_no)
        assert found is not None
        return found

    def redeem(self, total_minor: int) -> None:
        """With a code of now, which a coupon that has just come back refuses, then with a later one."""
        order_no = f"{self.person.hex()[:8]}-{len(self.orders)}"
        if self.now_s <= self.returned_at_s + SKEW_S:
            with pytest.raises(CodeExpired):
                self._use(order_no, total_minor)
            self.now_s = self.returned_at_s + SKEW_S + 1
        could = self.coupon.status(self.now_s, Ruling()) == "available"
        try:
            self._use(order_no, total_minor)
        except CouponNotUsable:
            assert not could
        else:
            assert could
            self.orders.append(order_no)

    def _use(self, order_no: str, total_minor: int) -> None:
        order = Order.model_validate_json(json.dumps(order_document(total_minor)))
        code = KEYS.seal_code(CouponRef(self.batch.number, self.person, 0), self.now_s)
        redemptions.redeem(
            self.world.services, "diner", order_no, order, code=code, scanned_at_s=None, now_s=self.now_s
        )

    def reverse(self, number: int, percent: int) -> None:
        """Each number is sent twice: a repeat has no second effect."""
        order, coupon = self.order(self.orders[number % len(self.orders)]), self.coupon
        left_minor = net(order).payable_minor
        amount_minor = left_minor if percent == REST else order.amounts.payable_minor * percent // 100
        request = (self.world.services, "diner", order.order_no, f"r-{len(order.reversals)}", amount_minor, self.now_s)
        try:
            reversal, _, _ = reversals.reverse(*request)
        except ReversalNotAllowed:
            assert amount_minor > left_minor or amount_minor == 0
            assert (self.order(order.order_no), self.coupon) == (order, coupon)
            return
        assert amount_minor <= left_minor
        is_full = amount_minor == left_minor
        lets = {"never": False, "full-only": is_full, "always": True}[self.policy]
        again = self.now_s < coupon.expires_at_s and coupon.returns < 2
        if reversal.coupon_returned:
            self.returned_at_s = self.now_s
        assert reversal.coupon_returned == (lets and again and not order.coupon_returned)
        if order.coupon_returned:
            assert self.coupon == coupon
        elif not reversal.coupon_returned:
            assert self.coupon.state == ("voided" if is_full else "redeemed")
        unchanged = (self.order(order.order_no), self.coupon)
        assert reversals.reverse(*request)[0] == reversal
        assert (self.order(order.order_no), self.coupon) == unchanged

    def wait(self, before_s: int) -> None:
        self.now_s = max(self.now_s, self.coupon.expires_at_s - before_s)

    def check(self) -> None:
        """The money of all orders that used the coupon, and the coupon's state."""
        left = [net(self.order(order_no)) for order_no in self.orders]
        for amounts in left:
            assert min(amounts.discount_minor, amounts.merchant_match_minor, amounts.payable_minor) >= 0
            assert min(line.amount_minor for line in amounts.funding) >= 0
            assert sum(line.amount_minor for line in amounts.funding) == amounts.discount_minor
        assert sum(amounts.discount_minor for amounts in left) <= WORTH_MINOR
        if self.coupon.state == "available":
            assert all(amounts.discount_minor == amounts.merchant_match_minor == 0 for amounts in left)
        if self.policy == "never":
            assert len(self.orders) <= 1


def net(order: OrderRecord) -> LineAmounts:
    """What is left of an order's amounts after its reversals."""
    back = [reversal.amounts for reversal in order.reversals]
    whole = order.amounts
    return LineAmounts(
        whole.discount_minor - sum(part.discount_minor for part in back),
        whole.merchant_match_minor - sum(part.merchant_match_minor for part in back),
        whole.payable_minor - sum(part.payable_minor for part in back),
        tuple(
            FundingLine(line.funder_id, line.amount_minor - sum(part.funding[place].amount_minor for part in back))
            for place, line in enumerate(whole.funding)
        ),
    )


steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("redeem"), st.sampled_from([5000, 6000, 7001]), st.just(0)),
        st.tuples(st.just("reverse"), st.integers(0, 3), st.sampled_from([REST, 1, 25, 50, 101])),
        st.tuples(st.just("wait"), st.sampled_from([8, 1, 0]), st.just(0)),
    ),
    max_size=10,
)
PART, ALL = ("reverse", 0, 25), ("reverse", 0, REST)
USE = ("redeem", 6000, 0)


@given(st.sampled_from(sorted(POLICIES)), steps)
@example("always", [USE, PART, USE, PART, ALL, ("reverse", 1, REST), USE, ("reverse", 2, 25), ("reverse", 2, REST)])
@example("always", [USE, ("wait", 8, 0), PART, USE, ("wait", 0, 0), ("reverse", 1, 25), ALL])
@example("always", [USE, ("wait", 0, 0), PART, ALL])
@example("full-only", [USE, PART, ALL, ("redeem", 7001, 0), ("reverse", 1, 1), ("reverse", 1, REST), USE])
@example("full-only", [USE, ("wait", 0, 0), ALL])
@example("never", [USE, PART, USE, ALL, USE])
@settings(max_examples=20)
def test_money_and_coupon_agree_after_every_step(world: World, policy: str, todo: list[Step]) -> None:
    """No line falls below zero, no coupon costs more than its worth, and none can be used while its money is out."""
    wallet = Wallet(world, policy)
    for what, first, second in todo:
        if what == "redeem":
            wallet.redeem(first)
        elif what == "reverse" and wallet.orders:
            wallet.reverse(first, second)
        elif what == "wait":
            wallet.wait(first)
        wallet.check()
