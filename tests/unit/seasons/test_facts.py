"""Each season says what was announced: every row of its table of facts is true, and a wrong row is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.couponctl.core_yaml import parse
from tests.unit.seasons.season_reader import SEASONS, faults, season

TABLES = sorted((Path(__file__).parent / "facts").glob("*.yaml"))
FACTS = [(table.stem, sentence, rows) for table in TABLES for sentence, rows in parse(table)[1].items()]


def test_each_season_has_a_table_of_facts() -> None:
    """A table has the name of its season."""
    assert [table.name for table in TABLES] == sorted(path.name for path in SEASONS.glob("*.yaml"))


@pytest.mark.parametrize(("name", "sentence", "rows"), FACTS, ids=[sentence for _, sentence, _ in FACTS])
def test_the_season_says_each_fact(name: str, sentence: str, rows: dict[str, Any]) -> None:
    """Each place below a sentence has the value that the table says."""
    assert faults(season(name), "", rows) == [], sentence


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("batches.night-0612.quantity", "20,001"),
        ("batches.night-0612.opens_at", "12 June 2020 20:01"),
        ("batches.night-0614.quantity", "20,000"),
        ("batches.*day.quantity", "none"),
        ("batches.night-0612.size", "none"),
        ("batches.gym-june.booking.required", "no"),
        ("terms.gym-visit.usable.*.starts", "none"),
        ("timezone.city", "Shanghai"),
        ("batches.night-06*.quantity", ["20,000", "20,000"]),
        ("batches.*.remind_days", 2),
        ("batches.night-0612", {"mode": "first_come", "quantity": "20,001"}),
        ("batches.night-0612", {}),
        ("terms.supper-60-20.refund.times_max", None),
        ("sections.*.title.en", []),
        ("words of description.en", []),
        ("words of description.en", [""]),
        ("words of description.en", ["Late suppers", "breakfasts"]),
        ("total of funders.*.budget_minor", "5,000,001 yuan"),
        ("number of terms.supper-60-20.blackout_dates", 3),
        ("number of batches.night-draw.terms", 3),
        ("sum of funders.*.budget_minor", "5,000,000 yuan"),
    ],
)
def test_a_wrong_row_is_seen(place: str, expected: Any) -> None:
    """Another value, an item, field or entry that is not there, too few values, or nothing to compare with."""
    assert len(faults(season("night-2020"), place, expected)) == 1
