"""couponctl applies a season's file with its programme to a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api.test_couponctl import printed, run, town
from tests.programmes import GET, PATH, alert, court, programme
from tests.served import Served
from tests.world import a_batch, campaign

__all__ = ["town"]


def written(path: Path, **changes: Any) -> str:
    """The file of the town's season, with a programme."""
    document = campaign(a_batch(), a_batch("care", mode="granted", quantity=2, eligibility={"group_id": "nurses"}))
    document["merchants"][0]["stores"][0]["district"] = "east"
    file = path / "season.yaml"
    file.write_text(yaml.safe_dump({**document, "programme": programme(**changes)}), "utf-8")
    return str(file)


def test_a_programme_is_planned_applied_and_shown(
    town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Created, unchanged, updated; the plan names each change by its id, and show counts what there is."""
    file = written(tmp_path)
    assert run(town, "apply", file, "--check") == 0
    plan = printed(capsys)["programme"]
    assert (plan["revision"], plan["refusals"]) == (None, [])
    assert "facilities[court]" in [one["place"] for one in plan["changes"]]
    for said in ("created", "unchanged"):
        assert run(town, "apply", file) == 0
        assert printed(capsys)["programme"] == said
    file = written(tmp_path, announcements=[alert(title="Storm")])
    assert run(town, "apply", file, "--check") == 0
    (change,) = printed(capsys)["programme"]["changes"]
    assert (change["place"], change["change"], change["stated"]) == ("announcements[rain].title", "changed", "Storm")
    assert run(town, "apply", file) == 0
    assert printed(capsys)["programme"] == "updated to revision 2"
    assert run(town, "show", "season") == 0
    assert printed(capsys)["programme"]["revision"] == 2


def test_open_dates_are_told_before_anything_is_sent(
    town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the stack's clock; the stored programme stays."""
    assert run(town, "apply", written(tmp_path)) == 0
    capsys.readouterr()
    file = written(tmp_path, facilities=[court(units=7)])
    assert run(town, "apply", file, "--check") == 1
    refusals = printed(capsys)["programme"]["refusals"]
    assert refusals[0]["detail"] == "'court': 2020-06-06 is open for booking, so its slots stay as they are."
    assert run(town, "apply", file) == 1
    assert printed(capsys)["error"]["slug"] == "terms-frozen"
    assert town.world.operator().send(GET, PATH).json["revision"] == 1


def test_what_a_programme_drops_is_asked_for(
    town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As what a campaign drops; a no leaves what is stored."""
    assert run(town, "apply", written(tmp_path)) == 0
    capsys.readouterr()
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text))
    assert run(town, "apply", written(tmp_path, announcements=[])) == 1
    assert asked == ["1 thing will be removed: programme.announcements[rain]. Apply?"]
    assert printed(capsys)["error"]["slug"] == "not-agreed"
    assert town.world.operator().send(GET, PATH).json["revision"] == 1
