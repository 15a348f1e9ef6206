"""Sweeps: resumable passes over all claims of a claim key, or all bookings of a batch; design section 6.

The buckets are taken in spans (of 16 to count), and the fold of each span is recorded once, by a conditional put. Any
number of invocations work side by side by picking unrecorded spans at random; a killed one costs only its span; a
repeat changes nothing; the sweep is complete when all folds, strongly read, are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from coupons.claims import Claim, Ruling
from coupons.environment import Environment
from coupons.releases import Control, Release
from coupons.sweeps import Fold, total

T = TypeVar("T")
R = TypeVar("R")

SPAN = 16
"""Buckets a fold: about 16,000 claims, two seconds of reading; 65,536 buckets make 4,096 folds."""


def advance(
    env: Environment,
    sweep_id: str,
    release: Release,
    control: Control,
    *,
    now_s: int,
    deadline_s: float,
) -> Fold | None:
    """Count the claims of the release's claim key until `deadline_s` (monotonic); the sum of all folds, None before.

    Its own coupons are judged by the ruling that `control` says; a sister's counts are the sister's to ask for.
    Reads 1 unit each 4 KB of claims and writes one fold a span.
    """

    def count(claims: Iterator[Claim]) -> Fold:
        fold = Fold()
        for claim in claims:
            fold.take(claim, now_s, control.ruling if claim.batch_number == release.number else Ruling())
        return fold

    return folded(env, sweep_id, release, count, span=SPAN, deadline_s=deadline_s)


def folded(
    env: Environment,
    sweep_id: str,
    release: Release,
    fold_of: Callable[[Iterator[Claim]], Fold],
    *,
    span: int,
    deadline_s: float,
) -> Fold | None:
    """The sum of `fold_of` over all spans of `span` buckets, None while some are missing at `deadline_s`.

    A fold is recorded after `fold_of` returned, so whatever that did to the outside was done for every recorded span,
    and is done again for a span whose worker was killed. It runs in several threads.
    """

    def of_places(places: range) -> Fold:
        return fold_of(claim for bucket in places for claim in env.claims.in_bucket(release.claim_key, bucket))

    return swept(env, sweep_id, release.buckets, of_places, span=span, deadline_s=deadline_s)


def swept(
    env: Environment,
    sweep_id: str,
    buckets: int,
    fold_of: Callable[[range], Fold],
    *,
    span: int,
    deadline_s: float,
) -> Fold | None:
    """The sum of `fold_of` over all spans of `span` of the `buckets`; otherwise as `folded`."""
    spans = (buckets + span - 1) // span
    recorded = env.folds.recorded(sweep_id, spans)
    missing = [number for number in range(spans) if number not in recorded]
    env.rng.shuffle(missing)

    def work(number: int) -> None:
        if env.clock.monotonic_s() >= deadline_s:
            return
        env.folds.record(sweep_id, number, fold_of(range(number * span, min((number + 1) * span, buckets))))

    side_by_side(env, work, missing)
    folds = env.folds.recorded(sweep_id, spans)
    return total(folds.values()) if len(folds) == spans else None


def side_by_side(env: Environment, work: Callable[[T], R], places: Sequence[T]) -> list[R]:
    """`work` on each place, in as many threads as sweeps have; results in the order of the places."""
    if env.sweep_workers <= 1:
        return [work(place) for place in places]
    with ThreadPoolExecutor(env.sweep_workers) as pool:
        return list(pool.map(work, places))
