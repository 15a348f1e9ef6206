"""What a coupon is worth for an order: every reason and every kind of discount, at its borders."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.model.assessment import Assessment, Till, assess
from coupons.model.claims import Coupon
from coupons.model.merchants import MerchantRecord
from coupons.model.orders import LineAmounts, Order
from coupons.model.terms import Terms
from tests.world import order, seconds, terms

NOW_S = seconds("2020-06-06T12:00:00+08:00")
COUPON = Coupon("available", NOW_S - 3600, NOW_S + 86_400)
PERCENT = {"kind": "percent_off", "threshold_minor": 1000, "basis_points": 1000, "cap_minor": 500}
SWIM = {"kind": "exchange", "sku": "swim", "title": "A swim", "value_minor": 3000}
LITTLE = {**PERCENT, "threshold_minor": 0}
OLD_TOWN = {"store_id": "diner", "region": "beijing", "district": "old-town"}


def till(**changes: Any) -> Till:
    """The diner: a caterer with one store in Beijing, on both channels."""
    enrolled, suspended = changes.pop("enrolled", True), frozenset(changes.pop("suspended_districts", ()))
    record = {
        "title": "Diner",
        "category": "catering",
        "tags": ["old-town"],
        "channels": ["offline", "online"],
        "stores": [{"store_id": "diner", "region": "beijing"}],
        **changes,
    }
    return Till("diner", MerchantRecord.model_validate(record), enrolled, suspended)


def judge(
    term: dict[str, Any], what: dict[str, Any], at: Till | None, *, coupon: Coupon = COUPON, now_s: int = NOW_S
) -> Assessment:
    found = Terms.model_validate_json(json.dumps(terms(**term)))
    return assess(found, Order.model_validate_json(json.dumps(what)), at, coupon, now_s, "Asia/Shanghai")


def item(sku: str = "noodles", *, price_minor: int = 6000, **changes: Any) -> dict[str, Any]:
    return {"sku": sku, "category": "meal", "tags": [], "price_minor": price_minor, "quantity": 1, **changes}


REASONS: dict[str, tuple[dict[str, Any], dict[str, Any], Till | None, tuple[str, ...]]] = {
    "it fits": ({}, {}, till(), ()),
    "no such merchant": ({}, {}, None, ("merchant",)),
    "not enrolled": ({}, {}, till(enrolled=False), ("merchant",)),
    "suspended": ({}, {}, till(suspended=True), ("merchant",)),
    "no such store": ({}, {"store_id": "other"}, till(), ("merchant",)),
    "listed merchant": ({"scope": {"merchants": ["cafe", "diner"]}}, {}, till(), ()),
    "another merchant": ({"scope": {"merchants": ["cafe"]}}, {}, till(), ("merchant",)),
    "merchant's category": ({"scope": {"merchant_categories": ["catering"]}}, {}, till(), ()),
    "merchant of another category": ({"scope": {"merchant_categories": ["books"]}}, {}, till(), ("category",)),
    "merchant's tag": ({"scope": {"merchant_tags": ["new", "old-town"]}}, {}, till(), ()),
    "merchant without the tag": ({"scope": {"merchant_tags": ["new"]}}, {}, till(), ("tag",)),
    "channel of the terms": ({"scope": {"channels": ["offline"]}}, {}, till(), ()),
    "another channel": ({"scope": {"channels": ["online"]}}, {}, till(), ("channel",)),
    "channel the merchant lacks": ({}, {}, till(channels=["online"]), ("channel",)),
    "region": ({"scope": {"regions": ["beijing"]}}, {}, till(), ()),
    "order from elsewhere": ({"scope": {"regions": ["beijing"]}}, {"region": "tianjin"}, till(), ("region",)),
    "store elsewhere": (
        {"scope": {"regions": ["beijing"]}},
        {},
        till(stores=[{"store_id": "diner", "region": "tianjin"}]),
        ("region",),
    ),
    "online store elsewhere, delivered here": (
        {"scope": {"regions": ["beijing"]}},
        {"channel": "online"},
        till(stores=[{"store_id": "diner", "region": "tianjin"}]),
        (),
    ),
    "district suspended": ({}, {}, till(stores=[OLD_TOWN], suspended_districts=["old-town"]), ("region",)),
    "district suspended, online": (
        {},
        {"channel": "online"},
        till(stores=[OLD_TOWN], suspended_districts=["new-town", "old-town"]),
        ("region",),
    ),
    "district suspended, and the region is wrong too": (
        {"scope": {"regions": ["tianjin"]}},
        {},
        till(stores=[OLD_TOWN], suspended_districts=["old-town"]),
        ("region",),
    ),
    "another district suspended": ({}, {}, till(stores=[OLD_TOWN], suspended_districts=["new-town"]), ()),
    "a district suspended, the store in none": ({}, {}, till(suspended_districts=["old-town"]), ()),
    "item's category": ({"scope": {"item_categories": ["meal"]}}, {}, till(), ()),
    "no item of the category": ({"scope": {"item_categories": ["book"]}}, {}, till(), ("category", "min-spend")),
    "no item with the tag": ({"scope": {"item_tags": ["green"]}}, {}, till(), ("tag", "min-spend")),
    "category and tag on one item": (
        {"scope": {"item_categories": ["meal"], "item_tags": ["green"]}},
        {"items": [item(tags=["green", "hot"])]},
        till(),
        (),
    ),
    "category and tag on two items": (
        {"scope": {"item_categories": ["meal"], "item_tags": ["green"]}},
        {"items": [item(), item(category="book", tags=["green"])]},
        till(),
        ("tag", "min-spend"),
    ),
    "merchant's and items' category": (
        {"scope": {"merchant_categories": ["books"], "item_categories": ["book"]}},
        {},
        till(),
        ("category", "min-spend"),
    ),
    "merchant's and items' tag": (
        {"scope": {"merchant_tags": ["new"], "item_tags": ["green"]}},
        {},
        till(),
        ("tag", "min-spend"),
    ),
    "exchange without the good": ({"discount": SWIM}, {}, till(), ("tag",)),
    "exchange, and the tag is missing too": (
        {"discount": SWIM, "scope": {"item_tags": ["green"]}},
        {"items": [item("swim")]},
        till(),
        ("tag",),
    ),
    "ten per cent of nine": ({"discount": LITTLE}, {"total_minor": 9}, till(), ("no-discount",)),
    "ten per cent of ten": ({"discount": LITTLE}, {"total_minor": 10}, till(), ()),
    "an order of nothing": ({"discount": LITTLE}, {"total_minor": 0}, till(), ("no-discount",)),
    "an exchange at no price": ({"discount": SWIM}, {"items": [item("swim", price_minor=0)]}, till(), ("no-discount",)),
    "an exchange in an order of nothing": (
        {"discount": SWIM},
        {"total_minor": 0, "items": [item("swim")]},
        till(),
        ("no-discount",),
    ),
    "nothing off, but another reason says why already": (
        {"discount": LITTLE, "scope": {"item_categories": ["book"]}},
        {"total_minor": 0},
        till(),
        ("category",),
    ),
    "everything at once": (
        {
            "scope": {
                "merchants": ["cafe"],
                "merchant_categories": ["books"],
                "merchant_tags": ["new"],
                "channels": ["online"],
                "regions": ["tianjin"],
            }
        },
        {"total_minor": 100},
        till(),
        ("merchant", "category", "tag", "channel", "region", "min-spend"),
    ),
}


@pytest.mark.parametrize(("term", "what", "at", "reasons"), REASONS.values(), ids=REASONS)
def test_every_reason_is_given(term: dict[str, Any], what: dict[str, Any], at: Till | None, reasons: object) -> None:
    """An order that does not fit gets every reason, is payable in full, and has no discount."""
    total_minor = what.pop("total_minor", 6000) if what else 6000
    found = judge(term, {**order(total_minor), **what}, at)
    assert found.reasons == reasons
    if reasons:
        assert found == Assessment(found.reasons, LineAmounts(0, 0, total_minor, ()), found.missing_minor)
    assert (found.missing_minor > 0) is ("min-spend" in reasons)


TWO = [item(price_minor=4000), item(price_minor=1000, quantity=2, tags=["green"])]
MISSING: list[tuple[dict[str, Any], dict[str, Any], int]] = [
    ({}, order(4999), 1),
    ({"scope": {"item_tags": ["green"]}}, {**order(6000), "items": TWO}, 3000),
    ({"scope": {"channels": ["online"]}}, order(4200), 800),
    ({"discount": SWIM}, order(1), 0),
]


@pytest.mark.parametrize(("term", "what", "missing_minor"), MISSING)
def test_what_is_missing_from_the_threshold(term: dict[str, Any], what: dict[str, Any], missing_minor: int) -> None:
    """The goods that count, and the whole order at most; also beside another reason. An exchange has no threshold."""
    assert judge(term, what, till()).missing_minor == missing_minor


AMOUNTS: list[tuple[dict[str, Any], dict[str, Any], tuple[int, int, int] | None]] = [
    ({}, order(4999), None),
    ({}, order(5000), (1000, 1000, 3000)),
    ({}, order(5001), (1000, 1000, 3001)),
    ({}, order(6000), (1000, 1000, 4000)),
    # all of it off, so that nothing is left to match
    ({"discount": {"kind": "amount_off", "threshold_minor": 1000, "amount_minor": 1000}}, order(1000), (1000, 0, 0)),
    ({"discount": {"kind": "amount_off", "threshold_minor": 1000, "amount_minor": 1000}}, order(1001), (1000, 1, 0)),
    # 10 % from 10.00 on, at most 5.00, rounded down
    ({"discount": PERCENT, "merchant_match": []}, order(999), None),
    ({"discount": PERCENT, "merchant_match": []}, order(1000), (100, 0, 900)),
    ({"discount": PERCENT, "merchant_match": []}, order(1009), (100, 0, 909)),
    ({"discount": PERCENT, "merchant_match": []}, order(1010), (101, 0, 909)),
    ({"discount": PERCENT, "merchant_match": []}, order(4999), (499, 0, 4500)),
    ({"discount": PERCENT, "merchant_match": []}, order(5000), (500, 0, 4500)),
    ({"discount": PERCENT, "merchant_match": []}, order(5010), (500, 0, 4510)),
    # one swim of those bought, worth at most 30.00, and never more than the order costs
    ({"discount": SWIM, "merchant_match": []}, order(2999, items=[item("swim", price_minor=2999)]), (2999, 0, 0)),
    ({"discount": SWIM, "merchant_match": []}, order(3001, items=[item("swim", price_minor=3001)]), (3000, 0, 1)),
    (
        {"discount": SWIM, "merchant_match": []},
        order(6000, items=[item("swim", price_minor=3000, quantity=2)]),
        (3000, 0, 3000),
    ),
    ({"discount": SWIM, "merchant_match": []}, order(500, items=[item("swim", price_minor=3000)]), (500, 0, 0)),
    # of several lines the dearest swim in scope, at any place
    *[
        (
            {"discount": SWIM, "merchant_match": [], "scope": {"item_categories": ["meal"]}},
            order(9000, items=[*[item("swim", price_minor=price) for price in prices], item("swim", category="book")]),
            (worth, 0, 9000 - worth),
        )
        for prices, worth in [([500, 1500], 1500), ([0, 1500], 1500), ([1500, 500], 1500), ([2999, 3001, 3000], 3000)]
    ],
    # only items in scope count, and the merchant's own discount has come off already
    ({"scope": {"item_categories": ["meal"]}}, order(9000, items=[item(price_minor=4999)]), None),
    ({"scope": {"item_categories": ["meal"]}}, order(9000, items=[item(price_minor=5000)]), (1000, 1000, 7000)),
    ({"scope": {"item_tags": ["hot"]}}, order(4999, items=[item(price_minor=9000, tags=["hot"])]), None),
    (
        {"scope": {"item_categories": ["meal"]}},
        order(5000, items=[item(price_minor=2500, quantity=2), item(category="book", price_minor=1)]),
        (1000, 1000, 3000),
    ),
    # without item rules the order's total counts, whatever its items add up to
    ({}, order(5000, items=[item(price_minor=1)]), (1000, 1000, 3000)),
]


@pytest.mark.parametrize(("term", "what", "amounts"), AMOUNTS)
def test_amounts(term: dict[str, Any], what: dict[str, Any], amounts: tuple[int, int, int] | None) -> None:
    """Discount, match and payable of each kind at its borders; None is below the threshold."""
    found = judge(term, what, till())
    if amounts is None:
        assert found.reasons == ("min-spend",)
    else:
        worth = found.amounts
        assert (worth.discount_minor, worth.merchant_match_minor, worth.payable_minor) == amounts
        assert sum(line.amount_minor for line in worth.funding) == worth.discount_minor


minor = st.integers(0, 10**11)
discounts = st.one_of(
    st.tuples(minor, st.integers(1, 10**11)).map(
        lambda pair: {"kind": "amount_off", "threshold_minor": max(pair), "amount_minor": min(pair) or 1}
    ),
    st.builds(
        dict,
        kind=st.just("percent_off"),
        threshold_minor=minor,
        basis_points=st.integers(1, 10_000),
        cap_minor=st.integers(1, 10**11),
    ),
    st.builds(dict, kind=st.just("exchange"), sku=st.just("a"), title=st.just("t"), value_minor=st.integers(1, 10**11)),
)
items = st.lists(
    st.builds(
        item,
        st.sampled_from("ab"),
        price_minor=minor,
        quantity=st.integers(1, 10_000),
        category=st.sampled_from(["meal", "book"]),
    ),
    min_size=1,
    max_size=4,
)


@given(discounts, minor, items, st.integers(0, 100_000), st.integers(1, 9_999), st.booleans())
@example({"kind": "amount_off", "threshold_minor": 1, "amount_minor": 1}, 1, [item()], 100_000, 1, False)
@example(LITTLE, 9, [item()], 0, 1, False)
@example({**SWIM, "sku": "a"}, 0, [item("a")], 0, 1, False)
def test_whatever_the_order_the_money_adds_up(
    discount: dict[str, Any], total_minor: int, bought: list[dict[str, Any]], match: int, share: int, scoped: bool
) -> None:
    """Discount + match + payable = total, none below zero, and the funding lines add up to the discount."""
    term = {
        "discount": discount,
        "merchant_match": [{"starts_at": "2020-01-01T00:00:00Z", "basis_points": match}],
        "funding": [
            {"funder_id": "city", "basis_points": share},
            {"funder_id": "shop", "basis_points": 10_000 - share},
        ],
        "scope": {"item_categories": ["meal"]} if scoped else {},
    }
    found = judge(term, order(total_minor, items=bought), till())
    worth = found.amounts
    assert worth.discount_minor + worth.merchant_match_minor + worth.payable_minor == total_minor
    assert min(worth.discount_minor, worth.merchant_match_minor, worth.payable_minor) >= 0
    assert sum(line.amount_minor for line in worth.funding) == worth.discount_minor
    assert all(line.amount_minor >= 0 for line in worth.funding)
    assert found.eligible is not bool(found.reasons)
    assert (worth.discount_minor >= 1) is found.eligible
