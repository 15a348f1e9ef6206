"""Every route with every status and slug that the OpenAPI document declares: exact JSON out, nothing undeclared."""

from __future__ import annotations

from collections import Counter

import pytest

from coupons.stores.attributes import decode
from tests.api.all_cases import CASES
from tests.api.cases import Case, coupon, differences, opened, outcome
from tests.api.common import common, said_by_all
from tests.api.declared import Said, everything_said, operations, responses, slugs, undeclared
from tests.api.stage import Stage
from tests.contract import CONTRACT
from tests.world import Answered, order

NEVER_SEEN: dict[Said, str] = {}
"""What is declared and has no case, with the reason."""


@pytest.mark.parametrize("wanted", CASES, ids=lambda wanted: wanted.name)
def test_the_case_ends_as_it_says(wanted: Case) -> None:
    """Status, headers and the whole body are those of the case, and the document declares them."""
    assert differences(wanted, outcome(wanted)) == []


@pytest.mark.parametrize("said", said_by_all(), ids=lambda said: " ".join(map(str, said)))
def test_every_route_refuses_alike(said: Said) -> None:
    """Missing token, wrong role, malformed input and a throttled store give the declared problem and change nothing."""
    route, status, slug = said
    seen = common()[said]
    assert seen.log.faults == []
    assert (seen.answered.status, seen.answered.slug) == (status, slug), seen.answered.text
    assert seen.answered.headers["cache-control"] == "no-store"
    document = seen.answered.json
    assert document["instance"].startswith(route.partition(" ")[2].partition("{")[0])
    if slug == "busy":
        assert (document["retry_after_s"], seen.answered.headers["retry-after"]) == (1, "1")
    if slug == "malformed":
        assert all(error["place"] and error["message"] for error in document["errors"])


def test_the_problems_of_token_and_scope_are_exact() -> None:
    """The problems of one route are compared word for word."""
    route = "GET /wallet"
    shown = {said[2]: seen.answered.json for said, seen in common().items() if said[0] == route}
    assert shown["unauthenticated"] == {
        "type": "/problems/unauthenticated",
        "title": "No valid token",
        "status": 401,
        "detail": "Send a valid bearer token.",
        "instance": "/wallet",
    }
    assert shown["forbidden"] == {
        "type": "/problems/forbidden",
        "title": "The token does not allow this",
        "status": 403,
        "detail": "This needs the scope 'citizen'.",
        "instance": "/wallet",
    }


def test_all_that_is_declared_is_seen_and_nothing_else() -> None:
    """Each declared route, status and slug has a case, or a reason in `NEVER_SEEN`."""
    seen = {(wanted.route, wanted.status, wanted.slug) for wanted in CASES} | set(said_by_all())
    assert sorted(set(everything_said()) - seen) == sorted(NEVER_SEEN)
    assert seen <= set(everything_said())


def test_every_success_has_its_first_time_and_its_repeat() -> None:
    """A route with 201 has a case of 201, and one of 200 that is a replay."""
    replays = {wanted.route for wanted in CASES if wanted.headers.get("idempotent-replay") == "true"}
    assert {route for route, operation in operations().items() if "201" in operation["responses"]} <= replays


def test_the_problems_are_those_of_the_contract() -> None:
    """The declared slugs and statuses are those of the contract."""
    declared = {(slug, status) for _, status, slug in everything_said() if slug}
    assert declared == set(CONTRACT.items())


def test_cases_have_names_of_their_own() -> None:
    """Two cases with one name would hide which one fails."""
    assert [name for name, times in Counter(wanted.name for wanted in CASES).items() if times > 1] == []


@pytest.mark.parametrize(
    ("answered", "fault"),
    [
        (Answered(418, {"content-type": "application/json"}, "{}"), "does not declare 418"),
        (Answered(200, {"content-type": "text/csv"}, ""), "does not declare text/csv"),
        (Answered(200, {"content-type": "application/json"}, '{"coupons": []}'), "'as_of' is a required property"),
        (Answered(200, {"content-type": "application/json", "x-odd": "1"}, '{"coupons": [], "as_of": ""}'), "x-odd"),
        (
            Answered(
                400,
                {"content-type": "application/problem+json"},
                '{"type": "/problems/code-invalid", "title": "", "status": 400, "detail": "", "instance": ""}',
            ),
            "'/problems/malformed' was expected",
        ),
    ],
    ids=["status", "media type", "schema", "header", "slug"],
)
def test_an_undeclared_answer_is_seen(answered: Answered, fault: str) -> None:
    """Another status, media type, member, header or slug than declared for the wallet is reported."""
    assert [found for found in undeclared("GET /wallet", answered) if fault in found]


def test_the_gateways_own_refusals_are_declared() -> None:
    """401 and 403 of routes with a scope, and every 429, may have the gateway's own body."""
    for route, operation in operations().items():
        statuses = ["429", *(["401", "403"] if operation["security"] else [])]
        for status in statuses:
            own = responses(route)[status]["content"]["application/json"]["schema"]
            assert own == {"$ref": "#/components/schemas/GatewayRefusal"}, (route, status)
    assert slugs(responses("$default")["404"]) == ["not-found"]


def test_a_change_deep_in_an_item_shows(fresh: Stage) -> None:
    """The comparison "nothing was changed" sees a coupon that was redeemed and returned."""
    _, code = coupon(opened(fresh))
    seen = [fresh.items()["ClaimsTable"]]
    fresh.merchant().redeem("o", code, order())
    seen.append(fresh.items()["ClaimsTable"])
    fresh.merchant().reverse("o", "r", 4000)
    seen.append(fresh.items()["ClaimsTable"])
    assert [decode(items[0])["c"][0]["s"] for items in seen] == ["a", "r", "a"]
    assert seen[0] != seen[1] != seen[2] != seen[0]
