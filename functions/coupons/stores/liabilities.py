"""What the points of a program come to (table `catalog`), counted from the stream of `points` in 8 rows.

| access | request | units |
|---|---|---|
| count a part of a shard's records | a part of the transaction of `statistics.py` | 2 each KB |
| a program's sums | Query of its rows | half a read unit each 4 KB; strong twice that |
| replace them by a recount | a transaction of its rows | 2 each KB |

A shard always adds to the same row, so that shards counted side by side seldom meet. A row's attributes are the sums of
`PointsSums` by their names, and `e<second>` for the points that end then.
"""

from __future__ import annotations

from collections.abc import Mapping

from coupons.model.points_sums import PointsSums
from coupons.stores import statistics_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.statistics import ROWS
from coupons.stores.table import Table, unchanged
from coupons.stores.values import sure

_SUMS = ("debt", "earned", "spent", "expired", "entries", "volume")
_ENDS = "e"


class Liabilities:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def add(self, program_id: str, row: int, sums: PointsSums) -> Part:
        """A transaction part: more in a row of the program."""
        named = numbers_of(sums)
        places = {str(place): name for place, name in enumerate(sorted(named))}
        update = "ADD v :one" + "".join(f", #{place} :{place}" for place in places)
        numbers = {place: named[name] for place, name in places.items()}
        key = keys.points_row(program_id, row)
        if not sums.as_of_s:
            return self._table.update("statistics", key, update, one=1, **numbers).naming(**places)
        update = f"SET at_s = :at {update}"
        return self._table.update("statistics", key, update, at=sums.as_of_s, one=1, **numbers).naming(**places)

    def sums(self, program_id: str, *, consistent: bool) -> PointsSums:
        """All that was counted of the program."""
        return self.rows(program_id, consistent=consistent)[0]

    def rows(self, program_id: str, *, consistent: bool = True) -> tuple[PointsSums, dict[int, int]]:
        """The same, and by row how often it was written."""
        whole, writes = PointsSums(), dict[int, int]()
        pk, prefix = keys.points_rows(program_id)
        for item in self._table.query(pk, prefix, consistent=consistent):
            whole.take(self._table.value(item, _sums))
            writes[int(item["sk"].removeprefix(prefix))] = sure(item["v"], int)
        return whole, writes

    def replacing(self, program_id: str, sums: PointsSums, writes: Mapping[int, int]) -> list[Part]:
        """A transaction: the rows come to `sums`, if they are those that were read.

        Guarded by tests/store/points/test_points_recount.py::test_rows_that_changed_are_not_replaced.
        """
        parts = []
        for row in range(ROWS):
            condition, values = unchanged("v", writes.get(row, 0))
            named = {**numbers_of(sums), "at_s": sums.as_of_s} if not row else {}
            item = {**keys.points_row(program_id, row), **named, "v": writes.get(row, 0) + 1}
            parts.append(self._table.put("statistics", item, condition, **values))
        return parts


def numbers_of(sums: PointsSums) -> Mapping[str, int]:
    """The attributes that change, by name: none that is 0."""
    own = {name: getattr(sums, name) for name in _SUMS}
    ends = {f"{_ENDS}{ends_at_s}": points for ends_at_s, points in sums.lots.items()}
    return {name: number for name, number in {**own, **ends}.items() if number}


def _sums(item: Item) -> PointsSums:
    sums = PointsSums(as_of_s=sure(item.get("at_s", 0), int))
    for name, number in item.items():
        if name in _SUMS:
            setattr(sums, name, sure(number, int))
        elif name.startswith(_ENDS) and name[1:].isdigit():
            sums.lots[int(name[1:])] = sure(number, int)
    return sums
