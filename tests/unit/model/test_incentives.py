"""The incentives of a programme: each fault at its place, and what a revision can no longer change."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from coupons.faults import faults
from coupons.model.incentive_dates import changed_allotments, refusal_of_incentives
from coupons.model.incentives import Incentives
from coupons.model.programme_rules import misfits, named_merchants
from coupons.model.programmes import Programme
from tests.points import ZONE, incentives, partner, points_rules
from tests.programmes import course, parsed_programme, programme
from tests.world import campaign, parsed, seconds

EARLY = {"kind": "event", "points": 30, "to": "2020-06-10"}
DOUBLED = {"kind": "multiplier", "basis_points": 20_000, "days": ["2020-06-08"]}
FIRST = {"kind": "first_of_kind", "points": 50}
CAPS: list[dict[str, Any]] = incentives()["caps"]


def refused(**changes: Any) -> list[tuple[str, str]]:
    """The places and messages of a programme with these incentives, and activities if stated."""
    others = {name: changes.pop(name) for name in ("activities",) if name in changes}
    with pytest.raises(ValidationError) as refusal:
        parsed_programme(incentives=incentives(**changes), **others)
    return [(one["place"].removeprefix("body."), one["message"]) for one in faults(refusal.value, "body", Programme)]


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"program_id": "Points"}, "incentives.program_id", "must be 1 to 64"),
        ({"expires": {"kind": "end_of_year", "years": 2}}, "incentives.expires.years", "must be at most 1"),
        ({"late_days": 32}, "incentives.late_days", "must be at most 31"),
        (
            {"budget_points": 49_999},
            "incentives.budget_points",
            "is less than all partners' points_max together, 50000",
        ),
        ({"rules": []}, "incentives.rules", "must have at least 1 entry"),
        ({"rules": [*incentives()["rules"], {"kind": "Event", "points": 1}]}, "incentives.rules.3.kind", "a letter"),
        (
            {"rules": [*incentives()["rules"], {"kind": "event", "points": 0}]},
            "incentives.rules.3.points",
            "at least 1",
        ),
        (
            {"rules": [*incentives()["rules"], {**EARLY, "from": "2020-06-11"}]},
            "incentives.rules.3",
            "to is before from",
        ),
        (
            {"rules": [*incentives()["rules"], EARLY, {**EARLY, "from": "2020-06-10", "to": "2020-07-01"}]},
            "incentives.rules.4",
            "overlaps rules.3: a visit of kind 'event' would earn by both",
        ),
        ({"bonuses": [FIRST, DOUBLED, FIRST]}, "incentives.bonuses.2", "bonuses.0 is a first_of_kind already"),
        ({"bonuses": [{**DOUBLED, "basis_points": 9_999}]}, "incentives.bonuses.0.basis_points", "at least 10000"),
        ({"bonuses": [{**DOUBLED, "days": []}]}, "incentives.bonuses.0.days", "at least 1"),
        ({"bonuses": [{"kind": "often", "points": 5}]}, "incentives.bonuses.0", "kind"),
        (
            {"caps": [{"per": "month", "max": 600, "from": "2020-01-02"}]},
            "incentives.caps.0.from",
            "must be the first day of a month",
        ),
        ({"caps": [{"per": "year", "max": 600, "from": "2020-02-01"}]}, "incentives.caps.0.from", "must be 1 January"),
        ({"caps": [CAPS[0], {**CAPS[0], "max": 1}]}, "incentives.caps.1.from", "caps.0 begins there too"),
        ({"partners": [partner(), partner()]}, "incentives.partners.1.partner_id", "'diner' appears twice"),
        (
            {"partners": [partner(kinds=["atendance"])]},
            "incentives.partners.0.kinds.0",
            "there is no rule of kind 'atendance'; did you mean 'attendance'?",
        ),
        (
            {"partners": [partner(activity_ids=["course", "run"])]},
            "incentives.partners.0.activity_ids.1",
            "there is no activity 'run'",
        ),
        ({"activities": [course(points_kind="event")]}, "activities.0.points_kind", "there is no rule of kind 'event'"),
    ],
)
def test_each_fault_is_told_at_its_place(changes: dict[str, Any], place: str, said: str) -> None:
    """One fault is one error."""
    found = refused(**changes)
    where, message = next(one for one in found if one[0] == place)
    assert (where, said in message) == (place, True), message


def test_what_only_touches_is_no_fault() -> None:
    """Rules end to end, two points_max that fill the budget, a cap for each window, a kind of an activity."""
    later = {**EARLY, "from": "2020-06-11", "to": "2020-06-11"}
    stated = incentives(rules=[*incentives()["rules"], EARLY, later], budget_points=50_000)
    parsed_programme(incentives=stated, activities=[course(points_kind="event")])


def test_an_activity_of_a_kind_needs_incentives() -> None:
    """No points, no kinds."""
    with pytest.raises(ValidationError, match="no rule of kind 'training'"):
        parsed_programme(activities=[course(points_kind="training")])


def test_a_partner_is_a_merchant_that_is_known() -> None:
    """Else its token would be refused on every route of merchants."""
    document = parsed_programme(incentives=incentives(partners=[partner(), partner(partner_id="bakery", points_max=1)]))
    assert named_merchants(document) == ["diner", "bakery"]
    season = parsed(campaign())
    [(place, said)] = misfits(document, season, {one.merchant_id: one for one in season.merchants})
    assert (".".join(map(str, place)), said) == ("incentives.partners.1.partner_id", "there is no merchant 'bakery'")


def test_a_visit_is_worth_its_rule_times_the_days_multiplier() -> None:
    """The larger multiplier of a day counts; what is no whole point is dropped; days without rule are worth nothing."""
    half_more = {"kind": "multiplier", "basis_points": 15_000, "days": ["2020-06-08", "2020-06-09"]}
    rules = points_rules(
        bonuses=[half_more, DOUBLED], rules=[{**EARLY, "points": 5, "from": "2020-06-08"}], partners=[]
    )
    days = [f"2020-06-{day:02}" for day in (7, 8, 9, 10, 11)]
    assert [rules.raw("event", 1, day) for day in days] == [None, 10, 7, 5, None]
    assert rules.raw("event", 3, "2020-06-09") == 22
    assert rules.raw("training", 1, "2020-06-08") is None


def test_a_cap_holds_until_a_later_row_of_its_window() -> None:
    """From the first day of the row; before the first row there is none."""
    rows = [{"per": "day", "max": most, "from": day} for most, day in ((30, "2020-06-10"), (60, "2020-06-01"))]
    stated = Incentives.model_validate(incentives(caps=rows))
    days = ("2020-05-31", "2020-06-01", "2020-06-09", "2020-06-10", "2021-01-01")
    assert [stated.cap("day", day) for day in days] == [None, 60, 60, 30, 30]
    assert stated.cap("month", "2020-06-01") is None


@pytest.mark.parametrize(
    ("day", "now", "late"),
    [
        ("2020-06-01", "2020-06-08T23:59:59+08:00", False),
        ("2020-06-01", "2020-06-09T00:00:00+08:00", True),
        ("2020-12-31", "2021-01-01T00:00:00+08:00", False),
    ],
)
def test_a_visit_is_late_when_its_days_are_over(day: str, now: str, late: bool) -> None:
    """Seven days after its own, in the campaign's zone."""
    assert points_rules().is_late(day, seconds(now)) is late


