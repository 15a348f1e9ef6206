"""A revision cannot alter a date that is past or open for booking; every other date it can."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.facilities import ScheduleRow
from coupons.model.frozen import DIFFERENCES_MAX
from coupons.model.programme_dates import frozen_dates, refusal_of_dates
from coupons.model.programmes import Programme
from tests.programmes import ZONE, course, court, parsed_programme, programme, row, rule, session
from tests.world import seconds

NOW = "2020-06-13T12:00:00+08:00"
"""A Saturday; 20 June opened at seven, 21 June is not open yet."""
SPARE = rule(booking_rule_id="spare", cancel_until_minutes=90, check_in=None)
LATER = rule(booking_rule_id="later", opens_days_ahead=1)
RULES = [rule(), SPARE, LATER]


def altered(now: str = NOW, before: dict[str, Any] | None = None, **changes: Any) -> list[str]:
    """The days of the court and the course that these changes alter."""
    stored = parsed_programme(**{"booking_rules": RULES, **(before or {})})
    document = parsed_programme(**{"booking_rules": RULES, **(before or {}), **changes})
    return [one.day.isoformat() for one in frozen_dates(stored, document, ZONE, seconds(now))]


PAST_AND_OPEN = ["2020-06-06", "2020-06-07", "2020-06-13", "2020-06-14", "2020-06-20"]


@pytest.mark.parametrize(
    ("facility", "days"),
    [
        (court(units=7), PAST_AND_OPEN),
        (court(price_minor=5_000), PAST_AND_OPEN),
        (court(booking_rule="spare"), PAST_AND_OPEN),
        (court(venue_id="other"), PAST_AND_OPEN),
        (court(row(slot_minutes=30)), PAST_AND_OPEN),
        (court(row(to="13:00")), PAST_AND_OPEN),
        (court(row(weekdays=["sat"])), ["2020-06-07", "2020-06-14"]),
        (court(closed=[{"from": "2020-06-14", "to": "2020-06-21"}]), ["2020-06-14", "2020-06-20"]),
        (court(closed=[{"from": "2020-06-21", "to": "2020-06-21"}]), []),
        (court(row(last_day="2020-06-19")), ["2020-06-20"]),
        (court(row(last_day="2020-06-20")), []),
        (court(row(), row(weekdays=["fri"])), ["2020-06-12", "2020-06-19"]),
        (court(row(last_day="2020-06-20"), row(first_day="2020-06-21", price_minor=1)), []),
        (court(row(last_day="2020-06-13"), row(first_day="2020-06-14")), []),
        (court(row(to="10:00"), row(**{"from": "10:00"})), []),
        (court(row(price_minor=6_000, booking_rule="week")), []),
        (court(row(booking_rule="later")), ["2020-06-20"]),
        (court(subsidy_batch="courts"), PAST_AND_OPEN),
        (court(row(subsidy_batch="courts")), PAST_AND_OPEN),
        (court(row(last_day="2020-06-20"), row(first_day="2020-06-21", subsidy_batch="courts")), []),
        (court(title="Courts", sport="tennis"), []),
    ],
)
def test_dates_past_and_open_keep_their_slots(facility: dict[str, Any], days: list[str]) -> None:
    """Units, price, subsidy, venue, times, the rule's promises, and that they are open; the rest is free."""
    other = {**programme()["venues"][0], "venue_id": "other"}
    both = {"venues": [programme()["venues"][0], other]}
    assert altered(before=both, facilities=[facility]) == days


def test_what_is_dropped_had_open_dates() -> None:
    """A facility can be dropped before its first date opens."""
    assert altered(facilities=[]) == PAST_AND_OPEN
    assert altered("2020-05-30T06:59:59+08:00", facilities=[]) == []
    assert altered("2020-05-30T07:00:00+08:00", facilities=[]) == ["2020-06-06"]


def test_what_is_added_has_no_past() -> None:
    """A new facility can open today, and not have been there yesterday."""
    for first_day, days in (("2020-06-13", []), ("2020-06-07", ["2020-06-07"])):
        added = court(row(first_day=first_day), facility_id="new")
        assert altered(facilities=[court(), added]) == days


@pytest.mark.parametrize(
    ("changed", "days"),
    [
        (rule(promote_until_minutes=121), PAST_AND_OPEN),
        (rule(cancel_until_minutes=61), PAST_AND_OPEN),
        (rule(check_in=None), PAST_AND_OPEN),
        (rule(opens_days_ahead=6), ["2020-06-20"]),
        (rule(opens_at="12:00"), []),
        (rule(opens_at="12:01"), ["2020-06-20"]),
        (rule(opens_days_ahead=8), []),
        (rule(per_person={"upcoming_max": 1}, waiting_max=0), []),
    ],
)
def test_a_rule_keeps_what_it_promised(changed: dict[str, Any], days: list[str]) -> None:
    """What a person who has booked relies on; quotas and waiting lists are judged anew at each request."""
    assert altered(activities=[], before={"activities": []}, booking_rules=[changed, SPARE, LATER]) == days


@pytest.mark.parametrize(
    ("activity", "days"),
    [
        (course(seats={"capacity": 21, "by": "slot", "booking_rule": "week"}), ["2020-06-10"]),
        (course(session(ends_at="2020-06-10T21:00:00+08:00")), ["2020-06-10"]),
        (course(seats=None), ["2020-06-10"]),
        (course(title="Another", status="cancelled"), []),
        (course(session(), session(session_id="next", starts_at="2020-06-21T09:00:00+08:00",
                                   ends_at="2020-06-21T10:00:00+08:00")), []),
    ],
)  # fmt: skip
def test_sessions_by_slot_are_kept_like_slots(activity: dict[str, Any], days: list[str]) -> None:
    """Its capacity and times on the 10th, which is past."""
    assert altered(activities=[activity]) == days


