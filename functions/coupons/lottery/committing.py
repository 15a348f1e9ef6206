"""Fix a lottery's list of entries, in one signed file, before the randomness of its draw exists.

    booking closes ──fence──▶ bookings are counted ──▶ list ──▶ commitment ──at least 600 s──▶ the beacon's round
                                                          └─ broken           └─ too late: void

The commitment is recorded once, in a transaction that no end of the draw may precede. It is sent less than `LEASE_S`
after a clock said that there is time. So `LEASE_S` and `FENCE_S` after the last moment it is there, or never will be,
and a draw without it is void. DynamoDB itself refuses a request that was signed five minutes ago.
"""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coupons import drand
from coupons.clock import FENCE_S, LEASE_S
from coupons.lottery.listing import WrongList, list_entries
from coupons.lottery.steps import DrawNow, Stepped
from coupons.model.commitments import Commitment
from coupons.model.draw_state import Committed, DrawEnd
from coupons.model.draw_terms import rules_text
from coupons.model.entries import commit_message
from coupons.times import epoch_s

COMMIT_BEFORE_S = 600
"""So long before its round a list is fixed at the latest: the press can have its hash before anybody has the seed."""
NOT_IN_TIME = "Its list of entries was not fixed ten minutes before its round."


def commit(now: DrawNow) -> Stepped:
    """The list is fixed, or the draw has ended without one; nothing before the bookings are counted.

    A draw of a stopped batch is left to `ending.py`. Guarded by tests/store/lottery/test_committing.py.
    """
    if now.state.commitment or now.state.end or now.control.stopped or now.now_s < closed_s(now):
        return Stepped()
    if now.now_s >= last_s(now) + LEASE_S + FENCE_S:
        return _end(now, DrawEnd("void", now.now_s, NOT_IN_TIME))
    if now.now_s >= last_s(now) or now.control.booked < 0:
        return Stepped()
    try:
        parts = list_entries(now)
    except WrongList as why:
        return _end(now, DrawEnd("broken", now.now_s, str(why)))
    if parts is None:
        return Stepped(more=True)
    rules = rules_text(now.batch, now.control.quantity)
    commitment = Commitment(
        batch_id=now.batch.batch_id,
        rules_hash=sha256(rules).digest(),
        chain_hash=drand.CHAINS[now.terms.chain].chain_hash,
        round=now.terms.round,
        parts=parts,
    )
    for content in (rules, commitment.to_bytes()):
        now.services.draw_files.put(content)
    return _record(now, commitment)


def closed_s(now: DrawNow) -> int:
    """From this moment on no booking is applied any more."""
    booking = now.batch.document.booking
    assert booking is not None, "a lottery is booked"
    return epoch_s(booking.closes_at) + FENCE_S


def last_s(now: DrawNow) -> int:
    """Before this moment a commitment is sent."""
    return drand.due_s(now.terms.chain, now.terms.round) - COMMIT_BEFORE_S


def _record(now: DrawNow, commitment: Commitment) -> Stepped:
    """The commitment stands, if both its clock and nobody before it say so."""
    services, batch_id = now.services, now.batch.batch_id
    digest = sha256(commitment.to_bytes()).digest()
    private = Ed25519PrivateKey.from_private_bytes(services.keys.receipt_seed(now.terms.key_version, batch_id))
    signature = private.sign(commit_message(batch_id, digest))
    sent_at_s = int(services.clock.wall_s())  # the list took minutes since `now_s`
    if not closed_s(now) <= sent_at_s < last_s(now):
        return Stepped()
    committed = Committed(digest, signature, commitment.entries, sent_at_s, commitment.rules_hash)
    if not services.draws.put_commitment(batch_id, committed):
        return Stepped()
    return Stepped([{"step": "committed", "entries": commitment.entries, "commitment": digest.hex()}])


def _end(now: DrawNow, end: DrawEnd) -> Stepped:
    is_now = now.services.draws.put_end(now.batch.batch_id, end, unless="commitment")
    return Stepped([{"step": end.state, "why": end.why}] if is_now else [])
