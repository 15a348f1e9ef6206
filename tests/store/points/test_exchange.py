"""Packs for points: claim, stock, account and entry move together, and each but once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any

import pytest

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.clock import FENCE_S
from coupons.points.visits import earn_visit
from coupons.process.services import Services
from coupons.refusals import Refusal
from coupons.schedule.minute import run_schedule
from coupons.slots.days import slot_of
from tests.store.faults import Faulty, Mortal, Overtaken, answer_lost, fault, request_lost
from tests.store.points.conftest import Club
from tests.world import KEYS, Answered, World, order

ANN = KEYS.person("ann")
SPENT = [("earn", 100, None), ("exchange", -60, None)]


@pytest.fixture
def rich(world: World, published: dict[Any, Any]) -> Club:
    """Ann has 100 points; a ball costs 60."""
    world.client.restore(published)
    club = Club.opened(world, caps=[], bonuses=[])
    club.priced()
    assert club.earn("e-1", quantity=20).json["points"] == 100
    return club


def put(club: Club, name: str = "ann", batch_id: str = "ball") -> Answered:
    return club.world.citizen(name).put_claim(batch_id)


def packs_left(club: Club, batch_id: str = "ball") -> int:
    batch = club.services.cache.batch(batch_id)
    return sum(shard.remaining for shard in club.services.stock.shards(batch_id, batch.shards))


def claims_of(club: Club) -> int:
    batch = club.services.cache.batch("ball")
    return sum(1 for bucket in range(batch.buckets) for _ in club.services.claims.in_bucket(batch.claim_key, bucket))


def test_a_pack_is_had_for_points_and_used_at_the_door(rich: Club) -> None:
    """201, then 200; the points are spent once, soonest lot first; the coupon is as any other."""
    first = put(rich)
    assert first.status == 201
    again = put(rich)
    assert (again.status, again.json) == (200, first.json)
    assert rich.entries() == SPENT
    assert rich.points()["entries"][0]["batch_id"] == "ball"
    assert packs_left(rich) == 9
    ann = rich.world.citizen("ann")
    code = ann.code(first.json["coupons"][0]["coupon_id"])
    assert rich.world.merchant().redeem("o-1", code, order()).status == 201


def test_the_units_of_an_exchange(rich: Club) -> None:
    """8 write units; a repeat and a refusal write none."""

    def units(name: str) -> float:
        citizen = Citizen(KEYS.person(name), None)
        rich.services.meter.take()
        with suppress(Refusal):
            claim(rich.services, "ball", citizen, rich.world.now_s)
        return rich.services.meter.take().write_units

    assert [units("ann"), units("ann"), units("bob")] == [8, 0, 0]


def test_who_has_too_few_reads_what_is_missing(rich: Club) -> None:
    """The balance, the price, and the cheapest open award that the balance does not reach."""
    rich.priced("cup", 300)
    rich.priced("net", 200)
    told = put(rich, batch_id="cup").json
    award = {"batch_id": "net", "title": "A pack", "price_points": 200, "missing": 100}
    assert (told["balance"], told["price"], told["next"]) == (100, 300, award)
    assert rich.points()["next"] == award


def test_who_owes_points_reads_so(rich: Club) -> None:
    """And that what they earn pays the debt first."""
    assert put(rich).status == 201
    rich.correct("e-1")
    told = put(rich, batch_id=rich.priced("cup", 300).batch_id).json
    assert (told["balance"], told["price"]) == (-60, 300)
    assert told["detail"] == "This pack costs 300 points; you owe 60: what you earn pays them first."


def test_the_order_of_refusals(rich: Club) -> None:
    """Group, stock, points: the contract's order; an earlier claim is found before its points are missed."""
    rich.priced("cup", 300, exclusive_group="once")
    rich.priced("net", 10, exclusive_group="once")
    assert put(rich, batch_id="cup").slug == "insufficient-points"
    assert put(rich, batch_id="net").status == 201
    assert put(rich, batch_id="cup").slug == "already-claimed-group"
    assert put(rich).status == 201
    assert put(rich).status == 200


@pytest.mark.parametrize("lost", [(answer_lost,), (answer_lost,) * 3, (request_lost, answer_lost)])
def test_a_lost_answer_costs_once(rich: Club, lost: tuple[Any, ...]) -> None:
    """Whatever the person reads first, the repeat finds the claim; points and pack are gone once."""
    rich.through(Faulty(rich.world.client, "transact_write_items", *lost))
    assert put(rich).status in (201, 503)
    rich.again()
    assert put(rich).status == 200
    assert rich.entries() == SPENT
    assert packs_left(rich) == 9


def test_a_claim_that_is_killed_is_whole_or_nothing(rich: Club) -> None:
    """Before and after its only write; the repeat ends as an undisturbed claim."""
    whole = rich.world.client.snapshot()
    for applied in (False, True):
        rich.world.client.restore(whole)
        rich.through(Mortal(rich.world.client, 1, applied=applied, word="exchange-"))
        assert put(rich).status == 500
        rich.again()
        assert put(rich).status in (200, 201)
        assert rich.entries() == SPENT
        assert (packs_left(rich), claims_of(rich)) == (9, 1)


