"""How many check-ins a venue batch can have to pay: all places of the slots that begin in its window. Pure.

Its quantity covers them, at publishing and in every later programme, and no operator gives a slot more places than its
schedule has. So a check-in asks no counter whether there is money.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from coupons.model.campaigns import Campaign
from coupons.model.declared_batches import Batch
from coupons.model.facilities import Facility, ScheduleRow
from coupons.model.programmes import Programme
from coupons.model.reserves import largest_cost
from coupons.model.slots import Bookable
from coupons.refusals import BudgetExceeded
from coupons.times import DAY_S, day_of, day_start_s, epoch_s

_DAY = timedelta(days=1)


def coverage(programme: Programme, batch: Batch, timezone: str) -> int:
    """The places of all slots that the batch pays for: those of its facilities and rows that begin in its window."""
    return sum(
        facility.units * sum(_slots(programme, facility, row, batch, timezone) for row in rows)
        for facility in programme.facilities
        if (rows := [row for row in facility.schedule if facility.subsidy_of(row) == batch.batch_id])
    )


def not_covered(campaign: Campaign, batch: Batch, *, paid: int, asked: int, what: str) -> BudgetExceeded:
    """The refusal of more check-ins than are paid. Its amounts are those of the first funder of the batch's terms.

    `what`: how many are asked for and how many are paid, in words.
    """
    terms = campaign.terms_of(batch)
    funder_id = terms[0].funding[0].funder_id
    available, needed = (largest_cost(terms, number).get(funder_id, 0) for number in (paid, asked))
    return BudgetExceeded(
        funder_id=funder_id, available_minor=available, needed_minor=needed, currency=campaign.currency, detail=what
    )


def refusal_of_coverage(
    programme: Programme | None, campaign: Campaign, batch: Batch, quantity: int
) -> BudgetExceeded | None:
    """The refusal of a quantity that does not cover the programme's slots; None if it does."""
    needed = coverage(programme, batch, campaign.timezone) if programme else 0
    if needed <= quantity:
        return None
    what = f"{batch.batch_id!r} pays for {quantity} check-ins; its slots have {needed} places in its window."
    return not_covered(campaign, batch, paid=quantity, asked=needed, what=what)


def _slots(programme: Programme, facility: Facility, row: ScheduleRow, batch: Batch, timezone: str) -> int:
    """How many slots of the row begin in the window of the batch."""
    opens_at_s, closes_at_s = epoch_s(batch.opens_at), epoch_s(batch.closes_at)
    found = 0
    for day in _days(row, day_of(opens_at_s, timezone), day_of(closes_at_s - 1, timezone)):
        if facility.closure_on(day.isoformat()) is not None:
            continue
        begins_s, ends_s = day_start_s(day, timezone), day_start_s(day + _DAY, timezone)
        if opens_at_s <= begins_s and ends_s <= closes_at_s and ends_s - begins_s == DAY_S:
            found += len(row.starts_at_minutes())  # no clock change leaves one out: a season has thousands of them
        else:
            whole = Bookable("", timezone, programme, facility).slots_of(day.isoformat())
            begin = {f"{minute // 60:02}{minute % 60:02}" for minute in row.starts_at_minutes()}
            found += sum(slot.name.hhmm in begin and opens_at_s <= slot.starts_at_s < closes_at_s for slot in whole)
    return found


def _days(row: ScheduleRow, first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last` on which the row has slots."""
    day, end = max(first, date.fromisoformat(row.first_day)), min(last, date.fromisoformat(row.last_day))
    while day <= end:
        if row.holds_on(day):
            yield day
        day += _DAY
