"""Requests: gateway events whose token, parameters and body are parsed as their route declares."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

from coupons.fields import PATH_PARAMETERS
from coupons.json_documents import parsed
from coupons.process.services import Services
from coupons.refusals import ERRORS_MAX, Fault, Malformed
from coupons.web.bodies.base import Empty, Query
from coupons.web.callers import Caller

BODY_MAX_BYTES = 64 * 1024
PROGRAMME_MAX_BYTES = 2 * 1024 * 1024
"""Of a programme; Lambda hands over 6 MB."""
_REPLACEMENT = "\ufffd".encode()


class Request(NamedTuple):
    """A request whose scope, parameters and body the route has accepted."""

    services: Services
    now_s: int
    caller: Caller
    path: Mapping[str, str]
    query: Any
    body: Any
    accept: str

    @property
    def person(self) -> bytes:
        return self.services.keys.person(self.caller.person_name)

    @property
    def household(self) -> bytes | None:
        stated = self.caller.household_id
        return None if stated is None else self.services.keys.household(stated)


def claims_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims of the verified token, as the gateway's authorizer hands them over; empty without a token."""
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    return (authorizer.get("jwt") or {}).get("claims") or {}


def request_of(
    event: Mapping[str, Any],
    services: Services,
    caller: Caller,
    *,
    query: type[Query] | None,
    body: type[BaseModel] | None,
    body_max_bytes: int = BODY_MAX_BYTES,
) -> Request:
    """The request of a gateway event, now. Raises Malformed with each error and its place."""
    errors: list[Fault] = []
    path = _path(event, errors)
    parameters = _parameters(query or Query, event.get("queryStringParameters") or {}, errors)
    raw = _body(event, errors, body_max_bytes)
    content = _content(body, raw, errors) if body and raw is not None else None
    if errors:
        raise Malformed(errors=errors[:ERRORS_MAX], detail="The request does not fit the schema; see errors.")
    accept = event.get("headers", {}).get("accept", "")
    return Request(services, int(services.clock.wall_s()), caller, path, parameters, content, accept)


def _path(event: Mapping[str, Any], errors: list[Fault]) -> dict[str, str]:
    path = event.get("pathParameters") or {}
    for name, value in path.items():
        errors += [{"place": f"path.{name}", "message": message} for message in _invalid(PATH_PARAMETERS[name], value)]
    return dict(path)


def _invalid(adapter: TypeAdapter[str], value: str) -> list[str]:
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        return [fault["message"] for fault in _faults(error, "")]
    return []


def _body(event: Mapping[str, Any], errors: list[Fault], body_max_bytes: int) -> bytes | None:
    """The bytes of the body; None, and an error, if it cannot be read or is too large.

    Guarded by tests/api/test_misfits.py::test_sixty_four_kilobytes_and_one_byte.
    """
    text = event.get("body") or ""
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError):
        raw = _REPLACEMENT
    # Gateways that read the body as text put U+FFFD where it is not UTF-8; no client sends that character.
    if _REPLACEMENT in raw:
        errors.append({"place": "body", "message": "is not UTF-8"})
        return None
    if len(raw) > body_max_bytes:
        errors.append({"place": "body", "message": f"is larger than {body_max_bytes} bytes"})
        return None
    return raw


def _parameters(model: type[Query], stated: Mapping[str, str], errors: list[Fault]) -> Query | None:
    """The parameters; None, and each error with its place, if one is unknown or does not fit."""
    try:
        return model.model_validate(stated)
    except ValidationError as error:
        errors += _faults(error, "query", model)
        return None


def _content(model: type[BaseModel], raw: bytes, errors: list[Fault]) -> BaseModel | None:
    """The body; None, and each error with its place, if it does not fit. An absent body is an empty object for some."""
    try:
        return parsed(model, raw) if raw or not issubclass(model, Empty) else model()
    except ValidationError as error:
        errors += _faults(error, "body", model)
        return None


def _faults(error: ValidationError, place: str, model: type[BaseModel] | None = None) -> list[Fault]:
    from coupons.faults import faults  # noqa: PLC0415 - loaded for a request that does not fit

    return faults(error, place, model)
