"""Fold the minutes of each hour that is over into one item, so that a whole season is read with one query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from coupons.model.batches import PublishedBatch
from coupons.model.statistics import hour_start_s, total
from coupons.process.season_counts import foldable_through_s, hours_from
from coupons.process.services import Services
from coupons.stores.statistics import NO_MARKS
from coupons.stores.statistics_keys import day_of_hour


def fold_hours(
    services: Services, campaign_id: str, batches: Iterable[PublishedBatch], now_s: int, deadline_s: float
) -> bool:
    """Every hour of the campaign that ended ten minutes ago is folded; False if time ran out before (monotonic).

    Once an hour also those are folded again that were changed since: a booking of that hour was cancelled, or a shard
    was late. One read unit an hour and process; a query a day in which something was counted, a write an hour. A repeat
    changes nothing. If time runs out, the next call goes on with the day that was not reached.

    `batches` of the campaign are read as they are taken: one for its time zone, and the others only if nothing of
    the campaign was folded yet, because counting begins with the earliest.
    """
    store, known, others = services.statistics, services.season_counts.folded_through_s, iter(batches)
    one = next(others, None)
    if one is None:
        return True
    timezone = one.timezone
    through_s = foldable_through_s(now_s, timezone)
    if known.get(campaign_id) == through_s:
        return True
    before_s = store.folded_through(campaign_id)
    first_s = before_s or hour_start_s(min(batch.begins_at_s for batch in [one, *others]), timezone)
    # There is no hour to fold if a test clock was set back: those that begin now go on.
    due = hours_from(first_s, through_s, timezone)
    if before_s != through_s:
        left_s = _fold(services, campaign_id, due, deadline_s)
        if left_s is not None:
            if left_s != first_s:
                store.set_folded_through(campaign_id, left_s)
            return False
        store.set_folded_through(campaign_id, through_s)
        _fold(services, campaign_id, store.hours(campaign_id).changed, deadline_s)
    known[campaign_id] = through_s
    return True


def _fold(services: Services, campaign_id: str, hours: Sequence[int], deadline_s: float) -> int | None:
    """These hours are folded, day by day; the first that is not if time ran out before, otherwise None."""
    marks, days = services.statistics.marks(campaign_id) if hours else ({}, set())
    due = sorted(hour_s for hour_s in hours if day_of_hour(hour_s) in days)
    for number, of_day in groupby(due, key=day_of_hour):
        if services.clock.monotonic_s() >= deadline_s:
            return next(of_day)
        minutes = services.statistics.day(campaign_id, number, consistent=True)
        for hour_s in of_day:
            counts = total(minutes.get(hour_s, {}).values())
            if counts.as_of_s:
                services.statistics.fold(campaign_id, hour_s, counts, marks.get(hour_s, NO_MARKS))
    return None
