"""Reminders: an event for each coupon that expires soon and is still available, once a calendar day of the campaign.

    reminded until ──coupons that expire here are announced now──▶ horizon: the end of the day `remind_days` from today

The control item remembers the horizon, so a call with nothing to announce costs no read. A batch's first interval
begins at the horizon of its opening: a person who claims within `remind_days` of the expiry gets no reminder.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from coupons.clock import SET_BACK_S
from coupons.damage import Damaged, UnlikeError, blamed
from coupons.model import events
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import Claim
from coupons.model.counts import Count, Fold
from coupons.process.claim_passes import fold_claims
from coupons.process.services import Services
from coupons.stores import keys
from coupons.times import day_of, day_start_s

WAVE_SPAN = 1
"""Buckets a fold: about 1,000 claims and 100 PutEvents, some seconds. A span must end before its function times out."""


def remind(services: Services, batch: PublishedBatch, now_s: int, deadline_s: float) -> tuple[Count | None, bool]:
    """All available coupons that expire before today's horizon are announced, once or more.

    Returns how many claims and coupons this wave announced (None: no wave was completed), and whether more could be
    done at once. Costs a strong read of the control item, what `fold_claims` costs, and an event for each claim and
    moment of expiry. A held coupon is about to be used and is not announced. A damaged claim does not hold up the
    others, and is not announced later, even when it is mended. A killed call repeats the events of spans that it had
    not recorded, under the same ids; so does a wave that continues after midnight.

    Raises NotPut, Busy; the next call resumes the wave.
    """
    control = services.cache.control_now(batch.batch_id)
    if _is_set_back(batch, control, now_s):
        services.controls.mark_reminded(batch.batch_id, control, now_s)
        control = services.cache.control_now(batch.batch_id)
    interval = due(batch, control, now_s)
    if interval is None:
        return None, False
    # Named by the remembered second, not by the interval: after a clock was set back it needs other folds.
    sweep_id = f"remind#{batch.batch_id}#{control.reminded_until_s}#{interval.stop}#{control.extended_s}"

    def announce(claims: Iterator[Claim | Damaged]) -> Fold:
        fold, told = Fold(), list[events.Event]()
        for claim in services.damages.sound(claims):
            with services.damages.left_out():
                found = _expiring(services, ClaimedPack(batch, claim, control.ruling), interval, now_s)
                coupons = sum(len(event.data.coupons) for event in found)
                fold.by_batch.setdefault(batch.number, Count()).add(Count(bool(found), {"available": coupons}))
                told += found
        services.bus.put(told)
        return fold

    fold = fold_claims(services, sweep_id, batch, announce, span=WAVE_SPAN, deadline_s=deadline_s)
    if fold is None:
        return None, True
    if not services.controls.mark_reminded(batch.batch_id, control, interval.stop):
        return None, False  # another call was faster, or the batch was extended: the next call looks again
    return fold.of(batch.number), False


def is_due(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """By the control item at hand, without a read."""
    return _is_set_back(batch, control, now_s) or due(batch, control, now_s) is not None


def due(batch: PublishedBatch, control: Control, now_s: int) -> range | None:
    """The seconds of expiry to announce now; None if there are none, or no coupon can expire in them."""
    if batch.document.remind_days is None or control.voided:
        return None
    ends = range(batch.first_expiry_s + control.extended_s, batch.last_expiry_s + control.extended_s + 1)
    from_s = max(control.reminded_until_s, _horizon_s(batch, batch.opens_at_s))
    until_s = _horizon_s(batch, now_s)
    if max(from_s, ends.start, now_s + 1) >= min(until_s, ends.stop):
        return None
    return range(from_s, until_s)


def _horizon_s(batch: PublishedBatch, now_s: int) -> int:
    """The end of the calendar day that is `remind_days` after that of `now_s`."""
    days = batch.document.remind_days or 0
    return day_start_s(day_of(now_s, batch.timezone) + timedelta(days=days + 1), batch.timezone)


def _is_set_back(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """The test clock was set back before a day whose coupons were announced."""
    return control.reminded_until_s > _horizon_s(batch, now_s + SET_BACK_S)


def _expiring(services: Services, pack: ClaimedPack, interval: range, now_s: int) -> list[events.CouponExpiring]:
    """One event for each moment in `interval` at which available coupons of this pack expire."""
    by_end: dict[int, list[int]] = {}
    for place in range(len(pack.claim.coupons)):
        if pack.expires_at_s(place) in interval and pack.status(place, now_s) == "available":
            by_end.setdefault(pack.expires_at_s(place), []).append(place)
    if not by_end:
        return []
    has_key = services.has_key_of(pack.claim)
    with blamed(services.claims.table, **keys.claim(pack.batch.claim_key, pack.batch.buckets, pack.claim.person)):
        if not has_key:
            raise UnlikeError("there is no key of its version")
        coupon_ids = pack.coupon_ids(services.keys)
        return [
            events.expiring(services.event_source, pack.batch, coupon_ids, places, expires_at_s, now_s)
            for expires_at_s, places in by_end.items()
        ]
