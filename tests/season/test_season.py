"""Thirty days and three hundred people, through the handlers; `make nightly` plays three thousand."""

from __future__ import annotations

import os

import pytest

from tests.season.board import KNOWN, counted, in_books, on_board, total
from tests.season.season import Season

PEOPLE = int(os.environ.get("SEASON_PEOPLE", "300"))
SEED = int(os.environ.get("SEASON_SEED", "1"))


@pytest.mark.timeout(1800)
def test_every_fen_of_a_season_is_accounted_for() -> None:
    """Every equation holds at every step, and live statistics are the books'; `pytest -s` shows the season."""
    season = Season(PEOPLE, SEED)
    season.play()
    services = counted(season)
    for by in KNOWN:
        rows, whole = on_board(season, services, by)
        assert rows == in_books(season, by), by
        assert whole == total(in_books(season, "batch")), by
    assert {"bookings", "claims", "redemptions", "reversals"} <= whole.keys()
    print(season.table())  # noqa: T201 - for `pytest -s`
