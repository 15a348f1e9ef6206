"""Count the records of a stream's shard, each exactly once, however often and in which pieces they arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from coupons.damage import NO_BATCH, NO_PROGRAM, NO_SLOT, UNREADABLE, Damaged, expected, reason_of
from coupons.model import statistics
from coupons.model.claims import Claim
from coupons.model.merchants import MerchantRecord
from coupons.model.orders import MerchantLine
from coupons.model.points_sums import PointsSums, PointsWrite
from coupons.model.slot_events import SlotWrite
from coupons.model.statistics import HOUR_S, Cell, Counted
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.slots.days import slot_of
from coupons.slots.settled import settled_in
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.liabilities import numbers_of
from coupons.stores.parts import Part
from coupons.stores.statistics import MinuteOf, StreamShard
from coupons.stores.streams import Countable, counted, stream_place_of
from coupons.times import MINUTE_S

ROWS_MAX, CELLS_MAX = 90, 250
"""Of one transaction: it takes 100 items, and an expression 4 KB and 300 operators. A record adds at most 130 cells."""
COUNT_ATTEMPTS = 5
"""Each after the checkpoint was read again."""


class StreamRecord(NamedTuple):
    """A record of a stream, as far as it is counted. `counted` None: it changes no statistic."""

    number: str
    """Its sequence number: text of up to 40 digits, compared as an integer."""
    changed_at_s: int
    """When the item changed, by DynamoDB's clock."""
    counted: Counted | None
    is_unknown: bool = False
    points: PointsWrite | None = None


@dataclass(slots=True)
class _Part:
    """Records that are counted in one transaction."""

    number: str = ""
    changed_at_s: int = 0
    counted_at_s: int = 0
    """By the items' own time."""
    unknown: int = 0
    minutes: dict[MinuteOf, Counter[Cell]] = field(default_factory=dict)
    seconds: dict[tuple[str, int], Counter[int]] = field(default_factory=dict)
    late: set[tuple[str, int]] = field(default_factory=set)
    programs: dict[str, PointsSums] = field(default_factory=dict)

    def take(self, record: StreamRecord, now_s: int) -> bool:
        """True if the record is in this part now; False if the transaction would become too large."""
        one = record.counted
        if not self._fits(record):
            return False
        if record.points is not None:
            self.programs.setdefault(record.points.program_id, PointsSums()).take(record.points.sums)
        self.number, self.changed_at_s = record.number, max(self.changed_at_s, record.changed_at_s)
        self.unknown += record.is_unknown
        if one is None:
            return True
        self.counted_at_s = max(self.counted_at_s, one.at_s)
        self.minutes.setdefault(minute_of(one), Counter()).update(one.cells)
        if one.claims:
            second = one.at_s - one.minute_s
            self.seconds.setdefault((one.batch_id, one.minute_s), Counter())[second] += one.claims
        if one.hour_s + HOUR_S <= now_s:
            self.late.add((one.campaign_id, one.hour_s))
        return True

    def _fits(self, record: StreamRecord) -> bool:
        """A record takes at most four rows: its minute, the batch's second, the mark of its hour, its program's."""
        if record.counted is None and record.points is None:
            return True
        rows = len(self.minutes) + len(self.seconds) + len(self.late) + len(self.programs)
        cells = sum(map(len, self.minutes.values())) + sum(map(len, self.seconds.values()))
        cells += sum(len(numbers_of(sums)) for sums in self.programs.values())
        more = len(record.counted.cells) if record.counted else 0
        more += len(numbers_of(record.points.sums)) if record.points else 0
        return not rows or (rows + 4 <= ROWS_MAX and cells + more + 1 <= CELLS_MAX)


def count(services: Services, records: Sequence[dict[str, Any]], shard: StreamShard, now_s: int) -> int:
    """Each of `records` that was not counted before is counted now; how many those were.

    A part of the records and the checkpoint move in one transaction, so a part is counted once or not at all: also if
    it arrives again, in other pieces, or if an answer was lost. Additions commute, so shards may come in any order. A
    record that cannot be read is counted as unknown. 2 write units a KB of the checkpoint, of a row for each minute and
    batch, 1 read unit; 1 write unit a day and process. Raises Busy: Lambda sends the records again.
    """
    read = [_record(services, record) for record in records]
    done = 0
    for _ in range(COUNT_ATTEMPTS):
        at = services.statistics.checkpoint(shard)
        left = [one for one in read if not at or int(one.number) > int(at)]
        try:
            for part in _parts(left, now_s):
                services.season_counts.note_days(part.minutes)
                services.transact(_writes(services, shard, at, part))
                at, done = part.number, done + sum(int(one.number) <= int(part.number) for one in left)
                left = [one for one in left if int(one.number) > int(at)]
        except (TransactionFailed, Busy):
            # The checkpoint says what was applied, also if our own answer was lost.
            continue
        return done
    raise Busy(detail="Others are counting this shard.")


