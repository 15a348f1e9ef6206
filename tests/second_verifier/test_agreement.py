"""The verifier in JavaScript says of every draw and of every forgery what the one in Python says.

`make contract` runs this suite: it has Node.js and the packages of infra/verify_draw/package-lock.json.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.verify_draw.checks import Verification
from tests.published_draw import FORGERIES, TRUE, Forgery, Lottery
from tests.unit.source_tree import ROOT

PROGRAM = ROOT / "infra" / "verify_draw" / "verify.mjs"


def in_javascript(folder: Path, *options: str) -> dict[str, Any]:
    """What the second verifier says, as JSON; its exit code is 0 only if that is good."""
    ran = subprocess.run(
        ["node", str(PROGRAM), str(folder), "--json", *options], capture_output=True, text=True, check=False
    )
    assert ran.stdout, ran.stderr
    said: dict[str, Any] = json.loads(ran.stdout)
    assert (ran.returncode == 0) is said["is_good"]
    return said


def agreed(folder: Path, commitment: str | None, *, local: bool = False) -> dict[str, str]:
    """The verdicts of both, by check; they are equal, and so is all that was recomputed."""
    options = [] if commitment is None else ["--commitment", commitment]
    second = in_javascript(folder, *options, *(["--local"] if local else []))
    first = Verification(folder, commitment, local=local).run()
    verdicts = {answer.check: answer.verdict for answer in first.answers}
    assert {one["check"]: one["verdict"] for one in second["answers"]} == verdicts
    assert second["is_good"] is first.is_good
    assert {name: second.get(name) for name in first.facts} == first.facts
    unchecked = [one["why"].startswith("commitment not checked") for one in second["answers"]]
    assert unchecked == [answer.why.startswith("commitment not checked") for answer in first.answers]
    return verdicts


@pytest.mark.parametrize(
    "lottery",
    [
        TRUE,
        replace(TRUE, is_final=False),
        Lottery(entries=()),
        Lottery(quotas=(300, 0), quantity=300),
        Lottery(quantity=15, claims_of=1.0),
    ],
    ids=["true", "not final", "nobody", "quotas take all", "all claim"],
)
def test_both_accept_true_draws(lottery: Lottery, tmp_path: Path) -> None:
    """Every check that a draw of this state allows holds for both."""
    verdicts = agreed(tmp_path, lottery.publish(tmp_path))
    assert set(verdicts.values()) <= {"holds", "not yet"}
    assert agreed(tmp_path, None)["list"] == "not checked"
    assert agreed(tmp_path, "")["list"] == "fails"


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_both_name_every_forgery(forgery: Forgery, tmp_path: Path) -> None:
    """Under the true commitment both fail; without one both name the same check, or say that nothing was compared."""
    (tmp_path / "true").mkdir()
    true = TRUE.publish(tmp_path / "true")
    forgery.lottery.publish(tmp_path)
    assert "fails" in agreed(tmp_path, true).values()
    alone = agreed(tmp_path, None)
    assert alone["list"] == "not checked" if forgery.fails is None else alone[forgery.fails] == "fails"


def test_both_refuse_the_test_chain(tmp_path: Path) -> None:
    """The chain of test stacks holds with --local only."""
    commitment = Lottery(chain="local", round=215_000_000).publish(tmp_path)
    assert agreed(tmp_path, commitment)["beacon"] == "fails"
    assert agreed(tmp_path, commitment, local=True)["beacon"] == "holds"
