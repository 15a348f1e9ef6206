"""DynamoDB as the stores see it: one client, plain Python items, and four ways to fail.

StoreFault
├── ConditionFailed(item)        a single write was refused; the item as it is (ALL_OLD), or None if there is none
├── TransactionFailed(items)     a transaction was refused; by place, `items[i]` is the item that refused
Busy (a refusal: the caller may repeat)
├── NotApplied                   throttled, in conflict with a transaction, or never sent: no attempt changed anything
└── NoAnswer                     of some attempt nobody knows whether it was, or will be, applied

`remote.py` says which failure is which.
"""

from __future__ import annotations

import base64
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from coupons.metering import Consumed, Meter
from coupons.refusals import Busy
from coupons.stores import capacity, remote

Item = dict[str, Any]
"""Attribute name → str, int, bool, bytes, None, list or dict."""

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 0.5, 1.0
TRANSACT_ATTEMPTS, TRANSACT_MAX = 6, 100
BATCH_GET_MAX, BATCH_WRITE_MAX, BATCH_ROUNDS_MAX = 100, 25, 8
_SILENT = "The store did not answer in time."


class StoreFault(Exception):
    pass


@dataclass(eq=False)
class ConditionFailed(StoreFault):
    item: Item | None


@dataclass(eq=False)
class TransactionFailed(StoreFault):
    items: dict[int, Item | None] = field(default_factory=dict)


class NotApplied(Busy):
    pass


class NoAnswer(Busy):
    pass


def client(**more: Any) -> Any:
    """A low-level client that sends each request once: the attempts are `Dynamo`'s. `more` is for `remote.client`."""
    limits = {"connect_s": CONNECT_TIMEOUT_S, "read_s": READ_TIMEOUT_S}
    return remote.client("dynamodb", **{**limits, "attempts": 1, **more})