def record_shard(event: dict[str, Any], *, is_local: bool) -> StreamShard:
    """The shard of an event with records. Only the local cloud, whose streams have one shard, does not name it.

    Raises AssertionError: the mapping lacks its tumbling window, and without one Lambda names no shard.
    """
    arn = str(event["Records"][0]["eventSourceARN"])
    shard_id = event.get("shardId") or (arn if is_local else "")
    assert shard_id, "the event names no shard: the mapping needs TumblingWindowInSeconds"
    return StreamShard(arn.partition(":table/")[2], shard_id)


def _record(services: Services, record: dict[str, Any]) -> StreamRecord:
    """Raises Busy if its batch cannot be read now."""
    told = record["dynamodb"]
    number, changed_at_s = str(told["SequenceNumber"]), int(told["ApproximateCreationDateTime"])
    try:
        what = counted(record)
        points = what if isinstance(what, PointsWrite) else None
        return StreamRecord(number, changed_at_s, _counted(services, record, what), points=points)
    except Damaged as found:
        services.damages.note(found)
    except UNREADABLE as error:
        table = str(record.get("eventSourceARN", "")).partition(":table/")[2].partition("/")[0]
        services.damages.note(Damaged(table, "?", number, reason_of(error)))
    return StreamRecord(number, changed_at_s, None, is_unknown=True)


def _counted(services: Services, record: dict[str, Any], what: Countable | None) -> Counted | None:
    if what is None or (isinstance(what, PointsWrite) and what.entry is None):
        return None
    missing = NO_SLOT if isinstance(what, SlotWrite) else NO_PROGRAM if isinstance(what, PointsWrite) else NO_BATCH
    with expected(*stream_place_of(record)[:3], missing):
        found = counted_of(services, what)
        return found if found.cells else None


def counted_of(services: Services, what: Countable) -> Counted:
    """What a claim, a line, a booking, a slot's write or an entry of points adds to which minute.

    Raises NotFound if its batch is not published, or no programme has its slot or its points.
    """
    match what:
        case Claim():
            return statistics.of_claim(services.cache.batch_numbered(what.batch_number), what.claimed_at_s)
        case MerchantLine():
            line = what.line
            batch = services.cache.batch(line.batch_id) if line.batch_id else None
            return statistics.of_line(batch, line, settled_in(services, line).timezone)
        case SlotWrite():
            slot = slot_of(services, what.name.slot_id)
            return statistics.of_slot(slot, _merchant(services, slot.of.merchant_id), what.before, what.after)
        case PointsWrite():
            assert what.entry, "an account alone is in no minute"
            of = services.programmes.of_program(what.program_id)
            return statistics.of_points(of.campaign_id, of.timezone, what.entry)
    batch = services.cache.batch_numbered(what.booking.batch_number)
    return statistics.of_booking(batch, what.booking.booked_at_s, 1 if what.is_made else -1)


def _merchant(services: Services, merchant_id: str | None) -> MerchantRecord | None:
    """At most a second old."""
    return services.merchants.records([merchant_id]).get(merchant_id) if merchant_id is not None else None


def _parts(records: Iterable[StreamRecord], now_s: int) -> Iterator[_Part]:
    part = _Part()
    for record in records:
        if not part.take(record, now_s):
            yield part
            part = _Part()
            part.take(record, now_s)
    if part.number:
        yield part


def _writes(services: Services, shard: StreamShard, read: str, part: _Part) -> list[Part]:
    store, row, at_s = services.statistics, shard.row, part.counted_at_s
    return [
        store.advance(shard, read, part.number, part.changed_at_s, part.unknown),
        *(store.add(minute, row, cells, _within(minute.minute_s, at_s)) for minute, cells in part.minutes.items()),
        *(
            store.add_claims(batch_id, minute_s, row, seconds, _within(minute_s, at_s))
            for (batch_id, minute_s), seconds in part.seconds.items()
        ),
        *(store.mark(*hour, row) for hour in part.late),
        *(services.liabilities.add(program_id, row, sums) for program_id, sums in part.programs.items()),
    ]


def _within(minute_s: int, at_s: int) -> int:
    """`at_s`, or the minute's last second if that is earlier."""
    return min(at_s, minute_s + MINUTE_S - 1)


def minute_of(one: Counted) -> MinuteOf:
    """The minute that it is counted in."""
    return MinuteOf(one.campaign_id, one.hour_s, one.minute_s)
