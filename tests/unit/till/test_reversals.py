"""What goes back with a reversal: parts of any size add up to the whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.model.orders import LineAmounts, OrderRecord, Reversal
from coupons.money import FundingLine, split
from coupons.refusals import ReversalNotAllowed
from coupons.till.reversals import _refuse, amounts_back

money = st.integers(0, 10**11)


def redeemed(discount: int, match: int, payable: int, shares: list[int]) -> OrderRecord:
    parts = split(discount, shares)
    funding = tuple(FundingLine(f"f{place}", part) for place, part in enumerate(parts))
    return OrderRecord("diner", "o-1", "redeemed", amounts=LineAmounts(discount, match, payable, funding))


def reverse_all(order: OrderRecord, parts: list[int], returns_with: int | None = None) -> OrderRecord:
    """The order with one reversal a part; that number of them gives the coupon back."""
    for number, part in enumerate(parts):
        returns = number == returns_with
        back = amounts_back(order, part, coupon_returns=returns)
        reversal = Reversal(f"r{number}", back, 0, coupon_returned=returns)
        order = replace(order, reversals=(*order.reversals, reversal))
    return order


def parts_of(payable: int, cuts: list[int]) -> list[int]:
    """`payable` cut at percentages."""
    places = [0, *sorted(payable * cut // 100 for cut in cuts), payable]
    return [after - before for before, after in pairwise(places)]


@given(
    money,
    money,
    money,
    st.lists(st.integers(1, 10_000), min_size=1, max_size=10),
    st.lists(st.integers(1, 99), max_size=8),
    st.none() | st.integers(0, 8),
)
@example(
    6, 0, 6, [4500, 4500, 1000], [84], None
)  # 5 of 6 fen, then the last: by shares the third line would go below zero
@example(11, 0, 11, [4500, 4500, 1000], [46], None)  # 5 fen, then 6
@example(11, 0, 11, [4500, 4500, 1000], [46], 1)  # and the coupon with them
@example(1000, 1000, 1, [1], [50], None)  # less to pay than comes back with it
@example(1000, 0, 0, [5, 5], [], None)  # nothing was payable: one reversal, all of it
@example(7, 3, 10**11, [1, 1, 1], [1, 2, 3], None)
@example(1000, 1000, 4000, [5, 3, 2], [25, 50], 0)  # all of it with the first quarter
@example(1000, 1000, 4000, [5, 3, 2], [25, 50], 1)  # what is left of it with the second
def test_parts_of_any_size_add_up_to_the_whole(
    discount: int, match: int, payable: int, shares: list[int], cuts: list[int], returns_with: int | None
) -> None:
    """Customer, merchant and each funder get back exactly what they gave, and no line goes below zero on the way."""
    order = redeemed(discount, match, payable, shares)
    done = reverse_all(order, parts_of(payable, cuts) if payable else [0], returns_with)
    back = [reversal.amounts for reversal in done.reversals]
    assert sum(part.payable_minor for part in back) == payable
    assert sum(part.discount_minor for part in back) == discount
    assert sum(part.merchant_match_minor for part in back) == match
    assert all(min(part.payable_minor, part.discount_minor, part.merchant_match_minor) >= 0 for part in back)
    for place, line in enumerate(order.amounts.funding):
        given_back = [part.funding[place] for part in back]
        assert {part.funder_id for part in given_back} == {line.funder_id}
        assert all(part.amount_minor >= 0 for part in given_back)
        assert sum(part.amount_minor for part in given_back) == line.amount_minor
    assert all(sum(line.amount_minor for line in part.funding) == part.discount_minor for part in back)
    if done.coupon_returned:
        # Whatever comes later is the customer's alone.
        assert returns_with is not None
        assert sum(part.discount_minor for part in back[: returns_with + 1]) == discount
        assert sum(part.merchant_match_minor for part in back[: returns_with + 1]) == match


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (4000, LineAmounts(1000, 1000, 4000, (FundingLine("f0", 500), FundingLine("f1", 300), FundingLine("f2", 200)))),
        (1000, LineAmounts(250, 250, 1000, (FundingLine("f0", 125), FundingLine("f1", 75), FundingLine("f2", 50)))),
        (1, LineAmounts(0, 0, 1, (FundingLine("f0", 0), FundingLine("f1", 0), FundingLine("f2", 0)))),
        (3999, LineAmounts(999, 999, 3999, (FundingLine("f0", 499), FundingLine("f1", 300), FundingLine("f2", 200)))),
    ],
)
def test_a_first_part_is_pro_rata_and_rounded_down(part: int, expected: LineAmounts) -> None:
    """Of 60.00 with 10.00 off and 10.00 matched, 40.00 were paid."""
    order = redeemed(1000, 1000, 4000, [5000, 3000, 2000])
    assert amounts_back(order, part, coupon_returns=False) == expected


def test_with_the_coupon_all_that_is_left_goes_back() -> None:
    """A quarter, then a quarter that gives the coupon back, then half: pro rata, the rest, and the customer's alone."""
    done = reverse_all(redeemed(1000, 1000, 4000, [5000, 3000, 2000]), [1000, 1000, 2000], returns_with=1)
    given_back = [
        (part.payable_minor, part.discount_minor, part.merchant_match_minor, [f.amount_minor for f in part.funding])
        for part in (reversal.amounts for reversal in done.reversals)
    ]
    assert given_back == [
        (1000, 250, 250, [125, 75, 50]),
        (1000, 750, 750, [375, 225, 150]),
        (2000, 0, 0, [0, 0, 0]),
    ]


def test_a_part_counts_what_went_back_before() -> None:
    """1 fen of discount is owed after two thirds, not twice after each third."""
    done = reverse_all(redeemed(2, 0, 3, [1, 1]), [1, 1, 1])
    assert [reversal.amounts.discount_minor for reversal in done.reversals] == [0, 1, 1]


def test_nothing_can_be_reversed_once_and_only_where_nothing_was_paid() -> None:
    """An order that was free is reversed by 0; where something was paid, 0 reverses nothing and is refused."""
    free, paid = redeemed(10, 0, 0, [1]), redeemed(10, 0, 1, [1])
    _refuse(free, 0, 0, "CNY")
    for order in (paid, reverse_all(free, [0])):
        with pytest.raises(ReversalNotAllowed):
            _refuse(order, 0, order.amounts.payable_minor, "CNY")
