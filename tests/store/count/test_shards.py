"""Counting a shard: each record once, however its records are cut, repeated or interrupted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, get_args
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import count
from coupons.count import shards as counting
from coupons.model.statistics import Cell, Flow
from coupons.process.services import replace_services
from coupons.stores.dynamodb import NoAnswer
from coupons.stores.statistics import MinuteOf, Statistics, StreamShard
from infra.virtual.store import Store
from tests.bus import Record, record, window
from tests.store.played_hour import DOCUMENT, by_table, played, stored, take
from tests.world import World


@pytest.fixture
def season(world: World) -> tuple[World, list[Record]]:
    """A stack, and all records of its streams."""
    return world, played(world)


def test_a_played_hour_is_counted_by_everything(season: tuple[World, list[Record]]) -> None:
    """Each flow by each dimension; money of a reversal in parts is taken off to the last minor unit."""
    world, records = season
    for own in by_table(records).values():
        take(world, own, "a")
    whole = Counter[str]()
    for minute, row in stored(world).items():
        if minute.startswith("STATS"):
            whole.update(row)
    counted = {name: whole[name] for name in whole}
    assert (counted["K"], counted["C"], counted["R"], counted["U"]) == (2, 3, 2, 2)
    for name in ("sfood", "bpack"):
        assert [counted[f"{flow}{name}"] for flow in "KCRU"] == [2, 3, 2, 2]
    for name in ("ddongcheng", "kcatering", "hoffline", "tsmall"):
        assert [counted[f"{flow}{name}"] for flow in "RUDGT"] == [counted[flow] for flow in "RUDGT"]
    assert counted["D"] == sum(counted[f"Df{funder}"] for funder in ("city", "platform", "shop"))
    assert counted["T"] == 12001 - 2000 - (2000 - counted["D"]) - (2000 - counted["G"])


def test_no_counter_is_called_like_a_type(world: World) -> None:
    """An item with an attribute `M` is a map for ministack: its next counters would be lost in it."""
    everything = {Cell(flow, "", ""): 1 for flow in get_args(Flow)}
    part = world.services.statistics.add(MinuteOf("season", 0, 0), 0, everything, 0)
    named = set(part.request["ExpressionAttributeNames"].values())
    assert len(named) == len(everything)
    assert not named & {"S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"}


def cut(rng: random.Random, records: list[Record]) -> Iterator[list[Record]]:
    """The records in pieces, in order; some pieces come again, alone or with those that follow."""
    at = 0
    while at < len(records):
        begin = max(0, at - rng.randrange(3)) if rng.random() < 0.4 else at
        at = max(at, begin + rng.randint(1, 5))
        yield records[begin:at]
        if rng.random() < 0.3:
            yield records[begin:at]


@pytest.fixture(scope="module")
def history() -> tuple[Any, list[Record], dict[str, dict[str, Any]]]:
    """A stack's items before anything is counted, its records, and what is stored when they are counted one by one."""
    world = World(Store())
    records = played(world)
    items = world.client.snapshot()
    for one in records:
        take(world, [one], one["eventSourceARN"])
    return items, records, stored(world)


def restored(items: Any) -> World:
    world = World(Store())
    world.client.restore(items)
    return world


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_cutting_with_repeats_gives_the_same(
    history: tuple[Any, list[Record], dict[str, dict[str, Any]]], seed: int
) -> None:
    """Records of up to four shards a stream, cut anywhere, repeated, shards in any order, killed between parts."""
    items, records, expected = history
    rng = random.Random(seed)
    world = restored(items)
    streams: dict[str, list[Record]] = {}
    for one in records:
        # An item is always in one shard.
        shard = crc32(f"{one['dynamodb']['Keys']['pk']['S']}{seed}".encode()) % 4
        streams.setdefault(f"{one['eventSourceARN']} {shard}", []).append(one)
    pieces = {shard_id: list(cut(rng, own)) for shard_id, own in streams.items()}
    while pieces:
        shard_id = rng.choice(sorted(pieces))
        piece = pieces[shard_id].pop(0)
        if rng.random() < 0.3:
            dies(world, piece, shard_id, after=rng.randrange(3), cells=rng.choice([1, 20, 60]))
        take(world, piece, shard_id)
        if not pieces[shard_id]:
            del pieces[shard_id]
    assert stored(world) == expected


