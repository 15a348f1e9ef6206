"""A season's file with a programme: its faults have lines, and its places are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.couponctl.campaign_files import read_campaign
from infra.couponctl.core_yaml import DocumentFileError
from infra.couponctl.programmes import planned, told
from tests.programmes import court, programme, row
from tests.world import campaign


def written(path: Path, **changes: Any) -> Path:
    """A file with the campaign, and with the programme with these changes."""
    file = path / "season.yaml"
    file.write_text(yaml.safe_dump({**campaign(), "programme": programme(**changes)}, sort_keys=False), "utf-8")
    return file


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text("utf-8").splitlines(), 1) if text in line)


def test_both_documents_are_read_apart(tmp_path: Path) -> None:
    """The campaign is sent without the key, and the programme by itself; without a stack nothing is compared."""
    file = read_campaign(written(tmp_path))
    assert file.document == campaign()
    assert file.programme == programme()
    assert planned(None, file) == {"revision": None, "changes": None, "refusals": None}
    assert file.located([{"place": "facilities[court].units"}], "programme")[0]["line"] == line_of(
        tmp_path / "season.yaml", "units: 8"
    )


@pytest.mark.parametrize(
    ("changes", "text", "said"),
    [
        ({"facilities": [court(units=0)]}, "units: 0", "programme.facilities[0].units: must be at least 1"),
        (
            {"facilities": [court(row(last_day="2020-10-01"))]},
            "2020-10-01",
            "programme.facilities[0].schedule[0].last_day: is after the campaign's last day, 2020-09-30",
        ),
        ({"facilities": [court(venue_id="halls")]}, "halls", "there is no venue 'halls'; did you mean 'hall'?"),
    ],
)
def test_a_fault_has_its_line(tmp_path: Path, changes: dict[str, Any], text: str, said: str) -> None:
    """Of the programme alone, and of what it names of its campaign."""
    file = written(tmp_path, **changes)
    line = line_of(file, f"last_day: '{text}'" if text.startswith("2020") else text)
    with pytest.raises(DocumentFileError) as refused:
        read_campaign(file)
    assert any(f"season.yaml:{line}: " in one and said in one for one in str(refused.value).splitlines()), str(
        refused.value
    )


def test_a_merchant_of_its_own_is_left_to_the_stack(tmp_path: Path) -> None:
    """A merchant that the file does not declare may have a record."""
    venue = {**programme()["venues"][0], "merchant_id": "bakery", "store_id": "bakery"}
    assert read_campaign(written(tmp_path, venues=[venue])).programme is not None


CHANGES = [{"place": f"activities[{kind}]", "change": kind, "kept": {}, "stated": {}} for kind in ("removed", "added")]


@pytest.mark.parametrize(
    ("revision", "changes", "said"),
    [
        (None, [], "is new"),
        (None, CHANGES[1:], "is new"),
        (2, [], "nothing changes, revision 2"),
        (2, CHANGES, "is at revision 2; 1 added, 1 removed"),
    ],
)
def test_a_plan_begins_with_what_happens(revision: int | None, changes: list[dict[str, Any]], said: str) -> None:
    """Then comes a line for each change; a new programme may be empty."""
    first, *lines = told({"revision": revision, "changes": changes, "refusals": []}, "season", "CNY")
    assert first == f"programme of season: {said}"
    assert len(lines) == len(changes)
