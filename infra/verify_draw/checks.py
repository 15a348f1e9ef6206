"""The four things that are checked of a draw, each named by itself, and one person's receipt."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from infra.verify_draw.beacon import LOCAL, seed_of
from infra.verify_draw.published import HASH, Fault, Listed, Published, claims, committed, is_signed, records, want
from infra.verify_draw.winners import ENTRY, Ranked, ranked, refuse_claims, refuse_winners

CHECKS = ("list", "beacon", "winners", "claims")
HOLDS, FAILS, NOT_CHECKED, NOT_YET = "holds", "fails", "not checked", "not yet"
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OSError)
"""What malformed files raise: they are a fault of who published them."""
SAMPLES = 300


@dataclass
class Answer:
    """What became of one check."""

    check: str
    verdict: str
    why: str


@dataclass
class Verified:
    """All answers about a folder, and what was recomputed."""

    answers: list[Answer] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether everything holds that a draw of this state can show."""
        verdicts = {answer.check: answer.verdict for answer in self.answers}
        waits = verdicts.get("claims") == NOT_YET
        return all(verdict == HOLDS or (waits and check == "claims") for check, verdict in verdicts.items())

    def holds(self, check: str) -> bool:
        """Whether a check has not failed."""
        return all(answer.verdict in (HOLDS, NOT_CHECKED) for answer in self.answers if answer.check == check)


class Verification:
    """One folder. `commitment` comes from outside: from the press, the notary, or a time-stamp."""

    def __init__(
        self,
        folder: Path,
        commitment: str | None,
        *,
        local: bool = False,
        receipt: dict[str, Any] | None = None,
        sample: bool = False,
    ) -> None:
        # As a newspaper prints it: in groups, or in capitals.
        self._commitment = "".join(commitment.split()).lower() if commitment is not None else None
        self._folder, self._is_local = folder, local
        self._receipt, self._sample = receipt, sample
        self._of_receipt = b""
        """The record of the receipt's entry."""
        self._everybody: Ranked | None = None
        self._found = Verified()

    def run(self) -> Verified:
        """All that can be said of the folder."""
        self._ask("list", (), self._check_list)
        self._ask("beacon", ("list",), self._check_beacon)
        self._ask("winners", ("list", "beacon"), self._check_winners)
        self._ask("claims", ("list", "beacon", "winners"), self._check_claims)
        if self._receipt is not None:
            self._ask("receipt", ("list",), self._check_receipt)
        return self._found

    def _ask(self, check: str, needs: tuple[str, ...], answer: Callable[[], tuple[str, str]]) -> None:
        lacking = next((need for need in needs if not self._found.holds(need)), None)
        if lacking is not None:
            verdict, why = NOT_CHECKED, f"because of the {lacking}"
        else:
            try:
                verdict, why = answer()
            except Fault as fault:
                verdict, why = FAILS, str(fault)
            except UNREADABLE as error:
                verdict, why = FAILS, f"a published value is missing or unreadable: {error!r}"
        self._found.answers.append(Answer(check, verdict, why))

    def _check_list(self) -> tuple[str, str]:
        self._files = Published(self._folder)
        draw = self._files.draw
        if draw["commitment"] is None and self._commitment is None:
            return NOT_YET, f"nothing is committed; the state is {draw['state']}"
        hash_ = draw["commitment"]["hash"] if self._commitment is None else self._commitment
        listed = self._listed = committed(self._files, hash_)
        wanted, count = bytes.fromhex((self._receipt or {}).get("entry", "")), 0
        for record in records(self._files, listed):
            count += 1
            if record[:HASH] == wanted:
                self._of_receipt = record
        want(draw["batch_id"] == listed.batch_id, f"draw.json is of {draw['batch_id']}, not of {listed.batch_id}")
        self._found.facts.update(batch_id=listed.batch_id, commitment=hash_, entries=count, round=listed.round)
        if self._commitment is None:
            return (
                NOT_CHECKED,
                f"commitment not checked: {count:,} entries are under {hash_}, but who says that it is this?",
            )
        return HOLDS, f"these {count:,} entries, each once, are the list under your commitment"

    def _check_beacon(self) -> tuple[str, str]:
        round_ = self._listed.round
        if self._files.draw["beacon"] is None:
            return NOT_YET, f"nobody has put the signature of round {round_}"
        self._seed = seed_of(self._files, self._listed)
        self._found.facts["seed"] = self._seed.hex()
        if self._listed.chain_hash != LOCAL:
            return HOLDS, f"drand quicknet signed round {round_}, the first from the time of the draw on"
        want(self._is_local, "this is a test chain: its key is public, so anybody can draw with it; --local accepts it")
        return HOLDS, f"the test chain signed round {round_}"

    def _check_winners(self) -> tuple[str, str]:
        draw = self._files.draw
        if not draw["cohorts"]:
            return NOT_YET, f"nobody was drawn; the state is {draw['state']}"
        self._everybody = ranked(records(self._files, self._listed), self._seed)
        counts = refuse_winners(self._files, self._listed, self._everybody)
        self._found.facts["winners"] = counts
        if self._sample:
            self._found.facts["sample"] = samples(self._seed, self._everybody)
        return HOLDS, f"the lowest scores won: {' + '.join(f'{count:,}' for count in counts)}"

    def _check_claims(self) -> tuple[str, str]:
        found, everybody = claims(self._files), self._everybody
        if found is None:
            return NOT_YET, f"the draw is not final; the state is {self._files.draw['state']}"
        assert everybody is not None, "the winners hold"
        refuse_claims(self._files, found, everybody)
        return HOLDS, f"all {len(found):,} that claimed had won"

    def _check_receipt(self) -> tuple[str, str]:
        return HOLDS, place_of(self._receipt or {}, self._listed, self._of_receipt, self._everybody)


