"""Commands that steer what is published, against a scripted stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.couponctl.edits import EDITS_MAX
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem

SEASON = "/admin/campaigns/season"
STATE = Reply(body={"batch_id": "pack", "status": "open", "quantity": 20})


@pytest.fixture
def stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("COUPONCTL_TOKEN", "operators")
    return stack


@pytest.mark.parametrize(
    ("args", "route", "body", "said"),
    [
        (["stop", "pack", "--yes"], "POST stop", {"issued": "keep"}, "stopped, issued coupons stay valid"),
        (["stop", "pack", "--void", "--yes"], "POST stop", {"issued": "void"}, "stopped, issued coupons voided"),
        (["pause", "pack"], "POST pause", {}, "paused"),
        (["resume", "pack"], "POST resume", {}, "resumed"),
        (["raise", "pack", "2000"], "PUT quantity", {"quantity": 2000}, "2,000 packs"),
        (["extend", "pack", "7"], "POST extend", {"days": 7}, "valid 7 days longer than its terms say"),
    ],
)
def test_a_step_is_sent_and_said(
    stack: Stack, capsys: pytest.CaptureFixture[str], args: list[str], route: str, body: Any, said: str
) -> None:
    """One request, repeated after a lost answer, since each step done twice is done once; a replay is said."""
    method, _, step = route.partition(" ")
    path = f"{method} /admin/batches/pack/{step}"
    stack.on(path, Reply(dropped=True), STATE, Reply(200, STATE.body, {"Idempotent-Replay": "true"}))
    assert stack.run(*args) == 0
    assert (stack.routes(), stack.asked[-1].body) == ([path, path], body)
    assert stack.run("--json", *args) == 0
    assert stack.run(*args) == 0
    first, as_json, again = capsys.readouterr().out.splitlines()
    assert (first, again) == (f"pack: {said}; open", f"pack: already {said}; open")
    assert json.loads(as_json) == STATE.body


@pytest.mark.parametrize(("step", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_a_status_is_said_once(stack: Stack, capsys: pytest.CaptureFixture[str], step: str, status: str) -> None:
    """What the step says of the batch already."""
    stack.on(f"POST /admin/batches/pack/{step}", Reply(200, {**STATE.body, "status": status}))
    assert stack.run(step, "pack", *(["--yes"] if step == "stop" else [])) == 0
    assert capsys.readouterr().out.count(status) == 1


@pytest.mark.parametrize("args", [["raise", "pack", "0"], ["extend", "pack", "-1"], ["extend", "pack"], ["stop"]])
def test_a_step_without_its_number_is_wrong_usage(stack: Stack, args: list[str]) -> None:
    """Nothing is asked."""
    assert (stack.run(*args), stack.asked) == (2, [])


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "'0' is not a positive number"),
        ("000", "'000' is not a positive number"),
        ("-1", "'-1' is not a positive number"),
        ("1.5", "'1.5' is not a positive number"),
        ("\u0662", "'\u0662' is not a positive number"),
        ("1000000001", "1000000001 is too large: 1,000,000,000 at most"),
        ("99999999999999999999", "99999999999999999999 is too large: 1,000,000,000 at most"),
        ("9" * 5000, f"{'9' * 80} is too large: 1,000,000,000 at most"),
    ],
)
def test_a_number_out_of_range_is_told_why(
    stack: Stack, capsys: pytest.CaptureFixture[str], number: str, said: str
) -> None:
    """Too large is not the same as no number; nothing is asked."""
    assert (stack.run("raise", "--", "pack", number), stack.asked) == (2, [])
    assert capsys.readouterr().err.endswith(f"{said}\n")


@pytest.mark.parametrize("number", ["1000000000", "0000000000001000000000"])
def test_the_largest_number_is_sent(stack: Stack, number: str) -> None:
    """Zeros before it do not make it larger."""
    stack.on("PUT /admin/batches/pack/quantity", STATE)
    assert stack.run("raise", "pack", number) == 0
    assert stack.asked[-1].body == {"quantity": 1_000_000_000}


def test_a_refused_step_is_exit_code_1(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """With the refusal in full."""
    stack.on("POST /admin/batches/pack/resume", problem(409, "stopped", detail="'pack' was stopped for good."))
    assert stack.run("resume", "pack") == 1
    assert "was stopped for good" in capsys.readouterr().err


def campaign(*suspended: str, revision: int = 3) -> Reply:
    merchants = [{"merchant_id": "diner", "stores": [{"store_id": "s", "district": name} for name in ("east", "west")]}]
    more = {"suspended_districts": list(suspended)} if suspended else {}
    return Reply(body={"campaign_id": "season", "revision": revision, "title": "x", "merchants": merchants, **more})


def test_districts_are_listed(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an option nothing is written."""
    stack.on(f"GET {SEASON}", campaign("east", "west"), campaign())
    assert stack.run("districts", "season") == 0
    assert stack.run("districts", "season") == 0
    assert stack.routes() == [f"GET {SEASON}"] * 2
    listed = capsys.readouterr().out.splitlines()
    assert listed == ["season: suspended districts: east, west", "season: suspended districts: none"]


