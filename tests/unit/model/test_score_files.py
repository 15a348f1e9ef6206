"""Score files: what is written is read again, and each score is found by its first byte."""

from __future__ import annotations

from hashlib import sha256

from coupons.model.commitments import PartLine
from coupons.model.score_files import EMPTY, LowScores, ScoreIndex, counts_of

SCORES = sorted(sha256(bytes((number,))).digest() for number in range(200))


def test_a_run_is_found_by_first_byte() -> None:
    """Offset and length of each first byte cut the run into the scores that begin with it, after it was stored."""
    written = LowScores("ab" * 32, counts_of(SCORES), ((SCORES[0], 0), (SCORES[3], 8)))
    read = LowScores.from_bytes(written.to_bytes())
    assert read == written
    run = b"".join(SCORES)
    for first_bytes in (*(range(byte, byte + 1) for byte in range(256)), range(16, 64), range(240, 256)):
        offset, length = read.place(first_bytes)
        assert run[offset : offset + length] == b"".join(one for one in SCORES if one[0] in first_bytes)


def test_an_index_counts_what_is_lower() -> None:
    """Its bytes are read as they were written; `before` is the number of scores with a lower first byte."""
    lines = [EMPTY] * 256
    lines[0], lines[7] = PartLine(3, b"a" * 32), PartLine(2, b"b" * 32)
    index = ScoreIndex(tuple(lines))
    assert ScoreIndex.from_bytes(index.to_bytes()) == index
    assert [index.before(byte) for byte in (0, 1, 7, 8)] == [0, 3, 3, 5]
    assert index.scores == 5