def test_points_are_spent_once_by_two_claims_at_once(rich: Club) -> None:
    """The account's version: of two packs of 60 one is had for 100 points."""
    rich.priced("cup")
    rich.through(
        Overtaken(rich.world.client, "transact_write_items", "exchange-ball", lambda: put(rich, batch_id="cup"))
    )
    assert put(rich).json["balance"] == 40
    assert rich.again().points()["balance"] == 40
    assert packs_left(rich) == 10


def test_an_earning_meanwhile_is_no_refusal(rich: Club) -> None:
    """The claim is decided again."""
    rich.through(
        Overtaken(rich.world.client, "transact_write_items", "exchange-ball", lambda: rich.earn("e-2", session_id="w1"))
    )
    assert put(rich).status == 201
    assert rich.again().points()["balance"] == 45


def test_the_last_pack_is_found_and_then_the_batch_is_drained_and_sold_out(rich: Club) -> None:
    """In whatever shard it is; the reclaim counts the claims and finds none to return."""
    rich.priced("cup", 10, quantity=1)
    rich.earn("e-2", "bob", quantity=20)
    for seed in range(3):  # of several processes one begins with the shard that is empty
        other = rich.world.new_services(seed=seed)
        citizen = Citizen(ANN, None)
        claim(other, "cup", citizen, rich.world.now_s)
    assert put(rich, "bob", "cup").slug == "drained"
    for _ in range(3):
        run_schedule(rich.services, rich.world.now_s, rich.services.clock.monotonic_s() + 60)
        rich.world.clock.advance(FENCE_S + 1)
    assert put(rich, "bob", "cup").slug == "sold-out"
    assert rich.points("bob")["balance"] == 100


def test_a_late_copy_after_the_seal_takes_nothing(rich: Club) -> None:
    """The request of a claim arrives when the shards are sealed, and again when they are open in the next round."""
    held: list[Callable[[], Any]] = []

    def hold_back(real: Callable[..., Any], parameters: dict[str, Any]) -> Any:
        held.append(lambda: real(**{**parameters, "ClientRequestToken": "late"}))
        return request_lost(real, parameters)

    rich.through(Faulty(rich.world.client, "transact_write_items", *[hold_back] * 9))
    assert put(rich).status == 503
    rich.again()
    batch = rich.services.cache.batch("ball")
    rich.world.clock.set("2020-06-07T10:00:00+08:00")
    for _ in range(4):
        run_schedule(rich.services, rich.world.now_s, rich.services.clock.monotonic_s() + 60)
        with pytest.raises(Exception, match="TransactionCanceled"):
            held[0]()
        rich.world.clock.advance(FENCE_S + 1)
    control = rich.services.cache.control_now("ball")
    assert (control.final, control.claims) == (True, 0)
    assert sum(shard.remaining for shard in rich.services.stock.shards("ball", batch.shards)) == 10
    assert rich.points()["balance"] == 100


class Crowded:
    """A client of several threads: one transaction in five is in conflict with another."""

    def __init__(self, client: Any, seed: int) -> None:
        self._client, self._rng, self._lock = client, random.Random(seed), Lock()

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            with self._lock:
                is_refused = name == "transact_write_items" and self._rng.random() < 0.2
            if is_refused:
                raise fault("TransactionInProgressException")
            return real(**parameters)

        return call


def test_a_rush_oversells_nothing_and_loses_no_points(rich: Club) -> None:
    """Twelve packs, eight processes, forty people of whom every second has points, each at all doors at once."""
    rich.priced("cup", 50, quantity=12)
    for number in range(0, 40, 2):
        rich.earn(f"p-{number}", f"p{number}", quantity=15)
    processes = [rich.world.new_services(client=Crowded(rich.world.client, seed), seed=seed) for seed in range(8)]
    for services in processes:
        services.pause = lambda _: None

    def claims(at: tuple[int, Services]) -> list[str]:
        first, services = at
        return [_outcome(services, f"p{(first * 5 + number) % 40}", rich.world.now_s) for number in range(40)]

    with ThreadPoolExecutor(8) as pool:
        outcomes = [one for found in pool.map(claims, enumerate(processes)) for one in found]
    assert set(outcomes) <= {"had", "busy", "drained", "insufficient-points"}
    for services in processes:  # whoever read `busy` tries again
        for number in range(40):
            _outcome(services, f"p{number}", rich.world.now_s)
    batch = rich.services.cache.batch("cup")
    held = [c for bucket in range(batch.buckets) for c in rich.services.claims.in_bucket(batch.claim_key, bucket)]
    assert (len(held), packs_left(rich, "cup")) == (12, 0)
    spent = sum(75 - rich.points(f"p{number}")["balance"] for number in range(0, 40, 2))
    assert spent == 12 * 50
    assert all(rich.points(f"p{number}")["balance"] == 0 for number in range(1, 40, 2))


def _outcome(services: Services, name: str, now_s: int) -> str:
    try:
        claim(services, "cup", Citizen(KEYS.person(name), None), now_s)
    except Refusal as refusal:
        return refusal.slug
    return "had"


def test_what_check_ins_earn_is_spent_too(rich: Club) -> None:
    """Points are one account, whoever reported the visit."""
    slot = slot_of(rich.services, "court.2020-06-10.0900")
    earn_visit(rich.services, slot, KEYS.person("bob"), rich.world.now_s, rich.world.now_s)
    rich.priced("pin", 10)
    assert put(rich, "bob", "pin").status == 201
    assert rich.points("bob")["balance"] == 0