@pytest.mark.parametrize(
    ("before", "args", "after"),
    [
        ([], ["--suspend", "east"], ["east"]),
        (["west"], ["--suspend", "east", "south"], ["west", "east", "south"]),
        (["west", "east"], ["--reopen", "west"], ["east"]),
        (["west"], ["--suspend", "east", "--reopen", "west"], ["east"]),
        (["west"], ["--suspend", "east", "--suspend", "east"], ["west", "east"]),
    ],
)
def test_districts_are_edited_in_the_document_as_it_stands(
    stack: Stack, capsys: pytest.CaptureFixture[str], before: list[str], args: list[str], after: list[str]
) -> None:
    """The whole document goes back with the revision that was read."""
    stack.on(f"GET {SEASON}", campaign(*before))
    stack.on(f"PUT {SEASON}", Reply(200, {"revision": 4}))
    assert stack.run("--json", "districts", "season", *args) == 0
    assert stack.asked[-1].body == campaign(*before).body | {"suspended_districts": after}
    told = json.loads(capsys.readouterr().out)
    assert told == {"campaign_id": "season", "suspended_districts": after, "revision": 4}


@pytest.mark.parametrize("args", [["--suspend", "east"], ["--reopen", "west"]])
def test_districts_that_are_so_already_are_not_written(stack: Stack, args: list[str]) -> None:
    """A revision is not spent on nothing."""
    stack.on(f"GET {SEASON}", campaign("east"))
    assert stack.run("districts", "season", *args) == 0
    assert stack.routes() == [f"GET {SEASON}"]


def test_a_slip_of_the_pen_is_noted(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """A district that no store of the document is in, and one that was not suspended."""
    stack.on(f"GET {SEASON}", campaign())
    stack.on(f"PUT {SEASON}", campaign(revision=4))
    assert stack.run("districts", "season", "--suspend", "est", "east", "--reopen", "west") == 0
    assert capsys.readouterr().err.splitlines() == [
        "note: no store in the campaign's document is in the district 'est'; did you mean 'west'?",
        "note: the district 'west' was not suspended",
    ]


def test_an_edit_by_somebody_else_is_kept(stack: Stack) -> None:
    """Read again and edited again, on top of the newer revision."""
    stack.on(f"GET {SEASON}", campaign("west"), campaign("west", "north", revision=4))
    stack.on(f"PUT {SEASON}", problem(409, "revision-conflict", revision=4), Reply(200, {"revision": 5}))
    assert stack.run("districts", "season", "--suspend", "east") == 0
    body = stack.asked[-1].body
    assert (body["revision"], body["suspended_districts"]) == (4, ["west", "north", "east"])


def test_a_raise_in_between_is_read_again(stack: Stack) -> None:
    """The document that was read stated an older quantity; any other frozen difference is the editor's own."""
    stale = problem(409, "terms-frozen", differences=[{"place": "body.batches.0.quantity", "kept": 20, "stated": 10}])
    stack.on(f"GET {SEASON}", campaign())
    stack.on(f"PUT {SEASON}", stale, Reply(200, {"revision": 4}))
    assert stack.run("districts", "season", "--suspend", "east") == 0
    stack.on(f"PUT {SEASON}", problem(409, "terms-frozen", differences=[{"place": "body.batches.0.title"}]))
    assert stack.run("districts", "season", "--suspend", "east") == 1
    assert stack.routes()[-2:] == [f"GET {SEASON}", f"PUT {SEASON}"]


@pytest.mark.parametrize(("slug", "puts"), [("revision-conflict", EDITS_MAX), ("terms-frozen", 1)])
def test_edits_are_tried_a_bounded_number_of_times(stack: Stack, slug: str, puts: int) -> None:
    """And only after a conflict of revisions."""
    stack.on(f"GET {SEASON}", campaign())
    stack.on(f"PUT {SEASON}", problem(409, slug, revision=9))
    assert stack.run("districts", "season", "--suspend", "east") == 1
    assert stack.routes().count(f"PUT {SEASON}") == puts


def test_a_district_cannot_be_suspended_and_reopened_at_once(stack: Stack) -> None:
    """Wrong usage, and nothing is asked."""
    assert stack.run("districts", "season", "--suspend", "east", "--reopen", "east") == 2
    assert stack.asked == []


def test_what_is_not_a_campaign_is_no_stack(stack: Stack) -> None:
    """Something else answers there."""
    stack.on(f"GET {SEASON}", Reply(body={}))
    assert stack.run("districts", "season") == 3


def test_facts_of_a_refusal_are_told_for_people(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Seconds as days and hours, amounts in their currency."""
    facts = {"retry_after_s": 431_910, "needed_minor": 1_234, "currency": "CNY"}
    stack.on("POST /admin/batches/pack/pause", problem(409, "stopped", **facts))
    assert stack.run("pause", "pack") == 1
    told = capsys.readouterr().err
    assert "  retry_after: 4 days, 23:58:30\n" in told
    assert "  needed: 12.34 CNY\n" in told
