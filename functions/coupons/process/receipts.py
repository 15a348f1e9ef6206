"""摇号凭证: the receipt of an entry, which anybody can verify from published bytes alone.

Its signature is made anew each time from the stored booking and comes out the same (Ed25519, RFC 8032): by a key of
the version that publishing froze, so a rotation changes no receipt. Once the list is committed, an entry has a receipt
only if it is in its part. So a receipt for an entry that the list lacks proves fraud.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coupons.model import entries
from coupons.model.batches import DrawTerms, PublishedBatch
from coupons.model.claims import BookingRecord, Receipt
from coupons.model.draw_terms import rules_hash
from coupons.process.services import Services
from coupons.times import MINUTE_S, epoch_s

LAST_S = MINUTE_S
"""Bookings of the last minute may have arrived behind the fence, if a process stood still for so long."""


def draw_of(batch: PublishedBatch) -> DrawTerms:
    """What publishing fixed of the draw of a lottery."""
    assert batch.draw is not None, "only a lottery has a draw"
    return batch.draw


def entry_of(services: Services, batch: PublishedBatch, person: bytes, person_id: str) -> bytes:
    """The person's entry: always the same, so it is recomputed and never trusted. Raises Busy (a key is unknown)."""
    nonce = services.keys.nonce(draw_of(batch).key_version, batch.batch_id, person)
    return entries.entry(batch.batch_id, person_id, nonce)


def receipt_of(services: Services, batch: PublishedBatch, booking: BookingRecord, now_s: int) -> Receipt | None:
    """None if the batch is no lottery, the list lacks the entry, or may lack it. Raises Busy, Damaged.

    What is known of the draw is at most a second old by both clocks, and read strongly. An entry that is put in time is
    in the list. One that a process put late, because it stood still, gets no receipt: not from that process
    (`claim/entries.py`), not once there is a list, and not between closing and list if it is of the last minute.

    Guarded by tests/store/claim/test_entries.py::test_an_entry_that_the_list_lacks_has_no_receipt,
    tests/store/claim/test_entries.py::test_an_entry_of_the_last_minute_waits_for_the_list.
    """
    entered, booking_window = booking.entered, batch.document.booking
    if entered is None or booking_window is None:
        return None
    draw, committed = draw_of(batch), services.draw_states.get(batch.batch_id).commitment
    if committed is None:
        closes_at_s = epoch_s(booking_window.closes_at)
        if now_s >= closes_at_s and booking.booked_at_s >= closes_at_s - LAST_S:
            return None
        rules = rules_hash(batch, services.cache.control(batch.batch_id).quantity)
    else:
        if services.entry_lists.find(committed, entered.entry) is None:
            return None
        rules = committed.rules_hash
    shown = (rules, entered.entry, entered.weight, entered.share, booking.booked_at_s)
    key = _signer(services.keys.receipt_seed(draw.key_version, batch.batch_id))
    signature = key.sign(entries.receipt_message(batch.batch_id, *shown))
    return Receipt(entered, rules, booking.booked_at_s, signature, draw.receipt_key)


@lru_cache(maxsize=8)
def _signer(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)
