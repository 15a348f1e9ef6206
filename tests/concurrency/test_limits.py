"""Sixteen tills with sixteen coupons of one person under one limit of uses: never one too many, and none is lost."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from coupons.model.uses import Uses
from coupons.process.services import Services
from coupons.refusals import NotEligible
from coupons.stores import keys
from coupons.till import holds, reversals
from tests.concurrency.faults import Conflicts
from tests.concurrency.racing import DAY, THREADS, Arena, accepted, an_order, at_once, refusals
from tests.concurrency.test_till import patient
from tests.world import KEYS, a_batch, campaign, terms

USES = 5
LIMIT: dict[str, Any] = {
    "kind": "count",
    "limit_id": "daily",
    "per": "person",
    "period": "day",
    "counts": "redemptions",
    "packs_max": USES,
}


@pytest.fixture
def shop(arena: Arena) -> Arena:
    """Ann has a coupon of each of sixteen places in two packs; transactions conflict as on DynamoDB itself."""
    packs = [a_batch(name, terms=["ten-off"] * 8, limits=["daily"]) for name in ("pack", "more")]
    arena.publish(campaign(*packs, limits=[LIMIT], terms=[terms()]))
    for name in ("pack", "more"):
        arena.claim(arena.services, "ann", name)
    conflicts = Conflicts()
    arena.clients = [conflicts.client(client) for client in arena.clients]
    return arena


def code(shop: Arena, number: int) -> str:
    return KEYS.seal_code(shop.ref("ann", number % 8, "pack" if number < 8 else "more"), shop.now_s)


def use(shop: Arena, services: Services, number: int) -> str:
    return patient(lambda: shop.redeem(services, f"order-{number}", code(shop, number)))[0].order_no


def hold(shop: Arena, services: Services, number: int, ttl_s: int = 600) -> None:
    brought, now_s = code(shop, number), shop.now_s
    order_no = f"order-{number}"
    patient(
        lambda: holds.hold(services, "diner", order_no, an_order(), code=brought, ttl_s=ttl_s, now_s=now_s),
    )


def counted(shop: Arena) -> Uses:
    (found,) = shop.services.limits.uses([keys.limit("season", "daily", KEYS.person("ann"), DAY)])
    return found


def all_at_once(shop: Arena, call: Any) -> list[Any]:
    return at_once([partial(call, shop, services, number) for number, services in enumerate(shop.environments())])


def test_as_many_are_used_as_the_limit_says(shop: Arena) -> None:
    """Five of sixteen; eleven are told of the limit; their reversals, each sent twice at once, give back five."""
    told = all_at_once(shop, use)
    used = accepted(told)
    assert (len(used), [type(one) for one in refusals(told)]) == (USES, [NotEligible] * (THREADS - USES))
    assert counted(shop).used == USES == len(shop.lines())

    def undo(services: Services, order_no: str) -> None:
        patient(lambda: reversals.reverse(services, "diner", order_no, "r-1", 4000, shop.now_s))

    environments = shop.environments()
    assert refusals(at_once([partial(undo, environments[n], order_no) for n, order_no in enumerate(used * 2)])) == []
    assert counted(shop).used == 0


def test_holds_that_end_every_way_leave_what_was_used(shop: Arena) -> None:
    """Each till holds, and then redeems, releases or forgets; afterwards the rest of the limit can be used, no more."""

    def visit(shop: Arena, services: Services, number: int) -> bool:
        hold(shop, services, number, 60)
        if number % 3 == 0:
            patient(lambda: shop.redeem(services, f"order-{number}", None))
        elif number % 3 == 1:
            patient(lambda: holds.release(services, "diner", f"order-{number}", shop.now_s))
        return number % 3 == 0

    told = all_at_once(shop, visit)
    used = accepted(told).count(True)
    assert {type(one) for one in refusals(told)} <= {NotEligible}
    now = counted(shop)
    assert now.used == used == len(shop.lines())
    assert now.used + len(now.held) <= USES
    shop.clock.advance(60)
    fresh = [n for n in range(THREADS) if shop.services.orders.get("diner", f"order-{n}") is None]
    later = at_once([partial(use, shop, services, n) for n, services in zip(fresh, shop.environments(), strict=False)])
    assert len(accepted(later)) == min(USES - used, len(fresh))
    assert counted(shop).used == len(shop.lines()) <= USES
