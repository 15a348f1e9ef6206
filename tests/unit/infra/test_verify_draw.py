"""Anybody can recompute a draw from its files: what is true holds, and every forgery is named."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from infra.bench import verifiers
from infra.verify_draw import beacon
from infra.verify_draw.checks import Verification, Verified
from tests.published_draw import FORGERIES, TRUE, Forgery, Lottery, people
from tests.unit.source_tree import ROOT

FOLDER = ROOT / "infra" / "verify_draw"


def checked(lottery: Lottery, folder: Path, commitment: str | None = "", **options: Any) -> Verified:
    """The answers about a lottery, under its own commitment unless another is given."""
    own = lottery.publish(folder)
    return Verification(folder, own if commitment == "" else commitment, **options).run()


def verdicts(found: Verified) -> dict[str, str]:
    """By check."""
    return {answer.check: answer.verdict for answer in found.answers}


@pytest.fixture(autouse=True, scope="module")
def _each_signature_once() -> Iterator[None]:
    """A signature that was verified is known: most draws here have the same one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beacon, "refuse_signature", lru_cache(beacon.refuse_signature))
        yield


HOLDS = dict.fromkeys(("list", "beacon", "winners", "claims"), "holds")


def test_a_true_draw_holds(tmp_path: Path) -> None:
    """Of shares, weights and three cohorts, drawn with a real round of drand."""
    found = checked(TRUE, tmp_path)
    assert verdicts(found) == HOLDS, found.answers
    assert found.is_good
    assert found.facts["entries"] == 400
    assert found.facts["winners"][0] == 40
    assert len(found.facts["winners"]) == 3


@pytest.mark.parametrize(
    "lottery",
    [
        Lottery(entries=()),
        Lottery(entries=people(1, random.Random(1))),
        Lottery(entries=people(30, random.Random(2)), cohorts=1),
        Lottery(entries=people(300, random.Random(3), shares=0), quotas=()),
        Lottery(quantity=15, cohorts=2),
        Lottery(quantity=15, claims_of=1.0),
        Lottery(quotas=(300, 0), quantity=300),
        Lottery(claims_of=0.0),
    ],
)
def test_odd_draws_hold(lottery: Lottery, tmp_path: Path) -> None:
    """Nobody, fewer people than packs, no shares, quotas that take all packs or exceed the people, all claims, none."""
    assert verdicts(checked(lottery, tmp_path)) == HOLDS


def test_an_empty_commitment_is_not_that_of_the_files(tmp_path: Path) -> None:
    """As a shell gives it whose variable is not set: it fails, and is not taken for the published one."""
    TRUE.publish(tmp_path)
    for empty in ("", " "):
        found = Verification(tmp_path, empty).run()
        assert verdicts(found)["list"] == "fails"
        assert not found.is_good


def test_a_commitment_is_read_as_it_is_printed(tmp_path: Path) -> None:
    """In groups of digits, or in capitals."""
    own = TRUE.publish(tmp_path).upper()
    printed = " ".join(own[at : at + 8] for at in range(0, 64, 8))
    assert verdicts(Verification(tmp_path, printed).run()) == HOLDS


def test_without_a_commitment_nothing_is_proved(tmp_path: Path) -> None:
    """Files that name their own commitment could all have been made afterwards: it says so, and is not good."""
    found = checked(TRUE, tmp_path, None)
    assert verdicts(found) == {**HOLDS, "list": "not checked"}
    assert found.answers[0].why.startswith("commitment not checked")
    assert not found.is_good


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_consistent_forgery_fails(forgery: Forgery, tmp_path: Path) -> None:
    """Everything after the changed fact was recomputed: a check names it, at the latest the true commitment."""
    (tmp_path / "true").mkdir()
    true = TRUE.publish(tmp_path / "true")
    alone = checked(forgery.lottery, tmp_path, None)
    assert not alone.is_good
    if forgery.fails is None:
        assert verdicts(alone) == {**HOLDS, "list": "not checked"}
        assert alone.answers[0].why.startswith("commitment not checked")
    else:
        assert verdicts(alone)[forgery.fails] == "fails"
    under = Verification(tmp_path, true).run()
    assert not under.is_good
    assert forgery.fails is not None or verdicts(under)["list"] == "fails"


