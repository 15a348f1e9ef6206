"""Lists of a programme: days and windows are half-open, filters, order, and pages that lose nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.listings import (
    ActivityFilter,
    AnnouncementFilter,
    FacilityFilter,
    activities,
    announcements,
    begins_s,
    day_span,
    facilities,
    is_live,
    next_day,
    page_after,
)
from coupons.times import epoch_s
from tests.listed import activity, announcement, facility, programme, session

ZONE = "Asia/Shanghai"
NAMES = st.sets(st.integers(0, 30).map(lambda number: f"a-{number:02}"))


@given(stays=NAMES, others=st.lists(NAMES, min_size=1, max_size=12), most=st.integers(1, 5))
def test_what_stays_is_on_exactly_one_page(stays: set[str], others: list[set[str]], most: int) -> None:
    """Whatever else is there when each page is read, nothing that stays is missing or there twice."""
    seen: list[str] = []
    after, number = "", 0
    while number == 0 or after:
        page, after = page_after(after, [*stays, *others[number % len(others)]], most)
        assert len(page) <= most
        seen += page
        number += 1
    assert [name for name in seen if name in stays] == sorted(stays)
    assert len(seen) == len(set(seen))


def test_a_full_last_page_is_the_last() -> None:
    """`next` is there only if an entry follows, and the order is that of the names."""
    assert page_after("", ["c", "a", "b"], 3) == (["a", "b", "c"], "")
    assert page_after("", ["c", "a", "b"], 2) == (["a", "b"], "b")
    assert page_after("b", ["c", "a", "b"], 2) == (["c"], "")


@pytest.mark.parametrize(
    ("starts", "ends", "is_on_the_day"),
    [
        ("2020-06-06T00:00:00+08:00", "2020-06-06T00:00:01+08:00", True),
        ("2020-06-06T23:59:59+08:00", "2020-06-07T02:00:00+08:00", True),
        ("2020-06-05T18:00:00+08:00", "2020-06-06T00:00:01+08:00", True),
        ("2020-06-01T00:00:00+08:00", "2020-06-30T00:00:00+08:00", True),
        ("2020-06-05T18:00:00+08:00", "2020-06-06T00:00:00+08:00", False),
        ("2020-06-07T00:00:00+08:00", "2020-06-07T01:00:00+08:00", False),
        ("2020-06-05T16:00:00+00:00", "2020-06-05T16:00:01+00:00", True),
    ],
)
def test_a_session_is_on_each_day_that_it_touches(starts: str, ends: str, is_on_the_day: bool) -> None:
    """Both ends are half-open, and the day is that of the campaign's zone."""
    (one,) = programme(activities=[activity(sessions=[session(starts, ends)])]).activities
    assert (begins_s(one, day_span("2020-06-06", ZONE)) is not None) == is_on_the_day


@pytest.mark.parametrize(("day", "hours"), [("2020-03-29", 23), ("2020-10-25", 25), ("2020-06-06", 24)])
def test_a_day_is_as_long_as_its_zone_says(day: str, hours: int) -> None:
    """On the days of both clock changes too."""
    assert len(day_span(day, "Europe/Paris")) == hours * 3600


def test_of_the_sessions_of_a_day_the_first_decides() -> None:
    """Not an earlier one of another day; without a day, the first of all."""
    sixth, seventh = "2020-06-06T20:00:00+08:00", "2020-06-07T10:00:00+08:00"
    sessions = [
        session("2020-06-07T18:00:00+08:00", "2020-06-07T20:00:00+08:00", "late"),
        session(seventh, "2020-06-07T12:00:00+08:00", "early"),
        session(sixth, "2020-06-06T21:00:00+08:00", "before"),
    ]
    (one,) = programme(activities=[activity(sessions=sessions)]).activities
    by_id = {session.session_id: epoch_s(session.starts_at) for session in one.sessions}
    assert begins_s(one, day_span("2020-06-07", ZONE)) == by_id["early"]
    assert begins_s(one, None) == by_id["before"]
    assert begins_s(one, day_span("2020-06-08", ZONE)) is None


