"""Lambda function `catalog`: what everybody may read, and the refusal of every path that is not a route."""

from __future__ import annotations

from coupons import refusals as r
from coupons.claim import catalog, merchants
from coupons.web import published
from coupons.web.api import Api, Response
from coupons.web.bodies import MerchantsQuery
from coupons.web.requests import Request
from coupons.web.responses.catalog import BatchView, CampaignList, CampaignView, MerchantPage

api = Api("CATALOG_TABLE")
handler = api.handler
api.fallback(published.unknown_route)

_SHARED = {"cache-control": "public, max-age=1"}


@api.route("GET /campaigns", scope=None, responses={200: CampaignList})
def get_campaigns(request: Request) -> Response:
    """Campaigns with published batches."""
    return Response(CampaignList.of(catalog.campaigns(request.services)), headers=_SHARED)


@api.route("GET /campaigns/{campaign_id}", scope=None, responses={200: CampaignView}, refusals=(r.NotFound,))
def get_campaign(request: Request) -> Response:
    """A campaign with its sections and published batches."""
    campaign, batches = catalog.campaign(request.services, request.path["campaign_id"], request.now_s)
    return Response(CampaignView.with_batches(campaign, batches), headers=_SHARED)


@api.route(
    "GET /campaigns/{campaign_id}/merchants",
    scope=None,
    query=MerchantsQuery,
    responses={200: MerchantPage},
    refusals=(r.NotFound,),
)
def get_merchants(request: Request) -> Response:
    """Where a campaign's coupons are accepted: merchants with their stores, without suspended ones."""
    campaign_id, query = request.path["campaign_id"], request.query
    wanted = merchants.MerchantFilter(query.district, query.category, query.terms_id)
    found, after = merchants.merchants(request.services, campaign_id, wanted, query.cursor)
    return Response(MerchantPage.of(found, after), headers={"cache-control": "public, max-age=5"})


@api.route("GET /batches/{batch_id}", scope=None, responses={200: BatchView}, refusals=(r.NotFound,))
def get_batch(request: Request) -> Response:
    """A published batch: status, window, stock and the terms of its coupons."""
    batch = catalog.batch(request.services, request.path["batch_id"], request.now_s)
    return Response(BatchView.of(batch), headers=_SHARED)


@api.route("GET /openapi.json", scope=None, responses={200: "application/json"})
def get_openapi(_request: Request) -> Response:
    """This document."""
    return Response(published.openapi(), headers={"cache-control": "public, max-age=3600"})
