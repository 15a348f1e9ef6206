"""Limits that do nothing are named: nobody can reach them, or their count never starts anew."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.model.test_oversights import COUNT, Edit, warned


def limits(*found: dict[str, Any]) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document["limits"] = list(found)
        document["batches"][0]["limits"] = [one["limit_id"] for one in found]

    return edit


WRONG: dict[str, tuple[Edit, str, str]] = {
    "limit above what can be claimed": (limits(COUNT), "body.limits.0.packs_max", "at most 1 packs"),
    "limit above the quantity": (
        limits({**COUNT, "per": "household", "packs_max": 11}),
        "body.limits.0.packs_max",
        "a household can claim at most 10",
    ),
    "limit above what can be used": (
        limits({**COUNT, "counts": "redemptions"}),
        "body.limits.0.packs_max",
        "a person can use at most 1 coupons",
    ),
    "cycle that never comes round": (
        limits({**COUNT, "packs_max": 1, "period": {"days": 2, "from": "2020-06-06"}}),
        "body.limits.0.period.days",
        "one period, 2020-06-06 to 2020-06-07",
    ),
    "cycle of uses that never comes round": (
        limits({**COUNT, "packs_max": 1, "counts": "redemptions", "period": {"days": 16, "from": "2020-06-06"}}),
        "body.limits.0.period.days",
        "one period, 2020-06-06 to 2020-06-21",
    ),
    "nothing after the first": (limits({"kind": "one_at_a_time", "limit_id": "next"}), "body.limits.0", "no next one"),
}
RIGHT: dict[str, Edit] = {
    "a limit that can be met": limits({**COUNT, "packs_max": 1}),
    "a limit of uses that can be met": limits({**COUNT, "packs_max": 1, "counts": "redemptions"}),
    "a second cycle in the last second": limits(
        {**COUNT, "packs_max": 1, "counts": "redemptions", "period": {"days": 15, "from": "2020-06-06"}}
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_limit_that_does_nothing_is_named(name: str) -> None:
    """One warning, at the number that makes it so."""
    edit, place, words = WRONG[name]
    [(found, message)] = warned(edit)
    assert (found, words in message) == (place, True), message


@pytest.mark.parametrize("name", RIGHT)
def test_a_limit_that_can_refuse_is_not_warned_of(name: str) -> None:
    """One unit less, or one day."""
    assert warned(RIGHT[name]) == []
