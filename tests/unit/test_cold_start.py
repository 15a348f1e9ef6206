"""What a function loads at its cold start: nothing that a plain claim or redemption does not need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.unit.source_tree import ROOT

NOT_NEEDED = ("audit", "count", "operate", "points", "schedule")


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_the_functions_of_a_rush_load_no_room_that_plain_requests_do_not_enter(function: str) -> None:
    """Points above all: only a batch with a price, a check-in, or the reversal of either loads them."""
    told = f"import sys, {function}; print(*(name for name in sys.modules if name.startswith('coupons.')))"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "functions")}
    loaded = subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, check=True).stdout
    rooms = {name.split(".")[1] for name in loaded.split()}
    assert "claim" in rooms or "till" in rooms
    assert rooms.isdisjoint(NOT_NEEDED)
