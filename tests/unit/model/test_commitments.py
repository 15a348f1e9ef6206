"""What stands for a person in a lottery, and the commitment, byte by byte."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.commitments import Commitment, NotACommitment, PartLine
from coupons.model.entries import claim_record, commit_message, entry, receipt_message, record, records

HASHES = st.binary(min_size=32, max_size=32)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True)


def test_the_bytes_of_an_entry() -> None:
    """An entry hashes the batch, the person and the nonce, as infra/verify_draw/README.md says."""
    assert entry("b-1", "p", b"n" * 16) == sha256(b"cs-entry-1b-1\0p\0" + b"n" * 16).digest()
    assert entry("b-1", "李华", b"n" * 16) == sha256("cs-entry-1b-1\0李华\0".encode() + b"n" * 16).digest()


def test_what_is_signed() -> None:
    """The messages of a receipt and of a commitment are the specification's bytes, and no other message is equal."""
    rules, entry_ = b"r" * 32, b"e" * 32
    receipt = receipt_message("b-1", rules, entry_, 32, 8, 0x5EF0)
    assert receipt == b"cs-receipt-1\0b-1\0" + rules + entry_ + b"\x20\x08" + bytes.fromhex("0000000000005ef0")
    assert commit_message("b-1", rules) == b"cs-commit-1\0b-1\0" + rules


@given(st.lists(st.tuples(HASHES, st.integers(1, 32), st.integers(0, 8)), max_size=20))
def test_records_are_read_as_written(lines: list[tuple[bytes, int, int]]) -> None:
    """A file of records holds them as they were, 34 bytes each."""
    content = b"".join(record(*line) for line in lines)
    assert len(content) == 34 * len(lines)
    assert list(records(content)) == lines


def test_a_line_of_the_final_file() -> None:
    """33 bytes: the entry and the cohort."""
    assert claim_record(b"e" * 32, 2) == b"e" * 32 + b"\2"


def commitment(batch_id: str = "b-1", hash_: bytes = b"h" * 32, counts: int = 3) -> Commitment:
    """One with parts of 0 to `counts` records."""
    parts = tuple(PartLine(b % (counts + 1), sha256(bytes((b,))).digest()) for b in range(256))
    return Commitment(batch_id, hash_, hash_[::-1], 123_456_789, parts)


@given(IDS, HASHES, st.integers(0, 10**9))
def test_a_commitment_is_read_as_written(batch_id: str, hash_: bytes, counts: int) -> None:
    """The file of a commitment says all of it, in 10,321 bytes and the batch's id."""
    written = commitment(batch_id, hash_, counts)
    content = written.to_bytes()
    assert len(content) == 16 + len(batch_id) + 1 + 72 + 256 * 40
    assert Commitment.from_bytes(content) == written
    assert written.entries == sum(b % (counts + 1) for b in range(256))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: content.replace(b"cs-commitment-1", b"cs-commitment-2"),
        lambda content: content.replace(b"b-1", b""),
        lambda content: content.replace(b"b-1", b"\xff-1"),
        lambda content: content.replace(b"\0", b"."),
    ],
    ids=["empty", "short", "long", "another format", "no batch", "not ASCII", "no NUL"],
)
def test_what_is_no_commitment(spoil: object) -> None:
    """Bytes of another length or another beginning are refused."""
    assert callable(spoil)
    with pytest.raises(NotACommitment):
        Commitment.from_bytes(spoil(commitment().to_bytes()))
