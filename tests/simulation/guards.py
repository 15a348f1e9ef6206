"""The guards of the claim protocol, each of which can be watched and removed.

A guard is a piece of a function's text that decides, or a clause of a condition. While it is watched, it is compared at
each decision with its absence: `reached` counts the decisions, `otherwise` those that its absence would have taken
otherwise. While it is removed, its absence decides.

Two pieces of `process/leases.py` are not among them: a process leaves a lease of an older round, and gives nothing back
to one that has lapsed. What they prevent is refused without them, too: a round opens `FENCE_S` after its sealing, when
each lease of the round before has lapsed; and the stock takes a pack back in its own round only.
"""

from __future__ import annotations
import __future__

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from coupons.claim import packs
from coupons.clock import Stamp
from coupons.process import leases
from coupons.schedule import reclaim
from coupons.stores import claims
from infra.virtual import store
from infra.virtual.answers import Request
from infra.virtual.expressions import compiled
from infra.virtual.values import Item
from tests.simulation.aims import Aim
from tests.simulation.faults import FROZEN, LATE, LOST, STALLED, THROTTLED, UNANSWERED


@dataclass
class Watch:
    """What a guard decided. `removed`: its absence decides."""

    removed: bool = False
    reached: int = 0
    otherwise: int = 0

    def decide(self, guard: Any, absent: Any) -> Any:
        self.reached += 1
        self.otherwise += guard != absent
        return absent if self.removed else guard


@dataclass(frozen=True)
class Guard:
    name: str
    of: Any
    """The class or module that has the function; `clause` for a condition."""
    function: str
    """Or the condition."""
    text: str
    """What decides, as it stands in the function; of a condition what is left of it."""
    absent: str = "False"
    """What decides in its absence."""
    aim: Aim = field(default_factory=Aim)
    within: str = "{}"
    """Where the text stands, if it stands elsewhere too."""

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        if self.of == "clause":
            installed = patch.object(store, "judged", _loosened(self.function, self.text, watch))
        else:
            rewritten = _rewritten(self, watch)
            installed = patch.object(self.of, self.function, rewritten)
        with installed:
            yield


def _rewritten(guard: Guard, watch: Watch) -> Callable[..., Any]:
    """The function with `decide(text, absent)` in place of `text`."""
    function = getattr(guard.of, guard.function)
    source = textwrap.dedent(inspect.getsource(function))
    there = guard.within.format(guard.text)
    assert source.count(there) == 1, f"{guard.function} has {source.count(there)} times {there!r}"
    source = source.replace(there, guard.within.format(f"_decide({guard.text}, {guard.absent})"))
    made: dict[str, Any] = {}
    code = compile(source, f"<{guard.function} watched>", "exec", __future__.annotations.compiler_flag)
    exec(code, {**function.__globals__, "_decide": watch.decide}, made)
    return made[guard.function]


def _loosened(condition: str, rest: str, watch: Watch) -> Callable[..., Any]:
    """`judged` for which of this condition only `rest` is left."""
    real = store.judged

    def judged(operation: str, kind: str, request: Request, place: Any, before: Item | None) -> Any:
        if request.get("ConditionExpression") == condition:
            is_refused = not _holds(condition, request, before)
            if watch.decide(is_refused, bool(rest) and not _holds(rest, request, before)) is False and is_refused:
                request = _without(request, request.get("UpdateExpression", ""))
        return real(operation, kind, request, place, before)

    return judged


def _holds(condition: str, request: Request, item: Item | None) -> bool:
    part = _without(request, condition)
    names, values = part.get("ExpressionAttributeNames", {}), part.get("ExpressionAttributeValues", {})
    parsed = compiled((("ConditionExpression", condition),), tuple(names.items()), tuple(values))
    assert parsed.condition is not None
    return parsed.condition(item or {}, values)


def _without(request: Request, text: str) -> dict[str, Any]:
    """The request without its condition, and with the names and values that `text` uses."""
    words = set(text.replace(",", " ").replace("(", " ").replace(")", " ").split())
    left = {name: value for name, value in request.items() if name != "ConditionExpression"}
    for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        used = {key: value for key, value in request.get(name, {}).items() if key in words}
        left.pop(name, None)
        if used:
            left[name] = used
    return left


def _on(name: str, *kinds: str, rate: float = 0.12, **more: Any) -> Aim:
    """Requests of this name meet these faults often, in a rush that is long enough for two reclaims."""
    return Aim("stock", likely={name: dict.fromkeys(kinds, rate)}, length_s=250, **more)


