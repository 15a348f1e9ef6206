"""Points are what the valid visits count, and the balance is the sum of the entries, whatever comes in which order."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from coupons.model.points_accounts import GRACE, Lot, balance, by_expiry, passed
from coupons.model.points_entries import Earning
from coupons.times import DAY_S, day_start_s
from tests.points import ZONE
from tests.points_ledger import Ledger, recomputed

KINDS = st.sampled_from(["run", "swim", "ride"])
STEP = st.one_of(
    st.tuples(st.just("earn"), KINDS, st.integers(0, 40), st.sampled_from([5, 10, 25, 50])),
    st.tuples(st.just("correct"), st.integers(0, 40)),
    st.tuples(st.just("spend"), st.integers(1, 150)),
    st.tuples(st.just("give back"), st.integers(0, 10)),
    st.tuples(st.just("wait"), st.sampled_from([1, 3600, DAY_S, 20 * DAY_S, 90 * DAY_S, 200 * DAY_S])),
)


def play(ledger: Ledger, step: tuple[object, ...]) -> None:
    match step:
        case ("earn", str(kind), int(days_ago), int(raw)):
            ledger.earn(kind, days_ago, raw)
        case ("correct", int(which)) if ledger.valid:
            ledger.correct(ledger.valid[which % len(ledger.valid)])
        case ("spend", int(price)):
            ledger.spend(price)
        case ("give back", int(which)) if ledger.exchanges:
            ledger.give_back(ledger.exchanges[which % len(ledger.exchanges)])
        case ("wait", int(seconds)):
            ledger.now_s += seconds
    ledger.check()


@settings(max_examples=300, report_multiple_bugs=False)
@given(st.lists(STEP, max_size=40))
def test_every_promise_holds_at_every_moment_over_several_year_ends(steps: list[tuple[object, ...]]) -> None:
    """Sum of entries, sum of lots, points by year as the set of valid visits says, no debt beside points."""
    ledger = Ledger()
    for step in steps:
        play(ledger, step)


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=4, unique=True), st.booleans())
def test_order_repeats_and_corrections_change_no_total(order: list[int], voided: list[int], exchange: bool) -> None:
    """The same visits and corrections, in any order over a year end, with the same exchange: points and balance."""
    days = [
        "2021-12-30",
        "2021-12-30",
        "2021-12-31",
        "2022-01-01",
        "2022-01-01",
        "2022-01-02",
        "2021-12-29",
        "2022-01-03",
    ]
    kinds = ["run", "run", "run", "run", "ride", "swim", "swim", "ride"]
    visits = [Earning(f"visit-{n}", kinds[n], days[n], 25) for n in range(8)]
    ledger = Ledger(day_start_s(date(2022, 1, 5), ZONE))
    for number in order:
        ledger.admit(visits[number])
    if exchange:
        assert ledger.spend(30) is not None
    for number in voided:
        ledger.correct(visits[number])
    left = [one for number, one in enumerate(visits) if number not in voided]
    assert balance(ledger.account, ledger.now_s) == sum(recomputed(left).values()) - 30 * exchange


def test_a_late_visit_takes_the_bonus_back_to_its_year() -> None:
    """First of kind in both years: the bonus is in the year of the earliest, and moves when that one goes."""
    ledger = Ledger(day_start_s(date(2022, 1, 5), ZONE))
    ledger.admit(Earning("second", "run", "2022-01-02", 10))
    assert lots(ledger) == {"2022": 60}
    late = ledger.admit(Earning("first", "run", "2021-12-31", 10))
    assert (late.points, dict(late.counted)) == (10, {2021: 60, 2022: -50})
    assert lots(ledger) == {"2021": 60, "2022": 10}
    gone = ledger.correct(ledger.valid[1])
    assert gone is not None
    assert (gone.points, dict(gone.counted)) == (-10, {2021: -60, 2022: 50})
    assert lots(ledger) == {"2022": 60}
    ledger.correct(ledger.valid[0])
    assert lots(ledger) == {}


def test_the_first_of_a_kind_stays_the_first_after_its_points_have_ended() -> None:
    """The bonus is paid once, also to who comes again when nothing else of that year is kept."""
    ledger = Ledger()
    found = []
    for day in ("2021-12-20", "2022-02-01", "2023-02-01", "2024-02-01", "2024-02-02"):
        ledger.now_s = day_start_s(date.fromisoformat(day), ZONE)
        found.append(ledger.admit(Earning(day, "run", day, 10)).points)
    assert found == [60, 10, 10, 10, 10]
    assert ledger.account.months == {"2024-02": 20, "2023-02": 10}
    assert ledger.account.visits == {"run": {2021: 1, 2023: 1, 2024: 2}}


def test_a_correction_takes_less_where_a_cap_had_kept_points_back() -> None:
    """Day cap 40: 30 and 30 count 40; without the first the second counts whole."""
    ledger = Ledger()
    ledger.admit(Earning("a", "run", "2021-12-20", 30))
    assert ledger.admit(Earning("b", "run", "2021-12-20", 30)).points == 10
    third = ledger.admit(Earning("c", "run", "2021-12-20", 30))
    assert (third.points, third.reason, third.raw) == (0, "cap", 30)
    gone = [ledger.correct(ledger.valid[0]) for _ in range(2)]
    assert [one.points for one in gone if one] == [0, -10]


def test_points_are_spent_from_the_lot_that_ends_soonest() -> None:
    """And come back to the one that ends last first."""
    ledger = two_lots()
    exchange = ledger.spend(70)
    assert exchange is not None
    assert dict(exchange.moved) == {"2021": -60, "2022": -10}
    assert lots(ledger) == {"2022": 50}
    back = ledger.give_back(exchange)
    assert dict(back.moved) == {"2022": 10, "2021": 60}


def test_what_is_given_back_pays_debt_first() -> None:
    """Then the lot that ends last; a lot that has ended has its part in the grace lot, until the end of a day."""
    ledger = two_lots()
    ledger.admit(Earning("third", "run", "2022-01-03", 10))
    exchange = ledger.spend(130)
    assert exchange is not None
    ledger.correct(ledger.valid[2])
    assert (ledger.account.debt, balance(ledger.account, ledger.now_s)) == (10, -10)
    ledger.now_s = day_start_s(date(2023, 1, 10), ZONE) + 3600
    back = ledger.give_back(exchange)
    assert (back.debt, dict(back.moved)) == (-10, {"2022": 70, GRACE: 50})
    assert ledger.account.lots[GRACE] == Lot(day_start_s(date(2023, 2, 10), ZONE), 50)


def test_a_second_gift_of_grace_moves_the_end_of_the_first() -> None:
    """There is one grace lot, which ends after the last give-back into it; one that ended first expires whole."""
    ledger = two_lots()
    exchanges = [ledger.spend(price) for price in (20, 20, 20)]
    ends = []
    for days, exchange in zip((0, 29, 90), exchanges, strict=True):
        ledger.now_s = day_start_s(date(2023, 1, 1), ZONE) + days * DAY_S
        assert exchange is not None
        ledger.give_back(exchange)
        ends.append((ledger.account.lots[GRACE].points, ledger.account.lots[GRACE].ends_at_s))
    first_s = day_start_s(date(2023, 2, 1), ZONE)
    assert ends == [(20, first_s), (40, first_s + 29 * DAY_S), (20, first_s + 90 * DAY_S)]
    assert [one.points for one in ledger.entries if one.kind == "expire"] == [-40]


def test_a_correction_takes_from_its_own_lot_then_from_others_and_the_rest_is_debt() -> None:
    """Later earnings pay it first, and nothing is exchanged meanwhile."""
    ledger = two_lots()
    ledger.spend(100)
    ledger.correct(ledger.valid[0])  # 2021's 60: 20 of 2022's are left
    assert (lots(ledger), ledger.account.debt) == ({}, 40)
    assert ledger.spend(1) is None
    earning = ledger.admit(Earning("more", "ride", "2022-01-04", 20))
    assert (earning.points, earning.debt, lots(ledger)) == (20, -20, {})


def test_a_passed_lot_is_told_before_and_after_the_next_change() -> None:
    """The same entry, with the same id, computed first and stored then."""
    ledger = two_lots()
    end_s = day_start_s(date(2023, 1, 1), ZONE)
    assert passed(ledger.account, end_s - 1) == []
    [computed] = passed(ledger.account, end_s)
    assert (computed.points, computed.at_s, computed.kind) == (-60, end_s, "expire")
    assert by_expiry(ledger.account, end_s) == [Lot(day_start_s(date(2024, 1, 1), ZONE), 60)]
    ledger.now_s = end_s + 5 * DAY_S
    ledger.spend(10)
    assert ledger.entries[-2] == computed


def two_lots() -> Ledger:
    """60 points of 2021 and 60 of 2022, on 5 January 2022."""
    ledger = Ledger(day_start_s(date(2022, 1, 5), ZONE))
    ledger.admit(Earning("old", "run", "2021-12-31", 10))
    ledger.admit(Earning("new", "ride", "2022-01-02", 10))
    return ledger


def lots(ledger: Ledger) -> dict[str, int]:
    return {name: lot.points for name, lot in ledger.account.lots.items()}
