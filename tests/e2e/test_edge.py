"""The gateway's own refusals and hostile requests, over real HTTP: the right problem, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.caller import Caller
from tests.e2e.local_stack import LocalStack
from tests.world import order

BEFORE = "2019-01-01T10:00:00+08:00"
REDEMPTION = "/orders/order-1/redemption"
CODE = "A" * 58


def body(**changes: Any) -> str:
    return json.dumps({"code": CODE, "order": order(**changes)})


@pytest.fixture(scope="module")
def till(stack: LocalStack) -> Iterator[Caller]:
    stack.set_clock(BEFORE)
    with stack.merchant("qianmen-diner") as caller:
        yield caller


@pytest.mark.parametrize(
    ("token", "status"),
    [("", 401), ("garbage", 401), ("merchant", 403), ("operator", 403), ("citizen", 409)],
)
def test_the_gateway_checks_token_and_scope(stack: LocalStack, token: str, status: int) -> None:
    """No token or a broken one 401, another scope 403, both in the gateway's own words; the right one comes through."""
    stack.set_clock(BEFORE)
    given = stack.token("ann", token, merchant_id="diner") if token in ("merchant", "operator", "citizen") else token
    with stack.caller(given) as caller:
        answer = caller.claim("special-0606")
    assert answer.status == status, answer.text
    if status in (401, 403):
        assert list(answer.json) == ["message"]
    else:
        assert answer.slug == "not-open"


def test_a_token_for_one_word_of_its_scopes_is_enough(stack: LocalStack) -> None:
    """`scope` is a list separated by spaces."""
    stack.set_clock(BEFORE)
    with stack.caller(stack.token("ann", "operator citizen")) as caller:
        assert caller.claim("special-0606").slug == "not-open"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/nowhere/more", "/batches", "/batches/special-0606/claim/more", "/orders//redemption"]
)
def test_a_path_that_is_no_route_is_not_found(stack: LocalStack, path: str) -> None:
    """404 as a problem document, with the path as its instance."""
    with stack.caller() as anybody:
        answer = anybody.send("GET", path)
    assert (answer.status, answer.slug, answer.json["instance"]) == (404, "not-found", path)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/batches/special-0606/claim", "GET, PUT"),
        ("POST", "/campaigns", "GET"),
        ("PATCH", "/quotes", "POST"),
    ],
)
def test_a_method_that_a_path_does_not_know_is_named(stack: LocalStack, method: str, path: str, allow: str) -> None:
    """405 as a problem document, with the methods that the path knows in Allow."""
    with stack.caller() as anybody:
        answer = anybody.send(method, path)
    assert (answer.status, answer.slug, answer.headers["allow"]) == (405, "method-not-allowed", allow)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe\xfa",
        b'{"code": "\xc3\x28"}',
        b"[" * 60_000,
        b"[" * 100_000,
        b'{"a":' * 12_000,
        body(total_minor=0).replace('"total_minor": 0', '"total_minor": ' + "9" * 5_000).encode(),
        body(total_minor=0).replace('"total_minor": 0', '"total_minor": NaN').encode(),
        body(total_minor=0).replace('"total_minor": 0', '"total_minor": 1e400').encode(),
        body(total_minor=-1).encode(),
        body(total_minor=10**11 + 1).encode(),
        body(total_minor="6000").encode(),
        body(total_minor=True).encode(),
        body(surprise=1).encode(),
        body(items=[]).encode(),
        json.dumps({"code": "x" * 161, "order": order()}).encode(),
        json.dumps({"code": "Ünicode", "order": order()}).encode(),
        b'"' + b"x" * 70_000 + b'"',
        b"{}",
        b"null",
        b"",
        b"\x00",
        b'{"code": "\\ud800"}',
    ],
    ids=lambda raw: f"{raw[:24]!r} and so on, {len(raw)} bytes",
)
def test_a_hostile_body_is_malformed(till: Caller, raw: bytes) -> None:
    """400 with a problem document that lists the places."""
    answer = till.send("PUT", REDEMPTION, raw=raw)
    assert (answer.status, answer.slug) == (400, "malformed"), answer.text
    assert answer.json["errors"]


@pytest.mark.parametrize(
    "path",
    [
        "/orders/%2e%2e%2fadmin/redemption",
        "/orders/%00/redemption",
        "/orders/" + "9" * 65 + "/redemption",
        "/orders/%FF%FE/redemption",
        "/orders/a%20b/redemption",
        "/orders/%E5%88%B8/redemption",
    ],
)
def test_an_odd_order_number_is_malformed_or_no_route(till: Caller, path: str) -> None:
    """However it is spelled, it never reaches a table and never is a 5xx."""
    answer = till.send("PUT", path, raw=body().encode())
    assert answer.slug in ("malformed", "not-found"), answer.text
    assert answer.status in (400, 404)


def test_a_well_formed_body_with_a_code_of_nobody_is_refused_for_the_code(till: Caller) -> None:
    """The cases above are refused for what they say, not for something that they all have in common."""
    answer = till.send("PUT", REDEMPTION, raw=body().encode())
    assert (answer.status, answer.slug) == (400, "code-invalid"), answer.text


def test_another_persons_coupon_is_not_found(stack: LocalStack) -> None:
    """Its owner gets a code for it, anybody else 404."""
    stack.set_clock("2020-06-06T10:00:01+08:00")
    with stack.citizen("owner") as owner, stack.citizen("thief") as thief:
        (coupon_id,) = (coupon["coupon_id"] for coupon in owner.claim("smart-online-0606").json["coupons"])
        stolen = thief.send("POST", f"/coupons/{coupon_id}/code", {})
        assert owner.send("POST", f"/coupons/{coupon_id}/code", {}).status == 200
    assert (stolen.status, stolen.slug) == (404, "not-found")
