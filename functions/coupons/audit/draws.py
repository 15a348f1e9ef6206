"""Lotteries: each claim is of an entry that was drawn, the list is all bookings, and the final file is all claims.

Nothing of this trusts what a claim or a booking says of itself: an entry counts as the committed list has it, its score
is computed anew, and as long as a booking holds its person's sealed identity, so is its entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coupons.audit import draw_equations as equations
from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord, Claim, DamagedClaim
from coupons.model.counts import Count, Fold
from coupons.model.draw_results import ListedEntry, drawn_entry
from coupons.model.draw_state import DrawState
from coupons.model.entries import CLAIM_BYTES
from coupons.model.findings import Equation
from coupons.process.claim_passes import own_claims
from coupons.process.passes import fold_spans
from coupons.process.receipts import draw_of, entry_of
from coupons.process.services import Services
from coupons.stores import keys

CLAIMS_AT_ONCE = 1_000
"""Whose bookings and entries are read together."""


def check_draw(
    services: Services, batch: PublishedBatch, name: str, booked: int | None, deadline_s: float
) -> tuple[Equation, ...] | None:
    """The equations of a lottery's draw; none for other batches; None if time ran out: call again to resume.

    1 read unit each 4 KB of claims, 1 a claim for its booking, and the parts of the list once for each span of buckets.
    Raises Busy, Damaged (a file that is not what its name says).

    Guarded by tests/store/audit/test_draws.py::test_each_forgery_is_named.
    """
    if batch.draw is None:
        return ()
    state = services.draws.state(batch.batch_id, consistent=True)

    def fold_of(places: range) -> Fold:
        fold = Fold({batch.number: Count()})
        for claims in _chunks(services, batch, places):
            _check(services, batch, state, claims, fold)
        return fold

    found = fold_spans(services, f"{name}#drawn", batch.buckets, fold_of, deadline_s=deadline_s)
    return None if found is None else tuple(_equations(services, batch, state, found, booked))


def _equations(
    services: Services, batch: PublishedBatch, state: DrawState, found: Fold, booked: int | None
) -> Iterator[Equation]:
    claims = found.of(batch.number).claims
    yield equations.of_claims(claims, found.damaged)
    if state.commitment is not None and booked is not None:
        listed = services.entry_lists.commitment(state.commitment).entries
        yield equations.of_list(booked, listed, state.commitment.entries)
    if state.end is not None and state.end.file:
        filed = len(services.draw_files.get(state.end.file)) // CLAIM_BYTES
        yield equations.of_final_file(filed, claims, state.end.claims)


def _chunks(services: Services, batch: PublishedBatch, places: range) -> Iterator[list[Claim]]:
    """The claims of the batch that can be read; the others are told by the audit's own count."""
    claims = list[Claim]()
    for bucket in places:
        for claim in own_claims(services, batch, bucket):
            if isinstance(claim, (Damaged, DamagedClaim)):
                continue
            claims.append(claim)
            if len(claims) == CLAIMS_AT_ONCE:
                yield claims
                claims = []
    yield claims


def _check(services: Services, batch: PublishedBatch, state: DrawState, claims: Sequence[Claim], fold: Fold) -> None:
    """Count the claims, and name each whose entry was not drawn."""
    bookings = services.bookings.of_persons(batch, [claim.person for claim in claims])
    entries = {person: _entry(services, batch, person, booking) for person, booking in bookings.items()}
    wanted = [one for one in entries.values() if isinstance(one, bytes)]
    listed = services.entry_lists.find_all(state.commitment, wanted) if state.commitment else {}
    for claim in claims:
        fold.by_batch[batch.number].claims += 1
        entry = entries.get(claim.person, "it has no booking")
        why = entry if isinstance(entry, str) else _why_not(batch, state, entry, listed.get(entry), claim)
        if why:
            place = keys.claim(batch.claim_key, batch.buckets, claim.person)
            fold.damaged.take(str(Damaged(services.claims.table, **place, reason=why)))


def _entry(services: Services, batch: PublishedBatch, person: bytes, booking: BookingRecord | Damaged) -> bytes | str:
    """The person's entry, or why there is none."""
    if isinstance(booking, Damaged) or booking.entered is None:
        return "its booking cannot be read"
    entry, sealed = booking.entered.entry, booking.entered.sealed
    if sealed is None:
        return entry
    person_id = services.keys.open_notary(draw_of(batch).key_version, batch.batch_id, sealed)
    if person_id is None or services.keys.person(person_id) != person:
        return "its booking names another person"
    return entry if entry_of(services, batch, person, person_id) == entry else "its booking has another entry"


def _why_not(batch: PublishedBatch, state: DrawState, entry: bytes, listed: ListedEntry | None, claim: Claim) -> str:
    """Why the claim's entry does not allow it; empty if it does."""
    if listed is None:
        return "its entry is not in the committed list"
    drawn = drawn_entry(state, entry, listed.weight, listed.share)
    if drawn is None or drawn.cohort is None:
        return "its entry was not drawn"
    draw = batch.document.draw
    if draw is not None and not draw.credit and claim.claimed_at_s >= drawn.cohort.claim_until_s:
        return "its entry was drawn, and it is later than that allows"
    return ""
