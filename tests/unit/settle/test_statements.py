"""A statement: the cursor between its pages, and its sums."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.days import Sums, Totals
from coupons.model.orders import Line, LineAmounts
from coupons.model.statements import StatementPage, line_cursor_of, line_place_of
from coupons.money import FundingLine, Purse
from coupons.web.bodies.till import SettlementQuery

PURSE = Purse("season", "CNY")

numbers = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


@given(st.integers(0, 15), numbers, st.none() | numbers)
def test_a_cursor_leads_back_to_its_place(shard: int, order_no: str, reversal_no: str | None) -> None:
    """For any order number, in the form that the route accepts."""
    place = (shard, order_no if reversal_no is None else f"{order_no}#{reversal_no}")
    assert line_place_of(SettlementQuery(cursor=line_cursor_of(place)).cursor) == place


@pytest.mark.parametrize(("cursor", "place"), [("", (0, "")), ("3~", (3, "")), ("15~a~b", (15, "a#b"))])
def test_places_without_a_line(cursor: str, place: tuple[int, str]) -> None:
    """Before the first line, and before the first line of a shard."""
    assert line_place_of(cursor) == place
    assert line_cursor_of(place) == (cursor or "0~")
    assert SettlementQuery.model_validate({"cursor": cursor} if cursor else {}).cursor == cursor


def line(sign: int, amounts: tuple[int, int, int], **funding: int) -> Line:
    shares = tuple(FundingLine(funder_id, sign * part) for funder_id, part in funding.items())
    moved = LineAmounts(*(sign * amount for amount in amounts), shares)
    return Line("redemption" if sign > 0 else "reversal", "o", "", "c", PURSE, "pack", "ten-off", moved, 0, late=False)


def test_sums_count_reversals_negative() -> None:
    """Pages add up to the day, and each funder owes what is left."""
    page = StatementPage(
        [line(1, (10, 5, 35), shop=4, city=6), line(1, (1, 0, 9), city=1), line(-1, (4, 2, 14), city=4)], None
    )
    sums = page.split.whole.of(PURSE)
    assert (sums.lines, sums.redemptions, sums.discount_minor) == (3, 2, 7)
    assert (sums.merchant_match_minor, sums.payable_minor) == (3, 30)
    assert sums.funding == {"city": 3, "shop": 4}
    assert list(sums.funding) == ["city", "shop"]


def test_two_purses_never_add_up() -> None:
    """Neither two currencies nor two campaigns are added up, even if their funders have the same ids."""
    one = line(1, (10, 5, 35), city=10)
    purses = [PURSE, Purse("season", "JPY"), Purse("winter", "CNY")]
    sums = StatementPage([replace(one, purse=purse) for purse in purses], None).split.whole
    assert {purse: totals.funding for purse, totals in sums.by_purse.items()} == {
        purse: {"city": 10} for purse in purses
    }
    assert (sums.lines, sums.less(StatementPage([one], None).split.whole).of(PURSE).is_nothing) == (3, True)


def test_late_lines_are_counted_among_redemptions() -> None:
    """Their number, their share of redemptions (rounded down) and their discount; a reversal of one does not count."""
    late = replace(line(1, (10, 0, 90), city=10), late=True)
    lines = [late, line(1, (4, 0, 90), city=4), line(1, (5, 0, 90), city=5), line(-1, (10, 0, 90), city=10)]
    totals = StatementPage(lines, None).split.whole.of(PURSE)
    assert (totals.late, totals.late_basis_points, totals.late_discount_minor) == (1, 3333, 10)
    assert Totals(lines=1).late_basis_points == 0


def test_an_empty_day_owes_nothing() -> None:
    """No lines, no funders."""
    page = StatementPage([], None)
    assert page.split.whole == Sums()
    assert page.split.whole.of(PURSE).funding == {}
