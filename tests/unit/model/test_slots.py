"""Slots of a facility's day: wall time, over both clock changes, and the moments that a rule sets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coupons.model.programmes import Programme
from coupons.model.slots import Bookable, SlotName
from coupons.times import rfc3339
from tests.court import a_slot, bookable, facility, programme, row, rule
from tests.world import seconds

CHANGES = {
    "Europe/Berlin": ("2022-03-27", "2022-10-30"),
    "America/New_York": ("2022-03-13", "2022-11-06"),
    "Australia/Lord_Howe": ("2022-10-02", "2022-04-03"),  # by half an hour
    "Asia/Beirut": ("2022-03-27", "2022-10-30"),  # midnight itself is skipped
}
"""By zone: the days on which a clock goes forward and back."""
EVER = {"first_day": "2022-01-01", "last_day": "2022-12-31"}


def court(timezone: str = "Asia/Shanghai", *rows: dict[str, Any]) -> Bookable:
    """With these rows in 2022, or with a slot at every hour."""
    schedule = [row(**EVER | one) for one in rows or ({"from": "00:00", "to": "24:00"},)]
    return bookable(timezone, facilities=[facility(units=8, schedule=schedule)])


def starts(of: Bookable, day: str) -> list[str]:
    """When the day's slots start, as the wall clock shows it."""
    return [slot.name.hhmm for slot in of.slots_of(day)]


@pytest.mark.parametrize("zone", CHANGES)
def test_a_skipped_hour_is_left_out(zone: str) -> None:
    """A day on which the clock goes forward lacks the slots whose start does not exist; the others keep their names."""
    forward, _ = CHANGES[zone]
    usual = starts(court(zone), "2022-06-01")
    kept = starts(court(zone), forward)
    assert usual == [f"{hour:02}00" for hour in range(24)]
    missing = "0000" if zone == "Asia/Beirut" else "0200"
    assert kept == [hhmm for hhmm in usual if hhmm != missing]


@pytest.mark.parametrize("zone", CHANGES)
def test_a_repeated_hour_is_the_first(zone: str) -> None:
    """A day on which the clock goes back has each slot once, and none of them lasts longer than declared."""
    _, back = CHANGES[zone]
    slots = court(zone).slots_of(back)
    assert [slot.name.hhmm for slot in slots] == [f"{hour:02}00" for hour in range(24)]
    assert {slot.ends_at_s - slot.starts_at_s for slot in slots} == {3_600}
    for slot in slots:
        shown = datetime.fromtimestamp(slot.starts_at_s, ZoneInfo(zone))
        assert shown.fold == 0
        assert f"{shown:%H%M}" == slot.name.hhmm


def test_a_skipped_end_is_the_moment_of_the_change() -> None:
    """A slot that would end in the skipped hour ends when the clock goes forward."""
    (slot,) = court("Europe/Berlin", {"from": "01:00", "to": "02:30", "slot_minutes": 90}).slots_of("2022-03-27")
    assert rfc3339(slot.ends_at_s, "Europe/Berlin") == "2022-03-27T03:00:00+02:00"


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    near=st.sampled_from([0, 1]),
    offset=st.integers(-2, 2),
    first=st.integers(0, 23 * 60 + 45),
    minutes=st.sampled_from([15, 30, 45, 60, 90, 120, 720]),
)
def test_slots_lie_in_order_and_never_overlap(zone: str, near: int, offset: int, first: int, minutes: int) -> None:
    """In every zone, on the days around both clock changes: in order, none empty, none longer than declared."""
    day = (date.fromisoformat(CHANGES[zone][near]) + timedelta(days=offset)).isoformat()
    last = first + (24 * 60 - first) // minutes * minutes
    assume(first < last)
    ends = f"{last // 60:02}:{last % 60:02}"
    of = court(zone, {"from": f"{first // 60:02}:{first % 60:02}", "to": ends, "slot_minutes": minutes})
    slots = of.slots_of(day)
    for slot, after in pairwise(slots):
        assert slot.ends_at_s <= after.starts_at_s
    for slot in slots:
        assert 0 < slot.ends_at_s - slot.starts_at_s <= 60 * minutes
        shown = datetime.fromtimestamp(slot.starts_at_s, UTC).astimezone(ZoneInfo(zone))
        assert SlotName("court", f"{shown:%Y-%m-%d}", f"{shown:%H%M}") == slot.name
        assert SlotName.of(slot.slot_id) == slot.name
        assert of.slot(slot.name) == slot


def test_rows_have_weekdays_and_days() -> None:
    """A row counts on its weekdays, from its first day to its last; a row of one day has its own price and subsidy."""
    usual = {"weekdays": ["mon", "tue"], "from": "09:00", "to": "11:00", "last_day": "2022-08-07"}
    free = {"weekdays": ["mon"], "from": "09:00", "to": "10:00", "price_minor": 0, "subsidy_batch": "free-day"}
    of = court("Asia/Shanghai", usual, free | {"first_day": "2022-08-08", "last_day": "2022-08-08"})
    assert starts(of, "2022-08-01") == ["0900", "1000"]
    assert starts(of, "2022-08-03") == []
    assert [slot.price_minor for slot in of.slots_of("2022-08-02")] == [6_000, 6_000]
    assert [slot.subsidy_batch for slot in of.slots_of("2022-08-02")] == [None, None]
    assert [(slot.price_minor, slot.subsidy_batch) for slot in of.slots_of("2022-08-08")] == [(0, "free-day")]
    assert starts(of, "2022-08-15") == []


