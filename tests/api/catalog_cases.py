"""What everybody may read, and paths that are no route."""

from __future__ import annotations

import json

from infra.playing import gateway
from tests.api.cases import case, opened
from tests.api.declared import DOCUMENT
from tests.api.stage import Stage
from tests.world import Answered, Person, a_batch, campaign, terms

SUMMARY = {
    "campaign_id": "season",
    "title": {"en": "A season", "zh": "消费季"},
    "timezone": "Asia/Shanghai",
    "currency": "CNY",
    "starts_at": "2020-06-01T00:00:00+08:00",
    "ends_at": "2020-10-01T00:00:00+08:00",
}
PACK = {
    "batch_id": "pack",
    "campaign_id": "season",
    "title": "A pack",
    "section_id": None,
    "mode": "first_come",
    "status": "open",
    "opens_at": "2020-06-06T10:00:00+08:00",
    "closes_at": "2020-06-07T10:00:00+08:00",
    "booking": None,
    "exclusive_group": None,
    "eligibility": {"group_id": None, "regions": [], "requires": []},
    "price_points": 0,
    "limits": [],
    "quantity": 10,
    "remaining": 10,
    "booked": None,
}
SCOPE = {
    "merchants": [],
    "stores": [],
    "merchant_categories": [],
    "merchant_tags": [],
    "item_categories": [],
    "item_tags": [],
    "channels": [],
    "regions": [],
}
TEN_OFF_IN_FULL = {
    **terms(),
    "section_id": None,
    "hold_max_s": 1800,
    "requires": [],
    "validity": {"kind": "days_after_claim", "days": 14, "starts_after_days": 0},
    "usable": [],
    "blackout_dates": [],
    "scope": SCOPE,
}
"""The terms `ten-off` as responses show them, with all defaults."""


class Anybody(Person):
    """A request without a token."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]


@case("GET /campaigns", 200, body={"campaigns": []})
def nothing_is_published(s: Stage) -> Answered:
    document = campaign()
    s.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    return Anybody().send("GET /campaigns")


@case("GET /campaigns", 200, body={"campaigns": [SUMMARY]})
def one_campaign_is_published(s: Stage) -> Answered:
    opened(s)
    return Anybody().send("GET /campaigns")


@case(
    "GET /campaigns/{campaign_id}",
    200,
    body={
        **SUMMARY,
        "description": None,
        "funders": [
            {"funder_id": "city", "title": "city", "kind": "government"},
            {"funder_id": "platform", "title": "platform", "kind": "platform"},
            {"funder_id": "shop", "title": "shop", "kind": "enterprise"},
        ],
        "sections": [{"section_id": "food", "title": "Food", "description": None}],
        "batches": [
            PACK,
            {
                **PACK,
                "batch_id": "next",
                "section_id": "food",
                "status": "booking",
                "opens_at": "2020-06-06T12:00:00+08:00",
                "booking": {
                    "opens_at": "2020-06-05T00:00:00+08:00",
                    "closes_at": "2020-06-06T12:00:00+08:00",
                    "required": False,
                    "expected_people": None,
                },
                "quantity": 5,
                "remaining": 5,
            },
        ],
    },
)
def a_campaign_with_its_sections_and_batches(s: Stage) -> Answered:
    noon = "2020-06-06T12:00:00+08:00"
    booking = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": noon}
    later = a_batch("next", section_id="food", opens_at=noon, booking=booking, quantity=5)
    opened(s, a_batch(), later, sections=[{"section_id": "food", "title": "Food"}])
    return Anybody().send("GET /campaigns/{campaign_id}", {"campaign_id": "season"})


@case("GET /campaigns/{campaign_id}", 404, "not-found", detail="No published campaign 'season'.")
def a_campaign_of_which_nothing_is_published(s: Stage) -> Answered:
    s.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=campaign())
    return Anybody().send("GET /campaigns/{campaign_id}", {"campaign_id": "season"})


@case("GET /batches/{batch_id}", 200, body={**PACK, "remaining": 9, "draw": None, "coupons": [TEN_OFF_IN_FULL]})
def a_batch_with_its_terms_after_one_claim(s: Stage) -> Answered:
    opened(s).citizen("ann").put_claim("pack")
    return Anybody().send("GET /batches/{batch_id}", {"batch_id": "pack"})


@case("GET /batches/{batch_id}", 404, "not-found", detail="No published batch 'pack'.")
def an_unpublished_batch(s: Stage) -> Answered:
    s.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=campaign())
    return Anybody().send("GET /batches/{batch_id}", {"batch_id": "pack"})


@case(
    "GET /openapi.json",
    200,
    body=lambda text: json.loads(text) == DOCUMENT,
    headers={"cache-control": "public, max-age=3600"},
)
def the_committed_document(_: Stage) -> Answered:
    return Anybody().send("GET /openapi.json")


def unknown(method: str, path: str) -> Answered:
    """A request that matches no route: the gateway sends it to `$default` with its method and path."""
    made = gateway.event("$default")
    made["rawPath"] = path
    made["requestContext"]["http"] = {"method": method, "path": path}
    return gateway.send(made)


@case("$default", 404, "not-found", detail="No such route.")
def an_unknown_path(_: Stage) -> Answered:
    return unknown("GET", "/nothing/here")


@case("$default", 404, "not-found", detail="No such route.")
def a_known_path_with_a_slash_too_many(_: Stage) -> Answered:
    return unknown("GET", "/wallet/")


@case(
    "$default",
    405,
    "method-not-allowed",
    facts={"allow": ["DELETE", "GET", "PUT"]},
    headers={"allow": "DELETE, GET, PUT"},
    detail="/batches/pack/booking does not know POST.",
)
def a_method_that_a_known_path_lacks(_: Stage) -> Answered:
    return unknown("POST", "/batches/pack/booking")
