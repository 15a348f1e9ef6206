"""A season whose visits earn points: the diner reports a course and a walk, and has a court."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from coupons.model.batches import PublishedBatch
from coupons.model.points_accounts import Account
from coupons.process.services import Services, replace_services
from coupons.stores.attributes import decode
from coupons.times import rfc3339
from tests import court
from tests.points import incentives, partner
from tests.programmes import course, session
from tests.world import KEYS, Answered, Person, World, a_batch

PROGRAM = "sports-points"
PARTNER = Person({"sub": "club", "scope": "partner", "merchant_id": "diner"})
WALKS = [session(session_id=f"w{number}") for number in range(12)]


def points_programme(**changes: Any) -> dict[str, Any]:
    """The court, a course with seats by slot, and a walk of twelve sessions; the diner reports both activities."""
    own = partner(activity_ids=["course", "walk"])
    walk = {"activity_id": "walk", "kind": "event", "title": "A walk", "sessions": WALKS}
    seats = {"capacity": 20, "by": "slot", "booking_rule": "court"}
    by_slot = course(seats=seats, points_kind="training")
    made = {"activities": [by_slot, walk], "incentives": incentives(partners=[own])}
    return court.programme(**{**made, **changes})


@dataclass
class Club:
    """Each act sends a request as the partner or the person would; `said` is what matters of the answer."""

    world: World
    services: Services

    @classmethod
    def opened(cls, world: World, **changes: Any) -> Club:
        """The season earns points, by rules with these changes."""
        club = cls(world, world.services)
        own = {"partners": [partner(activity_ids=["course", "walk"])]}
        club.programme(incentives=incentives(**{**own, **changes}))
        return club

    def priced(self, batch_id: str = "ball", price: int = 60, **changes: Any) -> PublishedBatch:
        """A batch of the season that costs points is published too."""
        path, route = {"campaign_id": "season"}, "/admin/campaigns/{campaign_id}"
        document = self.world.operator().send(f"GET {route}", path).json
        document["batches"].append(a_batch(batch_id, price_points=price, **changes))
        self.world.publish(document)
        self.world.clock.advance(2)
        return self.services.cache.batch(batch_id)

    def programme(self, **changes: Any) -> None:
        path, route = {"campaign_id": "season"}, "/admin/campaigns/{campaign_id}/programme"
        there = self.world.operator().send(f"GET {route}", path)
        revision = {"revision": there.json["revision"]} if there.status == 200 else {}
        body = {**points_programme(**changes), **revision}
        applied = self.world.operator().send(f"PUT {route}", path, body=body)
        assert applied.status in (200, 201), applied.text

    def earn(self, event_id: str, name: str = "ann", session_id: str = "w0", **changes: Any) -> Answered:
        body = {"person_id": name, "activity_id": "walk", "session_id": session_id, "kind": "attendance"}
        at = {"occurred_at": changes.pop("at", self.now)}
        path = {"event_id": event_id}
        return PARTNER.send("PUT /points/earnings/{event_id}", path, body={**body, "quantity": 1, **at, **changes})

    def correct(self, event_id: str, reason: str = "mistaken") -> Answered:
        path = {"event_id": event_id}
        return PARTNER.send("PUT /points/corrections/{event_id}", path, body={"reason": reason})

    def points(self, name: str = "ann", **query: str) -> Any:
        """The body of GET /points, all pages of its entries put together."""
        answered = self.page(name, **query)
        found = dict(answered.json)
        while answered.json["cursor"]:
            answered = self.page(name, **{**query, "cursor": answered.json["cursor"]})
            found["entries"] = found["entries"] + answered.json["entries"]
        assert found["balance"] == sum(entry["points"] for entry in found["entries"])
        assert found["balance"] == sum(lot["points"] for lot in found["by_expiry"]) - found["debt"]
        assert not (found["debt"] and found["by_expiry"])
        return found

    def page(self, name: str = "ann", **query: str) -> Answered:
        answered = self.world.citizen(name).send("GET /points", query=query)
        assert answered.status == 200, answered.text
        return answered

    def entries(self, name: str = "ann") -> list[tuple[str, int, str | None]]:
        """Kind, points and reason of each, oldest first."""
        return [(one["kind"], one["points"], one["reason"]) for one in reversed(self.points(name)["entries"])]

    def account(self, name: str = "ann") -> Account:
        return self.services.points.account(PROGRAM, KEYS.person(name))

    def stored(self, prefix: str) -> list[dict[str, Any]]:
        """The items of the points table whose partition or sort key begins so."""
        items = [decode(item) for item in self.world.items()["PointsTable"]]
        return [item for item in items if item["pk"].startswith(prefix) or item["sk"].startswith(prefix)]

    def through(self, client: Any) -> Club:
        """The same by another process, whose requests go through `client`."""
        services = self.world.new_services(client=client)
        replace_services(services)
        return Club(self.world, services)

    def again(self) -> Club:
        """By a process that nothing disturbs."""
        replace_services(self.services)
        return self

    def at(self, moment: str) -> Club:
        self.world.clock.set(moment)
        return self

    @property
    def now(self) -> str:

        return rfc3339(self.world.now_s, "Asia/Shanghai")


@pytest.fixture
def club(season: World) -> Club:
    return Club.opened(season)
