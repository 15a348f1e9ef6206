"""Limits that count uses: reserved by holds, given back by what undoes a use, exact at every border."""

from __future__ import annotations

from coupons.model.uses import Uses
from coupons.process.services import replace_services
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.stores.limits import order_name
from tests.editing import allow_late_scans
from tests.store.faults import Counting
from tests.store.uses import DAILY, EVENING, MIDNIGHT, code, counted, hold, release, reverse, shop, use, use_held
from tests.world import KEYS, World, a_batch, campaign, order


def test_one_use_a_day_until_midnight(world: World) -> None:
    """The second is refused in the last second of the day and taken in the first of the next; repeats are answered."""
    shop(world)
    assert [use(world, "a"), use(world, "b"), use(world, "a")] == ["used", "limit", "again"]
    world.clock.set("2020-06-06T23:59:59+08:00")
    assert use(world, "b") == "limit"
    world.clock.set(MIDNIGHT)
    assert [use(world, "b"), use(world, "c")] == ["used", "limit"]


def test_quotes_holds_and_redemptions_say_the_same(world: World) -> None:
    """403 `not-eligible` with the moment at which the person can use a coupon again, and nothing is counted by it."""
    shop(world)
    assert use(world, "a") == "used"
    till, body = world.merchant(), {"code": code(world, "b"), "order": order()}
    answers = [
        till.send("POST /quotes", body=body),
        till.send("PUT /orders/{order_no}/hold", {"order_no": "o-b"}, body={**body, "ttl_s": 60}),
        till.send("PUT /orders/{order_no}/redemption", {"order_no": "o-b"}, body=body),
    ]
    facts = {(a.status, a.slug, a.json["reason"], a.json["until"], a.json["detail"]) for a in answers}
    said = "This person has used, or holds, 1 of 1 coupons a day."
    assert facts == {(403, "not-eligible", "limit", MIDNIGHT, said)}
    assert counted(world).used == 1


def test_every_person_has_a_count(world: World) -> None:
    """Bob's use is not Ann's."""
    shop(world)
    assert use(world, "a") == "used"
    world.citizen("bob").put_claim("b")
    bobs = KEYS.seal_code(CouponRef(world.services.cache.batch("b").number, KEYS.person("bob"), 0), world.now_s)
    assert world.merchant().redeem("o-bob", bobs, order()).status == 201


def test_a_hold_takes_the_use_and_its_redemption_no_second(world: World) -> None:
    """Held, then redeemed without a code: one use of two."""
    shop(world, two := {**DAILY, "packs_max": 2})
    assert [hold(world, "a"), hold(world, "a"), hold(world, "b"), use(world, "c")] == ["held", "again", "held", "limit"]
    assert [use_held(world, "a"), use_held(world, "a"), use(world, "b"), use(world, "c")] == [
        "used",
        "again",
        "used",
        "limit",
    ]
    assert counted(world, two) == Uses(2, {}, 4)


def test_a_hold_that_lapses_gives_the_use_back_by_itself(world: World) -> None:
    """In its last second nobody else can have it; at the deadline it is free, though nothing ran."""
    shop(world)
    assert hold(world, "a", 600) == "held"
    world.clock.advance(599)
    refused = world.merchant().redeem("o-b", code(world, "b"), order())
    assert (refused.json["reason"], refused.json["until"]) == ("limit", "2020-06-06T23:50:00+08:00")
    world.clock.advance(1)
    assert [use(world, "b"), use(world, "a"), use_held(world, "a")] == ["used", "limit", "not-found"]
    assert counted(world) == Uses(1, {}, 2), "the write dropped what had lapsed"


def test_a_lapsed_hold_of_the_same_order_counts_once(world: World) -> None:
    """The order comes back with a fresh code: its use takes the place of its hold."""
    shop(world, {**DAILY, "packs_max": 2})
    assert hold(world, "a", 60) == "held"
    world.clock.advance(60)
    assert [use(world, "a"), use(world, "b"), use(world, "c")] == ["used", "used", "limit"]


def test_a_release_gives_the_use_back(world: World) -> None:
    """At once, and a repeat of the release gives back no second."""
    shop(world)
    assert [hold(world, "a"), use(world, "b")] == ["held", "limit"]
    assert [release(world, "a"), release(world, "a")] == ["released", "again"]
    assert [use(world, "b"), use(world, "c")] == ["used", "limit"]


def test_nothing_is_released_that_was_never_counted(world: World) -> None:
    """No item comes of it."""
    shop(world)
    key = keys.limit("season", "daily", KEYS.person("ann"), "2020-06-06")
    assert not world.services.tries([world.services.limits.release(key, order_name(b"o"))])
    assert counted(world) == Uses()


