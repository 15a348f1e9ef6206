"""What it costs to check a draw: CPU and memory of both verifiers over made-up files.

    python -m infra.bench.verifiers 1000000

A tenth of the entries win, a fifth of the people have 3 tickets, and all winners claim. The draw is by a real round of
drand. `verify.mjs` needs its packages: `make contract` installs them. The last lines project to ten times as many.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coupons.drand import CHAINS, due_s
from coupons.model.commitments import Commitment, PartLine
from coupons.model.entries import claim_record, commit_message, record, records
from coupons.model.scores import Cutoffs, Histogram, cut_bins, cutoffs, is_admitted, score, seed
from infra.local.settings import checkout

ROUND = 1_000
SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
KEY = Ed25519PrivateKey.from_private_bytes(b"a key for a minute's measurement")
TIMES = 10


def publish(people: int, folder: Path) -> str:
    """Writes the files of a draw; the commitment's hash."""
    at = datetime.fromtimestamp(due_s("quicknet", ROUND), UTC).isoformat()
    draw = {"at": at, "rounds": 1, "shares": [], "weights": [{"weight": 3}]}
    chain_hash, quantity = CHAINS["quicknet"].chain_hash, people // TIMES
    rules = {"batch": {"batch_id": "b", "draw": draw}, "format": "cs-rules-1", "round": ROUND, "quantity": quantity}
    rules |= {"chain_hash": chain_hash.hex(), "receipt_key": KEY.public_key().public_bytes_raw().hex()}
    parts = [b"".join(sorted(part)) for part in _parts(people)]
    names = [_put(folder, part) for part in parts]
    lines = tuple(PartLine(len(part) // 34, bytes.fromhex(name)) for part, name in zip(parts, names, strict=True))
    rules_hash = bytes.fromhex(_put(folder, json.dumps(rules).encode()))
    hash_ = _put(folder, Commitment("b", rules_hash, chain_hash, ROUND, lines).to_bytes())
    seed_ = seed(bytes.fromhex(hash_), bytes.fromhex(SIGNATURE))
    cuts = _cutoffs(seed_, parts, quantity)
    won = [entry for score_, entry in _scores(seed_, parts) if is_admitted(score_, 0, cuts)]
    cohort = {"cohort": 1, "cutoffs": [], "cutoff_rest": cuts.rest.hex(), "admitted": len(won), "claims": None}
    body = {
        "batch_id": "b",
        "state": "final",
        "commitment": {"hash": hash_, "signature": KEY.sign(commit_message("b", bytes.fromhex(hash_))).hex()},
        "beacon": {"round": ROUND, "signature": SIGNATURE},
        "cohorts": [cohort],
        "end": {"claims": len(won)},
        "files": [{"kind": "final", "name": _put(folder, b"".join(claim_record(entry, 1) for entry in won))}],
    }
    (folder / "draw.json").write_text(json.dumps(body))
    return hash_


def _put(folder: Path, content: bytes) -> str:
    name = sha256(content).hexdigest()
    (folder / name).write_bytes(content)
    return name


def _parts(people: int) -> list[list[bytes]]:
    parts: list[list[bytes]] = [[] for _ in range(256)]
    for number in range(people):
        entry = sha256(number.to_bytes(8, "big")).digest()
        parts[entry[0]].append(record(entry, 1 if number % 5 else 3, 0))
    return parts


def _scores(seed_: bytes, parts: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return ((score(seed_, entry, weight), entry) for part in parts for entry, weight, _ in records(part))


def _cutoffs(seed_: bytes, parts: list[bytes], quantity: int) -> Cutoffs:
    histogram = Histogram(0)
    for score_, _ in _scores(seed_, parts):
        histogram.add(score_, 0)
    bins = cut_bins(histogram, (), quantity)
    return cutoffs(bins, ((score_, 0) for score_, _ in _scores(seed_, parts) if bins.wants(score_, 0)))


def _measured(program: list[str]) -> tuple[float, float]:
    """CPU seconds and MB of a program that finds everything true."""
    child = subprocess.Popen(program, cwd=checkout(), stdout=subprocess.PIPE)  # noqa: S603 - our own programs
    assert child.stdout is not None
    said = child.stdout.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, said
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1_024


def main(people: int) -> int:
    """Prints a line for each verifier, and its projection."""
    with tempfile.TemporaryDirectory() as folder:
        options = [folder, "--commitment", publish(people, Path(folder))]
        programs = {
            "Python": [sys.executable, "-m", "infra.verify_draw", *options],
            "JavaScript": ["node", "infra/verify_draw/verify.mjs", *options],
        }
        for name, program in programs.items():
            cpu_s, mb = _measured(program)
            told = f"{people:,} entries, {cpu_s:.1f} CPU s, {mb:.0f} MB"
            print(f"{name:12}{told}; {people * TIMES:,}: {cpu_s * TIMES:.0f} CPU s, {mb * TIMES / 1_024:.1f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
