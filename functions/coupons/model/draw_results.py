"""What a draw means for one entry, and for its person: where it is listed, its score, the cohort that it is of."""

from __future__ import annotations

from typing import Literal, NamedTuple

from coupons.model import scores
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Receipt
from coupons.model.draw_state import Cohort, DrawState

DrawResult = Literal["waiting", "won", "claimed", "late", "not-drawn", "void"]
"""What became of a person: the draw is to come; they may claim, have claimed, or can claim no more; they were not
drawn; or nobody was, because the draw is void, abandoned or broken."""


class ListedEntry(NamedTuple):
    """An entry as the committed list has it: what counts in the draw, whatever the booking says."""

    weight: int
    share: int
    part: int
    at: int
    """Of its record in the part, from 0."""
    file: str
    """The part's file."""


class Sentence(NamedTuple):
    """The same in English and Chinese."""

    en: str
    zh: str


class DrawnEntry(NamedTuple):
    """An entry once the winners are known. `cohort`: the one that may claim it, or might have; None: not drawn yet."""

    score: bytes
    cohort: Cohort | None


def cutoffs_of(state: DrawState) -> list[scores.Cutoffs]:
    """Of each cohort. A reserve admits who was admitted before too, so an entry is of the first that admits it."""
    return [scores.Cutoffs(cohort.cutoffs, cohort.cutoff_rest) for cohort in state.cohorts]


def seed_of(state: DrawState) -> bytes | None:
    """What all scores depend on; None before the beacon."""
    if state.commitment is None or state.beacon is None:
        return None
    return scores.seed(state.commitment.hash, state.beacon.signature)


def drawn_entry(state: DrawState, entry: bytes, weight: int, share: int) -> DrawnEntry | None:
    """What became of an entry that is in its part, with the weight and the share that are listed there.

    The first cohort that admits it is its own, also when that cohort's time is over. None before the cutoffs.
    """
    seed = seed_of(state)
    if seed is None or not state.cohorts:
        return None
    score = scores.score(seed, entry, weight)
    number = scores.cohort_of(score, share, cutoffs_of(state))
    return DrawnEntry(score, None if number is None else state.cohorts[number - 1])


def can_claim(state: DrawState, cohort: Cohort, now_s: int) -> bool:
    """Whether the cohort's time is not over: by the clock, and because no count was made that relies on its end.

    A test clock that is set back would else let people claim whose packs a reserve has.
    """
    return now_s < cohort.claim_until_s and cohort.number == len(state.cohorts) and state.end is None


class OwnDraw(NamedTuple):
    """What only the person sees: with the nonce anybody can recompute the entry from their identity."""

    batch: PublishedBatch
    entry: bytes
    nonce: bytes
    weight: int
    share: int
    receipt: Receipt | None
    listed: ListedEntry | None
    """Where the entry stands in the committed list."""
    drawn: DrawnEntry | None
    rank: int | None
    rank_is_about: bool
    result: DrawResult
    sentence: Sentence
