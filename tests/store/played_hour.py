"""A played hour for tests of statistics: its records, how they reach the function `count`, and what is stored then."""

from __future__ import annotations

from collections import Counter
from typing import Any

import count
from coupons.process.services import replace_services
from tests.bus import Record, Stream, window
from tests.world import World, a_batch, campaign, order, terms

TAGGED = [
    {
        "merchant_id": "diner",
        "title": "Diner",
        "category": "catering",
        "tags": ["small"],
        "channels": ["offline", "online"],
        "stores": [{"store_id": "diner", "region": "beijing", "district": "dongcheng"}],
    }
]
BOOKED = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-07T10:00:00+08:00"}
DOCUMENT = campaign(
    a_batch(section_id="food", booking=BOOKED),
    merchants=TAGGED,
    sections=[{"section_id": "food", "title": "Food"}],
    terms=[terms(refund={"policy": "never"})],
)
BOOK, BATCH = "PUT /batches/{batch_id}/booking", {"batch_id": "pack"}


def played(world: World) -> list[Record]:
    """Three bookings, one cancelled; three claims, two redemptions, a reversal in two parts; all over three minutes."""
    world.publish(DOCUMENT)
    stream, shop, found = Stream(world), world.merchant(), list[Record]()
    people = [world.citizen(name) for name in ("ann", "bob", "cem")]
    for person in people:
        person.send(BOOK, BATCH)
    found += stream.records()
    world.clock.advance(30)
    people[2].send(BOOK.replace("PUT", "DELETE"), BATCH)
    found += stream.records()
    for number, person in enumerate(people):
        world.clock.advance(25)
        code = person.code(person.put_claim("pack").json["coupons"][0]["coupon_id"])
        found += stream.records()
        if number < 2:
            assert shop.redeem(f"o-{number}", code, order(6000 + number)).status == 201
            found += stream.records()
    for number in (1, 2):
        assert shop.reverse("o-1", f"r-{number}", 1000).status == 201
        found += stream.records()
    return found


def stored(world: World) -> dict[str, dict[str, Any]]:
    """The rows of minutes, added up by minute, and the seconds of batches; without what tells the writes."""
    found: dict[str, Counter[str]] = {}
    for item in world.items()["CatalogTable"]:
        kind = item["pk"]["S"].partition("#")[0]
        if kind in ("STATS", "SECONDS"):
            minute = item["sk"]["S"].split("#")[1] if kind == "STATS" else item["pk"]["S"].rpartition("#")[0]
            numbers = {name: int(one["N"]) for name, one in item.items() if "N" in one and name not in ("v", "at_s")}
            found.setdefault(f"{kind} {minute}", Counter()).update(numbers)
    return {minute: {name: number for name, number in row.items() if number} for minute, row in found.items()}


def take(world: World, records: list[Record], shard_id: str) -> None:
    replace_services(world.services)
    assert count.handler(window(records, shard_id), None) == {"state": {}}


def by_table(records: list[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for one in records:
        found.setdefault(one["eventSourceARN"], []).append(one)
    return found
