"""Live statistics (table `catalog`): rows of minutes, folds of hours, claims and refusals by second, checkpoints.

| access | request | units |
|---|---|---|
| how far a shard of a stream is counted | GetItem, strong | 1 read unit |
| count a part of a shard's records | one transaction of the checkpoint and rows | 2 each KB of each item |
| the minutes of an hour, or of a day | Query | half a read unit each 4 KB |
| all hours of a campaign | Query | half a read unit each 4 KB |
| fold an hour, move the mark of what is folded | PutItem | 1 each KB |
| note a day before something is counted in it | UpdateItem, one a day and process | 1 |
| the seconds of batches | BatchGetItem, 100 a request | half a read unit an item, absent ones too |
| add what a process refused, by second | UpdateItem `ADD`, sent once | 1 each KB |
| the rows of a day, for a recount | Query, strong | 1 read unit each 4 KB |
| replace an hour's row by a recount | PutItem, conditional | 1 each KB |

A minute is 8 rows, so that shards counted side by side seldom meet; a shard always takes the same row. A row's
attributes are its cells: a letter of the flow, a letter of the dimension, the name (`Cbfirst-packs`: claims of that
batch). None is called like a type of DynamoDB (`M`, `S`, `B`): ministack takes an item with `M` for a map. Guarded by
tests/store/count/test_shards.py::test_no_counter_is_called_like_a_type. `v` counts its writes, `at_s` is when the
newest change in it was made.

A fold is the sum of an hour's rows, and says for each row how often it was changed after the hour (`late`). A change of
an hour that is over raises its row's mark in the same transaction, so a reader sees when a fold is old, and reads the
minutes instead.

A day is noted before the first minute of it is counted, so months in which nothing happened cost no request.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from coupons.model.statistics import Cell, Counts, Dimension, Flow, Hours
from coupons.stores import statistics_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.keys import Key
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import sure

ROWS = 8
NO_MARKS = (0,) * ROWS
_FLOWS: dict[Flow, str] = dict(zip(get_args(Flow), "KCRUDGTOWPXAIYZ", strict=True))
_DIMENSIONS: dict[Dimension, str] = dict(zip(get_args(Dimension), ["", *"sdkhfbtp"], strict=True))
_FLOW_OF = {letter: flow for flow, letter in _FLOWS.items()}
_DIMENSION_OF = {letter: dimension for dimension, letter in _DIMENSIONS.items()}


class StreamShard(NamedTuple):
    """A shard of a table's stream. `stream`: `table/stream/label`."""

    stream: str
    shard_id: str

    @property
    def row(self) -> int:
        return zlib.crc32(self.shard_id.encode()) % ROWS


class MinuteOf(NamedTuple):
    """A minute of a campaign, and the hour on its wall clock that it belongs to."""

    campaign_id: str
    hour_s: int
    minute_s: int


class StoredRow(NamedTuple):
    """A row of a minute; `writes` changes with each."""

    hour_s: int
    minute_s: int
    row: int
    writes: int
    cells: Counter[Cell]


