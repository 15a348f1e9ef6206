"""Gateway events into the handlers and their responses out, without a wire: people with a token, and what they read."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import admin
import catalog
import claim
import points
import verify
from coupons.web.api import Api

FUNCTIONS: dict[str, Api] = {module.__name__: module.api for module in (catalog, claim, verify, points, admin)}
FALLBACKS = ("$default", "OPTIONS /{proxy+}")
"""What is no route, and preflights: both go to catalog, as in the template."""


def seconds(moment: str) -> int:
    """Epoch seconds of an RFC 3339 time."""
    return int(datetime.fromisoformat(moment).timestamp())


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def slug(self) -> str:
        """`not-open` of a problem document; empty for any other answer."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(self.json["type"]).removeprefix("/problems/")

    @property
    def reason(self) -> str:
        """`not-eligible: region` of a refusal that says why; else its slug, or its status."""
        why = self.json.get("reason") if self.slug else None
        return f"{self.slug}: {why}" if why else self.slug or str(self.status)

    @property
    def is_replay(self) -> bool:
        return self.headers.get("idempotent-replay") == "true"


def event(
    key: str,
    path: dict[str, str] | None = None,
    *,
    body: Any = None,
    raw: str | bytes | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    claims: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A payload 2.0 event of the gateway for the route `key`; `raw` bytes arrive as base64."""
    method, _, template = key.partition(" ")
    raw_path = template
    for name, value in (path or {}).items():
        raw_path = raw_path.replace("{" + name + "}", value)
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": raw_path,
        "rawQueryString": "",
        "headers": headers or {},
        "requestContext": {"http": {"method": method, "path": raw_path}, "routeKey": key, "stage": "$default"},
        "isBase64Encoded": isinstance(raw, bytes),
    }
    if path:
        made["pathParameters"] = path
    if query:
        made["queryStringParameters"] = query
    if claims is not None:
        made["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    if isinstance(raw, bytes):
        made["body"] = base64.b64encode(raw).decode()
    elif raw is not None or body is not None:
        made["body"] = raw if raw is not None else json.dumps(body)
    return made


def area_of(key: str) -> str:
    """The function whose route `key` is."""
    return next(area for area, api in FUNCTIONS.items() if key in api.routes)


def send(made: dict[str, Any]) -> Answered:
    """The event through the function whose route it names."""
    key = made["routeKey"]
    api = FUNCTIONS["catalog" if key in FALLBACKS else area_of(key)]
    response = api.handler(made, None)
    text = response["body"]
    if response.get("isBase64Encoded"):
        text = base64.b64decode(text).decode("utf-8", "surrogateescape")
    return Answered(response["statusCode"], dict(response["headers"]), text)


@dataclass(frozen=True)
class Person:
    """Somebody with a token. `claims` as the authorizer hands them to the function."""

    claims: dict[str, str]

    def send(self, key: str, path: dict[str, str] | None = None, **request: Any) -> Answered:
        return send(event(key, path, claims=self.claims, **request))

    def put_claim(self, batch_id: str) -> Answered:
        return self.send("PUT /batches/{batch_id}/claim", {"batch_id": batch_id}, body={})

    def code(self, coupon_id: str) -> str:
        return str(self.send("POST /coupons/{coupon_id}/code", {"coupon_id": coupon_id}, body={}).json["code"])

    def redeem(self, order_no: str, code: str | None, order: dict[str, Any], **more: Any) -> Answered:
        body = {"order": order, **({"code": code} if code else {}), **more}
        return self.send("PUT /orders/{order_no}/redemption", {"order_no": order_no}, body=body)

    def reverse(self, order_no: str, reversal_no: str, amount_minor: int) -> Answered:
        path = {"order_no": order_no, "reversal_no": reversal_no}
        return self.send("PUT /orders/{order_no}/reversals/{reversal_no}", path, body={"amount_minor": amount_minor})
