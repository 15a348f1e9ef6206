"""The equations of money hold for right numbers, and each of them fails for a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coupons.audit import equations
from coupons.model.batches import Control
from coupons.model.days import Sums, Totals
from coupons.model.findings import AuditReport, Equation, Snapshot
from coupons.model.ledger import LedgerRecord
from coupons.model.payouts import SumsByPayout
from coupons.model.reserves import PendingReservation, Reserve
from coupons.model.tallies import BatchTally, DayTally, Faults
from coupons.money import NOTHING, Amounts, Purse
from tests.world import campaign, parsed

PACK = Amounts({"city": 5, "shop": 3})
RESERVED = Amounts({"city": 50, "shop": 30})
BUDGET = 10_000_000
PURSE = Purse("season", "CNY")


def snapshot(**changes: Any) -> Snapshot:
    """Ten packs of 5 and 3 fen are reserved, two are spent and one of these is settled."""
    whole = Snapshot(
        document=parsed(campaign()),
        reserved=RESERVED,
        left=Amounts({"city": BUDGET - 50, "platform": BUDGET, "shop": BUDGET - 30}),
        reserves={"pack": Reserve(RESERVED, NOTHING, 1)},
        controls={"pack": Control("open", 1, 10)},
        batches={},
        records=(LedgerRecord("pack#000001#reserve", "reserve", "pack", RESERVED, 10, 1),),
    )
    return replace(whole, **changes)


def tally(**changes: Any) -> BatchTally:
    return replace(
        BatchTally(redemptions=2, carried=2, spent=Amounts({"city": 10}), ordered=Amounts({"city": 10})), **changes
    )


def failing(found: list[Equation]) -> list[str]:
    return [text for text, holds in found if not holds]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        (
            {"wrong_lines": Faults(5, ["a", "b", "c"])},
            "lines 2 = 2 redemptions + 0 reversals, as their orders say; 5 not",
        ),
        ({"missing_lines": Faults(1, ["a"])}, "orders of 2 lines have all their lines; 1 not: a"),
        ({"wrong_coupons": Faults(1, ["a"])}, "coupons 2 carry the orders that keep them; 1 not: a"),
        ({"ordered": Amounts({"city": 9})}, "spent by lines: city 0.10 CNY less 0.00 CNY = by orders: city 0.09 CNY"),
        ({"back": Amounts({"city": 1})}, "spent by lines: city 0.10 CNY less city 0.01 CNY = by orders: city 0.10 CNY"),
        (
            {"ordered": Amounts({"city": 10, "shop": 1})},
            "spent by lines: city 0.10 CNY less 0.00 CNY = by orders: city 0.10 CNY, shop 0.01 CNY",
        ),
    ],
)
def test_lines_and_orders(changes: dict[str, Any], said: str | None) -> None:
    """Faults of single items and a wrong sum of a funder are found."""
    found = failing(equations.of_lines(tally(**changes), "CNY"))
    assert [text[: len(said or "")] for text in found] == ([said] if said else [])


@pytest.mark.parametrize(("used", "meanwhile", "holds"), [(2, 0, True), (1, 0, False), (3, 0, False)])
def test_as_many_coupons_as_orders(used: int, meanwhile: int, holds: bool) -> None:
    """The numbers must be equal if no line was filed meanwhile."""
    assert equations.of_coupons(tally(), used, meanwhile).holds is holds


@pytest.mark.parametrize(("used", "holds"), [(-1, False), (0, True), (4, True), (5, False)])
def test_as_many_coupons_as_orders_and_movements(used: int, holds: bool) -> None:
    """They may differ by the number of lines that were filed meanwhile, which the equation states."""
    found = equations.of_coupons(tally(), used, 2)
    assert found.holds is holds
    assert found.text.endswith("that came back, 2 movements meanwhile")


@pytest.mark.parametrize(
    ("changes", "spent", "said"),
    [
        ({}, {"city": 50}, []),
        ({}, {"city": 51}, ["0 <= spent city 0.51 CNY"]),
        ({}, {"city": -1}, ["0 <= spent city -0.01 CNY"]),
        ({"controls": {"pack": Control("open", 1, 11)}}, {}, ["reserved city 0.50 CNY, shop 0.30 CNY = 11 packs"]),
        (
            {"reserves": {"pack": Reserve(RESERVED, Amounts({"city": 1}), 1)}},
            {},
            ["reserve by its records city 0.50 CNY, shop 0.30 CNY = city 0.49 CNY"],
        ),
        ({"records": ()}, {}, ["reserve by its records 0.00 CNY = city 0.50 CNY"]),
    ],
)
def test_a_reserve(changes: dict[str, Any], spent: dict[str, int], said: list[str], monkeypatch: Any) -> None:
    """A reserve is what its packs cost and what its records add up to, and no less than what is spent."""
    monkeypatch.setattr(Snapshot, "pack", lambda _self, _batch_id: PACK)
    found = failing(equations.of_reserve("pack", snapshot(**changes), Amounts(spent)))
    assert [text[: len(start)] for text, start in zip(found, said, strict=True)] == said


def test_a_raise_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a raise in progress has reserved is named, and is in no other number."""
    monkeypatch.setattr(Snapshot, "pack", lambda _self, _batch_id: PACK)
    for aside, holds in ((55, True), (54, False)):
        pending = PendingReservation(11, 1, 1, Amounts({"shop": 3}), Amounts({"city": 5}))
        found = snapshot(reserves={"pack": Reserve(Amounts({"city": aside, "shop": 30}), NOTHING, 2, pending)})
        equation = equations.of_reserve("pack", found, NOTHING)[0]
        assert equation.holds is holds
        assert equation.text.endswith(
            "= 10 packs of city 0.05 CNY, shop 0.03 CNY + city 0.05 CNY of a raise on its way"
        )


