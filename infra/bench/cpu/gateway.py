"""Events as the gateway sends them: of a citizen, of a till, of anybody."""

from __future__ import annotations

import json
from typing import Any

SPIKE, DRAINED = "spike", "drained"
"""Batches: everybody gets a pack of the first, and nobody of the second."""
MERCHANT = "qianmen-diner"
_ORDER = {
    "total_minor": 6000,
    "store_id": MERCHANT,
    "channel": "offline",
    "region": "beijing",
    "items": [{"sku": "noodles", "category": "catering", "tags": [], "price_minor": 6000, "quantity": 1}],
}
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip",
    "authorization": "Bearer header.payload.signature",
    "content-type": "application/json",
    "host": "a1b2c3d4.execute-api.cn-north-1.amazonaws.com.cn",
    "user-agent": "bench",
    "x-forwarded-for": "192.0.2.1",
}


def claim(person: str, batch_id: str = SPIKE) -> dict[str, Any]:
    return _event("PUT /batches/{batch_id}/claim", {"batch_id": batch_id}, _citizen(person), {})


def code(person: str, coupon_id: str) -> dict[str, Any]:
    return _event("POST /coupons/{coupon_id}/code", {"coupon_id": coupon_id}, _citizen(person), {})


def wallet(person: str) -> dict[str, Any]:
    return _event("GET /wallet", {}, _citizen(person))


def quote(sealed: str) -> dict[str, Any]:
    return _event("POST /quotes", {}, _till(), {"code": sealed, "order": _ORDER})


def redemption(order_no: str, sealed: str) -> dict[str, Any]:
    path, body = {"order_no": order_no}, {"code": sealed, "order": _ORDER}
    return _event("PUT /orders/{order_no}/redemption", path, _till(), body)


def campaign(campaign_id: str) -> dict[str, Any]:
    return _event("GET /campaigns/{campaign_id}", {"campaign_id": campaign_id}, None)


def _citizen(person: str) -> dict[str, str]:
    return {"sub": person, "scope": "citizen", "person_id": f"person-{person}", "region": "beijing"}


def _till() -> dict[str, str]:
    return {"sub": "till-1", "scope": "merchant", "merchant_id": MERCHANT}


def _event(key: str, path: dict[str, str], claims: dict[str, str] | None, body: Any = None) -> dict[str, Any]:
    method, _, template = key.partition(" ")
    raw_path = template.format(**path)
    context: dict[str, Any] = {
        "accountId": "000000000000",
        "apiId": "a1b2c3d4",
        "http": {"method": method, "path": raw_path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
        "requestId": "00000000-0000-4000-8000-000000000000",
        "routeKey": key,
        "stage": "$default",
        "timeEpoch": 1591408800000,
    }
    if claims is not None:
        issued = {"iss": "https://issuer.test", "aud": "coupon-season", "iat": "1591408800", "exp": "1591495200"}
        context["authorizer"] = {"jwt": {"claims": {**claims, **issued}, "scopes": None}}
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": raw_path,
        "rawQueryString": "",
        "headers": dict(_HEADERS),
        "requestContext": context,
        "isBase64Encoded": False,
        **({"pathParameters": path} if path else {}),
        **({} if body is None else {"body": json.dumps(body)}),
    }
