"""What was published of a draw: `draw.json`, and files that are named by the SHA-256 of their content."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAGIC = b"cs-commitment-1\0"
HASH, RECORD, CLAIM = 32, 34, 33
"""Bytes of a hash; of an entry with its weight and share; of an entry with the cohort that it claimed in."""


class Fault(Exception):
    """Why something that was published is not true."""


def want(is_so: bool, otherwise: str) -> None:
    """Raises Fault if it is not so."""
    if not is_so:
        raise Fault(otherwise)


class Published:
    """A folder of published files. `draw`: what `GET /batches/{id}/draw` answered; it is believed in nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / "draw.json"
        want(path.is_file(), f"{path} is missing: it is what GET /batches/{{id}}/draw answers")
        self.draw: dict[str, Any] = json.loads(path.read_bytes())

    def file(self, name: str, what: str) -> bytes:
        """The content that hashes to this name. Raises Fault."""
        path = self._folder / name
        want(len(name) == 2 * HASH and path.is_file(), f"{what} {name} is not among the files")
        content = path.read_bytes()
        want(sha256(content).hexdigest() == name, f"{what} {name} has another content than its name says")
        return content


@dataclass
class Listed:
    """What a commitment fixes."""

    batch_id: str
    hash: bytes
    rules_hash: str
    chain_hash: str
    round: int
    rules: dict[str, Any]
    parts: list[tuple[int, str]]
    """Count and name of each."""

    @property
    def draw_rules(self) -> dict[str, Any]:
        """The field `draw` of the batch's document."""
        rules: dict[str, Any] = self.rules["batch"]["draw"]
        return rules

    @property
    def quotas(self) -> list[int]:
        """The packs of each share."""
        return [share["quantity"] for share in self.draw_rules["shares"]]


def committed(files: Published, name: str) -> Listed:
    """What the commitment of this hash fixes. Raises Fault if it is not in the format, or not signed."""
    content = files.file(name, "the commitment")
    batch_id, _, rest = content.removeprefix(MAGIC).partition(b"\0")
    want(
        content.startswith(MAGIC) and len(rest) == 72 + 256 * 40, "the commitment is not in the format cs-commitment-1"
    )
    lines = [rest[at : at + 40] for at in range(72, len(rest), 40)]
    listed = Listed(
        batch_id=batch_id.decode(),
        hash=bytes.fromhex(name),
        rules_hash=rest[:32].hex(),
        chain_hash=rest[32:64].hex(),
        round=int.from_bytes(rest[64:72], "big"),
        rules=json.loads(files.file(rest[:32].hex(), "the rules")),
        parts=[(int.from_bytes(line[:8], "big"), line[8:].hex()) for line in lines],
    )
    rules = listed.rules
    want(rules["format"] == "cs-rules-1", "the rules are not in the format cs-rules-1")
    want(rules["batch"]["batch_id"] == listed.batch_id, "the rules are those of another batch")
    want(rules["chain_hash"] == listed.chain_hash, "the commitment names another chain than the rules")
    want(rules["round"] == listed.round, "the commitment names another round than the rules")
    want(sum(listed.quotas) <= rules["quantity"], "the shares have more packs than the batch")
    signature = (files.draw["commitment"] or {}).get("signature", "")
    signed = is_signed(rules["receipt_key"], signature, b"cs-commit-1\0" + batch_id + b"\0" + listed.hash)
    want(signed, "the commitment is not signed by the receipt key of the rules")
    return listed


def is_signed(key: str, signature: str, message: bytes) -> bool:
    """Whether this Ed25519 key signed the message. Key and signature are hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def records(files: Published, listed: Listed) -> Iterator[bytes]:
    """Every entry of the list with its weight and share. Raises Fault at the first that is not as it must be."""
    weights, shares = {1, *(one["weight"] for one in listed.draw_rules["weights"])}, len(listed.quotas)
    before = b""
    for number, (count, name) in enumerate(listed.parts):
        content = files.file(name, f"part {number}") if count else b""
        want(sha256(content).hexdigest() == name, f"part {number} is empty, and its hash is not that of nothing")
        want(len(content) == RECORD * count, f"part {number} has {len(content)} bytes for {count} records")
        for at in range(0, len(content), RECORD):
            record = content[at : at + RECORD]
            if record[:HASH] <= before or record[0] != number:
                raise Fault(f"part {number} is not sorted, or has an entry twice, or one of another part")
            if record[32] not in weights or record[33] > shares:
                raise Fault(f"part {number}: {record[:HASH].hex()} has a weight or a share that the rules do not have")
            before = record[:HASH]
            yield record


def claims(files: Published) -> list[tuple[bytes, int]] | None:
    """Entry and cohort of each claim, by the final file; None before there is one. Raises Fault."""
    names = [one["name"] for one in files.draw["files"] if one["kind"] == "final"]
    if not names:
        want(files.draw["state"] != "final", "the draw is final, and names no file of its claims")
        return None
    content = files.file(names[0], "the file of the claims")
    want(len(content) % CLAIM == 0, "the file of the claims ends within a line")
    return [(content[at : at + HASH], content[at + HASH]) for at in range(0, len(content), CLAIM)]
