"""The registry of cases: one a route, status and slug that the OpenAPI document declares, often several.

A case plays on an empty stage and ends with its response. It is played once a process for two suites: the API suite
checks the response, the template suite the permissions that were used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.api.declared import PROBLEM
from tests.api.stage import Log, Stage, stage
from tests.world import Answered, a_batch, campaign

Play = Callable[[Stage], Answered]


@dataclass(frozen=True, eq=False)
class Case:
    """`body`: the whole body of a success. `facts`: the extension members of a problem.

    A `range` stands for any number in it, for values that are drawn at random.
    """

    route: str
    status: int
    slug: str
    play: Play
    body: Any
    facts: dict[str, Any]
    detail: str
    headers: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.route} {self.status} {self.slug} {self.play.__name__}"


@dataclass(frozen=True)
class Outcome:
    answered: Answered
    log: Log


CASES: list[Case] = []


def case(
    route: str,
    status: int,
    slug: str = "",
    *,
    body: Any = None,
    facts: dict[str, Any] | None = None,
    detail: str = "",
    headers: dict[str, Any] | None = None,
) -> Callable[[Play], Play]:
    """Declare the response that the decorated play ends with."""

    def register(play: Play) -> Play:
        CASES.append(Case(route, status, slug, play, body, facts or {}, detail, headers or {}))
        return play

    return register


@cache
def outcome(played: Case) -> Outcome:
    """The response of the case, and its log."""
    with stage() as s:
        answered = played.play(s)
        return Outcome(answered, s.log)


def differences(wanted: Case, outcome: Outcome) -> list[str]:
    """The differences between the outcome and the case; empty if there are none."""
    answered, found = outcome.answered, list(outcome.log.faults)
    said, expected = outcome.log.said[-1], (wanted.route, wanted.status, wanted.slug)
    if said != expected:
        return [f"{said} instead of {expected}: {answered.text[:300]}"]
    found += _differing("headers", {**_standing_headers(wanted), **wanted.headers}, answered.headers)
    if wanted.slug:
        members = {"type": f"/problems/{wanted.slug}", "status": wanted.status, **wanted.facts}
        if wanted.detail:
            members["detail"] = wanted.detail
        found += _differing("problem", members, answered.json)
        if "retry_after_s" in answered.json:
            found += _differing("headers", {"retry-after": str(answered.json["retry_after_s"])}, answered.headers)
        more = answered.json.keys() - members.keys() - {"title", "detail", "instance"}
        found += [f"problem: unexpected {name}" for name in sorted(more)]
    elif not callable(wanted.body) and answered.json != wanted.body:
        found.append(f"body: {answered.text}")
    elif callable(wanted.body) and not wanted.body(answered.text):
        found.append(f"body: {answered.text[:2000]}")
    return found


def _standing_headers(wanted: Case) -> dict[str, Any]:
    shared = wanted.route.startswith(("GET /campaigns", "GET /batches/{batch_id}")) and wanted.status == 200
    shared = shared and not wanted.route.endswith(("/claim", "/booking", "/mine"))
    seconds = 5 if wanted.route.endswith(("/merchants", "/activities", "/facilities", "/announcements")) else 1
    return {
        "content-type": PROBLEM if wanted.slug else "application/json",
        "cache-control": f"public, max-age={seconds}" if shared else "no-store",
    }


def _differing(where: str, wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Members of `wanted` that are missing or different in `found`; a wanted None must be missing."""
    return [
        f"{where}: {name} is {found.get(name)!r}, not {value!r}"
        for name, value in wanted.items()
        if not (found.get(name) in value if isinstance(value, range) else found.get(name) == value)
    ]


REPLAY = {"idempotent-replay": "true"}
FIRST = {"idempotent-replay": None}
TEN_OFF = {"discount_minor": 1000, "merchant_match_minor": 1000, "payable_minor": 4000}
SHARES = [
    {"funder_id": "city", "amount_minor": 500},
    {"funder_id": "platform", "amount_minor": 300},
    {"funder_id": "shop", "amount_minor": 200},
]


def opened(s: Stage, *batches: dict[str, Any], **changes: Any) -> Stage:
    """The empty stage with a published campaign, of the batch `pack` if none is given."""
    return s.published(campaign(*(batches or [a_batch()]), **changes))


def coupon(s: Stage, name: str = "ann", batch_id: str = "pack") -> tuple[str, str]:
    """The first coupon of the pack that this citizen claims now, and a code of it."""
    citizen = s.citizen(name)
    coupon_id = citizen.put_claim(batch_id).json["coupons"][0]["coupon_id"]
    return coupon_id, citizen.code(coupon_id)
