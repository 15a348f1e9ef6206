"""The HTTP edge: gateway events (payload format 2.0) in, responses and problem documents out.

The gateway has already matched the route, so dispatch is a dictionary look-up by `routeKey`. A route declares all
that it takes and returns (scope, parameters, body, responses, refusals). The same declarations serve requests
and, through `infra/openapi/`, the published OpenAPI document.

Order of precedence: token, scope and the merchant's record, malformed, then the refusals of the operation.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from coupons.damage import Damaged
from coupons.process.services import shared_services
from coupons.process.start import prepare
from coupons.refusals import Busy, Forbidden, NotFound, Refusal
from coupons.web.bodies.base import Query
from coupons.web.callers import NOBODY, Caller, TokenScope, caller_of
from coupons.web.metrics import MetricLines, RedeemedMoney, RequestOperation
from coupons.web.problems import internal_error, problem_document
from coupons.web.requests import BODY_MAX_BYTES, Request, claims_of, request_of
from coupons.web.traces import causes, order_traces, traces

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@dataclass(frozen=True, slots=True)
class Response:
    """`content`: a model is sent as JSON, a string and bytes as they are."""

    content: BaseModel | str | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    redeemed: RedeemedMoney | None = None
    """For the metrics; the caller does not see it."""


def written(content: BaseModel, *, replay: bool, redeemed: RedeemedMoney | None = None) -> Response:
    """The response to a write under a name that the caller chose: 201 the first time, 200 for a repeat."""
    return repeatable(content, replay=replay, first=201, redeemed=redeemed)


def repeatable(
    content: BaseModel, *, replay: bool, first: int = 200, redeemed: RedeemedMoney | None = None
) -> Response:
    """Status `first`, or 200 marked as a replay. Metrics count the money the first time only."""
    if replay:
        return Response(content, headers={"idempotent-replay": "true"})
    return Response(content, first, redeemed=redeemed)


def edited(content: BaseModel, outcome: str) -> Response:
    """The response to an edit of a document: 201 if created, 200 if updated, 200 as a replay if unchanged."""
    return Response(content) if outcome == "updated" else written(content, replay=outcome == "unchanged")


def csv_file(text: str, name: str, next_page: str | None, *, bom: bool) -> Response:
    """A file that browsers save as `name`. `next_page`: the path of the next page, if there is one.

    `bom`: it begins with U+FEFF, without which Excel does not take it for UTF-8.
    """
    link = {"link": f'<{next_page}>; rel="next"'} if next_page else {}
    saved = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(_BOM * bom + text, headers={"content-type": "text/csv; charset=utf-8", **saved, **link})


_BOM = "\ufeff"
_encoded = json.JSONEncoder(ensure_ascii=False).encode
_EVERYWHERE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""The second keeps a browser from taking a response for another type than it states."""

RouteHandler = Callable[[Request], Response]
Fallback = Callable[[str, str], Refusal]
"""Method and path of a request that matches no route → its refusal."""


class Route(NamedTuple):
    key: str
    """`PUT /batches/{batch_id}/claim`, as the gateway names it."""
    scope: TokenScope | None
    """None: everybody may ask."""
    summary: str
    body: type[BaseModel] | None
    query: type[Query] | None
    responses: Mapping[int, type[BaseModel] | str]
    """Status → model, or the media type of a text."""
    refusals: tuple[type[Refusal], ...]
    operation: RequestOperation
    """Metric dimension for this route."""
    handle: RouteHandler
    body_max_bytes: int
    also: tuple[TokenScope, ...] = ()
    """Other scopes, each of which is as good."""

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.key.partition(" ")[2]


class Routes:
    """Routes of one Lambda function, each declared by decorating its handler."""

    def __init__(self) -> None:
        self.declared: dict[str, Route] = {}

    def route(
        self,
        key: str,
        *,
        scope: TokenScope | tuple[TokenScope, ...] | None,
        responses: Mapping[int, type[BaseModel] | str],
        refusals: tuple[type[Refusal], ...] = (),
        body: type[BaseModel] | None = None,
        query: type[Query] | None = None,
        operation: RequestOperation | None = None,
        body_max_bytes: int = BODY_MAX_BYTES,
    ) -> Callable[[RouteHandler], RouteHandler]:
        """Declare the decorated function as the handler of `key`. The first line of its docstring is the summary.

        `scope`: of several, each is enough.
        """
        scope, *also = (scope,) if scope is None or isinstance(scope, str) else scope
        measured = operation or ("operator" if scope == "operator" else "other")

        def declare(handle: RouteHandler) -> RouteHandler:
            summary = (handle.__doc__ or "").strip().partition("\n")[0]
            self.declared[key] = Route(
                key, scope, summary, body, query, responses, refusals, measured, handle, body_max_bytes, tuple(also)
            )
            return handle

        return declare

    @cached_property
    def _logger(self) -> Logger:
        from aws_lambda_powertools import Logger  # noqa: PLC0415 - few requests log more than their line of metrics

        return Logger()

    def log(self, message: str, **facts: str) -> None:
        self._logger.info(message, extra=facts)


