"""What all routes have in common: no token, the wrong role, malformed input, a throttled store."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from tests.api.cases import Outcome
from tests.api.declared import Said, operations
from tests.api.stage import Log
from tests.api.town import GOOD, ROLES, Town, role_of, town
from tests.world import Answered, area_of

_ODD = "\x7f"
_MISFITS: dict[str, dict[str, Any]] = {
    "GET /campaigns": {"query": {_ODD: ""}},
    "GET /openapi.json": {"query": {_ODD: ""}},
    "GET /bookings": {"query": {_ODD: ""}},
    "GET /wallet": {"query": {"status": _ODD}},
    "GET /points": {"query": {"cursor": _ODD}},
    "GET /merchant": {"query": {_ODD: ""}},
    "POST /quotes": {"body": []},
    "POST /admin/persons/lookup": {"body": []},
    "PUT /admin/strikes": {"body": {"person_id": "ann", "slot_id": "court.2020-06-31.0900", "excused": True}},
}
"""Malformed input for routes without a path parameter."""


class Throttled:
    """DynamoDB that throttles every request."""

    def __getattr__(self, name: str) -> Any:
        def refuse(**_: Any) -> Any:
            error = {"Code": "ThrottlingException", "Message": "slow down"}
            raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, name)  # type: ignore

        return refuse


def said_by_all() -> list[Said]:
    """Route, status and slug of each case of this module."""
    found: list[Said] = []
    for route in operations():
        if role_of(route):
            found += [(route, 401, "unauthenticated"), (route, 403, "forbidden")]
        found.append((route, 400, "malformed"))
        if route != "GET /openapi.json":
            found.append((route, 503, "busy"))
    return found


@cache
def common() -> dict[Said, Outcome]:
    """The outcome of each on one town, which they must not change."""
    with town() as t:
        before = t.stage.items()
        found = {said: Outcome(_send(t, said), Log(faults=_taken(t))) for said in said_by_all()}
        assert t.stage.items() == before
        return found


def _taken(t: Town) -> list[str]:
    faults, t.stage.log.faults = t.stage.log.faults, []
    return faults


def _send(t: Town, said: Said) -> Answered:
    route, status, _ = said
    if status == 401:
        return t.send(route, claims=None)
    if status == 403:
        other = "partner" if role_of(route) == "citizen" else "citizen"
        return t.send(route, claims=ROLES[other])
    if status == 400:
        path = GOOD[route](t).get("path", {})
        return t.send(route, **(_MISFITS.get(route) or {"path": dict.fromkeys(path, _ODD)}))
    area = area_of(route)
    t.stage.restart(area, client=Throttled())
    answered = t.send(route)
    t.stage.restart(area)
    return answered
