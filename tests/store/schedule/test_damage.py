"""Damage and the schedule: steps that decide money or stock wait for a damaged item, everything else is done."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.batches import Control
from coupons.schedule.minute import run_schedule
from coupons.settle.day_close import closed_through
from coupons.stores import keys
from infra.virtual.store import Store
from tests.logs import logged
from tests.world import World, a_batch, campaign, order, seconds

CLOSED, EXPIRED = "2020-06-07T10:00:00+08:00", "2020-06-21T10:00:00+08:00"
CLAIM = "CLAIM#"


@pytest.fixture
def world() -> World:
    return World(Store())


def control(world: World, batch_id: str = "pack") -> Control:
    found = world.services.controls.get(batch_id, consistent=True)
    assert found is not None
    return found


def spoil(world: World, variable: str, pk: str, sk: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Changes the first item with such keys (None removes an attribute); returns the item as it was."""
    table = world.settings[variable]
    items = world.client.scan(TableName=table)["Items"]
    before = next(one for one in items if one["pk"]["S"].startswith(pk) and one["sk"]["S"].startswith(sk))
    item = {name: value for name, value in {**before, **changes}.items() if value is not None}
    world.client.put_item(TableName=table, Item=item)
    return dict(before)


def mend(world: World, variable: str, item: dict[str, Any]) -> None:
    world.client.put_item(TableName=world.settings[variable], Item=item)


def tick(world: World) -> set[tuple[str, str]]:
    """What one call did, by batch or day, in a process with an empty cache."""
    services = world.new_services()
    report = run_schedule(services, world.now_s, float("inf"))
    assert not report.more, "nothing is to be called again at once for what waits"
    world.services = services
    return {(str(done.get("batch_id") or done["day"]), str(done["step"])) for done in report.did}


def ticks(world: World, at: str) -> set[tuple[str, str]]:
    """What the calls of as many minutes as a reclaim takes did."""
    world.clock.set(at)
    did: set[tuple[str, str]] = set()
    for _ in range(4):
        did |= tick(world)
        world.clock.advance(60)
    return did


def test_a_batch_without_its_control_item_is_named_and_the_others_go_on(world: World) -> None:
    """The index lists it, so it was published, and its money must not be forgotten."""
    world.publish(campaign(a_batch(), a_batch("other")))
    key = {name: {"S": value} for name, value in keys.control("pack").items()}
    world.client.delete_item(TableName=world.settings["CATALOG_TABLE"], Key=key)
    did = ticks(world, EXPIRED)
    assert {batch_id for batch_id, _ in did} >= {"other"}
    found, _ = world.services.damages.take()
    assert [(one.pk, one.reason) for one in found] == [(keys.control("pack")["pk"], "it is not there")]


@pytest.mark.parametrize(
    "changes",
    [{"c": None}, {"a": {"S": "never"}}, {"n": {"N": "99"}}, {"n": {"S": "one"}}, {"n": None}],
    ids=["coupons", "time", "no batch's number", "no number", "none"],
)
def test_a_count_after_closing_counts_a_claim_by_its_key(world: World, changes: dict[str, Any]) -> None:
    """Whatever its content, one pack less is left, and none is handed out twice."""
    world.publish(campaign(a_batch(quantity=3, closes_at="2020-06-08T10:00:00+08:00")))
    for name in ("ann", "bo"):
        assert world.citizen(name).put_claim("pack").status == 201
    spoil(world, "CLAIMS_TABLE", "B#pack#", CLAIM, changes)
    assert ("pack", "reopened") in ticks(world, "2020-06-08T10:00:00+08:00")
    found = control(world)
    assert (found.claims, found.final, found.quantity) == (2, True, 3)
    assert sum(shard.remaining for shard in world.services.stock.shards("pack", 2)) == 1


