"""The event of a visit names partner, event or booking, and nobody."""

from __future__ import annotations

import json
from typing import Any

from coupons.model.points_entries import Entry
from coupons.model.points_events import EarnedEntry, PointsEarned, earned_points
from tests.court import a_slot
from tests.world import KEYS, seconds

NOW_S = seconds("2020-06-06T10:00:00+08:00")


def earned(event: str = "e-1", **changes: Any) -> PointsEarned:
    """The event of Ann's visit, or of her check-in."""
    names = {"session_id": "w1", "activity_id": "walk", "points_kind": "attendance"}
    entry = Entry(f"diner.{event}", NOW_S, "earn", 5, {"2020": 5}, raw=5, **{**names, **changes})
    return earned_points("urn:coupon-season:test", EarnedEntry("sports-points", entry), "Asia/Shanghai")


def shown(event: PointsEarned) -> Any:
    return json.loads(event.model_dump_json())


def test_a_visit_tells_what_it_earned_and_nobody() -> None:
    """A report by its partner's number, a check-in by its booking; why it earned nothing, if it did."""
    told = {"program_id": "sports-points", "merchant_id": "diner", "kind": "attendance", "reason": None, "points": 5}
    told |= {"activity_id": "walk", "session_id": "w1", "earned_at": "2020-06-06T10:00:00+08:00"}
    assert shown(earned())["data"] == {**told, "event_id": "e-1", "booking_id": None}
    booking_id = KEYS.seal_booking(a_slot().slot_id, KEYS.person("ann"), 1)
    assert shown(earned(f"~{booking_id}"))["data"] == {**told, "event_id": None, "booking_id": booking_id}
    assert shown(earned(reason="cap"))["data"]["reason"] == "cap"
    assert earned().id == earned(reason="cap").id != earned("e-2").id
