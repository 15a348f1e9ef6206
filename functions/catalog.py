"""Lambda function `catalog`: what everybody may read, and the refusal of every path that is not a route."""

from __future__ import annotations

from coupons import refusals as r
from coupons.claim import catalog, listings, merchants
from coupons.count.reads import season_statistics
from coupons.count.supplies import supplies
from coupons.lottery import shown
from coupons.model.listings import ActivityFilter, AnnouncementFilter, FacilityFilter
from coupons.slots import days
from coupons.times import epoch_s
from coupons.web import published
from coupons.web.api import Api, Response
from coupons.web.bodies.base import DayQuery
from coupons.web.bodies.catalog import (
    ActivitiesQuery,
    AnnouncementsQuery,
    DrawQuery,
    FacilitiesQuery,
    MerchantsQuery,
    StatsQuery,
)
from coupons.web.requests import Request
from coupons.web.responses.catalog import BatchView, CampaignList, CampaignView, MerchantPage
from coupons.web.responses.draws import DrawView
from coupons.web.responses.listings import ActivityList, AnnouncementList, FacilityPage
from coupons.web.responses.slots import FacilityDayView
from coupons.web.responses.statistics import StatsView
from coupons.web.responses.supplies import SupplyList

api = Api("CATALOG_TABLE", "CLAIMS_TABLE", "DRAW_FILES")
handler = api.handler
api.fallback(published.unknown_route)

_SHARED = {"cache-control": "public, max-age=1"}
_LISTED = {"cache-control": "public, max-age=5"}
_LINKED = {"cache-control": "public, max-age=300"}
"""A link works for three times as long."""
_UNCHANGING = {"cache-control": "public, max-age=31536000, immutable"}


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
    return Response(MerchantPage.of(found, after), headers=_LISTED)


@api.route(
    "GET /campaigns/{campaign_id}/activities",
    scope=None,
    query=ActivitiesQuery,
    responses={200: ActivityList},
    refusals=(r.NotFound,),
)
def get_activities(request: Request) -> Response:
    """What takes place in a campaign: events, courses, broadcasts and exhibitions, with their venues and seats."""
    query = request.query
    wanted = ActivityFilter(query.section, query.district, query.day or "", query.kind)
    page = listings.activities(request.services, request.path["campaign_id"], wanted, query.cursor, request.now_s)
    return Response(ActivityList.of(page), headers=_LISTED)


@api.route(
    "GET /campaigns/{campaign_id}/facilities",
    scope=None,
    query=FacilitiesQuery,
    responses={200: FacilityPage},
    refusals=(r.NotFound,),
)
def get_facilities(request: Request) -> Response:
    """What can be booked by the hour in a campaign, with its venue and the rule of booking."""
    campaign_id, query = request.path["campaign_id"], request.query
    wanted = FacilityFilter(query.district, query.sport)
    found, after = listings.facilities(request.services, campaign_id, wanted, query.cursor)
    return Response(FacilityPage.of(found, after), headers=_LISTED)


@api.route(
    "GET /campaigns/{campaign_id}/announcements",
    scope=None,
    query=AnnouncementsQuery,
    responses={200: AnnouncementList},
    refusals=(r.NotFound,),
)
def get_announcements(request: Request) -> Response:
    """What is announced in a campaign now, alerts first."""
    campaign_id, query = request.path["campaign_id"], request.query
    wanted = AnnouncementFilter(query.placement or "", query.district, query.region)
    found, timezone = listings.announcements(request.services, campaign_id, wanted, request.now_s)
    return Response(AnnouncementList.of(found, timezone), headers=_LISTED)


@api.route(
    "GET /campaigns/{campaign_id}/stats",
    scope=None,
    query=StatsQuery,
    responses={200: StatsView},
    refusals=(r.NotFound,),
)
def get_stats(request: Request) -> Response:
    """Live statistics of a campaign, from its tables' streams."""
    campaign_id, query = request.path["campaign_id"], request.query
    from_s, to_s = (None if moment is None else epoch_s(moment) for moment in (query.from_, query.to))
    found = season_statistics(request.services, campaign_id, query.by, from_s, to_s, request.now_s)
    return Response(StatsView.of(found), headers=_SHARED)


@api.route("GET /campaigns/{campaign_id}/supplies", scope=None, responses={200: SupplyList}, refusals=(r.NotFound,))
def get_supplies(request: Request) -> Response:
    """Rationed goods of a campaign by material and store: what was allotted, claimed and collected."""
    campaign_id, now_s = request.path["campaign_id"], request.now_s
    found, timezone = supplies(request.services, campaign_id, now_s)
    return Response(SupplyList.of(campaign_id, found, timezone, now_s), headers=_SHARED)


@api.route("GET /batches/{batch_id}", scope=None, responses={200: BatchView}, refusals=(r.NotFound,))
def get_batch(request: Request) -> Response:
    """A published batch: status, window, stock and the terms of its coupons."""
    batch = catalog.batch(request.services, request.path["batch_id"], request.now_s)
    return Response(BatchView.of(batch), headers=_SHARED)


@api.route(
    "GET /batches/{batch_id}/draw", scope=None, query=DrawQuery, responses={200: DrawView}, refusals=(r.NotFound,)
)
def get_draw(request: Request) -> Response:
    """The draw of a lottery: how far it has come, and everything that somebody needs to check it."""
    found = shown.shown_draw(request.services, request.path["batch_id"], request.query.files, request.now_s)
    return Response(DrawView.of(found), headers=_SHARED)


@api.route(
    "GET /batches/{batch_id}/draw/files/{name}",
    scope=None,
    responses={200: "application/octet-stream", 307: "text/plain"},
    refusals=(r.NotFound,),
)
def get_draw_file(request: Request) -> Response:
    """A file that proves a part of a draw: where it can be loaded, or on the local stack the file."""
    found = shown.draw_file(request.services, request.path["batch_id"], request.path["name"])
    if isinstance(found, bytes):
        return Response(found, headers={"content-type": "application/octet-stream", **_UNCHANGING})
    return Response("", 307, headers={"content-type": "text/plain", "location": found, **_LINKED})


@api.route(
    "GET /facilities/{facility_id}/slots",
    scope=None,
    query=DayQuery,
    responses={200: FacilityDayView},
    refusals=(r.NotFound,),
)
def get_slots(request: Request) -> Response:
    """A facility's slots of a day, and whether they can be booked."""
    services, now_s = request.services, request.now_s
    found = days.day_of_facility(services, request.path["facility_id"], request.query.day, now_s)
    return Response(FacilityDayView.of(found, now_s), headers=_SHARED)


@api.route("GET /openapi.json", scope=None, responses={200: "application/json"})
def get_openapi(_request: Request) -> Response:
    """This document."""
    return Response(published.openapi(), headers={"cache-control": "public, max-age=3600"})