def test_a_claim_of_another_batchs_number_under_its_own_key_is_counted(world: World) -> None:
    """No other batch has this claim key, so its pack is taken, whatever its content."""
    world.publish(campaign(a_batch(quantity=3), a_batch("more")))
    world.citizen("ann").put_claim("pack")
    number = world.services.cache.batch("more").number
    spoil(world, "CLAIMS_TABLE", "B#pack#", CLAIM, {"n": {"N": str(number)}})
    assert ("pack", "reopened") in ticks(world, CLOSED)
    assert (control(world).claims, control(world, "more").claims) == (1, 0)


@pytest.mark.parametrize("number", [{"S": "x"}, {"N": "99"}], ids=["no number", "no batch's"])
def test_a_claim_that_may_be_a_sisters_is_waited_for(world: World, number: dict[str, str]) -> None:
    """Both batches of the exclusive group wait and a third is counted; once the claim is mended, both are counted."""
    pair = [a_batch("online", exclusive_group="one"), a_batch("offline", exclusive_group="one")]
    world.publish(campaign(*pair, a_batch("pack")))
    world.citizen("ann").put_claim("online")
    world.citizen("bo").put_claim("offline")
    before = spoil(world, "CLAIMS_TABLE", "G#", CLAIM, {"n": number})
    did = ticks(world, CLOSED)
    assert {("online", "damaged"), ("offline", "damaged"), ("pack", "reopened")} <= did
    assert control(world, "online").state == control(world, "offline").state == "sealing"
    mend(world, "CLAIMS_TABLE", before)
    did = tick(world)
    assert {("online", "reopened"), ("offline", "reopened")} <= did
    assert (control(world, "online").claims, control(world, "offline").claims) == (1, 1)


def test_a_sisters_damaged_claim_is_the_sisters(world: World) -> None:
    """Its number names its batch: only that batch waits with its expiry."""
    world.publish(campaign(a_batch("online", exclusive_group="one"), a_batch("offline", exclusive_group="one")))
    world.citizen("ann").put_claim("online")
    ticks(world, CLOSED)
    spoil(world, "CLAIMS_TABLE", "G#", CLAIM, {"c": None})
    did = ticks(world, EXPIRED)
    assert {("online", "damaged"), ("offline", "expired")} <= did
    assert ("online", "expired") not in did


@pytest.mark.parametrize(
    "changes",
    [{"c": None}, {"n": {"S": "x"}}, {"n": {"N": "99"}}],
    ids=["coupons", "no number", "no batch's number"],
)
def test_money_of_unused_coupons_waits_for_a_claim_that_cannot_be_read(world: World, changes: dict[str, Any]) -> None:
    """Other batches' money is given back; once the claim is mended, its batch's too, less what it used."""
    world.publish(campaign(a_batch("pack"), a_batch("more")))
    ann = world.citizen("ann")
    code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
    assert world.merchant().redeem("o-1", code, order()).status == 201
    world.citizen("bo").put_claim("pack")
    ticks(world, CLOSED)
    before = spoil(world, "CLAIMS_TABLE", "B#pack#", CLAIM, changes)
    did = ticks(world, EXPIRED)
    assert {("pack", "damaged"), ("more", "expired"), ("more", "gave back expired")} <= did
    assert (control(world).expired_at_s, control(world).unused) == (0, ())
    mend(world, "CLAIMS_TABLE", before)
    assert {("pack", "expired"), ("pack", "gave back expired")} <= tick(world)
    assert control(world).unused == (1,)


def test_a_damaged_claim_silences_no_reminder(world: World) -> None:
    """Other claims of its batch, and later batches, are announced."""
    world.publish(campaign(a_batch("pack", remind_days=3), a_batch("more", remind_days=3)))
    for name, batch_id in (("ann", "pack"), ("bo", "pack"), ("bo", "more")):
        world.citizen(name).put_claim(batch_id)
    ticks(world, CLOSED)
    spoil(world, "CLAIMS_TABLE", "B#pack#", CLAIM, {"c": {"L": [{"M": {"s": {"S": "?"}}}]}})
    did = ticks(world, "2020-06-17T00:00:00+08:00")
    assert {("pack", "reminded"), ("more", "reminded")} <= did
    assert sorted(event["subject"] for event in world.heard.take()) == ["more", "pack"]


