"""A batch is voided: no till takes its issued coupons any more, and redemptions stay."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.operate.controls import stop
from coupons.process.services import replace_services
from tests.world import World, order

PATH = {"order_no": "o-1"}


@pytest.fixture
def code(season: World) -> str:
    """Ann's coupon, about to be scanned."""
    ann = season.citizen("ann")
    return ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])


def void(world: World) -> None:
    stop(world.new_services(), "pack", world.now_s, void=True)


def hold(world: World, code: str) -> Any:
    body = {"code": code, "order": order(), "ttl_s": 600}
    return world.merchant().send("PUT /orders/{order_no}/hold", PATH, body=body)


def statuses(world: World) -> list[str]:
    return [coupon["status"] for coupon in world.citizen("ann").send("GET /wallet").json["coupons"]]


def test_a_voided_coupon_is_refused_at_the_till(season: World, code: str) -> None:
    """After the cache's second, by quote, hold and redemption."""
    assert statuses(season) == ["available"]
    void(season)
    season.clock.advance(1)
    for answer in (
        season.merchant().redeem("o-1", code, order()),
        hold(season, code),
        season.merchant().send("POST /quotes", body={"code": code, "order": order()}),
    ):
        assert (answer.slug, answer.json["coupon_status"]) == ("coupon-not-usable", "voided")
    assert statuses(season) == ["voided"]


def test_a_till_that_just_looked_takes_it_for_a_second_longer(season: World, code: str) -> None:
    """The cached control item is at most a second old, so every till refuses within two seconds."""
    assert statuses(season) == ["available"]
    void(season)
    season.clock.advance(0.9)
    assert season.merchant().redeem("o-1", code, order()).status == 201


def test_what_was_held_is_not_redeemed(season: World, code: str) -> None:
    """The unpaid order is refused when it pays."""
    assert hold(season, code).status == 201
    void(season)
    season.clock.advance(1)
    assert season.merchant().redeem("o-1", None, order()).json["coupon_status"] == "voided"


def test_what_was_redeemed_stays_and_does_not_come_back(season: World, code: str) -> None:
    """A reversal returns the money and voids the coupon."""
    assert season.merchant().redeem("o-1", code, order()).status == 201
    void(season)
    season.clock.advance(1)
    assert statuses(season) == ["redeemed"]
    undone = season.merchant().reverse("o-1", "r-1", 4000)
    assert (undone.status, undone.json["coupon_returned"]) == (201, False)
    assert statuses(season) == ["voided"]


def test_the_last_count_says_voided(season: World, code: str) -> None:
    """Bob's was redeemed, Ann's was not."""
    bob = season.citizen("bob")
    bobs = bob.code(bob.put_claim("pack").json["coupons"][0]["coupon_id"])
    assert season.merchant().redeem("o-2", bobs, order()).status == 201
    void(season)
    season.clock.advance(1)
    replace_services(season.new_services())
    found = season.operator().send("GET /admin/batches/{batch_id}/audit", {"batch_id": "pack"}).json
    assert found["ok"]
    assert found["coupons"] == {"redeemed": 1, "voided": 1}
