"""A merchant's day: the cursor between its pages, and its sums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.bodies import SettlementQuery
from coupons.days import Sums
from coupons.money import FundingLine, Purse
from coupons.orders import Amounts, Line
from coupons.settling import Page, cursor_of, read_cursor

PURSE = Purse("season", "CNY")

numbers = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


@given(st.integers(0, 15), numbers, st.none() | numbers)
def test_a_cursor_leads_back_to_its_place(shard: int, order_no: str, reversal_no: str | None) -> None:
    """Whatever the callers' numbers are, and in a form that the edge takes."""
    place = (shard, order_no if reversal_no is None else f"{order_no}#{reversal_no}")
    assert read_cursor(SettlementQuery(cursor=cursor_of(place)).cursor) == place


@pytest.mark.parametrize(("cursor", "place"), [("", (0, "")), ("3~", (3, "")), ("15~a~b", (15, "a#b"))])
def test_places_without_a_line(cursor: str, place: tuple[int, str]) -> None:
    """The start, and a shard's start when a page ended with the shard before it."""
    assert read_cursor(cursor) == place
    assert cursor_of(place) == (cursor or "0~")
    assert SettlementQuery.model_validate({"cursor": cursor} if cursor else {}).cursor == cursor


def line(sign: int, amounts: tuple[int, int, int], **funding: int) -> Line:
    shares = tuple(FundingLine(funder_id, sign * part) for funder_id, part in funding.items())
    moved = Amounts(*(sign * amount for amount in amounts), shares)
    return Line("redemption" if sign > 0 else "reversal", "o", "", "c", PURSE, "pack", "ten-off", moved, 0, late=False)


def test_sums_count_reversals_negative() -> None:
    """Pages add up to the day, and each funder owes what is left."""
    page = Page([line(1, (10, 5, 35), shop=4, city=6), line(1, (1, 0, 9), city=1), line(-1, (4, 2, 14), city=4)], None)
    sums = page.sums
    assert (sums.lines, sums.discount_minor, sums.merchant_match_minor, sums.payable_minor) == (3, 7, 3, 30)
    assert sums.funding == {"city": 3, "shop": 4}
    assert list(sums.funding) == ["city", "shop"]


def test_an_empty_day_owes_nothing() -> None:
    """No line, no funder."""
    page = Page([], None)
    assert page.sums == Sums()
    assert page.sums.funding == {}
