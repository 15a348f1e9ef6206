"""What a venue is paid for a check-in: its slot as an order, by the terms of its batch."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.assessment import Till
from coupons.model.batches import PublishedBatch
from coupons.model.merchants import MerchantRecord
from coupons.model.slots import Slot
from coupons.model.venue_orders import Visit, order_of, payable_at_door_minor, visit_of
from tests.court import DAY, a_slot, bookable, facility
from tests.unit.published import published
from tests.venues import CLOSES, OPENS, court_terms, courts, document
from tests.world import parsed, seconds

STORE = {"store_id": "diner", "region": "beijing", "district": "east"}
FREE = {"kind": "exchange", "sku": "court", "title": "An hour", "value_minor": 6_000}
CHECKED_IN_S = seconds(f"{DAY}T08:55:00+08:00")


def record(**changes: Any) -> MerchantRecord:
    made = {"title": "Hall", "category": "sports-venue", "channels": ["offline"], "stores": [STORE]}
    return MerchantRecord.model_validate(made | changes)


def batch(**terms: Any) -> PublishedBatch:
    return published(parsed(document(courts(), terms=[court_terms(**terms)])))


def slot(hhmm: str = "0900", day: str = DAY, **changes: Any) -> Slot:
    return a_slot(hhmm, day, bookable(facilities=[facility(subsidy_batch="courts", **changes)]))


def visit(terms: dict[str, Any] | None = None, at_s: int = CHECKED_IN_S, **changes: Any) -> Visit:
    till = changes.pop("till", Till("diner", record(), enrolled=True))
    left = changes.pop("ceiling_left_minor", None)
    return visit_of(batch(**(terms or {})), changes.pop("slot", slot()), till, at_s, ceiling_left_minor=left)


def test_the_order_of_a_slot() -> None:
    """It costs what the slot costs, at the venue's store, and holds the facility."""
    order = order_of(slot(), record())
    assert (order.total_minor, order.store_id, order.region, order.channel) == (6_000, "diner", "beijing", "offline")
    [item] = order.items
    assert item.model_dump() == {"sku": "court", "category": "sport", "tags": [], "price_minor": 6_000, "quantity": 1}


def test_a_store_that_is_gone_is_still_named() -> None:
    """The order names it, in the venue's district, and no terms pay for it."""
    gone = record(stores=[{"store_id": "other", "region": "beijing"}])
    assert (order_of(slot(), gone).store_id, order_of(slot(), gone).region) == ("diner", "east")
    assert visit(till=Till("diner", gone, enrolled=True)).reasons == ("merchant",)


def test_the_terms_pay_their_part() -> None:
    """20.00 of 60.00, split over the funders; the person pays the rest."""
    found = visit()
    assert (found.reasons, found.amounts.discount_minor, found.amounts.payable_minor) == ((), 2_000, 4_000)
    assert found.amounts.by_funder == {"city": 1_000, "platform": 1_000}


def test_a_free_hour_is_an_exchange_of_the_facility() -> None:
    """The person pays nothing; another facility's hour is not the item."""
    assert visit({"discount": FREE}).amounts.payable_minor == 0
    assert visit({"discount": FREE | {"sku": "pool"}}).reasons == ("tag",)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"at_s": seconds(OPENS) - 1}, ("not-yet-valid",)),
        ({"at_s": seconds(OPENS)}, ()),
        ({"at_s": seconds(CLOSES) - 1}, ()),
        ({"at_s": seconds(CLOSES)}, ("window",)),
        ({"slot": slot(day="2020-06-07")}, ("window",)),
        ({"slot": slot(day="2020-06-15")}, ("window",)),
        ({"slot": slot(price_minor=5_999)}, ("min-spend",)),
        ({"terms": {"blackout_dates": [DAY]}}, ("window",)),
        ({"terms": {"scope": {"item_categories": ["sport"], "regions": ["beijing"]}}}, ()),
        ({"terms": {"scope": {"regions": ["hubei"]}}}, ("region",)),
        ({"till": Till("diner", record(suspended=True), enrolled=True)}, ("merchant",)),
        ({"till": Till("diner", record(), enrolled=False)}, ("merchant",)),
        ({"till": Till("diner", record(), enrolled=True, suspended_districts=frozenset({"east"}))}, ("region",)),
        ({"ceiling_left_minor": 2_000}, ()),
        ({"ceiling_left_minor": 1_999}, ("ceiling",)),
        ({"ceiling_left_minor": 0, "slot": slot(price_minor=1)}, ("min-spend",)),
    ],
)
def test_what_is_not_paid_says_why(changes: dict[str, Any], reasons: tuple[str, ...]) -> None:
    """Outside the window of batch or terms, below the threshold, out of scope, suspended, above the ceiling."""
    found = visit(**changes)
    assert found.reasons == reasons
    assert (found.amounts.discount_minor > 0) == (not reasons)
    assert found.amounts.payable_minor + found.amounts.discount_minor == found.order.total_minor


@pytest.mark.parametrize(
    ("terms", "changes", "payable_minor"),
    [
        ({}, {}, 4_000),
        ({"discount": FREE}, {}, 0),
        ({"discount": FREE | {"value_minor": 4_500}}, {}, 1_500),
        ({"merchant_match": [{"starts_at": OPENS, "basis_points": 5_000}]}, {}, 3_000),
        ({}, {"price_minor": 5_999}, 5_999),
        ({"blackout_dates": [DAY]}, {}, 6_000),
        ({"usable": [{"weekdays": ["wed"], "starts": "09:00", "ends": "10:00"}]}, {}, 4_000),
        ({"usable": [{"weekdays": ["wed"], "starts": "09:00", "ends": "10:00"}]}, {"hhmm": "1000"}, 6_000),
        ({}, {"day": "2020-06-07"}, 6_000),
        ({}, {"day": "2020-06-15"}, 6_000),
        ({"scope": {"merchants": ["diner"], "regions": ["beijing"], "item_categories": ["sport"]}}, {}, 4_000),
    ],
)
def test_what_a_visitor_pays_at_the_door(terms: dict[str, Any], changes: dict[str, Any], payable_minor: int) -> None:
    """By the terms when the slot begins; the price where they pay nothing."""
    at_door = slot(**changes)
    assert payable_at_door_minor(batch(**terms), at_door) == payable_minor
    if at_door.starts_at_s >= seconds(OPENS):
        assert visit(terms, at_door.starts_at_s, slot=at_door).amounts.payable_minor == payable_minor
