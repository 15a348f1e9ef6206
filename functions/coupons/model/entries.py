"""What stands for a person in a lottery, byte by byte: the entry, its record in a file, and what is signed.

Standard library only, and no value of the system: infra/verify_draw/README.md describes the same bytes for others. An
integer is big-endian, a batch's id is ASCII and holds no NUL, so every message can be read in one way only.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

HASH_BYTES = 32
RECORD_BYTES = HASH_BYTES + 2
CLAIM_BYTES = HASH_BYTES + 1
WEIGHT_MAX = 32
SHARES_MAX = 8
NONE_SHARE = 0
"""The share of an entry that is in none; the first of `draw.shares` is 1."""


def entry(batch_id: str, person_id: str, nonce: bytes) -> bytes:
    """What stands for a person in the published list: nobody finds the person without the nonce.

    `person_id` is in normal form (coupons/identities.py).
    """
    return sha256(b"cs-entry-1" + batch_id.encode() + b"\0" + person_id.encode() + b"\0" + nonce).digest()


def record(entry: bytes, weight: int, share: int) -> bytes:
    """A line of a run or a part, 34 bytes."""
    assert len(entry) == HASH_BYTES
    assert 1 <= weight <= WEIGHT_MAX
    assert 0 <= share <= SHARES_MAX
    return entry + bytes((weight, share))


def records(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Entry, weight and share of each record of a file, or of a piece of whole records."""
    assert len(content) % RECORD_BYTES == 0
    for at in range(0, len(content), RECORD_BYTES):
        yield content[at : at + HASH_BYTES], content[at + HASH_BYTES], content[at + HASH_BYTES + 1]


def claim_record(entry: bytes, cohort: int) -> bytes:
    """A line of the final file, 33 bytes: an entry whose pack was claimed, and the cohort that it was drawn in."""
    assert len(entry) == HASH_BYTES
    return entry + bytes((cohort,))


def receipt_message(batch_id: str, rules_hash: bytes, entry: bytes, weight: int, share: int, booked_at_s: int) -> bytes:
    """What a receipt signs. It leaves out the nonce, so a receipt can be shown without telling whose it is."""
    head = b"cs-receipt-1\0" + batch_id.encode() + b"\0"
    return head + rules_hash + entry + bytes((weight, share)) + booked_at_s.to_bytes(8, "big")


def commit_message(batch_id: str, commitment_hash: bytes) -> bytes:
    """What the signature of a commitment signs: two of one batch prove fraud."""
    return b"cs-commit-1\0" + batch_id.encode() + b"\0" + commitment_hash
