"""When a facility's day is due to be swept, and which days are looked at."""

from __future__ import annotations

from datetime import date

import pytest

from coupons.model.programmes import Programme
from coupons.model.swept_days import FacilityDay, SweptDays, days_after, due_moments
from tests.court import DAY, facility, programme, row, rule
from tests.programmes import course, session
from tests.world import seconds

NIGHT = rule(booking_rule_id="night", check_in={"opens_minutes_before": 0, "grace_minutes": 1440})
NOBODY = rule(booking_rule_id="nobody", check_in=None)


def due(zone: str = "Asia/Shanghai", day: str = DAY, **changes: object) -> dict[str, int]:
    document = Programme.model_validate(programme(booking_rules=[rule(), NIGHT, NOBODY], **changes))
    return dict(due_moments("season", zone, document, day))


def test_a_day_is_due_a_fence_after_the_last_grace() -> None:
    """Of all its slots; a day without slots never is."""
    assert due() == {"court": seconds(f"{DAY}T21:15:30+08:00")}
    assert due(day="2020-09-01") == {}


def test_the_longest_grace_decides() -> None:
    """Also of a slot that is not the last one, and over midnight."""
    night = row(**{"from": "08:00", "to": "09:00", "booking_rule": "night"})
    assert due(facilities=[facility(schedule=[row(), night])]) == {"court": seconds("2020-06-11T08:00:30+08:00")}


def test_what_checks_nobody_in_is_never_due() -> None:
    """A row without check-in counts for nothing beside one with it."""
    late = row(**{"from": "22:00", "to": "23:00", "booking_rule": "nobody"})
    facilities = [facility(schedule=[row(), late]), facility(facility_id="hall", booking_rule="nobody")]
    assert due(facilities=facilities) == {"court": seconds(f"{DAY}T21:15:30+08:00")}


def test_seats_by_slot_are_due_by_their_sessions() -> None:
    """On the day of the wall clock on which they begin."""
    seats = {"capacity": 2, "by": "slot", "booking_rule": "court"}
    late = session(starts_at=f"{DAY}T23:50:00+08:00", ends_at="2020-06-11T01:00:00+08:00")
    found = due(activities=[course(late, seats=seats)])
    assert found["course"] == seconds("2020-06-11T00:05:30+08:00")
    assert "course" not in due(day="2020-06-11", activities=[course(late, seats=seats)])


@pytest.mark.parametrize(
    ("through", "last", "expected"),
    [
        ("", "2020-06-02", ["2020-06-01", "2020-06-02"]),
        ("2020-06-01", "2020-06-02", ["2020-06-02"]),
        ("2020-06-02", "2020-06-02", []),
        ("", "2020-05-31", []),
    ],
)
def test_days_are_those_after_what_is_swept(through: str, last: str, expected: list[str]) -> None:
    """From the first day with slots on."""
    document = Programme.model_validate(programme())
    assert list(days_after(through, document, "Asia/Shanghai", date.fromisoformat(last))) == expected


def test_a_programme_without_slots_has_no_days() -> None:
    """Nothing is ever due."""
    assert list(days_after("", Programme(), "UTC", date(2020, 6, 6))) == []


def test_a_clock_that_was_set_back_begins_a_round() -> None:
    """Without marks, and at most through a day that is over by any rule."""
    swept = SweptDays(7, "2020-06-20", 2, frozenset({FacilityDay("2020-06-21", "court")}))
    assert swept.set_back(date(2020, 6, 10)) == SweptDays(7, "2020-06-07", 3)
    assert SweptDays().set_back(date(2020, 6, 10)) == SweptDays(0, "", 1)
