"""Count a campaign again from what the tables hold, and replace minutes that differ; for operators, in no function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from coupons.clock import FENCE_S
from coupons.count.shards import counted_of, minute_of
from coupons.damage import all_of
from coupons.model.batches import PublishedBatch
from coupons.model.orders import MerchantLine
from coupons.model.points_sums import PointsSums, PointsWrite
from coupons.model.statistics import HOUR_S, OF_STREAM_ALONE, Cell, Counts, total
from coupons.process.passes import side_by_side
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.stores import keys
from coupons.stores.points_keys import ACCOUNT_BUCKETS
from coupons.stores.statistics import MinuteOf, StoredRow
from coupons.stores.statistics_keys import day_of_hour
from coupons.stores.streams import BookingChange, Countable
from coupons.times import MINUTE_S, epoch_s

Minutes = dict[MinuteOf, Counter[Cell]]


class CellDifference(NamedTuple):
    """A cell of a minute whose two counts differ."""

    minute: MinuteOf
    cell: Cell
    stored: int
    recounted: int


@dataclass(slots=True)
class Recount:
    """`rows`: as they were read before anything was recounted, so that a later change is seen."""

    minutes: int
    rows: dict[MinuteOf, list[StoredRow]]
    recounted: Minutes
    differences: list[CellDifference]


def recount(
    services: Services, campaign_id: str, until_s: int, account_buckets: Sequence[int] = range(ACCOUNT_BUCKETS)
) -> Recount:
    """The minutes before `until_s`, as they are stored and as the items say. Raises NotFound, and Damaged.

    What only the stream says (`OF_STREAM_ALONE`) is not compared. A minute that an item can still change is not either:
    give the time up to which the streams are counted, less `FENCE_S`. 1 read unit each 4 KB of bookings, claims, lines,
    entries of points, and rows.
    """
    batches = _batches(services, campaign_id)
    rows = _rows(services, batches, until_s)
    found: Minutes = {}
    for what in _items(services, batches, account_buckets):
        counted = counted_of(services, what)
        if counted.campaign_id == campaign_id and counted.minute_s + MINUTE_S <= until_s:
            found.setdefault(minute_of(counted), Counter()).update(counted.cells)
    return Recount(len(rows.keys() | found.keys()), rows, found, list(_differences(rows, found)))


def replace_differing(
    services: Services, campaign_id: str, told: Recount, now_s: int, *, is_read: bool = False
) -> list[MinuteOf]:
    """The minutes that differ are as they were recounted; returns those that could not be replaced.

    What only the stream says stays. Each is replaced in one transaction, if none of its rows changed since they were
    read. Nor is one replaced whose bookings differ while they can be cancelled: the stream may still bring the
    cancellation. `is_read`: it brings nothing more.
    """
    is_booking_open = not is_read and any(
        _booking_ends_s(batch) + FENCE_S > now_s for batch in _batches(services, campaign_id)
    )
    moving = {one.minute for one in told.differences if one.cell.flow == "bookings"} if is_booking_open else set()
    left = []
    for minute in sorted({one.minute for one in told.differences}):
        if minute in moving:
            left.append(minute)
            continue
        rows = told.rows.get(minute, [])
        kept = {cell: number for cell, number in _sum(rows).items() if cell.flow in OF_STREAM_ALONE}
        cells = {**told.recounted.get(minute, {}), **kept}
        parts = services.statistics.replacing(minute, cells, rows, is_late=minute.hour_s + HOUR_S <= now_s)
        services.season_counts.note_days([minute])
        if not services.tries(parts):
            left.append(minute)
    return left


def _batches(services: Services, campaign_id: str) -> list[PublishedBatch]:
    found = [
        services.cache.listed(one.batch_id) for one in services.cache.published() if one.campaign_id == campaign_id
    ]
    if not found:
        raise NotFound(detail=f"No published campaign {campaign_id!r}.")
    return found


def _booking_ends_s(batch: PublishedBatch) -> int:
    booking = batch.document.booking
    return epoch_s(booking.closes_at) if booking is not None else 0


def _rows(services: Services, batches: list[PublishedBatch], until_s: int) -> dict[MinuteOf, list[StoredRow]]:
    campaign_id = batches[0].campaign_id
    hours = services.season_counts.hours(
        campaign_id, batches[0].timezone, min(batch.begins_at_s for batch in batches), until_s
    )
    found: dict[MinuteOf, list[StoredRow]] = {}
    for day in sorted({day_of_hour(hour_s) for hour_s in hours}):
        for row in services.statistics.rows(campaign_id, day):
            if row.hour_s in hours and row.minute_s + MINUTE_S <= until_s:
                found.setdefault(MinuteOf(campaign_id, row.hour_s, row.minute_s), []).append(row)
    return found


def _items(services: Services, batches: list[PublishedBatch], account_buckets: Sequence[int]) -> Iterator[Countable]:
    campaign_id, numbers = batches[0].campaign_id, {batch.number for batch in batches}
    claim_buckets = {(batch.claim_key, bucket) for batch in batches for bucket in range(batch.buckets)}
    for claims in side_by_side(services, lambda at: list(services.claims.in_bucket(*at)), sorted(claim_buckets)):
        yield from (claim for claim in all_of(claims) if claim.batch_number in numbers)
    booked = [(batch, bucket) for batch in batches if batch.document.booking for bucket in range(batch.booking_buckets)]
    for bookings in side_by_side(services, lambda at: list(services.bookings.in_bucket(*at)), booked):
        yield from (BookingChange(booking, is_made=True) for booking in all_of(bookings))
    days = [(day.day, bucket) for day in services.days.all(consistent=True) for bucket in range(keys.DAY_BUCKETS)]
    for lines in side_by_side(services, lambda at: list(_lines(services, *at)), days):
        yield from (one for one in lines if one.line.purse.campaign_id == campaign_id)
    program_id = services.programmes.program_of(campaign_id)
    if program_id is not None:
        for entries in side_by_side(
            services, lambda bucket: list(services.points_reads.entries(program_id, bucket)), account_buckets
        ):
            yield from (PointsWrite(program_id, PointsSums(), entry) for entry in entries)


def _lines(services: Services, day: str, bucket: int) -> Iterator[MerchantLine]:
    for merchant in services.days.merchants(day, bucket):
        for shard in range(keys.LINE_SHARDS):
            for found in services.audit_reads.in_shard(merchant.merchant_id, day, shard, ""):
                yield MerchantLine(merchant.merchant_id, found.line)


def _differences(rows: dict[MinuteOf, list[StoredRow]], found: Minutes) -> Iterator[CellDifference]:
    for minute in sorted(rows.keys() | found.keys()):
        stored, recounted = _sum(rows.get(minute, [])), found.get(minute, Counter())
        for cell in sorted(stored.keys() | recounted.keys()):
            if stored[cell] != recounted[cell] and cell.flow not in OF_STREAM_ALONE:
                yield CellDifference(minute, cell, stored[cell], recounted[cell])


def _sum(rows: list[StoredRow]) -> Counter[Cell]:
    return total(Counts(row.cells) for row in rows).cells
