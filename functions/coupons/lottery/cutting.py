"""The cutoffs of a cohort, found in passes over the committed parts; one part at a time is in memory.

    parts ─pass 1─▶ 256 histograms ─sum─▶ cut bins ─pass 2─▶ the scores in them ─▶ cutoffs
                                              └────────────▶ 256 runs of low scores ─pass 3─▶ score files by first byte

Each pass is resumable (`process/passes.py`): a place is recorded once, by a conditional put, and a killed caller loses
only the place at hand. Nothing here depends on a clock, so all callers find the same. A reserve is the same arithmetic
with more places (`model/scores.py`); the histograms serve all cohorts of a draw.

The score files of a cohort hold the scores above the cohort before, up to its own highest cutoff: 32 bytes each,
sorted, a file for each first byte. By them a rank is exact (`ranks.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from coupons.lottery.steps import DrawNow
from coupons.model.commitments import PARTS, PartLine
from coupons.model.draw_results import cutoffs_of, seed_of
from coupons.model.entries import records
from coupons.model.score_files import (
    EMPTY,
    SCORE_BYTES,
    LowScores,
    ScoreIndex,
    counts_of,
    lines_of_bytes,
    lines_to_bytes,
)
from coupons.model.scores import CutBins, Cutoffs, Histogram, bin_of, cut_bins, cutoffs, score
from coupons.process.entry_lists import damaged_file
from coupons.process.passes import side_by_side, spans

BYTES_TOGETHER = 16
"""First bytes whose score files one place of the last pass makes: it reads each run once, in one piece."""


class Cut(NamedTuple):
    """What the passes of a cohort found."""

    cutoffs: Cutoffs
    bins: CutBins
    histogram: Histogram
    listed: str
    """The name of the file that lists the score files; empty without one."""
    ranked: int
    """How many scores these have."""


def cut(now: DrawNow, places: int) -> Cut | None:
    """The cutoffs of the next cohort, if all cohorts together have so many places; None if time ran out: call again.

    Raises Busy, Damaged. Guarded by tests/store/lottery/test_drawing.py::test_a_file_that_was_changed_is_never_drawn.
    """
    cutting = _Cutting(now)
    histogram = cutting.histogram()
    if histogram is None:
        return None
    entries = cutting.committed.entries
    assert histogram.entries == entries, f"{histogram.entries} scores of {entries} committed entries"
    bins = cut_bins(histogram, [share.quantity for share in now.declared.shares], places)
    low = cutting.low_scores(bins)
    if low is None:
        return None
    found = cutoffs(bins, (one for part in low for one in part.wanted))
    files = cutting.score_files(low, highest(found))
    return None if files is None else Cut(found, bins, histogram, *files)


def highest(cutoffs: Cutoffs) -> bytes:
    """The highest score that they admit; empty if they admit nobody."""
    return max((cutoffs.rest, *cutoffs.shares))


class _Cutting:
    """The passes of the next cohort."""

    def __init__(self, now: DrawNow) -> None:
        assert now.state.commitment is not None, "only a committed list is drawn"
        self.committed = now.state.commitment
        self._now = now
        self._shares = len(now.declared.shares)
        self._above = highest(cutoffs_of(now.state)[-1]) if now.state.cohorts else b""
        self._draw = f"draw#{now.batch.batch_id}"
        self._cohort = f"{self._draw}#{len(now.state.cohorts) + 1}"

    def histogram(self) -> Histogram | None:
        """Of all entries."""

        def count(part: int) -> bytes:
            found = Histogram(self._shares)
            for one, share in self._scores(part):
                found.add(one, share)
            return zlib.compress(found.to_bytes())

        found = self._each(f"{self._draw}#bins", self._filled, count)
        if found is None:
            return None
        total = Histogram(self._shares)
        for one in found:
            total.merge(Histogram.from_bytes(zlib.decompress(one)))
        return total

    def low_scores(self, bins: CutBins) -> list[LowScores] | None:
        """Of each part the scores that the cutoffs depend on, and a run of those up to the last cut bin."""
        last_bin = max((one.bin for one in (bins.rest, *bins.shares) if one), default=-1)

        def low(part: int) -> bytes:
            wanted, run = list[tuple[bytes, int]](), list[bytes]()
            for one, share in self._scores(part):
                if bin_of(one) <= last_bin:
                    if bins.wants(one, share):
                        wanted.append((one, share))
                    if one > self._above:
                        run.append(one)
            run.sort()
            name = self._now.services.draw_files.put(b"".join(run))
            return LowScores(name, counts_of(run), tuple(wanted)).to_bytes()

        found = self._each(f"{self._cohort}#low", self._filled, low) if last_bin >= 0 else []
        return None if found is None else [LowScores.from_bytes(one) for one in found]

    def score_files(self, low: list[LowScores], highest: bytes) -> tuple[str, int] | None:
        """The name of their index and how many scores they have; no name if it has none. None if time ran out."""
        if highest <= self._above:
            return "", 0
        files = self._now.services.draw_files

        def merge(start: int) -> bytes:
            first_bytes = range(start, start + BYTES_TOGETHER)
            pieces = side_by_side(self._now.services, lambda part: _piece(files.get, part, first_bytes), low)
            scores = sorted(one for piece in pieces for one in piece if one <= highest)
            by_byte = {byte: list(group) for byte, group in groupby(scores, itemgetter(0))}
            return bytes((start,)) + lines_to_bytes(_line(files.put, by_byte.get(byte, [])) for byte in first_bytes)

        starts = range(0, highest[0] + 1, BYTES_TOGETHER)
        filled = [start for start in starts if any(any(part.counts[start : start + BYTES_TOGETHER]) for part in low)]
        # One place at a time: each reads a piece of every run, side by side.
        found = self._each(f"{self._cohort}#files", filled, merge, threads=1)
        if found is None:
            return None
        lines = [EMPTY] * PARTS
        for one in found:
            lines[one[0] : one[0] + BYTES_TOGETHER] = lines_of_bytes(one[1:])
        index = ScoreIndex(tuple(lines))
        return files.put(index.to_bytes()), index.scores

    @cached_property
    def _parts(self) -> tuple[PartLine, ...]:
        return self._now.services.entry_lists.commitment(self.committed).parts

    @cached_property
    def _filled(self) -> list[int]:
        """The parts that have entries."""
        return [number for number, part in enumerate(self._parts) if part.count]

    def _scores(self, part: int) -> Iterator[tuple[bytes, int]]:
        """The score and the share of each entry of a part. Raises Damaged if its file is not the committed one."""
        line, seed = self._parts[part], seed_of(self._now.state)
        assert seed is not None, "only a beacon decides"
        content = self._now.services.draw_files.get(line.sha256.hex())
        if sha256(content).digest() != line.sha256:
            raise damaged_file(line.sha256.hex(), "has another hash than its name")
        for entry, weight, share in records(content):
            yield score(seed, entry, weight), share

    def _each(
        self, sweep_id: str, of: Sequence[int], find: Callable[[int], bytes], threads: int | None = None
    ) -> list[bytes] | None:
        """What is recorded of each of these, in no order; None if some are missing at the deadline."""
        services, deadline_s = self._now.services, self._now.deadline_s

        def find_at(places: range) -> bytes:
            return find(of[places[0]])

        return spans(services, services.step_folds, sweep_id, len(of), 1, find_at, deadline_s, threads)


def _piece(get: Callable[[str, int, int], bytes], part: LowScores, first_bytes: range) -> list[bytes]:
    """A run's scores that begin with one of these bytes."""
    offset, length = part.place(first_bytes)
    content = get(part.run, offset, length) if length else b""
    assert len(content) == length, f"the run {part.run} is not as long as it was"
    return [content[at : at + SCORE_BYTES] for at in range(0, length, SCORE_BYTES)]


def _line(put: Callable[[bytes], str], scores: list[bytes]) -> PartLine:
    return PartLine(len(scores), bytes.fromhex(put(b"".join(scores)))) if scores else EMPTY