def test_a_row_has_a_rule_of_its_own() -> None:
    """Otherwise its slots have the facility's."""
    later = rule(booking_rule_id="later", opens_at="12:00")
    rows = [row(to="10:00"), row(**{"from": "10:00", "to": "11:00", "booking_rule": "later"})]
    of = bookable(facilities=[facility(schedule=rows)], booking_rules=[rule(), later])
    assert [slot.rule.opens_at for slot in of.slots_of("2020-06-10")] == ["07:00", "12:00"]


def test_closed_days_have_no_slots() -> None:
    """The first and the last closed day are both closed, and say why."""
    closed = [{"from": "2020-06-20", "to": "2020-06-21", "reason": "repairs"}]
    of = bookable(facilities=[facility(closed=closed)])
    assert [len(of.slots_of(f"2020-06-{day}")) for day in (19, 20, 21, 22)] == [13, 0, 0, 13]
    assert [of.closure(f"2020-06-{day}") for day in (19, 20)] == [None, "repairs"]


YOGA = {
    "activity_id": "yoga",
    "kind": "training",
    "title": "Yoga",
    "sessions": [
        {"session_id": "one", "starts_at": "2020-06-10T19:30:00+08:00", "ends_at": "2020-06-11T01:00:00+08:00"}
    ],
    "seats": {"capacity": 20, "by": "slot", "booking_rule": "court"},
}


def test_sessions_are_slots_of_their_day() -> None:
    """A session is named by the wall time at which it starts, also if it ends on the next day."""
    yoga = bookable(name="yoga", activities=[YOGA])
    (slot,) = yoga.slots_of("2020-06-10")
    assert slot.slot_id == "yoga.2020-06-10.1930"
    assert (slot.starts_at_s, slot.ends_at_s) == (
        seconds("2020-06-10T19:30:00+08:00"),
        seconds("2020-06-11T01:00:00+08:00"),
    )
    assert (yoga.units, yoga.merchant_id, yoga.is_held, slot.price_minor) == (20, None, True, 0)
    assert yoga.slots_of("2020-06-11") == []


def test_an_activity_that_is_put_off_is_not_held() -> None:
    """A facility always is, and belongs to the merchant of its venue."""
    assert not bookable(name="yoga", activities=[YOGA | {"status": "postponed"}]).is_held
    assert (bookable().is_held, bookable().merchant_id) == (True, "diner")


def test_what_has_no_slots_is_not_bookable() -> None:
    """A name that the programme lacks, and an activity to which everybody may come."""
    free = Programme.model_validate(programme(activities=[{**YOGA, "seats": None}]))
    assert Bookable.of("season", "UTC", free, "yoga") is None
    assert Bookable.of("season", "UTC", free, "other") is None


@pytest.mark.parametrize(
    ("zone", "slot_id", "opens_at"),
    [
        ("Asia/Shanghai", "court.2022-08-08.0900", "2022-08-01T07:00:00+08:00"),
        ("Europe/Berlin", "court.2022-04-01.0900", "2022-03-25T07:00:00+01:00"),
        ("Europe/Berlin", "court.2022-11-02.0900", "2022-10-26T07:00:00+02:00"),
    ],
)
def test_booking_opens_by_the_wall_clock(zone: str, slot_id: str, opens_at: str) -> None:
    """Days before are calendar days: a clock change in between does not move the hour."""
    name = SlotName.of(slot_id)
    assert name
    slot = a_slot(name.hhmm, name.day, court(zone))
    assert rfc3339(slot.opens_at_s, zone) == opens_at


def test_an_opening_that_is_skipped_is_the_change() -> None:
    """Booking that would open in the skipped hour opens when the clock goes forward."""
    schedule = [row(**EVER)]
    early = bookable("Europe/Berlin", facilities=[facility(schedule=schedule)], booking_rules=[rule(opens_at="02:30")])
    slot = a_slot(day="2022-04-03", of=early)
    assert rfc3339(slot.opens_at_s, "Europe/Berlin") == "2022-03-27T03:00:00+02:00"


def test_a_rule_counts_back_from_the_start() -> None:
    """Promotion ends two hours before the start and cancelling one; both ends are half-open."""
    slot = a_slot(day="2022-08-08", of=court())
    assert rfc3339(slot.promote_until_s, "Asia/Shanghai") == "2022-08-08T07:00:00+08:00"
    assert rfc3339(slot.cancel_until_s, "Asia/Shanghai") == "2022-08-08T08:00:00+08:00"
    assert slot.promotes(slot.promote_until_s - 1)
    assert not slot.promotes(slot.promote_until_s)


@pytest.mark.parametrize("slot_id", ["court", "court.2022-08-08", "court.2022-08-08.900", "Court.2022-08-08.0900"])
def test_no_slot_has_such_an_id(slot_id: str) -> None:
    """A name is three parts, of the spelling that ids have."""
    assert SlotName.of(slot_id) is None


def test_a_slot_that_the_schedule_lacks_is_none() -> None:
    """Off the hours, on a day that no month has, and of another facility."""
    for name in (("court", "2022-08-08", "0930"), ("other", "2022-08-08", "0900")):
        assert court().slot(SlotName(*name)) is None
