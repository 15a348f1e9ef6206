"""Money that rolls over becomes packs of the later batch, with a ledger record; each step once."""

from __future__ import annotations

import pytest

from coupons.process.services import replace_services
from coupons.schedule.reclaim import reclaim
from coupons.settle.give_back import RolloverTarget, _target, give_back
from tests.store.books import CLOSED, LATER, assert_books, claim, of, opened, quantity, reserved, rolling, stock, tick
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.world import World, a_batch, campaign, seconds, terms


def test_unclaimed_packs_roll_over_with_their_money(world: World) -> None:
    """Eight of ten packs become packs of the later batch, in its stock and with a record; no budget changes."""
    world.publish(rolling())
    claim(world, "ann", "bob")
    world.clock.set(CLOSED)
    [done] = tick(world, times=3)
    assert (done["packs"], done["to"]) == (8, "later")
    assert (quantity(world), stock(world)) == (18, 18)
    assert reserved(world) == of(20)
    assert (opened(world, "pack"), opened(world, "later")) == (of(2), of(18))
    [rolled] = [record for record in world.services.reserves.records("season") if record.kind == "rollover"]
    assert (rolled.batch_id, rolled.to_batch_id, rolled.packs, rolled.step) == ("pack", "later", 8, "unclaimed")
    assert_books(world, "pack", "later")


def test_money_rolls_over_to_a_batch_that_is_live(world: World) -> None:
    """Expired coupons of `pack` add to the stock of `later` while people claim it."""
    document = rolling()
    document["batches"][1]["closes_at"] = "2020-06-30T10:00:00+08:00"
    world.publish(document)
    claim(world, "ann", "bob")
    world.clock.set(CLOSED)
    tick(world, times=3)
    world.clock.set("2020-06-21T10:00:30+08:00")
    claim(world, "cat", batch_id="later")
    [done] = tick(world)
    assert (done["step"], done["packs"]) == ("gave back expired", 2)
    assert (quantity(world), stock(world)) == (20, 19)
    assert_books(world, "pack", "later")


def test_money_waits_for_a_batch_that_is_not_published(world: World) -> None:
    """The money stays reserved, and rolls over with the first tick after that."""
    document = rolling()
    operator = world.operator()
    operator.send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    publish = "POST /admin/batches/{batch_id}/publish"
    assert operator.send(publish, {"batch_id": "pack"}, body={}).status == 200
    world.clock.set(CLOSED)
    assert tick(world, times=3) == []
    assert reserved(world) == of(10)
    replace_services(world.new_services())
    assert operator.send(publish, {"batch_id": "later"}, body={}).status == 200
    [done] = tick(world)
    assert (done["packs"], quantity(world)) == (10, 20)
    assert_books(world, "pack", "later")


def test_money_waits_no_longer_than_the_batch_could_be_claimed(world: World) -> None:
    """A batch that closes this second takes no packs, whether it is published or not."""
    operator, document = world.operator(), rolling()
    operator.send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    operator.send("POST /admin/batches/{batch_id}/publish", {"batch_id": "pack"}, body={})
    batch, closes_at_s = world.services.cache.batch("pack"), seconds(LATER["closes_at"])
    assert _target(world.services, batch, closes_at_s - 1) == "waits"
    assert _target(world.services, batch, closes_at_s) is None
    operator.send("POST /admin/batches/{batch_id}/publish", {"batch_id": "later"}, body={})
    assert isinstance(_target(world.services, batch, closes_at_s - 1), RolloverTarget)
    assert _target(world.services, batch, closes_at_s) is None


@pytest.mark.parametrize("over", ["closed", "stopped"])
def test_a_batch_that_is_over_gets_nothing(world: World, over: str) -> None:
    """The funders do."""
    world.publish(rolling())
    if over == "stopped":
        world.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "later"}, body={})
        world.clock.set(CLOSED)
    else:
        world.clock.set(LATER["closes_at"])
    done = [one for one in tick(world, times=3) if one["batch_id"] == "pack"]
    assert [one.get("packs") for one in done] == [None]
    assert quantity(world) == 10
    assert_books(world, "pack", "later")


def test_a_batch_that_is_counted_for_good_gets_nothing(world: World) -> None:
    """The schedule began before the later batch closed, and reaches it after another call has counted it."""
    world.publish(rolling())
    world.clock.set(LATER["closes_at"])
    batches = [world.services.cache.batch(batch_id) for batch_id in ("pack", "later")]
    for _ in range(2):
        for batch in batches:
            reclaim(world.services, batch, world.now_s, float("inf"))
        world.clock.advance(60)
    pack, later = batches
    [done] = give_back(world.new_services(), pack, later.closes_at_s - 1)
    assert "packs" not in done
    assert quantity(world) == 10
    assert_books(world, "pack", "later")


