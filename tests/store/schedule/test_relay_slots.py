"""The relay tells who booked a slot, moved up, or is out of it; by the id of the booking, and nobody's name."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

import events
from coupons.process.services import replace_services
from infra.events.__main__ import documents
from tests.bus import Stream
from tests.court import DAY, facility, offer, programme, row
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


def test_a_slot_that_a_revision_has_just_brought_is_told(town: Town) -> None:
    """A row came half a second before its day opens; the relay read the programme a moment before that."""
    path, day = {"campaign_id": "season"}, "2020-06-20"
    town.world.clock.set("2020-06-13T06:59:59+08:00")
    town.world.clock.advance(0.5)
    older = town.world.new_services()
    assert older.programmes.current("season") is not None
    late = row(first_day=day, last_day=day, **{"from": "22:00", "to": "23:00"})
    document = programme(facilities=[facility(schedule=[row(), late])], revision=1)
    assert town.world.operator().send("PUT /admin/campaigns/{campaign_id}/programme", path, body=document).status == 200
    town.world.clock.advance(0.5)
    slot = {"slot_id": f"court.{day}.2200"}
    assert town.world.citizen("ann").send(f"PUT {ROUTE}booking", slot, body={}).status == 201
    replace_services(older)
    assert [one["data"]["slot_id"] for one in town.told() if "slot_id" in one["data"]] == [slot["slot_id"]]
