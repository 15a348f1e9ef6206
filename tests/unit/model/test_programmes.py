"""A programme document: everything that it is refused for, each fault at its place."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coupons.faults import faults
from coupons.fields import PlacedFault
from coupons.model.facilities import Facility, minutes
from coupons.model.programme_rules import misfits, named_merchants
from coupons.model.programmes import Programme
from tests.programmes import alert, course, court, parsed_programme, programme, row, rule, session
from tests.world import a_batch, campaign, parsed

VENUE = programme()["venues"][0]
EVENING = session(session_id="second", starts_at="2020-06-10T19:00:00+08:00", ends_at="2020-06-10T21:00:00+08:00")
NIGHT = session(starts_at="2020-06-10T21:00:00+08:00", ends_at="2020-06-10T22:00:00+08:00")
BY_SLOT = course()["seats"]


def refused(**changes: Any) -> list[tuple[str, str]]:
    """The faults of the programme with these changes, by their places in the document."""
    with pytest.raises(ValidationError) as error:
        Programme.model_validate_json(json.dumps(programme(**changes)))
    return [(one["place"].removeprefix("body."), one["message"]) for one in faults(error.value, "body", Programme)]


def seats(**changes: Any) -> dict[str, Any]:
    return {"activities": [course(seats={**BY_SLOT, **changes})]}


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"facilities": [court(units=0)]}, "facilities.0.units", "must be at least 1"),
        ({"facilities": [court(units=101)]}, "facilities.0.units", "must be at most 100"),
        ({"facilities": [court(facility_id="c" * 48)]}, "facilities.0.facility_id", "must have at most 47 characters"),
        ({"facilities": [court(), court()]}, "facilities.1.facility_id", "'court' appears twice"),
        ({"facilities": [court(venue_id="halls")]}, "facilities.0.venue_id", "no venue 'halls'; did you mean 'hall'?"),
        ({"facilities": [court(booking_rule="x")]}, "facilities.0.booking_rule", "no booking rule 'x'"),
        ({"facilities": [court(row(booking_rule="x"))]}, "facilities.0.schedule.0.booking_rule", "no booking rule"),
        ({"facilities": [court(row(to="09:00"))]}, "facilities.0.schedule.0", "to is not after from"),
        ({"facilities": [court(row(to="12:30"))]}, "facilities.0.schedule.0", "is no whole number of 60 minutes"),
        ({"facilities": [court(row(weekdays=["sat", "sat"]))]}, "facilities.0.schedule.0", "'sat' appears twice"),
        ({"facilities": [court(row(last_day="2020-06-05"))]}, "facilities.0.schedule.0", "is before first_day"),
        (
            {"facilities": [court(row(), row(**{"from": "11:30", "to": "12:30"}))]},
            "facilities.0.schedule.1",
            "its slots overlap those of schedule.0, on 2020-06-06",
        ),
        (
            {"facilities": [court(closed=[{"from": "2020-06-07", "to": "2020-06-06"}])]},
            "facilities.0.closed.0",
            "to is before from",
        ),
        ({"venues": [VENUE, VENUE]}, "venues.1.venue_id", "'hall' appears twice"),
        ({"venues": [{**VENUE, "store_id": None}]}, "venues.0", "merchant_id and store_id come together"),
        ({"venues": [{**VENUE, "geo": "91,116"}]}, "venues.0.geo", "latitude is from -90 to 90"),
        ({"venues": [{**VENUE, "geo": "north"}]}, "venues.0.geo", "a latitude and a longitude like"),
        ({"venues": [{"venue_id": "hall", "district": "east"}]}, "facilities.0.venue_id", "has no merchant"),
        (
            {"booking_rules": [rule(promote_until_minutes=59)]},
            "booking_rules.0.promote_until_minutes",
            "is less than cancel_until_minutes, 60",
        ),
        (
            {"booking_rules": [rule(cancel_until_minutes=29)]},
            "booking_rules.0.cancel_until_minutes",
            "is less than check_in.opens_minutes_before, 30",
        ),
        (
            {"booking_rules": [rule(check_in=None, no_show={"strikes": 3, "window_days": 30, "ban_days": 14})]},
            "booking_rules.0.no_show",
            "needs check_in",
        ),
        ({"booking_rules": [rule(), rule()]}, "booking_rules.1.booking_rule_id", "'week' appears twice"),
        (seats(capacity=0), "activities.0.seats.capacity", "must be at least 1"),
        (seats(capacity=101), "activities.0.seats.capacity", "is more than the 100 seats"),
        (seats(by="batch", booking_rule=None), "activities.0.seats.batch_id", "is missing: by: batch needs it"),
        (seats(booking_rule=None), "activities.0.seats.booking_rule", "is missing: by: slot needs it"),
        (seats(booking_rule="x"), "activities.0.seats.booking_rule", "no booking rule 'x'"),
        (seats(batch_id="pack"), "activities.0.seats.batch_id", "is only for by: batch"),
        ({"activities": [course(), course()]}, "activities.1.activity_id", "'course' appears twice"),
        ({"activities": [course(session(), NIGHT)]}, "activities.0.sessions.1.session_id", "appears twice"),
        ({"activities": [course(session(), EVENING)]}, "activities.0.sessions.1", "overlaps sessions.0"),
        ({"activities": [course(activity_id="c" * 48)]}, "activities.0.activity_id", "at most 47 characters"),
        ({"activities": [course(activity_id="court")]}, "activities.0.activity_id", "is also a facility_id"),
        ({"activities": [course(venue_id="x")]}, "activities.0.venue_id", "no venue 'x'"),
        ({"activities": [course(district="west")]}, "activities.0.district", "its venue is in 'east'"),
        ({"activities": [course(banner={"image": "x/y", "alt": "x"})]}, "activities.0.banner.image", "must be a name"),
        ({"announcements": [alert(), alert()]}, "announcements.1.announcement_id", "'rain' appears twice"),
        ({"announcements": [alert(kind="banner")]}, "announcements.0", "a banner needs an image"),
        ({"announcements": [alert(placement="page:x")]}, "announcements.0.placement", "must be home, ticker"),
        ({"announcements": [alert(priority=101)]}, "announcements.0.priority", "must be at most 100"),
    ],
)
def test_each_fault_is_told_at_its_place(changes: dict[str, Any], place: str, said: str) -> None:
    """One fault is one error."""
    [(where, message)] = refused(**changes)
    assert (where, said in message) == (place, True), message


def test_what_only_touches_is_no_fault() -> None:
    """The borders: rows end to end, sessions end to end, equal minutes, a hundred seats, 24:00, 47 characters."""
    late = session(session_id="late", starts_at="2020-06-10T20:00:00+08:00", ends_at="2020-06-10T21:00:00+08:00")
    rows = (row(), row(**{"from": "12:00", "to": "24:00"}), row(first_day="2020-06-29", last_day="2020-06-30"))
    parsed_programme(
        facilities=[court(*rows, facility_id="c" * 47, units=100)],
        booking_rules=[rule(promote_until_minutes=30, cancel_until_minutes=30)],
        activities=[course(session(), late, seats={**BY_SLOT, "capacity": 100}, district="east")],
    )


@pytest.mark.parametrize(
    ("link", "fits"),
    [
        ("https://city.example/live?x=1#now", True),
        ("https://city.example:8443", True),
        ("/help/codes/", True),
        ("/", True),
        ("http://city.example/", False),
        ("//city.example/", False),
        ("/\\city.example", False),
        ("javascript:alert(1)", False),
        ("https://user@city.example/", False),
        ("https:///path", False),
        ("/two words", False),
        ("/ok\n", False),
        ("", False),
    ],
)
def test_a_link_is_https_or_our_own(link: str, fits: bool) -> None:
    """Of announcements and of broadcasts."""
    live = {"url": link, "starts_at": "2020-06-10T18:00:00+08:00", "ends_at": "2020-06-10T19:00:00+08:00"}
    for changes in ({"announcements": [alert(link=link)]}, {"activities": [course(live=live)]}):
        if fits:
            parsed_programme(**changes)
        else:
            [(place, said)] = refused(**changes)
            assert place.rpartition(".")[2] in ("link", "url")
            assert said == "must be an https address, or a path that begins with one /"


@pytest.mark.parametrize(
    ("image", "fits"),
    [
        ("tiger-1", True),
        ("/media/a.webp", True),
        ("/media/2020/a_b.jpg", True),
        ("/media/", False),
        ("/media/../secret", False),
        ("/media//a.jpg", False),
        ("/media/.hidden", False),
        ("/other/a.jpg", False),
        ("https://city.example/a.jpg", False),
        ("a.jpg", False),
    ],
)
def test_an_image_is_a_name_or_a_file_of_ours(image: str, fits: bool) -> None:
    """Never another origin, and never another folder."""
    if fits:
        parsed_programme(announcements=[alert(image=image)])
    else:
        assert [place for place, _ in refused(announcements=[alert(image=image)])] == ["announcements.0.image"]


def unfit(*batches: dict[str, Any], stores: dict[str, Any] | None = None, **changes: Any) -> list[PlacedFault]:
    document = parsed(campaign(*batches))
    (diner,) = document.merchants
    known = diner.stores[0].model_copy(update=stores or {})
    merchants = {"diner": diner.model_copy(update={"stores": [known]})}
    return list(misfits(parsed_programme(**changes), document, merchants))


NURSES = a_batch(mode="granted", eligibility={"group_id": "nurses"})
BEFORE = session(starts_at="2020-05-31T23:00:00+08:00", ends_at="2020-06-01T01:00:00+08:00")
AFTER = session(starts_at="2020-09-30T23:00:00+08:00", ends_at="2020-10-01T00:00:01+08:00")


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"venues": [{**VENUE, "merchant_id": "dinner"}]}, "venues.0.merchant_id", "no merchant 'dinner'; did you"),
        ({"venues": [{**VENUE, "store_id": "x"}]}, "venues.0.store_id", "there is no store 'x'"),
        ({"stores": {"district": "west"}}, "venues.0.district", "there is no district 'east' here: its store is in"),
        ({"facilities": [court(row(first_day="2020-05-31"))]}, "facilities.0.schedule.0.first_day", "2020-06-01"),
        (
            {"booking_rules": [rule(opens_days_ahead=0, opens_at="09:00")]},
            "facilities.0.schedule.0.from",
            "must be after 09:00, when 'week' opens the same day",
        ),
        ({"facilities": [court(row(last_day="2020-10-01"))]}, "facilities.0.schedule.0.last_day", "2020-09-30"),
        ({"activities": [course(section_id="sport")]}, "activities.0.section_id", "no section 'sport'"),
        ({"activities": [course(BEFORE)]}, "activities.0.sessions.0.starts_at", "before the campaign starts"),
        ({"activities": [course(AFTER)]}, "activities.0.sessions.0.ends_at", "after the campaign ends"),
        (
            {"activities": [course(venue_id=None, district="easst")]},
            "activities.0.district",
            "no district of a venue or store 'easst'; did you mean 'east'?",
        ),
        (
            {"activities": [course(seats={"capacity": 9, "by": "batch", "batch_id": "parcel"})]},
            "activities.0.seats.batch_id",
            "no batch 'parcel'",
        ),
        (
            {"activities": [course(session(starts_at="2020-06-10T18:00:30+08:00"))]},
            "activities.0.sessions.0.starts_at",
            "must be a whole minute",
        ),
        ({"announcements": [alert(placement="section:x")]}, "announcements.0.placement", "no section 'x'"),
        ({"announcements": [alert(placement="batch:x")]}, "announcements.0.placement", "no batch 'x'"),
        (
            {"announcements": [alert(audience={"districts": ["x"]})]},
            "announcements.0.audience.districts.0",
            "no district of a venue or store 'x'",
        ),
        (
            {"announcements": [alert(audience={"groups": ["nurse"]})]},
            "announcements.0.audience.groups.0",
            "no group of a batch 'nurse'",
        ),
    ],
)
def test_what_its_campaign_lacks_is_told_at_its_place(changes: dict[str, Any], place: str, said: str) -> None:
    """Names of the campaign, and times and days outside it."""
    [(where, message)] = unfit(**changes)
    assert (".".join(map(str, where)), said in message) == (place, True), message


def test_what_its_campaign_has_fits() -> None:
    """The borders of its window, a batch, a group, and a district that only a store has."""
    live = {"url": "/live/", "starts_at": "2020-06-01T00:00:00+08:00", "ends_at": "2020-10-01T00:00:00+08:00"}
    whole = session(starts_at="2020-06-01T00:00:00+08:00", ends_at="2020-10-01T00:00:00+08:00")
    by_batch = {"capacity": 9, "by": "batch", "batch_id": "pack"}
    assert named_merchants(parsed_programme()) == ["diner"]
    assert not unfit(
        NURSES,
        stores={"district": "east"},
        facilities=[court(row(first_day="2020-06-01", last_day="2020-09-30"))],
        booking_rules=[rule(opens_days_ahead=0, opens_at="08:59")],
        activities=[
            course(whole, live=live),
            course(activity_id="more", seats=by_batch, venue_id=None, district="east"),
        ],
        announcements=[alert(placement="batch:pack", audience={"districts": ["east"], "groups": ["nurses"]})],
    )


def test_two_sessions_at_one_wall_time_are_told() -> None:
    """When a clock change repeats an hour, two moments have the same hour and minute: one slot id."""
    hour = [("first", "-04:00"), ("second", "-05:00")]
    times = {"starts_at": "2020-11-01T01:00:00", "ends_at": "2020-11-01T01:30:00"}
    twice = [session(session_id=name, **{key: at + offset for key, at in times.items()}) for name, offset in hour]
    document = parsed(campaign(timezone="America/New_York", ends_at="2021-01-01T00:00:00+08:00"))
    merchants = {one.merchant_id: one for one in document.merchants}
    [(place, said)] = misfits(parsed_programme(activities=[course(*twice)]), document, merchants)
    assert place == ("activities", 0, "sessions", 1, "starts_at")
    assert said == "begins at the same wall time as sessions.0: 2020-11-01 01:00"


DAYS = st.integers(0, 20).map(lambda number: (date(2020, 6, 1) + timedelta(days=number)).isoformat())
WEEKDAYS = st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    first, last = sorted([draw(DAYS), draw(DAYS)])
    begins, number, length = draw(st.integers(0, 20)), draw(st.integers(1, 4)), draw(st.sampled_from([30, 60]))
    ends = begins * 60 + number * length
    clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in (begins * 60, min(ends, 1440))]
    days = {"weekdays": draw(WEEKDAYS), "first_day": first, "last_day": last}
    return {"from": clocks[0], "to": clocks[1], "slot_minutes": length, **days}


@given(st.lists(rows(), min_size=1, max_size=4))
def test_slots_overlap_if_two_share_a_minute_of_a_day(schedule: list[dict[str, Any]]) -> None:
    """The refusal is the one that counting every minute of every day gives."""
    taken, is_double = set[tuple[date, int]](), False
    for number in range(21):
        day = date(2020, 6, 1) + timedelta(days=number)
        for one in schedule:
            if one["first_day"] <= day.isoformat() <= one["last_day"] and day.strftime("%a").lower() in one["weekdays"]:
                mine = {(day, minute) for minute in range(minutes(one["from"]), minutes(one["to"]))}
                is_double |= bool(taken & mine)
                taken |= mine
    try:
        Facility.model_validate_json(json.dumps(court(*schedule)))
    except ValidationError:
        assert is_double
    else:
        assert not is_double
