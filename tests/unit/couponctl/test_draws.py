"""`couponctl draw`, `beacon` and `verify-draw` against a scripted stack."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from coupons.drand import sign_local
from tests.published_draw import ROUND_1000, ROUND_1001, TRUE
from tests.unit.couponctl.scripted_stack import Reply, Stack

DRAW, PUT = "GET /batches/night-draw/draw", "PUT /admin/batches/night-draw/draw"
DRAWS = "2023-08-23T23:59:22+08:00"
LATER = "2020-07-06T20:00:00+08:00"


def body(state: str, **changes: Any) -> dict[str, Any]:
    """A draw as the stack shows it, before anything happened."""
    made = {"batch_id": "night-draw", "state": state, "round": 1_000, "chain": "quicknet", "entries": None, "at": DRAWS}
    return {**made, "commitment": None, "beacon": None, "cohorts": [], "end": None, "steps": [], **changes}


def cohort(number: int) -> dict[str, Any]:
    return {"cohort": number, "admitted": 1_234, "claim_by": LATER, "cutoff_rest": "0a" * 32, "cutoffs": []}


def end(state: str, why: str | None, claims: int | None) -> dict[str, Any]:
    return {"state": state, "at": LATER, "why": why, "claims": claims}


HASH = {"hash": "5a" * 32, "signature": "00" * 64, "committed_at": LATER}
BEACON = {"round": 1_000, "signature": ROUND_1000, "received_at": LATER, "by": "partner"}


@pytest.mark.parametrize(
    ("changes", "waits_for", "code"),
    [
        (body("collecting"), "people, until booking closes", 0),
        (body("committed", commitment=HASH), "couponctl beacon 1000 night-draw --put", 0),
        (body("committed", commitment=HASH, chain="local"), "by the next tick after it", 0),
        (body("committed", commitment=HASH, beacon=BEACON), "the schedule, which finds the winners", 0),
        (body("drawn", cohorts=[cohort(1)]), "the winners, who may claim until 2020-07-06 20:00", 0),
        (body("reserve-2", cohorts=[cohort(1), cohort(2)]), "the people of cohort 2", 0),
        (body("final", end=end("final", None, 97)), "nothing: the draw is over; 97 winners claimed", 0),
        (body("void", end=end("void", "no beacon came", None)), "nothing: no beacon came", 0),
        (body("broken", end=end("broken", "two lists", None)), "nothing: two lists", 1),
    ],
)
def test_a_draw_says_what_it_waits_for(
    stack: Stack, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], waits_for: str, code: int
) -> None:
    """Each state in a sentence; a broken draw is not good. No token is asked for."""
    stack.on(DRAW, Reply(body=changes))
    assert stack.run("draw", "night-draw") == code
    said = capsys.readouterr().out
    assert said.startswith(f"night-draw: {changes['state']}\n")
    assert waits_for in said
    assert stack.asked[0].token is None


def test_a_draw_shows_its_steps_and_cohorts(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Who did what when, and who may claim until when; --json is the stack's own answer."""
    steps = [{"step": "committed", "at": LATER, "by": None}, {"step": "beacon", "at": LATER, "by": "partner"}]
    shown = body("drawn", entries=1_204_311, commitment=HASH, beacon=BEACON, cohorts=[cohort(1)], steps=steps)
    stack.on(DRAW, Reply(body=shown))
    assert (stack.run("draw", "night-draw"), stack.run("--json", "draw", "night-draw")) == (0, 0)
    *lines, as_json = capsys.readouterr().out.splitlines()
    words = [" ".join(line.split()) for line in lines]
    assert "entries 1,204,311" in words
    assert f"commitment {'5a' * 32}" in words
    assert "round 1000 of drand quicknet, due 2023-08-23 23:59:24 +08:00" in words
    assert "beacon 2020-07-06 20:00 +08:00 partner" in words
    assert f"1 1,234 2020-07-06 20:00 +08:00 {'0a' * 32}" in words
    assert json.loads(as_json) == shown


