"""Where coupons are accepted, and what a merchant sees of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coupons.claim.merchants import PAGE_MERCHANTS
from tests.api.cases import case, coupon, opened
from tests.api.stage import Stage
from tests.api.town import MERCHANT
from tests.editing import allow_late_scans, edit_merchant
from tests.world import OPENING, Answered, a_batch, campaign, order, terms

MERCHANTS = "GET /campaigns/{campaign_id}/merchants"
SEASON = {"campaign_id": "season"}
DINER: dict[str, Any] = {
    "merchant_id": "diner",
    "title": "Diner",
    "category": "catering",
    "channels": ["offline", "online"],
    "stores": [{"store_id": "diner", "title": None, "region": "beijing", "district": None, "address": None}],
}
MALL = {
    "merchant_id": "mall",
    "title": {"en": "Mall", "zh": "商场"},
    "category": "retail",
    "channels": ["offline"],
    "stores": [
        {"store_id": "east", "region": "beijing", "district": "east", "address": {"en": "1 Gate", "zh": "门1号"}},
        {"store_id": "west", "region": "hebei", "district": "west", "address": "2 Gate"},
    ],
}
OWN = {**DINER, "campaigns": ["season"], "suspended": False, "late_scans_per_day": 0, "late_scans_left": 0}
LATE_OWN = {**OWN, "late_scans_per_day": 2}


def asked(s: Stage, **query: str) -> Answered:
    return s.citizen("anybody").send(MERCHANTS, SEASON, query=query)


def with_mall(s: Stage, scope: dict[str, Any] | None = None, **changes: Any) -> Stage:
    """Diner and mall take part by the document; `scope`: of the terms `ten-off`."""
    document = campaign(a_batch(), terms=[terms(scope=scope or {})], **changes)
    return s.published({**document, "merchants": [*document["merchants"], MALL]})


def has(*wanted: str) -> Callable[[str], bool]:
    """The answer is the last page and names these stores, in this order."""

    def look(text: str) -> bool:
        found = [part.partition('"')[0] for part in text.split('"store_id":"')[1:]]
        return found == list(wanted) and text.endswith('"next":null}')

    return look


@case(MERCHANTS, 200, body={"merchants": [DINER], "next": None})
def the_merchants_of_a_campaign(s: Stage) -> Answered:
    return asked(opened(s))


@case(MERCHANTS, 404, "not-found", detail="No published campaign 'season'.")
def merchants_of_a_draft(s: Stage) -> Answered:
    s.operator().send("PUT /admin/campaigns/{campaign_id}", SEASON, body=campaign())
    return asked(s)


@case(MERCHANTS, 200, body=has("diner", "east", "west"))
def all_merchants_by_their_ids(s: Stage) -> Answered:
    return asked(with_mall(s))


@case(MERCHANTS, 200, body=has("west"))
def stores_of_a_district(s: Stage) -> Answered:
    return asked(with_mall(s), district="west")


@case(MERCHANTS, 200, body=has("diner"))
def merchants_of_a_category(s: Stage) -> Answered:
    return asked(with_mall(s), category="catering")


@case(MERCHANTS, 200, body=has("diner", "east"))
def stores_of_a_district_that_is_suspended(s: Stage) -> Answered:
    return asked(with_mall(s, suspended_districts=["west"]))


@case(MERCHANTS, 200, body=has("diner"))
def a_merchant_that_is_suspended(s: Stage) -> Answered:
    edit_merchant(with_mall(s).operator(), "mall", suspended=True)
    return asked(s)


@case(MERCHANTS, 200, body=has("diner", "east"))
def offline_a_store_is_in_the_region_of_the_terms(s: Stage) -> Answered:
    return asked(with_mall(s, {"regions": ["beijing"]}), terms_id="ten-off")


@case(MERCHANTS, 200, body=lambda text: has("diner")(text) and '"channels":["online"]' in text)
def on_the_channels_of_the_terms_alone(s: Stage) -> Answered:
    return asked(with_mall(s, {"channels": ["online"]}), terms_id="ten-off")


@case(MERCHANTS, 404, "not-found", detail="No published batch of 'season' has terms 'draft'.")
def terms_of_a_draft(s: Stage) -> Answered:
    document = campaign(a_batch(), a_batch("later", terms=["draft"]), terms=[terms(), terms("draft")])
    s.operator().send("PUT /admin/campaigns/{campaign_id}", SEASON, body=document)
    s.operator().send("POST /admin/batches/{batch_id}/publish", {"batch_id": "pack"}, body={})
    return asked(s, terms_id="draft")


@case(MERCHANTS, 200, body=has("bakery", "diner"))
def a_merchant_that_joined_by_itself(s: Stage) -> Answered:
    edit_merchant(opened(s).operator(), "bakery", **MERCHANT, campaigns=["season"])
    return asked(s)


@case(MERCHANTS, 200, body=has("diner"))
def a_merchant_that_left_again(s: Stage) -> Answered:
    opened(s)
    for campaigns in (["season"], []):
        edit_merchant(s.operator(), "bakery", **MERCHANT, campaigns=campaigns)
    return asked(s)


@case(MERCHANTS, 200, body=has("diner"))
def a_merchant_of_another_campaign(s: Stage) -> Answered:
    edit_merchant(opened(s).operator(), "bakery", **MERCHANT, campaigns=["fair"])
    return asked(s)


@case(MERCHANTS, 200, body=lambda text: text.count("merchant_id") == PAGE_MERCHANTS and '"next":"m-098"' in text)
def a_first_page(s: Stage) -> Answered:
    _many(s)
    return asked(s)


@case(MERCHANTS, 200, body=lambda text: text.count("merchant_id") == PAGE_MERCHANTS and '"next":"m-099"' in text)
def a_page_of_merchants_that_joined_by_themselves_alone(s: Stage) -> Answered:
    _many(s)
    return asked(s, cursor="e")


@case(MERCHANTS, 200, body=has("shop-099", "shop-100"))
def the_page_after_it(s: Stage) -> Answered:
    _many(s)
    return asked(s, cursor="m-098")


def _many(s: Stage) -> None:
    """The diner and 101 merchants that joined by themselves."""
    opened(s)
    for number in range(101):
        stores = [{"store_id": f"shop-{number:03}", "region": "beijing"}]
        edit_merchant(s.operator(), f"m-{number:03}", **{**MERCHANT, "stores": stores}, campaigns=["season"])


@case(
    MERCHANTS,
    400,
    "malformed",
    facts={"errors": [{"place": "query.distrct", "message": "unknown parameter; did you mean district?"}]},
)
def a_parameter_that_is_misspelt(s: Stage) -> Answered:
    return asked(opened(s), distrct="west")


@case("GET /merchant", 200, body=OWN)
def a_merchants_own_record(s: Stage) -> Answered:
    return opened(s).merchant().send("GET /merchant")


@case("GET /merchant", 200, body={**OWN, "suspended": True})
def the_own_record_of_a_merchant_that_is_suspended(s: Stage) -> Answered:
    edit_merchant(opened(s).operator(), "diner", suspended=True)
    return s.merchant().send("GET /merchant")


@case("GET /merchant", 200, body={**LATE_OWN, "late_scans_left": 1})
def late_scans_left_after_one(s: Stage) -> Answered:
    late(s, "ann")
    return s.merchant().send("GET /merchant")


@case("GET /merchant", 200, body={**LATE_OWN, "late_scans_left": 2})
def late_scans_left_the_day_after(s: Stage) -> Answered:
    late(s, "ann")
    s.clock.set("2020-06-07T00:00:00+08:00")
    return s.merchant().send("GET /merchant")


@case("GET /merchant", 200, body={**LATE_OWN, "late_scans_per_day": 1, "late_scans_left": 0})
def late_scans_left_of_fewer_than_were_taken(s: Stage) -> Answered:
    late(s, "ann", "bob")
    allow_late_scans(1)
    return s.merchant().send("GET /merchant")


@case("GET /merchant", 200, body={**LATE_OWN, "campaigns": ["fair", "season"], "late_scans_left": 1})
def late_scans_left_in_the_zone_with_the_fewest(s: Stage) -> Answered:
    """It is 7 June in Shanghai, and 6 June, the day of the late scan, in the other campaign's zone."""
    late(s, "ann")
    s.publish(campaign(a_batch("fair-pack"), campaign_id="fair", timezone="America/New_York"))
    s.clock.set("2020-06-07T00:00:00+08:00")
    return s.merchant().send("GET /merchant")


@case("GET /merchant", 200, body={**LATE_OWN, "late_scans_left": 2})
def late_scans_left_whatever_the_zone_of_a_campaign_without_the_merchant(s: Stage) -> Answered:
    late(s, "ann")
    document = campaign(a_batch("fair-pack"), campaign_id="fair", timezone="America/New_York")
    s.publish({**document, "merchants": [MALL]})
    s.clock.set("2020-06-07T00:00:00+08:00")
    return s.merchant().send("GET /merchant")


def late(s: Stage, *names: str) -> None:
    """Coupons of these persons are redeemed at the diner by scans of two minutes ago; it may send two a day."""
    opened(s)
    allow_late_scans(2)
    codes = [coupon(s, name)[1] for name in names]
    s.clock.advance(120)
    for number, code in enumerate(codes):
        assert s.merchant().redeem(f"late-{number}", code, order(), scanned_at=OPENING).status == 201


@case("GET /merchant", 403, "forbidden", detail="No merchant of this name is registered.")
def the_own_record_of_a_merchant_without_one(s: Stage) -> Answered:
    return opened(s).merchant("nobody").send("GET /merchant")
