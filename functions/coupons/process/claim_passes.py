"""Passes over all claims or bookings of a batch: count them, count their coupons by state, or do something for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coupons.damage import Damaged
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claims import Claim, DamagedClaim
from coupons.model.counts import Count, Fold
from coupons.process.passes import SPAN, fold_spans
from coupons.process.services import Services
from coupons.stores import keys


def count_coupons(
    services: Services,
    sweep_id: str,
    batch: PublishedBatch,
    control: Control,
    *,
    now_s: int,
    deadline_s: float,
) -> Fold | None:
    """The batch's coupons by state under the ruling of `control`; None if `deadline_s` (monotonic) came first.

    Reads 1 unit each 4 KB of claims and writes one fold a span. Raises Damaged if a claim cannot be read: without it,
    what its coupons used would be given back.
    """

    def count(claims: Iterator[Claim | Damaged]) -> Fold:
        fold, broken = Fold(), list[Damaged]()
        for claim in services.damages.sound(claims, broken):
            fold.take(claim, now_s, control.ruling)
        if broken:
            raise broken[0]
        return fold

    return fold_claims(services, sweep_id, batch, count, deadline_s=deadline_s)


def count_claims(services: Services, sweep_id: str, batch: PublishedBatch, *, deadline_s: float) -> Fold | None:
    """How many claims the batch has; otherwise as `count_coupons`.

    Reads keys and batch numbers only, so other damage does not stop it. If the batch shares its claim key with no other
    batch, each item under that key counts. Raises Damaged if it is unknown which batch of a shared claim key an item
    belongs to: counted wrongly, a pack would be handed out twice.
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

    return fold_spans(services, sweep_id, batch.buckets, count, deadline_s=deadline_s)


def count_bookings(services: Services, batch: PublishedBatch, sweep_id: str, deadline_s: float) -> int | None:
    """How many people have booked the batch; None if `deadline_s` (monotonic) came first, call again to resume.

    No counter is kept while people book: it would be one hot item for millions. Reads 1 unit each 4 KB of bookings.
    """

    def of_places(places: range) -> Fold:
        return Fold({batch.number: Count(sum(services.bookings.count(batch, bucket) for bucket in places))})

    fold = fold_spans(services, sweep_id, batch.booking_buckets, of_places, deadline_s=deadline_s)
    return None if fold is None else fold.of(batch.number).claims


def fold_claims(
    services: Services,
    sweep_id: str,
    batch: PublishedBatch,
    fold_of: Callable[[Iterator[Claim | Damaged]], Fold],
    *,
    span: int = SPAN,
    deadline_s: float,
) -> Fold | None:
    """The sum of `fold_of` over the batch's claims, span by span; otherwise as `passes.fold_spans`.

    `fold_of` gets the claims of one span. Those that cannot be read are among them unless they are surely of another
    batch.
    """

    def of_places(places: range) -> Fold:
        return fold_of(claim for bucket in places for claim in own_claims(services, batch, bucket))

    return fold_spans(services, sweep_id, batch.buckets, of_places, span=span, deadline_s=deadline_s)


def own_claims(services: Services, batch: PublishedBatch, bucket: int) -> Iterator[Claim | Damaged]:
    """The claims of the batch in a bucket, and those that cannot be read unless they are surely another's."""
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
    """Whether the claim at `place`, under the batch's claim key, is the batch's. Raises Damaged if that is unknown."""
    if number == batch.number:
        return True
    is_shared = batch.claim_key != batch.booking_key
    if is_shared and number is not None and services.cache.is_published(number):
        return False
    raise Damaged(services.claims.table, *place, "it is of no batch that it can be of")
