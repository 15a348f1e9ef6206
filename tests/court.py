"""A programme with a court of two places that is booked by the hour, for tests of slots and diaries."""

from __future__ import annotations

from typing import Any

from coupons.model.programmes import Programme
from coupons.model.slots import Bookable, Slot, SlotName
from tests.world import World, seconds

DAY = "2020-06-10"
NOW_S = seconds("2020-06-06T10:00:00+08:00")
"""Four days before."""
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PER_PERSON = {"upcoming_max": 4, "per_day_minutes": 120}


def rule(**changes: Any) -> dict[str, Any]:
    made = {
        "booking_rule_id": "court",
        "opens_days_ahead": 7,
        "opens_at": "07:00",
        "per_person": PER_PERSON,
        "waiting_max": 2,
        "promote_until_minutes": 120,
        "cancel_until_minutes": 60,
        "check_in": {"opens_minutes_before": 30, "grace_minutes": 15},
    }
    return made | changes


NO_SHOW = {"strikes": 3, "window_days": 30, "ban_days": 14}


def strict_rule(**changes: Any) -> dict[str, Any]:
    """Three missed slots in thirty days ban for fourteen."""
    return rule(no_show=NO_SHOW, **changes)


def row(**changes: Any) -> dict[str, Any]:
    made = {"weekdays": WEEK, "from": "09:00", "to": "22:00", "slot_minutes": 60}
    return made | {"first_day": "2020-06-01", "last_day": "2020-07-31"} | changes


def facility(**changes: Any) -> dict[str, Any]:
    made = {"facility_id": "court", "venue_id": "hall", "sport": "badminton", "units": 2, "schedule": [row()]}
    return made | {"price_minor": 6_000, "booking_rule": "court"} | changes


def programme(**changes: Any) -> dict[str, Any]:
    """The court in the hall of the merchant `diner`, with its rule."""
    venue = {"venue_id": "hall", "merchant_id": "diner", "store_id": "diner", "district": "east"}
    made = {"venues": [venue], "facilities": [facility()], "booking_rules": [rule()]}
    return made | changes


def bookable(timezone: str = "Asia/Shanghai", name: str = "court", **changes: Any) -> Bookable:
    found = Bookable.of("season", timezone, Programme.model_validate(programme(**changes)), name)
    assert found is not None
    return found


def a_slot(hhmm: str = "0900", day: str = DAY, of: Bookable | None = None) -> Slot:
    found = of or bookable()
    slot = found.slot(SlotName(found.facility_id, day, hhmm))
    assert slot is not None
    return slot


def offer(world: World, **changes: Any) -> None:
    """The season's programme is this one."""
    applied = world.operator().send(
        "PUT /admin/campaigns/{campaign_id}/programme", {"campaign_id": "season"}, body=programme(**changes)
    )
    assert applied.status == 201, applied.text
