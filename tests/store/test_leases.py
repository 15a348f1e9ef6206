"""Leases that grow with the pace: how many packs, for how long, and where they go back to."""

from __future__ import annotations

import pytest

from coupons.leasing import Token
from coupons.releases import Control, Release
from coupons.stores.dynamodb import NoAnswer
from tests.store.faults import Counting, Faulty, answer_lost, request_lost
from tests.world import World, batch, campaign


@pytest.fixture
def plenty(world: World) -> World:
    """4,000 packs on two shards."""
    world.publish(campaign(batch(quantity=4_000)))
    return world


@pytest.fixture
def release(plenty: World) -> Release:
    """The published batch."""
    return plenty.env.live.release("pack")


def stock(world: World) -> int:
    return sum(shard.remaining for shard in world.env.stock.shards("pack", 2))


def take(world: World, release: Release, count: int, *, every_s: float = 0.0) -> list[Token]:
    tokens = []
    for _ in range(count):
        tokens.append(world.env.leases.take(release, world.now_s))
        world.clock.advance(every_s)
    return tokens


def sizes(tokens: list[Token]) -> list[int]:
    """k of each lease in turn."""
    return [lease.packs for lease in {id(token.lease): token.lease for token in tokens}.values()]


def test_a_busy_process_doubles_its_lease_up_to_64(plenty: World, release: Release) -> None:
    """1, 2, 4 … 64, 64: and every token is handed out once."""
    tokens = take(plenty, release, 255)
    assert sizes(tokens) == [1, 2, 4, 8, 16, 32, 64, 64, 64]
    assert len({token.name for token in tokens}) == 255
    assert stock(plenty) == 4_000 - 255


@pytest.mark.parametrize(("every_s", "expected"), [(0.5, [1, 2, 2, 2]), (0.25, [1, 2, 4, 4]), (2.0, [1, 1, 1, 1])])
def test_k_is_what_a_second_spends(plenty: World, release: Release, every_s: float, expected: list[int]) -> None:
    """A quiet process reserves one pack at a time."""
    assert sizes(take(plenty, release, sum(expected), every_s=every_s)) == expected


def test_a_pause_shrinks_the_lease(plenty: World, release: Release) -> None:
    """By either clock: also by the wall alone, as after a freeze."""
    take(plenty, release, 31)
    plenty.clock.wall += 8
    assert sizes(take(plenty, release, 1)) == [2]


def test_near_the_end_nobody_sits_on_the_last_packs(world: World) -> None:
    """At most 1/16 of what a shard was last seen to hold."""
    world.publish(campaign(batch(quantity=160)))
    release = world.env.live.release("pack")
    for token in take(world, release, 100):
        assert token.lease.packs <= max(1, 80 // 16)
    assert sizes(take(world, release, 30))[-1] == 1


def test_the_cost_of_a_lease_is_one_request(plenty: World, release: Release) -> None:
    """255 tokens in nine requests."""
    counting = Counting(plenty.client)
    plenty.env = plenty.environment(client=counting)
    plenty.env.live.control("pack")
    counting.requests.clear()
    take(plenty, release, 255)
    assert counting.requests == {"update_item": 9}


@pytest.mark.parametrize("advance", [lambda c: c.advance(10), lambda c: setattr(c, "wall", c.wall - 1)])
def test_a_lapsed_lease_hands_out_nothing(plenty: World, release: Release, advance: object) -> None:
    """What it still held is stranded: neither given out nor given back."""
    [*_, last] = take(plenty, release, 4)
    assert (last.lease.packs, len(last.lease.held)) == (4, 3)
    advance(plenty.clock)  # type: ignore[operator]
    plenty.env.leases.put_back(last)
    [fresh] = take(plenty, release, 1)
    assert fresh.lease is not last.lease
    assert len(last.lease.held) == 3
    assert stock(plenty) == 4_000 - 7 - fresh.lease.packs


def test_a_lease_of_an_older_round_hands_out_nothing(plenty: World, release: Release) -> None:
    """As soon as the control item is known to be in another round."""
    [*_, last] = take(plenty, release, 4)
    assert plenty.env.stock.begin_sealing("pack", Control("open", 1, 4_000))
    for shard in range(2):
        plenty.env.stock.seal("pack", shard, 2)
    assert plenty.env.stock.mark_sealed("pack", 2, 5)
    assert plenty.env.stock.reopen(
        "pack", Control("sealing", 2, 4_000, sealed_at_s=5), [9, 9], claims=0, drained_at_s=0, final=False
    )
    plenty.clock.advance(1)
    [fresh] = take(plenty, release, 1)
    assert (last.lease.round, fresh.lease.round) == (1, 2)
    plenty.env.leases.put_back(Token(last.lease, 0))
    assert stock(plenty) == 18 - fresh.lease.packs


def test_a_token_goes_back_into_its_own_lease(plenty: World, release: Release) -> None:
    """Without a request, and is handed out again."""
    [*_, last] = take(plenty, release, 4)
    before = plenty.items()
    plenty.env.leases.put_back(last)
    assert plenty.items() == before
    assert sorted(token.ordinal for token in take(plenty, release, 4)) == [0, 1, 2, 3]
    assert plenty.items() == before


def test_the_last_token_of_a_lease_goes_back_to_its_shard(plenty: World, release: Release) -> None:
    """At once, for nobody may want it here."""
    [only] = take(plenty, release, 1)
    assert stock(plenty) == 3_999
    plenty.env.leases.put_back(only)
    assert stock(plenty) == 4_000
    [fresh] = take(plenty, release, 1)
    assert fresh.name != only.name


@pytest.mark.parametrize(("fault", "left"), [(answer_lost, 3_999), (request_lost, 4_000)])
def test_a_lease_is_asked_for_once(plenty: World, release: Release, fault: object, left: int) -> None:
    """A lost answer strands its packs; asking again would strand more."""
    client = Faulty(plenty.client, "update_item", fault)  # type: ignore[arg-type]
    env = plenty.environment(client=client)
    with pytest.raises(NoAnswer):
        env.leases.take(release, plenty.now_s)
    assert (client.calls, stock(plenty)) == (1, left)


def test_refusals_are_counted_every_five_seconds(season: World) -> None:
    """By cause, with the next refusal, in one write; not the refusals of other batches' people."""
    counting = Counting(season.client)
    env = season.environment(client=counting)
    for step_s in (0, 1, 3.9):
        season.clock.advance(step_s)
        env.refused.count("pack", "drained")
    assert counting.requests["update_item"] == 0
    season.clock.advance(0.1)
    env.refused.count("pack", "sold-out")
    assert counting.requests["update_item"] == 1
    assert season.env.statistics.refused("pack") == {"drained": 3, "sold-out": 1}
    assert season.env.statistics.refused("other") == {}
    season.clock.advance(5)
    env.refused.count("pack", "drained")
    assert season.env.statistics.refused("pack") == {"drained": 4, "sold-out": 1}


def test_a_statistic_that_cannot_be_written_is_let_go(season: World) -> None:
    """Once; the refusal is answered all the same."""
    client = Faulty(season.client, "update_item", request_lost)
    env = season.environment(client=client)
    env.refused.count("pack", "not-open")
    season.clock.advance(5)
    env.refused.count("pack", "drained")
    assert (client.calls, season.env.statistics.refused("pack")) == (1, {})
