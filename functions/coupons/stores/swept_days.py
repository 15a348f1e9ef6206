"""Which days of a campaign's facilities were swept (table `catalog`).

| access | request | units |
|---|---|---|
| what is swept | GetItem, Query of the marks after it, strong | 1 read unit, and 1 each 4 KB |
| a facility's day is swept | PutItem | 1 |
| all facilities' are; the clock was set back | PutItem, on what was read | 1 |
"""

from __future__ import annotations

from coupons.model.swept_days import FacilityDay, SweptDays
from coupons.stores import programme_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table, unchanged
from coupons.stores.values import sure


class SweptDayStore:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def read(self, campaign_id: str) -> SweptDays:
        """Strongly consistent. Raises Damaged."""
        head = self._table.get(keys.swept(campaign_id), _head, consistent=True) or SweptDays()
        prefix = keys.swept_marks(head.round)
        after = f"{prefix}{head.through}~" if head.through else ""
        pk = keys.swept(campaign_id)["pk"]
        items = self._table.query(pk, prefix, consistent=True, after=after)
        return head.with_marks(frozenset(FacilityDay(*keys.swept_mark_named(item["sk"])) for item in items))

    def mark(self, campaign_id: str, round_: int, one: FacilityDay, now_s: int) -> None:
        """A facility's day is swept; a repeat says the same."""
        self._table.send(self._table.put("swept day", {**keys.swept_mark(campaign_id, round_, *one), "at_s": now_s}))

    def replace(self, campaign_id: str, read: SweptDays, new: SweptDays) -> bool:
        """`new` is swept in place of what was read; False if another call was first.

        Guarded by tests/store/schedule/test_no_shows.py::test_what_is_swept_is_written_over_by_nobody.
        """
        fields = {"v": read.version + 1, "through": new.through, "round": new.round}
        condition, values = unchanged("v", read.version)
        return self._table.tries(
            self._table.put("swept days", {**keys.swept(campaign_id), **fields}, condition, **values)
        )


def _head(item: Item) -> SweptDays:
    return SweptDays(sure(item["v"], int), sure(item["through"], str), sure(item["round"], int))