def test_a_test_chain_is_no_draw(tmp_path: Path) -> None:
    """The local chain's key is public: it holds only for those who ask for it."""
    local = Lottery(chain="local", round=215_000_000)
    assert verdicts(checked(local, tmp_path))["beacon"] == "fails"
    assert checked(local, tmp_path, local=True).is_good


def test_before_its_end_a_draw_waits(tmp_path: Path) -> None:
    """Claims cannot be checked before the final file; all else holds, and that is good."""
    found = checked(replace(TRUE, is_final=False), tmp_path)
    assert verdicts(found) == {**HOLDS, "claims": "not yet"}
    assert found.is_good


def test_before_the_beacon_the_list_can_be_checked(tmp_path: Path) -> None:
    """The list holds under the commitment; that is not a draw yet."""

    def committed(draw: dict[str, Any]) -> None:
        draw.update(state="committed", beacon=None, cohorts=[], end=None, files=[])

    found = checked(replace(TRUE, spoil=committed), tmp_path)
    assert (verdicts(found)["list"], verdicts(found)["beacon"]) == ("holds", "not yet")
    assert not found.is_good


@pytest.mark.parametrize("spoil", [lambda d: d.clear(), lambda d: d.update(cohorts=3), lambda d: d.pop("beacon")])
def test_malformed_files_are_a_fault(spoil: Any, tmp_path: Path) -> None:
    """What is missing or of another type fails its check, without a traceback."""
    assert "fails" in verdicts(checked(replace(TRUE, spoil=spoil), tmp_path)).values()


@pytest.mark.parametrize("at", range(0, 400, 57))
def test_a_receipt_tells_its_place(at: int, tmp_path: Path) -> None:
    """A receipt is checked from published bytes alone: its signature, the list, and the rank."""
    entry = TRUE.entries[at]
    found = checked(TRUE, tmp_path, receipt=TRUE.receipt(*entry))
    assert found.is_good
    assert found.answers[-1].why.startswith("signed, in the list, rank ")


def test_a_receipt_proves_what_was_left_out_or_changed(tmp_path: Path) -> None:
    """A signed receipt whose entry is missing, or listed with another weight, is a proof; a forged one is not."""
    entry, _, share = TRUE.entries[0]
    missing = TRUE.receipt(people(1, random.Random(5))[0][0], 1, 0)
    for receipt, says in (
        (missing, "NOT in the list"),
        (TRUE.receipt(entry, 31, share), "weight and share"),
        ({**missing, "weight": 2}, "not by the receipt key"),
        ({**TRUE.receipt(*TRUE.entries[0]), "booked_at_s": 1_592_000_001}, "not by the receipt key"),
        ({**missing, "rules_hash": "00" * 32}, "other rules"),
    ):
        found = checked(TRUE, tmp_path, receipt=receipt)
        assert verdicts(found)["receipt"] == "fails"
        assert says in found.answers[-1].why
        assert not found.is_good


def test_it_shares_no_code_with_the_system() -> None:
    """A mistake of the functions cannot hide in it: it imports nothing of theirs."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "coupons"], path.name


def test_the_draw_that_is_measured_is_true(tmp_path: Path) -> None:
    """The figures of both verifiers are those of files in which everything holds."""
    commitment = verifiers.publish(300, tmp_path)
    assert verdicts(Verification(tmp_path, commitment).run()) == HOLDS


def test_the_program(tmp_path: Path) -> None:
    """It prints an answer a line, takes a receipt and names a sample; its exit code is 0 only if all holds."""
    commitment = TRUE.publish(tmp_path)
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"receipt": TRUE.receipt(*TRUE.entries[3])}))
    program = [sys.executable, "-m", "infra.verify_draw", str(tmp_path)]
    said = subprocess.run(
        [*program, "--commitment", commitment, "--receipt", str(receipt), "--sample"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert [line.split()[:2] for line in said[:5]] == [
        ["holds", name] for name in ("list", "beacon", "winners", "claims", "receipt")
    ]
    assert len(said) == 5 + 2 + 600
    bare = subprocess.run([*program, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert bare.returncode == 1
    assert json.loads(bare.stdout)["is_good"] is False
