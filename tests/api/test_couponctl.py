"""couponctl against the functions: they accept what it sends and keep what it edits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.couponctl.main import main
from tests.api.stage import Stage
from tests.served import Served, served
from tests.world import Person, a_batch, campaign, order


@pytest.fixture
def town(fresh: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """`care` is granted to the two nurses that it has packs for; the diner's store is in the east."""
    document = campaign(a_batch(), a_batch("care", mode="granted", quantity=2, eligibility={"group_id": "nurses"}))
    document["merchants"][0]["stores"][0]["district"] = "east"
    fresh.published(document)
    with served(fresh) as town:
        monkeypatch.setenv("COUPONCTL_TOKEN", town.token(fresh.operator()))
        yield town


def run(town: Served, *args: str) -> int:
    return main(["--url", town.url, "--json", *args])


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The last JSON line of the command; log lines of the functions are skipped."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return dict([line for line in lines if "_aws" not in line and "level" not in line][-1])


def test_members_come_and_go(town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People in the file may claim; people who were removed may not."""
    file = tmp_path / "nurses.csv"
    file.write_text("name,person_id\nA,1002\uff38\nB,sub:Bob\nA,1002x\n,\n", "utf-8")
    assert run(town, "members", "nurses", str(file)) == 1
    assert (printed(capsys)["sent"], town.said) == (0, [])
    assert run(town, "members", "nurses", str(file), "--skip-bad") == 1
    told = printed(capsys)
    assert (told["sent"], told["changed"], told["bad"], told["entitled"]) == (3, 2, 1, 2)
    assert town.world.citizen("ann", person_id="1002X").put_claim("care").status == 201
    file.write_text("sub:Bob\nsub:bob\n")
    assert run(town, "members", "nurses", str(file), "--remove") == 0
    assert printed(capsys)["changed"] == 1
    town.world.clock.advance(3)
    assert Person({"sub": "Bob", "scope": "citizen"}).put_claim("care").json["reason"] == "group"


def test_a_group_that_would_outgrow_its_batch_stops_the_file(
    town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no pack for the third nurse; after a raise the same command completes."""
    file = tmp_path / "nurses"
    file.write_text("ann\nbob\neve\n")
    assert run(town, "members", "nurses", str(file)) == 1
    assert "lines up to 0 are done, those up to 3 not, or in part" in capsys.readouterr().err
    assert run(town, "raise", "care", "3") == 0
    assert run(town, "members", "nurses", str(file)) == 0
    assert printed(capsys)["entitled"] == 3


def test_districts_are_suspended_and_reopened(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The command edits the document that it read, and the stack accepts it."""
    for args, left in ((["--suspend", "east", "west"], ["east", "west"]), (["--reopen", "west"], ["east"])):
        assert run(town, "districts", "season", *args) == 0
        assert printed(capsys)["suspended_districts"] == left
    assert run(town, "districts", "season") == 0
    assert printed(capsys)["suspended_districts"] == ["east"]


def test_a_sheet_is_money_until_the_next_one(
    town: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shop takes code and PIN of the newest sheet weeks later, as its page says; the claim is the person's own."""
    desk = Person({"sub": "op", "scope": "citizen operator", "person_id": "grandma"})
    monkeypatch.setenv("COUPONCTL_TOKEN", town.token(desk))
    sheets, page = [], tmp_path / "sheet.html"
    for args in [[], ["--html", str(page)]]:
        assert run(town, "assist", "pack", "grandma", *args) == 0
        sheets += printed(capsys)["coupons"]
    assert "".join(re.findall(r"<i>(.*?)</i>", page.read_text("utf-8"))) == sheets[1]["code"]
    assert "10 yuan off from 50 yuan" in page.read_text("utf-8")
    first, second = sheets
    assert first["coupon_id"] == second["coupon_id"]
    town.world.clock.advance(10 * 86_400)
    diner = town.world.merchant()
    assert diner.redeem("o-1", first["code"], order(), pin=first["pin"]).slug == "code-invalid"
    assert diner.redeem("o-1", second["code"], order()).slug == "code-invalid"
    assert diner.redeem("o-1", second["code"], order(), pin=second["pin"]).status == 201


@pytest.mark.parametrize(
    ("args", "status", "facts"),
    [
        (["pause", "pack"], "paused", {}),
        (["resume", "pack"], "open", {}),
        (["raise", "pack", "12"], "open", {"quantity": 12}),
        (["extend", "pack", "7"], "open", {"extended_days": 7}),
        (["stop", "pack", "--yes"], "stopped", {}),
        (["stop", "pack", "--void", "--yes"], "stopped", {}),
    ],
)
def test_a_batch_is_steered(
    town: Served, capsys: pytest.CaptureFixture[str], args: list[str], status: str, facts: dict[str, Any]
) -> None:
    """Each action is accepted as it is sent, and its repeat too."""
    for _ in range(2):
        assert run(town, *args) == 0
        state = printed(capsys)
        assert state["status"] == status
        assert facts.items() <= state.items()


def test_a_plan_is_told_and_kept(town: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `apply --check` says of a file is what `apply` then does; a frozen change is refused with its line."""
    file = tmp_path / "season.yaml"
    document = town.world.operator().send("GET /admin/campaigns/{campaign_id}", {"campaign_id": "season"}).json
    document["batches"].insert(0, a_batch("front", quantity=5))
    document["funders"][0]["budget_minor"] = 8_500
    file.write_text(json.dumps(document, indent=1), "utf-8")
    before = town.world.items()
    assert run(town, "apply", "--check", str(file)) == 0
    plan = printed(capsys)["plan"]
    assert town.world.items() == before
    assert [(one["place"], one["change"]) for one in plan["changes"]] == [
        ("funders[city].budget_minor", "changed"),
        ("batches[front]", "added"),
    ]
    city = plan["funders"][0]
    assert (city["reserved_minor"], city["to_reserve_minor"], city["left_minor"]) == (6_000, 2_500, 0)
    assert run(town, "apply", "--publish", str(file)) == 0
    assert [one["batch_id"] for one in printed(capsys)["published"]] == ["front", "pack", "care"]
    document["batches"][1]["title"] = "Other"
    file.write_text(json.dumps({**document, "revision": None}, indent=1), "utf-8")
    assert run(town, "apply", str(file)) == 1
    line = printed(capsys)["error"]["differences"][0]["line"]
    assert file.read_text("utf-8").splitlines()[line - 1].strip() == '"title": "Other",'
