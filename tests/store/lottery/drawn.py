"""A lottery that was committed and drawn, its winners by a sort of all scores, and claims of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from coupons import drand
from coupons.lottery.beacon import take_beacon
from coupons.model.claimed_packs import fresh_claim
from coupons.model.draw_results import seed_of
from coupons.model.draw_state import DrawState
from coupons.model.scores import score
from coupons.process.services import Services
from coupons.stores import keys
from tests.store.lottery.lots import BOOKED, CLOSED, DRAWN, a_town, batch_of, count, draw, enter
from tests.world import World

LONG: dict[str, Any] = {"closes_at": "2020-06-20T10:00:00+08:00", "draw": {"claim_for_s": 86_400, "rounds": 3}}
"""A day for each of three cohorts, and two weeks in which they can be."""

signature_of = cache(drand.sign_local)


Class = Callable[[int], tuple[int, int]]
"""Weight and share of each person, by number."""


def committed(people: int = 40, of: Class = lambda _: (1, 0), **changes: Any) -> World:
    """The list is fixed; the round is due."""
    town = a_town(0, **changes)
    town.clock.set(BOOKED)
    for number in range(people):
        enter(town, f"person-{number}", *of(number))
    town.clock.set(CLOSED)
    count(town)
    assert [did["step"] for did in draw(town)] == ["committed"]
    town.clock.set(DRAWN)
    return town


def with_beacon(town: World, services: Services | None = None) -> World:
    """The beacon has been brought."""
    terms = batch_of(town).draw
    assert terms is not None
    take_beacon(services or town.services, "pack", terms.round, signature_of(terms.round), "partner", town.now_s)
    return town


def drawn(people: int = 40, of: Class = lambda _: (1, 0), **changes: Any) -> World:
    """The winners are known, since the round was due."""
    town = with_beacon(committed(people, of, **changes))
    assert [did["step"] for did in draw(town)][:1] == ["drawn"]
    return town


def state(town: World) -> DrawState:
    return town.services.draws.state("pack", consistent=True)


def entries(town: World) -> dict[bytes, tuple[bytes, int, int]]:
    """By person: entry, weight and share."""
    found = dict[bytes, tuple[bytes, int, int]]()
    for key, item in town.client.items.items():
        if key.sk.startswith(keys.BOOKING):
            found[keys.person_of(key.sk)] = item["e"]["B"], int(item["w"]["N"]), int(item["s"]["N"])
    return found


def scores(town: World) -> dict[bytes, bytes]:
    """By person, the lowest first."""
    seed = seed_of(state(town))
    assert seed is not None
    found = {person: score(seed, entry, weight) for person, (entry, weight, _) in entries(town).items()}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def in_order(town: World) -> list[bytes]:
    """All people, the lowest score first."""
    return list(scores(town))


def claims(town: World, *people: bytes, services: Services | None = None) -> None:
    """They have claimed, by puts that arrive now."""
    services, batch = services or town.services, batch_of(town)
    for person in people:
        services.claims.put(batch, fresh_claim(batch, person, person.hex(), town.now_s, 1), lambda: True)


def claimed(town: World) -> set[bytes]:
    """The people whose claims are stored."""
    return {keys.person_of(key.sk) for key in town.client.items if key.sk.startswith(keys.CLAIM)}


def advance_to(town: World, moment_s: int) -> World:
    town.clock.advance(moment_s - town.clock.wall_s())
    return town
