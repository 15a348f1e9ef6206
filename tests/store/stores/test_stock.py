"""Stock and control items: each clause of each condition refuses what it is there for, alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from coupons.damage import Damaged
from coupons.model.batches import Control
from coupons.stores.controls import Controls
from coupons.stores.parts import Part
from coupons.stores.stock import Shard, Stock
from tests.world import World

OPEN = Control("open", 1, 10)
SEALING = Control("sealing", 2, 10)
NOW_S = 1_591_408_800


@pytest.fixture
def stock(season: World) -> Stock:
    """Ten packs on two shards, round 1."""
    return season.services.stock


def shards(stock: Stock) -> list[tuple[int, int]]:
    return [(shard.remaining, shard.sealed) for shard in stock.shards("pack", 2)]


def control(stock: Stock) -> Control:
    found = Controls(stock._patient.dynamo, stock._patient.name).get("pack", consistent=True)
    assert found is not None
    return found


def test_a_lease_takes_packs_out_of_its_shard(stock: Stock) -> None:
    """Down to the last one."""
    assert stock.lease("pack", 0, 1, 1) == (True, Shard(4, 1))
    assert stock.lease("pack", 0, 1, 4) == (True, Shard(0, 1))
    assert shards(stock) == [(0, 1), (5, 1)]


@pytest.mark.parametrize(
    ("shard", "round_", "packs", "refused"),
    [
        (0, 1, 6, Shard(5, 1)),  # more than remain
        (0, 0, 1, Shard(5, 1)),  # a round that was sealed since
        (0, 2, 1, Shard(5, 1)),  # a round to come
    ],
)
def test_a_lease_is_refused(stock: Stock, shard: int, round_: int, packs: int, refused: Shard) -> None:
    """By the packs or by the round; it says what the shard holds and takes nothing."""
    assert stock.lease("pack", shard, round_, packs) == (False, refused)
    assert shards(stock) == [(5, 1), (5, 1)]


def test_a_pack_goes_back_to_a_shard_of_its_own_round_only(stock: Stock) -> None:
    """After the seal it is counted by the reclaim; given back as well, there would be one too many."""
    assert stock.lease("pack", 0, 1, 5)[0]
    assert stock.give_back("pack", 0, 1)
    assert shards(stock) == [(1, 1), (5, 1)]
    stock.seal("pack", 0, 2)
    assert not stock.give_back("pack", 0, 1)
    assert not stock.give_back("pack", 7, 1)
    assert shards(stock) == [(0, 2), (5, 1)]


def raise_quantity(stock: Stock, read: Control, quantity: int, packs: list[int], also: Sequence[Part] = ()) -> None:
    stock._patient.dynamo.transact([*stock.raising("pack", read, quantity, packs), *also])


def begin_sealing(stock: Stock) -> None:
    assert stock.begin_sealing("pack", OPEN)


def mark_drained(stock: Stock) -> None:
    assert stock.mark_drained("pack", OPEN, NOW_S)


def mark_sealed(stock: Stock) -> None:
    begin_sealing(stock)
    assert stock.mark_sealed("pack", 2, NOW_S)


def nothing(_stock: Stock) -> None:
    pass


Before = Callable[[Stock], None]


@pytest.mark.parametrize(
    ("before", "read", "why"),
    [
        (begin_sealing, replace(OPEN, round=2), "a reclaim is under way"),
        (nothing, replace(OPEN, round=2), "the shards were read in another round"),
        (nothing, replace(OPEN, quantity=9), "the quantity was raised since"),
        (mark_drained, OPEN, "it is marked"),
    ],
)
def test_drained_is_not_marked(stock: Stock, before: Before, read: Control, why: str) -> None:
    """Each of four reasons alone is enough."""
    before(stock)
    unchanged = control(stock)
    assert not stock.mark_drained("pack", read, NOW_S + 1), why
    assert control(stock) == unchanged


def test_drained_is_marked_with_its_second(stock: Stock) -> None:
    """And nothing else changes."""
    mark_drained(stock)
    assert control(stock) == replace(OPEN, drained_at_s=NOW_S)


def test_sealing_begins_once_a_round(stock: Stock) -> None:
    """`open 1 → sealing 2`, not from another round, and not again while it is under way."""
    assert not stock.begin_sealing("pack", replace(OPEN, round=2))
    assert control(stock) == OPEN
    begin_sealing(stock)
    assert control(stock) == SEALING
    assert not stock.begin_sealing("pack", replace(OPEN, round=2)), "it is sealing already"
    assert control(stock) == SEALING


def test_sealing_forgets_when_the_round_before_was_sealed(stock: Stock) -> None:
    """Otherwise the fence would count from then."""
    mark_sealed(stock)
    assert stock.reopen("pack", control(stock), [0, 0], claims=10, drained_at_s=NOW_S, final=False)
    assert stock.begin_sealing("pack", control(stock))
    assert (control(stock).round, control(stock).sealed_at_s) == (3, 0)


def test_a_fence_restarts_once(stock: Stock) -> None:
    """From the second that was read, while the reclaim of that round is under way; else nothing is written."""
    begin_sealing(stock)
    opened_again = replace(SEALING, sealed_at_s=0)
    mark_sealed_at = control(stock)
    assert stock.mark_sealed("pack", 2, NOW_S)
    sealed = replace(mark_sealed_at, sealed_at_s=NOW_S)
    for stale in (replace(sealed, round=1), replace(sealed, sealed_at_s=NOW_S - 1)):
        assert not stock.restart_fence("pack", stale, NOW_S - 60)
    assert control(stock) == sealed
    assert stock.restart_fence("pack", sealed, NOW_S - 60)
    assert control(stock).sealed_at_s == NOW_S - 60
    assert stock.reopen("pack", control(stock), [0, 0], claims=10, drained_at_s=NOW_S, final=False)
    assert not stock.restart_fence("pack", opened_again, NOW_S - 60), "it has reopened"
    assert control(stock).sealed_at_s == 0


def test_a_seal_zeroes_a_shard_once(stock: Stock) -> None:
    """A twin or a straggler of an older reclaim must not zero what was given out again."""
    stock.seal("pack", 0, 2)
    assert shards(stock) == [(0, 2), (5, 1)]
    mark_sealed(stock)
    stock.seal("pack", 1, 2)
    assert stock.reopen("pack", control(stock), [3, 3], claims=4, drained_at_s=0, final=False)
    for late_round in (2, 1):
        stock.seal("pack", 0, late_round)
    assert shards(stock) == [(3, 2), (3, 2)]


@pytest.mark.parametrize(
    ("before", "round_", "why"),
    [
        (nothing, 1, "no reclaim is under way"),
        (begin_sealing, 1, "an older round's"),
        (begin_sealing, 3, "another round's"),
        (mark_sealed, 2, "the fence counts already"),
    ],
)
def test_sealed_is_not_marked(stock: Stock, before: Before, round_: int, why: str) -> None:
    """Each reason alone is enough; above all the fence never starts twice."""
    before(stock)
    unchanged = control(stock)
    assert not stock.mark_sealed("pack", round_, NOW_S + 1), why
    assert control(stock) == unchanged


SEALED = replace(SEALING, sealed_at_s=NOW_S)


def raised(stock: Stock) -> None:
    mark_sealed(stock)
    raise_quantity(stock, SEALED, 11, [])


def sealed_shards(stock: Stock) -> None:
    mark_sealed(stock)
    for shard in range(2):
        stock.seal("pack", shard, 2)


@pytest.mark.parametrize(
    ("before", "read", "packs", "why"),
    [
        (nothing, OPEN, [0, 0], "it is open"),
        (mark_sealed, replace(SEALED, round=3), [0, 0], "another round's"),
        (raised, SEALED, [0, 0], "the quantity was raised since the count"),
        (mark_sealed, replace(SEALED, sealed_at_s=NOW_S - 1), [0, 0], "it was sealed at another second"),
    ],
)
def test_a_count_does_not_reopen(stock: Stock, before: Before, read: Control, packs: list[int], why: str) -> None:
    """Each reason alone is enough, and no shard is filled."""
    before(stock)
    unchanged = control(stock), shards(stock)
    assert not stock.reopen("pack", read, packs, claims=10, drained_at_s=0, final=True), why
    assert (control(stock), shards(stock)) == unchanged


def test_a_shard_that_is_not_of_this_round_is_damaged(stock: Stock) -> None:
    """All are sealed before the count, so it never will be; nothing is filled."""
    mark_sealed(stock)
    unchanged = control(stock), shards(stock)
    with pytest.raises(Damaged, match="STOCK#pack#0"):
        stock.reopen("pack", SEALED, [5, 0], claims=5, drained_at_s=0, final=True)
    assert (control(stock), shards(stock)) == unchanged


def test_a_shard_that_is_not_there_is_damaged(stock: Stock) -> None:
    """Neither leased from, nor sealed, nor read as an empty one."""
    for attempt in (
        lambda: stock.lease("pack", 7, 1, 1),
        lambda: stock.seal("pack", 7, 2),
        lambda: stock.shards("pack", 8),
    ):
        with pytest.raises(Damaged, match="lacks 'remaining'"):
            attempt()
    assert shards(stock) == [(5, 1), (5, 1)]


@pytest.mark.parametrize(("claims", "packs"), [(4, [3, 3]), (9, [1, 0]), (10, [0, 0])])
def test_a_count_reopens_with_what_is_left(stock: Stock, claims: int, packs: list[int]) -> None:
    """Σ remaining + claims = quantity, and sold out if and only if claims = quantity."""
    sealed_shards(stock)
    assert stock.reopen("pack", SEALED, packs, claims=claims, drained_at_s=7, final=True)
    expected = replace(
        SEALED, state="open", claims=claims, sold_out=claims == 10, drained_at_s=7, sealed_at_s=0, final=True
    )
    assert control(stock) == expected
    assert shards(stock) == [(packs[0], 2), (packs[1], 2)]
    assert not stock.reopen("pack", SEALED, packs, claims=claims, drained_at_s=0, final=True), "a twin's repeat"
