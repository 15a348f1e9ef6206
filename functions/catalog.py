"""Lambda function `catalog`: what everybody may read, and the answer to every path that is not a route."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from coupons import refusals as r
from coupons.claim import catalog
from coupons.web.answers import BatchView, CampaignList, CampaignSummary, CampaignView
from coupons.web.api import Answer, Api, Request
from coupons.web.views import batch_view, campaign_summary, campaign_view

api = Api()

_SHARED = {"cache-control": "public, max-age=1"}


@api.route("GET /campaigns", scope=None, answers={200: CampaignList})
def get_campaigns(request: Request) -> Answer:
    """Campaigns with published batches."""
    summaries = [CampaignSummary.model_validate(campaign_summary(c)) for c in catalog.campaigns(request.services)]
    return Answer(CampaignList(campaigns=summaries), headers=_SHARED)


@api.route("GET /campaigns/{campaign_id}", scope=None, answers={200: CampaignView}, refusals=(r.NotFound,))
def get_campaign(request: Request) -> Answer:
    """A campaign with its sections and published batches."""
    campaign, batches = catalog.campaign(request.services, request.path["campaign_id"], request.now_s)
    return Answer(campaign_view(campaign, batches), headers=_SHARED)


@api.route("GET /batches/{batch_id}", scope=None, answers={200: BatchView}, refusals=(r.NotFound,))
def get_batch(request: Request) -> Answer:
    """A published batch: status, window, stock and the terms of its coupons."""
    now = catalog.batch(request.services, request.path["batch_id"], request.now_s)
    return Answer(batch_view(now), headers=_SHARED)


@api.route("GET /openapi.json", scope=None, answers={200: "application/json"})
def get_openapi(_request: Request) -> Answer:
    """This document."""
    return Answer(_openapi(), headers={"cache-control": "public, max-age=3600"})


@api.fallback
def unknown_route(method: str, path: str) -> r.Refusal:
    """405 with the methods that a known path has, 404 for every other."""
    allowed = sorted(
        known.upper() for template, methods in _templates() if template.fullmatch(path) for known in methods
    )
    if allowed:
        return r.MethodNotAllowed(allow=allowed, detail=f"{path[:200]} does not know {method}.")
    return r.NotFound(detail="No such route.")


@lru_cache(maxsize=1)
def _openapi() -> str:
    return (Path(__file__).parent / "coupons" / "openapi.json").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _templates() -> list[tuple[re.Pattern[str], list[str]]]:
    """Each path of the OpenAPI document as a pattern, with its methods."""
    paths = json.loads(_openapi())["paths"]
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), list(methods)) for path, methods in paths.items()]


handler = api.handler