def test_the_local_chain_is_signed_here(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a batch nothing is asked of any stack."""
    assert stack.run("--json", "beacon", "7") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["signature"], said["chain"], stack.asked) == (sign_local(7), "local", [])


@pytest.mark.parametrize("pasted", [ROUND_1000, json.dumps({"round": 1_000, "signature": ROUND_1000, "more": 1})])
@pytest.mark.parametrize("by_stdin", [False, True])
def test_a_signature_is_checked_and_put(
    stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, pasted: str, by_stdin: bool
) -> None:
    """Digits or drand's whole answer, by option or by stdin; a repeat is told."""
    stack.on(DRAW, Reply(body=body("committed")))
    stack.on(PUT, Reply(body={}), Reply(200, {}, {"Idempotent-Replay": "true"}))
    for said in ("night-draw: took it", "night-draw: had it already"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(pasted + "\n"))
        assert stack.run("beacon", "1000", "night-draw", "--signature", "-" if by_stdin else pasted, "--put") == 0
        assert capsys.readouterr().out.splitlines()[-1].startswith(said)
    assert stack.asked[-1].body == {"round": 1_000, "signature": ROUND_1000}


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("1000", "night-draw", "--signature", ROUND_1001, "--put"), 1, "is not the signature of round 1000"),
        (("1000", "night-draw", "--signature", ROUND_1000.upper(), "--put"), 1, "lower-case"),
        (("1000", "night-draw", "--signature", '{"round": 9, "signature": ""}', "--put"), 1, "of round 9"),
        (("1000", "night-draw", "--signature", '{"round"', "--put"), 1, "neither"),
        (("1001", "night-draw", "--signature", ROUND_1001, "--put"), 2, "drawn by round 1000"),
        (("1000", "night-draw", "--chain", "local", "--put"), 2, "by the chain quicknet"),
        (("1000", "--put"), 2, "name the BATCH"),
        (("1000", "night-draw", "--put"), 2, "give that signature by --signature"),
    ],
)
def test_what_is_no_signature_of_the_round_is_not_put(
    stack: Stack, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], code: int, says: str
) -> None:
    """It is refused here, with the reason."""
    stack.on(DRAW, Reply(body=body("committed")))
    assert stack.run("beacon", *args) == code
    assert says in capsys.readouterr().err
    assert PUT not in stack.routes()


def test_where_a_round_is_published(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Two relays, by the chain's hash and the round, and when it is due."""
    assert stack.run("beacon", "1000", "--chain", "quicknet") == 2
    said = capsys.readouterr().err
    assert "2023-08-23 15:59:24" in said
    assert said.count("/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/public/1000") == 2


def published(stack: Stack, folder: Path) -> str:
    """A true draw behind the public routes, its final file in a bucket elsewhere; its commitment."""
    folder.mkdir()
    commitment = TRUE.publish(folder)
    for path in folder.iterdir():
        stack.on(f"{DRAW}/files/{path.name}", Reply(body=path.read_bytes()))
    shown = json.loads((folder / "draw.json").read_bytes())
    final = shown["files"][0]["name"]
    stack.on("GET /bucket/final", *stack.replies[f"{DRAW}/files/{final}"])
    stack.on(f"{DRAW}/files/{final}", Reply(307, None, {"Location": f"{stack.url}/bucket/final"}))
    stack.on(DRAW, Reply(body=shown))
    return commitment


def test_a_draw_is_downloaded_and_verified(stack: Stack, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """By the public routes alone, without a token; a second time only what may change is asked again."""
    commitment = published(stack, tmp_path / "there")
    args = ("verify-draw", str(tmp_path / "here"), "--download", "night-draw", "--commitment", commitment)
    assert stack.run(*args) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["holds", check] for check in ("list", "beacon", "winners", "claims")
    ]
    assert {asked.token for asked in stack.asked} == {None}
    stack.asked.clear()
    assert stack.run("--json", *args) == 0
    assert stack.routes() == [DRAW]
    assert json.loads(capsys.readouterr().out)["is_good"] is True


def test_without_a_commitment_it_is_not_good(stack: Stack, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The exit code is 1, and the first line says why; a receipt is checked all the same."""
    TRUE.publish(tmp_path)
    receipt = tmp_path / "mine.json"
    receipt.write_text(json.dumps({"receipt": TRUE.receipt(*TRUE.entries[0])}))
    assert stack.run("verify-draw", str(tmp_path), "--receipt", str(receipt)) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("not checked  list     commitment not checked")
    assert last.startswith("holds        receipt  signed, in the list, rank ")


@pytest.mark.parametrize(
    ("reply", "code", "says"),
    [
        (Reply(404, {}), 2, "answers 404"),
        (Reply(body={"commitment": {"hash": "../../etc/passwd"}}), 1, "no file's name"),
        (Reply(body={"commitment": {"hash": "0" * 64}}), 1, "another content"),
        (Reply(dropped=True), 3, "/batches/night-draw/draw"),
    ],
)
def test_a_download_that_fails(
    stack: Stack, capsys: pytest.CaptureFixture[str], tmp_path: Path, reply: Reply, code: int, says: str
) -> None:
    """A refusal, a name that leaves the folder, a file with another content, no answer: each is said."""
    stack.on(DRAW, reply)
    stack.on(f"{DRAW}/files/{'0' * 64}", Reply(body=b"other"))
    assert stack.run("verify-draw", str(tmp_path), "--download", "night-draw") == code
    assert says in capsys.readouterr().err
