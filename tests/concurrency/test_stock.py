"""Sixteen environments empty a stock: never one pack too many, and after the reclaim not one too few."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from threading import Barrier

import pytest

from coupons.model.claims import Claim
from coupons.process.services import Services
from coupons.refusals import AlreadyClaimedGroup, Busy, Drained, Refusal, SoldOut
from tests.concurrency.faults import Gated, Late, Silence, Unreliable
from tests.concurrency.racing import (
    RECLAIM_S,
    THREADS,
    Arena,
    Books,
    accepted,
    assert_exact,
    at_once,
    refusals,
    shuffled,
)
from tests.world import KEYS, a_batch, campaign

PACKS = 300
WAVES_MAX = 12
PEOPLE = [f"person-{number}" for number in range(330)]


@dataclass
class Rush:
    """What the people were told."""

    acknowledged: dict[str, list[tuple[Claim, bool]]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def served(self, person: str, claimed: tuple[Claim, bool]) -> None:
        self.acknowledged.setdefault(person, []).append(claimed)


def rush(arena: Arena, environments: list[Services], people: list[str]) -> Rush:
    """Every person claims, each third one in two environments, each environment its people one after the other."""
    found = Rush()

    def serve(services: Services, mine: list[str]) -> list[tuple[str, tuple[Claim, bool] | Refusal]]:
        told: list[tuple[str, tuple[Claim, bool] | Refusal]] = []
        for person in mine:
            try:
                held, replay = arena.claim(services, person)
            except Refusal as refusal:
                told.append((person, refusal))
            else:
                told.append((person, (held.claim, replay)))
        return told

    number = len(environments)
    shares = [shuffled(people[i::number] + people[i + 1 :: 3 * number], i) for i in range(number)]
    calls = [lambda e=services, s=share: serve(e, s) for services, share in zip(environments, shares, strict=True)]
    for told in accepted(at_once(calls)):
        for person, outcome in told:
            if isinstance(outcome, Refusal):
                found.refused.append(outcome)
            else:
                found.served(person, outcome)
    return found


def without(books: Books) -> list[str]:
    """Who holds no pack yet."""
    return [person for person in PEOPLE if KEYS.person(person) not in books.claims]


def assert_kept(found: Rush, books: Books) -> None:
    """Whoever was told that they hold a pack holds it, the same one each time; `new` at most once; no pack is two's."""
    for person, told in found.acknowledged.items():
        stored = books.claims[KEYS.person(person)]
        assert {claim.token for claim, _ in told} == {stored.token}, person
        assert sum(not replay for _, replay in told) <= 1, person
    assert len({claim.token for claim in books.claims.values()}) == len(books.claims)


def test_sixteen_environments_hand_out_every_pack_once(arena: Arena) -> None:
    """300 packs, 330 people, a third of them twice: never too many, all that was said is stored, drained, then exact.

    What was put back after the drain is claimed in later waves, and then, not before, it is sold out.
    """
    arena.publish(campaign(a_batch(quantity=PACKS)))
    found = rush(arena, arena.environments(), PEOPLE)
    books = arena.books()
    assert len(books.claims) <= PACKS
    assert len(books.claims) == sum(not replay for told in found.acknowledged.values() for _, replay in told)
    assert_kept(found, books)
    assert {type(refusal) for refusal in found.refused} <= {Drained, Busy}
    assert books.control.drained_at_s == arena.now_s
    for wave in range(1, WAVES_MAX):
        assert not arena.books().control.sold_out, "only a count may say so"
        arena.reclaim()
        assert_exact(arena.books())
        if arena.books().control.sold_out:
            break
        rush(arena, arena.environments(seed=wave * THREADS), without(arena.books()))
    assert len(arena.books().claims) == PACKS
    with pytest.raises(SoldOut):
        arena.claim(arena.services, "latecomer")


