"""A programme for the campaign of `tests/world.py`: a court of the diner, a course booked by session, an alert."""

from __future__ import annotations

import json
from typing import Any

from coupons.model.programmes import Programme
from tests.world import World

PATH = {"campaign_id": "season"}
PUT, GET = (f"{method} /admin/campaigns/{{campaign_id}}/programme" for method in ("PUT", "GET"))
ZONE = "Asia/Shanghai"


def row(**changes: Any) -> dict[str, Any]:
    """Saturdays and Sundays of June from 6 June, three slots of an hour."""
    week = {"weekdays": ["sat", "sun"], "from": "09:00", "to": "12:00", "slot_minutes": 60}
    return {**week, "first_day": "2020-06-06", "last_day": "2020-06-28", **changes}


def court(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    made = {"facility_id": "court", "venue_id": "hall", "sport": "badminton", "units": 8, "price_minor": 6_000}
    return {**made, "booking_rule": "week", "schedule": list(rows) or [row()], **changes}


def rule(**changes: Any) -> dict[str, Any]:
    """Opens seven days ahead, at seven in the morning."""
    made = {"booking_rule_id": "week", "opens_days_ahead": 7, "opens_at": "07:00", "per_person": {"upcoming_max": 4}}
    until = {"waiting_max": 20, "promote_until_minutes": 120, "cancel_until_minutes": 60}
    return {**made, **until, "check_in": {"opens_minutes_before": 30, "grace_minutes": 15}, **changes}


def session(**changes: Any) -> dict[str, Any]:
    made = {"session_id": "first", "starts_at": "2020-06-10T18:00:00+08:00", "ends_at": "2020-06-10T20:00:00+08:00"}
    return {**made, **changes}


def course(*sessions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    seats = {"capacity": 20, "by": "slot", "booking_rule": "week"}
    made = {"activity_id": "course", "kind": "training", "title": "A course", "venue_id": "hall", "seats": seats}
    return {**made, "sessions": list(sessions) or [session()], **changes}


def alert(**changes: Any) -> dict[str, Any]:
    made = {"announcement_id": "rain", "placement": "home", "kind": "alert", "title": {"en": "Rain", "zh": "雨"}}
    return {**made, "starts_at": "2020-06-06T08:00:00+08:00", "ends_at": "2020-06-07T08:00:00+08:00", **changes}


def programme(**changes: Any) -> dict[str, Any]:
    venue = {"venue_id": "hall", "merchant_id": "diner", "store_id": "diner", "district": "east"}
    return {
        "venues": [venue],
        "facilities": [court()],
        "booking_rules": [rule()],
        "activities": [course()],
        "announcements": [alert()],
        **changes,
    }


def parsed_programme(**changes: Any) -> Programme:
    return Programme.model_validate_json(json.dumps(programme(**changes)))


def applied(world: World, **changes: Any) -> Any:
    """The answer to a PUT of the programme with these changes."""
    return world.operator().send(PUT, PATH, body=programme(**changes))
