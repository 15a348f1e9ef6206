"""DynamoDB as the stores see it: one client, plain Python items, and four ways to fail.

StoreFault
├── ConditionFailed(item)        a single write was refused; the item that refused it (ALL_OLD), or None
└── TransactionFailed(refused)   a transaction was refused; which of its parts refused, each with its item
Busy (a refusal: the caller may repeat)
├── NotApplied                   throttled, in conflict with a transaction, or never sent: no attempt changed anything
└── NoAnswer                     it is unknown whether some attempt was, or will be, applied

`remote.py` says which failure is which; `table.py` builds the requests.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coupons.metering import Meter
from coupons.refusals import Busy
from coupons.stores import capacity, remote
from coupons.stores.attributes import Item, decode, encode
from coupons.stores.calls import CallLimits
from coupons.stores.parts import ItemKind, Part

LIMITS = CallLimits(connect_s=0.5, read_s=1.0, attempts=1)
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
    """`refused`: the parts whose condition was false, in the transaction's order, each with its item (ALL_OLD).

    The item is None if there is none, or if the part did not ask for it.
    """

    refused: list[tuple[Part, Item | None]] = field(default_factory=list)

    @property
    def kinds(self) -> set[ItemKind]:
        return {part.kind for part, _ in self.refused}

    def which(self, kind: ItemKind) -> list[Any]:
        """Which parts of this kind refused."""
        return [part.which for part, _ in self.refused if part.kind == kind]

    def item(self, kind: ItemKind) -> Item | None:
        """The item of the first part of this kind that refused."""
        return next(item for part, item in self.refused if part.kind == kind)


class NotApplied(Busy):
    pass


class NoAnswer(Busy):
    pass


def client(limits: CallLimits = LIMITS, **more: Any) -> Any:
    """A low-level client that sends each request once: `Dynamo` makes the attempts. `more` is for boto3."""
    return remote.client("dynamodb", limits, **more)


def fresh_name() -> str:
    """A name that nothing else has: 96 random bits, in fewer characters than a ClientRequestToken may have."""
    return secrets.token_urlsafe(12)


class Dynamo:
    """Plain items in, plain items out.

    A request is sent at most `attempts` times. They are ours and not the SDK's, which shows only its last error: what
    matters is whether any of them is unknown. `meter` is told what every attempt consumed. `pause(seconds)` waits
    between them, for times that `rng` draws. `name` makes names that nothing else has.
    """

    def __init__(
        self,
        boto_client: Any,
        *,
        attempts: int = 1,
        meter: Meter | None = None,
        rng: random.Random | None = None,
        pause: Callable[[float], None] = time.sleep,
        name: Callable[[], str] = fresh_name,
    ) -> None:
        self.name = name
        self._client = boto_client
        self._attempts = attempts
        self._meter = meter or Meter()
        self._rng = rng or random.Random()
        self._pause = pause

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One request. Raises ConditionFailed, NotApplied, NoAnswer.

        The condition may have been refused by an earlier attempt of the same request: the item tells.
        """
        return self._repeat(self._attempts, lambda _is_known: self._send(operation, parameters))

    def _repeat(self, attempts: int, send: Callable[[bool], dict[str, Any]]) -> dict[str, Any]:
        """`send` makes one attempt; it is told whether all attempts before it are known not to be applied."""
        unknown = 0
        for attempt in range(1, attempts + 1):
            try:
                return send(not unknown)
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

    def _send(self, operation: str, parameters: Mapping[str, Any], parts: Sequence[Part] = ()) -> dict[str, Any]:
        send = getattr(self._client, operation)
        try:
            # The report costs nothing but its bytes, about 60 in the answer.
            answer: dict[str, Any] = send(**parameters, ReturnConsumedCapacity="TOTAL")
        except remote.failures() as error:
            self._meter.add(capacity.of_refusal(parameters, remote.code(error)))
            raise _refusal(error, parts) or _fault(error) from error
        self._meter.add(capacity.of_answer(operation, parameters, answer))
        return answer

    def get(self, table: str, key: Mapping[str, Any], *, consistent: bool) -> Item | None:
        answer = self.call("get_item", TableName=table, Key=encode(key), ConsistentRead=consistent)
        return decode(answer["Item"]) if "Item" in answer else None

    def get_many(self, wanted: Mapping[str, Sequence[Mapping[str, Any]]], *, consistent: bool) -> dict[str, list[Item]]:
        """Items by table, in no order, absent ones left out; pages of 100. Unprocessed keys are asked again, later."""
        queue = [(table, encode(key)) for table, keys in wanted.items() for key in keys]
        found: dict[str, list[Item]] = {table: [] for table in wanted}
        rounds_max = BATCH_ROUNDS_MAX + len(queue) // BATCH_GET_MAX
        for number in range(rounds_max):
            if not queue:
                return found
            page, queue = queue[:BATCH_GET_MAX], queue[BATCH_GET_MAX:]
            request: dict[str, Any] = {}
            for table, key in page:
                request.setdefault(table, {"Keys": [], "ConsistentRead": consistent})["Keys"].append(key)
            answer = self.call("batch_get_item", RequestItems=request)
            for table, items in answer["Responses"].items():
                found[table] += [decode(item) for item in items]
            if left := answer.get("UnprocessedKeys", {}):
                queue += [(table, key) for table, rest in left.items() for key in rest["Keys"]]
                # Asked at once, a throttled partition leaves them again. 1 s in all, for a page.
                self._pause(self._rng.uniform(0.01, 0.03) * 2 ** min(number, 3))
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

    def transact(self, parts: Sequence[Part]) -> None:
        """All of `parts` or none. A conflict with another transaction is tried again, at most 6 times in all.

        Raises TransactionFailed when a condition refused it, NotApplied, NoAnswer. Attempts after one whose effect is
        unknown carry its ClientRequestToken: DynamoDB then applies the transaction once, and answers for it.
        """
        token = ""

        def send(is_known: bool) -> dict[str, Any]:
            nonlocal token
            token = self.name() if is_known else token
            return self.transact_once(parts, token)

        self._repeat(max(self._attempts, TRANSACT_ATTEMPTS), send)

    def transact_once(self, parts: Sequence[Part], token: str) -> dict[str, Any]:
        """One attempt, with the caller's ClientRequestToken. Raises as `transact` does."""
        items = [{part.verb: part.request} for part in parts]
        return self._send("transact_write_items", {"TransactItems": items, "ClientRequestToken": token}, parts)

    def tries(self, parts: Sequence[Part]) -> bool:
        """The transaction is applied; False if a condition refused it."""
        try:
            self.transact(parts)
        except TransactionFailed:
            return False
        return True


def _refusal(error: Exception, parts: Sequence[Part]) -> StoreFault | None:
    """The conditions that refused a write, if nothing else did."""
    code, response = remote.code(error), remote.response(error) or {}
    if code == "ConditionalCheckFailedException":
        item = response.get("Item")
        return ConditionFailed(decode(item) if item else None)
    if code != "TransactionCanceledException" or remote.outcome(error):
        return None
    reasons = response.get("CancellationReasons", [])
    if not any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
        return None
    return TransactionFailed(
        [
            (part, decode(reason["Item"]) if reason.get("Item") else None)
            for part, reason in zip(parts, reasons, strict=False)
            if reason.get("Code") == "ConditionalCheckFailed"
        ]
    )


def _fault(error: Exception) -> Exception:
    match remote.outcome(error):
        case "not applied":
            return NotApplied(detail="The store is throttled, out of reach, or busy with this item.")
        case "unknown":
            return NoAnswer(detail=_SILENT)
    return error
