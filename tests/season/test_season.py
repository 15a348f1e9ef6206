"""Thirty days and three hundred people, through the handlers; `make nightly` plays three thousand."""

from __future__ import annotations

import os

import pytest

from infra.playing import report
from infra.playing.season import Season
from infra.playing.tills import AGES
from tests.due import assert_nothing_is_missing
from tests.season.document import document

PEOPLE = int(os.environ.get("SEASON_PEOPLE", "300"))
SEED = int(os.environ.get("SEASON_SEED", "1"))
ACTS = {"raised", "paused", "resumed", "stopped", "stopped and voided", "extended", "withheld", "decided about"}
USES = {"paid at once", "held", "given up", "late", "printed", "wrong PINs"}


@pytest.mark.timeout(1800)
def test_every_fen_of_a_season_is_accounted_for() -> None:
    """Every equation holds at every step, and all that can happen did; `pytest -s` shows the season."""
    season = Season(document(PEOPLE), None, PEOPLE, SEED)
    stack = season.stack
    stack.after_minute.append(lambda: assert_nothing_is_missing(stack.store.items, stack.now_s))
    season.play()
    assert season.verdicts.broken == []
    assert season.acts.tally.keys() >= ACTS | {"published late"}
    assert season.tills.uses.keys() >= USES
    assert season.tills.uses["wrong PINs refused"] == season.tills.uses["wrong PINs"]
    assert season.tills.reversals.keys() == set(AGES)
    assert {"code-expired", "not-eligible: limit", "already-claimed-group"} <= (
        season.tills.refused.keys() | season.rushes.refused.keys()
    )
    told = report.report(season, "a test")
    print("\n".join(report.lines(told | {"equations": [], "person": {"name": ""}, "merchant": {}})))  # noqa: T201
