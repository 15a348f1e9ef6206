"""couponctl's year at the venues against a scripted stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.couponctl.scripted_stack import Reply, Stack

PATH = "GET /admin/campaigns/sports/venues"


def court(facility_id: str = "court", **changes: Any) -> dict[str, Any]:
    place = {"facility_id": facility_id, "title": None, "sport": "badminton", "venue_id": "hall", "merchant_id": "hall"}
    numbers = {"days_open": 363, "minutes_open": 363 * 13 * 60, "slots": 1_200, "visits": 3_456}
    return {**place, **numbers, "subsidy_minor": 10_368_000} | changes


def report(*facilities: dict[str, Any], following: str | None = None) -> Reply:
    head = {"campaign_id": "sports", "year": 2022, "currency": "CNY", "through": "2022-12-31"}
    return Reply(body={**head, "facilities": list(facilities), "next": following})


def test_a_line_for_each_facility(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Days and hours open, visits and what was paid, with their sums; minutes where hours are not whole."""
    stack.on(PATH, report(court(), following="court"), report(court("lane", minutes_open=90, days_open=1)))
    assert stack.run("venues", "sports", "--year", "2022") == 0
    assert [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()] == [
        "sports, 2022 through 2022-12-31, Chinese Yuan (CNY)",
        "",
        "facility sport venue days open hours open slots used visits paid",
        "court badminton hall 363 4,719 1,200 3,456 103,680.00 CNY",
        "lane badminton hall 1 1:30 1,200 3,456 103,680.00 CNY",
        "2 facilities: 6,912 visits, 207,360.00 CNY paid",
    ]


def test_a_year_without_facilities(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so."""
    stack.on(PATH, report())
    assert stack.run("venues", "sports", "--year", "2022") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "no facilities"


def test_all_pages_are_one_value(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json."""
    stack.on(PATH, report(court(), following="court"), report(court("lane")))
    assert stack.run("venues", "sports", "--year", "2022", "--json") == 0
    [said] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["facility_id"] for one in said["facilities"]] == ["court", "lane"]


def test_a_year_is_needed(stack: Stack) -> None:
    """A year of our time."""
    assert stack.run("venues", "sports") == 2
    assert stack.run("venues", "sports", "--year", "22") == 2
