"""Slots whose venue a batch pays: open once it is published, and new bookings end while it is paused or stopped."""

from __future__ import annotations

from typing import Any

import pytest

from infra.virtual.store import Store
from tests.court import DAY, facility, programme, row
from tests.store.faults import Counting
from tests.venues import act, apply, paid_programme, paying, put_programme
from tests.world import Answered, World

BOOKING, WAITING = "/slots/{slot_id}/booking", "/slots/{slot_id}/waiting"
SLOT = f"court.{DAY}.0900"


@pytest.fixture
def world() -> World:
    return paying(World(Store()))


def asks(world: World, name: str, method: str = "PUT", of: str = BOOKING, slot_id: str = SLOT) -> Answered:
    return world.citizen(name).send(f"{method} {of}", {"slot_id": slot_id}, body={} if method == "PUT" else None)


def said(answer: Answered) -> str:
    return answer.json["status"] if answer.status < 300 else answer.slug


def seen(world: World, slot_id: str = SLOT) -> dict[str, Any]:
    """What everybody sees of the slot."""
    facility_id, day, _ = slot_id.split(".")
    key, path = "GET /facilities/{facility_id}/slots", {"facility_id": facility_id}
    found = world.citizen("ann").send(key, path, query={"day": day})
    return next(one for one in found.json["slots"] if one["slot_id"] == slot_id)


def status(world: World, slot_id: str = SLOT) -> str:
    return str(seen(world, slot_id)["status"])


def payable(world: World, slot_id: str = SLOT) -> int:
    """What a visitor pays of 60.00 at the door."""
    one = seen(world, slot_id)
    assert one["price_minor"] == 6_000
    return int(one["payable_minor"])


def later(world: World) -> World:
    """What a process keeps for a second is read anew."""
    world.clock.advance(2)
    return world


def test_a_slot_opens_once_its_batch_is_published() -> None:
    """Before it nobody is let in on anybody's account; the rest of the campaign is published."""
    world = World(Store())
    apply(world)
    put_programme(world)
    act(world, "publish", "pack")
    refused = asks(world, "ann")
    assert (said(refused), refused.json["retry_after_s"]) == ("not-open", 60)
    assert said(asks(world, "ann", of=WAITING)) == "not-open"
    assert (status(world), payable(world)) == ("closed", 6_000)
    act(world, "publish")
    assert (status(later(world)), payable(world)) == ("open", 4_000)
    assert said(asks(world, "ann")) == "booked"


@pytest.mark.parametrize(("what", "body", "slug"), [("pause", {}, "paused"), ("stop", {"issued": "keep"}, "stopped")])
def test_new_bookings_end(world: World, what: str, body: dict[str, str], slug: str) -> None:
    """Nobody new books or waits; who is in the slot stays, is told so, and can leave."""
    assert [said(asks(world, name)) for name in ("ann", "bob")] == ["booked"] * 2
    assert said(asks(world, "cyd", of=WAITING)) == "waiting"
    assert act(world, what, **body).status == 200
    later(world)
    assert [said(asks(world, "dan", of=of)) for of in (BOOKING, WAITING)] == [slug] * 2
    assert (status(world), payable(world)) == ("closed", 4_000)
    assert [said(asks(world, name)) for name in ("ann", "bob", "cyd")] == ["booked", "booked", "waiting"]
    assert said(asks(world, "ann", "DELETE")) == "cancelled"
    assert said(asks(world, "cyd", "GET")) == "booked"


def test_a_pause_ends(world: World) -> None:
    """And people book again."""
    act(world, "pause")
    assert said(asks(later(world), "ann")) == "paused"
    act(world, "resume")
    assert said(asks(later(world), "ann")) == "booked"
    assert status(world) == "open"


def test_what_is_over_or_called_off_is_told_first(world: World) -> None:
    """A pause does not hide that the slot has begun, or does not take place."""
    act(world, "pause")
    later(world)
    key, body = "PUT /admin/slots/{slot_id}", {"cancelled": "rain"}
    world.operator().send(key, {"slot_id": f"court.{DAY}.1000"}, body=body)
    assert said(asks(world, "ann", slot_id=f"court.{DAY}.1000")) == "stopped"
    assert status(world, f"court.{DAY}.1000") == "cancelled"
    world.clock.set(f"{DAY}T09:00:00+08:00")
    assert said(asks(world, "ann")) == "closed"


def test_slots_outside_the_window_are_nobodys_to_pause(world: World) -> None:
    """The batch pays for none of them: its pause holds nobody back there."""
    act(world, "pause")
    later(world)
    assert said(asks(world, "ann", slot_id="court.2020-06-07.0900")) == "booked"
    assert (status(world, "court.2020-06-07.1000"), payable(world, "court.2020-06-07.1000")) == ("open", 6_000)


def test_a_refusal_costs_no_request(world: World) -> None:
    """Within the second in which a process knows of the pause: only the diary is read."""
    act(world, "pause")
    later(world)
    asks(world, "ann")
    counting = Counting(world.client)
    services = world.services.patient
    services._client = counting
    assert said(asks(world, "bob")) == "paused"
    assert sum(counting.requests.values()) == 1


def test_a_slot_that_nobody_pays_needs_no_batch() -> None:
    """Its neighbour in the same hall may."""
    world = World(Store())
    apply(world)
    free = facility(facility_id="free", schedule=[row()])
    put_programme(world, programme(facilities=[*paid_programme()["facilities"], free]))
    act(world, "publish", "pack")
    assert said(asks(world, "ann", slot_id=f"free.{DAY}.0900")) == "booked"
    assert payable(world, f"free.{DAY}.0900") == 6_000


def test_a_day_whose_batch_is_damaged_is_shown_closed(world: World) -> None:
    """Nobody books what it may have halted."""
    place = {"pk": {"S": "BATCH#courts"}, "sk": {"S": "CONTROL"}}
    item = world.client.get_item(TableName="CatalogTable", Key=place)["Item"]
    world.client.put_item(TableName="CatalogTable", Item=item | {"paused": {"S": "perhaps"}})
    assert (status(later(world)), payable(world)) == ("closed", 6_000)
    assert asks(world, "ann").status == 500


def test_what_a_visitor_pays_costs_no_request(world: World) -> None:
    """The batch and its control item are known, and a slot's day is read once a second."""
    payable(world)
    counting = Counting(world.client)
    world.services.patient._client = counting
    assert payable(world) == 4_000
    assert counting.requests == {}
