"""Double entry: movements add up to zero, count once, and follow from the items."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model import ledger
from coupons.model.ledger import LedgerRecord, Movement, balances
from coupons.model.orders import Line, LineAmounts
from coupons.money import NOTHING, Amounts, FundingLine, Purse, split, split_over_left
from tests.folding import of_line

PURSE = Purse("season", "CNY")

CITY, SHOP = "city", "shop"


def line(kind: str, *amounts: int, reversal_no: str = "") -> Line:
    funding = tuple(FundingLine(name, amount) for name, amount in zip((CITY, SHOP, "third"), amounts, strict=False))
    money = LineAmounts(sum(amounts), 0, 0, funding)
    return Line(kind, "o-1", reversal_no, "c", PURSE, "pack", "t", money, 5, False)  # type: ignore[arg-type]


RESERVED = LedgerRecord("pack#000001#reserve", "reserve", "pack", Amounts({CITY: 70, SHOP: 30}), 10, 1)
SEASON = [
    ledger.of_budget(CITY, 100, 0),
    ledger.of_budget(SHOP, 50, 0),
    ledger.of_record(RESERVED),
    of_line("diner", line("redemption", 7, 3)),
    of_line("diner", line("reversal", -2, -1, reversal_no="r-1")),
    ledger.of_record(
        replace(RESERVED, key="pack#000002#release", kind="release", amounts=Amounts({CITY: 14, SHOP: 6}))
    ),
    ledger.of_record(
        replace(RESERVED, key="pack#000002#rollover", kind="rollover", amounts=Amounts({CITY: 7}), to_batch_id="later")
    ),
    ledger.of_day("diner", "2020-06-06", Amounts({CITY: 5, SHOP: 2}), 9),
]


def test_a_season_on_one_page() -> None:
    """The balance of each account, by funder."""
    assert balances(SEASON) == {
        ("outside", CITY): -100,
        ("outside", SHOP): -50,
        ("left", CITY): 100 - 70 + 14,
        ("left", SHOP): 50 - 30 + 6,
        ("reserved", CITY, "pack"): 70 - 7 + 2 - 14 - 7,
        ("reserved", SHOP, "pack"): 30 - 3 + 1 - 6,
        ("reserved", CITY, "later"): 7,
        ("due", CITY, "diner"): 7 - 2 - 5,
        ("due", SHOP, "diner"): 3 - 1 - 2,
        ("settled", CITY, "diner"): 5,
        ("settled", SHOP, "diner"): 2,
    }
    assert sum(balances(SEASON).values()) == 0
    assert ledger.balances_of(balances(SEASON), "reserved", "pack") == {CITY: 44, SHOP: 22}


def test_a_movement_that_comes_twice_counts_once() -> None:
    """A different movement with the same key is an error."""
    assert balances([*SEASON, *SEASON]) == balances(SEASON)
    changed = replace(SEASON[3], at_s=6)
    with pytest.raises(ValueError, match="two movements under the key 'diner#o-1#'"):
        balances([*SEASON, changed])


def test_entries_that_do_not_add_up_are_refused() -> None:
    """One planted fen is enough."""
    with pytest.raises(ValueError, match="do not add up"):
        balances([Movement("k", "fund", 0, ((("left", CITY), 1),))])


def test_a_redemption_and_its_reversal_have_keys_of_their_own() -> None:
    """Also two reversals of one order."""
    reversals = [of_line("diner", line("reversal", -1, reversal_no=number)) for number in ("r-1", "r-2")]
    assert len({movement.key for movement in [SEASON[3], *reversals]}) == 3


def test_what_is_refused_is_owed_to_nobody() -> None:
    """Refused money is no longer due and is not settled; a reversal of it goes the other way."""
    spent = of_line("diner", line("redemption", 7, 3))
    for refused, kept in ((4, 3), (-1, 8)):
        settled, nobodys = Amounts({CITY: 7 - refused}), Amounts({CITY: refused})
        found = balances([spent, ledger.of_day("diner", "2020-06-06", settled, 9, nobodys)])
        assert (found["settled", CITY, "diner"], found["refused", CITY, "diner"]) == (kept, refused)
        assert (found["due", CITY, "diner"], found["due", SHOP, "diner"]) == (0, 3)
        assert sum(found.values()) == 0


def test_lines_taken_together_are_the_same_money() -> None:
    """Two movements for all lines of a batch and day have the balances of one movement a line."""
    single = balances([*SEASON[3:5], of_line("bakery", line("redemption", 1, 1))])
    together = balances(ledger.of_lines("2020-06-06", "pack", Amounts({CITY: 8, SHOP: 4}), Amounts({CITY: 2, SHOP: 1})))
    assert together == {
        ("reserved", CITY, "pack"): single["reserved", CITY, "pack"],
        ("reserved", SHOP, "pack"): single["reserved", SHOP, "pack"],
        ("due", CITY, "2020-06-06"): single["due", CITY, "diner"] + single["due", CITY, "bakery"],
        ("due", SHOP, "2020-06-06"): single["due", SHOP, "diner"] + single["due", SHOP, "bakery"],
    }
    days = ("2020-06-06", "2020-06-07")
    keys = [movement.key for day in days for movement in ledger.of_lines(day, "pack", NOTHING, NOTHING)]
    assert len(set(keys)) == 4


def test_a_day_of_reversals_is_settled_the_other_way() -> None:
    """The merchant owes back what was paid for earlier days' redemptions."""
    found = balances([ledger.of_day("diner", "2020-06-07", Amounts({CITY: -3, SHOP: 2}), 9)])
    assert found["due", CITY, "diner"] == 3
    assert found["settled", CITY, "diner"] == -3
    assert found["settled", SHOP, "diner"] == 2
    assert sum(found.values()) == 0


