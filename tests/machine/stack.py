"""The real handlers on one engine: several environments, a baton between requests, and what may go wrong with each.

A play is one to three calls at once. Each request to the store is a point where another caller may go first (`turns`),
time may pass, and the request meets its `fate`. All of it is drawn beforehand, as small numbers, so that a failure is
the same again and shrinks to the fewest turns and fates.

Callers behave as the contract asks of clients: after a lost answer, or 503, they ask again under the same number.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from botocore.exceptions import ClientError, ReadTimeoutError

from coupons.process.services import Services, replace_services
from coupons.stores.dynamodb import Dynamo
from infra.virtual.store import Store
from infra.virtual.values import Item as Attributes
from infra.virtual.writes import Place, places_of
from tests.logs import quiet
from tests.machine.books import EMPTY, Books
from tests.machine.season import MERCHANTS
from tests.world import Answered, World

Fate = Literal["lost", "unheard", "deaf", "twice", "refused", "killed", "killed after"]
"""Not applied, no answer; applied, no answer, or none from here on; applied and sent again by the SDK; throttled or in
conflict; the invocation dies before it, or after it was applied."""
FATES: tuple[Fate, ...] = ("unheard", "deaf", "twice", "lost", "refused", "killed after", "killed")
WRITES = {"put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"}
ENVIRONMENTS = 3
ATTEMPTS = 10
"""What a caller sends at most: more than there are fates in a play."""


_PUBLISHED: dict[Callable[[World], None], dict[Place, Attributes]] = {}
"""What publishing stores, once for all: items are never changed in place."""


class Killed(BaseException):
    """The invocation ends here: no handler of it runs on."""


class Call(Protocol):
    """What one client wants: sent again as it is until it is answered."""

    def send(self) -> Answered: ...


@dataclass(frozen=True)
class Turn:
    """The next caller's `requests`, then `pause_s` seconds."""

    requests: int
    pause_s: float = 0.0


@dataclass(eq=False)
class Invocation:
    """One request of a client, as one environment served it; `begin` and `end` are places in the history."""

    call: Call
    now_s: int
    begin_wall_s: float
    begin: int
    is_alone: bool
    end: int = 0
    is_troubled: bool = False
    is_deaf: bool = False
    """It hears nothing more from the store."""
    answer: Answered | None = None
    """What it answered, heard or not; None: it was killed."""


@dataclass(frozen=True)
class Moment:
    """The books from `wall_s` on, and whose write made them so."""

    wall_s: float
    by: Invocation | None
    books: Books


@dataclass(eq=False)
class Caller:
    call: Call
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    invocation: Invocation | None = None
    is_done: bool = False
    error: BaseException | None = None


