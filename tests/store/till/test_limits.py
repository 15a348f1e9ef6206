"""Limits that count uses: reserved by holds, given back by what undoes a use, exact at borders and in races."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coupons.model.limits import CountLimit, period_of
from coupons.model.orders import Order
from coupons.model.uses import Uses
from coupons.process.services import Services, replace_services
from coupons.refusals import Busy
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.till import redemptions, reversals
from tests.editing import allow_late_scans
from tests.store.faults import Counting, Faulty, Overtaken, answer_lost, request_lost
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


def an_order() -> Order:
    return Order.model_validate_json(json.dumps(order()))


def redeem(world: World, services: Services, pack: str) -> None:
    redemptions.redeem(
        services, "diner", f"o-{pack}", an_order(), code=code(world, pack), scanned_at_s=None, now_s=world.now_s
    )


def overtaken(world: World, *packs: str) -> Services:
    """Services whose transaction with a settlement line comes after others have used these packs."""

    def act() -> None:
        for pack in packs:
            redeem(world, world.new_services(), pack)

    return world.new_services(client=Overtaken(world.client, "transact_write_items", "LIMIT", act))


def test_two_tills_that_see_the_last_use_take_one(world: World) -> None:
    """Both read that one is left; who writes second reads again, and is refused."""
    shop(world)
    with pytest.raises(Exception, match="1 of 1 coupons a day"):
        redeem(world, overtaken(world, "b"), "a")
    assert counted(world).used == 1
    assert world.services.orders.get("diner", "o-a") is None


def test_two_tills_with_room_for_both_are_both_through(world: World) -> None:
    """Neither is told that its hold lapsed, or to come again."""
    shop(world, three := {**DAILY, "packs_max": 3})
    assert hold(world, "d") == "held"
    services = overtaken(world, "a", "b")
    order_ = an_order()
    redemptions.redeem(services, "diner", "o-d", order_, code=None, scanned_at_s=None, now_s=world.now_s)
    assert counted(world, three).used == 3


def test_a_use_whose_answer_is_lost_is_counted_once(world: World) -> None:
    """The attempt after it finds the order, and so does the till's repeat."""
    shop(world, two := {**DAILY, "packs_max": 2})
    for pack, lost in (("a", answer_lost), ("b", request_lost)):
        faulty = Faulty(world.client, "transact_write_items", lost)
        redeem(world, world.new_services(client=faulty), pack)
        assert use(world, pack) == "again"
    assert counted(world, two).used == 2


def test_a_reversal_whose_answer_is_lost_gives_back_once(world: World) -> None:
    """Its second attempt finds the first."""
    shop(world, two := {**DAILY, "packs_max": 2})
    assert [use(world, "a"), use(world, "b")] == ["used", "used"]
    faulty = world.new_services(client=Faulty(world.client, "transact_write_items", answer_lost))
    reversals.reverse(faulty, "diner", "o-a", "r-1", 4000, world.now_s)
    assert world.merchant().reverse("o-a", "r-1", 4000).is_replay
    assert counted(world, two).used == 1


def test_a_count_that_never_stands_still_is_busy(world: World) -> None:
    """The attempts are bounded, and nothing was written."""
    shop(world, {**DAILY, "packs_max": 1000})
    key = keys.limit("season", "daily", KEYS.person("ann"), "2020-06-06")

    def move(real: Any, parameters: dict[str, Any]) -> Any:
        now = counted(world)
        world.services.transact([world.services.limits.replace_uses(key, now, Uses(0, {}, now.version + 1))])
        return real(**parameters)

    with pytest.raises(Busy):
        redeem(world, world.new_services(client=Faulty(world.client, "transact_write_items", *[move] * 10)), "a")
    assert world.services.orders.get("diner", "o-a") is None


def test_a_batch_without_such_limits_reads_and_writes_nothing_more(season: World) -> None:
    """Redemption, claim and reversal cost what they did, and their items carry nothing of it."""
    services = season.new_services()
    services.__dict__["limits"] = None  # what is not asked
    replace_services(services)
    season.citizen("ann").put_claim("pack")
    redeem(season, services, "pack")
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
