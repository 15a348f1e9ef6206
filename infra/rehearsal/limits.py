"""The limits that a release meets: gateway, Lambda, tables and their partitions.

The gateway and Lambda see a crowd, so they take and give numbers of requests that are no whole ones. The tables see
requests of the functions' own code, each in the name of `weight` people.

    Gateway.admit(2_000, 0.05)       → how many of 2,000 requests within 50 ms pass
    Scaling.admit(2_000, 0.05)       → the same of Lambda, whose limit grows
    Throughput.admit("put_item", …)  → the error that DynamoDB answers, or None

"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from botocore.exceptions import ClientError

from coupons.metering import Consumed
from coupons.stores import capacity, remote
from infra.rehearsal import quotas
from infra.virtual.answers import Request, error
from infra.virtual.client import READS

DEPTH_S = 0.1
"""A partition serves in one moment what it serves in this time."""
DEPTH_MIN = 64.0
"""No bucket of a scaled partition is shallower, in units: by chance alone one of 10 would refuse a tenth."""
THROTTLED = "ThrottlingException"
WHOLE = -1
"""In place of the number of a partition: the quota of the table."""


class Gateway:
    """A token bucket that holds `burst` and gets `rate` a second."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._left = burst

    def admit(self, asked: float, for_s: float) -> float:
        """How many of so many requests within so many seconds pass."""
        passed = min(asked, self._left + self.rate * for_s)
        self._left = min(self._left + self.rate * for_s - passed, self.burst)
        return passed


class Scaling:
    """Lambda's units of one function: the larger of its environments in use and a tenth of its requests a second.

    A function has `provisioned` of them from the beginning. What it uses for the first time comes out of a budget of
    1,000 that gets 100 a second, and `most` are in use at most.
    """

    def __init__(self, most: float, provisioned: float = 0.0, *, by_requests: bool = True) -> None:
        self.most = most
        self.reached = provisioned
        self._by_requests = by_requests
        self._budget = quotas.SCALING_FIRST.value

    @property
    def units(self) -> float:
        """That the function may use at this moment."""
        return min(self.most, self.reached + self._budget)

    def admit(self, asked: float, for_s: float) -> float:
        """How many of so many requests within so many seconds are not too many a second; then that time is over."""
        passed = asked
        if self._by_requests:
            a_unit = quotas.REQUESTS_AN_ENVIRONMENT.value * for_s
            passed = min(asked, self.units * a_unit)
            self._use(passed / a_unit)
        self._budget = min(self._budget + quotas.SCALING_A_SECOND.value * for_s, quotas.SCALING_FIRST.value)
        return passed

    def start(self, in_use: float, more: float = 1.0) -> bool:
        """So many more environments work beside those in use; False: they may not."""
        if in_use + more > self.units + 1e-9:
            return False
        self._use(in_use + more)
        return True

    def _use(self, units: float) -> None:
        if units > self.reached:
            self._budget -= units - self.reached
            self.reached = units


