"""What everybody reads of a season's programme: activities, facilities, announcements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coupons.claim.listings import PAGE_ENTRIES
from tests.api.cases import case, opened
from tests.api.stage import Stage
from tests.court import rule
from tests.listed import NOON, ONE, activity, document, facility, session
from tests.world import Answered, campaign

ACTIVITIES, FACILITIES, ANNOUNCEMENTS = (
    f"GET /campaigns/{{campaign_id}}/{name}" for name in ("activities", "facilities", "announcements")
)
SEASON = {"campaign_id": "season"}
NOTHING = {"activities": [], "next": None, "next_day": None}
HALL: dict[str, Any] = {
    "venue_id": "hall",
    "title": "Diner",
    "district": "west",
    "address": None,
    "geo": None,
    "accessible": True,
    "merchant_id": "diner",
    "store_id": "diner",
}
POOL = {**HALL, "venue_id": "pool", "title": "Pool", "district": "east", "accessible": False}
WALK: dict[str, Any] = {
    "activity_id": "walk",
    "kind": "activity",
    "section_id": None,
    "title": {"en": "Walk", "zh": "漫步"},
    "description": None,
    "status": "scheduled",
    "district": None,
    "venue": None,
    "sessions": [{"session_id": "only", "starts_at": NOON, "ends_at": ONE}],
    "seats": None,
    "live": None,
    "banner": None,
}
COURT: dict[str, Any] = {
    "facility_id": "court",
    "title": "Diner",
    "sport": "badminton",
    "venue": HALL,
    "units": 2,
    "price_minor": 6000,
    "booking_rule": {
        **rule(),
        "check_in": {"opens_minutes_before": 30, "grace_minutes": 15},
        "no_show": None,
    },
}


def with_programme(s: Stage, **lists: Any) -> Stage:
    """The season is published with this programme; the clock stands at 10:00 on 6 June."""
    return declared(opened(s, sections=[{"section_id": "food", "title": "Food"}]), **lists)


def declared(s: Stage, **lists: Any) -> Stage:
    answered = s.operator().send("PUT /admin/campaigns/{campaign_id}/programme", SEASON, body=document(**lists))
    assert answered.status in (200, 201), answered.text
    return s


def asked(s: Stage, route: str, **query: str) -> Answered:
    return s.citizen("anybody").send(route, SEASON, query=query)


def names(key: str, *wanted: str, then: str = "") -> Callable[[str], bool]:
    """The answer has entries of these ids in this order; `then`: what it has too."""

    def look(text: str) -> bool:
        return [part.partition('"')[0] for part in text.split(f'"{key}":"')[1:]] == list(wanted) and then in text

    return look


@case(ACTIVITIES, 200, body=NOTHING)
def activities_of_a_campaign_without_a_programme(s: Stage) -> Answered:
    return asked(opened(s), ACTIVITIES, day="2020-06-06")


@case(FACILITIES, 200, body={"facilities": [], "next": None})
def facilities_of_a_campaign_without_a_programme(s: Stage) -> Answered:
    return asked(opened(s), FACILITIES)


@case(ANNOUNCEMENTS, 200, body={"announcements": []})
def announcements_of_a_campaign_without_a_programme(s: Stage) -> Answered:
    return asked(opened(s), ANNOUNCEMENTS)


def draft(s: Stage, route: str) -> Answered:
    s.operator().send("PUT /admin/campaigns/{campaign_id}", SEASON, body=campaign())
    return asked(declared(s, activities=[activity()]), route)


@case(ACTIVITIES, 404, "not-found", detail="No published campaign 'season'.")
def activities_of_a_draft(s: Stage) -> Answered:
    return draft(s, ACTIVITIES)


@case(FACILITIES, 404, "not-found", detail="No published campaign 'season'.")
def facilities_of_a_draft(s: Stage) -> Answered:
    return draft(s, FACILITIES)


@case(ANNOUNCEMENTS, 404, "not-found", detail="No published campaign 'season'.")
def announcements_of_a_draft(s: Stage) -> Answered:
    return draft(s, ANNOUNCEMENTS)


@case(ACTIVITIES, 200, body={"activities": [WALK], "next": None, "next_day": None})
def an_activity_that_says_as_little_as_it_can(s: Stage) -> Answered:
    return asked(with_programme(s, activities=[activity()]), ACTIVITIES)


LIVE = {"url": "https://live.example/1", "starts_at": "2020-06-06T10:00:00+08:00", "ends_at": ONE}
SHOW: dict[str, Any] = {
    "kind": "broadcast",
    "section_id": "food",
    "description": "A show",
    "banner": {"image": "night", "alt": "Lights"},
}


@case(
    ACTIVITIES,
    200,
    body={
        "activities": [
            {
                **WALK,
                **SHOW,
                "district": "west",
                "venue": HALL,
                "live": {**LIVE, "now": True},
                "seats": {"by": "batch", "capacity": 10, "batch_id": "pack", "booking_rule": None, "remaining": 9},
            }
        ],
        "next": None,
        "next_day": None,
    },
)
def a_show_on_air_whose_seats_are_packs(s: Stage) -> Answered:
    seats = {"capacity": 10, "by": "batch", "batch_id": "pack"}
    with_programme(s, activities=[activity(**SHOW, venue_id="hall", live=LIVE, seats=seats)])
    s.citizen("ann").put_claim("pack")
    return asked(s, ACTIVITIES)


@case(ACTIVITIES, 200, body=names("activity_id", "walk", then='"status":"cancelled"'))
def a_cancelled_show_is_listed_and_not_on_air(s: Stage) -> Answered:
    answered = asked(with_programme(s, activities=[activity(live=LIVE, status="cancelled")]), ACTIVITIES)
    assert '"now":false' in answered.text
    return answered


@case(ACTIVITIES, 200, body=names("activity_id", "early", "z-noon", then='"next_day":"2020-06-07"'))
def activities_of_a_day_by_the_time_of_day(s: Stage) -> Answered:
    return asked(with_programme(s, activities=week()), ACTIVITIES, day="2020-06-06")


@case(ACTIVITIES, 200, body={**NOTHING, "next_day": "2020-06-06"})
def a_day_with_nothing_names_the_next_that_has_some(s: Stage) -> Answered:
    return asked(with_programme(s, activities=week()), ACTIVITIES, day="2020-06-02")


@case(ACTIVITIES, 200, body=names("activity_id", "a-next", then='"next_day":null'))
def activities_of_a_district_on_its_last_day(s: Stage) -> Answered:
    return asked(with_programme(s, activities=week()), ACTIVITIES, day="2020-06-07", district="east")


@case(ACTIVITIES, 200, body=names("activity_id", "z-noon"))
def activities_of_a_section_and_kind(s: Stage) -> Answered:
    return asked(with_programme(s, activities=week()), ACTIVITIES, section="food", kind="training")


def week() -> list[dict[str, Any]]:
    """Two on the sixth, one on the seventh, and one that does not take place."""
    return [
        activity("a-next", venue_id="pool", sessions=[session("2020-06-07T10:00:00+08:00")]),
        activity("early", sessions=[session("2020-06-06T08:00:00+08:00")]),
        activity("off", sessions=[session("2020-06-08T08:00:00+08:00")], status="postponed"),
        activity("z-noon", section_id="food", kind="training"),
    ]


@case(ACTIVITIES, 200, body=lambda text: text.count("activity_id") == PAGE_ENTRIES and '"next":"a-099"' in text)
def a_first_page_of_activities(s: Stage) -> Answered:
    return asked(with_programme(s, activities=many()), ACTIVITIES)


@case(ACTIVITIES, 200, body=names("activity_id", "a-101", "a-100", then='"next":null'))
def the_page_of_activities_after_it(s: Stage) -> Answered:
    return asked(with_programme(s, activities=many()), ACTIVITIES, cursor="a-099")


@case(ACTIVITIES, 200, body=names("activity_id", "a-101", "a-100", then='"next":null'))
def the_page_after_one_whose_last_activity_was_taken_away(s: Stage) -> Answered:
    with_programme(s, activities=many())
    asked(s, ACTIVITIES)
    declared(s, activities=[one for one in many() if one["activity_id"] != "a-099"], revision=1)
    s.clock.advance(1)
    return asked(s, ACTIVITIES, cursor="a-099")


def many() -> list[dict[str, Any]]:
    """The last of 102 is the first of the day."""
    early = activity("a-101", sessions=[session("2020-06-06T08:00:00+08:00")])
    return [*(activity(f"a-{number:03}") for number in range(101)), early]


@case(
    ACTIVITIES,
    400,
    "malformed",
    facts={
        "errors": [
            {"place": "query.day", "message": "must be a day like 2020-06-06"},
            {"place": "query.kind", "message": "must be empty, event, activity, training, broadcast or exhibition"},
            {"place": "query.distrct", "message": "unknown parameter; did you mean district?"},
        ]
    },
)
def parameters_of_activities_that_do_not_fit(s: Stage) -> Answered:
    return asked(opened(s), ACTIVITIES, day="6 June", kind="party", distrct="west")


@case(FACILITIES, 200, body={"facilities": [COURT], "next": None})
def a_facility_with_the_names_of_its_store(s: Stage) -> Answered:
    return asked(with_programme(s, facilities=courts()), FACILITIES, sport="badminton")


@case(
    FACILITIES,
    200,
    body={
        "facilities": [
            {**COURT, "facility_id": "lane", "sport": "swimming", "venue": POOL, "title": "Lane", "price_minor": 0}
        ],
        "next": None,
    },
)
def facilities_of_a_district(s: Stage) -> Answered:
    return asked(with_programme(s, facilities=courts()), FACILITIES, district="east")


@case(FACILITIES, 200, body=names("facility_id", "lane", then='"next":null'))
def facilities_after_a_cursor(s: Stage) -> Answered:
    return asked(with_programme(s, facilities=courts()), FACILITIES, cursor="court")


def courts() -> list[dict[str, Any]]:
    return [facility(), facility("lane", "pool", "swimming", title="Lane", price_minor=0)]


@case(
    FACILITIES,
    400,
    "malformed",
    facts={"errors": [{"place": "query.day", "message": "unknown parameter; known are district, sport, cursor"}]},
)
def a_parameter_that_facilities_lack(s: Stage) -> Answered:
    return asked(opened(s), FACILITIES, day="2020-06-06")
