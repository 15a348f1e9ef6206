"""The relay tells who booked a slot, moved up, or is out of it; by the id of the booking, and nobody's name."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

import events
from infra.events.__main__ import documents
from tests.bus import Stream
from tests.court import DAY, offer
from tests.world import KEYS, World

SLOT = f"court.{DAY}.0900"
ROUTE = "/slots/{slot_id}/"


class Town:
    """A court of two places, and what its stream tells after each step."""

    def __init__(self, season: World) -> None:
        offer(season)
        self.world, self.stream = season, Stream(season)

    def act(self, name: str, method: str, what: str = "booking") -> list[tuple[str, str]]:
        body = {"body": {}} if method == "PUT" else {}
        self.world.citizen(name).send(f"{method} {ROUTE}{what}", {"slot_id": SLOT}, **body)
        return self.names()

    def decide(self, **body: Any) -> list[tuple[str, str]]:
        self.world.operator().send("PUT /admin/slots/{slot_id}", {"slot_id": SLOT}, body=body)
        return self.names()

    def names(self) -> list[tuple[str, str]]:
        """Type and person of each event."""
        people = {KEYS.seal_booking(SLOT, KEYS.person(name), 1): name for name in ("ann", "bob", "cyd", "dan")}
        return sorted((one["type"].removesuffix(".v1"), people[one["data"]["booking_id"]]) for one in self.told())

    def told(self) -> list[dict[str, Any]]:
        answered = events.handler({"Records": self.stream.records()}, None)
        assert answered["failed"] == 0
        found = self.world.heard.take()
        for event in found:
            Draft202012Validator(documents()[event["type"]]).validate(event)
        return found


@pytest.fixture
def town(season: World) -> Town:
    return Town(season)


def test_each_change_of_a_place_is_told_once(town: Town) -> None:
    """Booked, moved up, given back; joining the list tells nothing."""
    assert town.act("ann", "PUT") == [("slot.booked", "ann")]
    assert town.act("bob", "PUT") == [("slot.booked", "bob")]
    assert town.act("cyd", "PUT", "waiting") == []
    assert town.act("ann", "DELETE") == [("slot.cancelled", "ann"), ("slot.promoted", "cyd")]
    assert town.act("dan", "PUT", "waiting") == []
    assert town.decide(units=3) == [("slot.promoted", "dan")]


def test_a_venues_cancel_is_told_to_all(town: Town) -> None:
    """Who was in the slot, booked or waiting; leaving it afterwards tells nothing more."""
    for name in ("ann", "bob"):
        town.act(name, "PUT")
    town.act("cyd", "PUT", "waiting")
    town.world.operator().send("PUT /admin/slots/{slot_id}", {"slot_id": SLOT}, body={"cancelled": "Rain"})
    told = town.told()
    assert [(one["data"]["by"], one["data"]["reason"]) for one in told] == [("venue", "Rain")] * 3
    assert sorted(one["data"]["status"] for one in told) == ["booked", "booked", "waiting"]
    assert town.act("ann", "DELETE") == []


def test_who_takes_a_place_of_a_list_without_force_has_booked_it(town: Town) -> None:
    """Nobody moved them up."""
    for name in ("ann", "bob"):
        town.act(name, "PUT")
    town.act("cyd", "PUT", "waiting")
    town.world.clock.set("2020-06-10T07:30:00+08:00")
    assert town.act("ann", "DELETE") == [("slot.cancelled", "ann")]
    assert town.act("cyd", "PUT") == [("slot.booked", "cyd")]


def test_booking_again_is_another_event(town: Town) -> None:
    """Its id is of the booking and the slot's version, so a subscriber does not drop it."""
    ids = []
    for method in ("PUT", "DELETE", "PUT"):
        body = {"body": {}} if method == "PUT" else {}
        town.world.citizen("ann").send(f"{method} {ROUTE}booking", {"slot_id": SLOT}, **body)
        (event,) = town.told()
        ids.append(event["id"])
    assert len(set(ids)) == 3
