"""Odd names, other people's things, odd tokens: the right problem, nothing disclosed, nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.sealing import CouponRef
from tests.api.redeem_cases import HOLD, REDEEM
from tests.api.town import GOOD, ROLES, Town, role_of
from tests.world import KEYS, Person, order

WITH_PATH = [route for route in GOOD if "{" in route]
NAMES = {
    "empty": "",
    "capitals": "PACK",
    "65 characters": "a" * 65,
    "a thousand characters": "a" * 1_000,
    "a space": "pa ck",
    "trailing line": "pack\n",
    "NUL": "pack\x00",
    "hash": "pack#1",
    "dots": "..",
    "slash": "../pack",
    "percent-encoded": "pack%2F..",
    "a script": "<script>",
    "Chinese": "消费券",
    "full-width": "pack\uff10",
    "Arabic digits": "\u0662\u0660\u0662\u0660-\u0660\u0666-\u0660\u0666",
    "right to left": "\u202epack",
    "a lone surrogate": "pack\ud800",
    "an injection": "pack' OR 1=1",
}
FINE = {
    ("order_no", "capitals"),
    ("reversal_no", "capitals"),
    ("checkin_no", "capitals"),
    ("event_id", "capitals"),
    ("coupon_id", "capitals"),
    ("coupon_id", "65 characters"),
}
"""Which parameters take which of them."""


@pytest.mark.parametrize("odd", NAMES)
def test_an_odd_name_is_malformed_wherever_it_stands(shared: Town, odd: str) -> None:
    """Each path parameter of each route is checked."""
    for route in WITH_PATH:
        path = GOOD[route](shared)["path"]
        for parameter in {name for name in path if (name, odd) not in FINE}:
            answered = shared.send(route, path={**path, parameter: NAMES[odd]})
            assert answered.slug == "malformed", (route, parameter, answered.text)
            assert [error["place"] for error in answered.json["errors"]] == [f"path.{parameter}"]


@pytest.mark.parametrize(("parameter", "odd"), sorted(FINE))
def test_a_name_that_may_be_odd_leads_nowhere(shared: Town, parameter: str, odd: str) -> None:
    """An odd name that is allowed is not found."""
    for route in WITH_PATH:
        path = GOOD[route](shared)["path"]
        if parameter in path and route.startswith(("GET ", "POST /coupons")):
            answered = shared.send(route, path={**path, parameter: NAMES[odd]})
            assert answered.slug == "not-found", (route, answered.text)


DAYS = [
    "2020-02-30",
    "2020-13-01",
    "0000-01-01",
    "20200606",
    "2020-W23-6",
    "2020-6-6",
    "today",
    "2020-06-06T00:00",
    "-",
]


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_in_the_calendar(shared: Town, day: str) -> None:
    """Anything but `yyyy-mm-dd` of a real day is malformed."""
    assert shared.send("GET /settlements/{day}", path={"day": day}).slug == "malformed"


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31", "2020-02-29"])
def test_a_day_without_lines_is_empty(shared: Town, day: str) -> None:
    """A day in the far past or future has an empty page."""
    answered = shared.send("GET /settlements/{day}", path={"day": day})
    assert (answered.status, answered.json["lines"]) == (200, [])


QUERIES: list[tuple[str, dict[str, str], int]] = [
    ("GET /wallet", {"status": ""}, 200),
    ("GET /wallet", {"status": "AVAILABLE"}, 400),
    ("GET /wallet", {"status": "available,held"}, 400),
    ("GET /wallet", {"status": "available,available"}, 400),
    ("GET /settlements/{day}", {"cursor": "0~,0~"}, 400),
    ("GET /settlements/{day}", {"cursor": "x"}, 400),
    ("GET /settlements/{day}", {"cursor": "0~a#b"}, 400),
    ("GET /settlements/{day}", {"cursor": "-1~a"}, 400),
    ("GET /settlements/{day}", {"cursor": "0~" + "a" * 65}, 400),
    ("GET /settlements/{day}", {"cursor": "99~a"}, 200),
    ("GET /settlements/{day}", {"cursor": "0~a~b"}, 200),
    ("GET /settlements/{day}", {"cursor": "\u0663~a"}, 400),
    ("GET /campaigns/{campaign_id}/merchants", {"cursor": "", "district": "", "category": "", "terms_id": ""}, 200),
    ("GET /campaigns/{campaign_id}/merchants", {"cursor": "zzz", "district": "\u4e1c\u57ce"}, 200),
    ("GET /campaigns/{campaign_id}/merchants", {"cursor": "a#b"}, 400),
    ("GET /campaigns/{campaign_id}/merchants", {"cursor": "a" * 65}, 400),
    ("GET /campaigns/{campaign_id}/merchants", {"terms_id": "Ten-off"}, 400),
    ("GET /campaigns/{campaign_id}/merchants", {"category": "a\nb"}, 400),
    ("GET /campaigns/{campaign_id}/activities", {"section": "", "district": "", "kind": "", "cursor": ""}, 200),
    ("GET /campaigns/{campaign_id}/activities", {"day": "2020-02-30"}, 400),
    ("GET /campaigns/{campaign_id}/activities", {"day": "2100-01-01"}, 400),
    ("GET /campaigns/{campaign_id}/activities", {"day": ""}, 400),
    ("GET /campaigns/{campaign_id}/activities", {"cursor": "A"}, 400),
    ("GET /campaigns/{campaign_id}/activities", {"district": "\u4e1c\u57ce", "day": "2099-12-31"}, 200),
    ("GET /campaigns/{campaign_id}/facilities", {"sport": "a\nb"}, 400),
    ("GET /campaigns/{campaign_id}/announcements", {"placement": "section:Food"}, 400),
    ("GET /campaigns/{campaign_id}/announcements", {"placement": "section:none", "region": ""}, 200),
    ("GET /admin/batches/{batch_id}/audit", {"sweep": "../../x"}, 400),
    ("GET /admin/batches/{batch_id}/audit", {"sweep": "0123456789ABCDEF"}, 400),
    ("GET /admin/campaigns/{campaign_id}/budgets", {"audit": ""}, 200),
    ("GET /admin/campaigns/{campaign_id}/budgets", {"audit": "batch"}, 400),
    ("GET /admin/campaigns/{campaign_id}/budgets", {"audit": "2020-02-30"}, 400),
    ("GET /admin/campaigns/{campaign_id}/budgets", {"audit": "2020-6-6"}, 400),
    ("GET /admin/campaigns/{campaign_id}/budgets", {"audit": "\u0662020-06-06"}, 400),
    ("GET /admin/campaigns/{campaign_id}/budgets", {"audit": "campaign", "sweep": "x"}, 400),
]


@pytest.mark.parametrize(("route", "query", "status"), QUERIES)
def test_an_odd_query(shared: Town, route: str, query: dict[str, str], status: int) -> None:
    """A known parameter has one value of its form; a gateway joins the values of a repeated one by commas."""
    assert shared.send(route, query=query).status == status


def test_another_persons_things_are_not_there(shared: Town) -> None:
    """With Ann's coupon id Bob gets no code, and her claim, booking and wallet are not his."""
    bob = {"sub": "eve", "scope": "citizen"}
    assert shared.send("POST /coupons/{coupon_id}/code", claims=bob).slug == "not-found"
    for route in ("GET /batches/{batch_id}/claim", "GET /batches/{batch_id}/booking"):
        assert shared.send(route, claims=bob).slug == "not-found"
    assert shared.send("DELETE /batches/{batch_id}/booking", claims=bob).slug == "not-found"
    assert shared.send("GET /wallet", claims=bob, query=None).json["coupons"] == []


