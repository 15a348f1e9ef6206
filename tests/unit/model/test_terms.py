"""How long an order may hold a coupon: half an hour, and longer only if it can be used online only. Which stores a
scope may name.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from coupons.model.terms import Terms
from tests.world import terms


def declared(**changes: Any) -> Terms:
    return Terms.model_validate_json(json.dumps(terms(**changes)))


def test_half_an_hour_where_nothing_is_said() -> None:
    """On any channel."""
    assert {declared(scope={"channels": channels}).hold_max_s for channels in ([], ["online"])} == {1_800}


@pytest.mark.parametrize(
    ("hold_max_s", "channels"),
    [(1, []), (1_800, []), (1_800, ["offline"]), (1_801, ["online"]), (604_800, ["online"])],
)
def test_a_hold_at_its_limits_is_taken(hold_max_s: int, channels: list[str]) -> None:
    """A second, half an hour, and a week online."""
    assert declared(hold_max_s=hold_max_s, scope={"channels": channels}).hold_max_s == hold_max_s


@pytest.mark.parametrize(
    ("hold_max_s", "channels", "message"),
    [
        (0, ["online"], "greater than or equal to 1"),
        (604_801, ["online"], "less than or equal to 604800"),
        *[
            (1_801, channels, r"hold_max_s above 1800 needs scope\.channels \[online\]")
            for channels in ([], ["offline"], ["offline", "online"], ["online", "offline"])
        ],
    ],
)
def test_a_longer_hold_is_refused(hold_max_s: int, channels: list[str], message: str) -> None:
    """Above half an hour wherever a counter can take it."""
    with pytest.raises(ValidationError, match=message):
        declared(hold_max_s=hold_max_s, scope={"channels": channels})


@pytest.mark.parametrize("merchants", [[], ["diner", "mall"]])
def test_stores_are_those_of_one_merchant(merchants: list[str]) -> None:
    """Two merchants may call a store alike."""
    with pytest.raises(ValidationError, match="stores needs merchants to name the one merchant"):
        declared(scope={"merchants": merchants, "stores": ["diner"]})
    assert declared(scope={"merchants": ["diner"], "stores": ["diner"]}).scope.stores == ["diner"]


@pytest.mark.parametrize(
    "twice", [{"requires": ["evidence", "evidence"]}, {"scope": {"merchants": ["diner"], "stores": ["a", "a"]}}]
)
def test_nothing_is_named_twice(twice: dict[str, Any]) -> None:
    """Neither a requirement nor a store."""
    with pytest.raises(ValidationError, match="appears twice"):
        declared(**twice)