@given(
    st.lists(st.integers(1, 9_998), min_size=2, max_size=2).filter(lambda parts: sum(parts) < 10_000),
    st.integers(0, 100_000),
    st.lists(st.integers(0, 10_000), max_size=6),
)
def test_splits_and_reversals_conserve_each_funders_money(weights: list[int], amount: int, parts: list[int]) -> None:
    """For any shares and parts no account but `outside` is below zero, and a full reversal leaves nothing spent."""
    shares = [*weights, 10_000 - sum(weights)]
    left = split(amount, shares)
    names = (CITY, SHOP, "third")
    largest = {name: -(-amount * share // 10_000) for name, share in zip(names, shares, strict=True)}
    movements = [ledger.of_budget(name, largest[name], 0) for name in names]
    movements += [
        ledger.of_record(replace(RESERVED, amounts=Amounts(largest))),
        of_line("m", line("redemption", *left)),
    ]
    for number, part in enumerate([*parts, amount]):
        back = split_over_left(min(part, sum(left)), left)
        left = [one - other for one, other in zip(left, back, strict=True)]
        movements.append(of_line("m", line("reversal", *(-one for one in back), reversal_no=f"r-{number}")))
        found = balances(movements)
        assert sum(found.values()) == 0
        assert all(balance >= 0 for account, balance in found.items() if account[0] != "outside")
    assert left == [0, 0, 0]
    assert ledger.balances_of(found, "reserved", "pack") == largest


def test_five_fen_then_six_by_45_45_and_10_per_cent() -> None:
    """Of five fen the third funder pays one, of six none, so a reversal is split over what is left of each line."""
    shares = [4_500, 4_500, 1_000]
    assert (split(5, shares), split(6, shares)) == ([2, 2, 1], [3, 3, 0])
    for first, second in ((5, 1), (1, 5)):
        left = split(6, shares)
        for part in (first, second):
            back = split_over_left(part, left)
            assert all(0 <= one <= other for one, other in zip(back, left, strict=True))
            left = [one - other for one, other in zip(left, back, strict=True)]
        assert left == [0, 0, 0]
