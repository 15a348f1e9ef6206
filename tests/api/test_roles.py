"""Who may do what: each route of the OpenAPI document with every role's token, with none, and with too little scope."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.openapi.document import DOCUMENT
from tests.api.declared import operations
from tests.api.town import GOOD, ROLES, Town, role_of

ROUTES = operations(json.loads(DOCUMENT.read_text("utf-8")))
SCOPES = {
    route: [scope for requirement in operation["security"] for scope in requirement["jwt"]]
    for route, operation in ROUTES.items()
    if operation.get("security")
}
"""Each is enough."""
SCOPED = {route: scopes[0] for route, scopes in SCOPES.items()}
OPEN = sorted(ROUTES.keys() - SCOPED.keys())
REFUSED = [(route, role) for route, scopes in SCOPES.items() for role in ROLES if role not in scopes]
TOO_LITTLE = ["", "openid", "citizens", "citizen,merchant,operator", "CITIZEN MERCHANT OPERATOR", "admin", "*"]


def test_every_route_has_a_good_request_and_the_contracts_role() -> None:
    """A route that is added gets its row here, and its scope is that of its place in the contract."""
    assert ROUTES.keys() == GOOD.keys()
    assert {route: SCOPED.get(route, "") for route in ROUTES} == {route: role_of(route) for route in ROUTES}
    assert set(SCOPED.values()) <= ROLES.keys()


@pytest.mark.parametrize(("route", "role"), REFUSED)
def test_another_role_may_not(shared: Town, route: str, role: str) -> None:
    """403 `forbidden` that names the scope, and nothing is changed."""
    before = shared.stage.items() if not route.startswith("GET ") else None
    refused = shared.send(route, claims=ROLES[role])
    assert (refused.status, refused.slug) == (403, "forbidden"), refused.text
    assert refused.json["detail"] == f"This needs the scope {' or '.join(map(repr, SCOPES[route]))}."
    assert before is None or shared.stage.items() == before


@pytest.mark.parametrize("route", SCOPED)
def test_nobody_may_not(shared: Town, route: str) -> None:
    """401 without a token, and with an authorizer that says nothing."""
    for claims in (None, {}):
        refused = shared.send(route, claims=claims)
        assert (refused.status, refused.slug) == (401, "unauthenticated"), refused.text
    for authorizer in (None, {}, {"jwt": None}, {"jwt": {}}, {"jwt": {"claims": None}}, {"lambda": {"sub": "cat"}}):
        event: dict[str, Any] = shared.request(route)
        event["requestContext"]["authorizer"] = authorizer
        assert shared.stage.send(event).slug == "unauthenticated"


@pytest.mark.parametrize("route", SCOPED)
def test_too_little_scope_may_not(shared: Town, route: str) -> None:
    """The right person with a scope that is none, another's, or only looks like it."""
    right = ROLES[SCOPED[route]]
    others = " ".join(sorted(ROLES.keys() - set(SCOPES[route])))
    for scope in [*TOO_LITTLE, others]:
        assert shared.send(route, claims={**right, "scope": scope}).slug == "forbidden", scope
    assert shared.send(route, claims={name: right[name] for name in right if name != "scope"}).slug == "forbidden"


@pytest.mark.parametrize("route", OPEN)
def test_everybody_may_read_the_catalogue(shared: Town, route: str) -> None:
    """With any token and with none."""
    for claims in (None, {}, *ROLES.values()):
        assert shared.send(route, claims=claims).status in (200, 307)
