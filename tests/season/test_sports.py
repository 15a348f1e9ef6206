"""Thirty days of sports: each night the equations are true, and points and money are where the books say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coupons.model.points_rules import PointsRules
from tests.season.sports import Sports

Plant = Callable[[pytest.MonkeyPatch], None]


def forgets_the_caps_of_days(patch: pytest.MonkeyPatch) -> None:
    """A visit of four times 30 counts whole."""
    patch.setattr(PointsRules, "month_points", lambda _self, _month, raw: sum(raw.days.values()))


def admits_late_visits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PointsRules, "is_late", lambda *_: False)


FAULTS = {forgets_the_caps_of_days: "balance", admits_late_visits: "admitted"}
"""Fault → what the books see of it."""


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_fault_in_points_turns_the_month_red(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a check that is there for it."""
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=FAULTS[plant]):
        Sports(seed=1).play()


@pytest.mark.timeout(600)
def test_points_and_money_of_a_month_of_sports() -> None:
    """Courts, strikes, late and corrected visits, swims for points, a voided batch; in the end all the rest is back."""
    month = Sports(seed=1)
    month.play("2022-09-01T00:00:31", "2022-09-02T00:01:00", "2022-11-15T00:01:00", "2022-11-16T00:01:00")
    assert {
        "visits reported: late",
        "visits reported: voided",
        "passes voided",
        "check-ins undone",
    } <= month.told.keys()
    print(dict(month.told), f"{month.equations:,} equations")  # noqa: T201 - for `pytest -s`
