"""A person's own part in a draw: their entry, what proves it, their rank, and what became of them."""

from __future__ import annotations

from coupons.lottery import sentences
from coupons.lottery.ranks import Rank, rank_of
from coupons.lottery.sentences import moment
from coupons.model.batches import PublishedBatch
from coupons.model.draw_results import (
    DrawnEntry,
    DrawResult,
    ListedEntry,
    OwnDraw,
    Sentence,
    can_claim,
    drawn_entry,
)
from coupons.model.draw_state import DrawState
from coupons.process.receipts import draw_of, entry_of, receipt_of
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.times import epoch_s


def own_draw(services: Services, batch_id: str, person: bytes, person_id: str | None, now_s: int) -> OwnDraw:
    """A person's part in the draw of a lottery. Raises NotFound (no lottery, or not booked), Busy, Damaged.

    Two strong read units and a few reads of files: of the list, and of the scores for the rank.
    """
    batch = services.cache.claimed_batch(batch_id)
    if batch.draw is None:
        raise NotFound(detail=f"{batch_id!r} is no lottery.")
    booking = services.bookings.get(batch, person)
    if booking is None or booking.entered is None or person_id is None:
        raise NotFound(detail=f"You have not booked {batch_id!r}.")
    entry = entry_of(services, batch, person, person_id)
    if booking.entered.entry != entry:
        raise services.bookings.damaged(batch, person, "its entry is not its person's")
    state = services.draw_states.get(batch_id)
    listed = services.entry_lists.find(state.commitment, entry) if state.commitment else None
    drawn = drawn_entry(state, entry, listed.weight, listed.share) if listed else None
    rank = rank_of(services, batch_id, state, drawn.score) if drawn else None
    result = _result(services, batch, person, state, listed, drawn, now_s)
    return OwnDraw(
        batch=batch,
        entry=entry,
        nonce=services.keys.nonce(draw_of(batch).key_version, batch_id, person),
        weight=listed.weight if listed else booking.entered.weight,
        share=listed.share if listed else booking.entered.share,
        receipt=receipt_of(services, batch, booking, now_s),
        listed=listed,
        drawn=drawn,
        rank=rank.number if rank else None,
        rank_is_about=rank.is_about if rank else False,
        result=result,
        sentence=_sentence(batch, state, drawn, rank, result, now_s),
    )


def _result(
    services: Services,
    batch: PublishedBatch,
    person: bytes,
    state: DrawState,
    listed: ListedEntry | None,
    drawn: DrawnEntry | None,
    now_s: int,
) -> DrawResult:
    won = drawn.cohort if drawn else None
    if won is not None:
        claim = services.claims.get(batch, person, consistent=True)
        if claim is not None and claim.batch_number == batch.number:
            return "claimed"  # also if the batch was stopped later: the pack stays
    if state.end is not None and state.end.state != "final":
        return "void"
    if state.commitment is not None and listed is None:
        return "not-drawn"
    if drawn is None:
        return "waiting"
    if won is None:
        return "not-drawn"
    return "won" if can_claim(state, won, now_s) else "late"


def _sentence(
    batch: PublishedBatch, state: DrawState, drawn: DrawnEntry | None, rank: Rank | None, result: DrawResult, now_s: int
) -> Sentence:
    draw = batch.document.draw
    assert draw is not None, "a lottery has one"
    if result == "waiting":
        at_s = epoch_s(draw.at)
        return sentences.waiting(moment(at_s, batch.timezone)) if now_s < at_s else sentences.overdue()
    if result == "void":
        return sentences.stopped() if state.cohorts else sentences.no_draw()
    if result == "claimed":
        return sentences.claimed()
    if drawn is None:
        return sentences.unlisted()
    if drawn.cohort is None:
        assert rank is not None, "there are cutoffs"
        admitted = sum(cohort.admitted for cohort in state.cohorts)
        return sentences.not_drawn(rank.number, admitted, is_about=rank.is_about)
    claim_by = moment(drawn.cohort.claim_until_s, batch.timezone)
    if result == "late":
        return sentences.late(claim_by)
    if draw.credit:
        return sentences.credited()
    return sentences.won(moment(batch.opens_at_s, batch.timezone) if now_s < batch.opens_at_s else None, claim_by)
