"""The due list (table `catalog`): the batches and campaigns of which something is still due; `model/due_list.py`.

| access | request | units |
|---|---|---|
| what is due, and all time zones | Query `DUE` | half a read unit each 4 KB, of 20 lines |
| a batch is published, or its line is written anew | parts of that transaction: line, campaign, zone | 2 each |
| which draws are due | Query `DUE`, `DRAW#` | half a read unit |
| a draw is done | DeleteItem | 1 |
| a batch is due again | UpdateItem, or a part | 1, or 2 |
| a batch is done | two parts of the transaction that gives its rest | 2 each |
| a campaign leaves with its batches | one transaction | 2 a line |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.due_list import DueCampaign, DueCheck, DueLine, DueList, rest_day
from coupons.stores import due_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table
from coupons.stores.values import reader, sure

T = TypeVar("T")


class DueListStore:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def read(self, *, consistent: bool = False) -> DueList:
        """All of it. Damaged lines are among the `unsure`, and told in `damaged`."""
        by_kind: dict[str, dict[str, Item]] = {}
        for item in self._table.query(keys.DUE, consistent=consistent):
            kind, _, name = item["sk"].partition("#")
            by_kind.setdefault(f"{kind}#", {})[name] = item
        damaged: list[Damaged] = []
        batches, unsure = self._sound(by_kind.get(keys.BATCH, {}), _line, damaged)
        campaigns, unsure_campaigns = self._sound(by_kind.get(keys.CAMPAIGN, {}), _campaign, damaged)
        check, _ = self._sound(by_kind.get(keys.CHECK, {}), _check, damaged)
        zones = frozenset(by_kind.get(keys.ZONE, {}))
        return DueList(batches, unsure, campaigns, unsure_campaigns, zones, check.get("", DueCheck()), damaged=damaged)

    def _sound(
        self, items: dict[str, Item], make: Callable[[Item], T], damaged: list[Damaged]
    ) -> tuple[dict[str, T], list[str]]:
        """What can be read, and the names of the others; a line that has nothing but its state is not damaged."""
        found = dict(zip(items, self._table.values(items.values(), make), strict=True))
        damaged += [one for name, one in found.items() if isinstance(one, Damaged) and not items[name].keys() <= _BARE]
        sound = {name: one for name, one in found.items() if not isinstance(one, Damaged)}
        return sound, [name for name in found if name not in sound]

    def entering(
        self, batch: PublishedBatch, last_expiry_s: int, ends_at_s: int, because: str, now_s: int
    ) -> list[Part]:
        """Transaction parts: the batch is due, its campaign ends at `ends_at_s`, its time zone is known for good.

        The draw of a lottery is due apart: it may be done later than the batch.
        """
        facts = {"campaign_id": batch.campaign_id, "number": batch.number, "claim_key": batch.claim_key}
        facts |= {"buckets": batch.buckets, "last_expiry_s": last_expiry_s, "pays_venues": batch.pays_venues}
        line = {**keys.due_batch(batch.batch_id), **facts, "done": False, "rest_day": rest_day(now_s)}
        return [
            self._table.put("due batch", line),
            self.ending(batch.campaign_id, ends_at_s, because),
            self.knowing(batch.timezone),
            *([self._table.put("due draw", keys.due_draw(batch.batch_id))] if batch.draw else []),
        ]

    def ending(self, campaign_id: str, ends_at_s: int, because: str) -> Part:
        """A transaction part: the campaign is in the list, with this end. No two have the same `because`."""
        return self._table.put(
            "due campaign", {**keys.due_campaign(campaign_id), "ends_at_s": ends_at_s, "because": because}
        )

    def knowing(self, timezone: str) -> Part:
        """A part: days of this time zone are closed by its midnight too."""
        return self._table.put("zone", keys.due_zone(timezone))

    def draws(self) -> list[str]:
        """The lotteries whose draw is not done, read strongly."""
        lines = self._table.query(keys.DUE, keys.DRAW, consistent=True)
        return [line["sk"].removeprefix(keys.DRAW) for line in lines]

    def draw_done(self, batch_id: str) -> None:
        """Nothing is due of the draw any more, for good."""
        self._table.send(self._table.delete("due draw", keys.due_draw(batch_id)))

    def again(self, batch_id: str, now_s: int) -> Part:
        """A part: the batch is due, whatever it was. If it had left, its line lacks its facts until the next tick."""
        update = "SET done = :no, rest_day = :day"
        return self._table.update("due batch", keys.due_batch(batch_id), update, no=False, day=rest_day(now_s))

    def list_again(self, batch_id: str, now_s: int) -> None:
        """The same, alone."""
        self._table.send(self.again(batch_id, now_s))

    def done(self, batch_id: str, through: str, now_s: int) -> list[Part]:
        """Transaction parts: nothing is due of the batch, if no day after `through` has lines that were added up.

        Guarded by tests/store/schedule/test_due_again.py::test_a_day_that_is_closed_meanwhile_keeps_the_batch_due.
        """
        key, condition = keys.due_batch(batch_id), "done = :no AND rest_day <= :through"
        values = {"yes": True, "no": False, "through": through}
        return [self._table.update("due batch", key, "SET done = :yes", condition, **values), self._noting(now_s)]

    def leave(self, campaign_id: str, read: DueCampaign, batch_ids: Iterable[str], now_s: int) -> bool:
        """The campaign leaves with its batches, all done; False if one is due again, or it was listed anew since.

        Guarded by tests/store/schedule/test_due_list.py::test_a_campaign_does_not_leave.
        """
        of_campaign = {"end": read.ends_at_s, "because": read.because}
        condition = "ends_at_s = :end AND because = :because"
        return self._table.dynamo.tries(
            [
                self._table.delete("due campaign", keys.due_campaign(campaign_id), condition, **of_campaign),
                *(self._table.delete("due batch", keys.due_batch(name), "done = :yes", yes=True) for name in batch_ids),
                self._noting(now_s),
            ]
        )

    def checked(self, read: DueCheck, now_s: int) -> bool:
        """The list was compared with the index; False if something was done or left meanwhile.

        Guarded by tests/store/schedule/test_due_list_repairs.py::test_what_leaves_meanwhile_is_compared_again.
        """
        left_at_s = min(read.left_at_s or now_s, now_s)
        condition, values = "attribute_not_exists(left_at_s)", {}
        if read.left_at_s:
            condition, values = "left_at_s = :read", {"read": read.left_at_s}
        update = "SET checked_at_s = :now, left_at_s = :left"
        return self._table.tries(
            self._table.update("due check", keys.due_check(), update, condition, now=now_s, left=left_at_s, **values)
        )

    def put_zones(self, timezones: Iterable[str]) -> None:
        for timezone in timezones:
            self._table.send(self.knowing(timezone))

    def _noting(self, now_s: int) -> Part:
        """A clock that is set back before this moment has the list compared with the index."""
        return self._table.update("due check", keys.due_check(), "SET left_at_s = :now", now=now_s)


_BARE = {"pk", "sk", "done", "rest_day", "last_expiry_s"}
"""What `again` and an extension write of a line that had left."""
_line = reader(DueLine, batch_id=lambda item: item["sk"].removeprefix(keys.BATCH))
_campaign = reader(DueCampaign)


def _check(item: Item) -> DueCheck:
    return DueCheck(sure(item.get("checked_at_s", 0), int), sure(item["left_at_s"], int))
