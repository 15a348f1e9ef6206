"""The table of rules as a whole: every row is played, and every document line is in a season file."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from infra.couponctl.campaign_files import read_campaign
from infra.couponctl.main import main
from tests.api.rules import PLAYS, REQUEST, Row, table
from tests.api.seasons import season
from tests.unit.seasons.season_reader import SEASONS

ANY = "*"
AT_ANY_TIME = {"suspended_districts"}
"""What an operator adds to a season that runs: the files have it, empty."""


def in_documents(row: Row) -> list[str]:
    """The row's lines that are parts of a campaign document; none if they are a request and its body."""
    return [] if any(map(REQUEST.fullmatch, row.lines)) else [line for line in row.lines if ": " in line]


def holds(document: Any, part: Any) -> bool:
    """Whether `part` is anywhere in it: mappings and lists may have more members, and ANY matches anything."""
    if _is_like(document, part):
        return True
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return any(holds(value, part) for value in inner)


def _is_like(value: Any, part: Any) -> bool:
    if isinstance(part, dict) and isinstance(value, dict):
        return all(name == ANY or (name in value and _is_like(value[name], part[name])) for name in part)
    if isinstance(part, list) and isinstance(value, list):
        return all(any(_is_like(one, wanted) for one in value) for wanted in part)
    return part in (value, ANY)


def test_every_row_is_played_and_every_play_has_its_row() -> None:
    """The rows of the table and the plays are the same."""
    for path in sorted(Path(__file__).parent.glob("test_rules_*.py")):
        importlib.import_module(f"tests.api.{path.stem}")
    assert set(table()) == PLAYS


@pytest.mark.parametrize("rule", [row.rule for row in table().values() if in_documents(row)])
def test_every_document_line_stands_in_a_season(rule: str) -> None:
    """Each document line without blanks is in a season file, word for word, or in its programme."""
    seasons = [part for path in SEASONS.glob("*.yaml") for part in (season(path.stem), read_campaign(path).programme)]
    row = table()[rule]
    for line in in_documents(row):
        blanks = [{ANY: ANY} if "{…" in line else ANY] * line.count("…")
        part = row.document(row.lines.index(line), *blanks)
        part |= dict.fromkeys(AT_ANY_TIME & part.keys(), ANY)
        assert any(holds(document, part) for document in seasons), line


@pytest.mark.parametrize("command", [span for row in table().values() for span in row.spans if "couponctl " in span])
def test_every_command_is_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """couponctl has the help of each command in the table."""
    assert main([*command.split()[1:], "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: {command} ")
