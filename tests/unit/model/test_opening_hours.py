"""Hours of the week and blackout dates at their borders; any hours in any zone against a minute-by-minute walk."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.model.opening_hours import is_open
from coupons.model.terms import Terms
from tests.world import seconds, terms

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def hours(*weekdays: str, starts: str, ends: str) -> dict[str, Any]:
    return {"weekdays": list(weekdays), "starts": starts, "ends": ends}


def made(*usable: dict[str, Any], blackout_dates: tuple[str, ...] = ()) -> Terms:
    document = terms(usable=list(usable), blackout_dates=list(blackout_dates))
    return Terms.model_validate_json(json.dumps(document))


LUNCH = hours("mon", "tue", starts="11:30", ends="14:00")
NIGHT = hours("fri", starts="18:00", ends="02:00")
SATURDAY = hours("sat", starts="00:00", ends="24:00")
FRIDAY_INTO_SATURDAY = hours("fri", starts="18:00", ends="18:00")
UNTIL_MIDNIGHT = hours("sun", starts="18:00", ends="00:00")
EARLY = hours("sun", starts="02:00", ends="03:00")

# 5 June 2020 was a Friday.
BORDERS: list[tuple[dict[str, Any], str, str, bool]] = [
    (LUNCH, "Asia/Shanghai", "2020-06-01T11:29:59+08:00", False),
    (LUNCH, "Asia/Shanghai", "2020-06-01T11:30:00+08:00", True),
    (LUNCH, "Asia/Shanghai", "2020-06-02T13:59:59+08:00", True),
    (LUNCH, "Asia/Shanghai", "2020-06-02T14:00:00+08:00", False),
    (LUNCH, "Asia/Shanghai", "2020-06-03T12:00:00+08:00", False),
    (LUNCH, "Europe/Berlin", "2020-06-01T11:30:00+08:00", False),
    # the hours after midnight are Friday's, and Friday's own small hours are not
    (NIGHT, "Asia/Shanghai", "2020-06-05T01:59:59+08:00", False),
    (NIGHT, "Asia/Shanghai", "2020-06-05T17:59:59+08:00", False),
    (NIGHT, "Asia/Shanghai", "2020-06-05T18:00:00+08:00", True),
    (NIGHT, "Asia/Shanghai", "2020-06-06T00:00:00+08:00", True),
    (NIGHT, "Asia/Shanghai", "2020-06-06T01:59:59+08:00", True),
    (NIGHT, "Asia/Shanghai", "2020-06-06T02:00:00+08:00", False),
    (NIGHT, "Asia/Shanghai", "2020-06-06T18:00:00+08:00", False),
    (SATURDAY, "Asia/Shanghai", "2020-06-05T23:59:59+08:00", False),
    (SATURDAY, "Asia/Shanghai", "2020-06-06T00:00:00+08:00", True),
    (SATURDAY, "Asia/Shanghai", "2020-06-06T23:59:59+08:00", True),
    (SATURDAY, "Asia/Shanghai", "2020-06-07T00:00:00+08:00", False),
    # the same time on the next day: 24 hours
    (FRIDAY_INTO_SATURDAY, "Asia/Shanghai", "2020-06-05T17:59:59+08:00", False),
    (FRIDAY_INTO_SATURDAY, "Asia/Shanghai", "2020-06-05T18:00:00+08:00", True),
    (FRIDAY_INTO_SATURDAY, "Asia/Shanghai", "2020-06-06T17:59:59+08:00", True),
    (FRIDAY_INTO_SATURDAY, "Asia/Shanghai", "2020-06-06T18:00:00+08:00", False),
    # from Sunday into the Monday of the next week
    (UNTIL_MIDNIGHT, "Asia/Shanghai", "2020-06-07T23:59:59+08:00", True),
    (UNTIL_MIDNIGHT, "Asia/Shanghai", "2020-06-08T00:00:00+08:00", False),
    (hours("sun", starts="18:00", ends="00:01"), "Asia/Shanghai", "2020-06-08T00:00:59+08:00", True),
    # in Berlin two o'clock comes twice on 25 October, and not at all on 29 March
    (EARLY, "Europe/Berlin", "2020-10-25T01:59:59+02:00", False),
    (EARLY, "Europe/Berlin", "2020-10-25T02:00:00+02:00", True),
    (EARLY, "Europe/Berlin", "2020-10-25T02:59:59+01:00", True),
    (EARLY, "Europe/Berlin", "2020-10-25T03:00:00+01:00", False),
    (EARLY, "Europe/Berlin", "2020-03-29T01:59:59+01:00", False),
    (EARLY, "Europe/Berlin", "2020-03-29T03:00:00+02:00", False),
]


@pytest.mark.parametrize(("usable", "timezone", "moment", "expected"), BORDERS)
def test_weekly_hours(usable: dict[str, Any], timezone: str, moment: str, expected: bool) -> None:
    """`starts <= wall clock < ends`, to the second."""
    assert is_open(made(usable), seconds(moment), timezone) is expected


def test_without_hours_a_coupon_is_open_always() -> None:
    """An empty list does not restrict; one of several hours is enough."""
    noon_s = seconds("2020-06-06T12:00:00+08:00")
    assert is_open(made(), noon_s, "Asia/Shanghai")
    assert not is_open(made(LUNCH, NIGHT), noon_s, "Asia/Shanghai")
    assert is_open(made(LUNCH, NIGHT, SATURDAY), noon_s, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("timezone", "moment", "expected"),
    [
        ("Asia/Shanghai", "2020-06-05T23:59:59+08:00", True),
        ("Asia/Shanghai", "2020-06-06T00:00:00+08:00", False),
        ("Asia/Shanghai", "2020-06-06T23:59:59+08:00", False),
        ("Asia/Shanghai", "2020-06-07T00:00:00+08:00", True),
        ("UTC", "2020-06-06T07:59:59+08:00", True),
        ("UTC", "2020-06-06T08:00:00+08:00", False),
        # a day that starts at one o'clock, and one whose last hour comes twice
        ("America/Asuncion", "2020-10-03T23:59:59-04:00", True),
        ("America/Asuncion", "2020-10-04T01:00:00-03:00", False),
        ("America/Asuncion", "2020-03-21T23:00:00-04:00", False),
        ("America/Asuncion", "2020-03-22T00:00:00-04:00", True),
    ],
)
def test_blackout_dates(timezone: str, moment: str, expected: bool) -> None:
    """From the first to the last second of the day in the campaign's time zone."""
    dates = ("2020-03-21", "2020-06-06", "2020-10-04")
    assert is_open(made(blackout_dates=dates), seconds(moment), timezone) is expected


