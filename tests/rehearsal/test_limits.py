"""Each limit alone, against what a pencil says; within 2 %."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from infra.rehearsal.limits import Gateway, Scaling, Throughput, Warmth
from infra.rehearsal.quotas import PARTITION_READS, PARTITION_WRITES, gateway_of
from infra.virtual.chance import Chance

BIN_S = 0.1
BUCKETS = 2_048
PERCENT_2 = 0.02


class Now:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def played(tables: dict[str, Warmth], requests: Any, **more: Any) -> tuple[Throughput, Counter[int]]:
    """Requests (when, operation, request) one after the other, and how many were admitted in each second."""
    now = Now()
    throughput, admitted = Throughput(now, tables, **more), Counter[int]()
    for now.now_s, operation, request in requests:
        if throughput.admit(operation, request) is None:
            units = 1.0 if operation == "put_item" else 0.5
            throughput.pay(operation, request, {"ConsumedCapacity": {"CapacityUnits": units}})
            admitted[int(now.now_s)] += 1
    return throughput, admitted


def put(bucket: int) -> dict[str, Any]:
    return {"TableName": "claims", "Item": {"pk": {"S": f"B#1#{bucket}"}, "sk": {"S": "CLAIM#1"}}}


def puts(a_second: int, for_s: int, scale: int = 1) -> Any:
    """Claims of people whose buckets chance chooses, at even times."""
    rng = Chance("puts").stream("buckets")
    every_s = scale / a_second
    return ((n * every_s, "put_item", put(rng.randrange(BUCKETS))) for n in range(int(for_s / every_s)))


def test_a_gate_alone_lets_its_burst_through_and_then_its_rate() -> None:
    """10 s at 40,000 requests a second: 5,000 + 10 × 10,000."""
    gate = Gateway(*gateway_of("us-east-1"))
    passed = sum(gate.admit(40_000 * BIN_S, BIN_S) for _ in range(int(10 / BIN_S)))
    assert passed == pytest.approx(105_000, rel=PERCENT_2)
    assert gateway_of("eu-south-2") == (2_500, 1_250)


def test_a_gate_that_rested_holds_no_more_than_its_burst() -> None:
    """An hour without requests adds nothing."""
    gate = Gateway(100, 50)
    gate.admit(50, 0.0)
    gate.admit(0, 3_600)
    assert gate.admit(1_000, 0.0) == 50


def test_lambda_begins_at_a_thousand_and_adds_a_hundred_a_second() -> None:
    """By requests: 10,000 in the first second, 1,000 more in each later one, and no more than its quota."""
    scaling = Scaling(1_500)
    passed = [
        sum(scaling.admit(40_000 * BIN_S, BIN_S) for _ in range(int(1 / BIN_S))) for _ in range(7)
    ]  # a second each
    expected = [10_000 + 1_000 * (second + 0.5) for second in range(5)] + [15_000, 15_000]
    assert passed == pytest.approx(expected, rel=PERCENT_2)


def test_lambda_scales_from_what_is_provisioned() -> None:
    """40,000 requests in the first second need 3,000 provisioned environments, however few are busy."""
    assert Scaling(10_000, 3_000).admit(40_000, 1.0) == 40_000
    assert Scaling(10_000, 2_900).admit(40_000, 1.0) == 39_000
    assert Scaling(10_000, by_requests=False).admit(40_000, 1.0) == 40_000


def test_lambda_starts_no_more_environments_than_its_units() -> None:
    """Slow requests meet the number of environments; its budget is spent once."""
    scaling = Scaling(5_000, by_requests=False)
    started = 0
    for _ in range(10):
        while scaling.start(started):
            started += 1
        scaling.admit(0, 1.0)
    assert started == 1_900
    assert Scaling(20).start(10, more=10)
    assert not Scaling(20).start(20, more=10)


def test_an_even_table_gives_what_it_is_warmed_for() -> None:
    """One key in each of 4 partitions, 5 s of twice as much: 4,000 a second, and never more in any second."""
    probe = Throughput(Now(), {"claims": Warmth()})
    even = {probe.partition("claims", put(bucket)["Item"]["pk"]["S"]): bucket for bucket in range(64)}
    requests = ((n / 8_000, "put_item", put(even[n % 4])) for n in range(40_000))
    _, admitted = played({"claims": Warmth()}, requests)
    assert set(even) == {0, 1, 2, 3}
    assert sum(admitted.values()) == pytest.approx(20_000, rel=PERCENT_2)
    assert max(admitted.values()) <= 4_000


def test_the_quota_of_a_table_ends_what_its_partitions_could() -> None:
    """120,000 a second at a table that its reads have given 60 partitions; it is not warmed beyond its quota."""
    assert Warmth(writes=60_000).partitions == 40
    warmth = Warmth(writes=60_000, reads=180_000, reads_most=180_000)
    assert warmth.partitions == 60
    throughput, admitted = played({"claims": warmth}, puts(120_000, 3, scale=10), scale=10)
    assert max(admitted.values()) <= 4_000
    assert ("claims", "write", True) in {limit[:3] for limit in throughput.refused}


@pytest.mark.parametrize("scale", [1, 10])
def test_the_hottest_partition_of_one_placement_throttles_first(scale: int) -> None:
    """What each partition gets is the smaller of its share and 1,000; full size and scaled."""
    warmth, asked = Warmth(writes=16_000), 18_000
    probe = Throughput(Now(), {"claims": warmth}, placement=3)
    buckets = Counter(probe.partition("claims", put(bucket)["Item"]["pk"]["S"]) for bucket in range(BUCKETS))
    shares = [asked * count / BUCKETS for count in buckets.values()]
    expected = 4 * sum(min(share, PARTITION_WRITES.value) for share in shares) / scale
    throughput, admitted = played({"claims": warmth}, puts(asked, 4, scale), scale=scale, placement=3)
    assert min(shares) < PARTITION_WRITES.value < max(shares) / 1.2
    assert sum(admitted.values()) == pytest.approx(expected, rel=PERCENT_2)
    assert max(units for (*_, place, _s), units in throughput.consumed.items() if place >= 0) <= 1_000 / scale


def test_hot_partitions_are_as_uneven_as_the_binomial_says() -> None:
    """The hottest of n partitions with 2,048 buckets, in 95 of 100 placements at most."""
    for partitions, most in ((16, 1.24), (40, 1.45), (60, 1.58)):
        warmth = Warmth(writes=1_000 * partitions, writes_most=1e9)
        hottest = []
        for placement in range(100):
            probe = Throughput(Now(), {"claims": warmth}, placement=placement)
            counts = Counter(probe.partition("claims", f"B#1#{bucket}") for bucket in range(BUCKETS))
            hottest.append(max(counts.values()) * partitions / BUCKETS)
        assert sorted(hottest)[94] == pytest.approx(most, rel=0.05)


def test_the_control_item_is_read_no_faster_than_its_partition() -> None:
    """8,000 environments ask once a second for half a unit: 3,000 units are 6,000 reads."""
    control = {"TableName": "catalog", "Key": {"pk": {"S": "BATCH#pack"}, "sk": {"S": "CONTROL"}}}
    requests = ((n / 8_000, "get_item", control) for n in range(32_000))
    _, admitted = played({"catalog": Warmth()}, requests)
    assert sum(admitted.values()) == pytest.approx(4 * PARTITION_READS.value / 0.5, rel=PERCENT_2)
    assert max(admitted.values()) <= 6_000


def test_transactions_queries_and_deletes_are_throttled_too() -> None:
    """A partition that has nothing left refuses whatever names one of its keys."""
    now = Now()
    throughput = Throughput(now, {"claims": Warmth()})
    one, pk = put(1), {"S": "B#1#1"}
    for kind, units in (("put_item", 101.0), ("get_item", 301.0)):
        throughput.pay(kind, {**one, "Key": one["Item"]}, {"ConsumedCapacity": {"CapacityUnits": units}})
    asked: dict[str, dict[str, Any]] = {
        "delete_item": {"TableName": "claims", "Key": {"pk": pk}},
        "update_item": {"TableName": "claims", "Key": {"pk": pk}},
        "transact_write_items": {"TransactItems": [{"Put": put(1_999)}, {"Put": one}]},
        "batch_write_item": {"RequestItems": {"claims": [{"PutRequest": {"Item": {"pk": pk}}}]}},
        "batch_get_item": {"RequestItems": {"claims": {"Keys": [{"pk": pk}]}}},
        "query": {
            "TableName": "claims",
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": pk},
        },
    }
    for operation, request in asked.items():
        refused = throughput.admit(operation, request)
        assert refused is not None, operation
        assert refused.response["Error"]["Code"] == "ThrottlingException"
    now.now_s = 1.0
    assert throughput.admit("put_item", one) is None


def test_a_scaled_shard_is_charged_to_those_that_it_stands_for() -> None:
    """Two names that stand for one key share its partition."""
    throughput = Throughput(Now(), {"claims": Warmth()}, stands_for=lambda _pk: "one")
    for bucket in range(4):
        throughput.pay("put_item", put(bucket), {"ConsumedCapacity": {"CapacityUnits": 25.0}})
    assert throughput.admit("put_item", put(9)) is not None