def test_a_visit_of_a_year_whose_points_have_ended_is_late() -> None:
    """Nothing could be counted for it any more."""
    rules = points_rules(expires={"kind": "end_of_year", "years": 0})
    assert not rules.is_late("2020-12-31", seconds("2020-12-31T23:59:59+08:00"))
    assert rules.is_late("2020-12-31", seconds("2021-01-01T00:00:00+08:00"))
    assert points_rules().ends_at_s(2022) == seconds("2024-01-01T00:00:00+08:00")


NOW = "2020-06-13T12:00:00+08:00"
LATER = "2020-06-14"


def frozen(now: str = NOW, before: dict[str, Any] | None = None, **changes: Any) -> str | None:
    """The first place at which these changes are refused."""
    stored = Incentives.model_validate(incentives(**(before or {})))
    document = Incentives.model_validate(incentives(**(before or {}), **changes))
    found = refusal_of_incentives(stored, document, ZONE, seconds(now))
    return found.differences[0]["place"].removeprefix("body.incentives.") if found else None


def with_cap(per: str, first_day: str, most: int = 10) -> list[dict[str, Any]]:
    return [*CAPS, {"per": per, "max": most, "from": first_day}]


def from_day(day: str, points: int = 1) -> list[dict[str, Any]]:
    """Attendance earns something else from this day on; the other kinds as before."""
    last = f"{day[:8]}{int(day[8:]) - 1:02}"
    rest = incentives()["rules"][1:]
    return [
        {"kind": "attendance", "points": 5, "to": last},
        {"kind": "attendance", "points": points, "from": day},
        *rest,
    ]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"program_id": "other"}, "program_id"),
        ({"unit_value_minor": 11}, "unit_value_minor"),
        ({"expires": {"kind": "end_of_year", "years": 0}}, "expires"),
        ({"caps": CAPS[1:]}, "caps"),
        ({"caps": [{**CAPS[0], "max": 30}, *CAPS[1:]]}, "caps.0"),
        ({"caps": with_cap("day", "2020-06-13")}, "caps.3"),
        ({"caps": with_cap("day", LATER)}, None),
        ({"caps": with_cap("month", "2020-06-01")}, "caps.3"),
        ({"caps": with_cap("month", "2020-07-01")}, None),
        ({"caps": with_cap("year", "2021-01-01")}, None),
        ({"caps": list(reversed(CAPS))}, None),
        ({"bonuses": [DOUBLED]}, "bonuses"),
        ({"bonuses": [{**FIRST, "points": 30}, DOUBLED]}, "bonuses"),
        ({"bonuses": [FIRST]}, "bonuses"),
        ({"bonuses": [FIRST, {**DOUBLED, "days": ["2020-06-08", "2020-06-13"]}]}, "bonuses"),
        ({"bonuses": [FIRST, {**DOUBLED, "days": ["2020-06-08", LATER]}]}, None),
        ({"bonuses": [FIRST, DOUBLED, {**DOUBLED, "basis_points": 30_000}]}, "bonuses"),
        ({"bonuses": [DOUBLED, FIRST, {**DOUBLED, "basis_points": 15_000}]}, None),
        ({"rules": from_day("2020-06-13")}, "rules.1"),
        ({"rules": from_day(LATER)}, None),
        ({"rules": from_day("2020-06-10", points=5)}, None),
        ({"rules": [*incentives()["rules"], {"kind": "event", "points": 30}]}, None),
        ({"partners": [], "rules": incentives()["rules"][1:]}, "rules"),
        ({"partners": [], "late_days": 3, "refund_grace_days": 1, "budget_points": 1}, None),
    ],
)
def test_what_could_have_been_earned_stays(changes: dict[str, Any], place: str | None) -> None:
    """Windows, days and bonuses that have begun; later ones are free, and so is what no point was computed by."""
    assert frozen(**changes) == place


