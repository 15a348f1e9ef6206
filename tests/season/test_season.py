"""Thirty days and three hundred people, through the handlers; `make nightly` plays three thousand."""

from __future__ import annotations

import os

import pytest

from tests.season.season import Season

PEOPLE = int(os.environ.get("SEASON_PEOPLE", "300"))
SEED = int(os.environ.get("SEASON_SEED", "1"))


@pytest.mark.timeout(1800)
def test_every_fen_of_a_season_is_accounted_for() -> None:
    """Every equation holds at every step and in the end; `pytest -s` shows the season."""
    season = Season(PEOPLE, SEED)
    season.play()
    print(season.table())  # noqa: T201 - for `pytest -s`
