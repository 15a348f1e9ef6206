"""The programmes of the sample seasons over HTTP, as the stack of `make run` serves them once it is ready."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack


def read(stack: LocalStack, path: str) -> Any:
    """The body of a public GET, which shared caches may keep for five seconds."""
    with stack.caller() as anybody:
        answered = anybody.send("GET", path)
    assert (answered.status, answered.headers["cache-control"]) == (200, "public, max-age=5"), answered.text
    return answered.json


@pytest.mark.parametrize("campaign_id", ["beijing-2020", "beijing-sports", "hubei-2020"])
def test_every_season_has_its_programme(stack: LocalStack, campaign_id: str) -> None:
    """Activities of more than one section."""
    shown = read(stack, f"/campaigns/{campaign_id}/activities")["activities"]
    assert len({one["section_id"] for one in shown}) > 1


def test_activities_of_a_district_on_a_day(stack: LocalStack) -> None:
    """In the order of the day, with where they are; and on a day without any, the next that has some."""
    path = "/campaigns/beijing-2020/activities?district=shijingshan&day="
    today, nothing = (read(stack, f"{path}{day}") for day in ("2020-06-06", "2020-06-08"))
    assert [one["activity_id"] for one in today["activities"]] == ["steel-mill-tour", "steel-mill-night"]
    assert {one["venue"]["title"]["zh"] for one in today["activities"]} == {"首钢园"}
    assert (nothing["activities"], nothing["next_day"]) == ([], "2020-06-13")


def test_facilities_for_a_sport(stack: LocalStack) -> None:
    """With the name of the store where the venue has none of its own."""
    (court,) = read(stack, "/campaigns/beijing-sports/facilities?sport=badminton")["facilities"]
    assert (court["facility_id"], court["units"], court["venue"]["title"]["en"]) == (
        "east-gate-court",
        8,
        "East Gate Badminton Hall",
    )


def test_announcements_of_a_moment_alerts_first(stack: LocalStack) -> None:
    """On the morning of the opening, at home."""
    stack.set_clock("2020-06-06T10:00:00+08:00")
    found = read(stack, "/campaigns/beijing-2020/announcements?placement=home")["announcements"]
    assert [one["announcement_id"] for one in found] == ["fake-sellers", "first-opening"]
