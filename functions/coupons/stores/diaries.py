"""Diaries (table `claims`): the slots that a person is in, by campaign.

| access | request | units |
|---|---|---|
| read | GetItem, strong | 1 read unit |
| of several campaigns, of several people | BatchGetItem, strong | 1 read unit each |
| change | part of a transaction with the slot | 2 |
| a strike | part of a transaction with a check of the slot | 2, and 2 each KB of the slot |
| excuse a strike, raise its version | PutItem | 1 |

`v`: the version, which every write raises; `s`: start and end by slot; `x`: by missed slot, when it began; `e`: those
that are excused. A diary is never deleted while its campaign is live: without its version, a late copy of an old
request would be applied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from coupons.damage import Damaged, UnlikeError
from coupons.model.diaries import Diary, Span
from coupons.model.slots import SlotName
from coupons.stores import keys, slot_keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import amounts, sure


class Diaries:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def get(self, campaign_id: str, person: bytes) -> Diary:
        """Strongly consistent; an empty one if there is none. Raises Damaged."""
        return self._table.get(slot_keys.diary(campaign_id, person), _diary, consistent=True) or Diary()

    def of_person(self, campaign_ids: Iterable[str], person: bytes) -> list[Diary | Damaged]:
        """Those of several campaigns that are there, in no order. Strongly consistent."""
        items = self._table.items(
            [slot_keys.diary(campaign_id, person) for campaign_id in campaign_ids], consistent=True
        )
        return list(self._table.values(items, _diary))

    def of_people(self, campaign_id: str, people: Iterable[bytes]) -> dict[bytes, Diary | Damaged]:
        """By person, strongly consistent; an empty one where there is none."""
        found: dict[bytes, Diary | Damaged] = dict.fromkeys(people, Diary())
        items = self._table.items([slot_keys.diary(campaign_id, person) for person in found], consistent=True)
        for item, diary in zip(items, self._table.values(items, _diary), strict=True):
            found[keys.person_named(item["sk"])] = diary
        return found

    def replace(self, campaign_id: str, person: bytes, read: Diary, new: Diary) -> Part:
        """A part: `new` in place of the diary that was `read`, if that is still the one. Its version is one higher.

        Guarded by tests/store/stores/test_slots.py::test_a_diary_is_the_one_that_was_read.
        """
        written = replace(new, version=read.version + 1)
        fields: Item = {"v": written.version, "s": dict(written.slots), "x": dict(written.strikes)}
        if written.excused:
            fields["e"] = sorted(written.excused)
        condition, values = unchanged("v", read.version)
        return self._table.put("diary", {**slot_keys.diary(campaign_id, person), **fields}, condition, **values)

    def tries(self, part: Part) -> bool:
        """The part is applied, alone; False if its condition refused it."""
        return self._table.tries(part)


def _diary(item: Item) -> Diary:
    slots = {name: Span(*(sure(moment, int) for moment in span)) for name, span in sure(item["s"], dict).items()}
    if not all(map(SlotName.of, slots)):
        raise UnlikeError("names what is no slot")
    excused = frozenset(sure(item.get("e", []), list))
    strikes = amounts(item["x"])
    if not excused <= strikes.keys():
        raise UnlikeError("excuses what is no strike")
    return Diary(sure(item["v"], int), slots, strikes, excused)