@pytest.mark.parametrize(("now", "place"), [("T23:53:59+08:00", None), ("T23:54:00+08:00", "caps.3")])
def test_the_next_day_begins_a_little_before_midnight(now: str, place: str | None) -> None:
    """Visits of the next day may have been admitted by then: clocks differ by up to five minutes."""
    assert frozen("2020-06-13" + now, caps=with_cap("day", LATER)) == place


def test_before_the_first_rule_begins_everything_can_change() -> None:
    """Nobody can have earned anything."""
    ahead = {"rules": [{**rule, "from": LATER} for rule in incentives()["rules"]]}
    assert frozen(before=ahead, program_id="other", caps=[], bonuses=[]) is None
    assert frozen("2020-06-14T00:00:00+08:00", before=ahead, program_id="other") == "program_id"


def test_incentives_that_began_cannot_be_dropped() -> None:
    """And the refusal says what stays, and from when it can differ."""
    stored = Incentives.model_validate(incentives())
    gone = refusal_of_incentives(stored, None, ZONE, seconds(NOW))
    assert str(gone) == 'Points are earned already: incentives stays "sports-points".'
    other = Incentives.model_validate(incentives(caps=with_cap("day", "2020-06-13")))
    refusal = refusal_of_incentives(stored, other, ZONE, seconds(NOW))
    assert str(refusal) == (
        "Points are earned already: incentives.caps.3 stays null. A row of a later day than 2020-06-13 can differ."
    )
    assert refusal_of_incentives(None, stored, ZONE, seconds(NOW)) is None


def test_changed_allotments_are_those_with_another_maximum() -> None:
    """One who is dropped has nothing left; of a first document nothing is changed."""
    three = [partner(partner_id=name, points_max=10) for name in ("a", "b", "c")]
    stored = Incentives.model_validate(incentives(partners=three))
    joined = [{**three[0], "points_max": 9}, three[1], partner(partner_id="d", points_max=3)]
    document = Incentives.model_validate(incentives(partners=joined))
    assert changed_allotments(stored, document) == {"a": 9, "c": 0, "d": 3}
    assert changed_allotments(stored, None) == {"a": 0, "b": 0, "c": 0}
    assert changed_allotments(None, stored) == changed_allotments(stored, stored) == {}


def test_a_document_is_read_back_as_it_was_sent() -> None:
    """`from` and `to` keep their names."""
    stored = parsed_programme(incentives=incentives())
    assert Programme.model_validate_json(stored.model_dump_json(exclude_unset=True)) == stored
    assert programme(incentives=incentives())["incentives"] == stored.model_dump(exclude_unset=True)["incentives"]
