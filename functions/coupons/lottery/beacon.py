"""The beacon of a draw: the randomness of the round that publishing fixed, taken once and from anybody who has it.

    committed ──(round, signature)──▶ due? ──▶ genuine? ──▶ put once ──▶ the seed is known

A drand round has one signature only, and no operator can choose it. So it does not matter who brings it: an operator,
or a partner who is the draw's notary, so that the operator cannot withhold it. It is checked whole (`coupons/drand.py`)
and the first one stands.
"""

from __future__ import annotations

from coupons import drand
from coupons.model.batches import DrawTerms, PublishedBatch
from coupons.model.draw_state import Beacon, BeaconAuthor, DrawState
from coupons.process.services import Services
from coupons.refusals import Closed, Malformed, NotFound, NotOpen, OrderConflict, Stopped, TermsFrozen
from coupons.times import DAY_S, epoch_s

BEACON_WITHIN_S = 7 * DAY_S
"""So long after `draw.at` a beacon is taken; a draw without one is void from then on."""


def take_beacon(
    services: Services, batch_id: str, round_: int, signature: str, by: BeaconAuthor, now_s: int
) -> tuple[PublishedBatch, DrawState, bool]:
    """The draw has its beacon, the first that was brought; True if it had this one before. `signature`: 96 hex digits.

    4 write units once, and about a second of CPU for the check; a repeat reads one unit. Raises NotFound (no lottery),
    OrderConflict (another beacon stands), TermsFrozen (not the published round), NotOpen (the round is not due), Closed
    (no commitment was made in time, or the draw has ended), Stopped, Malformed (not the signature of the round).

    Guarded by tests/store/lottery/test_beacon.py::test_what_is_refused,
    tests/store/lottery/test_beacon.py::test_the_first_stands,
    tests/store/lottery/test_beacon.py::test_two_at_once_are_one.
    """
    batch = services.cache.batch(batch_id)
    terms = batch.draw
    if terms is None:
        raise NotFound(detail=f"{batch_id!r} is no lottery.")
    state = services.draws.state(batch_id, consistent=True)
    if state.beacon is not None:
        return batch, _with_this(batch_id, state, round_, signature), True
    _refuse_by_state(batch, state)
    _refuse_by_round(batch, terms, state, round_, now_s)
    try:
        genuine = drand.verified(terms.chain, round_, signature)
    except drand.BadBeacon as bad:
        detail = f"This is not the signature of round {round_}."
        raise Malformed(errors=[{"place": "body.signature", "message": str(bad)}], detail=detail) from bad
    is_first = services.draws.put_beacon(batch_id, Beacon(round_, genuine, now_s, by))
    state = services.draws.state(batch_id, consistent=True)
    if state.beacon is None:
        _refuse_by_state(batch, state)
    return batch, _with_this(batch_id, state, round_, signature), not is_first


def _with_this(batch_id: str, state: DrawState, round_: int, signature: str) -> DrawState:
    """The state, if its beacon is this one. Raises OrderConflict."""
    stands = state.beacon
    if stands is None or (stands.round, stands.signature.hex()) != (round_, signature):
        raise OrderConflict(detail=f"{batch_id!r} has its beacon already, and the first one stands.")
    return state


def _refuse_by_state(batch: PublishedBatch, state: DrawState) -> None:
    if state.end is None:
        return
    if state.end.state == "abandoned":
        raise Stopped(detail=f"{batch.batch_id!r} was stopped by its operator before its draw.")
    detail = f"The draw of {batch.batch_id!r} has ended ({state.end.state})."
    raise Closed(closed_at_s=state.end.at_s, timezone=batch.timezone, detail=detail)


def _refuse_by_round(batch: PublishedBatch, terms: DrawTerms, state: DrawState, round_: int, now_s: int) -> None:
    """Another round, a round that is not due, or one that nobody waits for.

    Before a round is due nobody has its signature, but on the test chain, whose key is public: there the clock decides.
    """
    if round_ != terms.round:
        raise TermsFrozen(detail=f"The draw of {batch.batch_id!r} is by round {terms.round}, and no other.")
    due_s, closes_at_s = drand.due_s(terms.chain, terms.round), void_from_s(batch)
    if now_s < due_s:
        raise NotOpen(
            opens_at_s=due_s,
            retry_after_s=due_s - now_s,
            timezone=batch.timezone,
            detail=f"Round {round_} does not exist yet.",
        )
    if state.commitment is None:
        detail = f"The entries of {batch.batch_id!r} were not committed before its round, so there is no draw."
        raise Closed(closed_at_s=due_s, timezone=batch.timezone, detail=detail)
    if now_s >= closes_at_s:
        detail = f"No beacon came within {BEACON_WITHIN_S // DAY_S} days, so there is no draw."
        raise Closed(closed_at_s=closes_at_s, timezone=batch.timezone, detail=detail)


def void_from_s(batch: PublishedBatch) -> int:
    """From this second on a draw without a beacon is void."""
    draw = batch.document.draw
    assert draw is not None, "only a lottery is drawn"
    return epoch_s(draw.at) + BEACON_WITHIN_S
