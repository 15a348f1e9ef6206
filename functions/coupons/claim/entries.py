"""摇号登记: booking a lottery enters it. Loaded only for lotteries."""

from __future__ import annotations

from coupons.claim.eligibility import Citizen, outside
from coupons.clock import LEASE_S, Stamp
from coupons.identities import LENGTH_MAX
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord, Entered
from coupons.process.receipts import draw_of, entry_of
from coupons.process.services import Services
from coupons.refusals import Closed, Forbidden
from coupons.stores.dynamodb import NoAnswer
from coupons.times import epoch_s


def enter(services: Services, batch: PublishedBatch, citizen: Citizen, now_s: int) -> tuple[BookingRecord, bool]:
    """The person takes part in the draw, with the weight and the share of now; True if they did before.

    One write unit, and a strong read unit for each group that the batch or its draw names, in one request. The window
    was checked at `now_s`. Each attempt of the put is sent less than `LEASE_S` after that, so none applies after the
    fence behind the window, when the list is made. And none is sent once the list is known to be committed: that is
    read strongly once a second, and a process that stood still meanwhile reads it again. So whatever one clock says, no
    booking is taken a second after the commitment.

    Raises Forbidden, NotEligible, Closed, Busy.

    Guarded by tests/store/claim/test_entries.py::test_a_process_that_stood_still_enters_nobody,
    tests/store/claim/test_entries.py::test_no_booking_is_taken_once_the_list_is_committed.
    """
    began = Stamp(now_s, services.clock.monotonic_s())
    person_id = _identity(citizen)
    _refuse_committed(services, batch)
    groups = _groups_of(services, batch, citizen)
    if (refusal := outside(batch, citizen, groups.__contains__)) is not None:
        raise refusal
    booking = BookingRecord(batch.number, now_s, _entered(services, batch, citizen, person_id, groups))
    existing = services.bookings.enter(
        batch, citizen.person, booking, lambda: began.is_younger(services.clock, LEASE_S)
    )
    if existing is None and not began.is_younger(services.clock, LEASE_S):
        # It may have arrived after the fence: then it is in no list.
        raise NoAnswer(detail="The booking came late, or in time; ask GET …/booking.")
    return existing or booking, existing is not None


def _identity(citizen: Citizen) -> str:
    """Raises Forbidden for a token without a real-name identity: an entry stands for a person, not for an account."""
    if citizen.person_id is None:
        raise Forbidden(detail="A lottery is drawn among people: the token must state person_id.")
    if len(citizen.person_id) > LENGTH_MAX:
        raise Forbidden(detail=f"The token's person_id is longer than {LENGTH_MAX} characters.")
    return citizen.person_id


def _refuse_committed(services: Services, batch: PublishedBatch) -> None:
    """Raises Closed if the list is committed, or the draw is over without one, whatever the clock says."""
    state, booking = services.draw_states.get(batch.batch_id), batch.document.booking
    if state.commitment is None and state.end is None:
        return
    assert booking is not None, "a lottery has one"
    raise Closed(closed_at_s=epoch_s(booking.closes_at), timezone=batch.timezone, detail="The list is closed.")


def _groups_of(services: Services, batch: PublishedBatch, citizen: Citizen) -> frozenset[str]:
    """Those of the groups that matter here that the person is in now."""
    draw, group_id = batch.document.draw, batch.document.eligibility.group_id
    asked = [*(draw.group_ids if draw else ()), *([group_id] if group_id else ())]
    return services.groups.of_person(dict.fromkeys(asked), citizen.person) if asked else frozenset()


def _entered(
    services: Services, batch: PublishedBatch, citizen: Citizen, person_id: str, groups: frozenset[str]
) -> Entered:
    draw = batch.document.draw
    assert draw is not None, "a lottery has one"
    version = draw_of(batch).key_version
    return Entered(
        entry=entry_of(services, batch, citizen.person, person_id),
        weight=draw.weight_of(groups),
        share=draw.share_of(groups, citizen.region),
        sealed=services.keys.seal_notary(version, batch.batch_id, person_id),
    )
