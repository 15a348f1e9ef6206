"""Groups that grow while their batch is published, raised and claimed; limits under many phones at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.operate import campaigns, publication
from coupons.operate.members import change_members
from coupons.refusals import Busy, Refusal, TermsFrozen
from tests.concurrency.racing import THREADS, Arena, accepted, at_once, refusals
from tests.world import KEYS, a_batch, campaign, parsed

PACKS, CALLS = 20, 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_members_publishing_and_claims_side_by_side(arena: Arena, seed: int) -> None:
    """Whatever comes first: everyone who is in has a pack, or packs are leased; never one claim too many."""
    chance = random.Random(seed)
    campaigns.apply(arena.services, "season", parsed(campaign(_granted())), arena.now_s)
    people = [f"p{number}" for number in range(PACKS + 10)]
    lists = [people[start : start + 8] for start in range(0, len(people), 5)]
    envs = arena.environments(seed=seed)

    def admit(services: Any, names: list[str]) -> None:
        try:
            change_members(services, "care", names, [], arena.now_s)
        except (TermsFrozen, Busy):
            return

    def publish(services: Any) -> None:
        publication.publish(services, "pack", arena.now_s)

    def visit(services: Any, names: list[str]) -> None:
        for name in names:
            try:
                claim(services, "pack", Citizen(KEYS.person(name), None), arena.now_s)
            except Refusal:
                continue

    calls: list[Callable[[], None]] = [lambda e=envs[i], n=names: admit(e, n) for i, names in enumerate(lists)]
    calls += [lambda e=envs[i]: publish(e) for i in (8, 9)]
    calls += [lambda e=envs[10 + i]: visit(e, chance.sample(people, len(people))) for i in range(CALLS)]
    at_once(chance.sample(calls, len(calls)))
    at_once([lambda e=services: visit(e, people) for services in envs[:CALLS]])
    group, batch = arena.services.groups.get("care"), arena.services.cache.batch("pack")
    claims = arena.books().claims
    assert len(claims) <= PACKS
    assert len(claims) <= group.entitled
    if not batch.from_stock:
        assert group.entitled <= PACKS
        assert group.fits == {"pack": PACKS}
        assert len(claims) == group.entitled, "everybody who is in has a pack"


def _granted() -> dict[str, Any]:
    return a_batch(mode="granted", eligibility={"group_id": "care"}, quantity=PACKS)


def test_a_household_of_sixteen_phones_claims_its_two(arena: Arena) -> None:
    """Each phone another person, all at once, until all were answered: two packs, and fourteen told of the limit."""
    limit = {"kind": "count", "limit_id": "home", "per": "household", "period": "week", "packs_max": 2}
    arena.publish(campaign(a_batch(limits=["home"], quantity=100), limits=[limit]))
    envs, household = arena.environments(), KEYS.household("h")

    def visit(number: int) -> str:
        for _ in range(50):
            try:
                claim(envs[number], "pack", Citizen(KEYS.person(f"p{number}"), None, household), arena.now_s)
            except Busy:
                continue
            return "claimed"
        raise AssertionError("busy for ever")

    outcomes = at_once([lambda n=number: visit(n) for number in range(THREADS)])
    assert accepted(outcomes) == ["claimed"] * 2
    assert [getattr(refusal, "reason", "") for refusal in refusals(outcomes)] == ["limit"] * (THREADS - 2)
    assert len(arena.books().claims) == 2


def test_one_person_at_three_batches_takes_one_at_a_time(arena: Arena) -> None:
    """Sixteen tries of one person over three batches: one pack, until it is used."""
    names = ["a", "b", "c"]
    arena.publish(campaign(*[a_batch(name, limits=["one"]) for name in names], limits=[_one_at_a_time()]))
    envs = arena.environments()

    def visit(number: int) -> str:
        for _ in range(50):
            try:
                arena.claim(envs[number], "ann", names[number % 3])
            except Busy:
                continue
            return names[number % 3]
        raise AssertionError("busy for ever")

    outcomes = at_once([lambda n=number: visit(n) for number in range(THREADS)])
    assert len(set(accepted(outcomes))) == 1
    assert sum(len(arena.books(name).claims) for name in names) == 1


def _one_at_a_time() -> dict[str, str]:
    return {"kind": "one_at_a_time", "limit_id": "one"}
