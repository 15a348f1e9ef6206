"""Operators at work while the crowd claims: raises against leases and reclaims, publishing against publishing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from coupons.model.campaigns import Campaign
from coupons.model.merchants import MerchantEdit, Store, Withholding
from coupons.operate import campaigns, merchants, publication
from coupons.process.services import Services
from coupons.refusals import Busy, Refusal, RevisionConflict, TermsFrozen
from coupons.settle import budgets
from tests.concurrency.faults import Late, Silence, Unreliable
from tests.concurrency.racing import RECLAIM_S, THREADS, Arena, accepted, at_once, refusals
from tests.world import KEYS, OPENING, a_batch, campaign, parsed, seconds

PHASES, PHASE_S = 12, 7
"""A lease of one phase is alive in the next, and a put that is late for two arrives within the fence."""
FIRST, STEP = 30, 12
"""Packs at first, and what each raise adds."""
CLAIMERS, RAISERS, SCHEDULES = 10, 3, 3
BURST = 6
COST_MINOR = {"city": 500, "platform": 300, "shop": 200}
"""A pack's share of each funder: 5,000, 3,000 and 2,000 basis points of 10.00."""


def reserved(arena: Arena) -> dict[str, int]:
    return {
        budget.funder_id: budget.reserved_minor
        for budget in budgets.campaign_money(arena.services, "season", "").budgets
    }


def burst(arena: Arena, services: Services, people: list[str]) -> None:
    for person in people:
        try:
            arena.claim(services, person)
        except Refusal:
            continue


def raise_to(arena: Arena, services: Services, quantity: int) -> None:
    try:
        publication.raise_quantity(services, "pack", quantity, seconds(OPENING))
    except (TermsFrozen, Busy):
        return