@pytest.mark.parametrize(
    ("through", "opened", "others", "holds"),
    [
        ("", 50, [], []),
        ("2020-06-06", 3, [], [True]),
        ("2020-06-06", 5, [], [False]),
        ("2020-06-07", 5, ["2020-06-08"], [True]),
        ("2020-06-07", 3, ["2020-06-08"], [False]),
        ("2020-06-07", 3, ["2020-06-07"], []),
    ],
)
def test_after_the_rest_what_is_spent_is_reserved(through: str, opened: int, others: list[str], holds: Any) -> None:
    """Checked only if all days through that of the rest were closed when the audit began."""
    control = replace(Control("open", 1, 10), rest_through=through)
    whole = snapshot(
        controls={"pack": control}, reserves={"pack": Reserve(Amounts({"city": 50}), Amounts({"city": 50 - opened}), 2)}
    )
    closed = {"2020-06-06": Amounts({"city": 3}), "2020-06-07": Amounts({"city": 2})}
    assert [found.holds for found in equations.of_rest("pack", whole, closed, others)] == holds


def test_closed_days_are_compared_one_by_one() -> None:
    """Two wrong days whose sum is right are found."""
    one, two = Amounts({"city": 1}), Amounts({"city": 2})
    lines = {"2020-06-06": one, "2020-06-07": two, "2020-06-08": NOTHING}
    recorded = {"2020-06-06": one, "2020-06-07": Amounts({"city": 2, "shop": 0})}
    assert equations.of_closed_days(lines, recorded, "CNY").holds
    swapped = equations.of_closed_days(lines, {"2020-06-06": two, "2020-06-07": one}, "CNY")
    assert swapped == Equation(
        "3 closed days: lines city 0.03 CNY = recorded city 0.03 CNY"
        "; 2020-06-06 city 0.01 CNY, not city 0.02 CNY; 2020-06-07 city 0.02 CNY, not city 0.01 CNY",
        False,
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"left": Amounts({"city": 1})}, ["budgets city"]),
        ({"reserves": {}}, ["reserved of budgets city 0.50 CNY, shop 0.30 CNY = reserved for 0 batches 0.00 CNY"]),
    ],
)
def test_budgets(changes: dict[str, Any], said: list[str]) -> None:
    """Declared budgets are reserved or left, and what is reserved is reserved for a batch."""
    found = failing(equations.of_budgets(snapshot(**changes)))
    assert [text[: len(start)] for text, start in zip(found, said, strict=True)] == said


DAY = "2020-06-06"


def days(**changes: Any) -> dict[str, DayTally]:
    """Ten fen were spent on a closed day: six are settled, three withheld, one refused."""
    split = stored(6, 3, 1)
    return {DAY: replace(DayTally({"pack": tally()}, split, split), **changes)}


def stored(due: int, withheld: int, refused: int) -> SumsByPayout:
    return SumsByPayout(
        *(Sums({PURSE: Totals(spent={"pack": Amounts({"city": minor})})}) for minor in (due, withheld, refused))
    )


