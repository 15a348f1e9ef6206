"""Ways to spoil one item of a season that is over: the last reckoning has to end red, and to name it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from coupons.stores import keys, points_keys
from infra.playing.bus import REPEATED_LATER
from infra.playing.season import Season
from infra.virtual.values import Item
from infra.virtual.writes import Place


class Planted(NamedTuple):
    """`subject`: the batch, funder or merchant that the item is of, never empty; an equation about it has to break."""

    what: str
    place: Place
    subject: str


class NothingToSpoilError(Exception):
    """The season has no item of the kind."""


Plant = Callable[[Season, Random], Planted]


def forget_a_claim(season: Season, rng: Random) -> Planted:
    """A person's pack is gone from the table."""
    place, item = _any(season, rng, lambda place, _item: place.sk.startswith(keys.CLAIM))
    del season.stack.store.items[place]
    return Planted("a claim is gone", place, _batch_numbered(season, item["n"]["N"]))


def free_a_used_coupon(season: Season, rng: Random) -> Planted:
    """A coupon of an order is available again."""

    def has_a_use(place: Place, item: Item) -> bool:
        return place.sk.startswith(keys.CLAIM) and any(one["M"]["s"]["S"] == "r" for one in item["c"]["L"])

    place, item = _any(season, rng, has_a_use)
    used = next(one["M"] for one in item["c"]["L"] if one["M"]["s"]["S"] == "r")
    used["s"] = {"S": "a"}
    season.stack.store.items[place] = item
    return Planted("a used coupon is free", place, _batch_numbered(season, item["n"]["N"]))


def forget_an_order(season: Season, rng: Random) -> Planted:
    place, item = _any(season, rng, lambda place, item: place.sk == "ORDER" and item["state"]["S"] == "redeemed")
    del season.stack.store.items[place]
    # A check-in that no batch pays is its merchant's alone.
    return Planted("an order is gone", place, item["batch_id"]["S"] or keys.merchant_of(place.pk))


def dearer_line(season: Season, rng: Random) -> Planted:
    """A settlement line has one minor unit more."""
    place, item = _any(season, rng, lambda _place, item: "kind" in item and "order_no" in item)
    _add(item, "payable_minor", 1)
    season.stack.store.items[place] = item
    return Planted("a line has a minor unit more", place, keys.merchant_of(place.pk))


def richer_funder(season: Season, rng: Random) -> Planted:
    place, item = _any(season, rng, lambda place, _item: place.sk == "BUDGET")
    _add(item, "left_minor", 1)
    season.stack.store.items[place] = item
    return Planted("a funder has a minor unit more", place, item["funder_id"]["S"])


def poorer_reserve(season: Season, rng: Random) -> Planted:
    place, item = _any(season, rng, lambda place, item: place.sk == "RESERVE" and bool(item["reserved"]["M"]))
    _add(item["reserved"]["M"], rng.choice(sorted(item["reserved"]["M"])), -1)
    season.stack.store.items[place] = item
    return Planted("a batch's reserve has a minor unit less", place, keys.batch_of(place.pk))


def richer_person(season: Season, rng: Random) -> Planted:
    """One more point in a person's first lot."""

    def has_points(place: Place, item: Item) -> bool:
        return place.sk.startswith(points_keys.BALANCE) and bool(item["l"]["M"])

    place, item = _any(season, rng, has_points)
    lot = item["l"]["M"][min(item["l"]["M"])]["L"]
    lot[1] = {"N": str(int(lot[1]["N"]) + 1)}
    season.stack.store.items[place] = item
    return Planted("a person has a point more", place, points_keys.program_of(place.pk))


def forget_an_event(season: Season, rng: Random) -> Planted:
    """The bus never had it."""
    events = season.stack.bus.events
    if not events:
        raise NothingToSpoilError
    event_id = rng.choice(sorted(name for name, event in events.items() if event["type"] != REPEATED_LATER))
    event_type = events.pop(event_id)["type"]
    return Planted("an event is gone", Place("event bus", event_type, event_id), event_type)


PLANTS: tuple[Plant, ...] = (
    forget_a_claim,
    free_a_used_coupon,
    forget_an_order,
    dearer_line,
    richer_funder,
    poorer_reserve,
    richer_person,
    forget_an_event,
)
"""`--plant 1` is the first."""


def is_named(season: Season, planted: Planted) -> bool:
    """Whether a broken equation speaks of the item's subject."""
    return any(planted.subject in f"{one.of} {one.text}" for one in season.verdicts.broken)


def _any(season: Season, rng: Random, fits: Callable[[Place, Item], bool]) -> tuple[Place, Any]:
    """One of those items, to be changed. Items in the store are never changed in place."""
    found = sorted(place for place, item in season.stack.store.items.items() if fits(place, item))
    if not found:
        raise NothingToSpoilError
    place = rng.choice(found)
    return place, copy.deepcopy(season.stack.store.items[place])


def _add(numbers: Any, name: str, by: int) -> None:
    numbers[name] = {"N": str(int(numbers[name]["N"]) + by)}


def _batch_numbered(season: Season, number: str) -> str:
    key = keys.number(int(number))
    return str(season.stack.store.items[Place("CatalogTable", key["pk"], key["sk"])]["batch_id"]["S"])
