"""Rationed goods by material and store."""

from __future__ import annotations

from typing import Any

from tests.api.cases import case, coupon, opened
from tests.api.stage import Stage
from tests.bus import Stream
from tests.editing import OPERATOR, edit_merchant
from tests.world import Answered, a_batch, campaign, order, terms

SUPPLIES, SEASON = "GET /campaigns/{campaign_id}/supplies", {"campaign_id": "season"}
MASKS = {
    "kind": "exchange",
    "sku": "mask-pack-10",
    "title": "Ten masks",
    "unit": {"en": "pack of ten", "zh": "包(10只)"},
    "value_minor": 1980,
}
AT_THE_DINER = {"merchants": ["diner"], "stores": ["diner"]}
ROW = {
    "material": "mask-pack-10",
    "title": "Ten masks",
    "unit": {"en": "pack of ten", "zh": "包(10只)"},
    "batch_id": "pack",
    "title_of_batch": "A pack",
    "merchant_id": "diner",
    "store_id": "diner",
    "district": "old-town",
    "status": "open",
    "opens_at": "2020-06-06T10:00:00+08:00",
    "closes_at": "2020-06-07T10:00:00+08:00",
    "allotted": 10,
    "booked": 0,
    "claimed": 0,
    "collected": 0,
    "left": 10,
}
NOW = {"campaign_id": "season", "as_of": "2020-06-06T10:00:00+08:00"}
MASK = {"sku": "mask-pack-10", "category": "masks", "tags": [], "price_minor": 1980, "quantity": 1}


def rationed(s: Stage, *more: dict[str, Any], **changes: Any) -> Stage:
    """Masks at the diner, in the batch `pack`; `more`: other terms."""
    (diner,) = campaign()["merchants"]
    store = {"store_id": "diner", "region": "beijing", "district": "old-town"}
    rules = [terms(discount=MASKS, scope=AT_THE_DINER, refund={"policy": "never"}), *more]
    batches = changes.pop("batches", [a_batch()])
    return opened(s, *batches, merchants=[{**diner, "stores": [store]}], terms=rules, **changes)


def asked(s: Stage) -> Answered:
    return s.citizen("anybody").send(SUPPLIES, SEASON)


def collect(s: Stage, name: str) -> str:
    """This citizen claims a pack and collects it by an order of its name."""
    return str(s.merchant().redeem(name, coupon(s, name)[1], order(1980, items=[MASK])).status)


def counted(s: Stage, stream: Stream) -> Answered:
    s.count(stream.records())
    return asked(s)


@case(SUPPLIES, 200, body={**NOW, "supplies": [ROW]})
def nothing_is_claimed_yet(s: Stage) -> Answered:
    return asked(rationed(s))


@case(
    SUPPLIES,
    200,
    body={**NOW, "supplies": [{**ROW, "claimed": 3, "collected": 1, "left": 7}]},
)
def three_claimed_two_collected_one_brought_back(s: Stage) -> Answered:
    stream = Stream(rationed(s))
    coupon(s, "ann")
    assert [collect(s, "bob"), collect(s, "cat")] == ["201", "201"]
    assert s.merchant().reverse("cat", "r-1", 0).status == 201
    return counted(s, stream)


@case(SUPPLIES, 200, body={**NOW, "supplies": [{**ROW, "status": "suspended"}]})
def a_suspended_store(s: Stage) -> Answered:
    rationed(s)
    assert edit_merchant(OPERATOR, "diner", suspended=True).status == 200
    return asked(s)


@case(SUPPLIES, 200, body={**NOW, "supplies": [{**ROW, "status": "suspended"}]})
def a_store_in_a_suspended_district(s: Stage) -> Answered:
    return asked(rationed(s, suspended_districts=["old-town"]))


@case(SUPPLIES, 200, body={**NOW, "supplies": [{**ROW, "status": "suspended", "district": None}]})
def a_store_that_the_merchant_gave_up(s: Stage) -> Answered:
    rationed(s)
    stores = [{"store_id": "second", "region": "beijing"}]
    assert edit_merchant(OPERATOR, "diner", stores=stores).status == 200
    return asked(s)


EARLIER = "2020-06-05T10:00:00+08:00"
BOOKABLE = {"booking": {"opens_at": EARLIER, "closes_at": "2020-06-06T10:00:00+08:00", "required": True}}


@case(SUPPLIES, 200, body={**NOW, "supplies": [{**ROW, "booked": 1}]})
def one_of_two_bookings_stands(s: Stage) -> Answered:
    s.clock.set(EARLIER)
    stream, path = Stream(rationed(s, batches=[a_batch(**BOOKABLE)])), {"batch_id": "pack"}
    for name in ("ann", "bob"):
        assert s.citizen(name).send("PUT /batches/{batch_id}/booking", path, body={}).status == 201
    s.citizen("bob").send("DELETE /batches/{batch_id}/booking", path)
    s.clock.set(NOW["as_of"])
    return counted(s, stream)


def is_over(text: str) -> bool:
    """Counted by the schedule, although no stream was read."""
    return '"status":"closed"' in text and '"booked":1,"claimed":1,"collected":0,"left":9' in text


@case(SUPPLIES, 200, body=is_over)
def a_batch_that_is_over(s: Stage) -> Answered:
    s.clock.set(EARLIER)
    rationed(s, batches=[a_batch(**BOOKABLE)])
    s.citizen("ann").send("PUT /batches/{batch_id}/booking", {"batch_id": "pack"}, body={})
    s.clock.set(NOW["as_of"])
    coupon(s, "ann")
    for moment in ("2020-06-06T10:00:30+08:00", "2020-06-07T10:00:00+08:00", "2020-06-07T10:00:31+08:00"):
        s.clock.set(moment)
        s.tick()
    s.tick()
    return asked(s)


TWO_STORES = {"merchants": ["diner"], "stores": ["diner", "second"]}


@case(SUPPLIES, 200, body={**NOW, "supplies": []})
def what_is_no_allotment_of_one_store(s: Stage) -> Answered:
    """Money off, an exchange anywhere or at two stores, and a pack of two coupons."""
    several = {
        "money": terms("money", scope=AT_THE_DINER),
        "anywhere": terms("anywhere", discount=MASKS),
        "two-stores": terms("two-stores", discount=MASKS, scope=TWO_STORES),
    }
    batches = [a_batch(name, terms=[name]) for name in several]
    return asked(rationed(s, *several.values(), batches=[*batches, a_batch("both", terms=["ten-off", "ten-off"])]))


@case(SUPPLIES, 404, "not-found", detail="No published campaign 'season'.")
def no_such_campaign(s: Stage) -> Answered:
    return asked(s)
