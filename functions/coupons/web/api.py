"""The HTTP edge: gateway events (payload format 2.0) in, answers and problem documents out.

The gateway has already matched the route, so dispatch is a dictionary look-up by `routeKey`. A route declares all that
it takes and says (scope, parameters, body, answers, refusals): the same declarations serve requests and, through
`infra/openapi.py`, the published OpenAPI document. Bodies are parsed by pydantic straight from bytes: depth, digits,
encoding and NaN are its errors, with their places, never an exception of ours.

Order of precedence: token, scope and the merchant's record, malformed, then whatever the operation refuses.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from pydantic import BaseModel, TypeAdapter, ValidationError

from coupons.damage import Damaged
from coupons.fields import PATH_PARAMETERS, faults
from coupons.process.services import Services, shared_services
from coupons.refusals import Busy, Forbidden, Malformed, NotFound, Refusal
from coupons.web.bodies import Empty
from coupons.web.callers import NOBODY, Caller, Scope, caller_of
from coupons.web.metrics import Asked, Measures, Redeemed
from coupons.web.problems import internal_error, problem_document
from coupons.web.traces import traces

BODY_MAX_BYTES = 64 * 1024
ERRORS_MAX = 20
_REPLACEMENT = "\ufffd".encode()


@dataclass(frozen=True, slots=True)
class Request:
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


@dataclass(frozen=True, slots=True)
class Answer:
    """A model becomes JSON; a string is sent as it is."""

    content: BaseModel | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    redeemed: Redeemed | None = None
    """Money for the metrics; no caller sees it."""


def written(content: BaseModel, *, replay: bool, redeemed: Redeemed | None = None) -> Answer:
    """The answer of a write under a caller's own name: 201 the first time, then 200 with the same body."""
    return repeated(content, replay=replay, first=201, redeemed=redeemed)


def repeated(content: BaseModel, *, replay: bool, first: int = 200, redeemed: Redeemed | None = None) -> Answer:
    """`first`, or 200 marked as a replay; money counts the first time only."""
    return Answer(content, 200, {"idempotent-replay": "true"}) if replay else Answer(content, first, redeemed=redeemed)


Handle = Callable[[Request], Answer]
Fallback = Callable[[str, str], Refusal]
"""Method and path of a request that is no route → why it is refused."""


@dataclass(frozen=True, slots=True)
class Route:
    key: str
    """`PUT /batches/{batch_id}/claim`, as the gateway names it."""
    scope: Scope | None
    summary: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answers: Mapping[int, type[BaseModel] | str]
    """Status → model, or the media type of a text answer."""
    refusals: tuple[type[Refusal], ...]
    operation: Asked
    """Under which its requests are measured."""
    handle: Handle

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.key.partition(" ")[2]