@pytest.mark.parametrize(
    ("changes", "lines", "said"),
    [
        ({}, {}, []),
        ({"left": Amounts({"city": 1})}, {}, ["ledger left"]),
        ({"reserved": Amounts({"city": 1})}, {}, ["ledger reserved"]),
        ({}, {"stored": stored(5, 4, 1)}, ["ledger due of closed days city 0.04 CNY = withheld city 0.03 CNY"]),
        ({}, {"recounted": stored(5, 4, 1)}, ["ledger due of closed days city 0.03 CNY = withheld city 0.04 CNY"]),
        ({}, {"stored": stored(6, 3, 0)}, ["ledger due of closed days city 0.04 CNY = withheld city 0.03 CNY"]),
        (
            {},
            {"batches": {"pack": tally(spent=Amounts({"city": 51}))}},
            ["ledger due of closed days", "1 of 11 accounts below zero"],
        ),
    ],
)
def test_the_ledger(changes: dict[str, Any], lines: dict[str, Any], said: list[str]) -> None:
    """Its balances are those of the budgets, and no account of a batch is below zero."""
    found = equations.of_ledger(snapshot(**changes), days(**lines), frozenset([DAY]))
    wrong = failing(found)
    assert [text[: len(start)] for text, start in zip(wrong, said, strict=True)] == said


def test_where_each_fen_of_a_closed_day_is() -> None:
    """It is settled, due because withheld, or refused; the rest is reserved."""
    found = equations.of_ledger(snapshot(), days(), frozenset([DAY]))
    assert found[0].text == (
        "ledger outside -300,000.00 CNY + left 299,999.20 CNY + reserved 0.70 CNY + due 0.03 CNY + settled 0.06 CNY"
        " + refused 0.01 CNY = 0"
    )


def test_entries_that_do_not_add_up_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sum of all balances is computed, not assumed."""
    monkeypatch.setattr(equations, "balances", lambda _movements: {("left", "city"): 1})
    assert not equations.of_ledger(snapshot(), {}, frozenset())[0].holds


def test_an_open_day_is_due() -> None:
    """Nothing of it is settled, and nothing is compared with what is withheld."""
    found = equations.of_ledger(snapshot(), days(), frozenset())
    assert failing(found) == []
    assert " + reserved 0.70 CNY + due 0.10 CNY + settled 0.00 CNY + refused 0.00 CNY" in found[0].text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda day: day, []),
        (
            lambda day: replace(day, stored=stored(6, 3, 2)),
            ["merchants city 0.11 CNY = 1 batches city 0.10 CNY; pack", "due ("],
        ),
        (lambda day: replace(day, stored=stored(7, 2, 1)), ["settled city 0.07 CNY = due by lines city 0.06 CNY"]),
    ],
)
def test_a_closed_day(change: Callable[[DayTally], DayTally], said: list[str]) -> None:
    """Merchants, batches and payouts add up to the same money."""
    found = failing(equations.of_day(PURSE, change(days()[DAY]), {"pack": Amounts({"city": 10})}))
    assert [text[: len(start)] for text, start in zip(found, said, strict=True)] == said


def test_merchants_whose_lines_are_not_as_recorded_are_named() -> None:
    """The sums of each purse are listed, for all campaigns."""
    other = Sums({Purse("tokyo", "JPY"): Totals(lines=1, late=1, discount_minor=5)})
    day = replace(days()[DAY], wrong_merchants=Faults(1, ["diner"]), stored=SumsByPayout(due=other))
    found = equations.of_merchants(day)
    assert found == Equation(
        "0 merchants' days, all campaigns: season CNY (0 lines, 0 late, 0.00 CNY off, 0.00 CNY match, 0.00 CNY paid)"
        " = recorded tokyo JPY (1 lines, 1 late, 5 JPY off, 0 JPY match, 0 JPY paid); 1 not: diner",
        holds=False,
    )


def test_batches_that_make_up_for_each_other_are_wrong() -> None:
    """Both batches are named if money is recorded for the wrong one."""
    found = failing(equations.of_day(PURSE, days()[DAY], {"other": Amounts({"city": 10})}))
    assert found == [
        (
            "merchants city 0.10 CNY = 1 batches city 0.10 CNY"
            "; other 0.00 CNY, not city 0.10 CNY; pack city 0.10 CNY, not 0.00 CNY"
        )
    ]


@pytest.mark.parametrize(("complete", "holds", "ok"), [(True, True, True), (True, False, False), (False, True, False)])
def test_a_report_is_good_if_it_is_whole_and_holds(complete: bool, holds: bool, ok: bool) -> None:
    """An audit that is not complete is not ok."""
    assert AuditReport("campaign", "0" * 16, complete, (Equation("a", holds),)).ok is ok
