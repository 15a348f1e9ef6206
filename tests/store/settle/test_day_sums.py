"""For any lines, and however the close is killed and repeated, all sums of a day agree."""

from __future__ import annotations

from contextlib import suppress
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from coupons.model.days import NUMBERS, Sums, Totals
from coupons.model.merchants import Withholding
from coupons.model.orders import Line
from coupons.model.payouts import DaysWithholdings, SumsByPayout, payout_of
from coupons.money import Purse
from coupons.settle import day_close, statements
from infra.virtual.store import Store
from tests.store.faults import KilledError, Mortal
from tests.store.ledgers import DAY, DUE, LAST_SECOND, PURSE, TOKYO, added, file, line, page, pages, tick
from tests.world import World, campaign

ORDERS = ["o-1", "o-10", "o-1.1", "O", "z_9"]
MERCHANTS = ["diner", "bakery"]

filings = st.lists(
    st.tuples(
        st.sampled_from(MERCHANTS),
        st.sampled_from(ORDERS),
        st.sampled_from(["", *(f"r-{n}" for n in range(12))]),
        st.sampled_from(["pack", "other", "tokyo-pack"]),
        st.integers(-(10**11), 10**11),
        st.booleans(),
    ),
    unique_by=lambda filing: filing[:3],
    max_size=40,
)
deaths = st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=3)
withheld = st.lists(
    st.builds(
        Withholding,
        day=st.sampled_from([DAY, "2020-06-07"]),
        order_no=st.none() | st.sampled_from([*ORDERS, "o-2"]),
        reason=st.just("why"),
        decision=st.sampled_from([None, "released", "refused"]),
    ),
    unique_by=lambda one: (one.day, one.order_no),
)


def owed(sums: Sums) -> dict[Purse, tuple[object, ...]]:
    """Every number by purse, without zeros."""
    told = {purse: totals for purse, totals in sums.by_purse.items() if not totals.is_nothing}
    return {purse: (*numbers_of(totals), spent_of(totals)) for purse, totals in told.items()}


def numbers_of(totals: Totals) -> list[int]:
    return [getattr(totals, name) for name in NUMBERS]


def spent_of(totals: Totals) -> dict[str, dict[str, int]]:
    spent = {b: {f: n for f, n in of.items() if n} for b, of in totals.spent.items()}
    return {b: of for b, of in spent.items() if of}


def by_standing(entries: list[Withholding], lines: list[Line]) -> SumsByPayout:
    """The rule of withholdings, written line by line."""
    split, of_day = SumsByPayout(), [one for one in entries if one.day == DAY]
    for one in lines:
        own = [entry for entry in of_day if entry.order_no == one.order_no]
        whole = [entry for entry in of_day if entry.order_no is None]
        decided = next((entry.decision or "withheld" for entry in [*own, *whole]), "released")
        {"released": split.due, "withheld": split.withheld, "refused": split.refused}[decided].take(one)
    return split


def withhold(world: World, merchant_id: str, entries: list[Withholding]) -> None:
    """Written to the merchant's record, because the lines here have no orders that an operator could name."""
    registry = world.services.registry
    record = registry.record("diner")
    assert record is not None
    stored = record.model_copy(update={"revision": (record.revision or 0) + 1, "withheld": entries})
    assert registry.put(merchant_id, stored, registry.record(merchant_id))


@settings(max_examples=40, deadline=None)
@given(filings, deaths, withheld, st.integers(1, 4), st.integers(1, 7))
def test_the_days_sums_are_those_of_its_lines_of_its_pages_and_of_its_folds(
    filings: list[tuple[str, str, str, str, int, bool]],
    deaths: list[tuple[int, bool]],
    withheld: list[Withholding],
    segment: int,
    page_lines: int,
) -> None:
    """For each merchant and batch, in total and by payout; a withholding changes no total."""
    world = World(Store())
    world.publish(campaign())
    world.clock.set(LAST_SECOND)
    lines: dict[str, list[Line]] = {name: [] for name in MERCHANTS}
    for merchant_id, order_no, reversal_no, batch_id, minor, is_late in filings:
        purse = TOKYO if batch_id == "tokyo-pack" else PURSE
        one = line(order_no, minor, batch_id=batch_id, reversal_no=reversal_no, purse=purse, late=is_late)
        file(world, one, merchant_id=merchant_id)
        lines[merchant_id].append(one)
    world.clock.set(DUE)
    with patch.object(day_close, "SEGMENT_LINES", segment), patch.object(statements, "PAGE_LINES", page_lines):
        for number, (nth_write, applied) in enumerate(deaths):
            with suppress(KilledError):
                tick(world, world.new_services(client=Mortal(world.client, nth_write, applied=applied), seed=number))
        for merchant_id in MERCHANTS:
            withhold(world, merchant_id, withheld)
        tick(world)
        closed = world.items()
        tick(world, world.new_services(seed=9))
        assert world.items() == closed
        for merchant_id in MERCHANTS:
            expected, split = added(*lines[merchant_id]), by_standing(withheld, lines[merchant_id])
            found = pages(world, merchant_id)
            assert sum(len(one.lines) for one in found) == len(lines[merchant_id])
            assert owed(Sums.total(one.split.whole for one in found)) == owed(expected)
            for name in ("due", "withheld", "refused"):
                assert owed(Sums.total(one.split.of(name) for one in found)) == owed(split.of(name)), name
            day_split = found[0].day_sums
            assert day_split is not None
            assert owed(day_split.whole) == owed(expected)
            for name in ("due", "withheld", "refused"):
                assert owed(day_split.of(name)) == owed(split.of(name)), name
    whole = added(*(one for of in lines.values() for one in of))
    for batch_id, amounts in whole.spent.items():
        assert world.services.day_folds.spent(batch_id) == {DAY: amounts}
    assert page(world).day_sums is not None


def test_what_stands_for_an_order_stands_for_its_later_lines() -> None:
    """A merchant that was not paid for a redemption owes nothing for its reversal on a later day."""
    first = Withholding(day="2020-06-05", order_no="o-1", reason="forged", decision="refused")
    again = Withholding(day=DAY, order_no="o-1", reason="paid by hand", decision="released")
    for entries in ([first, again], [again, first]):
        found = [DaysWithholdings(entries, day).of("o-1") for day in ("2020-06-04", "2020-06-05", DAY, "2020-07-01")]
        assert found == [None, first, again, again]


def test_what_stands_for_an_order_goes_before_what_stands_for_its_day() -> None:
    """An order's entry wins over its day's entry; an entry of another day does not apply."""
    day = Withholding(day=DAY, reason="all")
    one = Withholding(day=DAY, order_no="o-1", reason="one", decision="refused")
    other = Withholding(day="2020-06-07", reason="later")
    for entries in ([day, one, other], [other, one, day]):
        of = DaysWithholdings(entries, DAY).of
        assert [of("o-1"), of("o-2")] == [one, day]
    assert DaysWithholdings([other], DAY).of("o-1") is None
    assert DaysWithholdings([day], "2020-06-07").of("o-1") is None
    decided = [payout_of(entry) for entry in (None, day, one, one.model_copy(update={"decision": "released"}))]
    assert decided == ["due", "withheld", "refused", "due"]
