"""What was done, or had left the due list, is due again: each by its case of `model/due_list.py`."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.operate.controls import extend, stop
from coupons.schedule.minute import run_schedule
from coupons.times import DAY_S
from infra.virtual.store import Store
from tests.due import assert_nothing_is_missing, line_of
from tests.store.books import CLOSED, assert_books, claim, of, opened, reserved, rolling, tick
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.store.over import (
    EXPIRED,
    REST,
    done,
    later_end,
    left,
    new_world,
    season,
    ticks,
    to_leaving,
    wallet,
    western,
)
from tests.world import World, order


@pytest.fixture
def world() -> World:
    return new_world()


def test_a_reversal_after_the_end_is_given_back_when_its_day_is_closed(world: World) -> None:
    """In a campaign that has left; its batch is due from the close on, and done again with the next day."""
    left(world)
    before = reserved(world)
    world.clock.set("2020-08-05T12:00:00+08:00")
    assert world.merchant().reverse("order-ann", "r-1", 4_000).status == 201
    assert (tick(world), line_of(world)) == ([], "left")
    world.clock.set("2020-08-06T00:00:30+08:00")
    assert [step["step"] for step in tick(world)] == ["gave back rest"]
    assert (line_of(world), opened(world, "pack")) == ("due", of(0))
    assert reserved(world) != before
    assert wallet(world) == 0
    ticks(world, "2020-08-07T00:00:30+08:00", "2020-08-08T00:00:30+08:00")
    assert line_of(world) == "left"
    assert_books(world, "pack")


def test_a_reversal_in_a_late_zone_changes_no_final_day(world: World) -> None:
    """A campaign of Honolulu has left; its merchant reverses at its evening, when it is the next day at home."""
    world.publish(western())
    coupon_id = claim(world, "cyd", batch_id="west")[0]
    code = world.citizen("cyd").code(coupon_id)
    assert world.merchant().redeem("order-cyd", code, order(6000)).status == 201
    done(world)
    ticks(world, "2020-06-24T12:00:00+08:00", "2020-06-25T12:00:00+08:00")
    to_leaving(world)
    world.clock.advance(DAY_S)
    tick(world, times=2)
    assert line_of(world, "west") == "left"

    def final(day: str) -> Any:
        answer = world.merchant().send("GET /settlements/{day}", {"day": day}).json
        return answer["final"], answer

    days = ("2020-06-05", "2020-06-06", "2020-08-04")
    world.clock.set("2020-08-05T18:00:00+08:00")  # midnight of the 5th in Honolulu
    tick(world)
    before = {day: final(day) for day in days}
    assert all(is_final for is_final, _ in before.values())
    world.clock.set("2020-08-06T12:00:00+08:00")  # 18:00 of the 5th there
    tick(world)
    assert final("2020-08-05")[0] is False
    assert world.merchant().reverse("order-cyd", "r-1", 4_000).status == 201
    tick(world)
    assert {day: final(day) for day in days} == before
    world.clock.set("2020-08-05T23:59:59-10:00")
    tick(world)
    assert final("2020-08-05")[0] is False
    world.clock.set("2020-08-06T00:00:30-10:00")
    assert [step["batch_id"] for step in tick(world)] == ["west"]
    assert final("2020-08-05")[0]
    assert opened(world, "west") == of(0)


def test_a_day_that_is_closed_meanwhile_keeps_the_batch_due(world: World) -> None:
    """A call is about to give the rest, for a day: meanwhile the next day is closed, with a reversal."""
    ticks(world, "2020-06-07T00:01:00+08:00", CLOSED, EXPIRED)

    def next_day_is_closed() -> None:
        world.clock.set("2020-06-22T12:00:00+08:00")
        assert world.merchant().reverse("order-ann", "r-1", 4_000).status == 201
        world.clock.set("2020-06-23T00:00:30+08:00")
        with pytest.raises(KilledError):
            tick(world, world.new_services(client=Mortal(world.client, 1, applied=True, word="closed_at_s = :now")))

    world.clock.set(REST)
    client = Overtaken(world.client, "transact_write_items", "rest_day <= :through", next_day_is_closed)
    assert tick(world, world.new_services(client=client)) == []
    assert line_of(world) == "due"
    assert_nothing_is_missing(world.client.items, world.now_s)
    ticks(world, "2020-06-23T00:02:00+08:00")
    assert opened(world, "pack") == of(0)
    ticks(world, "2020-06-24T00:01:00+08:00")
    assert line_of(world) == "done"


@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_close_that_is_killed_anywhere_loses_no_rest(world: World, nth: int, applied: bool) -> None:
    """Of a batch that has left; the next minute goes on."""
    left(world)
    world.clock.set("2020-08-05T12:00:00+08:00")
    assert world.merchant().reverse("order-ann", "r-1", 4_000).status == 201
    world.clock.set("2020-08-06T00:00:30+08:00")
    word = "DUE" if nth < 5 else "SPENT#"
    try:
        tick(world, world.new_services(client=Mortal(world.client, nth % 4 + 1, applied=applied, word=word)))
    except KilledError:
        assert_nothing_is_missing(world.client.items, world.now_s)
    ticks(world, "2020-08-06T00:02:00+08:00")
    assert opened(world, "pack") == of(0)
    assert_books(world, "pack")


def test_an_extended_batch_stays_in_wallets_after_its_campaign(world: World) -> None:
    """Its line learns the later expiry in the transaction of the extension."""
    extend(world.services, "pack", 60)
    assert_nothing_is_missing(world.client.items, world.now_s)
    ticks(world, "2020-06-07T00:01:00+08:00", CLOSED, EXPIRED, "2020-07-10T12:00:00+08:00")
    assert (line_of(world), wallet(world, "bob")) == ("due", 1)
    ticks(world, "2020-08-20T10:00:31+08:00", "2020-08-21T00:00:31+08:00", "2020-08-22T00:00:31+08:00")
    ticks(world, "2020-08-23T00:00:31+08:00")
    assert line_of(world) == "left"


def test_a_campaign_that_ends_later_is_in_wallets_again(world: World) -> None:
    """Its batches had left; from the edit on wallets show them, and they are done again with the next days."""
    left(world)
    assert wallet(world) == 0
    later_end(world, "2020-09-01T00:00:00+08:00")
    world.clock.advance(1)
    assert wallet(world) == 1
    tick(world)
    assert_nothing_is_missing(world.client.items, world.now_s)
    assert (line_of(world), wallet(world)) == ("due", 1)
    ticks(world, "2020-07-06T00:00:30+08:00", "2020-07-08T00:00:30+08:00")
    assert line_of(world) == "done"
    ticks(world, "2020-09-04T00:00:30+08:00")
    assert line_of(world) == "left"


def test_a_batch_that_waits_to_roll_over_stays_due() -> None:
    """Its unclaimed packs go to a batch that is not published yet."""
    world, document = World(Store()), rolling()
    world.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    world.operator().send("POST /admin/batches/{batch_id}/publish", {"batch_id": "pack"}, body={})
    ticks(world, CLOSED, "2020-06-08T12:00:00+08:00")
    assert (line_of(world), world.services.cache.control_now("pack").given_back) == ("due", 0)
    world.operator().send("POST /admin/batches/{batch_id}/publish", {"batch_id": "later"}, body={})
    ticks(world, "2020-06-08T12:10:00+08:00")
    assert world.services.cache.control_now("pack").given_back == 1
    ticks(world, EXPIRED, REST)
    assert (line_of(world), line_of(world, "later")) == ("done", "due")


def test_a_voided_batch_is_due_until_its_last_expiry(world: World) -> None:
    """Also though nothing of it can be used any more."""
    stop(world.services, "pack", world.now_s, void=True)
    ticks(world, "2020-06-07T00:01:00+08:00", CLOSED, "2020-06-20T12:00:00+08:00")
    assert line_of(world) == "due"
    ticks(world, EXPIRED, REST)
    assert line_of(world) == "done"


@pytest.mark.parametrize("state", [done, left], ids=["done", "left"])
@pytest.mark.parametrize("moment", ["2020-06-06T12:00:00+08:00", "2020-06-15T12:00:00+08:00"], ids=["open", "closed"])
def test_a_clock_set_back_brings_it_back(world: World, state: Any, moment: str) -> None:
    """Wallets show it at once; the next tick takes back what was given, and all ends as before."""
    state(world)
    before = reserved(world)
    world.clock.set(moment)
    world.clock.advance(1)
    assert wallet(world) == 1
    run_schedule(world.new_services(), world.now_s, float("inf"))
    assert line_of(world) == "due"
    assert_nothing_is_missing(world.client.items, world.now_s)
    assert opened(world, "pack") == of(10)
    left(world)
    assert (line_of(world), reserved(world)) == ("left", before)
    assert_books(world, "pack")


def test_what_is_taken_back_is_due_though_another_call_was_done_with_it(world: World) -> None:
    """The clock was set back; a call of before, which gave the rest, comes between the list and what is taken back."""
    done(world)
    world.clock.set("2020-06-15T12:00:00+08:00")

    def other_is_done() -> None:
        world.services.transact(world.services.due_list.done("pack", "2020-09-09", world.now_s))

    client = Overtaken(world.client, "transact_write_items", "expired_counts = :nothing", other_is_done)
    run_schedule(world.new_services(client=client), world.now_s, float("inf"))
    assert line_of(world) == "due"
    assert_nothing_is_missing(world.client.items, world.now_s)


def test_coupons_that_outlive_their_campaign_come_back_with_the_clock() -> None:
    """Wallets show them until they expire, long after the campaign's end, and again when the clock is set back."""
    world = World(Store())
    world.publish(season(ends_at="2020-06-08T00:00:00+08:00"))
    claim(world, "ann")
    ticks(world, "2020-06-07T00:01:00+08:00", CLOSED, "2020-06-14T12:00:00+08:00")
    assert wallet(world) == 1
    left(world)
    assert (line_of(world), wallet(world)) == ("left", 0)
    world.clock.set("2020-06-14T12:00:00+08:00")
    tick(world)
    assert_nothing_is_missing(world.client.items, world.now_s)
    assert (line_of(world), wallet(world), opened(world, "pack")) == ("due", 1, of(10))


def test_a_clock_set_back_into_a_campaign_brings_back_batches_that_stay_over(world: World) -> None:
    """Their coupons have expired then too, but wallets show them until the campaign ends."""
    left(world)
    world.clock.set("2020-06-25T12:00:00+08:00")
    assert wallet(world) == 1
    tick(world)
    world.clock.advance(1)
    assert (line_of(world), wallet(world)) == ("due", 1)
    assert_nothing_is_missing(world.client.items, world.now_s)
