"""Count the people whom a batch paid venues for: those that are marked in its slots."""

from __future__ import annotations

from datetime import timedelta

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.counts import Count, Fold
from coupons.model.slots import Bookable, SlotName
from coupons.model.venue_orders import pays_for
from coupons.process.passes import fold_spans
from coupons.process.services import Services
from coupons.times import day_of


def count_marks(services: Services, sweep_id: str, batch: PublishedBatch, deadline_s: float) -> Fold | None:
    """The marks of all slots that the batch pays for, as its coupons in use; None if `deadline_s` came first.

    The programme is the whole history of its dates, so it says of each slot which batch paid. 1 read unit each 4 KB of
    a facility's day, strongly consistent; a fold for 16 such days. A slot that cannot be read is named.
    """
    current = services.programmes.current(batch.campaign_id)
    places = (
        []
        if current is None
        else [
            (Bookable(batch.campaign_id, current.timezone, current.document, facility), day)
            for facility in current.document.facilities
            if any(facility.subsidy_of(row) == batch.batch_id for row in facility.schedule)
            for day in _days(batch)
        ]
    )

    def fold_of(span: range) -> Fold:
        fold = Fold({batch.number: Count()})
        for of, day in (places[place] for place in span):
            for hhmm, record in services.slots.of_day((of.facility_id, day), consistent=True).items():
                slot = of.slot(SlotName(of.facility_id, day, hhmm))
                if slot is None or slot.subsidy_batch != batch.batch_id or not pays_for(batch, slot):
                    continue
                if isinstance(record, Damaged):
                    services.damages.note(record)
                    fold.damaged.take(str(record))
                    continue
                fold.by_batch[batch.number].used += len(record.checked_in)
        return fold

    return fold_spans(services, sweep_id, len(places), fold_of, deadline_s=deadline_s)


def _days(batch: PublishedBatch) -> list[str]:
    """Those that have slots in the batch's window."""
    first, last = day_of(batch.opens_at_s, batch.timezone), day_of(batch.closes_at_s, batch.timezone)
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