class DiedError(Exception):
    """The environment ended."""


def dies(world: World, records: list[Record], shard_id: str, *, after: int, cells: int) -> None:
    """The function gets the records, in parts of few cells, and ends before its part `after`."""
    real, made = world.services.transact, Counter[str]()

    def transact(parts: Any) -> None:
        made["parts"] += 1
        if made["parts"] > after:
            raise DiedError
        real(parts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.services, "transact", transact)
        patch.setattr(counting, "CELLS_MAX", cells)
        with suppress(DiedError):
            take(world, records, shard_id)


def test_a_batch_that_died_halfway_goes_on_where_it_was(season: tuple[World, list[Record]]) -> None:
    """What its first parts counted is not counted again."""
    world, records = season
    own = by_table(records)[records[0]["eventSourceARN"]]
    dies(world, own, "a", after=2, cells=1)
    read = world.services.statistics.checkpoint(StreamShard("ClaimsTable/stream/2020-06-06T00:00:00.000", "a"))
    assert read == own[1]["dynamodb"]["SequenceNumber"]
    take(world, own, "a")
    world_of_one = stored(world)
    assert sum(row.get("C", 0) for row in world_of_one.values()) == 3


@pytest.mark.parametrize("first", ["parent", "child"])
def test_a_shard_that_splits_is_counted_once_in_any_order(season: tuple[World, list[Record]], first: str) -> None:
    """Parent and children have checkpoints of their own."""
    world, records = season
    own = by_table(records)[records[0]["eventSourceARN"]]
    split = {"parent": own[:3], "child-1": own[3::2], "child-2": own[4::2]}
    order_of = ["parent", "child-1", "child-2"] if first == "parent" else ["child-2", "child-1", "parent"]
    for shard_id in [*order_of, *order_of]:
        take(world, split[shard_id], shard_id)
    rows = stored(world)
    assert sum(row.get("C", 0) for row in rows.values()) == 3
    assert sum(row.get("K", 0) for row in rows.values()) == 2


def test_numbers_are_compared_as_integers(season: tuple[World, list[Record]]) -> None:
    """A number with one digit more is the greater one, whatever it begins with; a record without a statistic counts."""
    world, records = season
    claims = [one for one in records if "CLAIM#" in str(one["dynamodb"]["Keys"]) and one["eventName"] == "INSERT"]
    for one, number in zip(claims, ["9", "10", "100"], strict=True):
        one["dynamodb"]["SequenceNumber"] = number
        take(world, [one], "a")
    assert sum(row.get("C", 0) for row in stored(world).values()) == 3


@pytest.mark.parametrize("before", [0, 1])
def test_a_checkpoint_that_moved_refuses_the_part(season: tuple[World, list[Record]], before: int) -> None:
    """Another invocation counted the same records between our read and our write: nothing is added twice.

    Neither in the first part of a shard nor in a later one.
    """
    world, records = season
    own = by_table(records)[records[0]["eventSourceARN"]]
    take(world, own[:before], "a")
    real: Callable[..., str] = Statistics.checkpoint
    reads = iter([True])

    def checkpoint(store: Statistics, shard: StreamShard) -> str:
        read = real(store, shard)
        if next(reads, False):
            take(world, own, "a")  # our twin is quicker
        return read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statistics, "checkpoint", checkpoint)
        take(world, own, "a")
    assert sum(row.get("C", 0) for row in stored(world).values()) == 3


