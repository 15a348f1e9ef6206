"""How far the streams of a stack on AWS are counted: the age of what is not counted yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coupons.stores.statistics import StreamShard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coupons.stores.statistics import Statistics

LOOKS_MAX = 20
"""Pages of a shard that are looked through for the next record: a page may be empty, and more may follow."""


def counted_through_s(client: Any, statistics: Statistics, arns: list[str], now_s: int) -> int:
    """Every change of an item before this is counted: in each shard nothing older follows its checkpoint.

    `client`: of DynamoDB streams. `arns`: those of the streams.
    """
    ages = [
        _next_s(client, arn, shard, statistics.checkpoint(StreamShard(arn.partition(":table/")[2], shard["ShardId"])))
        for arn in arns
        for shard in _shards(client, arn)
    ]
    return min([now_s, *(at_s for at_s in ages if at_s is not None)])


def _shards(client: Any, arn: str) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        told = client.describe_stream(StreamArn=arn, **more)["StreamDescription"]
        yield from told["Shards"]
        if "LastEvaluatedShardId" not in told:
            return
        more = {"ExclusiveStartShardId": told["LastEvaluatedShardId"]}


def _next_s(client: Any, arn: str, shard: dict[str, Any], counted_to: str) -> int | None:
    """When the first record that is not counted was made; None: all are."""
    place = {"StreamArn": arn, "ShardId": shard["ShardId"]}
    try:
        after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": counted_to}
        iterator = client.get_shard_iterator(**place, **(after if counted_to else _FROM_THE_FIRST))["ShardIterator"]
    except client.exceptions.TrimmedDataAccessException:
        # Nothing happened for a day: the stream has forgotten the record that the checkpoint names.
        iterator = client.get_shard_iterator(**place, **_FROM_THE_FIRST)["ShardIterator"]
    for _ in range(LOOKS_MAX):
        page = client.get_records(ShardIterator=iterator, Limit=1)
        if page["Records"]:
            return int(page["Records"][0]["dynamodb"]["ApproximateCreationDateTime"].timestamp())
        iterator = page.get("NextShardIterator")
        if not iterator:
            return None
    return None


_FROM_THE_FIRST = {"ShardIteratorType": "TRIM_HORIZON"}