def test_a_reminder_that_no_event_can_say_is_left_out(world: World) -> None:
    """A claim with fewer coupons than its pack, beside a sound claim."""
    world.publish(campaign(a_batch("pack", remind_days=3)))
    for name in ("ann", "bo"):
        world.citizen(name).put_claim("pack")
    coupon = {"s": {"S": "a"}, "e": {"N": str(seconds("2020-06-20T10:00:00+08:00"))}}
    spoil(world, "CLAIMS_TABLE", "B#pack#", CLAIM, {"c": {"L": [{"M": coupon}, {"M": coupon}]}})
    assert ("pack", "reminded") in ticks(world, "2020-06-17T00:00:00+08:00")
    assert len(world.heard.take()) == 1


@pytest.mark.parametrize(
    ("variable", "pk", "sk", "changes"),
    [
        ("ORDERS_TABLE", "diner#2020", "o-1", {"funding": None}),
        ("ORDERS_TABLE", "diner#2020", "o-1", {"payable_minor": {"N": "0.5"}}),
    ],
)
def test_a_day_with_a_line_that_cannot_be_read_waits(
    world: World, variable: str, pk: str, sk: str, changes: dict[str, Any]
) -> None:
    """It stays open, and nothing is recorded as spent; the next day closes, and this one once the line is mended."""
    world.publish(campaign(a_batch(closes_at="2020-06-10T10:00:00+08:00")))
    for name, order_no, at in (("ann", "o-1", "2020-06-06T11:00:00+08:00"), ("bo", "o-2", "2020-06-07T11:00:00+08:00")):
        world.clock.set(at)
        person = world.citizen(name)
        code = person.code(person.put_claim("pack").json["coupons"][0]["coupon_id"])
        assert world.merchant().redeem(order_no, code, order()).status == 201
    before = spoil(world, variable, pk, sk, changes)
    did = ticks(world, "2020-06-08T00:01:00+08:00")
    assert {("2020-06-06", "damaged"), ("2020-06-07", "closed")} <= did
    assert world.services.day_folds.spent("pack").keys() == {"2020-06-07"}
    mend(world, variable, before)
    assert ("2020-06-06", "closed") in tick(world)
    assert world.services.day_folds.spent("pack")["2020-06-06"] == {"city": 500, "platform": 300, "shop": 200}


def test_a_day_ends_with_the_last_zone_where_one_is_unknown(world: World) -> None:
    """A damaged batch may be in any zone, so the day is closed when it is over everywhere."""
    world.publish(campaign())
    person = world.citizen("ann")
    code = person.code(person.put_claim("pack").json["coupons"][0]["coupon_id"])
    assert world.merchant().redeem("o-1", code, order()).status == 201
    world.publish(campaign(a_batch("toys"), campaign_id="fair"))
    spoil(world, "CATALOG_TABLE", "BATCH#toys", "RELEASE", {"timezone": None})
    assert ("2020-06-06", "closed") not in ticks(world, "2020-06-07T19:56:00+08:00")
    world.clock.set("2020-06-07T20:00:29+08:00")
    assert ("2020-06-06", "closed") not in tick(world)
    world.clock.advance(1)
    assert ("2020-06-06", "closed") in tick(world)


def test_no_rest_is_given_past_a_day_that_cannot_be_read(world: World) -> None:
    """It may be open, with lines that are not added up yet."""
    world.publish(campaign())
    person = world.citizen("ann")
    code = person.code(person.put_claim("pack").json["coupons"][0]["coupon_id"])
    assert world.merchant().redeem("o-1", code, order()).status == 201
    ticks(world, "2020-06-08T00:01:00+08:00")
    zones = {"Asia/Shanghai"}
    assert str(closed_through(world.services, zones, world.now_s)) == "2020-06-07"
    spoil(world, "ORDERS_TABLE", "DAYS", "2020-06-06", {"closed_at_s": None})
    assert str(closed_through(world.services, zones, world.now_s)) == "2020-06-05"


