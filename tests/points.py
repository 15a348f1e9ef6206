"""Incentives for tests of points: three kinds of visit, caps, a doubled day, and a bonus for the first of a kind."""

from __future__ import annotations

from typing import Any

from coupons.model.incentives import Incentives
from coupons.model.points_rules import PointsRules

ZONE = "Asia/Shanghai"


def partner(**changes: Any) -> dict[str, Any]:
    """The diner of `tests/world.py`, which reports visits of every kind."""
    made = {"partner_id": "diner", "activity_ids": [], "kinds": ["attendance", "venue_booking", "training"]}
    return {**made, "points_max": 50_000, "points_max_per_day": 2_000, **changes}


def incentives(**changes: Any) -> dict[str, Any]:
    return {
        "program_id": "sports-points",
        "unit_value_minor": 10,
        "expires": {"kind": "end_of_year", "years": 1},
        "late_days": 7,
        "budget_points": 100_000,
        "refund_grace_days": 30,
        "rules": [
            {"kind": "attendance", "points": 5},
            {"kind": "venue_booking", "points": 10},
            {"kind": "training", "points": 15},
        ],
        "bonuses": [
            {"kind": "first_of_kind", "points": 50},
            {"kind": "multiplier", "basis_points": 20_000, "days": ["2020-06-08"]},
        ],
        "caps": [
            {"per": "day", "max": 60, "from": "2020-01-01"},
            {"per": "month", "max": 600, "from": "2020-01-01"},
            {"per": "year", "max": 3_000, "from": "2020-01-01"},
        ],
        "partners": [partner()],
        **changes,
    }


def points_rules(**changes: Any) -> PointsRules:
    return PointsRules(Incentives.model_validate(incentives(**changes)), ZONE)