class Statistics:
    """`spike` sends each request once: an `ADD` that is repeated could count twice."""

    def __init__(self, spike: Dynamo, patient: Dynamo, table: str) -> None:
        self._spike = Table(spike, table)
        self._table = Table(patient, table)

    # Counting

    def checkpoint(self, shard: StreamShard) -> str:
        """The sequence number up to which the shard is counted; empty: from its beginning. Read strongly."""
        return self._table.get(keys.checkpoint(*shard), _number, consistent=True) or ""

    def advance(self, shard: StreamShard, read: str, to: str, at_s: int, unknown: int) -> Part:
        """A transaction part: the shard is counted up to `to`, if it was counted up to exactly `read`.

        `unknown`: how many records of this part cannot be read. Guarded by
        tests/store/count/test_shards.py::test_a_checkpoint_that_moved_refuses_the_part.
        """
        condition, values = unchanged("counted_to", read)
        update = "SET counted_to = :to, at_s = :at ADD unknown :unknown"
        key = keys.checkpoint(*shard)
        return self._table.update("checkpoint", key, update, condition, to=to, at=at_s, unknown=unknown, **values)

    def note_day(self, campaign_id: str, number: int) -> None:
        """Readers ask for the minutes of this day (`number` since 1970). A repeat changes nothing."""
        key = keys.counted_day(campaign_id, number)
        self._table.send(self._table.update("statistics", key, "SET counted = :one", one=1))

    def add(self, minute: MinuteOf, row: int, cells: Mapping[Cell, int], at_s: int) -> Part:
        """A transaction part: more in a row of a minute."""
        named = {_attribute(cell): number for cell, number in cells.items()}
        return self._added(keys.minute(*minute, row), named, at_s)

    def add_claims(self, batch_id: str, minute_s: int, row: int, seconds: Mapping[int, int], at_s: int) -> Part:
        """A transaction part: more packs claimed in these seconds of the minute."""
        named = {f"{second:02}": number for second, number in seconds.items()}
        return self._added(keys.seconds(batch_id, minute_s, row, keys.CLAIMED), named, at_s)

    def mark(self, campaign_id: str, hour_s: int, row: int) -> Part:
        """A transaction part: a row of an hour was changed after the hour."""
        return self._table.update("statistics", keys.late_hour(campaign_id, hour_s, row), "ADD late :one", one=1)

    def _added(self, key: Key, named: Mapping[str, int], at_s: int) -> Part:
        places = {str(place): name for place, name in enumerate(sorted(named))}
        update = "SET at_s = :at ADD v :one" + "".join(f", #{place} :{place}" for place in places)
        numbers = {place: named[name] for place, name in places.items()}
        return self._table.update("statistics", key, update, at=at_s, one=1, **numbers).naming(**places)

    # Reading

    def minutes(self, campaign_id: str, hour_s: int, *, consistent: bool) -> dict[int, Counts]:
        """What was counted in each minute of an hour."""
        day = keys.day(campaign_id, keys.day_of_hour(hour_s))
        rows = self._table.query(day, keys.minutes_of(hour_s), consistent=consistent)
        return self._by_minute(rows).get(hour_s, {})

    def day(self, campaign_id: str, number: int, *, consistent: bool) -> dict[int, dict[int, Counts]]:
        """The same of all hours of a day of UTC (`number` since 1970), by hour."""
        return self._by_minute(self._table.query(keys.day(campaign_id, number), consistent=consistent))

    def _by_minute(self, items: Iterable[Item]) -> dict[int, dict[int, Counts]]:
        found: dict[int, dict[int, Counts]] = {}
        for item in items:
            (hour_s, minute_s, _), counts = self._table.value(item, _row_of_minute)
            found.setdefault(hour_s, {}).setdefault(minute_s, Counts()).take(counts)
        return found

    def hours(self, campaign_id: str) -> Hours:
        """All folds of the campaign that are not older than their hour's last change."""
        found, folded, late = Hours(), dict[int, tuple[Counts, list[int]]](), dict[int, list[int]]()
        for item in self._table.query(keys.hours_of(campaign_id), consistent=False):
            sort_key = item["sk"]
            if sort_key == keys.FOLDED:
                found.through_s = _through(item)
            elif (number := keys.counted_day_number(sort_key)) is not None:
                found.days.add(number)
            elif keys.is_mark_of_hour(sort_key):
                hour_s, row = keys.hour_and_row(sort_key)
                late.setdefault(hour_s, [0] * ROWS)[row] = sure(item["late"], int)
            else:
                folded[int(sort_key)] = self._table.value(item, lambda one: (_counts(one), list(one["seen"])))
        for hour_s in folded.keys() | late.keys():
            counts, seen = folded.get(hour_s, (Counts(), [0] * ROWS))
            if seen == late.get(hour_s, [0] * ROWS):
                found.folds[hour_s] = counts
            else:
                found.changed.append(hour_s)
        return found

    def seconds(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Seconds]:
        """Claims and refusals of batches' minutes, by batch and minute; those with neither are left out."""
        asked = [
            keys.seconds(batch_id, minute_s, row, kind)
            for batch_id, minute_s in wanted
            for row in range(ROWS)
            for kind in (keys.CLAIMED, keys.REFUSED)
        ]
        found: dict[tuple[str, int], Seconds] = {}
        for item in self._table.items(asked, consistent=False) if asked else []:
            found.setdefault(keys.batch_and_minute(item["pk"]), Seconds()).take(item)
        return found

    # Folding

    def marks(self, campaign_id: str) -> tuple[dict[int, list[int]], set[int]]:
        """By hour, how often each row of it was changed after it; the days in which anything was counted.

        Read strongly, before the minutes.
        """
        found, days = dict[int, list[int]](), set[int]()
        for item in self._table.query(keys.hours_of(campaign_id), consistent=True, only="pk, sk, late"):
            if keys.is_mark_of_hour(item["sk"]):
                hour_s, row = keys.hour_and_row(item["sk"])
                found.setdefault(hour_s, [0] * ROWS)[row] = sure(item["late"], int)
            elif (number := keys.counted_day_number(item["sk"])) is not None:
                days.add(number)
        return found, days

    def fold(self, campaign_id: str, hour_s: int, counts: Counts, seen: Sequence[int]) -> None:
        """The sum of an hour, as of the marks that were `seen` before it was read.

        No condition: if the hour changed meanwhile, its marks differ from `seen`, and readers see it.
        """
        named = {_attribute(cell): number for cell, number in counts.cells.items() if number}
        item = {**keys.folded_hour(campaign_id, hour_s), **named, "at_s": counts.as_of_s, "seen": list(seen)}
        self._table.send(self._table.put("statistics", item))

    def folded_through(self, campaign_id: str) -> int:
        """Every hour before this that was counted in is folded; 0: none is. Read strongly."""
        return self._table.get(keys.folded(campaign_id), _through, consistent=True) or 0

    def set_folded_through(self, campaign_id: str, through_s: int) -> None:
        self._table.send(self._table.put("statistics", {**keys.folded(campaign_id), "through_s": through_s}))

    # Recounting

    def rows(self, campaign_id: str, day: int) -> Iterator[StoredRow]:
        """The rows of all minutes of a day of UTC (`day` since 1970), read strongly."""
        for item in self._table.query(keys.day(campaign_id, day), consistent=True):
            yield from self._table.value(item, lambda one: [_row(one)])

    def replacing(
        self, minute: MinuteOf, cells: Mapping[Cell, int], rows: Sequence[StoredRow], *, is_late: bool
    ) -> list[Part]:
        """A transaction: the minute has these cells, in its first row, if its rows are those that were read.

        Guarded by tests/store/count/test_recount.py::test_a_minute_that_changed_is_not_replaced.
        """
        read, parts = {row.row: row.writes for row in rows}, list[Part]()
        for row in range(ROWS):
            condition, values = unchanged("v", read.get(row, 0))
            named = {_attribute(cell): number for cell, number in cells.items() if number} if not row else {}
            item = {**keys.minute(*minute, row), **named, "v": read.get(row, 0) + 1, "at_s": minute.minute_s}
            parts.append(self._table.put("statistics", item, condition, **values))
        return [*parts, self.mark(minute.campaign_id, minute.hour_s, 0)] if is_late else parts

    # Refusals

    def add_refused(self, batch_id: str, minute_s: int, row: int, counts: Mapping[tuple[int, str], int]) -> None:
        """More refusals by second and cause."""
        named = {f"{second:02}{cause}": number for (second, cause), number in counts.items()}
        at_s = minute_s + max(second for second, _ in counts)
        self._spike.send(self._added(keys.seconds(batch_id, minute_s, row, keys.REFUSED), named, at_s))


