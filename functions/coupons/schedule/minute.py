"""What the schedule does each minute: counts of bookings, reclaims, expiry, closes of settlement days, and reminders.

Called at least once a minute, sometimes twice, sometimes while another call is still at work: every step is a
condition, so a repeat changes nothing and a killed call loses nothing but time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from coupons.claim import booking
from coupons.clock import FENCE_S
from coupons.damage import UNREADABLE, Damaged, reason_of
from coupons.model.batches import Control, PublishedBatch
from coupons.process.claim_passes import count_coupons
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.schedule import reminders
from coupons.schedule.reclaim import is_due, reclaim
from coupons.settle import give_back
from coupons.settle.day_close import close_days, closed_through


@dataclass(slots=True)
class Report:
    """`more`: time ran out before everything that is due was done; call again at once."""

    did: list[dict[str, Any]] = field(default_factory=list)
    more: bool = False


Step = Callable[[Services, PublishedBatch, Control, int, float, Report], None]


def run_schedule(services: Services, now_s: int, deadline_s: float) -> Report:
    """Everything that is due at `now_s` is done, or as much of it as fits before `deadline_s` (monotonic).

    A batch that breaks an invariant, or whose items do not fit together, is reported as `broken`, one with an item that
    it cannot do without as `damaged`, a throttled one is left for the next call; the others are done all the same.
    """
    report = Report()
    batch_ids = services.catalog.published_ids()
    known = list(services.damages.sound_of(services.controls.of_listed(batch_ids)).items())
    # Reminders last: a wave of millions takes minutes, and neither reclaim nor settlement should wait for it.
    _each(_advance_batch, services, known, now_s, deadline_s, report)
    _close_days(services, batch_ids, now_s, deadline_s, report)
    _give_rests(services, batch_ids, known, now_s, deadline_s, report)
    _each(_remind, services, known, now_s, deadline_s, report)
    return report


def _each(
    step: Step,
    services: Services,
    batches: list[tuple[str, Control]],
    now_s: int,
    deadline_s: float,
    report: Report,
) -> None:
    for batch_id, control in batches:
        if services.clock.monotonic_s() >= deadline_s:
            report.more = True
            return
        try:
            step(services, services.cache.listed(batch_id), control, now_s, deadline_s, report)
        except Busy:
            report.more = True  # the next call goes on here; the other batches need not wait for it
        except AssertionError as error:
            report.did.append({"batch_id": batch_id, "step": "broken", "why": str(error)})
        except UNREADABLE as error:
            # Items that can be read each and do not fit together, or a defect of ours: of this batch all the same.
            report.did.append({"batch_id": batch_id, "step": "broken", "why": reason_of(error)})
        except Damaged as found:
            services.damages.note(found)
            report.did.append({"batch_id": batch_id, "step": "damaged", "why": str(found)})


def _close_days(services: Services, batch_ids: list[str], now_s: int, deadline_s: float, report: Report) -> None:
    if services.clock.monotonic_s() >= deadline_s:
        report.more = True
        return
    try:
        did, more = close_days(services, batch_ids, now_s, deadline_s)
    except Busy:
        report.more = True
    else:
        report.did += did
        report.more |= more


def _give_rests(
    services: Services,
    batch_ids: list[str],
    known: list[tuple[str, Control]],
    now_s: int,
    deadline_s: float,
    report: Report,
) -> None:
    """Of batches that were given back all else when this call began; the days are asked for only if there is one."""
    over = [(batch_id, control) for batch_id, control in known if control.given_back == give_back.EXPIRED]
    through = closed_through(services, batch_ids, now_s) if over else None
    if through is None:
        return

    def give(services: Services, batch: PublishedBatch, control: Control, now_s: int, _: float, report: Report) -> None:
        if give_back.is_rest_due(batch, control, through):
            report.did += give_back.give_rest(services, batch, through, now_s)

    _each(give, services, over, now_s, deadline_s, report)


def _advance_batch(
    services: Services, batch: PublishedBatch, control: Control, now_s: int, deadline_s: float, report: Report
) -> None:
    if _is_set_back(batch, control, now_s):
        give_back.take_back(services, batch, control, now_s)
        control = services.cache.control_now(batch.batch_id)
    if booking.is_count_due(batch, control, now_s):
        booked, more = booking.record_count(services, batch, now_s, deadline_s)
        report.more |= more
        if booked is not None:
            report.did.append({"batch_id": batch.batch_id, "step": "booked", "bookings": booked})
    if not control.expired_at_s and is_due(batch, control, now_s):
        steps, more = reclaim(services, batch, now_s, deadline_s)
        report.did += [{"batch_id": batch.batch_id, "step": step} for step in steps]
        report.more |= more
        control = services.cache.control_now(batch.batch_id)
    if not control.expired_at_s and _is_spent(batch, control, now_s):
        _expire(services, batch, control, now_s, deadline_s, report)
        control = services.cache.control_now(batch.batch_id)
    if give_back.is_due(control):
        report.did += give_back.give_back(services, batch, now_s)


def _remind(
    services: Services, batch: PublishedBatch, control: Control, now_s: int, deadline_s: float, report: Report
) -> None:
    if not reminders.is_due(batch, control, now_s):
        return
    count, more = reminders.remind(services, batch, now_s, deadline_s)
    report.more |= more
    if count is not None:
        coupons = sum(count.coupons.values())
        done = {"batch_id": batch.batch_id, "step": "reminded", "claims": count.claims, "coupons": coupons}
        report.did.append(done)


def _is_set_back(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """The test clock stands before what was recorded as over."""
    is_expiry_ahead = bool(control.expired_at_s) and now_s < _last_expiry_s(batch, control)
    return control.final and (now_s < batch.closes_at_s or is_expiry_ahead)


def _is_spent(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """The last coupon expired a fence ago, and the reclaim after closing is through.

    By the control item alone: the index may have been read before an extension that the control item shows already,
    and the record's condition would then let an expiry through while coupons are valid.
    """
    return control.final and control.state == "open" and now_s >= _last_expiry_s(batch, control) + FENCE_S


def _last_expiry_s(batch: PublishedBatch, control: Control) -> int:
    return batch.last_expiry_s + control.extended_s


def _expire(
    services: Services, batch: PublishedBatch, control: Control, now_s: int, deadline_s: float, report: Report
) -> None:
    """Count the batch's coupons by state for good, and record the counts once.

    Every invocation counts the same: all coupons are past their date, so what is not redeemed or voided is expired. An
    extension or a voiding meanwhile refuses the record, and the next sweep has another name.
    """
    ruling = f"{control.extended_s}{'v' if control.voided else ''}"
    sweep_id = f"expire#{batch.batch_id}#{control.round}#{ruling}"
    fold = count_coupons(services, sweep_id, batch, control, now_s=now_s, deadline_s=deadline_s)
    if fold is None:
        report.more = True
        return
    count = fold.of(batch.number)
    counts = {"claims": count.claims, **{str(status): number for status, number in sorted(count.coupons.items())}}
    unused = [count.claims - count.redeemed.get(place, 0) for place in range(len(batch.terms))]
    # Read after the count: whatever reversal the count saw is of this second or before.
    counted_at_s = max(now_s, math.ceil(services.clock.wall_s()))
    if services.controls.record_expiry(batch.batch_id, control, counts, unused, counted_at_s):
        report.did.append({"batch_id": batch.batch_id, "step": "expired", "counts": counts})
