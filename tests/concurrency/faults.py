"""What no local engine does by itself: lost answers, lost and late requests, conflicts, killed invocations.

Each class stands in for a boto3 client of one environment; what it does not intercept goes through.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Barrier, Lock
from typing import Any, NoReturn

from botocore.exceptions import ClientError, ReadTimeoutError

from coupons.stores import remote


class Killed(BaseException):
    """The invocation ends here, as a crash or a time-out of the function would end it."""


class Late:
    """Requests that are still under way: sent, given up by the sender, and not yet applied."""

    def __init__(self) -> None:
        self._under_way: list[Callable[[], Any]] = []
        self.sent = 0

    def send(self, request: Callable[[], Any]) -> None:
        self._under_way.append(request)
        self.sent += 1

    def arrive(self) -> None:
        """All that are under way are applied now, if their conditions let them."""
        arriving, self._under_way = self._under_way, []
        for request in arriving:
            try:
                request()
            except remote.failures() as error:
                if remote.code(error) != "ConditionalCheckFailedException":
                    raise


@dataclass(frozen=True)
class Silence:
    """Shares of requests that are answered by silence; the sender cannot tell one kind from another."""

    put_applied: float = 0.05
    put_lost: float = 0.025
    put_late: float = 0.025
    put_throttled: float = 0
    """Not silence, but said aloud: not applied. It says nothing about the attempt before it."""
    lease_applied: float = 0.05


class Unreliable:
    """Puts and leases of one environment meet silence at times."""

    def __init__(self, client: Any, rng: random.Random, late: Late, silence: Silence) -> None:
        self._client = client
        self._rng = rng
        self._late = late
        self._silence = silence
        self.faults = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **parameters: Any) -> Any:
        chance = self._rng.random()
        if chance < self._silence.put_lost:
            self._fall_silent()
        chance -= self._silence.put_lost
        if chance < self._silence.put_late:
            self._late.send(lambda: self._client.put_item(**parameters))
            self._fall_silent()
        chance -= self._silence.put_late
        if chance < self._silence.put_throttled:
            raise _error("ProvisionedThroughputExceededException", "PutItem")
        chance -= self._silence.put_throttled
        answer = self._client.put_item(**parameters)
        if chance < self._silence.put_applied:
            self._fall_silent()
        return answer

    def update_item(self, **parameters: Any) -> Any:
        answer = self._client.update_item(**parameters)
        if "remaining - :k" in parameters["UpdateExpression"] and self._rng.random() < self._silence.lease_applied:
            self._fall_silent()
        return answer

    def _fall_silent(self) -> NoReturn:
        self.faults += 1
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


class Gated:
    """Puts wait at a barrier: what it does happens between the lease and the put of each thread that waits there."""

    def __init__(self, client: Any, gate: Barrier) -> None:
        self._client = client
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **parameters: Any) -> Any:
        self._gate.wait()
        return self._client.put_item(**parameters)


class Stalling:
    """Stands still after its `calls`-th request, as a frozen or slow invocation does, while `meanwhile` happens.

    Queries are not counted: to stand still among the sixteen buckets of a count is all the same.
    """

    def __init__(self, client: Any, calls: int, meanwhile: Callable[[], Any]) -> None:
        self._client = client
        self._left = calls
        self._meanwhile = meanwhile

    @property
    def stalled(self) -> bool:
        return self._left <= 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if name == "query":
            return real

        def call(**parameters: Any) -> Any:
            try:
                return real(**parameters)
            finally:
                self._left -= 1
                if self._left == 0:
                    self._meanwhile()

        return call


class Mortal:
    """Kills the invocation at its `calls`-th request, before or after it is applied; 0: never."""

    def __init__(self, client: Any, calls: int, *, applied: bool) -> None:
        self._client = client
        self._left = calls
        self._applied = applied

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            self._left -= 1
            if self._left != 0:
                return real(**parameters)
            if self._applied:
                real(**parameters)
            raise Killed

        return call


class Conflicts:
    """Refuses a transaction while another one with an item in common is under way, as DynamoDB does."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._busy: set[str] = set()
        self.refused = 0

    def client(self, real: Any) -> Any:
        return _Conflicting(real, self)

    def enter(self, items: set[str]) -> None:
        with self._lock:
            if items & self._busy:
                self.refused += 1
                raise _conflict(len(items))
            self._busy |= items

    def leave(self, items: set[str]) -> None:
        with self._lock:
            self._busy -= items


class _Conflicting:
    def __init__(self, client: Any, conflicts: Conflicts) -> None:
        self._client = client
        self._conflicts = conflicts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        items = {_item_of(part) for part in parameters["TransactItems"]}
        self._conflicts.enter(items)
        try:
            return self._client.transact_write_items(**parameters)
        finally:
            self._conflicts.leave(items)


def _item_of(part: dict[str, Any]) -> str:
    (write,) = part.values()
    key = write.get("Key") or write["Item"]
    return f"{write['TableName']} {key['pk']['S']} {key['sk']['S']}"


def _conflict(items: int) -> ClientError:
    reasons = [{"Code": "TransactionConflict", "Message": "busy"}, *[{"Code": "None"}] * (items - 1)]
    return _error("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)


def _error(code: str, operation: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    return ClientError(response, operation)
