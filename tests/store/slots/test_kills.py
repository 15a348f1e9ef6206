"""A process that dies at any write leaves the slot and the diaries sound; the repeat ends as an undisturbed call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.court import offer, rule
from tests.store.faults import KilledError, Mortal
from tests.store.slots.conftest import Court
from tests.world import World

Act = Callable[[Court], object]
ACTS: dict[str, tuple[Act, object]] = {
    "book": (lambda court: court.book("ann"), "booked"),
    "wait": (lambda court: court.wait("eve"), "waiting 3"),
    "give back": (lambda court: court.leave("bob"), "cancelled"),
    "leave the list": (lambda court: court.leave("dan"), "cancelled"),
    "leave nothing": (lambda court: court.leave("fay"), "not-found"),
    "more places": (lambda court: court.units(3).units, 3),
    "call off": (lambda court: court.call_off().cancelled, "rain"),
}


@pytest.fixture
def court(season: World) -> Court:
    """A court with room for five who wait."""
    offer(season, booking_rules=[rule(waiting_max=5)])
    return Court(season, season.services)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", ACTS)
def test_a_killed_call_is_repeated(court: Court, what: str, applied: bool) -> None:
    """Each call is one write: a transaction of diary and slot, or one item. After it a repeat finds what was done."""
    act, done = ACTS[what]
    if what != "book":
        assert [court.book(name) for name in ("bob", "cyd")] == ["booked", "booked"]
        assert [court.wait(name) for name in ("dan", "gus")] == ["waiting 1", "waiting 2"]
    with pytest.raises(KilledError):
        act(court.through(Mortal(court.world.client, 1, applied=applied)))
    court.assert_sound()
    was_taken_out = applied and what in ("give back", "leave the list")
    assert act(court) == ("not-found" if was_taken_out else done)
    court.assert_sound()
    if what in ("give back", "leave the list"):
        assert court.booked("bob", "cyd", "dan") == (["cyd", "dan"] if what == "give back" else ["bob", "cyd"])
