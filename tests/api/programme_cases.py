"""What an operator declares of a season's programme."""

from __future__ import annotations

from typing import Any

from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.stage import Stage
from tests.bus import Stream
from tests.programmes import GET, PATH, PUT, alert, course, court, programme, row, rule
from tests.world import Answered, campaign

CAMPAIGN = "PUT /admin/campaigns/{campaign_id}"
PLAN = "POST /admin/campaigns/{campaign_id}/plan"
_NO_ROW: dict[str, Any] = {"price_minor": None, "booking_rule": None, "subsidy_batch": None}
_NO_VENUE = {"title": None, "address": None, "geo": None, "accessible": False}
_SEATS = {"capacity": 20, "by": "slot", "batch_id": None, "booking_rule": "week"}
_NO_COURSE = {
    "section_id": None,
    "description": None,
    "district": None,
    "live": None,
    "status": "scheduled",
    "points_kind": None,
}
_ALERT = {"body": None, "image": None, "link": None, "priority": 0}
STORED: dict[str, Any] = {
    "revision": 1,
    "venues": [{**programme()["venues"][0], **_NO_VENUE}],
    "facilities": [{**court({**row(), **_NO_ROW}), "title": None, "closed": [], "subsidy_batch": None}],
    "booking_rules": [{**rule(per_person={"upcoming_max": 4, "per_day_minutes": None}), "no_show": None}],
    "activities": [{**course(), **_NO_COURSE, "banner": None, "seats": _SEATS}],
    "announcements": [{**alert(), **_ALERT, "audience": {"regions": [], "districts": [], "groups": []}}],
    "incentives": None,
}


def put(s: Stage, **changes: Any) -> Answered:
    return s.operator().send(PUT, PATH, body=programme(**changes))


@case(PUT, 201, body=STORED, headers=FIRST)
def the_first_programme(s: Stage) -> Answered:
    return put(opened(s))


@case(PUT, 200, body=STORED, headers=REPLAY)
def the_same_programme_again(s: Stage) -> Answered:
    put(opened(s))
    return put(s)


@case(PUT, 200, body=STORED, headers=REPLAY)
def the_programme_as_get_gives_it(s: Stage) -> Answered:
    put(opened(s))
    return s.operator().send(PUT, PATH, body=s.operator().send(GET, PATH).json)


@case(PUT, 200, body={**STORED, "revision": 2, "announcements": []}, headers=FIRST)
def an_edit_of_the_programme(s: Stage) -> Answered:
    put(opened(s))
    return put(s, revision=1, announcements=[])


@case(GET, 200, body=STORED)
def the_programme_is_read(s: Stage) -> Answered:
    put(opened(s))
    return s.operator().send(GET, PATH)


@case(GET, 200, body=STORED)
def what_was_announced_is_told(s: Stage) -> Answered:
    """An event tells the announcement; an edit of something else tells nothing."""
    opened(s)
    stream = Stream(s)
    put(s)
    (told,) = s.announce(stream.records())
    assert (told["type"], told["subject"]) == ("announcement.published.v1", "rain")
    assert told["data"]["title"] == {"en": "Rain", "zh": "雨"}
    other = {"venue_id": "park", "district": "west"}
    put(s, revision=1, venues=[*programme()["venues"], other])
    put(s, revision=2)
    assert s.announce(stream.records()) == []
    answered = s.operator().send(GET, PATH)
    assert answered.json["revision"] == 3
    return Answered(answered.status, answered.headers, answered.text.replace('"revision":3', '"revision":1'))


@case(GET, 404, "not-found", detail="Campaign 'season' has no programme.")
def a_campaign_without_programme(s: Stage) -> Answered:
    return opened(s).operator().send(GET, PATH)


@case(PUT, 404, "not-found", detail="No campaign 'season'.")
def a_programme_of_no_campaign(s: Stage) -> Answered:
    return put(s)


@case(
    PUT,
    400,
    "malformed",
    facts={
        "errors": [
            {"place": "body.venues.0.store_id", "message": "there is no store 'dinner'; did you mean 'diner'?"},
            {
                "place": "body.facilities.0.schedule.0.last_day",
                "message": "is after the campaign's last day, 2020-09-30",
            },
            {"place": "body.activities.0.seats.batch_id", "message": "there is no batch 'parcel'"},
            {"place": "body.announcements.0.placement", "message": "there is no section 'sport'"},
        ]
    },
)
def a_programme_of_another_campaign(s: Stage) -> Answered:
    venue = {**programme()["venues"][0], "store_id": "dinner"}
    return put(
        opened(s),
        venues=[venue],
        facilities=[court(row(last_day="2020-10-01"))],
        activities=[course(seats={"capacity": 20, "by": "batch", "batch_id": "parcel"})],
        announcements=[alert(placement="section:sport")],
    )


TAKEN = "Facility 'court' belongs to campaign 'season'."
FROZEN = "'court': 2020-06-06 is open for booking, so its slots stay as they are."


@case(
    PUT,
    409,
    "terms-frozen",
    detail=FROZEN,
    facts={
        "differences": [
            {
                "place": "body.facilities.0",
                "kept": {"day": day, "units": 8},
                "stated": {"day": day, "units": 6},
            }
            for day in ("2020-06-06", "2020-06-07", "2020-06-13")
        ]
    },
)
def fewer_units_on_open_dates(s: Stage) -> Answered:
    """On 6 June at ten the dates to the 13th are open."""
    put(opened(s))
    return put(s, revision=1, facilities=[court(units=6)])


@case(PUT, 409, "terms-frozen", detail=TAKEN, facts={"differences": []})
def a_facility_of_another_campaign(s: Stage) -> Answered:
    put(opened(s))
    other, path = campaign(campaign_id="other"), {"campaign_id": "other"}
    other["batches"][0]["batch_id"] = "other-pack"
    s.operator().send(CAMPAIGN, path, body=other)
    return s.operator().send(PUT, path, body=programme())


@case(PUT, 409, "revision-conflict", facts={"revision": 1})
def an_edit_without_its_revision(s: Stage) -> Answered:
    put(opened(s))
    return put(s, announcements=[])


@case(PUT, 409, "revision-conflict", facts={"revision": 0})
def an_edit_of_a_programme_that_is_not_there(s: Stage) -> Answered:
    return put(opened(s), revision=1)


_DROPPED = {"place": "body", "message": "programme.announcements.0.placement: there is no batch 'more'"}


def _draft(s: Stage) -> dict[str, Any]:
    """A campaign whose second batch an announcement names; returns the document without that batch."""
    document = campaign()
    both = [*document["batches"], {**document["batches"][0], "batch_id": "more"}]
    s.operator().send(CAMPAIGN, PATH, body={**document, "batches": both})
    assert put(s, announcements=[alert(placement="batch:more")]).status == 201
    return {**document, "revision": 1}


@case(CAMPAIGN, 400, "malformed", facts={"errors": [_DROPPED]})
def a_campaign_without_what_its_programme_names(s: Stage) -> Answered:
    return s.operator().send(CAMPAIGN, PATH, body=_draft(s))


@case(
    PLAN,
    400,
    "malformed",
    facts={
        "errors": [
            {"place": "body.timezone", "message": "the programme's schedules are in 'Asia/Shanghai', which stays"},
            _DROPPED,
        ]
    },
)
def a_plan_of_one_in_another_zone(s: Stage) -> Answered:
    return s.operator().send(PLAN, PATH, body={**_draft(s), "timezone": "Asia/Tokyo"})
