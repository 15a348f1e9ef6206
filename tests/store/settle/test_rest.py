"""What redeemed coupons did not use of their largest cost is given back when their last day is closed."""

from __future__ import annotations

import pytest

from coupons.model.reserves import PendingReservation
from coupons.money import Amounts
from coupons.operate.publication import raise_quantity
from coupons.schedule.minute import run_schedule
from coupons.settle.day_close import closed_through
from infra.virtual.store import Store
from tests.store.books import CLOSED, assert_books, claim, of, opened, redeem, reserved, tick
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.world import OPENING, World, a_batch, campaign, terms

DAYS_CLOSED = "2020-06-22T00:00:30+08:00"
TENTH = terms(
    discount={"kind": "percent_off", "threshold_minor": 1_000, "basis_points": 1_000, "cap_minor": 1_000},
    funding=[
        {"funder_id": "city", "basis_points": 4_500},
        {"funder_id": "platform", "basis_points": 4_500},
        {"funder_id": "shop", "basis_points": 1_000},
    ],
)
"""A tenth of the order, 10.00 at most: an order of 60.00 costs 6.00 of them."""


def funded(city: int, platform: int, shop: int) -> Amounts:
    return Amounts({"city": city, "platform": platform, "shop": shop})


LEFT = funded(180, 180, 40)
SPENT = funded(270, 270, 60)


@pytest.fixture
def season() -> World:
    """Ann redeemed a coupon, Bob's expired, and only the days are still to be closed."""
    world = World(Store())
    world.publish(campaign(terms=[TENTH]))
    coupons = claim(world, "ann", "bob")
    redeem(world, "ann", coupons[0])
    world.clock.set(CLOSED)
    tick(world, times=3)
    world.clock.set("2020-06-21T10:00:30+08:00")
    assert [done["step"] for done in tick(world)] == ["gave back expired"]
    assert reserved(world) == opened(world, "pack") == funded(450, 450, 100)
    return world


def rest(world: World) -> list[dict[str, int]]:
    return [done["amounts"] for done in tick(world) if done["step"] == "gave back rest"]


@pytest.mark.parametrize(("before_s", "given"), [(1, []), (0, [LEFT])])
def test_the_rest_goes_back_when_the_last_day_is_closed(season: World, before_s: int, given: list[Amounts]) -> None:
    """A fence after midnight, once; what was spent stays reserved."""
    season.clock.set(DAYS_CLOSED)
    season.clock.advance(-before_s)
    assert rest(season) == given
    assert reserved(season) == (SPENT if given else funded(450, 450, 100))
    season.clock.set("2020-06-22T09:00:00+08:00")
    assert rest(season) == ([] if given else [LEFT])
    assert_books(season, "pack")


def test_a_later_reversal_is_given_back_when_its_own_day_is_closed(season: World) -> None:
    """The reversal voids the coupon, and its money is given back the next night."""
    season.clock.set(DAYS_CLOSED)
    tick(season)
    season.clock.set("2020-07-05T12:00:00+08:00")
    assert season.merchant().reverse("order-ann", "r-1", 4_800).status == 201
    assert rest(season) == []
    season.clock.set("2020-07-06T00:00:30+08:00")
    assert rest(season) == [SPENT]
    assert reserved(season) == funded(0, 0, 0)
    assert_books(season, "pack")


def test_what_part_of_a_reversal_brought_back_goes_with_the_rest(season: World) -> None:
    """Half is reversed before the expiry: the coupon stays redeemed, half of its discount is not spent."""
    season.clock.set("2020-06-20T10:00:00+08:00")
    assert season.merchant().reverse("order-ann", "r-1", 2_400).status == 201
    season.clock.set(DAYS_CLOSED)
    assert rest(season) == [funded(315, 315, 70)]
    assert reserved(season) == funded(135, 135, 30)
    assert_books(season, "pack")


FIXED = terms(validity={"kind": "fixed", "starts_at": OPENING, "ends_at": "2020-06-20T23:59:00+08:00"})


@pytest.mark.parametrize(("counted", "slow_s"), [("2020-06-21T00:00:30+08:00", 0), ("2020-06-21T00:00:10+08:00", 11)])
def test_a_reversal_after_midnight_that_the_count_saw_waits_for_its_own_day(counted: str, slow_s: int) -> None:
    """Its coupon went back with the expired ones, and its line is filed under a day that is not closed: no rest before.

    Also where the schedule began before midnight, and counted after it.
    """
    world = World(Store())
    world.publish(campaign(terms=[FIXED]))
    [ann, bob] = claim(world, "ann", "bob")
    redeem(world, "ann", ann)
    redeem(world, "bob", bob)
    world.clock.set(CLOSED)
    tick(world, times=3)
    world.clock.set("2020-06-21T00:00:05+08:00")
    assert world.merchant().reverse("order-ann", "r-1", 4_000).status == 201
    world.clock.set(counted)
    did = run_schedule(world.new_services(), world.now_s - slow_s, float("inf")).did
    assert [done["amounts"] for done in did if done["step"] == "gave back expired"] == [of(1)]
    for moment in ("2020-06-21T00:01:00+08:00", "2020-06-21T12:00:00+08:00", "2020-06-22T00:00:30+08:00"):
        world.clock.set(moment)
        assert "broken" not in [done["step"] for done in run_schedule(world.new_services(), world.now_s, 1e9).did]
    assert reserved(world) == of(1)
    assert_books(world, "pack")


