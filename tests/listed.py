"""Programmes of the season of `tests/world.py`, as short as a list of their entries; courts are those of `court.py`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from coupons.model.programmes import Programme
from tests import court

NOON, ONE = "2020-06-06T12:00:00+08:00", "2020-06-06T13:00:00+08:00"
VENUES: list[dict[str, Any]] = [
    {"venue_id": "hall", "merchant_id": "diner", "store_id": "diner", "district": "west", "accessible": True},
    {"venue_id": "pool", "merchant_id": "diner", "store_id": "diner", "district": "east", "title": "Pool"},
]


def session(starts_at: str = NOON, ends_at: str = "", session_id: str = "only") -> dict[str, str]:
    """Of an hour if no end is stated."""
    return {
        "session_id": session_id,
        "starts_at": starts_at,
        "ends_at": ends_at or starts_at.replace(":00:00+", ":59:00+"),
    }


def activity(activity_id: str = "walk", **changes: Any) -> dict[str, Any]:
    """An activity from 12:00 to 13:00 on 6 June."""
    return {
        "activity_id": activity_id,
        "kind": "activity",
        "title": {"en": "Walk", "zh": "漫步"},
        "sessions": [session(NOON, ONE)],
        **changes,
    }


def facility(facility_id: str = "court", venue_id: str = "hall", sport: str = "badminton", **changes: Any) -> Any:
    """Two units from 9 to 22 o'clock every day."""
    return court.facility(facility_id=facility_id, venue_id=venue_id, sport=sport, **changes)


def announcement(announcement_id: str = "open", **changes: Any) -> dict[str, Any]:
    """Shown at home from 12:00 to 13:00 on 6 June."""
    return {
        "announcement_id": announcement_id,
        "placement": "home",
        "kind": "announcement",
        "title": {"en": "Open", "zh": "开放"},
        "starts_at": NOON,
        "ends_at": ONE,
        **changes,
    }


def document(
    activities: Iterable[Any] = (), facilities: Iterable[Any] = (), announcements: Iterable[Any] = (), **more: Any
) -> dict[str, Any]:
    """A programme with two venues and a booking rule."""
    lists = {"activities": activities, "facilities": facilities, "announcements": announcements}
    return {
        "venues": VENUES,
        "booking_rules": [court.rule()],
        **{name: list(one) for name, one in lists.items()},
        **more,
    }


def programme(**lists: Any) -> Programme:
    return Programme.model_validate_json(json.dumps(document(**lists)))
