"""Money that a batch can no longer cost goes back to its funders; each step once."""

from __future__ import annotations

import pytest

from coupons.stores import keys
from tests.store.books import CLOSED, LATER, assert_books, claim, of, opened, redeem, reserved, tick
from tests.world import KEYS, World, a_batch, campaign, order


def test_unclaimed_packs_give_their_money_back_when_the_batch_is_counted(season: World) -> None:
    """Two of ten packs were claimed: the money of eight is given back, once, and that of two stays reserved."""
    claim(season, "ann", "bob")
    assert reserved(season) == of(10)
    season.clock.set(CLOSED)
    assert tick(season) == []
    [done] = tick(season, times=2)
    assert (done["step"], done["amounts"]) == ("gave back unclaimed", of(8))
    assert reserved(season) == opened(season, "pack") == of(2)
    assert tick(season, times=2) == []
    assert_books(season, "pack")


@pytest.mark.parametrize(("before_s", "given"), [(1, False), (0, True)])
def test_expired_coupons_give_their_money_back(season: World, before_s: int, given: bool) -> None:
    """Of three coupons one was redeemed: the money of two is given back a fence after the expiry, not earlier."""
    coupons = claim(season, "ann", "bob", "cat")
    redeem(season, "ann", coupons[0])
    season.clock.set(CLOSED)
    tick(season, times=3)
    assert reserved(season) == of(3)
    season.clock.set("2020-06-21T10:00:30+08:00")
    season.clock.advance(-before_s)
    done = tick(season)
    assert [one["amounts"] for one in done] == ([of(2)] if given else [])
    assert reserved(season) == of(1 if given else 3)
    assert_books(season, "pack")


def test_a_voided_coupon_gives_its_money_back_with_the_expired(season: World) -> None:
    """The coupon was reversed in full and cannot be used again, so its money is not spent."""
    [coupon_id] = claim(season, "ann")
    till = season.merchant()
    for number in ("1", "2"):
        assert till.redeem(number, season.citizen("ann").code(coupon_id), order()).status == 201
        assert till.reverse(number, "r", 4000).status == 201
        season.clock.advance(6)
    season.clock.set(CLOSED)
    tick(season, times=3)
    season.clock.set("2020-06-21T10:00:30+08:00")
    assert [one["amounts"] for one in tick(season)] == [of(1)]
    assert reserved(season) == of(0)
    assert_books(season, "pack")


@pytest.mark.parametrize("more", [-1, 1])
def test_a_claim_of_other_coupons_than_its_batchs_gives_nothing_back(season: World, more: int) -> None:
    """Its redeemed coupon would count as unused, so the batch keeps its money until the claim is corrected."""
    [coupon_id] = claim(season, "ann")
    redeem(season, "ann", coupon_id)
    claim(season, "bob")
    season.clock.set(CLOSED)
    tick(season, times=3)
    table = season.settings["CLAIMS_TABLE"]
    items = season.client.scan(TableName=table)["Items"]
    whole = next(item for item in items if item["sk"]["S"] == keys.claim("B#pack", 2, KEYS.person("ann"))["sk"])
    coupons = whole["c"]["L"]
    season.client.put_item(TableName=table, Item={**whole, "c": {"L": [*coupons, *coupons][: 1 + more]}})
    season.clock.set("2020-06-21T10:00:30+08:00")
    assert tick(season) == []
    assert reserved(season) == of(2)
    season.client.put_item(TableName=table, Item=whole)
    assert [one["amounts"] for one in tick(season)] == [of(1)]
    assert_books(season, "pack")


def test_a_clock_set_back_takes_the_money_back(season: World) -> None:
    """What was given back is reserved again, and given back again when it is over again."""
    claim(season, "ann")
    season.clock.set(CLOSED)
    tick(season, times=3)
    assert reserved(season) == of(1)
    season.clock.set("2020-06-06T11:00:00+08:00")
    tick(season)
    assert (reserved(season), opened(season, "pack")) == (of(10), of(10))
    claim(season, "bob")
    season.clock.set(CLOSED)
    tick(season, times=3)
    assert reserved(season) == of(2)
    assert_books(season, "pack")


def test_money_that_is_gone_is_not_taken_back(world: World) -> None:
    """Another batch has reserved it, so the batch stays over."""
    document = campaign(a_batch(quantity=10_000), a_batch("other", quantity=20_000, **LATER))
    operator = world.operator()
    operator.send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    publish = "POST /admin/batches/{batch_id}/publish"
    operator.send(publish, {"batch_id": "pack"}, body={})
    world.clock.set(CLOSED)
    tick(world, times=3)
    assert operator.send(publish, {"batch_id": "other"}, body={}).status == 200
    world.clock.set("2020-06-06T11:00:00+08:00")
    tick(world)
    found = world.services.controls.get("pack", consistent=True)
    assert found is not None
    assert (found.final, found.given_back) == (True, 1)
    assert_books(world, "pack", "other")


def test_an_assertion_that_can_fail(season: World) -> None:
    """The test's own books compare budgets with the items: a planted budget is found."""
    key = {"pk": {"S": "FUNDER#season#city"}, "sk": {"S": "BUDGET"}}
    season.client.update_item(
        TableName="CatalogTable",
        Key=key,
        UpdateExpression="SET left_minor = left_minor + :one, reserved_minor = reserved_minor - :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    with pytest.raises(AssertionError):
        assert_books(season, "pack")