class Dynamo:
    """Plain items in, plain items out.

    A request is sent at most `attempts` times. They are ours and not the SDK's, which shows only its last error: what
    matters is whether any of them is unknown. `meter` is told what every attempt consumed. `pause(seconds)` waits
    between them, for times that `rng` draws.
    """

    def __init__(
        self,
        boto_client: Any,
        *,
        attempts: int = 1,
        meter: Meter | None = None,
        rng: random.Random | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = boto_client
        self._attempts = attempts
        self._meter = meter or Meter()
        self._rng = rng or random.Random()
        self._pause = pause

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One request. Raises ConditionFailed, TransactionFailed, NotApplied, NoAnswer.

        A condition may have been refused by an earlier attempt of the same request: what is read then decides.
        """
        return self._attempt(operation, self._attempts, lambda _is_known: parameters)

    def _attempt(
        self, operation: str, attempts: int, parameters: Callable[[bool], Mapping[str, Any]]
    ) -> dict[str, Any]:
        """`parameters` of the next attempt, told whether all before it are known not to be applied."""
        unknown = 0
        for attempt in range(1, attempts + 1):
            try:
                return self._send(operation, parameters(not unknown))
            except NoAnswer:
                unknown += 1
                if attempt == attempts or unknown == self._attempts:
                    raise
            except NotApplied as refused:
                if attempt == attempts and unknown:
                    raise NoAnswer(detail=_SILENT) from refused
                if attempt == attempts:
                    raise
            # Two coupons of one pack, or twelve tills on one coupon: the others are through in milliseconds. Two
            # hundred on one item (late scans) take seconds, so the pauses double: 0.6 s in all.
            self._pause(self._rng.uniform(0.01, 0.03) * 2 ** (attempt - 1))
        raise AssertionError("the last attempt returns or raises")

    def _send(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        send = getattr(self._client, operation)
        try:
            # The report costs nothing but its bytes, about 60 in the answer.
            answer: dict[str, Any] = send(**parameters, ReturnConsumedCapacity="TOTAL")
        except ClientError as error:
            self._meter.add(capacity.of_refusal(parameters, error.response["Error"]["Code"]))
            raise _refusal(error) or _fault(error) from error
        except remote.FAILURES as error:
            self._meter.add(Consumed(1))
            raise _fault(error) from error
        self._meter.add(capacity.of_answer(operation, parameters, answer))
        return answer

    def get(self, table: str, key: Mapping[str, Any], *, consistent: bool) -> Item | None:
        answer = self.call("get_item", TableName=table, Key=encode(key), ConsistentRead=consistent)
        return decode(answer["Item"]) if "Item" in answer else None

    def get_many(self, wanted: Mapping[str, Sequence[Mapping[str, Any]]], *, consistent: bool) -> dict[str, list[Item]]:
        """Items by table, in no order, absent ones left out; pages of 100, unprocessed keys asked again."""
        queue = [(table, encode(key)) for table, keys in wanted.items() for key in keys]
        found: dict[str, list[Item]] = {table: [] for table in wanted}
        rounds_max = BATCH_ROUNDS_MAX + len(queue) // BATCH_GET_MAX
        for _ in range(rounds_max):
            if not queue:
                return found
            page, queue = queue[:BATCH_GET_MAX], queue[BATCH_GET_MAX:]
            request: dict[str, Any] = {}
            for table, key in page:
                request.setdefault(table, {"Keys": [], "ConsistentRead": consistent})["Keys"].append(key)
            answer = self.call("batch_get_item", RequestItems=request)
            for table, items in answer["Responses"].items():
                found[table] += [decode(item) for item in items]
            for table, rest in answer.get("UnprocessedKeys", {}).items():
                queue += [(table, key) for key in rest["Keys"]]
        raise NotApplied(detail="The store is throttled.")

    def write_many(self, table: str, requests: Sequence[dict[str, Any]]) -> None:
        """Unconditional puts and deletes, 25 a request. Raises NoAnswer if some stayed unprocessed."""
        queue = list(requests)
        for _ in range(BATCH_ROUNDS_MAX + len(queue) // BATCH_WRITE_MAX):
            if not queue:
                return
            page, queue = queue[:BATCH_WRITE_MAX], queue[BATCH_WRITE_MAX:]
            answer = self.call("batch_write_item", RequestItems={table: page})
            queue += answer.get("UnprocessedItems", {}).get(table, [])
        raise NoAnswer(detail="The store is throttled; some may be written.")

    def query(self, table: str, pk: str, prefix: str = "", *, consistent: bool, **more: Any) -> Iterator[Item]:
        """All items of a partition whose sort key begins with `prefix`; follows LastEvaluatedKey to the end."""
        condition, values = "pk = :pk", {":pk": pk}
        if prefix:
            condition, values[":prefix"] = "pk = :pk AND begins_with(sk, :prefix)", prefix
        while True:
            answer = self.call(
                "query",
                TableName=table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=encode(values),
                ConsistentRead=consistent,
                **more,
            )
            for item in answer["Items"]:
                yield decode(item)
            if "LastEvaluatedKey" not in answer:
                return
            more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def transact(self, items: Sequence[dict[str, Any]]) -> None:
        """All of `items` or none. A conflict with another transaction is tried again, at most 6 times in all.

        Raises TransactionFailed when a condition refused it, NotApplied, NoAnswer. After an attempt of which nobody
        knows, all others carry its ClientRequestToken: DynamoDB then applies the transaction once, and answers for it.
        """
        sent = {"TransactItems": list(items), "ClientRequestToken": ""}

        def parameters(is_known: bool) -> dict[str, Any]:
            if is_known:
                sent["ClientRequestToken"] = secrets.token_hex(16)
            return sent

        self._attempt("transact_write_items", max(self._attempts, TRANSACT_ATTEMPTS), parameters)


def _refusal(error: ClientError) -> StoreFault | None:
    """The conditions that refused a write, if nothing else did."""
    response: Any = error.response
    code = response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        item = response.get("Item")
        return ConditionFailed(decode(item) if item else None)
    if code != "TransactionCanceledException" or remote.outcome(error):
        return None
    failed = {
        place: decode(reason["Item"]) if reason.get("Item") else None
        for place, reason in enumerate(response.get("CancellationReasons", []))
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    return TransactionFailed(failed) if failed else None


def _fault(error: Exception) -> Exception:
    match remote.outcome(error):
        case "not applied":
            return NotApplied(detail="The store is throttled, out of reach, or busy with this item.")
        case "unknown":
            return NoAnswer(detail=_SILENT)
    return error


def encode(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in values.items()}


def decode(item: Mapping[str, Any]) -> Item:
    return {name: _value(attribute) for name, attribute in item.items()}


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [_attribute(element) for element in value]}
        case Mapping():
            return {"M": encode(value)}
    raise TypeError(f"no attribute for a {type(value).__name__}")


def _value(attribute: Mapping[str, Any]) -> Any:
    (kind, value), *_ = attribute.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)  # we write whole numbers only
        case "B" if isinstance(value, str):
            return base64.b64decode(value)  # as Lambda hands over a stream's record
        case "L":
            return [_value(element) for element in value]
        case "M":
            return decode(value)
        case "NULL":
            return None
    return value