@pytest.mark.parametrize("seed", [1, 2])
def test_raises_race_with_claims_and_reclaims(arena: Arena, seed: int) -> None:
    """Ten claim, three raise and three run the schedule at once, with faults: never over, exact after the reclaim."""
    arena.publish(campaign(a_batch(quantity=FIRST)))
    chance, late = random.Random(seed), Late()
    unreliable = [
        Unreliable(client, random.Random(f"{seed} {i}"), late, Silence()) for i, client in enumerate(arena.clients)
    ]
    claimers = [arena.new_services(client=u, seed=seed + i) for i, u in enumerate(unreliable[:CLAIMERS])]
    others = arena.environments()[CLAIMERS:]
    people = [f"person-{number}" for number in range(FIRST + STEP * PHASES)]
    rounds, quantity = set(), FIRST
    for phase in range(PHASES):
        quantity = FIRST + STEP * (phase // 2)
        crowds = [chance.sample(people, BURST) for _ in claimers]
        calls: list[Callable[[], Any]] = [
            *[lambda e=services, p=crowd: burst(arena, e, p) for services, crowd in zip(claimers, crowds, strict=True)],
            *[lambda e=services, q=quantity: raise_to(arena, e, q) for services in others[:RAISERS]],
            *[lambda e=services: arena.tick(e) for services in others[RAISERS:]],
        ]
        at_once(chance.sample(calls, len(calls)))
        books = arena.books()
        assert len(books.claims) <= books.control.quantity <= quantity
        assert books.unclaimed >= 0
        rounds.add(books.control.round)
        arena.clock.advance(PHASE_S)
        if phase % 2:
            late.arrive()
    assert len(rounds) > 1, "a reclaim was raced"
    late.arrive()
    raise_to(arena, arena.services, quantity)
    for _ in range(PHASES):
        arena.tick()
        arena.clock.advance(RECLAIM_S)
        arena.tick()
        books = arena.books()
        if books.control.sold_out:
            break
        burst(arena, arena.services, [person for person in people if KEYS.person(person) not in books.claims])
    assert (len(books.claims), books.remaining, books.control.quantity) == (quantity, 0, quantity)
    assert reserved(arena) == {name: quantity * cost for name, cost in COST_MINOR.items()}


def declare(arena: Arena, document: dict[str, Any], revision: int | None = None) -> Campaign:
    made = parsed(document | ({"revision": revision} if revision else {}))
    return campaigns.apply(arena.services, "season", made, arena.now_s)[0]


def test_a_batch_published_by_eight_at_once_is_published_once(arena: Arena) -> None:
    """One lays it out, seven find it: one stock, and each funder's budget reserved once."""
    for number in range(4):
        names = [f"pack-{n}" for n in range(number + 1)]
        declare(arena, campaign(*map(a_batch, names)), number)
        name = names[-1]
        told = at_once([lambda e=e, n=name: publication.publish(e, n, arena.now_s) for e in arena.environments(8)])
        assert refusals(told) == []
        assert sorted(replay for _, _, replay in accepted(told)) == [False] + [True] * 7
        assert len({batch.number for batch, _, _ in accepted(told)}) == 1
        assert (arena.books(name).remaining, arena.books(name).control.round) == (10, 1)
        assert reserved(arena) == {funder: 10 * len(names) * cost for funder, cost in COST_MINOR.items()}


def test_publishing_all_batches_at_once_publishes_each(arena: Arena) -> None:
    """Eight batches of one campaign, one group among them, each by its own operator: nobody is told to come again."""
    names = [f"pack-{n}" for n in range(8)]
    declare(arena, campaign(*(a_batch(name, exclusive_group="pair") for name in names)))
    pairs = zip(arena.environments(8), names, strict=True)
    told = at_once([lambda e=services, n=name: publication.publish(e, n, arena.now_s) for services, name in pairs])
    assert refusals(told) == []
    assert len({batch.buckets for batch, _, _ in accepted(told)}) == 1
    assert reserved(arena) == {funder: 80 * cost for funder, cost in COST_MINOR.items()}


def test_a_document_edited_while_it_is_published_freezes_one_version(arena: Arena) -> None:
    """Four publish while four apply another quantity: what is frozen is what is declared, and what is paid for."""
    for number in range(4):
        name, before = f"pack-{number}", [a_batch(f"pack-{n}", quantity=10) for n in range(number)]
        existing = campaigns.read(arena.services, "season").revision if number else None
        before = [_as_frozen(arena, one) for one in before]
        revision = declare(arena, campaign(*before, a_batch(name, quantity=10)), existing).revision
        edit = parsed(campaign(*before, a_batch(name, quantity=20), revision=revision))
        environments = arena.environments(8)
        calls: list[Callable[[], Any]] = []
        for publisher, editor in zip(environments[:4], environments[4:], strict=True):
            calls.append(lambda e=publisher, n=name: publication.publish(e, n, arena.now_s))
            calls.append(lambda e=editor, d=edit: campaigns.apply(e, "season", d, arena.now_s))
        told = at_once(calls)
        assert {type(refusal) for refusal in refusals(told)} <= {RevisionConflict, TermsFrozen, Busy}
        batch, control, _ = publication.publish(arena.services, name, arena.now_s)
        (declared,) = (b for b in campaigns.read(arena.services, "season").batches if b.batch_id == name)
        assert batch.document == declared
        assert arena.books(name).remaining == control.quantity == declared.quantity
        packs = sum(arena.books(f"pack-{n}").control.quantity for n in range(number + 1))
        assert reserved(arena) == {funder: packs * cost for funder, cost in COST_MINOR.items()}


def add_a_store(services: Services, number: int) -> None:
    """One operator's edit: a store more, and a day more withheld; read again where another was first."""
    while True:
        read = merchants.read(services, "diner")
        stores = [*read.stores, Store(store_id=f"s{number}", region="beijing")]
        withheld = [*read.withheld, Withholding(day=f"2020-06-0{number + 1}", reason="no goods")]
        try:
            merchants.put(services, "diner", MerchantEdit(revision=read.revision, stores=stores, withheld=withheld))
        except RevisionConflict:
            continue
        return


def retitle(services: Services, number: int, now_s: int) -> None:
    """Another's: the campaign's document, which names the diner with its first facts."""
    while True:
        read = campaigns.read(services, "season")
        try:
            campaigns.apply(services, "season", read.model_copy(update={"title": f"Season {number}"}), now_s)
        except RevisionConflict:
            continue
        return


def test_of_edits_of_one_merchant_at_once_each_is_kept(arena: Arena) -> None:
    """Eight add a store and withhold a day each, four edit the campaign's document, all of them at the same moment."""
    arena.publish(campaign())
    environments = arena.environments(12)
    calls: list[Callable[[], Any]] = [lambda e=e, n=n: add_a_store(e, n) for n, e in enumerate(environments[:8])]
    calls += [lambda e=e, n=n: retitle(e, n, arena.now_s) for n, e in enumerate(environments[8:])]
    assert refusals(at_once(calls)) == []
    found = merchants.read(arena.services, "diner")
    assert found.revision == 9
    assert {store.store_id for store in found.stores} == {"diner", *(f"s{number}" for number in range(8))}
    assert len(found.withheld) == 8
    assert campaigns.read(arena.services, "season").revision == 5


def _as_frozen(arena: Arena, document: dict[str, Any]) -> dict[str, Any]:
    """The batch as it was published, so that the document agrees with it."""
    return document | {"quantity": arena.books(document["batch_id"]).control.quantity}


assert THREADS >= CLAIMERS + RAISERS + SCHEDULES
