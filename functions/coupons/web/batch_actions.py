"""Routes by which an operator acts on a batch: each answers with the batch as it is then."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from pydantic import BaseModel

from coupons import refusals as r
from coupons.model.batches import Control, PublishedBatch
from coupons.web.api import Api, Response, RouteHandler, repeatable
from coupons.web.bodies import Empty
from coupons.web.requests import Request
from coupons.web.responses.operate import BatchState

BatchChange = tuple[PublishedBatch, Control, bool]
"""The batch and its control item after an action; True if the action changed nothing (a repeat)."""
BatchAction = Callable[[Request, str], BatchChange]


def batch_actions(api: Api) -> Callable[..., Callable[[BatchAction], RouteHandler]]:
    """Declares a function of `api`, which takes a request and its batch's id, as a route that returns the batch."""

    def batch_action(
        key: str, *, refusals: tuple[type[r.Refusal], ...], body: type[BaseModel] = Empty
    ) -> Callable[[BatchAction], RouteHandler]:
        def declare(act: BatchAction) -> RouteHandler:
            @api.route(key, scope="operator", body=body, responses={200: BatchState}, refusals=refusals)
            @wraps(act)
            def handle(request: Request) -> Response:
                batch, control, replay = act(request, request.path["batch_id"])
                return repeatable(BatchState.of(batch, control, request.now_s), replay=replay)

            return handle

        return declare

    return batch_action