def test_tills_go_on_where_the_day_cannot_be_read(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The damaged day is never closed, so nothing is lost; each process that reads it reports it."""
    world.publish(campaign())
    codes = []
    for name in ("ann", "bo"):
        person = world.citizen(name)
        codes.append(person.code(person.put_claim("pack").json["coupons"][0]["coupon_id"]))
    assert world.merchant().redeem("o-1", codes[0], order()).status == 201
    spoil(world, "ORDERS_TABLE", "DAYS", "2020-06-06", {"round": {"S": "x"}})
    world.services.day_marks._remembered.clear()
    assert world.merchant().redeem("o-2", codes[1], order()).status == 201
    assert {one[1:3] for one in logged(caplog)} == {("DAYS", "2020-06-06")}
    assert ("2020-06-06", "closed") not in ticks(world, "2020-06-08T00:01:00+08:00")


@pytest.mark.parametrize(
    ("pk", "sk", "changes"),
    [
        ("BATCH#pack", "RELEASE", {"batch": {"S": "{"}}),
        ("BATCH#pack", "CONTROL", {"round": None}),
        ("STOCK#pack#1", "STOCK", {"sealed": None}),
        ("INDEX", "BATCH#pack", {"claim_key": None}),
    ],
)
def test_one_damaged_batch_holds_up_no_other(world: World, pk: str, sk: str, changes: dict[str, Any]) -> None:
    """The damaged batch is first in the index; the second is counted and closed on time."""
    world.publish(campaign(a_batch("pack"), a_batch("second")))
    spoil(world, "CATALOG_TABLE", pk, sk, changes)
    assert ("second", "reopened") in ticks(world, CLOSED)


def test_a_shard_that_cannot_be_refilled_is_named(world: World) -> None:
    """It was sealed and no longer is: the reopening reports it instead of being repeated for ever."""
    world.publish(campaign())
    world.clock.set(CLOSED)
    assert ("pack", "sealed") in tick(world)
    spoil(world, "CATALOG_TABLE", "STOCK#pack#1", "STOCK", {"sealed": {"N": "1"}})
    world.clock.advance(60)
    assert tick(world) == {("pack", "damaged")}
    assert control(world).state == "sealing"


def test_a_fold_that_cannot_be_read_is_not_made_again(world: World) -> None:
    """Its batch waits and is reported; if the fold were taken as missing, it would be counted for ever."""
    world.publish(campaign(a_batch("pack")))
    world.citizen("ann").put_claim("pack")
    ticks(world, CLOSED)
    world.clock.set(EXPIRED)
    world.clock.advance(30)
    world.services.folds.record("expire#pack#2#0", 0, None, world.services.folds.recorded("reclaim#pack#2", 1)[0])
    spoil(world, "CATALOG_TABLE", "SWEEP#expire#pack#2#0#0", "FOLD", {"fold": {"S": "x"}})
    assert ("pack", "damaged") in tick(world)


def test_counts_of_another_pack_break_their_batch_alone(world: World) -> None:
    """The control item counts more coupons than a pack has: the others' money goes back all the same."""
    world.publish(campaign(a_batch("more"), a_batch("pack")))
    world.citizen("ann").put_claim("pack")
    world.citizen("bo").put_claim("more")
    ticks(world, CLOSED)
    spoil(
        world,
        "CATALOG_TABLE",
        "BATCH#pack",
        "CONTROL",
        {"expired_at_s": {"N": "1592704831"}, "unused": {"L": [{"N": "1"}, {"N": "1"}]}},
    )
    did = ticks(world, EXPIRED)
    assert {("pack", "broken"), ("more", "gave back expired")} <= did