class Api:
    """The routes of one Lambda function, and its handler."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self._fallback: Fallback | None = None
        self._logger = Logger()
        self._measures = Measures()

    def route(
        self,
        key: str,
        *,
        scope: Scope | None,
        answers: Mapping[int, type[BaseModel] | str],
        refusals: tuple[type[Refusal], ...] = (),
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        operation: Asked | None = None,
    ) -> Callable[[Handle], Handle]:
        """Declare the decorated function as the handler of `key`; the first line of its docstring is its summary."""
        measured = operation or ("operator" if scope == "operator" else "other")

        def declare(handle: Handle) -> Handle:
            summary = (handle.__doc__ or "").strip().partition("\n")[0]
            self.routes[key] = Route(key, scope, summary, body, query, answers, refusals, measured, handle)
            return handle

        return declare

    def fallback(self, refuse: Fallback) -> Fallback:
        """Declare the answer to the gateway's `$default` route."""
        self._fallback = refuse
        return refuse

    def log(self, message: str, **facts: str) -> None:
        self._logger.info(message, extra=facts)

    def handler(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """One gateway event to one gateway response; whatever happens is answered and leaves one log line."""
        started_s = time.perf_counter()
        instance = event.get("rawPath", "")
        outcome, redeemed, traced = "ok", None, dict[str, str]()
        try:
            traced = self._traced(event)
            answer = self._answer(event)
            response, redeemed = _response(answer), answer.redeemed
        except Refusal as refusal:
            outcome = refusal.slug
            response = _problem_response(problem_document(refusal, instance))
        except Damaged as found:
            # The item that was asked for, or one that the answer cannot do without; `web/metrics.py` names it.
            shared_services().damages.note(found)
            outcome, response = "damaged", _problem_response(internal_error(instance))
        except Exception:
            outcome = "surprise"
            # The route and not the path: a path may carry a person's identity.
            self._logger.exception("surprise", extra={"route": event.get("routeKey")})
            response = _problem_response(internal_error(instance))
        key = event.get("routeKey", "")
        operation = self.routes[key].operation if key in self.routes else "other"
        seconds = time.perf_counter() - started_s
        self._measures.request(operation, outcome, response, redeemed, route=key, seconds=seconds, traced=traced)
        return response

    def _traced(self, event: Mapping[str, Any]) -> dict[str, str]:
        """Hashes of caller and source for the log line; none without a token, or while the keys cannot be read."""
        route, claims = self.routes.get(event["routeKey"]), _claims(event)
        if route is None or route.scope is None or not claims:
            return {}
        try:
            return traces(shared_services().keys, claims, event.get("headers", {}))
        except Busy:  # a log line is not worth a refusal: some routes need no keys
            return {}

    def _answer(self, event: Mapping[str, Any]) -> Answer:
        route = self.routes.get(event["routeKey"])
        if route is None and self._fallback is not None:
            raise self._fallback(event["requestContext"]["http"]["method"], event["rawPath"])
        if route is None:
            raise NotFound(detail="No such route.")
        caller = caller_of(_claims(event), route.scope) if route.scope else NOBODY
        if route.scope == "merchant":
            _refuse_unregistered(caller)
        errors: list[dict[str, str]] = []
        path = _path(event, errors)
        query = _parsed(route.query, event.get("queryStringParameters") or {}, "query", errors)
        raw = _body(event, errors)
        body = _parsed(route.body, raw, "body", errors) if raw is not None else None
        if errors:
            raise Malformed(errors=errors[:ERRORS_MAX], detail="The request does not fit the schema; see errors.")
        services = shared_services()
        accept = event.get("headers", {}).get("accept", "")
        return route.handle(Request(services, int(services.clock.wall_s()), caller, path, query, body, accept))


def _claims(event: Mapping[str, Any]) -> Mapping[str, Any]:
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    return (authorizer.get("jwt") or {}).get("claims") or {}


def _refuse_unregistered(caller: Caller) -> None:
    """Raises Forbidden unless the token's merchant has a record, which operators make.

    A suspended merchant has one, and so has one that left its campaigns: both may release, reverse and read.
    """
    if not shared_services().cache.knows_merchant(caller.merchant_id):
        raise Forbidden(detail="No merchant of this name is registered.")


def _path(event: Mapping[str, Any], errors: list[dict[str, str]]) -> dict[str, str]:
    path = event.get("pathParameters") or {}
    for name, value in path.items():
        errors += [{"place": f"path.{name}", "message": message} for message in _invalid(PATH_PARAMETERS[name], value)]
    return dict(path)


def _invalid(adapter: TypeAdapter[str], value: str) -> list[str]:
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        return [fault["message"] for fault in faults(error, "")]
    return []


def _body(event: Mapping[str, Any], errors: list[dict[str, str]]) -> bytes | None:
    text = event.get("body") or ""
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError):
        raw = _REPLACEMENT
    # A gateway that reads the body as text has put U+FFFD where it was not UTF-8; nobody writes that by hand.
    if _REPLACEMENT in raw:
        errors.append({"place": "body", "message": "is not UTF-8"})
        return None
    if len(raw) > BODY_MAX_BYTES:
        errors.append({"place": "body", "message": f"is larger than {BODY_MAX_BYTES} bytes"})
        return None
    return raw


def _parsed(
    model: type[BaseModel] | None, content: bytes | Mapping[str, str], place: str, errors: list[dict[str, str]]
) -> BaseModel | None:
    """`content` as `model`; every way in which it does not fit is added to `errors` with its place."""
    if model is None:
        return None
    try:
        if isinstance(content, bytes):
            return model.model_validate_json(content or (b"{}" if issubclass(model, Empty) else b""))
        return model.model_validate(content)
    except ValidationError as error:
        errors += faults(error, place)
        return None


def _response(answer: Answer) -> dict[str, Any]:
    headers = {"content-type": "application/json", "cache-control": "no-store", **answer.headers}
    content = answer.content if isinstance(answer.content, str) else answer.content.model_dump_json()
    return {"statusCode": answer.status, "headers": headers, "body": content}


def _problem_response(document: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/problem+json", "cache-control": "no-store"}
    if "retry_after_s" in document:
        headers["retry-after"] = str(document["retry_after_s"])
    if "allow" in document:
        headers["allow"] = ", ".join(document["allow"])
    return {"statusCode": document["status"], "headers": headers, "body": json.dumps(document, ensure_ascii=False)}