_UNKNOWN = _on("claim", LOST, UNANSWERED, LATE)
_STALLED = _on("lease", STALLED, rate=0.3, quantity=6)
_LEASE = "remaining >= :k AND sealed = :r"
_REOPEN = "#state = :sealing AND round = :r AND quantity = :q AND sealed_at_s = :sealed"
_DRAINED = "#state = :open AND round = :r AND quantity = :q AND drained_at_s = :never"
_YOUNG = "0 <= clock.{0}_s() - self.{0}_s < limit_s"

GUARDS = (
    Guard("own token is recognised", claims.Claims, "put", 'existing.get("t") == claim.token', aim=_UNKNOWN),
    Guard(
        "token of unknown fate is burnt",
        packs,
        "_put",
        "(NotApplied, Damaged, LimitMoved)",
        "(NotApplied, Damaged, LimitMoved, Busy)",
        aim=_on("claim", LATE, rate=0.5),
    ),
    Guard(
        "… also if the last attempt was throttled",
        claims.Claims,
        "put",
        "unknown",
        aim=_on("claim", LATE, UNANSWERED, THROTTLED, rate=0.2),
        within="if {}:",
    ),
    Guard("lease is young at each attempt", claims.Claims, "put", "not still_leased()", aim=_STALLED),
    Guard("lease lapses", leases.Lease, "is_live", "self.taken_at.is_younger(clock, LEASE_S)", "True", aim=_STALLED),
    Guard("… by the wall clock", Stamp, "is_younger", _YOUNG.format("wall"), "True", aim=_STALLED),
    Guard(
        "… by the monotonic clock",
        Stamp,
        "is_younger",
        _YOUNG.format("monotonic"),
        "True",
        aim=_STALLED,
    ),
    Guard(
        "… from before it was asked for",
        leases.Leases,
        "_lease",
        "lease",
        "Lease(*[getattr(lease, name) for name in Lease.__slots__[:5]], Stamp.now(self._clock), lease.held)",
        aim=_STALLED,
        within="return {}",
    ),
    Guard(
        "lease: before the final count",
        leases.Leases,
        "_refuse_final",
        "control.final and self._clock.wall_s() >= batch.closes_at_s",
        aim=_STALLED,
    ),
    Guard(
        "fence", reclaim, "reclaim", "now_s < control.sealed_at_s + FENCE_S", aim=_on("claim", LATE, FROZEN, rate=0.3)
    ),
    Guard(
        "fence: once all is sealed",
        reclaim,
        "reclaim",
        "not control.sealed_at_s",
        aim=Aim("stock", likely={"seal": {STALLED: 0.4}, "claim": {LOST: 0.5, LATE: 0.3}}, length_s=370),
        within="or {} or",
    ),
    Guard(
        "a count is of its round",
        reclaim,
        "_count_and_reopen",
        'f"reclaim#{batch.batch_id}#{control.round}"',
        'f"reclaim#{batch.batch_id}"',
    ),
    Guard("one claim a person", "clause", "attribute_not_exists(pk)", ""),
    Guard("lease: packs are there", "clause", _LEASE, "sealed = :r"),
    Guard(
        "lease: of its round",
        "clause",
        _LEASE,
        "remaining >= :k",
        aim=Aim("stock", likely={"lease": {STALLED: 0.3}, "claim": {LOST: 0.8}}, length_s=310),
    ),
    Guard("give back: of its round", "clause", "sealed = :r", "", aim=_on("give back", STALLED, LATE)),
    Guard(
        "drained: of this quantity",
        "clause",
        _DRAINED,
        _DRAINED.replace(" AND quantity = :q", ""),
        aim=Aim("stock", moment="read shards", likely={"mark drained": {FROZEN: 0.7}}),
    ),
    Guard(
        "drained: of this round",
        "clause",
        _DRAINED,
        _DRAINED.replace(" AND round = :r", ""),
        aim=Aim("stock", likely={"mark drained": {STALLED: 0.6}, "claim": {LOST: 0.8}}, length_s=370),
    ),
    Guard("seal once", "clause", "sealed < :r", "", aim=_on("seal", STALLED, rate=0.4)),
    Guard(
        "reopen: of this quantity",
        "clause",
        _REOPEN,
        _REOPEN.replace(" AND quantity = :q", ""),
        aim=Aim("stock", moment="count", length_s=250),
    ),
    Guard("reopen: of this reclaim", "clause", _REOPEN, "quantity = :q", aim=_on("reopen", STALLED, rate=0.3)),
)
