"""Malformed input in every form: the right problem, never a 5xx, nothing changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coupons.web.requests import BODY_MAX_BYTES
from tests.api.redeem_cases import HOLD, REDEEM
from tests.api.town import GOOD, ROLES, Town, bodies, role_of
from tests.world import FUNCTIONS, Answered, event, order

GUARDED = [route for route in GOOD if role_of(route)]


@pytest.mark.parametrize("route", GUARDED)
def test_the_token_comes_before_everything(shared: Town, route: str) -> None:
    """Without a token a malformed request is 401; with a wrong scope it is 403."""
    nonsense = {"path": dict.fromkeys(GOOD[route](shared).get("path", {}), "\x7f"), "raw": "{"}
    assert shared.send(route, claims=None, **nonsense).slug == "unauthenticated"
    other = "partner" if role_of(route) in ("citizen", "merchant") else "merchant"
    assert shared.send(route, claims=ROLES[other], **nonsense).slug == "forbidden"
    assert (
        shared.send(route, claims={"scope": "citizen merchant partner operator"}, **nonsense).slug == "unauthenticated"
    )


@pytest.mark.parametrize("route", [route for route in bodies() if "{" in route])
def test_malformed_comes_before_what_is_not_there(shared: Town, route: str) -> None:
    """A malformed body is 400, also for a thing that does not exist."""
    nowhere = dict.fromkeys(GOOD[route](shared)["path"], "none")
    assert shared.send(route, path=nowhere, raw="{").slug == "malformed"


def test_all_misfits_of_one_request_are_listed(shared: Town) -> None:
    """Errors in path and body are listed together, each with its place."""
    body = {"code": "", "order": {**order(), "total_minor": -1, "odd": 1}, "ttl_s": "60"}
    refused = shared.send(HOLD, path={"order_no": "-"}, body=body)
    assert {error["place"] for error in refused.json["errors"]} == {
        "path.order_no",
        "body.code",
        "body.order.total_minor",
        "body.order.odd",
        "body.ttl_s",
    }
    assert refused.json["detail"] == "The request does not fit the schema; see errors."


def malformed(answered: Answered) -> list[str]:
    """The places of the errors. The problem must be `malformed` and must not show internals."""
    assert (answered.status, answered.slug) == (400, "malformed"), answered.text[:500]
    errors = answered.json["errors"]
    assert 1 <= len(errors) <= 20
    assert len(answered.text) < 20_000
    assert "pydantic" not in answered.text.lower()
    return [error["place"] for error in errors]


def good(shared: Town, route: str) -> Any:
    return GOOD[route](shared)["body"]


DEEP = 100_000
RAW: dict[str, str | bytes] = {
    "half an object": "{",
    "two documents": "{} {}",
    "open brackets": "[" * DEEP,
    "open braces": '{"a":' * DEEP,
    "nested": "[" * DEEP + "]" * DEEP,
    "an array": "[]",
    "a string": '"{}"',
    "a number": "1",
    "null": "null",
    "true": "true",
    "NaN": "NaN",
    "infinity": "-Infinity",
    "an unknown field": '{"odd": 1}',
    "a lone surrogate": '{"\\ud800": "\\udfff"}',
    "an unescaped surrogate": '{"\ud800": 1}',
    "a raw NUL": '{"a": "\x00"}',
    "a number of 5,000 digits": '{"amount_minor": ' + "9" * 5_000 + ', "odd": 1}',
    "an exponent": '{"amount_minor": 1e999999999, "odd": 1}',
    "a comment": "{} // fine",
    "single quotes": "{'a': 1}",
    "a trailing comma": '{"odd": 1,}',
    "broken UTF-8": b'{"a": "\xff\xfe"}',
    "half a character": b'{"a": "\xe5\x88"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "a byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_no_route_takes_what_is_no_document_of_its_own(shared: Town, raw: str | bytes) -> None:
    """Every route with a body refuses other JSON and names a place in the body."""
    for route in bodies():
        assert all(place.startswith("body") for place in malformed(shared.send(route, raw=raw))), route


@pytest.mark.parametrize("route", bodies())
def test_an_absent_body_is_empty_or_malformed(shared: Town, route: str) -> None:
    """Routes without fields take an absent body; others report missing fields. Invalid base64 is malformed."""
    broken = shared.request(route)
    broken |= {"isBase64Encoded": True, "body": "{}"}
    malformed(shared.stage.send(broken))
    if good(shared, route) != {}:
        required = not route.endswith(("/members", "/programme"))
        assert malformed(shared.send(route, body=None)) == ["body"]
        if required:
            malformed(shared.send(route, body={}))


@pytest.mark.parametrize("area", ["claim", "verify", "admin"])
def test_a_function_without_the_route_does_not_find_it(area: str) -> None:
    """Only `catalog` knows the other routes; a gateway that sends one elsewhere gets 404."""
    assert FUNCTIONS[area].handler(event("GET /campaigns"), None)["statusCode"] == 404


def test_sixty_four_kilobytes_and_one_byte(shared: Town) -> None:
    """The limit counts bytes, not characters, in plain text and in base64."""
    quote = json.dumps({"code": "x", "order": order()})
    for letter, width in ((" ", 1), ("\u2003", 3)):
        fits = quote + " " * ((BODY_MAX_BYTES - len(quote)) % width) + letter * ((BODY_MAX_BYTES - len(quote)) // width)
        assert len(fits.encode()) == BODY_MAX_BYTES
        for raw in (fits, fits.encode()):
            expected = "code-invalid" if width == 1 else "malformed"
            assert shared.send("POST /quotes", raw=raw).slug == expected
        for raw in (fits + " ", (fits + " ").encode()):
            refused = shared.send("POST /quotes", raw=raw)
            assert refused.json["errors"] == [{"place": "body", "message": "is larger than 65536 bytes"}]


def test_an_unknown_query_parameter_is_malformed(shared: Town) -> None:
    """On every route, also on those without parameters; each one is named, and nothing is done."""
    for route in GOOD:
        query = {**GOOD[route](shared).get("query", {}), "utm_source": "x", "Status": ""}
        refused = shared.send(route, query=query, **({"body": {}} if route in bodies() else {}))
        assert {"query.utm_source", "query.Status"} <= set(malformed(refused)), route


REVERSE = "PUT /orders/{order_no}/reversals/{reversal_no}"
USED = {"order_no": "used", "reversal_no": "r-1"}


def test_a_name_that_is_stated_twice_is_malformed(shared: Town) -> None:
    """RFC 8259 leaves open which value counts, so neither does; the error names the place."""
    item = '{"sku": "a", "category": "meal", "tags": [], "price_minor": 6000, "quantity": 1, "s\\u006bu": "b"}'
    whole = json.dumps({"code": shared.code, "order": order()})
    quote = whole.replace(json.dumps(order()["items"][0]), item)
    assert malformed(shared.send("POST /quotes", raw=quote)) == ["body.order.items.0.sku"]
    refused = shared.send(REVERSE, path=USED, raw='{"amount_minor": 1, "amount_minor": 1}')
    assert refused.json["errors"] == [{"place": "body.amount_minor", "message": "is stated twice"}]


@pytest.mark.parametrize("whole", ["6000.0", "6e3", "60.00e+2", "600000E-2"])
def test_a_whole_number_is_the_same_integer_in_every_form(shared: Town, whole: str) -> None:
    """An order whose amounts are written with a fraction or an exponent is a replay of the order in plain integers."""
    body = json.dumps({"order": order()})
    assert body.count("6000") == 2
    replay = shared.send(REDEEM, path={"order_no": "used"}, raw=body.replace("6000", whole))
    assert (replay.status, replay.headers["idempotent-replay"]) == (200, "true")
    assert replay.json == shared.send("GET /orders/{order_no}/redemption").json


AMOUNTS = ["6000", 6000.5, True, None, [], {}, -1, -1.0, 10**11 + 1, 1e12, 2.0**53, float("nan"), float("inf"), 1e308]


@pytest.mark.parametrize("amount", AMOUNTS, ids=repr)
def test_an_amount_is_an_integer_of_minor_units(shared: Town, amount: Any) -> None:
    """Text, fractions, booleans, null, negative and giant amounts are malformed."""
    bill = order()
    places = [{**bill, "total_minor": amount}, {**bill, "items": [{**bill["items"][0], "price_minor": amount}]}]
    for odd in places:
        for route, extra in (("POST /quotes", {}), (HOLD, {"ttl_s": 60}), (REDEEM, {})):
            code = {"code": shared.code}
            (place,) = malformed(shared.send(route, body={**code, "order": odd, **extra}))
            assert place in ("body.order.total_minor", "body.order.items.0.price_minor", "body")
    path = {"order_no": "used", "reversal_no": "r-1"}
    reversal = shared.send("PUT /orders/{order_no}/reversals/{reversal_no}", path=path, body={"amount_minor": amount})
    malformed(reversal)


def test_five_thousand_digits_stay_a_number_that_is_too_large(shared: Town) -> None:
    """A giant number is malformed, without a crash and without long work."""
    raw = '{"amount_minor": ' + "9" * 5_000 + "}"
    path = {"order_no": "used", "reversal_no": "r-1"}
    malformed(shared.send("PUT /orders/{order_no}/reversals/{reversal_no}", path=path, raw=raw))


ORDERS: dict[str, dict[str, Any]] = {
    "no items": {"items": []},
    "101 items": {"items": order()["items"] * 101},
    "no store": {"store_id": ""},
    "a store in capitals": {"store_id": "Diner"},
    "a third channel": {"channel": "phone"},
    "no region": {"region": ""},
    "a region with a line": {"region": "bei\njing"},
    "quantity 0": {"items": [{**order()["items"][0], "quantity": 0}]},
    "quantity 10,001": {"items": [{**order()["items"][0], "quantity": 10_001}]},
    "21 tags": {"items": [{**order()["items"][0], "tags": ["t"] * 21}]},
    "a tag of 65": {"items": [{**order()["items"][0], "tags": ["t" * 65]}]},
    "an unknown field": {"discount_minor": 1},
    "items as text": {"items": "noodles"},
}


@pytest.mark.parametrize("change", ORDERS.values(), ids=ORDERS)
def test_an_order_that_is_none(shared: Town, change: dict[str, Any]) -> None:
    """Quote, hold and redemption have the same schema of an order."""
    for route, extra in (("POST /quotes", {}), (HOLD, {"ttl_s": 60}), (REDEEM, {})):
        (place, *_) = malformed(shared.send(route, body={"code": shared.code, "order": {**order(), **change}, **extra}))
        assert place.startswith("body.order."), route


@pytest.mark.parametrize("ttl_s", [0, -1, 604_801, 1.5, "60", None])
def test_a_hold_lasts_a_second_to_a_week(shared: Town, ttl_s: Any) -> None:
    """Any other duration is malformed."""
    places = malformed(shared.send(HOLD, body={"code": shared.code, "order": order(), "ttl_s": ttl_s}))
    assert places == ["body.ttl_s"]


@pytest.mark.parametrize(
    "scanned_at",
    [
        1591408800,
        "1591408800",
        "2020-06-06",
        "2020-06-06T10:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "",
    ],
)
def test_a_scan_is_dated_by_rfc_3339(shared: Town, scanned_at: Any) -> None:
    """`scanned_at` needs an offset and a year of our time."""
    body = {"code": shared.code, "order": order(), "scanned_at": scanned_at}
    assert malformed(shared.send(REDEEM, body=body)) == ["body.scanned_at"]