def test_the_refusal_names_the_date_and_what_differs() -> None:
    """The first date in words, and of at most twenty what is not the same."""
    stored, document = parsed_programme(), parsed_programme(facilities=[court(row(price_minor=1))])
    refusal = refusal_of_dates(stored, document, ZONE, seconds(NOW))
    assert refusal is not None
    assert refusal.detail == "'court': 2020-06-06 is past, so its slots stay as they are."
    kept, stated = ({begins: {"price_minor": minor} for begins in ("09:00", "10:00", "11:00")} for minor in (6_000, 1))
    assert refusal.differences[0] == {
        "place": "body.facilities.0",
        "kept": {"day": "2020-06-06", "slots": kept},
        "stated": {"day": "2020-06-06", "slots": stated},
    }
    assert refusal_of_dates(stored, stored, ZONE, seconds(NOW)) is None
    week = court(row(weekdays=["mon", "tue", "wed", "thu", "fri", "sat", "sun"], last_day="2020-07-31"))
    long = parsed_programme(facilities=[week])
    found = refusal_of_dates(long, stored, ZONE, seconds("2020-07-31T12:00:00+08:00"))
    assert found is not None
    assert len(found.differences) == DIFFERENCES_MAX


def test_a_long_season_is_compared_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed quota, or a later row of each facility, reads no slot of the dates that are past."""

    def fails(*_: object) -> None:
        raise AssertionError("slots were compared")

    monkeypatch.setattr(ScheduleRow, "starts_at_minutes", fails)
    assert altered(booking_rules=[rule(per_person={"upcoming_max": 9}, waiting_max=1), SPARE, LATER]) == []
    assert altered(facilities=[court(row(), row(weekdays=["fri"], first_day="2020-06-26"))]) == []


@pytest.mark.parametrize(
    ("timezone", "day", "at", "moment"),
    [
        ("America/New_York", "2020-03-15", "02:30", "2020-03-08T03:00:00-04:00"),
        ("America/New_York", "2020-11-08", "01:30", "2020-11-01T01:30:00-04:00"),
        ("Asia/Shanghai", "2020-06-20", "07:00", "2020-06-13T07:00:00+08:00"),
    ],
)
def test_a_date_is_frozen_from_its_opening_on(timezone: str, day: str, at: str, moment: str) -> None:
    """Seven days before by the wall clock; where a clock change skips or repeats the minute, when it can be booked."""
    hour = row(weekdays=["sat", "sun"], first_day="2020-01-01", last_day="2020-12-31", price_minor=1)
    kept, stated = (
        parsed_programme(facilities=[court(hour | {"price_minor": minor})], booking_rules=[rule(opens_at=at)])
        for minor in (1, 2)
    )
    opens_s = seconds(moment)
    found = [
        day in [one.day.isoformat() for one in frozen_dates(kept, stated, timezone, now_s)]
        for now_s in (opens_s - 1, opens_s)
    ]
    assert found == [False, True]


DAY = st.integers(0, 30).map(lambda number: (date(2020, 6, 1) + timedelta(days=number)).isoformat())


@st.composite
def facilities(draw: st.DrawFn) -> dict[str, Any]:
    """Up to three rows that cannot overlap, on any days; maybe closed for some."""
    made = []
    for begins in draw(st.lists(st.sampled_from(["08:00", "12:00", "16:00"]), min_size=1, unique=True)):
        first, last = sorted([draw(DAY), draw(DAY)])
        ends = f"{int(begins[:2]) + draw(st.integers(1, 2)):02}:00"
        weekdays = draw(st.sampled_from([["sat"], ["sun"], ["sat", "sun"], ["mon", "wed", "sat"]]))
        price = draw(st.sampled_from([None, 6_000, 5_000]))
        days = {"weekdays": weekdays, "first_day": first, "last_day": last}
        made.append(row(**{"from": begins, "to": ends, **days, "price_minor": price}))
    closed = [{"from": day, "to": day} for day in draw(st.lists(DAY, max_size=2))]
    return court(*made, units=draw(st.sampled_from([8, 9])), closed=closed)


def offered(facility: dict[str, Any], day: str) -> list[tuple[str, int, int]]:
    """The slots of a day with units and prices, as a person would count them."""
    weekday = date.fromisoformat(day).strftime("%a").lower()
    if any(one["from"] <= day <= one["to"] for one in facility["closed"]):
        return []
    return sorted(
        (f"{hour:02}:00", facility["units"], 6_000 if one["price_minor"] is None else one["price_minor"])
        for one in facility["schedule"]
        if one["first_day"] <= day <= one["last_day"] and weekday in one["weekdays"]
        for hour in range(int(one["from"][:2]), int(one["to"][:2]))
    )


@given(facilities(), facilities(), st.integers(0, 40 * 24))
def test_the_frozen_dates_are_those_that_differ_and_are_open(
    before: dict[str, Any], after: dict[str, Any], hours: int
) -> None:
    """Counted day by day: past, or seven days ahead from seven in the morning on, and not the same slots."""
    now = datetime(2020, 5, 25, tzinfo=ZoneInfo(ZONE)) + timedelta(hours=hours)
    open_until = (now - timedelta(hours=7)).date() + timedelta(days=7)
    days = [(date(2020, 6, 1) + timedelta(days=number)).isoformat() for number in range(40)]
    wanted = [d for d in days if d <= open_until.isoformat() and offered(before, d) != offered(after, d)]
    stored, document = (
        Programme.model_validate_json(json.dumps(programme(facilities=[one], activities=[]))) for one in (before, after)
    )
    found = [one.day.isoformat() for one in frozen_dates(stored, document, ZONE, int(now.timestamp()))]
    assert found == wanted
