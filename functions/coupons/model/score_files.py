"""Files of the scores that a draw admitted, by which a rank is exact; and what a part of the list adds to them.

A score file holds the scores that begin with one byte, 32 bytes each, sorted. The index of a cohort names its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coupons.model.commitments import COUNT_BYTES, LINE_BYTES, PARTS, PartLine
from coupons.model.entries import HASH_BYTES

SCORE_BYTES = 32
MAGIC = b"cs-scores-1\0"
EMPTY = PartLine(0, bytes(HASH_BYTES))
"""Of a first byte that no score of the cohort has: there is no file."""


@dataclass(frozen=True)
class ScoreIndex:
    """For each first byte how many scores of the cohort begin with it, and the hash of their file."""

    lines: tuple[PartLine, ...]

    @property
    def scores(self) -> int:
        return sum(line.count for line in self.lines)

    def before(self, first_byte: int) -> int:
        """How many scores begin with a lower byte."""
        return sum(line.count for line in self.lines[:first_byte])

    def to_bytes(self) -> bytes:
        assert len(self.lines) == PARTS
        return MAGIC + lines_to_bytes(self.lines)

    @staticmethod
    def from_bytes(content: bytes) -> ScoreIndex:
        """What `to_bytes` wrote."""
        assert content.startswith(MAGIC)
        assert len(content) == len(MAGIC) + PARTS * LINE_BYTES
        return ScoreIndex(lines_of_bytes(content[len(MAGIC) :]))


@dataclass(frozen=True)
class LowScores:
    """What a part of the list adds to a cohort: the run of its low scores, sorted, and those that cutoffs depend on.

    `counts`: by first byte, how many of the run begin with it. `wanted`: scores with their shares.
    """

    run: str
    counts: tuple[int, ...]
    wanted: tuple[tuple[bytes, int], ...]

    def place(self, first_bytes: range) -> tuple[int, int]:
        """Offset and length, in bytes, of the scores in the run that begin with one of these bytes."""
        before = sum(self.counts[: first_bytes.start])
        return before * SCORE_BYTES, sum(self.counts[first_bytes.start : first_bytes.stop]) * SCORE_BYTES

    def to_bytes(self) -> bytes:
        counts = b"".join(count.to_bytes(4, "big") for count in self.counts)
        return bytes.fromhex(self.run) + counts + b"".join(score + bytes((share,)) for score, share in self.wanted)

    @staticmethod
    def from_bytes(content: bytes) -> LowScores:
        """What `to_bytes` wrote."""
        head, rest = HASH_BYTES + 4 * PARTS, SCORE_BYTES + 1
        assert (len(content) - head) % rest == 0
        counts = [int.from_bytes(content[at : at + 4], "big") for at in range(HASH_BYTES, head, 4)]
        wanted = [(content[at : at + 32], content[at + 32]) for at in range(head, len(content), rest)]
        return LowScores(content[:HASH_BYTES].hex(), tuple(counts), tuple(wanted))


def lines_to_bytes(lines: Iterable[PartLine]) -> bytes:
    return b"".join(line.count.to_bytes(COUNT_BYTES, "big") + line.sha256 for line in lines)


def lines_of_bytes(content: bytes) -> tuple[PartLine, ...]:
    """What `lines_to_bytes` wrote."""
    lines = (content[at : at + LINE_BYTES] for at in range(0, len(content), LINE_BYTES))
    return tuple(PartLine(int.from_bytes(line[:COUNT_BYTES], "big"), line[COUNT_BYTES:]) for line in lines)


def counts_of(scores: Sequence[bytes]) -> tuple[int, ...]:
    """By first byte, how many of the scores begin with it."""
    counts = [0] * PARTS
    for score in scores:
        counts[score[0]] += 1
    return tuple(counts)
