"""DynamoDB over a network in virtual time: a client for each process, and the one service that their requests reach.

    service = Service(hub, store)
    client = Client(hub, service, route)          # Services(boto_client=client, …)

    send ──sent_s──▶ ──arrives_s──▶ the service: refused, in conflict, or applied
      └────────────────answered_s────────────────▶ its answer, or what went wrong; the process goes on

A **route** says what becomes of one request: its latency, and its faults. What arrives is applied whatever became of
its sender. `admit` is where limits of throughput belong: it may refuse what arrives.

A transaction holds its items between its arrival and its end. Another write to one of them is meanwhile refused:
docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError, ReadTimeoutError

from infra.virtual.answers import Request, error
from infra.virtual.hub import DeadError, Hub
from infra.virtual.store import Store
from infra.virtual.writes import Place, places_of

READS = frozenset({"get_item", "batch_get_item", "query", "scan"})
WRITES = frozenset({"put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"})


@dataclass(slots=True)
class Course:
    """What becomes of one request. Seconds count from when it is sent; None: never."""

    arrives_s: float | None
    answered_s: float
    """The process goes on then."""
    sent_s: float = 0.0
    """So long after the call it is sent."""
    holds_s: float = 0.0
    """So long a transaction holds its items before it is applied."""
    copy_s: float | None = None
    """It arrives once more, and nobody hears of it."""
    refused: Any = None
    """What the service answers without applying it: an exception, or that nothing was processed."""
    error: Exception | None = None
    """What the process gets instead of an answer."""
    then: Callable[[], None] | None = None
    """What happens to the process as it goes on."""


class Route(Protocol):
    def __call__(self, operation: str, request: Request) -> Course: ...


@dataclass(slots=True)
class _Sent:
    """A request under way, and its answer once there is one."""

    operation: str
    request: Request
    answer: Any = None


class Service:
    """`admit(operation, request)`: why a request that arrives is refused, None if it is not. `applied(operation,
    request, answer)` hears of everything that was answered; an answer may be an exception.
    """

    def __init__(
        self,
        hub: Hub,
        store: Store,
        *,
        admit: Callable[[str, Request], Exception | None] = lambda _operation, _request: None,
        applied: Callable[[str, Request, Any], None] = lambda _operation, _request, _answer: None,
    ) -> None:
        self.store = store
        self.conflicts = 0
        self._hub = hub
        self._admit = admit
        self._applied = applied
        self._held: dict[Place, str] = {}
        """Items of transactions that are in progress, each with the transaction's token."""

    def arrive(self, sent: _Sent, holds_s: float = 0.0) -> None:
        refused = self._admit(sent.operation, sent.request)
        if refused is None and sent.operation in WRITES:
            places, token = list(places_of(sent.request)), str(sent.request.get("ClientRequestToken", ""))
            refused = self._conflict(sent, places, token)
            if refused is None and holds_s and sent.operation == "transact_write_items":
                for place in places:
                    self._held[place] = token
                self._hub.after(holds_s, lambda: self._end(sent, places))
                return
        if refused is None:
            self._apply(sent)
        else:
            sent.answer = refused
            self._applied(sent.operation, sent.request, refused)

    def _end(self, sent: _Sent, places: list[Place]) -> None:
        for place in places:
            del self._held[place]
        self._apply(sent)

    def _apply(self, sent: _Sent) -> None:
        try:
            sent.answer = getattr(self.store, sent.operation)(**sent.request)
        except ClientError as refused:
            sent.answer = refused.with_traceback(None)  # whose frames would keep the sender's
        self._applied(sent.operation, sent.request, sent.answer)

    def _conflict(self, sent: _Sent, places: list[Place], token: str) -> ClientError | None:
        if not self._held:
            return None
        met = [self._held.get(place) for place in places]
        if not any(holder is not None for holder in met):
            return None
        self.conflicts += 1
        if sent.operation != "transact_write_items":
            return error(sent.operation, "TransactionConflictException", "Transaction is ongoing for the item")
        if token and token in met:
            return error(sent.operation, "TransactionInProgressException", "The transaction is in progress")
        return cancelled(["None" if holder is None else "TransactionConflict" for holder in met])


class Client:
    """A client in the face of boto3's. It raises DeadError in a process that is dead."""

    def __init__(self, hub: Hub, service: Service, route: Route) -> None:
        self._hub = hub
        self._service = service
        self._route = route

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation not in READS and operation not in WRITES:
            raise AttributeError(operation)

        def call(**request: Any) -> Any:
            return self._call(operation, request)

        setattr(self, operation, call)
        return call

    def _call(self, operation: str, request: Request) -> Any:
        hub = self._hub
        if hub.current is None or not hub.current.is_alive:
            hub.undead.append(operation)
            raise DeadError(f"{hub.current and hub.current.name} is dead and sends {operation}")
        course, sent = self._route(operation, request), _Sent(operation, request)
        if course.sent_s:
            hub.sleep(course.sent_s)
        if course.refused is not None:
            sent.answer = course.refused
        elif course.arrives_s is not None:
            hub.after(course.arrives_s, lambda: self._service.arrive(sent, course.holds_s))
        if course.copy_s is not None:
            hub.after(course.copy_s, lambda: self._service.arrive(_Sent(operation, request)))
        hub.sleep(course.answered_s)
        if course.then is not None:
            course.then()
        answer = course.error or sent.answer
        if answer is None:
            answer = ReadTimeoutError(endpoint_url="a virtual one")
        if isinstance(answer, Exception):
            raise answer
        return answer


def cancelled(codes: list[str]) -> ClientError:
    """A cancelled transaction, with the code of each of its parts."""
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]"
    reasons = [{"Code": code} for code in codes]
    return error("TransactWriteItems", "TransactionCanceledException", message, CancellationReasons=reasons)
