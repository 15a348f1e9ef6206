"""Limits that count uses: two tills at once, lost answers, and a count that never stands still."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from coupons.model.orders import Order
from coupons.model.uses import Uses
from coupons.process.services import Services
from coupons.refusals import Busy, NotEligible
from coupons.stores import keys
from coupons.till import redemptions, reversals
from tests.store.faults import Faulty, Overtaken, answer_lost, first, request_lost
from tests.store.uses import DAILY, code, counted, hold, release, shop, use
from tests.world import KEYS, World, order

OPERATION = "transact_write_items"


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

    return world.new_services(client=Overtaken(world.client, OPERATION, "LIMIT", act))


def test_two_tills_that_see_the_last_use_take_one(world: World) -> None:
    """Both read that one is left; who writes second reads again, and is refused."""
    shop(world)
    with pytest.raises(NotEligible, match="1 of 1 coupons a day"):
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
        faulty = Faulty(world.client, OPERATION, lost)
        redeem(world, world.new_services(client=faulty), pack)
        assert use(world, pack) == "again"
    assert counted(world, two).used == 2


def test_a_reversal_whose_answer_is_lost_gives_back_once(world: World) -> None:
    """Its second attempt finds the first."""
    shop(world, two := {**DAILY, "packs_max": 2})
    assert [use(world, "a"), use(world, "b")] == ["used", "used"]
    faulty = world.new_services(client=Faulty(world.client, OPERATION, answer_lost))
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
        redeem(world, world.new_services(client=Faulty(world.client, OPERATION, *[move] * 10)), "a")
    assert world.services.orders.get("diner", "o-a") is None


def test_what_is_given_back_between_read_and_write_stays_given_back(world: World) -> None:
    """A release and a reversal while another till is about to write what it read."""
    shop(world, three := {**DAILY, "packs_max": 3})
    assert [hold(world, "a"), use(world, "b")] == ["held", "used"]
    redeem(
        world, world.new_services(client=Overtaken(world.client, OPERATION, "LIMIT", lambda: release(world, "a"))), "c"
    )
    assert (counted(world, three).used, counted(world, three).held) == (2, {})

    def undo() -> None:
        reversals.reverse(world.services, "diner", "o-b", "r-1", 4000, world.now_s)

    redeem(world, world.new_services(client=Overtaken(world.client, OPERATION, "LIMIT", undo)), "d")
    assert counted(world, three).used == 2


def test_a_till_that_three_others_overtake_is_through(world: World) -> None:
    """As long as there is room, it need not be sent again."""
    shop(world, {**DAILY, "packs_max": 4})
    others = [first(partial(redeem, world, world.new_services(), pack)) for pack in ("b", "c", "d")]
    redeem(world, world.new_services(client=Faulty(world.client, OPERATION, *others)), "a")
    assert [use(world, pack) for pack in "abcd"] == ["again"] * 4
