"""Who wins a lottery: an entry's score, and the cutoffs below which scores win.

Nothing is written for a winner. Share s admits the lowest scores of its entries, as many as its quota; the places that
remain go to the lowest of everybody else. The cutoffs are found in two passes of bounded memory: a histogram of bins
tells which bin each cutoff is in (`cut_bins`), and the scores of these bins alone tell the cutoffs (`cutoffs`). A
reserve is the same arithmetic with more places: the quotas admit the same people, and the rest reaches further.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct

BINS = 4_096
NONE_ADMITTED = b""
"""A cutoff that admits nobody: every score is above it."""
_ROW = Struct(f">{BINS}I")
_WEIGHTS = [bytes((j,)) for j in range(256)]


def seed(commitment_hash: bytes, signature: bytes) -> bytes:
    """What the draw depends on: the commitment, and the beacon that nobody knew when it was made."""
    return sha256(b"cs-draw-1" + commitment_hash + sha256(signature).digest()).digest()


def score(seed: bytes, entry: bytes, weight: int) -> bytes:
    """The lowest of as many hashes as the entry weighs: the same chances as that many tickets in a drum."""
    if weight == 1:
        return sha256(seed + entry + b"\0").digest()
    return min(sha256(seed + entry + j).digest() for j in _WEIGHTS[:weight])


def sample(seed: bytes, i: int, count: int) -> int:
    """The i-th index that the seed picks of a list, for those who ask people whether they took part."""
    return int.from_bytes(sha256(seed + b"sample" + i.to_bytes(8, "big")).digest(), "big") % count


def bin_of(score: bytes) -> int:
    """The first 12 bits of a score."""
    return score[0] << 4 | score[1] >> 4


class Histogram:
    """How many scores of each share lie in each bin. The first row is that of entries without a share."""

    def __init__(self, shares: int) -> None:
        self.rows = [[0] * BINS for _ in range(shares + 1)]

    @property
    def entries(self) -> int:
        """All scores that were added."""
        return sum(map(sum, self.rows))

    def add(self, score: bytes, share: int) -> None:
        """One more score."""
        self.rows[share][score[0] << 4 | score[1] >> 4] += 1

    def merge(self, other: Histogram) -> None:
        """The scores of another histogram too."""
        self.rows = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(self.rows, other.rows, strict=True)]

    def to_bytes(self) -> bytes:
        """Row after row, 4 bytes a bin."""
        return b"".join(_ROW.pack(*row) for row in self.rows)

    @staticmethod
    def from_bytes(content: bytes) -> Histogram:
        """What `to_bytes` wrote."""
        assert content
        histogram = Histogram(0)
        histogram.rows = [list(row) for row in _ROW.iter_unpack(content)]
        return histogram

    def about_rank(self, score: bytes) -> int:
        """The rank of a score among all entries, exact to its bin: where it lies in the bin stands for who is below."""
        bin_ = bin_of(score)
        below = sum(sum(row[:bin_]) for row in self.rows)
        inside = sum(row[bin_] for row in self.rows)
        return below + inside * (int.from_bytes(score[1:5], "big") & 0x0FFFFFFF) // 2**28 + 1


@dataclass(frozen=True)
class CutBin:
    """The bin of a cutoff, and how many of the scores in it are at or below the cutoff."""

    bin: int
    inside: int


@dataclass(frozen=True)
class CutBins:
    """Where all cutoffs are, how many each quota admits, and how many the rest."""

    shares: tuple[CutBin | None, ...]
    rest: CutBin | None
    admitted_by_share: tuple[int, ...]
    admitted_by_rest: int

    def wants(self, score: bytes, share: int) -> bool:
        """Whether a cutoff depends on this score."""
        bin_ = score[0] << 4 | score[1] >> 4
        cut = self.shares[share - 1] if share else None
        return (self.rest is not None and self.rest.bin == bin_) or (cut is not None and cut.bin == bin_)


@dataclass(frozen=True)
class Cutoffs:
    """The highest score that each share's quota admits, and the highest that the rest admits."""

    shares: tuple[bytes, ...]
    rest: bytes


def cut_bins(histogram: Histogram, quotas: Sequence[int], places: int) -> CutBins:
    """Where the cutoffs are if so many are admitted in all: by the quotas first, then the lowest of the others.

    Of the draw, `places` is the quantity; of a reserve, those admitted before and the packs that are left to claim.
    """
    assert len(histogram.rows) == len(quotas) + 1
    assert sum(quotas) <= places
    cuts = tuple(_cut(row, quota) for row, quota in zip(histogram.rows[1:], quotas, strict=True))
    left = list(histogram.rows[0])
    for row, cut in zip(histogram.rows[1:], cuts, strict=True):
        left = [a + b for a, b in zip(left, _beyond(row, cut), strict=True)]
    admitted = tuple(min(quota, sum(row)) for row, quota in zip(histogram.rows[1:], quotas, strict=True))
    rest = min(places - sum(admitted), sum(left))
    return CutBins(cuts, _cut(left, rest), admitted, rest)


def _cut(row: list[int], count: int) -> CutBin | None:
    """The bin of the highest of the `count` lowest scores; of all scores, if there are fewer."""
    count = min(count, sum(row))
    if count == 0:
        return None
    for bin_, here in enumerate(row):
        if count <= here:
            return CutBin(bin_, count)
        count -= here
    raise AssertionError


def _beyond(row: list[int], cut: CutBin | None) -> list[int]:
    """The scores of each bin that a cutoff does not admit."""
    if cut is None:
        return row
    return [0] * cut.bin + [row[cut.bin] - cut.inside] + row[cut.bin + 1 :]


def cutoffs(cuts: CutBins, wanted: Iterable[tuple[bytes, int]]) -> Cutoffs:
    """The cutoffs, by all scores that `cuts` wants, each with its share, in any order."""
    scores = sorted(wanted)
    shares = tuple(
        NONE_ADMITTED
        if cut is None
        else [s for s, share in scores if share == number and bin_of(s) == cut.bin][cut.inside - 1]
        for number, cut in enumerate(cuts.shares, start=1)
    )
    if cuts.rest is None:
        return Cutoffs(shares, NONE_ADMITTED)
    left = [s for s, share in scores if bin_of(s) == cuts.rest.bin and not (share and s <= shares[share - 1])]
    return Cutoffs(shares, left[cuts.rest.inside - 1])


def is_admitted(score: bytes, share: int, cutoffs: Cutoffs) -> bool:
    """Whether an entry wins, by its share or by the rest."""
    return score <= cutoffs.rest or bool(share and score <= cutoffs.shares[share - 1])


def cohort_of(score: bytes, share: int, cohorts: Sequence[Cutoffs]) -> int | None:
    """The cohort that an entry was drawn in: 1 for the draw, 2 and 3 for its reserves. None if it was not drawn."""
    return next((k for k, cutoffs in enumerate(cohorts, start=1) if is_admitted(score, share, cutoffs)), None)
