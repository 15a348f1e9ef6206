"""A check-in earns its person points, once; a reversal of all of it takes them back; a failure fails neither."""

from __future__ import annotations

import pytest

from coupons.process.services import replace_services
from tests.door import SLOT, arrive, at, book, open_door
from tests.points import incentives
from tests.store.faults import Faulty, Mortal, Without
from tests.world import Answered, World

FIRST_OF_KIND, VISIT = 50, 10


@pytest.fixture
def door(world: World) -> World:
    """Ann has booked the slot at nine of a partner, and it is nine."""
    open_door(world, incentives=incentives())
    book(world, "ann", "bob")
    return at(world)


def points(world: World, name: str = "ann") -> tuple[int, list[str]]:
    """Her balance, and the kinds of her entries, newest first."""
    found = world.citizen(name).send("GET /points").json
    return found["balance"], [entry["kind"] for entry in found["entries"]]


def reverse(world: World, number: str, minor: int) -> Answered:
    return world.merchant().reverse("v-1", number, minor)


def test_a_check_in_earns_once(door: World) -> None:
    """Its repeat finds what was earned, and so does a process that knows nothing."""
    assert arrive(door).status == 201
    assert points(door) == (FIRST_OF_KIND + VISIT, ["earn"])
    replace_services(door.new_services())
    assert arrive(door).status == 200
    assert points(door) == (FIRST_OF_KIND + VISIT, ["earn"])


def test_a_failure_of_points_does_not_fail_the_check_in(door: World) -> None:
    """The person is let in and the venue paid; the repeat earns."""
    replace_services(door.new_services(client=Without(door.client, "PointsTable")))
    assert arrive(door).status == 201
    replace_services(door.new_services())
    assert points(door) == (0, [])
    assert arrive(door).status == 200
    assert points(door) == (FIRST_OF_KIND + VISIT, ["earn"])


@pytest.mark.parametrize("applied", [True, False])
def test_a_kill_at_the_earning_is_made_good_by_the_repeat(door: World, *, applied: bool) -> None:
    """Never lost, never twice."""
    replace_services(door.new_services(client=Mortal(door.client, 1, applied=applied, word="PointsTable")))
    assert arrive(door).status == 500
    replace_services(door.new_services())
    assert points(door)[0] == (FIRST_OF_KIND + VISIT if applied else 0)
    assert arrive(door).status == 200
    assert points(door) == (FIRST_OF_KIND + VISIT, ["earn"])


def test_a_reversal_of_all_takes_the_points_back(door: World) -> None:
    """A part of it does not: the visit took place. A repeat of the reversal or of the check-in changes nothing."""
    arrive(door)
    assert reverse(door, "r-1", 1_000).status == 201
    assert points(door)[0] == FIRST_OF_KIND + VISIT
    for status in (201, 200):
        assert reverse(door, "r-2", 3_000).status == status
        assert points(door) == (0, ["correct", "earn"])
    assert arrive(door).status == 200
    assert points(door)[0] == 0


def test_a_reversal_whose_points_failed_is_made_good_by_its_repeat(door: World) -> None:
    """The money goes back at once."""
    arrive(door)
    replace_services(door.new_services(client=Mortal(door.client, 1, applied=False, word="PointsTable")))
    assert reverse(door, "r-1", 4_000).status == 500
    replace_services(door.new_services(client=Faulty(door.client, "transact_write_items")))
    assert points(door)[0] == FIRST_OF_KIND + VISIT
    assert reverse(door, "r-1", 4_000).status == 200
    assert points(door)[0] == 0


def test_a_reversal_whose_points_are_busy_is_repeated(door: World) -> None:
    """No sweep takes them back later, so the till hears of it; the money goes back once."""
    arrive(door)
    replace_services(door.new_services(client=Without(door.client, "PointsTable")))
    assert reverse(door, "r-1", 4_000).slug == "busy"
    replace_services(door.new_services())
    assert points(door)[0] == FIRST_OF_KIND + VISIT
    assert reverse(door, "r-1", 4_000).status == 200
    assert points(door) == (0, ["correct", "earn"])


def test_a_venue_that_is_no_partner_earns_its_visitors_nothing(world: World) -> None:
    """Nor does one in a season without points."""
    open_door(world, incentives=incentives(partners=[]))
    book(world, "ann")
    at(world)
    assert arrive(world).status == 201
    assert points(world) == (0, [])
    assert SLOT in world.citizen("ann").send("GET /bookings").text