def test_a_dearer_pack_takes_whole_packs_and_the_funders_the_rest(world: World) -> None:
    """The money of ten packs of 10 yuan pays for three of 30, each funder its share; 10 yuan go to the funders."""
    thirty = terms("thirty-off", discount={"kind": "amount_off", "threshold_minor": 3000, "amount_minor": 3000})
    document = campaign(
        a_batch(rollover_to="later"), a_batch("later", terms=["thirty-off"], **LATER), terms=[terms(), thirty]
    )
    world.publish(document)
    world.clock.set(CLOSED)
    [done] = tick(world, times=3)
    assert (done["packs"], quantity(world)) == (3, 13)
    assert reserved(world) == of(3 * 13)
    assert_books(world, "pack", "later")


def test_a_batch_of_another_funder_is_not_paid_for(world: World) -> None:
    """No funder pays for another."""
    alone = terms("city-only", funding=[{"funder_id": "city", "basis_points": 10_000}])
    other = terms("shop-only", funding=[{"funder_id": "shop", "basis_points": 10_000}])
    document = campaign(
        a_batch(terms=["city-only"], rollover_to="later"),
        a_batch("later", terms=["shop-only"], **LATER),
        terms=[alone, other],
    )
    world.publish(document)
    world.clock.set(CLOSED)
    [done] = tick(world, times=3)
    assert "packs" not in done
    assert reserved(world) == {"city": 0, "platform": 0, "shop": 10_000}
    assert_books(world, "pack", "later")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dearer", [False, True], ids=["whole", "with a rest"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_killed_step_is_done_by_the_next(world: World, nth: int, dearer: bool, applied: bool) -> None:
    """Killed at the transaction of the packs or of the funders, it is still done once."""
    thirty = terms("thirty-off", discount={"kind": "amount_off", "threshold_minor": 3000, "amount_minor": 3000})
    document = rolling()
    if dearer:
        later = a_batch("later", terms=["thirty-off"], **LATER)
        document = campaign(a_batch(rollover_to="later"), later, terms=[terms(), thirty])
    world.publish(document)
    world.clock.set(CLOSED)
    tick(world)
    with pytest.raises(KilledError):
        tick(world, world.new_services(client=Mortal(world.client, nth, applied=applied, word="given_back")))
    assert_books(world, "pack", "later")
    tick(world)
    assert (quantity(world), reserved(world)) == ((13, of(39)) if dearer else (20, of(20)))
    assert world.services.reserves.get("pack").owed is None
    assert_books(world, "pack", "later")


def test_what_is_owed_is_not_rolled_over_again(world: World) -> None:
    """Killed between packs and funders: the later batch, raised since, gets no packs twice."""
    thirty = terms("thirty-off", discount={"kind": "amount_off", "threshold_minor": 3000, "amount_minor": 3000})
    cheap_later = a_batch("later", terms=["thirty-off"], **LATER)
    world.publish(campaign(a_batch(rollover_to="later", quantity=11), cheap_later, terms=[terms(), thirty]))
    world.clock.set(CLOSED)
    tick(world)
    with pytest.raises(KilledError):
        tick(world, world.new_services(client=Mortal(world.client, 1, applied=True, word="given_back")))
    assert world.services.reserves.get("pack").owed == of(2)
    assert (quantity(world), reserved(world)) == (13, of(2 + 39))
    [done] = tick(world)
    assert (done["amounts"], quantity(world), reserved(world)) == (of(2), 13, of(39))
    assert_books(world, "pack", "later")


def test_two_side_by_side_give_back_once(world: World) -> None:
    """The transaction of the slower call is refused, and the next tick does the rest."""
    world.publish(rolling())
    world.clock.set(CLOSED)
    tick(world)
    tick(
        world,
        world.new_services(client=Overtaken(world.client, "transact_write_items", "given_back", lambda: tick(world))),
    )
    assert (quantity(world), reserved(world)) == (20, of(20))
    assert_books(world, "pack", "later")


def test_a_raise_of_the_later_batch_meanwhile_is_kept(world: World) -> None:
    """A rollover computed from the old quantity is refused, and done with the new one."""
    world.publish(rolling())
    world.clock.set(CLOSED)
    tick(world)

    def raise_later() -> None:
        path, body = {"batch_id": "later"}, {"quantity": 15}
        answer = world.operator().send("PUT /admin/batches/{batch_id}/quantity", path, body=body)
        assert answer.status == 200

    tick(world, world.new_services(client=Overtaken(world.client, "transact_write_items", "given_back", raise_later)))
    assert (quantity(world), reserved(world)) == (15, of(25))
    tick(world)
    assert (quantity(world), stock(world), reserved(world)) == (25, 25, of(25))
    assert_books(world, "pack", "later")


def test_a_killed_schedule_loses_nothing(world: World) -> None:
    """Killed at any of the first writes after closing, the next ticks end with the same books."""
    for nth_write in range(1, 8):
        fresh = World(world.client, prefix=f"k{nth_write}-")
        fresh.publish(rolling())
        fresh.clock.set(CLOSED)
        for _ in range(3):
            try:
                tick(fresh, fresh.new_services(client=Mortal(fresh.client, nth_write, applied=True)))
            except KilledError:
                continue
        tick(fresh, times=3)
        assert (quantity(fresh), reserved(fresh)) == (20, of(20)), nth_write
