"""A coupon that came back: no earlier code or print can use it, even if it came back between read and write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from coupons.claim import codes
from coupons.clock import SKEW_S
from coupons.model.orders import Order
from coupons.refusals import CodeExpired, CodeInvalid, NotFound, Refusal
from coupons.sealing import CouponRef
from coupons.till import holds, redemptions, reversals
from tests.store.faults import Overtaken
from tests.world import KEYS, World
from tests.world import order as order_document

ORDER = Order.model_validate(order_document())
By = dict[str, Any]
"""A code, and a printed one's PIN."""
Act = Callable[["Till", str, By], object]


@dataclass
class Till:
    """Ann's coupon at the diner's till; `client` may be overtaken."""

    world: World
    client: Any = None

    def __post_init__(self) -> None:
        self.services = self.world.new_services(client=self.client)

    @property
    def ref(self) -> CouponRef:
        return CouponRef(self.services.cache.batch("pack").number, KEYS.person("ann"), 0)

    def code(self, issued_at_s: int) -> By:
        return {"code": KEYS.seal_code(self.ref, issued_at_s)}

    def paper(self) -> By:
        code, pin, _, _ = codes.print_code(self.services, KEYS.seal_coupon(self.ref, 1), KEYS.person("ann"))
        return {"code": code, "pin": pin}

    def redeem(self, order_no: str, by: By) -> bool:
        """True for a repeat."""
        return redemptions.redeem(
            self.services, "diner", order_no, ORDER, **by, scanned_at_s=None, now_s=self.world.now_s
        )[2]

    def hold(self, order_no: str, by: By) -> None:
        holds.hold(self.services, "diner", order_no, ORDER, **by, ttl_s=60, now_s=self.world.now_s)

    def reverse(self, order_no: str) -> None:
        assert reversals.reverse(self.services, "diner", order_no, "r-1", 4000, self.world.now_s)[0].coupon_returned

    def use_and_undo(self, by: By) -> None:
        self.redeem("first", by)
        self.reverse("first")

    def is_refused(self, act: Act, by: By) -> bool:
        try:
            act(self, "second", by)
        except CodeExpired:
            return True
        return False


@pytest.fixture
def till(season: World) -> Till:
    assert season.citizen("ann").put_claim("pack").status == 201
    season.clock.advance(60)
    return Till(season)


@pytest.mark.parametrize("act", [Till.redeem, Till.hold])
@pytest.mark.parametrize(
    ("by", "refusal"),
    [(lambda t: t.code(t.world.now_s), CodeExpired), (Till.paper, CodeInvalid)],
    ids=["code", "paper"],
)
def test_a_coupon_that_came_back_between_read_and_write_is_not_taken(
    till: Till, act: Act, by: Callable[[Till], By], refusal: type[Refusal]
) -> None:
    """Another shop read it as available; then the same code used it, and that use was reversed."""
    shown = by(till)
    other = Till(till.world, Overtaken(till.world.client, "transact_write_items", "", lambda: till.use_and_undo(shown)))
    with pytest.raises(refusal):
        act(other, "second", shown)
    assert till.services.orders.get("diner", "second") is None


@pytest.mark.parametrize("act", [Till.redeem, Till.hold])
@pytest.mark.parametrize("issued_s", range(-SKEW_S - 1, SKEW_S + 2))
def test_codes_of_as_long_as_clocks_may_differ_bring_it_no_more(till: Till, act: Act, issued_s: int) -> None:
    """Codes issued up to SKEW_S after it came back cannot use it, since clocks differ; one second later they can."""
    till.use_and_undo(till.code(till.world.now_s))
    by = till.code(till.world.now_s + issued_s)
    till.world.clock.advance(SKEW_S + 1)
    assert till.is_refused(act, by) == (issued_s <= SKEW_S)


@pytest.mark.parametrize("act", [Till.redeem, Till.hold])
@pytest.mark.parametrize(("back_s", "counts"), [(SKEW_S - 1, True), (SKEW_S, True), (SKEW_S + 1, False)])
def test_a_bar_of_before_the_clock_was_set_back_does_not_count(till: Till, act: Act, back_s: int, counts: bool) -> None:
    """Two clocks that differ by SKEW_S write no bar further ahead than twice that."""
    till.use_and_undo(till.code(till.world.now_s))
    till.world.clock.advance(-back_s)
    assert till.is_refused(act, till.code(till.world.now_s)) == counts


@pytest.mark.parametrize("brings_a_code", [False, True])
def test_what_an_order_holds_is_redeemed_whatever_its_code(till: Till, *, brings_a_code: bool) -> None:
    """The hold was taken with a code issued after the bar; the reversed order still gets its first answer."""
    old = till.code(till.world.now_s)
    till.use_and_undo(old)
    till.world.clock.advance(SKEW_S + 1)
    till.hold("second", till.code(till.world.now_s))
    by = old if brings_a_code else {"code": None}
    assert [till.redeem("second", by), till.redeem("second", by)] == [False, True]
    assert till.redeem("first", by)


def overtake(till: Till, shown: By) -> None:
    """The second order's hold lapses, and another order uses the coupon and gives it back."""
    till.hold("second", shown)
    till.world.clock.advance(60)
    till.use_and_undo(till.code(till.world.now_s))


def test_a_hold_that_was_overtaken_holds_nothing_by_a_clock_that_is_behind(till: Till) -> None:
    """Without a code, or with the hold's own code, it is refused; a fresh code uses it."""
    shown = till.code(till.world.now_s)
    overtake(till, shown)
    till.world.clock.advance(-3)
    with pytest.raises(NotFound, match="lapsed"):
        till.redeem("second", {"code": None})
    assert till.is_refused(Till.redeem, shown)
    till.world.clock.advance(9)
    assert not till.redeem("second", till.code(till.world.now_s))


def test_a_request_from_before_a_hold_that_was_overtaken_takes_nothing(till: Till) -> None:
    """The request read no order and stalled: its code is older than the return, and the order holds nothing now."""
    shown = till.code(till.world.now_s)
    slow = Till(till.world, Overtaken(till.world.client, "transact_write_items", "", lambda: overtake(till, shown)))
    with pytest.raises(NotFound, match="lapsed"):
        slow.redeem("second", shown)
    assert till.services.orders.get("diner", "second").state == "held"


def test_a_redemption_without_a_code_of_before_the_hold_was_overtaken_takes_nothing(till: Till) -> None:
    """The request read a live hold, then stalled."""
    till.hold("second", till.code(till.world.now_s))

    def act() -> None:
        till.world.clock.advance(60)
        till.use_and_undo(till.code(till.world.now_s))

    slow = Till(till.world, Overtaken(till.world.client, "transact_write_items", "", act))
    with pytest.raises(NotFound, match="lapsed"):
        slow.redeem("second", {"code": None})


@pytest.mark.parametrize("brings_a_code", [False, True])
@pytest.mark.parametrize(("operation", "word"), [("batch_get_item", "ClaimsTable"), ("transact_write_items", "")])
def test_a_redemption_whose_twin_was_through_and_undone_is_its_repeat(
    till: Till, operation: str, word: str, *, brings_a_code: bool
) -> None:
    """The twin commits before the coupon is read, or before the write: the request is its repeat."""
    shown = till.code(till.world.now_s)
    till.hold("first", shown)
    by = shown if brings_a_code else {"code": None}
    twin = Till(till.world, Overtaken(till.world.client, operation, word, lambda: till.use_and_undo(by)))
    assert twin.redeem("first", by)