def test_a_day_that_is_not_closed_keeps_the_rest(season: World) -> None:
    """It may still have lines that nobody has added up."""
    season.services.days.mark("2020-06-20", int(season.clock.wall_s()) + 3 * 86_400, "diner")
    season.clock.set("2020-06-23T00:00:00+08:00")
    assert rest(season) == []
    season.clock.set("2020-06-25T00:00:00+08:00")
    assert rest(season) == [LEFT]


@pytest.mark.parametrize(
    ("moment", "through"),
    [
        ("2020-06-22T00:00:29+08:00", "2020-06-20"),
        ("2020-06-22T00:00:30+08:00", "2020-06-21"),
        ("2020-06-22T23:59:59+08:00", "2020-06-21"),
    ],
)
def test_days_are_over_a_fence_after_midnight(season: World, moment: str, through: str) -> None:
    """Days without lines count too."""
    season.clock.set("2020-06-07T00:00:30+08:00")
    tick(season)
    season.clock.set(moment)
    found = closed_through(season.services, {"Asia/Shanghai"}, season.now_s)
    assert str(found) == through


def test_no_batch_no_day(world: World) -> None:
    """Without published batches there is no time zone to tell the day."""
    assert closed_through(world.services, [], world.now_s) is None


def test_a_later_zone_has_the_day_longer(season: World) -> None:
    """A campaign whose midnight is fifteen hours later can still file lines."""
    season.publish({**campaign(a_batch("west")), "campaign_id": "west", "timezone": "America/Los_Angeles"})
    season.clock.set("2020-06-22T00:00:29-07:00")
    assert rest(season) == []
    season.clock.advance(1)
    assert rest(season) == [LEFT]


def test_a_clock_set_back_takes_the_rest_back(season: World) -> None:
    """All of it is reserved again, and given back again when the days are closed again."""
    season.clock.set(DAYS_CLOSED)
    tick(season)
    season.clock.set("2020-06-06T11:00:00+08:00")
    tick(season)
    assert reserved(season) == opened(season, "pack") == funded(4_500, 4_500, 1_000)
    season.clock.set(CLOSED)
    tick(season, times=3)
    season.clock.set("2020-06-21T10:00:30+08:00")
    tick(season)
    season.clock.set(DAYS_CLOSED)
    tick(season)
    assert reserved(season) == SPENT
    assert_books(season, "pack")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_killed_at_its_transaction_the_next_call_gives_it_once(season: World, applied: bool) -> None:
    """Reserve, budgets, ledger and the control item change in one transaction."""
    season.clock.set(DAYS_CLOSED)
    mortal = Mortal(season.client, 1, applied=applied, word="rest_through")
    with pytest.raises(KilledError):
        run_schedule(season.new_services(client=mortal), season.now_s, float("inf"))
    assert reserved(season) == (SPENT if applied else funded(450, 450, 100))
    assert rest(season) == ([] if applied else [LEFT])
    assert_books(season, "pack")


def test_two_side_by_side_give_the_rest_once(season: World) -> None:
    """The transaction of the slower call is refused, and it changes nothing."""
    season.clock.set(DAYS_CLOSED)

    def other() -> None:
        run_schedule(season.new_services(), season.now_s, float("inf"))

    slow = Overtaken(season.client, "transact_write_items", "rest_through", other)
    did = run_schedule(season.new_services(client=slow), season.now_s, float("inf")).did
    assert "gave back rest" not in [done["step"] for done in did]
    assert reserved(season) == SPENT
    assert_books(season, "pack")


def test_more_spent_than_reserved_is_broken(season: World) -> None:
    """The schedule reports it each minute and gives nothing back."""
    season.clock.set(DAYS_CLOSED)
    season.client.update_item(
        TableName="CatalogTable",
        Key={"pk": {"S": "BATCH#pack"}, "sk": {"S": "RESERVE"}},
        UpdateExpression="SET released.city = :much",
        ExpressionAttributeValues={":much": {"N": "4300"}},
    )
    did = run_schedule(season.new_services(), season.now_s, float("inf")).did
    assert [done["why"] for done in did if done["step"] == "broken"] == [
        "pack: more was spent than was reserved: city -0.70 CNY"
    ]


def test_a_reservation_left_behind_is_undone_before_money_goes_back() -> None:
    """A raise was killed and the batch closed: after a fence it is undone, then unclaimed packs are given back."""
    world = World(Store())
    world.publish(campaign())
    world.clock.set("2020-06-07T09:59:59+08:00")
    with pytest.raises(KilledError):
        raise_quantity(world.new_services(client=Mortal(world.client, 2, applied=True)), "pack", 12, world.now_s)
    assert sum(reserved(world).values()) == 12 * 1_000
    world.clock.set(CLOSED)
    assert [done["step"] for done in tick(world, times=3)] == ["gave back unclaimed"]
    assert sum(reserved(world).values()) == 0
    assert_books(world, "pack")


def test_a_reservation_on_its_way_is_waited_for() -> None:
    """It was begun a moment ago, so its call may still run."""
    world = World(Store())
    world.publish(campaign())
    world.clock.set(CLOSED)
    tick(world)
    read = world.services.reserves.get("pack")
    world.clock.advance(1)
    pending = PendingReservation(12, 2, world.now_s, Amounts({"city": 1}))
    assert world.services.reserves.put("pack", read, read.begun(pending))
    assert tick(world) == []
    assert [done["step"] for done in tick(world)] == ["gave back unclaimed"]


def test_a_minute_later_nothing_is_written(season: World) -> None:
    """The rest of that day was given back, so nothing is written until the next day is closed."""
    season.clock.set(DAYS_CLOSED)
    tick(season)
    assert tick(season, season.new_services(client=Mortal(season.client, 1, applied=False))) == []
