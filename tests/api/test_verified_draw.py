"""A draw that the functions made, from the first booking to the final file, is recomputed from what they published."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from infra.verify_draw.checks import Verification, Verified
from tests.api.cases import opened
from tests.api.entry_cases import BOOKING, CLAIM, DRAWS, ENTERS, MINE, PACK, step
from tests.api.stage import Stage
from tests.world import a_lottery

PEOPLE = {f"p{number}": "beijing" if number % 3 else "wuhan" for number in range(14)}
DECLARED = {
    "quantity": 4,
    "closes_at": "2020-06-20T10:00:00+08:00",
    "draw": {
        "rounds": 2,
        "claim_for_s": 3 * 86_400,
        "shares": [{"title": {"en": "Wuhan", "zh": "武汉"}, "regions": ["wuhan"], "quantity": 1}],
    },
}
OPENS, RESERVE = "2020-06-06T10:00:00+08:00", "2020-06-08T20:02:00+08:00"
OVER = [f"2020-06-20T10:0{minute}:00+08:00" for minute in (1, 2, 3)]
"""Claims are counted for good once the fence is over; then the draw ends."""
Receipts = dict[str, dict[str, Any]]


def claim_half(s: Stage) -> None:
    """Of those who may claim now, every second does."""
    won = [name for name in PEOPLE if s.citizen(name).send(MINE, PACK).json["result"] == "won"]
    for name in won[::2]:
        assert s.citizen(name).send(CLAIM, PACK).status == 201


@pytest.fixture
def played(fresh: Stage, tmp_path: Path) -> tuple[Stage, Receipts]:
    """Fourteen people, a share, two cohorts of whom some claim, the final file; and everybody's receipt."""
    s = fresh
    s.settings |= {"STAGE": "local", "DRAW_FILES": f"folder:{tmp_path}"}
    s.log.settings.clear()
    s.restart()
    s.clock.set("2020-06-01T00:00:00+08:00")
    opened(s, a_lottery(**DECLARED))
    s.clock.set(ENTERS)
    booked = {name: s.citizen(name, region=region).send(BOOKING, PACK, body={}) for name, region in PEOPLE.items()}
    step(s, "2020-06-05T10:01:00+08:00")
    step(s, DRAWS)
    step(s, OPENS)
    claim_half(s)
    step(s, RESERVE)
    claim_half(s)
    for moment in OVER:
        s.clock.set(moment)
        s.tick()
        step(s, moment)
    return s, {name: answer.json["receipt"] for name, answer in booked.items()}


def verified(s: Stage, folder: Path, **options: Any) -> Verified:
    """By the public route's answer and the files, under the commitment that was announced."""
    shown = s.citizen("anybody").send("GET /batches/{batch_id}/draw", PACK)
    (folder / "draw.json").write_text(shown.text)
    return Verification(folder, shown.json["commitment"]["hash"], local=True, **options).run()


def test_it_holds(played: tuple[Stage, Receipts], tmp_path: Path) -> None:
    """Every check, and the receipts of half the people: what each is told is what the verifier says."""
    s, receipts = played
    found = verified(s, tmp_path)
    assert [(answer.check, answer.verdict) for answer in found.answers] == [
        (check, "holds") for check in ("list", "beacon", "winners", "claims")
    ], found.answers
    assert found.facts["entries"] == len(PEOPLE)
    assert found.facts["winners"] == [4, 2]
    for name, receipt in list(receipts.items())[::2]:
        place = verified(s, tmp_path, receipt=receipt).answers[-1]
        mine = s.citizen(name).send(MINE, PACK).json
        assert place.verdict == "holds"
        cohort = {None: "not drawn", 1: "a winner of the draw", 2: "a reserve, cohort 2"}[mine["cohort"]]
        assert place.why.endswith(cohort)
        assert mine["rank_is_about"] or f"rank {mine['rank']} of 14" in place.why


def test_a_claim_that_was_put_in_is_named(played: tuple[Stage, Receipts], tmp_path: Path) -> None:
    """One more line in the final file, of somebody who did not win."""
    s, receipts = played
    shown = json.loads(s.citizen("anybody").send("GET /batches/{batch_id}/draw", PACK).text)
    names = {one["kind"]: one["name"] for one in shown["files"]}
    content = (tmp_path / names["final"]).read_bytes()
    loser = next(name for name in PEOPLE if s.citizen(name).send(MINE, PACK).json["cohort"] is None)
    lines = {content[at : at + 33] for at in range(0, len(content), 33)}
    forged = b"".join(sorted({*lines, bytes.fromhex(receipts[loser]["entry"]) + b"\1"}))
    _overwrite(tmp_path, shown, forged)
    answers = Verification(tmp_path, shown["commitment"]["hash"], local=True).run().answers
    assert [answer.verdict for answer in answers] == ["holds", "holds", "holds", "fails"]
    assert receipts[loser]["entry"] in answers[-1].why


def _overwrite(folder: Path, shown: dict[str, Any], final: bytes) -> None:
    """The draw names this final file, which fits its hash."""
    name = sha256(final).hexdigest()
    (folder / name).write_bytes(final)
    next(one for one in shown["files"] if one["kind"] == "final")["name"] = name
    shown["end"]["claims"] = len(final) // 33
    (folder / "draw.json").write_text(json.dumps(shown))
