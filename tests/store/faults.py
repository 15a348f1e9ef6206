"""Clients for tests of the stores: some lose answers, are throttled or die; one counts its requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from infra.virtual.files import MemoryFiles

Fault = Callable[[Callable[..., Any], dict[str, Any]], Any]
WRITES = {"put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"}


class Faulty:
    """A DynamoDB client whose first calls of an operation go through the given faults, one each."""

    def __init__(self, client: Any, operation: str, *faults: Fault) -> None:
        self._client = client
        self._operation = operation
        self._faults = list(faults)
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if name != self._operation:
            return real

        def call(**parameters: Any) -> Any:
            self.calls += 1
            return self._faults.pop(0)(real, parameters) if self._faults else real(**parameters)

        return call


class Counting:
    """A client that counts its requests by operation."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.requests: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.requests[name] += 1
        return getattr(self._client, name)


class KilledError(Exception):
    """The invocation ends here, like a function that ran out of time."""


class Mortal:
    """A client whose process dies at its n-th write, of those that name `word`: just before it, or just after."""

    def __init__(self, client: Any, nth_write: int, *, applied: bool, word: str = "") -> None:
        self._client = client
        self._left = nth_write
        self._applied = applied
        self._word = word

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if name not in WRITES:
            return real

        def call(**parameters: Any) -> Any:
            self._left -= self._word in str(parameters)
            if self._left or self._word not in str(parameters):
                return real(**parameters)
            if self._applied:
                real(**parameters)
            raise KilledError

        return call


class MortalFiles(MemoryFiles):
    """Files whose process dies at its n-th put: just before it, or just after."""

    def __init__(self, files: MemoryFiles, nth_put: int, *, applied: bool) -> None:
        self.content, self.puts = files.content, 0
        self._left, self._applied = nth_put, applied

    def put(self, content: bytes) -> str:
        self.puts += 1
        self._left -= 1
        if self._left == 0 and not self._applied:
            raise KilledError
        name = super().put(content)
        if self._left == 0:
            raise KilledError
        return name


class Without:
    """A client for which one table is out of reach."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            return throttled(real, parameters) if self._table in str(parameters) else real(**parameters)

        return call


class Overtaken:
    """A client before whose n-th request of an operation that names `word` somebody else acts."""

    def __init__(self, client: Any, operation: str, word: str, act: Callable[[], object], nth: int = 1) -> None:
        self._client, self._operation, self._word = client, operation, word
        self._act, self._left = act, nth

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if name != self._operation:
            return real

        def call(**parameters: Any) -> Any:
            if self._word in str(parameters):
                self._left -= 1
                if self._left == 0:
                    self._act()
            return real(**parameters)

        return call


def answer_lost(real: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    """Applied, but nobody hears of it."""
    real(**parameters)
    raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


def request_lost(_real: Callable[..., Any], _parameters: dict[str, Any]) -> Any:
    """Never applied; looks the same from here."""
    raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


def throttled(_real: Callable[..., Any], _parameters: dict[str, Any]) -> Any:
    raise fault("ProvisionedThroughputExceededException")


def fine(real: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    return real(**parameters)


def first(act: Callable[[], object]) -> Fault:
    """Somebody else acts just before the request arrives."""

    def call(real: Callable[..., Any], parameters: dict[str, Any]) -> Any:
        act()
        return real(**parameters)

    return call


def fault(code: str, status: int = 400, **more: Any) -> ClientError:
    """An error of the service, as botocore raises it."""
    response: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(response, "AnyOperation")


def cancelled(*codes: str, item: dict[str, Any] | None = None) -> ClientError:
    """A transaction that was cancelled; the reasons' codes, by place."""
    reasons = [
        {"Code": code, **({"Item": item} if item and code == "ConditionalCheckFailed" else {})} for code in codes
    ]
    return fault("TransactionCanceledException", CancellationReasons=reasons)
