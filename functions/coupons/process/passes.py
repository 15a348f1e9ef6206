"""Sweeps: resumable passes over all claims of a claim key, or all bookings of a batch; design section 6.

The buckets are taken in spans (of 16 to count), and the fold of each span is recorded once, by a conditional put. Any
number of invocations work side by side by picking unrecorded spans at random; a killed one costs only its span; a
repeat changes nothing; the sweep is complete when all folds, strongly read, are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from coupons.damage import Damaged
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claims import Claim, DamagedClaim
from coupons.model.counts import Count, Fold, total
from coupons.process.services import Services
from coupons.stores import keys

T = TypeVar("T")
R = TypeVar("R")

SPAN = 16
"""Buckets a fold: about 16,000 claims, two seconds of reading; 65,536 buckets make 4,096 folds."""


def advance(
    services: Services,
    sweep_id: str,
    batch: PublishedBatch,
    control: Control,
    *,
    now_s: int,
    deadline_s: float,
) -> Fold | None:
    """The release's coupons by state, read until `deadline_s` (monotonic); the sum of all folds, None before.

    They are judged by the ruling that `control` says. Reads 1 unit each 4 KB of claims and writes one fold a span.
    Raises Damaged if a claim cannot be read: what it used would be given back.
    """

    def count(claims: Iterator[Claim | Damaged]) -> Fold:
        fold, broken = Fold(), list[Damaged]()
        for claim in services.damages.sound(claims, broken):
            fold.take(claim, now_s, control.ruling)
        if broken:
            raise broken[0]
        return fold

    return folded(services, sweep_id, batch, count, span=SPAN, deadline_s=deadline_s)


def count_claims(services: Services, sweep_id: str, batch: PublishedBatch, *, deadline_s: float) -> Fold | None:
    """How many claims the release has, by their keys and batch numbers alone; otherwise as `advance`.

    No other damage is in its way. What stands under a claim key that is the batch's alone counts as the batch's,
    whatever it says. Raises Damaged if a claim may be the release's or a sister's: counted wrongly, a pack would be
    handed out twice.
    """
    is_alone = batch.claim_key == batch.booking_key

    def count(places: range) -> Fold:
        claims, broken = 0, list[Damaged]()
        for place, number in (one for bucket in places for one in services.claims.numbers(batch.claim_key, bucket)):
            is_own = is_alone
            with services.damages.left_out(None if is_alone else broken):
                is_own = _is_of(services, batch, number, place)
            claims += is_own
        if broken:
            raise broken[0]
        return Fold({batch.number: Count(claims)})

    return swept(services, sweep_id, batch.buckets, count, span=SPAN, deadline_s=deadline_s)


def folded(
    services: Services,
    sweep_id: str,
    batch: PublishedBatch,
    fold_of: Callable[[Iterator[Claim | Damaged]], Fold],
    *,
    span: int,
    deadline_s: float,
) -> Fold | None:
    """The sum of `fold_of` over all spans of `span` buckets, None while some are missing at `deadline_s`.

    `fold_of` gets the release's claims, and those that cannot be read and are not surely another's. A fold is recorded
    after `fold_of` returned, so whatever that did to the outside was done for every recorded span, and is done again
    for a span whose worker was killed. It runs in several threads.
    """

    def of_places(places: range) -> Fold:
        return fold_of(claim for bucket in places for claim in _own(services, batch, bucket))

    return swept(services, sweep_id, batch.buckets, of_places, span=span, deadline_s=deadline_s)


def _own(services: Services, batch: PublishedBatch, bucket: int) -> Iterator[Claim | Damaged]:
    for claim in services.claims.in_bucket(batch.claim_key, bucket):
        if isinstance(claim, DamagedClaim):
            place = keys.Place(claim.pk, claim.sk)
        else:
            place = keys.place_of(keys.claim(batch.claim_key, batch.buckets, claim.person))
        try:
            if not _is_of(services, batch, claim.batch_number, place):
                continue
            if not isinstance(claim, DamagedClaim) and len(claim.coupons) != len(batch.terms):
                raise Damaged(services.claims.table, *place, "its coupons are not those of its batch")
            yield claim
        except Damaged as found:
            yield claim if isinstance(claim, DamagedClaim) else found


def _is_of(services: Services, batch: PublishedBatch, number: int | None, place: keys.Place) -> bool:
    """Whether the claim at `place`, under the release's claim key, is the release's. Raises Damaged if nobody knows."""
    if number == batch.number:
        return True
    is_shared = batch.claim_key != batch.booking_key
    if is_shared and number is not None and services.cache.is_published(number):
        return False
    raise Damaged(services.claims.table, *place, "it is of no batch that it can be of")


def swept(
    services: Services,
    sweep_id: str,
    buckets: int,
    fold_of: Callable[[range], Fold],
    *,
    span: int,
    deadline_s: float,
) -> Fold | None:
    """The sum of `fold_of` over all spans of `span` of the `buckets`; otherwise as `folded`.

    Raises Damaged if one of them did; the others are recorded, and once the item is mended the sweep goes on.
    """
    spans = (buckets + span - 1) // span
    recorded = services.folds.recorded(sweep_id, spans)
    missing = [number for number in range(spans) if number not in recorded]
    services.rng.shuffle(missing)

    broken: list[Damaged] = []

    def work(number: int) -> None:
        if services.clock.monotonic_s() >= deadline_s:
            return
        with services.damages.left_out(broken):
            services.folds.record(sweep_id, number, fold_of(range(number * span, min((number + 1) * span, buckets))))

    side_by_side(services, work, missing)
    if broken:
        raise broken[0]
    folds = services.folds.recorded(sweep_id, spans)
    return total(folds.values()) if len(folds) == spans else None


def side_by_side(services: Services, work: Callable[[T], R], places: Sequence[T]) -> list[R]:
    """`work` on each place, in as many threads as sweeps have; results in the order of the places."""
    if services.sweep_workers <= 1:
        return [work(place) for place in places]
    with ThreadPoolExecutor(services.sweep_workers) as pool:
        return list(pool.map(work, places))
