"""An order number that is used already: what a hold or a redemption under it is told."""

from __future__ import annotations

from typing import Any

from tests.world import World, order

HOLD = "/orders/{order_no}/hold"


def shown_code(world: World) -> str:
    ann = world.citizen("ann")
    return ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])


def told(answer: Any) -> tuple[int, str]:
    return answer.status, str(answer.json["type"]).rpartition("/")[2].rpartition(":")[2]


def test_a_redemption_without_a_hold_is_no_hold_to_repeat(season: World) -> None:
    """A hold of the same coupon for the same order and content is a conflict once the order is redeemed."""
    code, shop = shown_code(season), season.merchant()
    assert shop.redeem("o-1", code, order()).status == 201
    body = {"code": code, "order": order(), "ttl_s": 60}
    assert told(shop.send(f"PUT {HOLD}", {"order_no": "o-1"}, body=body)) == (409, "order-conflict")


def test_a_cancelled_order_redeems_nothing_without_a_code(season: World) -> None:
    """It holds no coupon, and its number is used up."""
    shop = season.merchant()
    assert shop.send(f"DELETE {HOLD}", {"order_no": "o-1"}).status == 200
    assert told(shop.redeem("o-1", None, order())) == (409, "order-conflict")
