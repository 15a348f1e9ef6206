"""Who is in a slot after each change, and that nobody overtakes, is there twice, or moves up where no place is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coupons.model.slot_records import SlotRecord

PEOPLE = [bytes([number]) * 16 for number in range(5)]
A, B, C, D, E = PEOPLE


def test_who_gives_a_place_back_lets_the_first_in_line_in() -> None:
    """By rank, and the place is given by the version of the same write."""
    full = SlotRecord(2, 5, booked={A: 1, B: 2}, waiting={D: 5, C: 4})
    left = full.without(A, promotes=True)
    assert (left.version, left.booked, left.waiting) == (6, {B: 2, C: 6}, {D: 5})


def test_who_only_waits_frees_no_place() -> None:
    """Leaving the list moves nobody up."""
    left = SlotRecord(1, 3, booked={A: 1}, waiting={B: 2, C: 3}).without(B, promotes=True)
    assert (left.booked, left.waiting) == ({A: 1}, {C: 3})


def test_after_the_last_moment_nobody_moves_up() -> None:
    """The place stays free for who books it."""
    left = SlotRecord(1, 2, booked={A: 1}, waiting={B: 2}).without(A, promotes=False)
    assert (left.booked, left.waiting) == ({}, {B: 2})


def test_in_a_cancelled_slot_nobody_moves_up() -> None:
    """Who was in it can leave, and all others stay as they were."""
    off = SlotRecord(1, 2, booked={A: 1}, waiting={B: 2}).called_off("rain")
    assert (off.state_of(A), off.state_of(B), off.state_of(C)) == ("cancelled", "cancelled", None)
    assert off.without(A, promotes=True).booked == {}
    assert off.with_units(5, promotes=True).booked == {A: 1}


def test_more_places_are_for_who_waits_and_fewer_for_nobody() -> None:
    """In the order of the line; who is booked stays, and then two have to leave before one moves up."""
    record = SlotRecord(1, 4, booked={A: 1}, waiting={B: 2, C: 3, D: 4})
    more = record.with_units(3, promotes=True)
    assert (more.booked, more.waiting) == ({A: 1, B: 5, C: 5}, {D: 4})
    fewer = more.with_units(2, promotes=True)
    assert fewer.booked == more.booked
    assert fewer.without(A, promotes=True).booked == {B: 5, C: 5}
    assert set(fewer.without(A, promotes=True).without(B, promotes=True).booked) == {C, D}


def test_a_place_in_line_is_counted_from_one() -> None:
    """By rank; who is booked has none."""
    record = SlotRecord(1, 5, booked={A: 1}, waiting={C: 3, D: 5, B: 2})
    assert [record.place_in_line(person) for person in (A, B, C, D)] == [None, 1, 2, 3]


CHANGE = st.tuples(
    st.sampled_from(["book", "join", "leave", "units", "off"]), st.sampled_from(PEOPLE), st.integers(0, 3)
)


@given(st.lists(CHANGE, max_size=40), st.booleans())
def test_no_order_of_changes_overbooks_or_overtakes(changes: list[tuple[str, bytes, int]], promotes: bool) -> None:
    """Nobody is in a slot twice, nobody new gets a place past the units, and who moves up is the first in line."""
    record = SlotRecord(2)
    for what, person, units in changes:
        before = record
        is_in = record.state_of(person) is not None
        if what == "book" and not is_in and record.cancelled is None and not record.refuses(promotes=promotes):
            record = record.with_place(person)
        elif what == "join" and not is_in and record.cancelled is None and record.refuses(promotes=promotes):
            record = record.joined(person)
        elif what == "leave" and is_in:
            record = record.without(person, promotes=promotes)
        elif what == "units":
            record = record.with_units(units, promotes=promotes)
        elif what == "off" and units == 0:
            record = record.called_off("rain")
        else:
            continue
        assert record.version == before.version + 1
        assert not set(record.booked) & set(record.waiting)
        came = set(record.booked) - set(before.booked)
        assert not came or len(record.booked) <= record.units
        moved = [rank for who, rank in before.waiting.items() if who in came]
        stayed = list(record.waiting.values())
        assert not moved or not stayed or max(moved) < min(stayed)
        if promotes and record.cancelled is None:
            assert record.is_full or not record.waiting, "a place is free and somebody waits for it"