def place_of(receipt: dict[str, Any], listed: Listed, record: bytes, everybody: Ranked | None) -> str:
    """What became of the holder of a receipt. Raises Fault if it is no receipt, or its entry is not in the list."""
    entry, weight, share = bytes.fromhex(receipt["entry"]), receipt["weight"], receipt["share"]
    want(receipt["rules_hash"] == listed.rules_hash, "the receipt is for other rules")
    message = b"cs-receipt-1\0" + listed.batch_id.encode() + b"\0" + bytes.fromhex(listed.rules_hash) + entry
    message += bytes((weight, share)) + receipt["booked_at_s"].to_bytes(8, "big")
    want(
        is_signed(listed.rules["receipt_key"], receipt["signature"], message), "its signature is not by the receipt key"
    )
    want(bool(record), "it is signed, and its entry is NOT in the list: keep it, it proves that")
    listed_as = (record[HASH], record[HASH + 1])
    want(listed_as == (weight, share), f"it is signed, and the list has weight and share {listed_as}: keep it")
    if everybody is None:
        return "signed, and its entry is in the list"
    rank = everybody.rank_of(entry)
    cohort = everybody.cohorts[rank - 1]
    result = {0: "not drawn", 1: "a winner of the draw"}.get(cohort, f"a reserve, cohort {cohort}")
    return f"signed, in the list, rank {rank:,} of {len(everybody.lines):,}: {result}"


def samples(seed: bytes, everybody: Ranked) -> dict[str, list[str]]:
    """The entries that the seed picks for questions: of the winners by rank, and of the whole list by entry."""
    won = [line[ENTRY:] for line, cohort in zip(everybody.lines, everybody.cohorts, strict=True) if cohort == 1]
    listed = sorted(line[ENTRY:] for line in everybody.lines)
    return {"winners": _picked(seed, won), "entries": _picked(seed, listed)}


def _picked(seed: bytes, lines: list[bytes]) -> list[str]:
    hashes = (sha256(seed + b"sample" + i.to_bytes(8, "big")).digest() for i in range(SAMPLES))
    return [lines[int.from_bytes(hash_, "big") % len(lines)].hex() for hash_ in hashes] if lines else []


def read_receipt(path: Path) -> dict[str, Any]:
    """The receipt of a file: alone, or as `receipt` in the answer of a booking or of `GET …/draw/mine`."""
    body: dict[str, Any] = json.loads(path.read_bytes())
    return body.get("receipt") or body