@dataclass(slots=True)
class Seconds:
    """A batch's minute: by second of the minute, the packs claimed, and the refusals by cause."""

    claims: dict[int, int] = field(default_factory=dict)
    refused: dict[int, dict[str, int]] = field(default_factory=dict)
    claims_as_of_s: int = 0
    refused_as_of_s: int = 0

    def take(self, item: Item) -> None:
        """One row more."""
        numbers = {name: sure(number, int) for name, number in item.items() if name[:1].isdigit()}
        if item["sk"] == keys.CLAIMED:
            self.claims_as_of_s = max(self.claims_as_of_s, sure(item["at_s"], int))
            for name, number in numbers.items():
                self.claims[int(name)] = self.claims.get(int(name), 0) + number
            return
        self.refused_as_of_s = max(self.refused_as_of_s, sure(item["at_s"], int))
        for name, number in numbers.items():
            causes = self.refused.setdefault(int(name[:2]), {})
            causes[name[2:]] = causes.get(name[2:], 0) + number


def _number(item: Item) -> str:
    return sure(item["counted_to"], str)


def _row(item: Item) -> StoredRow:
    return StoredRow(*keys.hour_minute_row(item["sk"]), sure(item["v"], int), _counts(item).cells)


def _row_of_minute(item: Item) -> tuple[tuple[int, int, int], Counts]:
    return keys.hour_minute_row(item["sk"]), _counts(item)


def _through(item: Item) -> int:
    return sure(item["through_s"], int)


def _attribute(cell: Cell) -> str:
    return f"{_FLOWS[cell.flow]}{_DIMENSIONS[cell.dimension]}{cell.name}"


def _counts(item: Item) -> Counts:
    counts = Counts(as_of_s=sure(item["at_s"], int))
    for name, number in item.items():
        if name[0] in _FLOW_OF:
            counts.cells[Cell(_FLOW_OF[name[0]], _DIMENSION_OF[name[1:2]], name[2:])] = sure(number, int)
    return counts
