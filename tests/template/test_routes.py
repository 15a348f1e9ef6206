"""The contract, the OpenAPI document, the code and template.yaml name the same routes, with the same scopes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.openapi.__main__ import main
from infra.openapi.document import DOCUMENT, document
from infra.openapi.document import routes as declared_routes
from tests.template.stack import Plant, Planted, Template, routes, rule_tests, template

CONTRACT = Path(__file__).with_name("contract_routes.txt")
"""A copy of the contract's list. API Gateway's parameter names take no hyphen, so its {yyyy-mm-dd} is {day}."""


OTHERS = {"$default", "OPTIONS /{proxy+}"}
"""Routes of the template that are no operations: the catalogue refuses what is unknown, and answers preflights."""


def contract() -> list[str]:
    return CONTRACT.read_text("utf-8").replace("{yyyy-mm-dd}", "{day}").splitlines()


def published() -> dict[str, list[str]]:
    """The routes of the OpenAPI document with their scopes."""
    paths = json.loads(DOCUMENT.read_text("utf-8"))["paths"]
    return {
        f"{method.upper()} {path}": [scope for needs in operation.get("security", []) for scope in needs["jwt"]]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def template_names_the_contracts_routes(t: Template) -> Iterator[str]:
    """The same routes, and `OTHERS`."""
    there, wanted = set(routes(t)), {*contract(), *OTHERS}
    yield from (f"{route} is missing" for route in sorted(wanted - there))
    yield from (f"{route} is no route of the contract" for route in sorted(there - wanted))


def routes_lead_to_the_function_that_has_them(t: Template) -> Iterator[str]:
    """Each route leads to the function whose handler declares it, and `OTHERS` to the catalogue."""
    areas = {route.key: area for area, declared in declared_routes().items() for route in declared}
    areas |= dict.fromkeys(OTHERS, "catalog")
    for route, (area, _) in routes(t).items():
        if areas.get(route) != area:
            yield f"{route} leads to {area}, declared by {areas.get(route)}"


def gateway_asks_for_the_scope_of_the_code(t: Template) -> Iterator[str]:
    """The gateway requires exactly the scope that the function checks."""
    scopes = {r.key: [r.scope, *r.also] if r.scope else [] for declared in declared_routes().values() for r in declared}
    scopes |= {other: [] for other in OTHERS}
    for route, (_, asked) in routes(t).items():
        if asked != scopes.get(route):
            yield f"{route} asks for {asked}, the code for {scopes.get(route)}"


def a_forgotten_line_closes_a_route(t: Template) -> Iterator[str]:
    """Every route has the JWT authorizer by default, which checks issuer and audience."""
    auth = t["Resources"]["Api"]["Properties"]["Auth"]
    if auth.get("DefaultAuthorizer") not in auth["Authorizers"]:
        yield "no default authorizer"
    for name, authorizer in auth["Authorizers"].items():
        settings = authorizer.get("JwtConfiguration", {})
        if (settings.get("issuer"), settings.get("audience")) != ({"Ref": "JwtIssuer"}, [{"Ref": "JwtAudience"}]):
            yield f"{name} does not check issuer and audience"


def local_routes_stay_local(t: Template) -> Iterator[str]:
    """No `/_local` route is deployed."""
    if "_local" in json.dumps(t):
        yield "/_local is in the template"


def _event(function: str, event: str, **changes: object) -> Plant:
    return lambda r: r[function]["Properties"]["Events"][event]["Properties"].update(changes)


PLANTED: Planted = [
    (template_names_the_contracts_routes, lambda r: r["ClaimFunction"]["Properties"]["Events"].pop("GetWallet")),
    (template_names_the_contracts_routes, lambda r: r["CatalogFunction"]["Properties"]["Events"].pop("Unknown")),
    (template_names_the_contracts_routes, lambda r: r["CatalogFunction"]["Properties"]["Events"].pop("Preflight")),
    (gateway_asks_for_the_scope_of_the_code, _event("CatalogFunction", "Preflight", Auth={})),
    (template_names_the_contracts_routes, _event("ClaimFunction", "GetWallet", Path="/purse")),
    (template_names_the_contracts_routes, _event("VerifyFunction", "Quote", Method="PUT")),
    (
        routes_lead_to_the_function_that_has_them,
        lambda r: r["AdminFunction"]["Properties"]["Events"].update(
            Moved=r["ClaimFunction"]["Properties"]["Events"].pop("GetWallet")
        ),
    ),
    (
        routes_lead_to_the_function_that_has_them,
        lambda r: r["ClaimFunction"]["Properties"]["Events"].update(
            Moved=r["CatalogFunction"]["Properties"]["Events"].pop("Unknown")
        ),
    ),
    (gateway_asks_for_the_scope_of_the_code, _event("ClaimFunction", "GetWallet", Auth={"Authorizer": "NONE"})),
    (gateway_asks_for_the_scope_of_the_code, _event("ClaimFunction", "GetWallet", Auth={})),
    (
        gateway_asks_for_the_scope_of_the_code,
        _event("VerifyFunction", "Quote", Auth={"AuthorizationScopes": ["citizen"]}),
    ),
    (gateway_asks_for_the_scope_of_the_code, _event("CatalogFunction", "GetBatch", Auth={})),
    (a_forgotten_line_closes_a_route, lambda r: r["Api"]["Properties"]["Auth"].pop("DefaultAuthorizer")),
    (
        a_forgotten_line_closes_a_route,
        lambda r: r["Api"]["Properties"]["Auth"]["Authorizers"]["Jwt"]["JwtConfiguration"].pop("audience"),
    ),
    (local_routes_stay_local, _event("CatalogFunction", "GetBatch", Path="/_local/clock")),
]
TestRules = rule_tests(PLANTED)


def test_the_three_lists_are_equal() -> None:
    """Contract, OpenAPI document and template, each route once."""
    assert len(contract()) == len(set(contract()))
    assert sorted(contract()) == sorted(published()) == sorted(routes(template()).keys() - OTHERS)


def test_the_document_says_the_scopes_of_the_template() -> None:
    """The documented scopes are those that the gateway checks."""
    asked = {route: scopes for route, (_, scopes) in routes(template()).items() if route not in OTHERS}
    assert published() == asked


def test_each_operation_has_a_name_of_its_own() -> None:
    """Generated clients name a method by it."""
    paths = json.loads(DOCUMENT.read_text("utf-8"))["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert sorted(names) == sorted(set(names))


def test_the_committed_document_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    """`make openapi` would change nothing; two runs give the same bytes."""
    assert main(["--check"]) == 0, capsys.readouterr().err
    assert json.dumps(document()) == json.dumps(document())


def test_a_stale_document_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a change the check fails and names the command; without `--check` the document is written again."""
    stale = tmp_path / "openapi.json"
    stale.write_text(DOCUMENT.read_text("utf-8").replace("Coupon Season", "Coupon"), "utf-8")
    monkeypatch.setattr("infra.openapi.__main__.DOCUMENT", stale)
    assert main(["--check"]) == 1
    assert "make openapi" in capsys.readouterr().err
    assert main([]) == 0
    assert stale.read_text("utf-8") == DOCUMENT.read_text("utf-8")
