"""An invocation stands still at each of its requests in turn, while others do all there is to do, and then goes on.

A race would come upon these moments once in a thousand runs; here every one of them is visited.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from coupons.operate import publication
from coupons.process.services import Services
from coupons.refusals import Refusal, TermsFrozen
from coupons.settle import budgets
from tests.concurrency.faults import Stalling
from tests.concurrency.racing import RECLAIM_S, Arena, assert_exact
from tests.world import OPENING, a_batch, campaign, seconds

POINTS_MAX = 30
_prefixes = count(1)

Step = Callable[[Arena, Services], Any]


def claim(arena: Arena, services: Services) -> None:
    """Bo claims; a refusal is as good as an answer."""
    try:
        arena.claim(services, "bo")
    except Refusal:
        return


def tick(arena: Arena, services: Services) -> None:
    arena.tick(services)


def raise_to(quantity: int) -> Step:
    return lambda _arena, services: publication.raise_quantity(services, "pack", quantity, seconds(OPENING))


def whole_reclaim(arena: Arena) -> None:
    """Two ticks with more than a fence between them, whatever was under way before."""
    arena.drain()
    arena.reclaim()
    arena.clock.advance(RECLAIM_S)


def raised(arena: Arena) -> None:
    """To twelve, unless the one that stalls was first."""
    with suppress(TermsFrozen):
        publication.raise_quantity(arena.services, "pack", 12, seconds(OPENING))


def raised_and_reclaimed(arena: Arena) -> None:
    raised(arena)
    whole_reclaim(arena)


def at_each_point(
    clients: list[Any], quantity: int, prepare: Callable[[Arena], None], step: Step, meanwhile: Callable[[Arena], None]
) -> list[Arena]:
    """A world for each request of `step`, in which `meanwhile` happened right after it."""
    found = []
    for point in range(1, POINTS_MAX):
        arena = Arena(clients, prefix=f"stall{next(_prefixes)}-")
        arena.publish(campaign(a_batch(quantity=quantity)))
        prepare(arena)
        stalling = Stalling(arena.clients[1], point, lambda arena=arena: meanwhile(arena))
        step(arena, arena.new_services(client=stalling, seed=point))
        if not stalling.stalled:
            return found
        found.append(arena)
    raise AssertionError(f"more than {POINTS_MAX} requests")


def ann_claims(arena: Arena) -> None:
    arena.claim(arena.services, "ann")


def ann_claims_and_it_drains(arena: Arena) -> None:
    ann_claims(arena)
    arena.drain()


def sealed_a_fence_ago(arena: Arena) -> None:
    ann_claims_and_it_drains(arena)
    arena.tick()
    arena.clock.advance(RECLAIM_S)


@pytest.mark.parametrize("meanwhile", [whole_reclaim, raised])
def test_a_claim_that_stalls_takes_its_pack_or_leaves_it(
    clients: list[Any], meanwhile: Callable[[Arena], None]
) -> None:
    """A reclaim while it stands still: the lease has lapsed or the claim is counted; no pack is lost."""
    for arena in at_each_point(clients, 10, ann_claims, claim, meanwhile):
        assert arena.books().unclaimed == 0
        assert len(arena.books().claims) in (1, 2)


def test_a_claim_that_found_nothing_does_not_drain_what_was_raised_since(clients: list[Any]) -> None:
    """It has read all shards at zero; then eleven packs come; the mark it was about to set would be a lie."""
    for arena in at_each_point(clients, 1, ann_claims, claim, raised):
        books = arena.books()
        assert books.remaining
        assert not books.control.drained_at_s
        arena.claim(arena.services, "cy")


@pytest.mark.parametrize("prepare", [ann_claims_and_it_drains, sealed_a_fence_ago])
def test_a_schedule_that_stalls_undoes_nothing(clients: list[Any], prepare: Callable[[Arena], None]) -> None:
    """Others carry a raise and the reclaim through; what the first one does when it wakes changes nothing."""
    for arena in at_each_point(clients, 10, prepare, tick, raised_and_reclaimed):
        if arena.books().control.state == "sealing":
            # It woke before its own first step, and began a reclaim of its own.
            arena.clock.advance(RECLAIM_S)
            arena.tick()
        assert_exact(arena.books())
        assert len(arena.books().claims) == 1


@pytest.mark.parametrize(
    ("prepare", "meanwhile"),
    [(ann_claims, raised), (sealed_a_fence_ago, raised), (ann_claims, raised_and_reclaimed)],
)
def test_a_raise_that_stalls_adds_its_packs_once(
    clients: list[Any], prepare: Callable[[Arena], None], meanwhile: Callable[[Arena], None]
) -> None:
    """Another raise or a reclaim comes in between: fourteen packs in the end, in the stock or claimed, and paid for."""
    for arena in at_each_point(clients, 10, prepare, raise_to(14), meanwhile):
        if arena.books().control.state == "sealing":
            arena.clock.advance(RECLAIM_S)
            arena.tick()
        books = arena.books()
        assert (books.control.quantity, books.unclaimed) == (14, 0)
        assert [b.reserved_minor for b in budgets.campaign_money(arena.services, "season", "").budgets] == [
            14 * 500,
            14 * 300,
            14 * 200,
        ]
