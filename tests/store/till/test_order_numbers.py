"""What a hold or a redemption is told under an order number that is used already, or of a coupon that nobody has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coupons.sealing import CouponRef
from tests.world import KEYS, World, order

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


@pytest.mark.parametrize(("ahead", "person"), [(0, "bob"), (1, "ann")])
def test_a_code_of_a_coupon_that_nobody_claimed_is_not_found(season: World, ahead: int, person: str) -> None:
    """No claim of the person, or one of another batch of the exclusive group."""
    season.citizen("ann").put_claim("pack")
    batch = season.services.cache.batch("pack")
    season.services.cache._batches["pack"] = replace(batch, number=batch.number + ahead)
    season.services.cache._batch_ids[batch.number + ahead] = "pack"
    code = KEYS.seal_code(CouponRef(batch.number + ahead, KEYS.person(person), 0), season.now_s)
    assert told(season.merchant().redeem("o-1", code, order())) == (404, "not-found")