@pytest.mark.parametrize(
    ("packs", "seed", "silence"),
    [
        (100, 1, Silence()),
        # Nothing is stranded here to make up for a pack that a forgotten claim of one's own hands out twice.
        (100, 3, Silence(put_applied=0.1, put_lost=0, put_late=0, lease_applied=0)),
        (60, 5, Silence(put_applied=0.3, put_lost=0, put_late=0, lease_applied=0, put_throttled=0.3)),
        (60, 4, Silence(put_applied=0, put_lost=0, put_late=0.3, lease_applied=0)),
    ],
    ids=["all kinds", "answers lost", "lost, then throttled", "puts late"],
)
def test_lost_answers_and_late_puts_never_oversell_and_strand_nothing_for_good(
    arena: Arena, packs: int, seed: int, silence: Silence
) -> None:
    """Puts and leases meet silence, some puts arrive 20 s later: never a pack too many, in the end exactly all."""
    arena.publish(campaign(a_batch(quantity=packs)))
    faults, late = 0, Late()
    for wave in range(WAVES_MAX):
        unreliable = [
            Unreliable(client, random.Random(f"{seed} {wave} {i}"), late, silence)
            for i, client in enumerate(arena.clients)
        ]
        environments = [arena.new_services(client=u, seed=i) for i, u in enumerate(unreliable)]
        found = rush(arena, environments, without(arena.books())[: packs + 30])
        faults += sum(u.faults for u in unreliable)
        assert_kept(found, arena.books())
        assert len(arena.books().claims) <= packs
        arena.tick()
        arena.clock.advance(20)
        arena.tick()  # too early: what was sent before the seal is still within the fence
        late.arrive()
        assert len(arena.books().claims) <= packs
        arena.clock.advance(RECLAIM_S - 20)
        arena.tick()
        assert_exact(arena.books())
        if arena.books().control.sold_out:
            break
    assert faults > 3, "the faults were injected"
    assert len(arena.books().claims) == packs
    assert arena.books().control.sold_out


def test_a_seal_between_lease_and_put_loses_nothing_and_hands_out_nothing_twice(arena: Arena) -> None:
    """Sixteen have leased when the seal comes: eight puts still count, eight packs stay out of the new round."""
    arena.publish(campaign(a_batch(quantity=PACKS)))
    arena.claim(arena.services, "ann")
    gate = Barrier(THREADS, action=lambda: (arena.drain(), arena.tick()))
    environments = [arena.new_services(client=Gated(client, gate), seed=i) for i, client in enumerate(arena.clients)]
    people = ["ann", *PEOPLE[:8], *["ann"] * 7]
    pairs = zip(environments, people, strict=True)
    told = accepted(at_once([lambda e=services, p=person: arena.claim(e, p) for services, person in pairs]))
    assert [replay for _, replay in told].count(True) == 8
    assert (arena.books().control.state, arena.books().remaining) == ("sealing", 0)
    arena.clock.advance(RECLAIM_S)
    arena.tick()
    assert_exact(arena.books())
    assert len(arena.books().claims) == 9


def test_an_environment_that_missed_a_reclaim_leases_in_the_new_round(arena: Arena) -> None:
    """Sixteen environments, frozen since before a reclaim, wake up with the old round: what they put back is not lost.

    A lease under the old round would be stranded, because its shard takes nothing back from a round that was sealed.
    """
    arena.publish(campaign(a_batch(quantity=PACKS)))
    arena.claim(arena.services, "ann")
    clock, arena.clock = arena.clock, replace(arena.clock)
    frozen = arena.environments()
    arena.clock = clock
    for services in frozen:
        services.cache.control("pack")
    arena.drain()
    arena.reclaim()
    assert arena.books().control.round == 2
    told = accepted(at_once([lambda e=services: arena.claim(e, "ann") for services in frozen]))
    assert [replay for _, replay in told] == [True] * THREADS
    assert arena.books().unclaimed == 0


def test_one_person_from_sixteen_clients_has_one_claim_and_takes_one_pack(arena: Arena) -> None:
    """Fifteen of sixteen simultaneous claims of one person are repeats of the sixteenth; their packs go back."""
    arena.publish(campaign(a_batch(quantity=8 * THREADS)))
    told = at_once([lambda e=services: arena.claim(e, "ann") for services in arena.environments()])
    assert refusals(told) == []
    assert sorted(replay for _, replay in accepted(told)) == [False] + [True] * (THREADS - 1)
    assert len({held.claim.token for held, _ in accepted(told)}) == 1
    books = arena.books()
    assert (len(books.claims), books.unclaimed) == (1, 0)


def test_one_person_at_two_batches_of_a_group_at_once_gets_one(arena: Arena) -> None:
    """Online or offline, not both: one claim over both batches, the other batch refuses and keeps its packs."""
    arena.publish(campaign(*(a_batch(name, quantity=64, exclusive_group="smart") for name in ("online", "offline"))))
    asked = ["online", "offline"] * (THREADS // 2)
    shares = zip(arena.environments(), asked, strict=True)
    told = at_once([lambda e=services, b=batch_id: arena.claim(e, "ann", b) for services, batch_id in shares])
    assert sum(not replay for _, replay in accepted(told)) == 1
    (winner,) = {held.batch.batch_id for held, _ in accepted(told)}
    loser = "offline" if winner == "online" else "online"
    assert len(accepted(told)) == asked.count(winner)
    assert {(type(r), r.claimed_batch_id) for r in refusals(told)} == {(AlreadyClaimedGroup, winner)}
    assert (len(arena.books(winner).claims), arena.books(winner).unclaimed) == (1, 0)
    assert (len(arena.books(loser).claims), arena.books(loser).unclaimed) == (0, 0)
