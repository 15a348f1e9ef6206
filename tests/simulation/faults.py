"""What goes wrong with a request, by chance. A seed has some of the kinds, each at a rate of its own (swarm)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from coupons.clock import FENCE_S, LEASE_S, SKEW_S
from infra.virtual.answers import Request, error
from infra.virtual.client import READS, Course, cancelled
from tests.simulation.labels import NOT_REPEATED, WITHIN_THE_FENCE, label

READ_S = 1.0
"""A client waits so long for an answer."""
FUNCTION_S = 10
"""An invocation of a function that claims is over after this."""
LATE_S = FENCE_S - LEASE_S - FUNCTION_S - SKEW_S
"""A put is sent at most `LEASE_S` and an invocation after its lease began, and is applied at most this later: within
the fence, whatever the clocks of two schedules say."""
LOST, UNANSWERED, LATE, DOUBLED = "lost", "unanswered", "late", "doubled"
SLOW, THROTTLED, KILLED, FROZEN = "slow", "throttled", "killed", "frozen"
STALLED, SET_BACK, TIMED_OUT = "stalled", "set back", "timed out"
KINDS = (LOST, UNANSWERED, LATE, DOUBLED, SLOW, THROTTLED, KILLED, FROZEN, STALLED, SET_BACK, TIMED_OUT)
_WRITES_ONLY = (LATE, DOUBLED)
_RATES = (0.004, 0.012, 0.035)


class Sender(Protocol):
    """The process that sends, as faults act on it."""

    rng: Random

    def kill_after(self, for_s: float) -> None:
        """Its invocation ends then."""

    def rest_s(self) -> float:
        """How long its invocation can still take."""

    def stall(self, for_s: float, late_s: float) -> None:
        """It goes on after that, and its invocation is ended only `late_s` later."""

    def slept(self, for_s: float) -> None:
        """It was frozen so long; its monotonic clock may have stood still."""

    def set_back(self) -> None:
        """Its wall clock steps back."""


class Faults:
    """`rates`: kind → probability that a request meets it. `likely`: the same for requests of some names."""

    def __init__(
        self,
        rates: dict[str, float],
        late_s: tuple[float, float] = (0.2, LATE_S),
        likely: dict[str, dict[str, float]] | None = None,
    ) -> None:
        self.rates = rates
        self.likely = likely or {}
        self.late_s = late_s
        self.is_quiet = False

    @classmethod
    def swarm(cls, rng: Random) -> Faults:
        """Each kind with probability 0.6."""
        return cls({kind: rng.choice(_RATES) for kind in KINDS if rng.random() < 0.6})

    def course(self, sender: Sender, name: str, operation: str, request: Request) -> tuple[Course, str]:
        """What becomes of a request, and which fault it meets, if any."""
        rng = sender.rng
        there, back = rng.uniform(0.001, 0.02), rng.uniform(0.001, 0.02)
        course = Course(there, there + back)
        if operation == "transact_write_items":
            course.holds_s = rng.uniform(0.001, 0.03)
            course.answered_s += course.holds_s
        kind = "" if self.is_quiet else self._drawn(rng, name, operation)
        if kind:
            _MEETS[kind](self, sender, course, operation, request)
        return course, kind

    def _drawn(self, rng: Random, name: str, operation: str) -> str:
        left = rng.random()
        for kind, rate in (self.likely.get(name) or self.rates).items():
            if left < rate:
                is_never = kind == DOUBLED and name in NOT_REPEATED
                return "" if is_never or (kind in _WRITES_ONLY and operation in READS) else kind
            left -= rate
        return ""

    def _lost(self, sender: Sender, course: Course, operation: str, _request: Request) -> None:
        course.arrives_s = None
        _unanswer(sender, course, operation)

    def _unanswered(self, sender: Sender, course: Course, operation: str, _request: Request) -> None:
        _unanswer(sender, course, operation)

    def _late(self, sender: Sender, course: Course, operation: str, _request: Request) -> None:
        course.arrives_s = sender.rng.uniform(*self.late_s)
        _unanswer(sender, course, operation)

    def _doubled(self, sender: Sender, course: Course, _operation: str, _request: Request) -> None:
        course.copy_s = sender.rng.uniform(*self.late_s)

    def _slow(self, sender: Sender, course: Course, _operation: str, _request: Request) -> None:
        slower_s = sender.rng.uniform(0.05, READ_S - 0.1)
        course.arrives_s = (course.arrives_s or 0) + slower_s
        course.answered_s += slower_s

    def _throttled(self, sender: Sender, course: Course, operation: str, request: Request) -> None:
        if operation == "batch_get_item" and sender.rng.random() < 0.5:
            wanted = request["RequestItems"]
            course.refused = {"Responses": {table: [] for table in wanted}, "UnprocessedKeys": wanted}
        elif operation == "transact_write_items":
            course.refused = cancelled(["ThrottlingError"] + ["None"] * (len(request["TransactItems"]) - 1))
        else:
            course.refused = error(operation, "ProvisionedThroughputExceededException", "The level of throughput …")

    def _killed(self, sender: Sender, course: Course, _operation: str, _request: Request) -> None:
        assert course.arrives_s is not None
        sender.kill_after(course.arrives_s + course.holds_s + 1e-6)

    def _frozen(self, sender: Sender, course: Course, _operation: str, _request: Request) -> None:
        """Before it sends, or before it reads the answer."""
        for_s = sender.rng.uniform(0.3, 1.0) * min(40.0, sender.rest_s())
        if sender.rng.random() < 0.5:
            course.sent_s = for_s
        else:
            course.answered_s += for_s
        course.then = lambda: sender.slept(for_s)

    def _stalled(self, sender: Sender, course: Course, operation: str, request: Request) -> None:
        """Past its end, before it sends or before it reads the answer; it is ended only after it has gone on."""
        for_s = sender.rng.uniform(35, 130)
        if label(operation, request) not in WITHIN_THE_FENCE and sender.rng.random() < 0.5:
            course.sent_s = for_s
        else:
            course.answered_s += for_s
        sender.stall(course.sent_s + course.answered_s, sender.rng.uniform(0.2, 3))
        course.then = lambda: sender.slept(for_s)

    def _set_back(self, sender: Sender, course: Course, _operation: str, _request: Request) -> None:
        course.then = sender.set_back

    def _timed_out(self, sender: Sender, course: Course, _operation: str, _request: Request) -> None:
        course.answered_s += sender.rest_s() + 1


_MEETS: dict[str, Callable[[Faults, Any, Course, str, Request], None]] = {
    LOST: Faults._lost,
    UNANSWERED: Faults._unanswered,
    LATE: Faults._late,
    DOUBLED: Faults._doubled,
    SLOW: Faults._slow,
    THROTTLED: Faults._throttled,
    KILLED: Faults._killed,
    FROZEN: Faults._frozen,
    STALLED: Faults._stalled,
    SET_BACK: Faults._set_back,
    TIMED_OUT: Faults._timed_out,
}


def _unanswer(sender: Sender, course: Course, operation: str) -> None:
    """The process learns nothing: after a time, or because the connection closed, or the service failed."""
    symptom = sender.rng.randrange(3)
    if symptom == 0:
        course.answered_s, course.error = READ_S, ReadTimeoutError(endpoint_url="virtual")
    elif symptom == 1:
        course.error = ConnectionClosedError(endpoint_url="virtual")
    else:
        failed = error(operation, "InternalServerError", "Internal server error")
        failed.response["ResponseMetadata"]["HTTPStatusCode"] = 500
        course.error = failed
