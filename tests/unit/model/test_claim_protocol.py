"""The models of the protocols (tests/model) name the code that each of their rules is in."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "model"
ROOMS = "|".join(path.name for path in (Path(__file__).parents[3] / "functions" / "coupons").iterdir() if path.is_dir())
PLACES = sorted(
    {
        found.group()
        for path in MODEL.glob("*.pml")
        for found in re.finditer(rf"\b(?:{ROOMS})(?:\.(?!pml\b)\w+)+", path.read_text("utf-8"))
    }
)


@pytest.mark.parametrize("place", PLACES)
def test_the_code_that_a_rule_names_exists(place: str) -> None:
    """Room, module, and a name or a method in it."""
    room, module, *names = place.split(".")
    found = importlib.import_module(f"coupons.{room}.{module}")
    for name in names:
        found = getattr(found, name)


def test_rules_name_their_code() -> None:
    """The protocols are in the rooms of claims, slots, tills, stores, processes, operators and the schedule."""
    assert {place.partition(".")[0] for place in PLACES} == {
        "claim",
        "model",
        "stores",
        "process",
        "operate",
        "schedule",
        "slots",
        "till",
    }