def test_another_merchants_orders_are_not_there(shared: Town) -> None:
    """Another merchant cannot read, reverse or settle the order."""
    other = {"sub": "till", "scope": "merchant", "merchant_id": "tea-house"}
    assert shared.send("GET /orders/{order_no}/redemption", claims=other).slug == "not-found"
    assert shared.send("PUT /orders/{order_no}/reversals/{reversal_no}", claims=other).slug == "not-found"
    assert shared.send("GET /settlements/{day}", claims=other).json["lines"] == []
    held = {"path": {"order_no": "held"}, "body": {"order": order()}}
    assert shared.send(REDEEM, claims=other, **held).slug == "not-found"


def test_a_missing_and_anothers_look_the_same(shared: Town) -> None:
    """A refusal does not show whether an order number exists."""
    other = {"sub": "till", "scope": "merchant", "merchant_id": "tea-house"}
    route = "GET /orders/{order_no}/redemption"
    (mine, theirs) = (shared.send(route, claims=other, path={"order_no": no}).json for no in ("none", "used"))
    assert {**mine, "instance": ""} == {**theirs, "instance": "", "detail": theirs["detail"].replace("used", "none")}


def forged() -> dict[str, str]:
    """Codes that look like real ones."""
    ref = CouponRef(1, KEYS.person("ann"), 0)
    real = KEYS.seal_code(ref, 1_591_408_800)
    return {
        "one letter": "x",
        "160 letters": "x" * 160,
        "a letter changed": real[:-1] + ("A" if real[-1] != "A" else "B"),
        "a letter more": real + "A",
        "a letter less": real[:-1],
        "an unknown key": "_" + real[1:],
        "a coupon id": KEYS.seal_coupon(ref, 1),
        "zeros": "A" * len(real),
    }


