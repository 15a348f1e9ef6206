"""The rank of a score among all entries of a draw: exact up to the last cutoff, by the score files; beyond it "about",
by the histogram.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from coupons.damage import expected
from coupons.lottery.cutting import highest
from coupons.model.draw_results import cutoffs_of
from coupons.model.draw_state import DrawState
from coupons.model.score_files import SCORE_BYTES, ScoreIndex
from coupons.process.services import Services

WINDOW = 512
"""Scores that one read of a file gets: they are spread evenly, so the first guess is mostly as near as that."""


class Rank(NamedTuple):
    number: int
    """1 is the lowest score."""
    is_about: bool


def rank_of(services: Services, batch_id: str, state: DrawState, score: bytes) -> Rank | None:
    """None before the draw. An exact rank takes two or three reads of files, one that is about none.

    Guarded by tests/store/lottery/test_ranks.py::test_ranks_are_those_of_a_sort.
    """
    before = 0
    for cohort, cutoffs in zip(state.cohorts, cutoffs_of(state), strict=True):
        if cohort.scores and score <= highest(cutoffs):
            return Rank(before + _lower(services, cohort.scores, score) + 1, is_about=False)
        before += cohort.ranked
    histogram = services.histograms.get(batch_id) if state.cohorts else None
    return None if histogram is None else Rank(max(histogram.about_rank(score), before + 1), is_about=True)


def _lower(services: Services, listed: str, score: bytes) -> int:
    """How many scores of a cohort's files are lower."""
    with expected("draw files", listed, "", "it, or a file that it lists, is not there"):
        index = ScoreIndex.from_bytes(services.draw_files.get(listed))
        line = index.lines[score[0]]
        return index.before(score[0]) + _lower_in(services, line.sha256.hex(), line.count, score)


def _lower_in(services: Services, name: str, count: int, score: bytes) -> int:
    """How many of the scores of one file are lower."""
    low, high = 0, count
    guess = count * int.from_bytes(score[1:5], "big") >> 32
    while low < high:
        start = max(low, min(guess - WINDOW // 2, high - WINDOW))
        size = min(WINDOW, high - start)
        content = services.draw_files.get(name, start * SCORE_BYTES, size * SCORE_BYTES)
        page = [content[at : at + SCORE_BYTES] for at in range(0, len(content), SCORE_BYTES)]
        assert len(page) == size, f"the file {name} is not as long as it was"
        if score <= page[0]:
            high = start
        elif score > page[-1]:
            low = start + size
        else:
            return start + bisect_left(page, score)
        guess = (low + high) // 2
    return low
