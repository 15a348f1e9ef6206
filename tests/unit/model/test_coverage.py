"""Coverage: the places of all slots that begin in a venue batch's window, counted as the slots are made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.coverage import coverage, refusal_of_coverage
from coupons.model.programmes import Programme
from coupons.model.slots import Bookable
from tests.court import facility, programme, row
from tests.venues import PLACES, courts, document
from tests.world import parsed

SEASON = parsed(document())
COURTS = SEASON.batches[1]


def covered(*facilities: dict[str, Any], timezone: str = "Asia/Shanghai", **window: Any) -> int:
    batch = parsed(document(courts(**window))).batches[0] if window else COURTS
    return coverage(Programme.model_validate(programme(facilities=list(facilities))), batch, timezone)


def paid(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return facility(subsidy_batch="courts", **({"schedule": list(rows)} if rows else {}), **changes)


@pytest.mark.parametrize(
    ("court", "places"),
    [
        (paid(), PLACES),
        (facility(), 0),
        (facility(subsidy_batch="others"), 0),
        (paid(units=3), PLACES // 2 * 3),
        (paid(closed=[{"from": "2020-06-10", "to": "2020-06-11"}]), 5 * 13 * 2),
        (paid(row(weekdays=["mon"])), 13 * 2),
        (paid(row(last_day="2020-06-09")), 2 * 13 * 2),
        (paid(row(first_day="2020-06-14")), 13 * 2),
        (paid(row(last_day="2020-06-10"), row(first_day="2020-06-11", subsidy_batch="others")), 3 * 13 * 2),
        (facility(schedule=[row(last_day="2020-06-10"), row(first_day="2020-06-11", subsidy_batch="courts")]), 4 * 26),
    ],
)
def test_each_place_that_is_paid_counts(court: dict[str, Any], places: int) -> None:
    """Of the rows that name the batch, on their days, without closed ones."""
    assert covered(court) == places


def test_facilities_add_up() -> None:
    """Two courts with the same batch."""
    assert covered(paid(), paid(facility_id="other", units=1)) == PLACES + PLACES // 2


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "places"),
    [
        ("2020-06-08T09:00:00+08:00", "2020-06-08T10:00:00+08:00", 2),
        ("2020-06-08T09:00:01+08:00", "2020-06-08T10:00:01+08:00", 2),
        ("2020-06-08T09:00:00+08:00", "2020-06-08T10:00:01+08:00", 4),
        ("2020-06-08T22:00:00+08:00", "2020-06-09T09:00:00+08:00", 0),
    ],
)
def test_a_slot_counts_by_its_first_second(opens_at: str, closes_at: str, places: int) -> None:
    """The window is half-open, and cuts days."""
    assert covered(paid(), opens_at=opens_at, closes_at=closes_at) == places


@given(
    zone=st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Asia/Beirut", "Asia/Shanghai"]),
    opens_h=st.integers(0, 24 * 9),
    hours=st.integers(1, 24 * 9),
    minutes=st.sampled_from([30, 60, 90]),
)
def test_coverage_is_the_number_of_slots(zone: str, opens_h: int, hours: int, minutes: int) -> None:
    """Also where clocks change: the quick count of whole days is the slots' own."""
    begins = datetime.fromisoformat("2020-03-25T00:00:00").replace(tzinfo=ZoneInfo("UTC"))
    opens, closes = begins + timedelta(hours=opens_h), begins + timedelta(hours=opens_h + hours)
    schedule = [row(**{"from": "00:00", "to": "24:00"}, slot_minutes=minutes, first_day="2020-03-01")]
    said = programme(facilities=[facility(schedule=schedule, units=3, subsidy_batch="courts")])
    offered = Programme.model_validate(said)
    batch = COURTS.model_copy(update={"opens_at": opens, "closes_at": closes})
    court = Bookable.of("season", zone, offered, "court")
    assert court is not None
    days = [(begins + timedelta(days=number - 2)).date().isoformat() for number in range(24)]
    slots = [slot for day in days for slot in court.slots_of(day)]
    inside = [one for one in slots if opens.timestamp() <= one.starts_at_s < closes.timestamp()]
    assert coverage(offered, batch, zone) == 3 * len(inside)


def test_a_quantity_that_covers_is_not_refused() -> None:
    """To the last place; without a programme there is nothing to cover."""
    offered = Programme.model_validate(programme(facilities=[paid()]))
    assert refusal_of_coverage(offered, SEASON, COURTS, PLACES) is None
    assert refusal_of_coverage(None, SEASON, COURTS, 1) is None


def test_a_refusal_says_what_the_first_funder_lacks() -> None:
    """Half of 20.00 for each place, and the numbers in words."""
    offered = Programme.model_validate(programme(facilities=[paid()]))
    refusal = refusal_of_coverage(offered, SEASON, COURTS, PLACES - 1)
    assert refusal is not None
    assert (refusal.funder_id, refusal.currency) == ("city", "CNY")
    assert (refusal.available_minor, refusal.needed_minor) == (181_000, 182_000)
    assert refusal.detail == "'courts' pays for 181 check-ins; its slots have 182 places in its window."


def test_whole_days_are_not_cut_into_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """A season has thousands of days and slots; only a day with a clock change, or cut by the window, is."""
    cut: list[str] = []
    slots_of = Bookable.slots_of
    monkeypatch.setattr(Bookable, "slots_of", lambda court, day: cut.append(day) or slots_of(court, day))
    assert covered(paid()) == PLACES
    assert cut == []
    opens_at, closes_at = "2020-06-08T12:00:00+08:00", "2020-06-10T12:00:00+08:00"
    assert covered(paid(), opens_at=opens_at, closes_at=closes_at) == 26 * 2
    assert cut == ["2020-06-08", "2020-06-10"]
