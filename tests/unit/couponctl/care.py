"""A stack with the batch `care`, whose sheets couponctl prints."""

from __future__ import annotations

from typing import Any

from tests.unit.couponctl.scripted_stack import Reply, Stack

CLAIM, FOUND = "PUT /batches/care/claim", "GET /batches/care/claim"
UNTIL = "2020-08-31T23:59:59+08:00"


def coupon(number: int, status: str = "available") -> dict[str, Any]:
    return {
        "coupon_id": f"A{number}",
        "batch_id": "care",
        "terms_id": "care-100",
        "title": {"en": "100 yuan", "zh": "100元"} if number == 1 else "50 yuan",
        "status": status,
        "valid_from": "2020-06-06T10:00:00+08:00",
        "expires_at": "2020-06-20T10:00:00+08:00",
    }


def claimed(*coupons: dict[str, Any]) -> dict[str, Any]:
    return {"batch_id": "care", "claimed_at": "2020-06-06T10:00:00+08:00", "coupons": list(coupons)}


SCOPE = {
    "merchants": [],
    "merchant_categories": ["catering"],
    "merchant_tags": [],
    "item_categories": [],
    "item_tags": [],
    "channels": ["offline"],
    "regions": ["beijing"],
}
TERMS = {
    "terms_id": "care-100",
    "discount": {"kind": "amount_off", "threshold_minor": 10000, "amount_minor": 2000},
    "usable": [],
    "blackout_dates": [],
    "scope": SCOPE,
}
SEASON = {
    "campaign_id": "season",
    "title": {"en": "A season", "zh": "消费季"},
    "timezone": "Asia/Shanghai",
    "currency": "CNY",
    "suspended_districts": [],
}
DINER = {
    "title": {"en": "Diner", "zh": "小馆"},
    "stores": [{"store_id": "diner", "region": "beijing", "district": "east"}],
}
SHOPS = "GET /campaigns/season/merchants"


def with_care(stack: Stack) -> Stack:
    """The stack answers all that `assist care` asks: two coupons of the batch, their season and its diner."""
    stack.on("GET /batches/care", Reply(body={"batch_id": "care", "campaign_id": "season", "coupons": [TERMS]}))
    stack.on("GET /admin/campaigns/season", Reply(body=SEASON))
    stack.on(SHOPS, Reply(body={"merchants": [DINER], "next": None}))
    stack.on(CLAIM, Reply(201, claimed(coupon(1), coupon(2))))
    for number in (1, 2):
        printed = {"code": f"P{number}__abcd", "pin": f"{number:06d}", "expires_at": UNTIL}
        stack.on(f"POST /coupons/A{number}/code", Reply(body=printed))
    return stack
