"""How far the streams of a stack are counted: by what follows each shard's checkpoint, as DynamoDB answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from coupons.process.services import Services
from coupons.stores.statistics import StreamShard
from infra.couponctl.stream_reads import LOOKS_MAX, counted_through_s
from infra.virtual.store import Store
from tests.world import World

STREAM = "ClaimsTable/stream/2020-06-06T00:00:00.000"
ARN = f"arn:aws:dynamodb:us-east-1:123456789012:table/{STREAM}"
OTHER = ARN.replace("Claims", "Orders")
NOW_S = 1_591_408_800
PARENT, CHILD = "shardId-00000001591408800000-aaaa", "shardId-00000001591408800000-bbbb"
LOW, HIGH = "4421584500000000017450439091", "4421584500000000017450439092"


class Streams:
    """DynamoDB's answers in the order in which they are asked for; whatever else is asked fails."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "dynamodbstreams", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self._stub = Stubber(self.client)
        self.services: Services = World(Store()).services

    def ask(self, *arns: str) -> int:
        with self._stub:
            found = counted_through_s(self.client, self.services.statistics, list(arns), NOW_S)
        self._stub.assert_no_pending_responses()
        return found

    def counted(self, shard_id: str, to: str) -> None:
        store = self.services.statistics
        self.services.transact([store.advance(StreamShard(STREAM, shard_id), "", to, 0, 0)])

    def shards(self, *shard_ids: str, arn: str = ARN, after: str = "", more: str = "") -> None:
        told = {"Shards": [{"ShardId": one} for one in shard_ids]} | ({"LastEvaluatedShardId": more} if more else {})
        asked = {"StreamArn": arn} | ({"ExclusiveStartShardId": after} if after else {})
        self._stub.add_response("describe_stream", {"StreamDescription": told}, asked)

    def begins(self, shard_id: str, after: str = "", arn: str = ARN) -> None:
        asked = {"StreamArn": arn, "ShardId": shard_id}
        self._stub.add_response("get_shard_iterator", {"ShardIterator": "i" * 10}, asked | _from(after))

    def forgot(self, shard_id: str, after: str) -> None:
        asked = {"StreamArn": ARN, "ShardId": shard_id}
        code = "TrimmedDataAccessException"
        self._stub.add_client_error("get_shard_iterator", code, expected_params=asked | _from(after))

    def page(self, at_s: int | None = None, *, is_last: bool = False) -> None:
        """One record that was made then, or none."""
        records: list[dict[str, Any]] = []
        if at_s is not None:
            records = [{"dynamodb": {"ApproximateCreationDateTime": datetime.fromtimestamp(at_s, UTC)}}]
        more = {} if is_last else {"NextShardIterator": "i" * 10}
        self._stub.add_response("get_records", {"Records": records} | more, {"ShardIterator": "i" * 10, "Limit": 1})


def _from(after: str) -> dict[str, str]:
    if not after:
        return {"ShardIteratorType": "TRIM_HORIZON"}
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}


@pytest.fixture
def streams() -> Streams:
    return Streams()


def test_what_follows_a_checkpoint_is_not_counted(streams: Streams) -> None:
    """The record after it says when; a shard without a checkpoint is asked from its beginning."""
    streams.counted(PARENT, LOW)
    streams.shards(PARENT, CHILD)
    streams.begins(PARENT, LOW)
    streams.page(NOW_S - 40)
    streams.begins(CHILD)
    streams.page(NOW_S - 90)
    assert streams.ask(ARN) == NOW_S - 90


def test_all_is_counted_up_to_now(streams: Streams) -> None:
    """A closed shard ends; an open one goes on without records."""
    streams.counted(PARENT, LOW)
    streams.counted(CHILD, HIGH)
    streams.shards(PARENT, CHILD)
    streams.begins(PARENT, LOW)
    streams.page(is_last=True)
    streams.begins(CHILD, HIGH)
    for _ in range(LOOKS_MAX):
        streams.page()
    assert streams.ask(ARN) == NOW_S


def test_an_empty_page_is_not_the_end(streams: Streams) -> None:
    """DynamoDB may answer with none, and with a record the next time."""
    streams.shards(PARENT)
    streams.begins(PARENT)
    streams.page()
    streams.page(NOW_S - 7)
    assert streams.ask(ARN) == NOW_S - 7


def test_a_record_that_the_stream_forgot_is_asked_from_the_first(streams: Streams) -> None:
    """The checkpoint is older than a day, as after a quiet one."""
    streams.counted(PARENT, LOW)
    streams.shards(PARENT)
    streams.forgot(PARENT, LOW)
    streams.begins(PARENT)
    streams.page(NOW_S - 3)
    assert streams.ask(ARN) == NOW_S - 3


def test_every_shard_of_every_stream_is_asked(streams: Streams) -> None:
    """Over pages of shards; the oldest says it, whichever stream has it."""
    first, second, third = (f"shardId-{name:->20}" for name in ("first", "second", "third"))
    streams.shards(first, more=first)
    streams.begins(first)
    streams.page(NOW_S - 1)
    streams.shards(second, after=first)
    streams.begins(second)
    streams.page(NOW_S - 2)
    streams.shards(third, arn=OTHER)
    streams.begins(third, arn=OTHER)
    streams.page(NOW_S - 30)
    assert streams.ask(ARN, OTHER) == NOW_S - 30
