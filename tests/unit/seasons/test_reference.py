"""The reference of season documents: written from the models, current, and right about the samples."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.couponctl.campaign_files import load_campaign
from infra.described import meanings
from infra.seasons.__main__ import main, texts
from infra.seasons.reference import models, schema
from tests.unit.seasons.season_reader import SEASONS
from tests.world import campaign

SAMPLES = sorted(SEASONS.glob("*.yaml"))
VALIDATOR = Draft202012Validator(schema())


def test_the_committed_reference_is_what_the_models_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` sees a stale file and a missing one, and names both; writing mends them."""
    assert main(["--check"]) == 0
    monkeypatch.setattr("infra.seasons.__main__.SEASONS", tmp_path)
    (tmp_path / "fields.md").write_text("stale", "utf-8")
    assert main(["--check"]) == 1
    named = capsys.readouterr().err
    assert all(name in named for name in texts())
    assert main([]) == main(["--check"]) == 0


def test_every_field_says_what_it_means() -> None:
    """In a sentence, in its model."""
    for model in models():
        assert meanings(model).keys() >= model.model_fields.keys(), model
        assert all(meaning.endswith(".") for meaning in meanings(model).values()), model


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_an_editor_takes_the_samples(path: Path) -> None:
    """Their first line names the schema, and the schema has nothing against them."""
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=campaign.schema.json\n")
    assert [error.message for error in VALIDATOR.iter_errors(load_campaign(path))] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("currency",), "XXX"),
        (("surprise",), 1),
        (("funders", 0, "budget_minor"), "100"),
        (("terms", 0, "discount", "kind"), "half"),
        (("batches", 0, "terms"), []),
        (("batches", 0, "remind_days"), 31),
        (("batches", 0, "opens_at"), "2020-06-06"),
        (("batches", 0, "opens_at"), "2020-06-06T10:00:00"),
    ],
)
def test_an_editor_marks_what_does_not_fit(place: tuple[Any, ...], value: Any) -> None:
    """A wrong word, an unknown field, a number as text, a bound, a time without its offset."""
    document = copy.deepcopy(campaign())
    assert VALIDATOR.is_valid(document)
    *path, last = place
    part: Any = document
    for step in path:
        part = part[step]
    part[last] = value
    assert not VALIDATOR.is_valid(document)
