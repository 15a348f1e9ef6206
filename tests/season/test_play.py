"""`couponctl play`: the sample seasons are played to their last equation, and a spoiled item turns one red."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.couponctl.campaign_files import read_campaign
from infra.couponctl.main import main
from infra.local.settings import checkout
from infra.playing.plants import PLANTS, Plant, is_named
from infra.playing.season import Season
from infra.playing.stack import quiet
from infra.playing.verdicts import Judged
from infra.virtual.chance import Chance

PEOPLE, FEW = 20, 10
SEASONS = ("beijing-2020", "beijing-sports", "hubei-2020", "night-2020")


def file_of(name: str) -> Path:
    return checkout() / "infra" / "seasons" / f"{name}.yaml"


def played(
    capsys: pytest.CaptureFixture[str], name: str, *options: str, people: int = FEW
) -> tuple[int, dict[str, Any]]:
    """The exit code, and the report."""
    code = main(["play", str(file_of(name)), "--people", str(people), *options, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", SEASONS)
def test_each_equation_of_a_sample_season_is_true(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is in the report with its numbers; every funder's budget is spent or left, and nothing stays reserved."""
    code, told = played(capsys, name, people=PEOPLE)
    assert (code, told["broken"]) == (0, [])
    assert {one["batch_id"] for one in told["batches"]} <= {one["of"] for one in told["equations"]}
    assert [one for one in told["funders"] if one["still_reserved_minor"]] == []
    assert all(one["budget_minor"] == one["spent_minor"] + one["left_minor"] for one in told["funders"])
    assert min(told["faults"].values()) > 0, "a kind of fault never happened"


def test_the_same_seed_plays_the_same_season(capsys: pytest.CaptureFixture[str]) -> None:
    """To the last item and dollar."""
    first, again = (played(capsys, "night-2020", "--seed", "5")[1] for _ in range(2))
    assert first == again


@pytest.fixture(scope="module")
def season() -> Season:
    """One that is over."""
    file = read_campaign(file_of("beijing-sports"))
    made = Season(file.document, file.programme, PEOPLE, seed=1)
    made.play()
    assert made.verdicts.broken == []
    return made


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_one_spoiled_item_turns_the_last_reckoning_red(season: Season, plant: Plant) -> None:
    """By an equation that speaks of what the item is of."""
    store = season.stack.store
    before = store.snapshot()
    try:
        planted = plant(season, Chance(1).stream("plant"))
        with quiet():
            season.nights.at_the_end(season.first, season.last)
        assert is_named(season, planted), season.verdicts.broken
    finally:
        store.restore(before)
        season.verdicts.broken.clear()


def test_a_planted_season_ends_with_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    """The report says which item was spoiled, and that it was found."""
    code, told = played(capsys, "night-2020", "--plant", "5")
    assert (code, told["planted"]["is"]) == (1, "named")


def test_a_season_too_small_for_a_plant_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence and exit code 2: nothing was spoiled, so nothing could be found."""
    code, told = played(capsys, "night-2020", "--plant", "7")
    assert code == 2
    assert "finds nothing to spoil in this season of 10 people" in told["error"]["detail"]


def test_what_cannot_be_is_a_false_equation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that the books refuse ends the season early, and red."""

    def refuse(_season: Season, *_more: Any) -> None:
        raise AssertionError("12 claims of 11")

    monkeypatch.setattr(Season, "play", refuse)
    code, told = played(capsys, "night-2020")
    assert (code, told["broken"]) == (1, [Judged("answers", "12 claims of 11", holds=False)._asdict()])
