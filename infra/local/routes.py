"""The `/_local` routes of the contract: token, clock, tick. None of them is in template.yaml."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from coupons.faults import faults
from coupons.refusals import Fault
from infra.local.answers import Answer, ProblemError, json_answer
from infra.local.clock import EARLIEST_S, LATEST_S, LocalClock, rfc3339
from infra.local.issuer import Issuer

_BODY_BYTES_MAX = 64 * 1024
_ROUNDS_MAX = 500
"""Invocations a tick; the passes of a season take a few dozen."""
_ADVANCE_S_MAX = LATEST_S - EARLIEST_S

Name = Annotated[str, StringConstraints(pattern=r"\A[^\x00-\x1f\x7f]{1,256}\z")]
Identifier = Annotated[str, StringConstraints(pattern=r"\A[a-z0-9-]{1,64}\z")]
ScopeText = Annotated[
    str,
    StringConstraints(pattern=r"\A(citizen|merchant|partner|operator)( (citizen|merchant|partner|operator)){0,3}\z"),
]
# RFC 3339 with a required offset; pydantic would accept more.
TimeText = Annotated[
    str,
    StringConstraints(pattern=r"\A\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\z"),
]

Invoke = Callable[[], dict[str, Any]]
"""Invokes the schedule's function once: `{"did": [...], "more": bool}`."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


Body = TypeVar("Body", bound=_Body)


class TokenRequest(_Body):
    sub: Name
    scope: ScopeText
    person_id: Name | None = None
    merchant_id: Identifier | None = None
    region: Name | None = None
    household_id: Name | None = None


class ClockRequest(_Body):
    now: TimeText | None = None
    advance_s: Annotated[float, Field(ge=0, le=_ADVANCE_S_MAX)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> ClockRequest:
        if (self.now is None) == (self.advance_s is None):
            raise ValueError("either now or advance_s")
        return self


class Nothing(_Body):
    """`{}`."""


class LocalRoutes:
    def __init__(self, *, issuer: Issuer, clock: LocalClock, invoke: Invoke) -> None:
        self._issuer = issuer
        self._clock = clock
        self._invoke = invoke
        self._ticking = asyncio.Lock()
        # Not the loop's own, which would wait for a tick before the stack ends.
        self._ticks = ThreadPoolExecutor(1, "tick")
        self._routes: dict[str, dict[str, Callable[[bytes], Awaitable[Answer]]]] = {
            "/_local/token": {"POST": self._post_token},
            "/_local/clock": {"GET": self._get_clock, "POST": self._post_clock},
            "/_local/tick": {"POST": self._post_tick},
        }

    async def answer(self, method: str, path: str, body: bytes) -> Answer:
        """The answer to a request below `/_local`. Raises ProblemError."""
        methods = self._routes.get(path)
        if methods is None:
            raise ProblemError("not-found", "The local stack has no such route.")
        if method not in methods:
            allowed = ", ".join(methods)
            raise ProblemError(
                "method-not-allowed",
                f"This path knows {allowed}.",
                {"allowed": list(methods)},
                [(b"allow", allowed.encode())],
            )
        if len(body) > _BODY_BYTES_MAX:
            raise ProblemError("malformed", "The body is longer than 64 KB.", {"errors": []})
        return await methods[method](body)

    async def _post_token(self, body: bytes) -> Answer:
        request = _parsed(TokenRequest, body)
        return json_answer(self._issuer.granted(request.model_dump(exclude_none=True)))

    async def _get_clock(self, _body: bytes) -> Answer:
        offset_s = self._clock.offset_s()
        return json_answer({"now": rfc3339(self._clock.now_s()), "offset_s": round(offset_s, 3)})

    async def _post_clock(self, body: bytes) -> Answer:
        request = _parsed(ClockRequest, body)
        then_s = self._clock.now_s() + (request.advance_s or 0)
        now_s = _epoch_s(request.now) if request.now else then_s
        if not EARLIEST_S <= now_s < LATEST_S:
            raise _malformed([{"place": "body.now", "message": "the clock goes from 2000 to 2099"}])
        try:
            self._clock.set_now(now_s)
        except OSError as error:
            raise ProblemError("not-written", f"The clock was not set: {error.strerror}.") from error
        return await self._get_clock(b"")

    async def _post_tick(self, body: bytes) -> Answer:
        _parsed(Nothing, body or b"{}")
        # One after the other, so that each caller gets the result of its own tick.
        async with self._ticking:
            did, more = [], True
            for _ in range(_ROUNDS_MAX):
                result = await asyncio.get_running_loop().run_in_executor(self._ticks, self._invoke)
                did += result["did"]
                more = result["more"]
                if not more:
                    break
        return json_answer({"now": rfc3339(self._clock.now_s()), "did": did, "more": more})


def _parsed(model: type[Body], body: bytes) -> Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _malformed(faults(error, "body", model)) from None


def _malformed(errors: list[Fault]) -> ProblemError:
    return ProblemError("malformed", "The request does not fit the schema; see errors.", {"errors": errors})


def _epoch_s(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment.upper()).timestamp()
    except (ValueError, OverflowError):
        raise _malformed([{"place": "body.now", "message": "no such moment"}]) from None