def test_parts_keep_to_the_limits_of_a_transaction(world: World) -> None:
    """At most 91 items, 250 cells and 4 KB of expression in each, whatever records arrive."""
    world.publish(DOCUMENT)
    batch = world.services.cache.batch("pack")
    sent: list[Any] = []
    images = [
        {**keys_of(number), "n": {"N": str(batch.number)}, "a": {"N": str(batch.opens_at_s + 61 * number)}, **REST}
        for number in range(300)
    ]
    world.services.transact = sent.append  # type: ignore[method-assign]
    take(world, [record(image) for image in images], "a")
    assert len(sent) > 3
    for parts in sent:
        assert len(parts) <= 91
        updates = [part.request["UpdateExpression"] for part in parts]
        assert max(map(len, updates)) <= 4096
        assert sum(len(part.request.get("ExpressionAttributeNames", {})) for part in parts) <= 251 + 90


REST = {"t": {"S": "t:0"}, "v": {"N": "1"}, "c": {"L": [{"M": {"s": {"S": "a"}, "e": {"N": "1700000000"}}}]}}


def keys_of(number: int) -> dict[str, Any]:
    return {"pk": {"S": "B#pack#0"}, "sk": {"S": f"CLAIM#{number:022}"}}


def test_what_cannot_be_read_is_counted_as_unknown(season: tuple[World, list[Record]]) -> None:
    """A record without its attributes, one of no published batch, one that is no item of ours; the rest is counted."""
    world, records = season
    claim = next(one for one in records if "CLAIM#" in str(one["dynamodb"]["Keys"]))
    image = claim["dynamodb"]["NewImage"]
    spoiled = [
        record({**image, "a": {"S": "noon"}}),
        record({**image, "n": {"N": "7"}}),
        record({**image, "a": {"N": str(10**15)}}),
    ]
    take(world, [*spoiled, record(image)], "a")
    (checkpoint,) = [item for item in world.items()["CatalogTable"] if item["pk"]["S"].startswith("CHECKPOINT#")]
    assert checkpoint["unknown"] == {"N": "3"}
    assert sum(row.get("C", 0) for row in stored(world).values()) == 1


def test_what_a_time_to_live_removes_was_not_cancelled(season: tuple[World, list[Record]]) -> None:
    """A booking that DynamoDB removes stays counted."""
    world, records = season
    removal = next(one for one in records if one["eventName"] == "REMOVE")
    removal["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    take(world, by_table(records)[records[0]["eventSourceARN"]], "a")
    assert sum(row.get("K", 0) for row in stored(world).values()) == 3


def test_a_window_ends_without_records(world: World) -> None:
    """Its last event changes nothing and needs no shard."""
    replace_services(world.services)
    before = world.items()
    assert count.handler({**window([], "a", final=True), "shardId": ""}, None) == {"state": {}}
    assert world.items() == before


def test_only_the_local_cloud_may_name_no_shard(season: tuple[World, list[Record]]) -> None:
    """Elsewhere the mapping lacks its window: nothing is counted, and the function's alarm rings."""
    world, records = season
    replace_services(world.services)
    event = {"Records": by_table(records)[records[0]["eventSourceARN"]]}
    with pytest.raises(AssertionError, match="TumblingWindowInSeconds"):
        count.handler(event, None)
    world.services.settings["STAGE"] = "local"
    assert count.handler(event, None) == {"state": {}}
    assert sum(row.get("C", 0) for row in stored(world).values()) == 3


def test_a_lost_answer_of_a_part_counts_once(season: tuple[World, list[Record]]) -> None:
    """The transaction was applied and its answer lost: the checkpoint says so."""
    world, records = season
    own = by_table(records)[records[0]["eventSourceARN"]]
    real, lost = world.services.transact, iter([True])

    def transact(parts: Any) -> None:
        real(parts)
        if next(lost, False):
            raise NoAnswer(detail="lost")

    world.services.transact = transact  # type: ignore[method-assign]
    take(world, own, "a")
    assert sum(row.get("C", 0) for row in stored(world).values()) == 3
