"""Slots and diaries: each clause of each condition refuses what it is there for, alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.damage import Damaged
from coupons.model.diaries import Diary, Span
from coupons.model.slot_records import CheckInMark, SlotRecord
from coupons.stores import slot_keys
from coupons.stores.diaries import Diaries
from coupons.stores.slots import Slots
from tests.court import NOW_S, a_slot, bookable, facility
from tests.world import KEYS, World

ANN, BOB, CYD = (KEYS.person(name) for name in ("ann", "bob", "cyd"))
SLOT = a_slot()
ONE = SlotRecord(2, version=1, key_version=1, changed_at_s=NOW_S, booked={BOB: 1})
"""Bob is booked, and one place is left."""


@pytest.fixture
def slots(world: World) -> Slots:
    return world.services.slots


@pytest.fixture
def diaries(world: World) -> Diaries:
    return world.services.diaries


def put(slots: Slots, record: SlotRecord) -> None:
    """The record as it is, over the one that is there."""
    assert slots.tries(slots.replace(SLOT, slots.get(SLOT), record, NOW_S))


def book(slots: Slots, *, promotes: bool = True, key_version: int = 1) -> SlotRecord | None:
    """Ann books; None if that is refused by what the slot is."""
    before = slots.get(SLOT)
    if slots._table.dynamo.tries([slots.book(SLOT, ANN, key_version, NOW_S, promotes=promotes)]):
        return slots.get(SLOT)
    assert slots.get(SLOT) == before
    return None


def test_a_slot_without_an_item_has_the_places_of_the_programme(slots: Slots) -> None:
    """Its first booking writes them, with the key of its ids and the moment."""
    assert slots.get(SLOT) == SlotRecord(2)
    assert book(slots) == SlotRecord(2, 1, 1, NOW_S, booked={ANN: 1})
    more = a_slot(of=bookable(facilities=[facility(units=8)]))
    assert slots.get(more).units == 2, "what the item says is the truth"


def test_a_booking_takes_one_place(slots: Slots) -> None:
    """The last one, with the slot's next version, whatever other people booked since it was read."""
    put(slots, ONE)
    assert book(slots) == replace(ONE, version=2, booked={BOB: 1, ANN: 2})


@pytest.mark.parametrize(
    "record",
    [
        replace(ONE, booked={ANN: 1}),  # in it
        replace(ONE, booked={}, cancelled="rain"),
        replace(ONE, units=1),
        replace(ONE, units=0, booked={}),
        replace(ONE, waiting={CYD: 1}),  # more places came, and who waits has not moved up
        replace(ONE, key_version=2),
    ],
)
def test_a_booking_is_refused(slots: Slots, record: SlotRecord) -> None:
    """By who is in the slot, its cancellation, its places, who waits, and its key; the slot stays as it is."""
    put(slots, record)
    assert book(slots) is None


def test_who_waits_is_not_booked_as_somebody_new(slots: Slots) -> None:
    """Also when the list has no force: they would be in the slot twice."""
    put(slots, replace(ONE, waiting={ANN: 1}))
    assert book(slots, promotes=False) is None


def test_a_list_without_force_holds_nobody_back(slots: Slots) -> None:
    """Who is quick gets the free place, and who waits still does; a full slot stays full."""
    put(slots, replace(ONE, waiting={CYD: 1}))
    assert book(slots, promotes=False) == replace(ONE, version=2, booked={BOB: 1, ANN: 2}, waiting={CYD: 1})
    put(slots, replace(slots.get(SLOT), booked={BOB: 1, CYD: 2}, waiting={}))
    assert book(slots, promotes=False) is None


def test_what_is_put_is_read(slots: Slots) -> None:
    """Every field of a record, from its item."""
    whole = SlotRecord(3, 5, 2, NOW_S, {ANN: 1, BOB: 4}, {CYD: 3}, {BOB: CheckInMark(b"order", 7)}, "rain", 3)
    put(slots, whole)
    assert slots.get(SLOT) == whole
    assert slots.get_many([SLOT.name, a_slot("1000").name]) == {SLOT.slot_id: whole}
    assert slots.of_day(("court", SLOT.name.day)) == {"0900": whole}


@pytest.mark.parametrize("read", [SlotRecord(2), replace(ONE, version=2)])
def test_a_change_is_of_the_record_that_was_read(slots: Slots, read: SlotRecord) -> None:
    """Nobody else wrote the slot since, not even its first write."""
    put(slots, ONE)
    assert not slots.tries(slots.replace(SLOT, read, replace(ONE, version=3, booked={}), NOW_S))
    assert slots.get(SLOT) == ONE


def test_a_change_is_of_a_slot_that_is_there(slots: Slots) -> None:
    """A record that was read and is gone is not written again."""
    assert not slots.tries(slots.replace(SLOT, ONE, replace(ONE, version=2), NOW_S))
    assert slots.get(SLOT) == SlotRecord(2)


@pytest.mark.parametrize("change", [{"taken": 2}, {"waiting": 1}, {"p:short": 1}, {"v": "1"}, {"p:AAAA": "1"}])
def test_a_slot_that_counts_other_people_is_damaged(slots: Slots, world: World, change: dict[str, object]) -> None:
    """Its numbers are those of the people in it."""
    put(slots, ONE)
    table = world.services.slots._table
    item = table.get(slot_keys.slot(*SLOT.name), lambda item: item, consistent=True)
    assert item
    table.put_all([item | change])
    with pytest.raises(Damaged):
        slots.get(SLOT)


def test_a_diary_is_the_one_that_was_read(diaries: Diaries) -> None:
    """Each write raises its version, and one on another version is refused; so is a first one after the first."""
    read = diaries.get("season", ANN)
    assert read == Diary()
    booked = read.with_slot(SLOT)
    assert diaries.tries(diaries.replace("season", ANN, read, booked))
    stored = diaries.get("season", ANN)
    assert stored == Diary(1, {SLOT.slot_id: Span(SLOT.starts_at_s, SLOT.ends_at_s)})
    assert not diaries.tries(diaries.replace("season", ANN, read, Diary()))
    assert not diaries.tries(diaries.replace("season", ANN, replace(stored, version=2), Diary()))
    assert diaries.get("season", ANN) == stored
    struck = replace(stored, strikes={SLOT.slot_id: NOW_S})
    assert diaries.tries(diaries.replace("season", ANN, stored, struck))
    assert diaries.get("season", ANN) == replace(struck, version=2)


def test_diaries_are_apart_by_campaign_and_person(diaries: Diaries) -> None:
    """And those of several campaigns are read at once."""
    for campaign_id, person in (("season", ANN), ("other", ANN), ("season", BOB)):
        assert diaries.tries(diaries.replace(campaign_id, person, Diary(), Diary().with_slot(SLOT)))
    assert len(diaries.of_person(["season", "other", "third"], ANN)) == 2
