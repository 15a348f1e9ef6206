"""Leases: how many packs they take, how long they live, and where their packs are put back."""

from __future__ import annotations

import pytest

from coupons.model.batches import Control, PublishedBatch
from coupons.process.leases import Token
from coupons.refusals import Closed
from coupons.schedule.minute import run_schedule
from coupons.stores.dynamodb import NoAnswer
from tests.store.faults import Counting, Faulty, answer_lost, request_lost
from tests.world import World, a_batch, campaign


@pytest.fixture
def plenty(world: World) -> World:
    """4,000 packs on two shards."""
    world.publish(campaign(a_batch(quantity=4_000)))
    return world


@pytest.fixture
def batch(plenty: World) -> PublishedBatch:
    """The published batch."""
    return plenty.services.cache.batch("pack")


def stock(world: World) -> int:
    return sum(shard.remaining for shard in world.services.stock.shards("pack", 2))


def take(world: World, batch: PublishedBatch, count: int, *, every_s: float = 0.0) -> list[Token]:
    tokens = []
    for _ in range(count):
        tokens.append(world.services.leases.take(batch, world.now_s))
        world.clock.advance(every_s)
    return tokens


def sizes(tokens: list[Token]) -> list[int]:
    """The packs of each lease in turn."""
    return [lease.packs for lease in {id(token.lease): token.lease for token in tokens}.values()]


def test_a_busy_process_doubles_its_lease_up_to_64(plenty: World, batch: PublishedBatch) -> None:
    """1, 2, 4 … 64, 64 packs, and every token is handed out once."""
    tokens = take(plenty, batch, 255)
    assert sizes(tokens) == [1, 2, 4, 8, 16, 32, 64, 64, 64]
    assert len({token.name for token in tokens}) == 255
    assert stock(plenty) == 4_000 - 255


@pytest.mark.parametrize(("every_s", "expected"), [(0.5, [1, 2, 2, 2]), (0.25, [1, 2, 4, 4]), (2.0, [1, 1, 1, 1])])
def test_k_is_what_a_second_spends(plenty: World, batch: PublishedBatch, every_s: float, expected: list[int]) -> None:
    """A quiet process leases one pack at a time."""
    assert sizes(take(plenty, batch, sum(expected), every_s=every_s)) == expected


def test_a_pause_shrinks_the_lease(plenty: World, batch: PublishedBatch) -> None:
    """By either clock; after a freeze only the wall clock has moved."""
    take(plenty, batch, 31)
    plenty.clock.wall += 8
    assert sizes(take(plenty, batch, 1)) == [2]


def test_near_the_end_nobody_sits_on_the_last_packs(world: World) -> None:
    """At most 1/16 of what a shard was last seen to hold."""
    world.publish(campaign(a_batch(quantity=160)))
    batch = world.services.cache.batch("pack")
    for token in take(world, batch, 100):
        assert token.lease.packs <= max(1, 80 // 16)
    assert sizes(take(world, batch, 30))[-1] == 1


def test_the_cost_of_a_lease_is_one_request(plenty: World, batch: PublishedBatch) -> None:
    """255 tokens in nine requests."""
    counting = Counting(plenty.client)
    plenty.services = plenty.new_services(client=counting)
    plenty.services.cache.control("pack")
    counting.requests.clear()
    take(plenty, batch, 255)
    assert counting.requests == {"update_item": 9}


@pytest.mark.parametrize("advance", [lambda c: c.advance(10), lambda c: setattr(c, "wall", c.wall - 1)])
def test_a_lapsed_lease_hands_out_nothing(plenty: World, batch: PublishedBatch, advance: object) -> None:
    """Its packs are stranded: they are neither handed out nor put back."""
    [*_, last] = take(plenty, batch, 4)
    assert (last.lease.packs, len(last.lease.held)) == (4, 3)
    advance(plenty.clock)  # type: ignore[operator]
    plenty.services.leases.put_back(last)
    [fresh] = take(plenty, batch, 1)
    assert fresh.lease is not last.lease
    assert len(last.lease.held) == 3
    assert stock(plenty) == 4_000 - 7 - fresh.lease.packs


def test_a_lease_of_an_older_round_hands_out_nothing(plenty: World, batch: PublishedBatch) -> None:
    """As soon as the process knows that the control item is in another round."""
    [*_, last] = take(plenty, batch, 4)
    assert plenty.services.stock.begin_sealing("pack", Control("open", 1, 4_000))
    for shard in range(2):
        plenty.services.stock.seal("pack", shard, 2)
    assert plenty.services.stock.mark_sealed("pack", 2, 5)
    assert plenty.services.stock.reopen(
        "pack", Control("sealing", 2, 4_000, sealed_at_s=5), [9, 9], claims=0, drained_at_s=0, final=False
    )
    plenty.clock.advance(1)
    [fresh] = take(plenty, batch, 1)
    assert (last.lease.round, fresh.lease.round) == (1, 2)
    plenty.services.leases.put_back(Token(last.lease, 0))
    assert stock(plenty) == 18 - fresh.lease.packs


def test_no_pack_leaves_the_stock_after_the_final_count(plenty: World, batch: PublishedBatch) -> None:
    """A request that was admitted before the closing, and goes on only now, is told that the batch has closed."""
    admitted_s, other = plenty.now_s, plenty.new_services()
    plenty.clock.advance(batch.closes_at_s - admitted_s)
    for _ in range(2):
        run_schedule(other, plenty.now_s, other.clock.monotonic_s() + 45)
        plenty.clock.advance(60)
    assert other.cache.control_now("pack").final
    assert stock(plenty) == 4_000
    with pytest.raises(Closed):
        plenty.services.leases.take(batch, admitted_s)
    assert stock(plenty) == 4_000


def test_a_token_goes_back_into_its_own_lease(plenty: World, batch: PublishedBatch) -> None:
    """No request is sent, and the token is handed out again."""
    [*_, last] = take(plenty, batch, 4)
    before = plenty.items()
    plenty.services.leases.put_back(last)
    assert plenty.items() == before
    assert sorted(token.ordinal for token in take(plenty, batch, 4)) == [0, 1, 2, 3]
    assert plenty.items() == before


def test_the_last_token_of_a_lease_goes_back_to_its_shard(plenty: World, batch: PublishedBatch) -> None:
    """At once: this process may get no further claim."""
    [only] = take(plenty, batch, 1)
    assert stock(plenty) == 3_999
    plenty.services.leases.put_back(only)
    assert stock(plenty) == 4_000
    [fresh] = take(plenty, batch, 1)
    assert fresh.name != only.name


@pytest.mark.parametrize(("fault", "left"), [(answer_lost, 3_999), (request_lost, 4_000)])
def test_a_lease_is_asked_for_once(plenty: World, batch: PublishedBatch, fault: object, left: int) -> None:
    """A lost answer strands the packs; a second request would strand more."""
    client = Faulty(plenty.client, "update_item", fault)  # type: ignore[arg-type]
    services = plenty.new_services(client=client)
    with pytest.raises(NoAnswer):
        services.leases.take(batch, plenty.now_s)
    assert (client.calls, stock(plenty)) == (1, left)