@pytest.mark.parametrize(
    ("blackout_date", "before_midnight", "after_midnight"),
    [("2020-06-05", False, True), ("2020-06-06", True, False)],
)
def test_a_blackout_date_cuts_the_hours_over_midnight(
    blackout_date: str, before_midnight: bool, after_midnight: bool
) -> None:
    """The date is that of the moment, not of the day on which the hours began."""
    night = made(NIGHT, blackout_dates=(blackout_date,))
    assert is_open(night, seconds("2020-06-05T23:59:59+08:00"), "Asia/Shanghai") is before_midnight
    assert is_open(night, seconds("2020-06-06T00:00:00+08:00"), "Asia/Shanghai") is after_midnight


# Each zone's offset from the start of 2020, and each change of that year: when, and the offset from then on.
CHANGES: dict[str, tuple[int, list[tuple[str, int]]]] = {
    "Asia/Shanghai": (8, []),
    "Europe/Berlin": (1, [("2020-03-29T01:00:00Z", 2), ("2020-10-25T01:00:00Z", 1)]),
    "America/New_York": (-5, [("2020-03-08T07:00:00Z", -4), ("2020-11-01T06:00:00Z", -5)]),
    "America/Asuncion": (-3, [("2020-03-22T03:00:00Z", -4), ("2020-10-04T04:00:00Z", -3)]),
    "Asia/Beirut": (2, [("2020-03-28T22:00:00Z", 3), ("2020-10-24T21:00:00Z", 2)]),
}


def shown(moment_s: int, timezone: str) -> tuple[date, int]:
    """The date and the minute of the day on a clock that is put forward and back by the table."""
    offset, changes = CHANGES[timezone]
    for change, later in changes:
        if moment_s >= seconds(change):
            offset = later
    local_s = moment_s + offset * 3600 - seconds("2020-01-01T00:00:00Z")
    return date(2020, 1, 1) + timedelta(days=local_s // 86_400), local_s % 86_400 // 60


def walked(usable: dict[str, Any]) -> set[tuple[str, int]]:
    """Weekday and minute of all that the hours cover, one minute after the other from start to end."""
    covered: set[tuple[str, int]] = set()
    starts, ends = (int(text[:2]) * 60 + int(text[3:]) for text in (usable["starts"], usable["ends"]))
    for weekday in usable["weekdays"]:
        at = WEEK.index(weekday) * 1440 + starts
        while True:
            covered.add((WEEK[at // 1440 % 7], at % 1440))
            at += 1
            if at % 1440 == ends % 1440:
                break
    return covered


clock_times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
weekly = st.builds(
    dict,
    weekdays=st.lists(st.sampled_from(WEEK), min_size=1, max_size=7, unique=True),
    starts=clock_times,
    ends=st.one_of(clock_times, st.just("24:00")),
)
zones = st.sampled_from(sorted(CHANGES))
# Any second of the year, but often one within a day of a clock change.
moments = st.one_of(
    st.integers(seconds("2020-01-02T00:00:00Z"), seconds("2020-12-30T00:00:00Z")),
    st.builds(
        lambda change, near_s: seconds(change) + near_s,
        st.sampled_from([change for _, changes in CHANGES.values() for change, _ in changes]),
        st.integers(-90_000, 90_000),
    ),
)


@given(st.lists(weekly, max_size=4), st.lists(st.integers(0, 2), max_size=2, unique=True), zones, moments)
@example([hours("sat", starts="23:00", ends="01:00")], [], "America/Asuncion", seconds("2020-10-04T04:00:00Z"))
@example([hours("sun", starts="02:00", ends="02:30")], [], "Europe/Berlin", seconds("2020-10-25T01:29:59Z"))
def test_any_hours_in_any_zone(usable: list[dict[str, Any]], blackout: list[int], timezone: str, moment_s: int) -> None:
    """The rule agrees with a minute-by-minute walk through the hours, across clock changes both ways."""
    day, minute = shown(moment_s, timezone)
    dates = sorted((day + timedelta(days=near - 1)).isoformat() for near in blackout)
    covered = set().union(*map(walked, usable))
    expected = (not usable or (WEEK[day.weekday()], minute) in covered) and day.isoformat() not in dates
    assert is_open(made(*usable, blackout_dates=tuple(dates)), moment_s, timezone) is expected