class Api(Routes):
    """The routes of one Lambda function, and its handler.

    `variables`: the environment variables that it needs besides those of every function. `more`: a module whose
    `routes` are this function's too, loaded when one of them is asked for: a cold start pays for those of a rush alone.
    """

    def __init__(self, *variables: str, more: str = "") -> None:
        super().__init__()
        self.variables = variables
        self._more = more
        self._fallback: Fallback | None = None
        self._metrics = MetricLines()
        prepare(variables)

    @property
    def routes(self) -> Mapping[str, Route]:
        """All of them, by key."""
        if self._more:
            more, self._more = import_module(self._more), ""
            self.declared |= more.routes.declared
        return self.declared

    def _route_of(self, event: Mapping[str, Any]) -> Route | None:
        key = event.get("routeKey", "")
        return self.declared.get(key) or self.routes.get(key)

    def fallback(self, refuse: Fallback) -> Fallback:
        """Declare what the gateway's `$default` route is refused with."""
        self._fallback = refuse
        return refuse

    def handler(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """One gateway event → one gateway response, and one log line. Raises VariablesMissing and nothing else."""
        shared_services(self.variables)
        started_s = time.perf_counter()
        instance, key = event.get("rawPath", ""), event.get("routeKey", "")
        outcome, redeemed, traced = "ok", None, dict[str, str]()
        try:
            traced = self._traced(event)
            response = self._respond(event, traced)
            sent, redeemed = _sent(response), response.redeemed
        except Refusal as refusal:
            outcome, sent = refusal.slug, _sent_problem(problem_document(refusal, instance))
            traced |= causes(refusal)
        except Damaged as found:
            # The item itself, or one that the response depends on. `web/metrics.py` logs its key.
            shared_services().damages.note(found)
            outcome, sent = "damaged", _sent_problem(internal_error(instance))
        except Exception:
            # Logged by its route: a path may carry a person's identity.
            self._logger.exception("surprise", extra={"route": event.get("routeKey")})
            outcome, sent = "surprise", _sent_problem(internal_error(instance))
        route = self._route_of(event)
        operation = route.operation if route else "other"
        seconds = time.perf_counter() - started_s
        self._metrics.request(operation, outcome, sent, redeemed, route=key, seconds=seconds, traced=traced)
        return sent

    def _traced(self, event: Mapping[str, Any]) -> dict[str, str]:
        """Hashes of caller and source for the log line; empty without a token, or while the keys cannot be read."""
        route, claims = self._route_of(event), claims_of(event)
        if route is None or route.scope is None or not claims:
            return {}
        try:
            return traces(shared_services().keys, claims, event.get("headers", {}))
        except Busy:  # some routes need no keys: they must not be refused for a log line
            return {}

    def _respond(self, event: Mapping[str, Any], traced: dict[str, str]) -> Response:
        """Raises each refusal in its order of precedence. Adds the hashes of what an order states to `traced`.

        Guarded by tests/api/test_misfits.py::test_a_function_without_the_route_does_not_find_it.
        """
        route = self._route_of(event)
        if route is None and self._fallback is not None:
            if _is_preflight(event):
                return Response("", 204)
            raise self._fallback(event["requestContext"]["http"]["method"], event["rawPath"])
        if route is None:
            raise NotFound(detail="No such route.")
        caller = caller_of(claims_of(event), route.scope, route.also) if route.scope else NOBODY
        if route.scope == "merchant":
            _refuse_unregistered(caller)
        most, services = route.body_max_bytes, shared_services()
        request = request_of(event, services, caller, query=route.query, body=route.body, body_max_bytes=most)
        traced |= order_traces(request)
        return route.handle(request)


def _is_preflight(event: Mapping[str, Any]) -> bool:
    """Whether a browser asks if a page may send a request (Fetch standard, "CORS-preflight request").

    Its answer needs a status of success. The gateway adds the headers that allow something, if there are any.
    """
    asks = "access-control-request-method" in event.get("headers", {})
    return asks and event["requestContext"]["http"]["method"] == "OPTIONS"


def _refuse_unregistered(caller: Caller) -> None:
    """Raises Forbidden unless the token's merchant has a record, which operators make.

    Suspended merchants and those that have left their campaigns keep theirs: both may release, reverse and read.
    """
    if not shared_services().merchants.knows(caller.merchant_id):
        raise Forbidden(detail="No merchant of this name is registered.")


def _sent(response: Response) -> dict[str, Any]:
    headers = {"content-type": "application/json", **_EVERYWHERE, **response.headers}
    content = response.content
    if isinstance(content, bytes):
        encoded = base64.b64encode(content).decode()
        return {"statusCode": response.status, "headers": headers, "body": encoded, "isBase64Encoded": True}
    content = content if isinstance(content, str) else content.model_dump_json()
    return {"statusCode": response.status, "headers": headers, "body": content}


def _sent_problem(document: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/problem+json", **_EVERYWHERE}
    if "retry_after_s" in document:
        headers["retry-after"] = str(document["retry_after_s"])
    if "allow" in document:
        headers["allow"] = ", ".join(document["allow"])
    return {"statusCode": document["status"], "headers": headers, "body": _encoded(document)}