def test_activities_by_section_district_and_kind() -> None:
    """The district is the activity's own or its venue's; an empty field does not restrict."""
    document = programme(
        activities=[
            activity("own", district="east", section_id="food"),
            activity("at-venue", venue_id="hall", kind="training"),
            activity("online", kind="broadcast", section_id="food"),
        ]
    )

    def ids(**wanted: str) -> list[str]:
        return [one.activity_id for one in activities(document, ActivityFilter(**wanted))]

    assert ids() == ["own", "at-venue", "online"]
    assert ids(district="east") == ["own"]
    assert ids(district="west") == ["at-venue"]
    assert ids(section="food") == ["own", "online"]
    assert ids(kind="broadcast", section="food") == ["online"]
    assert ids(district="none") == []


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2020-06-05", "2020-06-06"),
        ("2020-06-06", "2020-06-07"),
        ("2020-06-07", "2020-06-10"),
        ("2020-06-10", None),
        ("2100-01-01", None),
    ],
)
def test_the_next_day_that_has_some(day: str, wanted: str | None) -> None:
    """Of sessions that go on, and of later ones; what is postponed or cancelled makes no day."""
    found = programme(
        activities=[
            activity("night", sessions=[session("2020-06-06T18:00:00+08:00", "2020-06-08T00:00:00+08:00")]),
            activity("later", sessions=[session("2020-06-10T18:00:00+08:00", "2020-06-10T20:00:00+08:00")]),
            activity("off", sessions=[session("2020-06-08T18:00:00+08:00")], status="cancelled"),
            activity("put-off", sessions=[session("2020-06-12T18:00:00+08:00")], status="postponed"),
        ]
    ).activities
    assert next_day(found, day, ZONE) == wanted


@pytest.mark.parametrize(("status", "on_air"), [("scheduled", True), ("postponed", False), ("cancelled", False)])
def test_a_broadcast_is_live_in_its_window(status: str, on_air: bool) -> None:
    """From its first second to before its last, and only if it takes place."""
    starts, ends = "2020-06-06T10:00:00+08:00", "2020-06-06T12:00:00+08:00"
    live = {"url": "https://live.example/1", "starts_at": starts, "ends_at": ends}
    one, without = programme(activities=[activity(live=live, status=status), activity("none")]).activities
    assert one.live is not None
    first_s, end_s = epoch_s(one.live.starts_at), epoch_s(one.live.ends_at)
    assert [is_live(one, at) for at in (first_s - 1, first_s, end_s - 1, end_s)] == [False, on_air, on_air, False]
    assert not is_live(without, first_s)


def test_facilities_by_district_and_sport() -> None:
    """The district is the venue's."""
    document = programme(
        facilities=[facility(), facility("lane", "pool", "swimming"), facility("ring", "pool", "boxing")]
    )

    def ids(**wanted: str) -> list[str]:
        return [one.facility_id for one in facilities(document, FacilityFilter(**wanted))]

    assert ids() == ["court", "lane", "ring"]
    assert ids(district="east") == ["lane", "ring"]
    assert ids(district="east", sport="boxing") == ["ring"]
    assert ids(district="west", sport="boxing") == []


NOON_S = 1591416000
"""2020-06-06T12:00:00+08:00."""


@pytest.mark.parametrize(("at_s", "shown"), [(-1, False), (0, True), (3599, True), (3600, False)])
def test_an_announcement_is_shown_in_its_window(at_s: int, shown: bool) -> None:
    """From `starts_at` to before `ends_at`."""
    document = programme(announcements=[announcement()])
    assert bool(announcements(document, AnnouncementFilter(), NOON_S + at_s)) == shown


@pytest.mark.parametrize(
    ("audience", "wanted", "shown"),
    [
        ({}, {"district": "east", "region": "beijing"}, True),
        ({"districts": ["east"]}, {"district": "east"}, True),
        ({"districts": ["east"]}, {"district": "west"}, False),
        ({"districts": ["east"]}, {}, True),
        ({"regions": ["hubei", "hunan"]}, {"region": "hunan"}, True),
        ({"regions": ["hubei"]}, {"region": "beijing"}, False),
        ({"regions": ["hubei"], "districts": ["east"]}, {"region": "hubei", "district": "west"}, False),
        ({"regions": ["hubei"], "districts": ["east"]}, {"region": "hubei", "district": "east"}, True),
        ({"groups": ["patients"]}, {}, False),
        ({}, {"placement": "home"}, True),
        ({}, {"placement": "ticker"}, False),
    ],
)
def test_an_announcement_is_for_its_audience(audience: dict[str, Any], wanted: dict[str, str], shown: bool) -> None:
    """Region and district restrict together, what is not asked does not, and a group's is never public."""
    document = programme(announcements=[announcement(audience=audience)])
    assert bool(announcements(document, AnnouncementFilter(**wanted), NOON_S)) == shown


def test_alerts_come_first_then_the_higher_priority_then_the_newer() -> None:
    """And last by their ids."""
    early = "2020-06-01T00:00:00+08:00"
    document = programme(
        announcements=[
            announcement("b-low", priority=1),
            announcement("a-low", priority=1),
            announcement("old-low", priority=1, starts_at=early),
            announcement("high", priority=100),
            announcement("alert-low", kind="alert", priority=0),
            announcement("alert-high", kind="alert", priority=9),
        ]
    )
    found = [one.announcement_id for one in announcements(document, AnnouncementFilter(), NOON_S)]
    assert found == ["alert-high", "alert-low", "high", "a-low", "b-low", "old-low"]
