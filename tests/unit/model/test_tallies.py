"""Faults are found, and nothing else: of a line against its order, of an order, of a coupon against its order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coupons.model.claims import Claim, Coupon, Use
from coupons.model.days import NUMBERS, Sums, Totals
from coupons.model.orders import (
    Line,
    LineAmounts,
    OrderRecord,
    Reversal,
    order_key,
    redemption_line,
    reversal_line,
)
from coupons.model.payouts import SumsByPayout
from coupons.model.tallies import (
    BatchTally,
    DayTally,
    Faults,
    coupon_fault,
    expected_lines,
    line_fault,
    order_fault,
)
from coupons.money import Amounts, FundingLine, Purse
from coupons.sealing import CouponRef

PURSE = Purse("season", "CNY")


def sums(**numbers: Any) -> Sums:
    return Sums({PURSE: Totals(**numbers)})


def amounts(city: int, shop: int, payable_minor: int) -> LineAmounts:
    funding = (FundingLine("city", city), FundingLine("shop", shop))
    return LineAmounts(city + shop, city, payable_minor, funding)


PART = Reversal("r-1", amounts(2, 1, 10), 7, coupon_returned=False)
REST = Reversal("r-2", amounts(4, 3, 30), 8, coupon_returned=True)
ORDER = OrderRecord(
    merchant_id="diner",
    order_no="o-1",
    state="redeemed",
    coupon_id="c",
    batch_id="pack",
    terms_id="ten-off",
    amounts=amounts(6, 4, 40),
    at_s=5,
    late=True,
    reversals=(PART,),
)
SPENT = Line("redemption", "o-1", "", "c", PURSE, "pack", "ten-off", amounts(6, 4, 40), 5, late=True)
BACK = Line("reversal", "o-1", "r-1", "c", PURSE, "pack", "ten-off", amounts(-2, -1, -10), 7, late=False)


def test_an_order_has_its_lines() -> None:
    """One for the redemption and a negative one for each reversal, field by field; held and released orders have none.

    Redeeming, reversing and the audit construct lines with the same functions, so the lines are written out here.
    """
    order = replace(ORDER, reversals=(PART, REST))
    last = Line("reversal", "o-1", "r-2", "c", PURSE, "pack", "ten-off", amounts(-4, -3, -30), 8, False, True)
    assert redemption_line(order, PURSE) == SPENT
    assert [reversal_line(order, one, PURSE) for one in order.reversals] == [BACK, last]
    assert expected_lines(order, PURSE) == {"": SPENT, "r-1": BACK, "r-2": last}
    assert [line_fault(line, order, PURSE) for line in (SPENT, BACK, last)] == [""] * 3
    assert [expected_lines(replace(order, state=state), PURSE) for state in ("held", "released")] == [{}, {}]


@pytest.mark.parametrize(
    ("line", "order", "said"),
    [
        (SPENT, None, "has no order"),
        (SPENT, replace(ORDER, state="released", reversals=()), "is not a line of its order, which is released"),
        (replace(BACK, reversal_no="r-2"), ORDER, "is not a line of its order, which is redeemed with 1 reversals"),
        (
            replace(SPENT, amounts=amounts(5, 4, 40)),
            ORDER,
            "says 0.09 CNY off (city 0.05 CNY, shop 0.04 CNY), 0.05 CNY match, 0.40 CNY paid, its order",
        ),
        (replace(BACK, amounts=PART.amounts), ORDER, "says 0.03 CNY off"),
        (replace(SPENT, coupon_id="d"), ORDER, "differs from its order"),
        (replace(SPENT, batch_id="later"), ORDER, "differs from its order"),
        (replace(SPENT, terms_id="other"), ORDER, "differs from its order"),
        (replace(SPENT, at_s=6), ORDER, "differs from its order"),
        (replace(SPENT, kind="reversal"), ORDER, "differs from its order"),
        (replace(BACK, coupon_returned=True), ORDER, "differs from its order"),
        (replace(SPENT, purse=Purse("season", "JPY")), ORDER, "is of season JPY, its batch of season CNY"),
        (replace(BACK, purse=Purse("winter", "CNY")), ORDER, "is of winter CNY, its batch of season CNY"),
    ],
)
def test_a_line_that_is_not_its_orders(line: Line, order: OrderRecord | None, said: str) -> None:
    """Each field that differs is a fault."""
    assert line_fault(line, order, PURSE).startswith(said)


def test_a_line_of_a_batch_that_is_not_published_is_nobodys() -> None:
    """No published batch says whose money it is."""
    assert line_fault(SPENT, ORDER, None) == "has an order of pack, which is not published"


def with_reversals(*parts: tuple[LineAmounts, bool]) -> OrderRecord:
    reversals = tuple(Reversal(f"r-{n}", part, 7, returned) for n, (part, returned) in enumerate(parts))
    return replace(ORDER, reversals=reversals)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (ORDER, ""),
        (with_reversals((amounts(6, 4, 40), True)), ""),
        (with_reversals((amounts(3, 2, 20), False), (amounts(3, 2, 20), True)), ""),
        (replace(ORDER, amounts=replace(ORDER.amounts, discount_minor=11)), "has funders that do not pay"),
        (with_reversals((replace(PART.amounts, discount_minor=4), False)), "has funders that do not pay"),
        (with_reversals((amounts(7, 3, 40), False)), "gave back more than a funder paid"),
        (with_reversals((amounts(4, 0, 1), False), (amounts(3, 0, 1), False)), "gave back more than a funder paid"),
        (with_reversals((amounts(0, 0, 41), False)), "gave back more than was paid"),
        (with_reversals((amounts(1, 0, 1), True), (amounts(1, 0, 1), True)), "returned its coupon twice"),
    ],
)
def test_an_orders_money_adds_up(order: OrderRecord, said: str) -> None:
    """Funders pay the discount, and each gets back at most what it paid."""
    assert order_fault(order).startswith(said)
    assert bool(order_fault(order)) == bool(said)


REF = CouponRef(9, b"p" * 16, 1)
KEY = order_key("diner", "o-1")
OTHER = Coupon("available", 0, 0)


def claim(*coupons: Coupon, batch_number: int = 9) -> Claim:
    return Claim(batch_number, b"p" * 16, "t", 0, 1, coupons)


REDEEMED, VOIDED = Coupon("redeemed", 0, 0, KEY), Coupon("voided", 0, 0, KEY)
WHOLE = with_reversals((amounts(6, 4, 40), False))
FREE = replace(ORDER, amounts=amounts(6, 4, 0), reversals=())


@pytest.mark.parametrize(
    ("order", "ref", "claim", "said"),
    [
        (ORDER, REF, claim(OTHER, REDEEMED), ""),
        (WHOLE, REF, claim(OTHER, VOIDED), ""),
        (FREE, REF, claim(OTHER, REDEEMED), ""),
        (ORDER, None, claim(OTHER, REDEEMED), "names a coupon that is not of its batch"),
        (ORDER, replace(REF, batch_number=8), claim(OTHER, REDEEMED), "names a coupon that is not of its batch"),
        (ORDER, REF, None, "names a coupon that does not exist"),
        (ORDER, REF, claim(OTHER, REDEEMED, batch_number=8), "names a coupon that does not exist"),
        (ORDER, REF, claim(REDEEMED), "names a coupon that does not exist"),
        (ORDER, REF, claim(REDEEMED, OTHER), "names a coupon that is available, of another order or none"),
        (ORDER, REF, claim(OTHER, replace(REDEEMED, order=b"x")), "names a coupon that is redeemed, of another"),
        (ORDER, REF, claim(OTHER, VOIDED), "names a coupon that is voided, not redeemed"),
        (WHOLE, REF, claim(OTHER, REDEEMED), "names a coupon that is redeemed, not voided"),
        (ORDER, REF, claim(OTHER, replace(REDEEMED, state="held")), "names a coupon that is held, not redeemed"),
        (ORDER, REF, claim(OTHER, replace(REDEEMED, use=ORDER.use)), ""),
        (
            ORDER,
            REF,
            claim(OTHER, replace(REDEEMED, use=Use("diner", 9, 9))),
            "names a coupon that tells of another use",
        ),
    ],
)
def test_a_coupon_carries_the_order_that_keeps_it(
    order: OrderRecord, ref: CouponRef | None, claim: Claim | None, said: str
) -> None:
    """It is redeemed, or voided if the order was reversed in full."""
    assert coupon_fault(order, ref, 9, claim).startswith(said)
    assert bool(coupon_fault(order, ref, 9, claim)) == bool(said)


def test_a_batchs_lines_and_its_orders_are_added_up_apart() -> None:
    """So a wrong amount in one of them makes a difference."""
    tally, returned = BatchTally(), replace(BACK, coupon_returned=True)
    for line in (SPENT, BACK):
        tally.take(line)
    tally.take_order(SPENT)
    tally.take_order(BACK)
    assert (tally.spent, tally.back) == ({"city": 6, "shop": 4}, {"city": 2, "shop": 1})
    assert tally.net == tally.ordered == {"city": 4, "shop": 3}
    assert (tally.lines, tally.redemptions, tally.reversals, tally.returned, tally.kept) == (2, 1, 1, 0, 1)
    tally.take(returned)
    assert (tally.returned, tally.kept) == (1, 0)


def test_tallies_add_up() -> None:
    """Every number is added up; of faults the first few names are kept."""
    faults = Faults(2, ["a", "b"])
    one = BatchTally(
        1, 2, 3, 4, Amounts({"city": 5}), Amounts({"city": 6}), Amounts({"city": 7}), faults, faults, faults
    )
    split = SumsByPayout(sums(lines=1), sums(lines=2), sums(lines=3))
    whole = DayTally()
    for _ in range(2):
        whole.add(DayTally({"pack": one}, split, split, 3, faults))
    twice = Faults(4, ["a", "b", "a"])
    both = BatchTally(
        2, 4, 6, 8, Amounts({"city": 10}), Amounts({"city": 12}), Amounts({"city": 14}), twice, twice, twice
    )
    added = SumsByPayout(sums(lines=2), sums(lines=4), sums(lines=6))
    assert whole == DayTally({"pack": both}, added, added, 6, twice)


@pytest.mark.parametrize("name", ["due", "withheld", "refused"])
@pytest.mark.parametrize(
    "planted",
    [*({number: 1} for number in NUMBERS), {"spent": {"pack": Amounts({"city": 1})}}],
)
def test_splits_differ_in_any_number(name: str, planted: dict[str, Any]) -> None:
    """A difference in one number of one payout is found; an amount of zero is no difference."""
    one = SumsByPayout(**{name: sums(**planted)})
    assert not one.less(SumsByPayout()).is_nothing
    assert not SumsByPayout().less(one).is_nothing
    assert one.less(one).is_nothing
    assert SumsByPayout(**{name: sums(spent={"pack": Amounts({"city": 0})})}).less(SumsByPayout()).is_nothing
