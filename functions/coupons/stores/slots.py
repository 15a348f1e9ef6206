"""Slot items (table `claims`): who is in a slot. One item is the truth about its places.

| access | request | units |
|---|---|---|
| book | part of a transaction with the diary | 2 each KB: about 30 people |
| wait, cancel, leave | the same, on the version that was read | 2 each KB |
| check in | part of a transaction with the order and its line, on the version that was read | 2 each KB |
| the venue cancels it, changes its units | PutItem on the version that was read | 1 each KB |
| one slot, several | GetItem, BatchGetItem, also together with others, strong | 1 read unit each |
| a facility's day | Query | half a read unit each 4 KB; the sweep's, strong: 1 |
| the sweep of its day | PutItem on the version that was read | 1 each KB |
| what is true while the slot is as it was read | part of a transaction with a diary | 2 each KB |

| attribute | is |
|---|---|
| `cap`, `taken`, `waiting` | places, people booked, people who wait |
| `p:<person>` | the version that gave this person their place |
| `w:<person>` | the rank of this person on the waiting list: the version that put them there |
| `c:<person>` | this person used their place: the key of its order, and when |
| `v`, `a`, `k` | version, which every write raises; moment of the last write; version of the key that seals ids |
| `cancelled` | why the venue cancelled the slot |
| `missed` | how many who were booked did not come, once the day was swept |

An item does not exist before its slot's first write, and is never deleted: an audit reads it 90 days after the terms
of the batch that pays for it have ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coupons.damage import Damaged, UnlikeError
from coupons.model.slot_records import CheckInMark, SlotRecord
from coupons.model.slots import Slot, SlotName
from coupons.stores import keys, slot_keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.together import Wanted
from coupons.stores.values import sure

BOOKED, WAITING, CHECKED_IN = "p:", "w:", "c:"

_PLACE_LEFT = (
    "attribute_not_exists(#booked) AND attribute_not_exists(#waits) AND attribute_not_exists(cancelled)"
    " AND (attribute_not_exists(cap) OR taken < cap) AND (attribute_not_exists(k) OR k = :key)"
)
_NOBODY_WAITS = "(attribute_not_exists(waiting) OR waiting = :none)"


class Slots:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def get(self, slot: Slot) -> SlotRecord:
        """Strongly consistent; the programme's units where nothing was written yet. Raises Damaged."""
        found = self._table.get(slot_keys.slot(*slot.name), record_of, consistent=True)
        return found or SlotRecord(slot.of.units)

    def wanted(self, slot: Slot) -> Wanted[SlotRecord]:
        """The same item; it is absent where nothing was written yet."""
        return self._table.wanted(slot_keys.slot(*slot.name), record_of)

    def get_many(self, names: Iterable[SlotName]) -> dict[str, SlotRecord | Damaged]:
        """By `slot_id`, strongly consistent; those without an item are left out."""
        items = self._table.items([slot_keys.slot(*name) for name in names], consistent=True)
        found = self._table.values(items, record_of)
        return {
            SlotName(*slot_keys.slot_named(item)).slot_id: record for item, record in zip(items, found, strict=True)
        }

    def of_day(self, facility_day: tuple[str, str], *, consistent: bool = False) -> dict[str, SlotRecord | Damaged]:
        """By `hhmm`: each slot of a facility's day that has an item, as a replica knows it if not `consistent`."""
        items = list(self._table.query(slot_keys.slots_of_day(*facility_day), consistent=consistent))
        found = self._table.values(items, record_of)
        return {item["sk"]: record for item, record in zip(items, found, strict=True)}

    def book(self, slot: Slot, person: bytes, key_version: int, now_s: int, *, promotes: bool) -> Part:
        """A transaction part: the person has a place. `promotes`: the waiting list has force, so nobody may wait.

        Refused to who is in the slot, by a cancelled slot, without a free place, past people who wait, and by a slot
        whose ids another key seals. Its version is no condition: bookings of other people do not refuse this one.

        Guarded by tests/store/stores/test_slots.py::test_a_booking_is_refused.
        """
        update = (
            "SET #booked = if_not_exists(v, :none) + :one, v = if_not_exists(v, :none) + :one,"
            " taken = if_not_exists(taken, :none) + :one, waiting = if_not_exists(waiting, :none),"
            " cap = if_not_exists(cap, :cap), k = if_not_exists(k, :key), a = :now"
        )
        condition = f"{_PLACE_LEFT} AND {_NOBODY_WAITS}" if promotes else _PLACE_LEFT
        values = {"none": 0, "one": 1, "cap": slot.of.units, "key": key_version, "now": now_s}
        part = self._table.update("slot", slot_keys.slot(*slot.name), update, condition, **values)
        name = keys.person_text(person)
        return part.naming(booked=BOOKED + name, waits=WAITING + name)

    def replace(self, slot: Slot, read: SlotRecord, new: SlotRecord, now_s: int) -> Part:
        """A part: `new` in place of the record that was `read`, if that is still the one; changed now.

        Guarded by tests/store/stores/test_slots.py::test_a_change_is_of_the_record_that_was_read.
        """
        condition, values = unchanged("v", read.version)
        item = {**slot_keys.slot(*slot.name), **_fields(new), "a": now_s}
        return self._table.put("slot", item, condition, **values)

    def still(self, slot: Slot, read: SlotRecord) -> Part:
        """A part: nothing wrote the slot since it was read.

        Guarded by tests/store/schedule/test_no_shows.py::test_a_strike_is_of_the_slot_as_it_was_read.
        """
        condition, values = unchanged("v", read.version)
        return self._table.check("slot", slot_keys.slot(*slot.name), condition, **values)

    def damaged(self, name: SlotName, reason: str) -> Damaged:
        """That this slot's item cannot be true."""
        return Damaged(self._table.name, reason=reason, **slot_keys.slot(*name))

    def check_in(self, slot: Slot, read: SlotRecord, person: bytes, mark: CheckInMark) -> Part:
        """A transaction part: the person used their place, in the record that was `read`, if that is still the one.

        Guarded by tests/store/till/test_check_ins.py::test_a_mark_is_made_in_the_record_that_was_read.
        """
        update = "SET #mark = :mark, v = v + :one, a = :now"
        values = {"mark": list(mark), "one": 1, "now": mark.at_s, "read": read.version}
        part = self._table.update("slot", slot_keys.slot(*slot.name), update, "v = :read", **values)
        return part.naming(mark=CHECKED_IN + keys.person_text(person))

    def tries(self, part: Part) -> bool:
        """The part is applied, alone; False if its condition refused it."""
        return self._table.tries(part)


