"""Credit: the draw puts each winner's claim itself, so that nobody who won can miss the pack.

    booking buckets ──▶ each entry's score at or below a cutoff? ──▶ its claim, token `credit:batch:entry` ──▶ recorded

A claim is one put, as a person's own is. The token follows from the entry, so a repeat is refused by its own token and
changes nothing, whatever was killed; a person who claims meanwhile has their claim, and this put is the repeat.
"""

from __future__ import annotations

from coupons.clock import LEASE_S, Stamp
from coupons.damage import all_of
from coupons.lottery.steps import DrawNow, Stepped
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claimed_packs import fresh_claim
from coupons.model.claims import Booked, Entered
from coupons.model.draw_results import drawn_entry
from coupons.model.draw_state import DrawState
from coupons.process.passes import spans

CREDIT_SPAN = 4
"""Booking buckets whose winners are credited before that is recorded: about 4,000 entries."""


def credit(now: DrawNow) -> Stepped:
    """Each winner of a batch that credits has the pack, as far as time allows.

    1 write unit a winner and 1 for each span of 4 booking buckets. Reads 1 unit each 4 KB of bookings, and a piece of
    the list for each winner. Raises Busy, Damaged.

    Guarded by tests/store/lottery/test_crediting.py::test_each_winner_has_the_pack_once,
    tests/store/lottery/test_crediting.py::test_killed_at_any_write,
    tests/store/lottery/test_crediting.py::test_nobody_is_credited_outside_the_window.
    """
    state, batch, services = now.state, now.batch, now.services
    is_left = bool(state.cohorts) and not state.end and not state.credited_at_s
    if not now.declared.credit or not is_left or not _may_claim(now, now.control, now.now_s):
        return Stepped()

    def credited(places: range) -> bytes | None:
        for bucket in places:
            for booked in all_of(services.bookings.with_persons(batch, bucket)):
                if not _credited(now, booked):
                    return None
        return b""

    name = f"draw#{batch.batch_id}#credit"
    done = spans(services, services.step_folds, name, batch.booking_buckets, CREDIT_SPAN, credited, now.deadline_s)
    if done is None:
        return Stepped(more=True)
    return Stepped([{"step": "credited"}] if services.draws.mark(batch.batch_id, "credited", now.now_s) else [])


def _credited(now: DrawNow, booked: Booked) -> bool:
    """The person has the pack, or did not win; False if nobody may claim any more."""
    services, batch = now.services, now.batch
    if not _has_won(now, booked):
        return True
    stamp = Stamp.now(services.clock)
    now_s = int(stamp.wall_s)
    if not _may_claim(now, services.cache.control(batch.batch_id), now_s):
        return False
    claim = fresh_claim(batch, booked.person, _token(batch, booked), now_s, services.keys.current)
    services.claims.put(batch, claim, lambda: stamp.is_younger(services.clock, LEASE_S))
    return True


def _has_won(now: DrawNow, booked: Booked) -> bool:
    """By the committed list, which is read only for who would win by the booking: it alone says weight and share."""
    one, state = booked.booking.entered, now.state
    if one is None or not _is_drawn(state, one):
        return False
    assert state.commitment is not None, "a draw with cohorts is committed"
    listed = now.services.entry_lists.find(state.commitment, one.entry)
    return listed is not None and _is_drawn(state, one._replace(weight=listed.weight, share=listed.share))


def _is_drawn(state: DrawState, one: Entered) -> bool:
    drawn = drawn_entry(state, one.entry, one.weight, one.share)
    return drawn is not None and drawn.cohort is not None


def _token(batch: PublishedBatch, booked: Booked) -> str:
    assert booked.booking.entered is not None, "who won has an entry"
    return f"credit:{batch.batch_id}:{booked.booking.entered.entry.hex()}"


def _may_claim(now: DrawNow, control: Control, now_s: int) -> bool:
    is_open = now.batch.opens_at_s <= now_s < now.state.cohorts[0].claim_until_s
    return is_open and not control.stopped and not control.paused