@pytest.mark.parametrize("kind", forged())
def test_a_forged_code_is_not_ours(shared: Town, kind: str) -> None:
    """Quote, hold and redemption refuse it as 400 `code-invalid`."""
    for route, extra in (("POST /quotes", {}), (HOLD, {"ttl_s": 60}), (REDEEM, {})):
        body = {"code": forged()[kind], "order": order(), **extra}
        assert shared.send(route, body=body).slug == "code-invalid", route


TOKENS: dict[str, tuple[dict[str, Any], str]] = {
    "no claims": ({}, "unauthenticated"),
    "no subject": ({"scope": "{scope}", "person_id": "cat"}, "unauthenticated"),
    "an empty subject": ({"sub": "", "scope": "{scope}"}, "unauthenticated"),
    "a null subject": ({"sub": None, "scope": "{scope}"}, "unauthenticated"),
    "a subject that is a list": ({"sub": ["cat"], "scope": "{scope}"}, "unauthenticated"),
    "a subject that is an object": ({"sub": {"a": 1}, "scope": "{scope}"}, "unauthenticated"),
    "no scope": ({"sub": "cat"}, "forbidden"),
    "a null scope": ({"sub": "cat", "scope": None}, "forbidden"),
    "a longer scope": ({"sub": "cat", "scope": "{scope}s"}, "forbidden"),
    "a scope in capitals": ({"sub": "cat", "scope": "{SCOPE}"}, "forbidden"),
    "scopes with commas": ({"sub": "cat", "scope": "{scope},openid"}, "forbidden"),
    "a scope that is an object": ({"sub": "cat", "scope": {"{scope}": 1}}, "forbidden"),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_an_odd_token(shared: Town, kind: str) -> None:
    """Subject and scope must be texts; a missing value counts as absent."""
    claims, slug = TOKENS[kind]
    for route in GOOD:
        scope = {"citizen": "citizen", "merchant": "merchant", "operator": "operator"}.get(role_of(route))
        if scope is None:
            continue
        filled = {"merchant_id": "diner", **_filled(claims, scope)}
        answered = shared.send(route, claims=filled)
        assert answered.slug == slug, (route, answered.text)


def _filled(claims: dict[str, Any], scope: str) -> dict[str, Any]:
    return {
        name: value.replace("{scope}", scope).replace("{SCOPE}", scope.upper()) if isinstance(value, str) else value
        for name, value in claims.items()
    }


@pytest.mark.parametrize(
    "merchant_id", ["", None, "Diner", "a#b", "a" * 65, ["diner"], {"diner": 1}, 7, "\ud800"], ids=repr
)
def test_a_token_that_names_no_merchant(shared: Town, merchant_id: Any) -> None:
    """Every merchant route refuses it with 403."""
    for route in GOOD:
        if role_of(route) == "merchant":
            answered = shared.send(route, claims={**ROLES["merchant"], "merchant_id": merchant_id})
            assert answered.slug == "forbidden", (route, answered.text)


@pytest.mark.parametrize(
    ("name", "as_subject", "as_identity"),
    [
        ("x" * 100_000, 200, 200),
        ("消费者", 200, 200),
        ("  ", 401, 200),
        ("a\x00b", 200, 403),
        ("\ud800", 200, 403),
    ],
    ids=["huge", "Chinese", "spaces", "NUL", "a lone surrogate"],
)
def test_an_odd_identity_is_somebody_or_nobody(shared: Town, name: str, as_subject: int, as_identity: int) -> None:
    """A subject is any text; an invisible identity is refused; nothing crashes."""
    for claims, status in (({"sub": name}, as_subject), ({"sub": "x", "person_id": name}, as_identity)):
        answered = shared.send("GET /wallet", claims={"scope": "citizen", **claims}, query=None)
        assert answered.status == status, answered.text
        assert status != 200 or answered.json["coupons"] == []


@pytest.mark.parametrize(
    ("region", "reason"),
    [("", "group"), (None, "group"), ("null", "group"), ("\ud800", "region"), ("x" * 100_000, "region")],
)
def test_an_odd_region(shared: Town, region: Any, reason: str) -> None:
    """An empty region counts as absent; any other is compared like a name."""
    claims = {"sub": "eve", "scope": "citizen", "region": region}
    answered = shared.send("PUT /batches/{batch_id}/claim", claims=claims, path={"batch_id": "mine"})
    assert (answered.slug, answered.json["reason"]) == ("not-eligible", reason)


def test_a_citizen_is_no_merchant_of_that_name(shared: Town) -> None:
    """`merchant_id` without the scope allows nothing."""
    claims = {"sub": "eve", "scope": "citizen", "merchant_id": "diner"}
    assert Person(claims).send("POST /quotes", body={"code": shared.code, "order": order()}).slug == "forbidden"
