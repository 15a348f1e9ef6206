"""Fold the minutes of each hour that is over into one item, so that a whole season is read with one query."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from coupons.model.batches import PublishedBatch
from coupons.model.statistics import hour_start_s, total
from coupons.process.season_counts import foldable_through_s, hours_from
from coupons.process.services import Services
from coupons.stores.statistics import NO_MARKS
from coupons.times import DAY_S


def fold_hours(
    services: Services, campaign_id: str, batches: Sequence[PublishedBatch], now_s: int, deadline_s: float
) -> bool:
    """Every hour of the campaign that ended ten minutes ago is folded; False if time ran out before (monotonic).

    Once an hour also those are folded again that were changed since: a booking of that hour was cancelled, or a shard
    was late. One read unit an hour and process; a query a day, a write an hour. A repeat changes nothing.
    """
    store, known, timezone = services.statistics, services.season_counts.folded_through_s, batches[0].timezone
    through_s = foldable_through_s(now_s, timezone)
    if known.get(campaign_id) == through_s:
        return True
    before_s = store.folded_through(campaign_id)
    first_s = before_s or hour_start_s(min(batch.begins_at_s for batch in batches), timezone)
    # There is no hour to fold if a test clock was set back: those that begin now go on.
    due = hours_from(first_s, through_s, timezone)
    if before_s == through_s or _folded(services, campaign_id, due, deadline_s):
        if before_s != through_s:
            store.set_folded_through(campaign_id, through_s)
            _folded(services, campaign_id, store.hours(campaign_id).changed, deadline_s)
        known[campaign_id] = through_s
        return True
    return False


def _folded(services: Services, campaign_id: str, hours: Sequence[int], deadline_s: float) -> bool:
    """These hours are folded, day by day; False if time ran out before."""
    marks = services.statistics.marks(campaign_id) if hours else {}
    for number, of_day in groupby(sorted(hours), key=lambda hour_s: hour_s // DAY_S):
        if services.clock.monotonic_s() >= deadline_s:
            return False
        minutes = services.statistics.day(campaign_id, number, consistent=True)
        for hour_s in of_day:
            counts = total(minutes.get(hour_s, {}).values())
            if counts.as_of_s:
                services.statistics.fold(campaign_id, hour_s, counts, marks.get(hour_s, NO_MARKS))
    return True