class Stack:
    """One engine, `ENVIRONMENTS` environments, and everything that was ever stored."""

    def __init__(self, publish: Callable[[World], None]) -> None:
        self.engine = Store()
        self.world = World(self.engine)
        if publish not in _PUBLISHED:
            with quiet():
                publish(self.world)
            _PUBLISHED[publish] = dict(self.engine.items)
        self.engine.restore(_PUBLISHED[publish])
        self._free = deque(self._new_services() for _ in range(ENVIRONMENTS))
        self.history: list[Moment] = [
            Moment(self.world.clock.wall, None, EMPTY.after(self.engine.items, self.engine.items))
        ]
        self._caller: Caller | None = None

    @property
    def books(self) -> Books:
        return self.history[-1].books

    @property
    def now_s(self) -> int:
        return self.world.now_s

    def play(
        self,
        calls: Sequence[Call],
        turns: Sequence[Turn] = (),
        fates: Mapping[int, Fate] | None = None,
        unheard: frozenset[int] = frozenset(),
    ) -> list[Invocation]:
        """Every call until it is answered: each invocation, in the order of their ends.

        `turns` are taken by the callers round and round; then each in order goes on to its end. `fates` are by number
        of the request, `unheard` numbers the invocations whose answers their callers never get.
        """
        self._fates, self._unheard = dict(fates or {}), unheard
        self._requests, self._invocations = 0, list[Invocation]()
        callers = [Caller(call) for call in calls]
        with quiet():
            if len(callers) == 1:
                self._is_race, self._caller = False, callers[0]
                self._serve(callers[0])
            else:
                self._race(callers, turns)
        self._caller = None
        return self._invocations

    def replace_one_environment(self) -> None:
        """A process ends while nobody uses it, and another starts cold."""
        self._free.popleft()
        self._free.append(self._new_services())

    def _race(self, callers: list[Caller], turns: Sequence[Turn]) -> None:
        self._is_race, self._back = True, threading.Semaphore(0)
        threads = [threading.Thread(target=self._live, args=(caller,), daemon=True) for caller in callers]
        for thread in threads:
            thread.start()
        for place, turn in enumerate(turns):
            self._go(callers[place % len(callers)], turn.requests)
            self.world.clock.advance(turn.pause_s)
        for caller in callers:
            while not caller.is_done:
                self._go(caller, 1)
        for thread in threads:
            thread.join()
        for caller in callers:
            if caller.error is not None:
                raise caller.error

    def _go(self, caller: Caller, requests: int) -> None:
        for _ in range(requests):
            if caller.is_done:
                return
            self._caller = caller
            caller.turn.release()
            self._back.acquire()

    def _live(self, caller: Caller) -> None:
        caller.turn.acquire()
        try:
            self._serve(caller)
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            caller.error = error
        caller.is_done = True
        self._back.release()

    def _serve(self, caller: Caller) -> None:
        for _ in range(ATTEMPTS):
            number = len(self._invocations)
            invocation = self._invoke(caller)
            if invocation.answer is None or invocation.answer.status == 503 or number in self._unheard:
                continue
            return
        raise AssertionError(f"{caller.call} is not answered")

    def _invoke(self, caller: Caller) -> Invocation:
        clock = self.world.clock
        made = Invocation(caller.call, self.now_s, clock.wall, len(self.history) - 1, not self._is_race)
        self._invocations.append(made)
        caller.invocation = made
        services = self._free.popleft()
        replace_services(services)
        try:
            made.answer = caller.call.send()
        except Killed:
            services = self._new_services()
        self._free.append(services)
        made.end = len(self.history) - 1
        return made

    def request(self, name: str, parameters: dict[str, Any], *, once: bool) -> Any:
        """A request of the invocation that holds the baton: hand it over, and send when it comes back."""
        caller = self._caller
        assert caller is not None
        assert caller.invocation is not None
        if self._is_race:
            self._back.release()
            caller.turn.acquire()
        fate = self._fates.get(self._requests)
        self._requests += 1
        invocation = caller.invocation
        if fate == "deaf":
            invocation.is_deaf = True

        def send() -> Any:
            answer = getattr(self.engine, name)(**parameters)
            if name in WRITES:
                books = self.books.after(places_of(parameters), self.engine.items)
                self.history.append(Moment(self.world.clock.wall, invocation, books))
            return answer

        if invocation.is_deaf:
            fate = "unheard"
        if fate is None:
            return send()
        invocation.is_troubled = True
        return _meet(fate, send, name, once=once)

    def _new_services(self) -> Services:
        made = self.world.new_services(seed=1)
        made.spike, made.patient = (Dynamo(_Client(self, once=once), pause=lambda _s: None) for once in (True, False))
        assert made.limits._table.dynamo is made.patient, "a store that takes another client meets no fate"
        # A process that met no till reads the merchant before the clock, and the judge takes the moment of the call.
        made.merchants._known |= set(MERCHANTS)
        return made


def _meet(fate: Fate, send: Callable[[], Any], name: str, *, once: bool) -> Any:
    if fate == "killed":
        raise Killed
    if fate == "lost":
        raise ReadTimeoutError(endpoint_url="lost request")
    if fate == "refused":
        raise _refusal(name)
    try:
        answer = send()
    except ClientError:
        if fate in ("killed after", "unheard"):
            answer = None
        else:
            raise
    if fate == "killed after":
        raise Killed
    if fate == "unheard":
        raise ReadTimeoutError(endpoint_url="lost answer")
    return answer if once else send()


def _refusal(name: str) -> ClientError:
    response: Any = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    if name == "transact_write_items":
        response["Error"]["Code"] = "TransactionCanceledException"
        response["CancellationReasons"] = [{"Code": "TransactionConflict"}]
    return ClientError(response, name)


class _Client:
    """The store as one environment sees it; `once`: its SDK sends each request once."""

    def __init__(self, stack: Stack, *, once: bool) -> None:
        self._stack = stack
        self._once = once

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            # A transaction that is sent twice meets its own conditions the second time, where DynamoDB would repeat the
            # first answer for ten minutes: harsher, never milder.
            parameters.pop("ClientRequestToken", None)
            return self._stack.request(name, parameters, once=self._once)

        return call