def test_a_hold_over_midnight_counts_on_the_day_of_the_hold(world: World) -> None:
    """It is redeemed on the next day, whose use stays free; its reversal gives back the day before's."""
    shop(world)
    assert hold(world, "a", 1_800) == "held"
    world.clock.set("2020-06-07T00:05:00+08:00")
    assert [use_held(world, "a"), use(world, "b"), use(world, "c")] == ["used", "used", "limit"]
    assert reverse(world, "a")
    assert use(world, "c") == "limit"
    world.clock.set(EVENING)
    assert counted(world).used == 0


def test_a_late_scan_counts_on_the_day_of_the_scan(world: World) -> None:
    """The customer left with the goods two minutes before midnight."""
    shop(world)
    allow_late_scans(5)
    world.clock.set("2020-06-06T23:58:00+08:00")
    scanned, at = code(world, "a"), "2020-06-06T23:58:00+08:00"
    world.clock.set("2020-06-07T00:02:00+08:00")
    assert world.merchant().redeem("o-a", scanned, order(), scanned_at=at).json["late"]
    assert [use(world, "b"), use(world, "c")] == ["used", "limit"]
    world.clock.set(EVENING)
    assert counted(world).used == 1


def test_a_reversal_that_brings_the_coupon_back_gives_the_use_back(world: World) -> None:
    """A part of the money undoes no use; the rest does, once, and the coupon can be used again."""
    shop(world, refund={"policy": "full_only", "times_max": 2})
    assert use(world, "a") == "used"
    assert not reverse(world, "a", 1000)
    assert use(world, "b") == "limit"
    assert reverse(world, "a", 3000, "r-2")
    assert world.merchant().reverse("o-a", "r-2", 3000).is_replay
    assert counted(world).used == 0
    assert [use(world, "a", "o-2"), use(world, "b")] == ["used", "limit"]


def test_a_part_after_the_coupon_came_back_gives_no_second_use_back(world: World) -> None:
    """The first cent brought it back; the other uses are others'."""
    shop(world, two := {**DAILY, "packs_max": 2}, refund={"policy": "always", "times_max": 1})
    assert [use(world, "a"), use(world, "b")] == ["used", "used"]
    assert [reverse(world, "a", 1), reverse(world, "a", 3999, "r-2")] == [True, False]
    assert counted(world, two).used == 1


def test_a_full_reversal_gives_the_use_back_though_the_coupon_is_void(world: World) -> None:
    """Nothing was bought in the end."""
    shop(world, refund={"policy": "never"})
    assert use(world, "a") == "used"
    assert not reverse(world, "a")
    assert [use(world, "b"), use(world, "c")] == ["used", "limit"]


def test_a_reversal_of_yesterdays_use_frees_none_of_today(world: World) -> None:
    """The use was counted on its own day."""
    shop(world)
    assert use(world, "a") == "used"
    world.clock.set(MIDNIGHT)
    assert use(world, "b") == "used"
    assert reverse(world, "a")
    assert use(world, "c") == "limit"


def test_every_limit_of_a_batch_holds(world: World) -> None:
    """Room in one of two is not enough, and a refusal counts under neither."""
    shop(world, weekly := {**DAILY, "limit_id": "weekly", "period": "week"}, daily := {**DAILY, "packs_max": 2})
    assert [use(world, "a"), use(world, "b")] == ["used", "limit"]
    assert (counted(world, weekly).used, counted(world, daily).used) == (1, 1)


def test_a_hold_that_another_tills_clock_saw_lapse_is_refused(world: World) -> None:
    """Its use was taken by who was five seconds ahead: the order's redemption would be one too many."""
    shop(world)
    assert hold(world, "a", 60) == "held"
    world.clock.advance(60)
    assert use(world, "b") == "used"
    world.clock.advance(-5)
    assert use_held(world, "a") == "limit"


def test_a_batch_without_such_limits_reads_and_writes_nothing_more(season: World) -> None:
    """Redemption, claim and reversal cost what they did, and their items carry nothing of it."""
    services = season.new_services()
    services.__dict__["limits"] = None  # what is not asked
    replace_services(services)
    season.citizen("ann").put_claim("pack")
    assert use(season, "pack") == "used"
    assert season.merchant().reverse("o-pack", "r-1", 4000).status == 201
    (item,) = [item for item in season.items()["OrdersTable"] if item["sk"]["S"] == "ORDER"]
    assert "counted_at_s" not in item


def test_a_claim_under_limits_of_uses_alone_is_one_put(world: World) -> None:
    """They count at the till, not when a pack is claimed."""
    world.publish(campaign(a_batch(limits=["daily"]), limits=[DAILY]))
    counting = Counting(world.client)
    replace_services(world.new_services(client=counting))
    assert world.citizen("ann").put_claim("pack").status == 201
    assert (counting.requests["put_item"], counting.requests["transact_write_items"]) == (1, 0)
