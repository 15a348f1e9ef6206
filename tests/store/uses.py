"""A shop under limits of uses: Ann's four coupons, and what a till does with them."""

from __future__ import annotations

from typing import Any

from coupons.model.limits import CountLimit, period_of
from coupons.model.uses import Uses
from coupons.sealing import CouponRef
from coupons.stores import keys
from tests.world import KEYS, World, a_batch, campaign, order, terms

DAILY: dict[str, Any] = {
    "kind": "count",
    "limit_id": "daily",
    "per": "person",
    "period": "day",
    "counts": "redemptions",
    "packs_max": 1,
}
PACKS = ["a", "b", "c", "d"]
EVENING = "2020-06-06T23:40:00+08:00"
MIDNIGHT = "2020-06-07T00:00:00+08:00"


def shop(world: World, *limits: dict[str, Any], **rules: Any) -> World:
    """Ann has a coupon of each of four batches under the limits, or under one use a day; it is twenty to midnight."""
    limits = limits or (DAILY,)
    ids = [limit["limit_id"] for limit in limits]
    world.publish(campaign(*[a_batch(name, limits=ids) for name in PACKS], limits=list(limits), terms=[terms(**rules)]))
    for name in PACKS:
        assert world.citizen("ann").put_claim(name).status == 201
    world.clock.set(EVENING)
    return world


def code(world: World, pack: str) -> str:
    return KEYS.seal_code(CouponRef(world.services.cache.batch(pack).number, KEYS.person("ann"), 0), world.now_s)


def use(world: World, pack: str, order_no: str = "", **more: Any) -> str:
    """`used`, `again`, or why Ann's coupon was not redeemed; the order is named after the pack."""
    answer = world.merchant().redeem(order_no or f"o-{pack}", code(world, pack), order(), **more)
    return _told(answer, "used")


def use_held(world: World, pack: str) -> str:
    return _told(world.merchant().redeem(f"o-{pack}", None, order()), "used")


def hold(world: World, pack: str, ttl_s: int = 600) -> str:
    body = {"code": code(world, pack), "order": order(), "ttl_s": ttl_s}
    path = {"order_no": f"o-{pack}"}
    return _told(world.merchant().send("PUT /orders/{order_no}/hold", path, body=body), "held")


def release(world: World, pack: str) -> str:
    return _told(world.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": f"o-{pack}"}), "released")


def reverse(world: World, pack: str, amount_minor: int = 4000, number: str = "r-1") -> bool:
    """Whether the coupon came back; a code of a minute later brings it again."""
    answer = world.merchant().reverse(f"o-{pack}", number, amount_minor)
    assert answer.status == 201, answer.text
    world.clock.advance(60)
    return bool(answer.json["coupon_returned"])


def _told(answer: Any, done: str) -> str:
    if answer.slug:
        return str(answer.json.get("reason") or answer.json.get("coupon_status") or answer.slug)
    return "again" if answer.is_replay else done


def counted(world: World, limit: dict[str, Any] = DAILY) -> Uses:
    """What is counted of Ann in the period of now."""
    parsed = CountLimit.model_validate(limit)
    period = period_of(parsed, world.now_s, "Asia/Shanghai")
    (found,) = world.services.limits.uses([keys.limit("season", parsed.limit_id, KEYS.person("ann"), period)])
    return found
