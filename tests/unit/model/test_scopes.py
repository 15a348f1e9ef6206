"""Lists of merchants and the till agree on where a coupon can be used."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coupons.model.assessment import Till, assess
from coupons.model.claims import Coupon
from coupons.model.merchants import MerchantRecord
from coupons.model.orders import Order
from coupons.model.scopes import accepting_stores, channels_in
from coupons.model.terms import Terms
from tests.world import order, seconds, terms

NOW_S = seconds("2020-06-06T12:00:00+08:00")
COUPON = Coupon("available", NOW_S, NOW_S + 86_400)
CHANNELS, PLACES, DISTRICTS = ["offline", "online"], ["beijing", "hebei"], ["east", "west"]


def some(*of: str, least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(of), unique=True, min_size=least)


def of_one_merchant(scope: dict[str, Any]) -> dict[str, Any]:
    """A scope can name stores of one merchant only."""
    return scope if len(scope["merchants"]) == 1 else {**scope, "stores": []}


SCOPES = st.fixed_dictionaries(
    {
        "merchants": some("diner", "mall"),
        "stores": some("s0", "s1"),
        "merchant_categories": some("catering", "retail"),
        "merchant_tags": some("old", "new"),
        "channels": some(*CHANNELS),
        "regions": some(*PLACES),
    }
).map(of_one_merchant)
STORES = st.tuples(st.sampled_from(PLACES), st.sampled_from([*DISTRICTS, None]))
MERCHANTS = st.fixed_dictionaries(
    {
        "title": st.just("Diner"),
        "category": st.sampled_from(["catering", "retail"]),
        "tags": some("old", "new"),
        "channels": some(*CHANNELS, least=1),
        "stores": st.lists(STORES, min_size=1, max_size=3).map(
            lambda found: [{"store_id": f"s{n}", "region": r, "district": d} for n, (r, d) in enumerate(found)]
        ),
    }
)


@given(SCOPES, MERCHANTS, some(*DISTRICTS))
def test_a_listed_store_takes_some_order_and_no_other_does(
    scope: dict[str, Any], merchant: dict[str, Any], suspended: list[str]
) -> None:
    """A store is listed exactly if the till accepts an order there, on one of the listed channels."""
    found = Terms.model_validate_json(json.dumps(terms(scope=scope)))
    record = MerchantRecord.model_validate(merchant)
    till = Till("diner", record, enrolled=True, suspended_districts=frozenset(suspended))
    accepted = {
        (store.store_id, channel)
        for store, channel, region in product(record.stores, CHANNELS, PLACES)
        if assess(found, _order(store.store_id, channel, region), till, COUPON, NOW_S, "Asia/Shanghai").eligible
    }
    listed = accepting_stores(found.scope, "diner", record, suspended)
    assert [store.store_id for store in listed] == sorted({store_id for store_id, _ in accepted})
    assert {channel for _, channel in accepted} <= set(channels_in(found.scope, record))


def _order(store_id: str, channel: str, region: str) -> Order:
    return Order.model_validate_json(json.dumps(order(store_id=store_id, channel=channel, region=region)))