class Bucket:
    """Units of a partition or a table: `depth` in one moment, and never more than `rate` within one second."""

    __slots__ = ("_depth", "_left", "_second", "_spent", "_then_s", "rate")

    def __init__(self, rate: float, depth: float) -> None:
        self.rate = rate
        self._depth = min(depth, rate)
        self._left = min(rate * DEPTH_S, self._depth)
        self._then_s = self._spent = 0.0
        self._second = -1

    def has(self, units: float, now_s: float) -> bool:
        second = int(now_s // 1)
        if second != self._second:
            if self._spent + units > self.rate:
                # Nothing is saved up while a second is used up: the next one would be served at its beginning alone.
                self._then_s, self._left = float(second), min(self._left, self.rate * DEPTH_S)
            self._second, self._spent = second, 0.0
        if self._spent + units > self.rate + 1e-9:
            return False
        if now_s > self._then_s:
            self._left = min(self._left + self.rate * (now_s - self._then_s), self._depth)
            self._then_s = now_s
        return self._left >= units - 1e-9

    def pay(self, units: float) -> None:
        """They are used up. What a request costs is known once it is answered, so this may be more than there was."""
        self._left -= units
        self._spent += units


@dataclass(frozen=True, slots=True)
class Warmth:
    """What a table is warmed for, and its quota; units a second."""

    writes: float = quotas.WARM_WRITES.value
    reads: float = quotas.WARM_READS.value
    writes_most: float = quotas.TABLE_WRITES.value
    reads_most: float = quotas.TABLE_READS.value

    @property
    def partitions(self) -> int:
        """As many as serve it; a table is warmed up to its quota only."""
        writes = min(self.writes, self.writes_most) / quotas.PARTITION_WRITES.value
        reads = min(self.reads, self.reads_most) / quotas.PARTITION_READS.value
        return max(-int(-writes // 1), -int(-reads // 1), 1)


class Throughput:
    """Tables of DynamoDB, each in partitions that share its keys by their hash.

    Limits are `scale` times smaller than the account's, as the crowd that runs code is; the number of partitions is
    not, since it is their unevenness that throttles first. `placement` names one way in which the keys may lie; no
    partition splits, since that takes minutes of sustained load. `stands_for`: the key that is charged in place of
    one, because a scaled shard of the stock stands for several.
    """

    def __init__(
        self,
        now_s: Callable[[], float],
        tables: Mapping[str, Warmth],
        *,
        scale: float = 1.0,
        placement: int | str = 0,
        stands_for: Callable[[str], str] = lambda pk: pk,
    ) -> None:
        self.refused: defaultdict[tuple[str, str, bool, int], float] = defaultdict(float)
        """Requests by table, kind, whether it was the quota of the whole table that refused them, and second."""
        self.consumed: defaultdict[tuple[str, str, int, int], float] = defaultdict(float)
        """Units by table, kind, partition (or `WHOLE`) and second."""
        self._now_s, self._placement, self._stands_for = now_s, placement, stands_for
        self._partitions = {name: warmth.partitions for name, warmth in tables.items()}
        self._places: dict[tuple[str, str], int] = {}
        self._buckets: dict[tuple[str, str, int], Bucket] = {}
        for name, warmth in tables.items():
            for kind, rate, quota in (
                ("write", quotas.PARTITION_WRITES.value, warmth.writes_most),
                ("read", quotas.PARTITION_READS.value, warmth.reads_most),
            ):
                for place in range(warmth.partitions):
                    self._buckets[name, kind, place] = _bucket(rate, scale)
                self._buckets[name, kind, WHOLE] = _bucket(quota, scale)

    def partition(self, table: str, pk: str) -> int:
        """The partition of a key."""
        place = self._places.get((table, pk))
        if place is None:
            digest = blake2b(f"{self._placement}/{table}/{pk}".encode(), digest_size=8).digest()
            place = self._places[table, pk] = int.from_bytes(digest, "big") * self._partitions[table] >> 64
        return place

    def admit(self, operation: str, request: Request, weight: float = 1.0) -> ClientError | None:
        """Why the request is refused; None: every key has a unit left."""
        now_s, kind = self._now_s(), "read" if operation in READS else "write"
        least = weight * (0.5 if kind == "read" else 1.0)
        for table, pk in keys_of(request):
            for place in (self.partition(table, self._stands_for(pk)), WHOLE):
                if not self._buckets[table, kind, place].has(least, now_s):
                    self.refused[table, kind, place == WHOLE, int(now_s // 1)] += weight
                    return error(operation, THROTTLED, f"Throughput exceeds the limit of {table}")
        return None

    def pay(self, operation: str, request: Request, answer: Any, weight: float = 1.0) -> None:
        """What the request consumed is charged to its keys, in equal parts."""
        units, keys, second = consumed_by(operation, request, answer), list(keys_of(request)), int(self._now_s() // 1)
        for kind, all_of_kind in (("write", units.write_units), ("read", units.read_units)):
            for table, pk in keys if all_of_kind else ():
                share = weight * all_of_kind / len(keys)
                for place in (self.partition(table, self._stands_for(pk)), WHOLE):
                    self._buckets[table, kind, place].pay(share)
                    self.consumed[table, kind, place, second] += share


def _bucket(rate: float, scale: float) -> Bucket:
    return Bucket(rate / scale, max(rate * DEPTH_S / scale, DEPTH_MIN))


def consumed_by(operation: str, request: Request, answer: Any) -> Consumed:
    """By the request's answer, which may be an error; as the functions count it."""
    if isinstance(answer, ClientError):
        return capacity.of_refusal(request, remote.code(answer))
    return capacity.of_answer(operation, request, answer)


def keys_of(request: Request) -> Iterator[tuple[str, str]]:
    """Table and partition key of everything that the request names."""
    if "TransactItems" in request:
        for part in request["TransactItems"]:
            yield from keys_of(next(iter(part.values())))
    elif "RequestItems" in request:
        for table, asked in request["RequestItems"].items():
            if isinstance(asked, list):  # writes
                for one in asked:
                    yield from keys_of({"TableName": table, **next(iter(one.values()))})
            else:
                for key in asked["Keys"]:
                    yield table, key["pk"]["S"]
    elif "KeyConditionExpression" in request:
        yield request["TableName"], request["ExpressionAttributeValues"][":pk"]["S"]
    else:
        yield request["TableName"], (request.get("Item") or request["Key"])["pk"]["S"]
