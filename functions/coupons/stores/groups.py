"""Groups of members, who alone may claim some batches (table `catalog`). An exclusive group of batches is not one.

| access | request | units |
|---|---|---|
| is a person in a group | GetItem | half a read unit |
| which of these are or were in it | BatchGetItem, strong, 100 a request | 1 read unit each |
| in which of these a person is | BatchGetItem, strong, 100 a request | 1 read unit each |
| new members with their count | one transaction of at most 99 members | 2 each |
| readmit, remove | BatchWriteItem, 25 a request | 1 each |

The group's own item counts all people who were ever admitted (`entitled`). The item of a removed member stays, with a
mark, so that the count is exact and only grows. `fits` holds the quantity of each published batch that grants to the
whole group without stock; no transaction may let `entitled` grow above the smallest. `version` counts the changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from coupons.model.batches import PublishedBatch
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import fields_of, reader

ADMITTED_AT_ONCE = 99
"""A transaction holds 100 items; one is the group's."""


@dataclass(frozen=True, slots=True)
class Group:
    entitled: int = 0
    version: int = 0
    fits: dict[str, int] = field(default_factory=dict)


class Groups:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def get(self, group_id: str) -> Group:
        """Strongly consistent; an unknown group is empty."""
        return self._table.get(keys.group(group_id), reader(Group), consistent=True) or Group()

    def is_member(self, group_id: str, person: bytes) -> bool:
        return self._table.get(keys.member(group_id, person), _is_in, consistent=False) or False

    def known(self, group_id: str, persons: Sequence[bytes]) -> dict[bytes, bool]:
        """Those of `persons` who are, or were, members; True if they are."""
        items = self._table.items([keys.member(group_id, person) for person in persons], consistent=True)
        return {keys.person_of(item["sk"]): _is_in(item) for item in items}

    def of_person(self, group_ids: Iterable[str], person: bytes) -> frozenset[str]:
        """Those of the groups that the person is in, read strongly: an entry in a draw keeps what was found."""
        asked = {keys.place_of(keys.member(group_id, person)): group_id for group_id in group_ids}
        items = self._table.items([keys.Key(pk=place.pk, sk=place.sk) for place in asked], consistent=True)
        return frozenset(asked[keys.place_of(item)] for item in items if _is_in(item))

    def admit(self, group_id: str, group: Group, persons: Sequence[bytes]) -> None:
        """Up to 99 persons never seen before become members and are counted, all or none.

        Raises TransactionFailed: of the `group` if it changed since it was read, and of each `member` (`which` is the
        person) who was seen before.
        """
        grown = replace(group, entitled=group.entitled + len(persons))
        members = [
            self._table.put("member", keys.member(group_id, person), "attribute_not_exists(pk)").of(person)
            for person in persons
        ]
        self._table.dynamo.transact([self._part(group_id, group, grown), *members])

    def readmit(self, group_id: str, persons: Sequence[bytes]) -> None:
        """These former members are members again; they were counted before. Idempotent."""
        self._table.put_all(keys.member(group_id, person) for person in persons)

    def remove(self, group_id: str, persons: Sequence[bytes]) -> None:
        """They are no longer members, and stay counted. Idempotent."""
        self._table.put_all({**keys.member(group_id, person), "removed": True} for person in persons)

    def granting(self, group_id: str, read: Group, batch_id: str, quantity: int) -> Part:
        """A transaction part: `batch_id` has `quantity` packs for the whole group, which has not grown since."""
        return self._part(group_id, read, replace(read, fits={**read.fits, batch_id: quantity}))

    def raising(self, batch: PublishedBatch, quantity: int) -> list[Part]:
        """Transaction parts that let the group grow to `quantity`, if the published batch grants to all of it."""
        group_id = batch.document.eligibility.group_id
        if batch.from_stock or batch.document.mode != "granted" or group_id is None:
            return []
        return [self.granting(group_id, self.get(group_id), batch.batch_id, quantity)]

    def _part(self, group_id: str, read: Group, new: Group) -> Part:
        """A transaction part: `new` in place of the group that was `read`."""
        item = {**keys.group(group_id), **fields_of(replace(new, version=read.version + 1))}
        condition, values = unchanged("version", read.version)
        return self._table.put("group", item, condition, **values)


def _is_in(item: Item) -> bool:
    return not item.get("removed", False)
