"""What operators decide about one slot: the venue cancels it, or it has more places or fewer."""

from __future__ import annotations

from collections.abc import Callable

from coupons.model.coverage import not_covered
from coupons.model.slot_records import SlotDay, SlotRecord
from coupons.model.slots import Slot
from coupons.process.documents import document_now
from coupons.process.services import Services
from coupons.refusals import Closed, Stopped
from coupons.slots.days import slot_of
from coupons.slots.strikes import set_strikes
from coupons.slots.writes import record_now, tried

SlotChange = tuple[Slot, SlotRecord, bool]
"""The slot and its record after an action; True if the action changed nothing (a repeat)."""


def cancel(services: Services, slot_id: str, reason: str, now_s: int) -> SlotChange:
    """The slot is cancelled for good; who is in it stays in its record and is told. 1 write unit each KB.

    If its day was swept already, while the slot goes on, who missed it has no strike any more. A repeat keeps the first
    reason, and does what is left to do. Raises NotFound, Closed (the slot is over), Busy.
    """
    slot, record, replay = _changed(
        services,
        slot_id,
        now_s,
        is_done=lambda record: record.cancelled is not None,
        change=lambda _slot, record: record.called_off(reason),
    )
    if record.missed is not None:
        set_strikes(services, SlotDay(slot.of, slot.name.day, [(slot, record)]), {}, now_s, broken=[])
    return slot, record, replay


def set_units(services: Services, slot_id: str, units: int, now_s: int) -> SlotChange:
    """The slot has so many places, and who waits moves up into those that are free. 1 write unit each KB.

    Who is booked stays, also above `units`; then nobody moves up until enough of them have left. Raises NotFound,
    Closed (the slot is over), Stopped (it was cancelled), BudgetExceeded (a batch pays for the places of the schedule,
    and for no more), Busy.
    """

    def is_done(record: SlotRecord) -> bool:
        if record.cancelled is not None:
            raise Stopped(detail=f"This slot was cancelled: {record.cancelled}")
        return record.units == units

    def change(slot: Slot, record: SlotRecord) -> SlotRecord:
        _refuse_unpaid(services, slot, units)
        return record.with_units(units, promotes=slot.promotes(now_s))

    return _changed(services, slot_id, now_s, is_done=is_done, change=change)


def _refuse_unpaid(services: Services, slot: Slot, units: int) -> None:
    """The batch covers the places of the schedule (`model/coverage.py`), and not one more. Raises BudgetExceeded."""
    if slot.subsidy_batch is None or units <= slot.of.units:
        return
    document = document_now(services, slot.campaign_id)
    batch = next(batch for batch in document.batches if batch.batch_id == slot.subsidy_batch)
    what = f"Where {batch.batch_id!r} pays, a slot has at most the {slot.of.units} places of its schedule, not {units}."
    raise not_covered(document, batch, paid=slot.of.units, asked=units, what=what)


def _changed(
    services: Services,
    slot_id: str,
    now_s: int,
    *,
    is_done: Callable[[SlotRecord], bool],
    change: Callable[[Slot, SlotRecord], SlotRecord],
) -> SlotChange:
    slot = slot_of(services, slot_id)

    def attempt() -> SlotChange | None:
        record = record_now(services, slot)
        if is_done(record):
            return slot, record, True
        if now_s >= slot.ends_at_s:
            raise Closed(closed_at_s=slot.ends_at_s, timezone=slot.timezone, detail="This slot is over.")
        new = change(slot, record)
        return (slot, new, False) if services.slots.tries(services.slots.replace(slot, record, new, now_s)) else None

    return tried(services, attempt)