def _fields(record: SlotRecord) -> Item:
    fields: Item = {
        "cap": record.units,
        "taken": len(record.booked),
        "waiting": len(record.waiting),
        "v": record.version,
        "k": record.key_version,
        **{f"{BOOKED}{keys.person_text(person)}": version for person, version in record.booked.items()},
        **{f"{WAITING}{keys.person_text(person)}": rank for person, rank in record.waiting.items()},
        **{f"{CHECKED_IN}{keys.person_text(person)}": list(mark) for person, mark in record.checked_in.items()},
    }
    known = {"cancelled": record.cancelled, "missed": record.missed}
    return fields | {name: value for name, value in known.items() if value is not None}


def record_of(item: Item) -> SlotRecord:
    booked, waiting = _people(item, BOOKED), _people(item, WAITING)
    if (len(booked), len(waiting)) != (item["taken"], item["waiting"]):
        raise UnlikeError("counts other people than it names")
    return SlotRecord(
        units=item["cap"],
        version=item["v"],
        key_version=item["k"],
        changed_at_s=item["a"],
        booked=booked,
        waiting=waiting,
        checked_in={person: _mark(item[name]) for person, name in _names(item, CHECKED_IN).items()},
        cancelled=item.get("cancelled"),
        missed=item.get("missed"),
    )


def _people(item: Item, prefix: str) -> dict[bytes, int]:
    return {person: sure(item[name], int) for person, name in _names(item, prefix).items()}


def _mark(stored: Any) -> CheckInMark:
    order, at_s = sure(stored, list)
    return CheckInMark(sure(order, bytes), sure(at_s, int))


def _names(item: Item, prefix: str) -> dict[bytes, str]:
    """By person: the attribute named after them."""
    return {keys.person_named(name.removeprefix(prefix)): name for name in item if name.startswith(prefix)}
