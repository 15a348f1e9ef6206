"""The one put of a lottery's booking: lost answers, and how late an attempt may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord, Entered
from coupons.stores.dynamodb import NoAnswer, NotApplied
from tests.store.faults import Faulty, answer_lost, request_lost, throttled
from tests.world import KEYS, World

ANN = KEYS.person("ann")
LONGEST = Entered(b"e" * 32, 32, 8, b"s" * 528)
"""Of 128 characters outside the basic plane."""


def booking(world: World, batch: PublishedBatch) -> BookingRecord:
    return BookingRecord(batch.number, world.now_s, LONGEST)


def test_an_entry_is_read_as_it_was_written(season: World, batch: PublishedBatch) -> None:
    """The first booking stands, whatever the second would have been."""
    bookings, first = season.services.bookings, booking(season, batch)
    assert bookings.enter(batch, ANN, first, lambda: True) is None
    other = first._replace(booked_at_s=1, entered=LONGEST._replace(weight=1))
    assert bookings.enter(batch, ANN, other, lambda: True) == bookings.get(batch, ANN) == first
    assert bookings.enter(batch, ANN, first, lambda: True) == first, "a repeat in the same second is one"


@pytest.mark.parametrize("age", [0, 1, 2])
def test_no_attempt_is_sent_when_the_request_is_old(season: World, batch: PublishedBatch, age: int) -> None:
    """Each attempt asks for its own, so a process that stood still sends nothing more."""
    faulty = Faulty(season.client, "put_item", request_lost, request_lost)
    bookings, young = season.new_services(client=faulty).bookings, iter([True] * age + [False])
    with pytest.raises(NoAnswer if age else NotApplied):
        bookings.enter(batch, ANN, booking(season, batch), lambda: next(young))
    assert (faulty.calls, bookings.get(batch, ANN)) == (age, None)


@pytest.mark.parametrize(
    ("faults", "raised"),
    [
        ((answer_lost,), None),
        ((request_lost, request_lost), None),
        ((throttled,), NotApplied),
        ((answer_lost, throttled), NoAnswer),
        ((request_lost, request_lost, request_lost), NoAnswer),
    ],
)
def test_a_lost_answer_of_an_entry(
    season: World, batch: PublishedBatch, faults: tuple[Callable[..., Any], ...], raised: type[Exception] | None
) -> None:
    """Its own booking that is found is no repeat; a throttled attempt says nothing about the one before it."""
    bookings = season.new_services(client=Faulty(season.client, "put_item", *faults)).bookings
    if raised is None:
        assert bookings.enter(batch, ANN, booking(season, batch), lambda: True) is None
        return
    with pytest.raises(raised):
        bookings.enter(batch, ANN, booking(season, batch), lambda: True)
