"""摇中领取: who can claim a lottery's pack, and until when. Loaded only for lotteries.

    booking ──▶ entry, recomputed ──▶ its record in the committed list ──▶ score ──▶ its cohort ──▶ in time?

Nothing was written for a winner, so each step is recomputed: from the token's identity, from the committed list, which
alone says weight and share, and from the beacon. A changed booking wins nothing, and neither does a late one.
"""

from __future__ import annotations

from coupons.claim.eligibility import Citizen, without_household
from coupons.lottery.ranks import rank_of
from coupons.model.batches import PublishedBatch
from coupons.model.draw_results import can_claim, drawn_entry
from coupons.model.draw_state import Cohort, DrawState
from coupons.process.receipts import entry_of
from coupons.process.services import Services
from coupons.refusals import Closed, NotEligible, NotOpen

RETRY_JITTER_S = 30
NEXT_MINUTE_S = 60
"""The function that draws runs once a minute."""


def not_drawn(services: Services, batch: PublishedBatch, citizen: Citizen, now_s: int) -> NotEligible | None:
    """Why this person cannot claim a lottery's pack now; None if they were drawn and are in time.

    Group and region were checked when they booked, and a change since takes nothing from them. A strong read unit for
    the booking, one read of a file of the list, and another few for the rank of who was not drawn.

    Raises NotOpen before the draw, Closed if there is none, Busy, Damaged (a booking with another person's entry, a
    file that is not what its name says).

    Guarded by tests/store/claim/test_drawn.py::test_a_winner_who_left_the_group_still_wins,
    tests/store/claim/test_drawn.py::test_a_booking_that_was_changed_wins_nothing,
    tests/store/claim/test_drawn.py::test_an_entry_that_the_list_lacks_wins_nothing,
    tests/store/claim/test_drawn.py::test_the_last_second_to_claim,
    tests/store/lottery/test_claims.py::test_a_clock_that_is_set_back_lets_nobody_claim_what_a_reserve_has.
    """
    state = services.draw_states.get(batch.batch_id)
    _refuse_undrawn(services, batch, state, now_s)
    if (refusal := without_household(batch, citizen)) is not None:
        return refusal
    booking = services.bookings.get(batch, citizen.person)
    if booking is None or citizen.person_id is None:
        return NotEligible(reason="booking-required", detail="This batch is drawn among the people who booked it.")
    entry = entry_of(services, batch, citizen.person, citizen.person_id)
    if booking.entered is None or booking.entered.entry != entry:
        raise services.bookings.damaged(batch, citizen.person, "its entry is not its person's")
    committed = state.commitment
    assert committed is not None, "a list that was drawn is committed"
    listed = services.entry_lists.find(committed, entry)
    if listed is None:
        return NotEligible(reason="not-drawn", detail="Your booking came after the list of the draw was closed.")
    drawn = drawn_entry(state, entry, listed.weight, listed.share)
    assert drawn is not None, "there are cutoffs"
    if drawn.cohort is None:
        rank = rank_of(services, batch.batch_id, state, drawn.score)
        return NotEligible(
            reason="not-drawn", rank=rank and rank.number, detail="The draw of this batch has not named you."
        )
    return None if can_claim(state, drawn.cohort, now_s) else _late(batch, drawn.cohort)


def _refuse_undrawn(services: Services, batch: PublishedBatch, state: DrawState, now_s: int) -> None:
    """A draw that was given up, or declared void or broken, is over for everybody: `closed`, not `not-drawn`, which
    would say that the person lost. What is late opens in a minute, or the minute after.
    """
    if state.end is not None and state.end.state != "final":
        raise Closed(
            closed_at_s=state.end.at_s, timezone=batch.timezone, detail=f"{batch.batch_id!r} is not drawn any more."
        )
    if state.cohorts:
        return
    raise NotOpen(
        opens_at_s=now_s + NEXT_MINUTE_S,
        retry_after_s=NEXT_MINUTE_S + services.rng.randrange(RETRY_JITTER_S),
        timezone=batch.timezone,
        detail=f"{batch.batch_id!r} has not been drawn yet.",
    )


def _late(batch: PublishedBatch, cohort: Cohort) -> NotEligible:
    return NotEligible(
        reason="late",
        claim_by_s=cohort.claim_until_s,
        timezone=batch.timezone,
        detail="You were drawn, and the time to claim is over.",
    )
