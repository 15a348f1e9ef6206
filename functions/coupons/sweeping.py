"""Sweeps: resumable passes over all claims of a claim key; design section 6.

The buckets are taken in spans of 16, and the fold of each span is recorded once, by a conditional put. Any number of
invocations work side by side by picking unrecorded spans at random; a killed one costs only its span; a repeat changes
nothing; the sweep is complete when all folds, strongly read, are there.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from coupons.claims import Ruling
from coupons.environment import Environment
from coupons.releases import Control, Release
from coupons.sweeps import Fold, total

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
    """Work on a sweep of the release's claim key until `deadline_s` (monotonic); the sum of all folds, None before.

    Its own coupons are judged by the ruling that `control` says; a sister's counts are the sister's to ask for.
    Reads 1 unit each 4 KB of claims and writes one fold a span.
    """
    buckets = release.buckets
    spans = (buckets + SPAN - 1) // SPAN
    recorded = env.folds.recorded(sweep_id, spans)
    missing = [span for span in range(spans) if span not in recorded]
    env.rng.shuffle(missing)

    def work(span: int) -> None:
        if env.clock.monotonic_s() >= deadline_s:
            return
        fold = Fold()
        for bucket in range(span * SPAN, min((span + 1) * SPAN, buckets)):
            for claim in env.claims.in_bucket(release.claim_key, bucket):
                fold.take(claim, now_s, control.ruling if claim.batch_number == release.number else Ruling())
        env.folds.record(sweep_id, span, fold)

    if env.sweep_workers > 1:
        with ThreadPoolExecutor(env.sweep_workers) as pool:
            list(pool.map(work, missing))
    else:
        for span in missing:
            work(span)
    folds = env.folds.recorded(sweep_id, spans)
    return total(folds.values()) if len(folds) == spans else None
