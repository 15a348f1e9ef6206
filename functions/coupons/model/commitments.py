"""The commitment of a lottery: one file that fixes its rules, its beacon's round and its list, before the round exists.

Its hash is the SHA-256 of its bytes as published; nobody writes them a second time.
"""

from __future__ import annotations

from dataclasses import dataclass

from coupons.model.entries import HASH_BYTES

PARTS = 256
MAGIC = b"cs-commitment-1\0"
COUNT_BYTES = 8
LINE_BYTES = COUNT_BYTES + HASH_BYTES


class NotACommitment(ValueError):
    """Why bytes are no commitment file."""


@dataclass(frozen=True)
class PartLine:
    """How many records a part holds, and the hash of its file, which is the file's name too."""

    count: int
    sha256: bytes


@dataclass(frozen=True)
class Commitment:
    """What is fixed before the beacon's round. Part b holds the entries whose first byte is b."""

    batch_id: str
    rules_hash: bytes
    chain_hash: bytes
    round: int
    parts: tuple[PartLine, ...]

    @property
    def entries(self) -> int:
        """How many entries take part."""
        return sum(part.count for part in self.parts)

    def to_bytes(self) -> bytes:
        """The file."""
        assert len(self.parts) == PARTS
        assert len(self.rules_hash) == len(self.chain_hash) == HASH_BYTES
        head = MAGIC + self.batch_id.encode("ascii") + b"\0" + self.rules_hash + self.chain_hash
        lines = (part.count.to_bytes(COUNT_BYTES, "big") + part.sha256 for part in self.parts)
        return head + self.round.to_bytes(8, "big") + b"".join(lines)

    @staticmethod
    def from_bytes(content: bytes) -> Commitment:
        """The commitment that a file holds. Raises NotACommitment."""
        magic, batch_id, rest = content[: len(MAGIC)], *_until_nul(content[len(MAGIC) :])
        if magic != MAGIC:
            raise NotACommitment(f"does not begin with {MAGIC!r}")
        if len(rest) != 2 * HASH_BYTES + 8 + PARTS * LINE_BYTES:
            raise NotACommitment(f"has {len(rest)} bytes after the batch's id")
        rules_hash, chain_hash = rest[:HASH_BYTES], rest[HASH_BYTES : 2 * HASH_BYTES]
        at = 2 * HASH_BYTES + 8
        lines = (rest[start : start + LINE_BYTES] for start in range(at, len(rest), LINE_BYTES))
        parts = tuple(PartLine(int.from_bytes(line[:COUNT_BYTES], "big"), line[COUNT_BYTES:]) for line in lines)
        return Commitment(batch_id, rules_hash, chain_hash, int.from_bytes(rest[at - 8 : at], "big"), parts)


def _until_nul(content: bytes) -> tuple[str, bytes]:
    batch_id, nul, rest = content.partition(b"\0")
    if not (nul and batch_id.isascii() and batch_id):
        raise NotACommitment("names no batch")
    return batch_id.decode(), rest
