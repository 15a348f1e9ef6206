"""Limits of a claim: counted in the claim's transaction, exact at every border, and never refusing a repeat."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.process.services import replace_services
from coupons.refusals import Busy
from coupons.stores.dynamodb import NoAnswer
from tests.store.faults import Counting, Faulty, answer_lost, fault, first, request_lost, throttled
from tests.world import KEYS, World, a_batch, campaign, order

COUNT = {"kind": "count", "limit_id": "two", "per": "person", "period": "campaign", "packs_max": 2}
WEEKLY = {"kind": "count", "limit_id": "home", "per": "household", "period": "week", "packs_max": 1}
ONE = {"kind": "one_at_a_time", "limit_id": "one"}
NAMES = ["a", "b", "c"]


def limited(*limits: dict[str, Any], names: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    """Batches a, b and c that share the limits."""
    ids = [limit["limit_id"] for limit in limits]
    changes = {"closes_at": "2020-07-31T10:00:00+08:00", **changes}
    return campaign(*[a_batch(name, limits=ids, **changes) for name in names or NAMES], limits=list(limits))


def said(world: World, batch_id: str, name: str = "ann", **claims: str) -> str:
    """`claimed`, `again`, or the reason of the refusal."""
    answer = world.citizen(name, **claims).put_claim(batch_id)
    if answer.slug:
        return str(answer.json.get("reason", answer.slug))
    return "again" if answer.status == 200 else "claimed"


def packs(world: World) -> int:
    """Left in the shards of all batches."""
    return sum(shard.remaining for name in NAMES for shard in world.services.stock.shards(name, 2))


def counted(world: World) -> list[int]:
    items = world.client.scan(TableName="ClaimsTable")["Items"]
    return [int(item["c"]["N"]) for item in items if "c" in item and "N" in item["c"]]


def test_a_person_claims_as_many_as_the_limit_says(world: World) -> None:
    """Two of three batches are claimed and no third; repeats are answered, and another person has their own count."""
    world.publish(limited(COUNT))
    assert [said(world, name) for name in NAMES] == ["claimed", "claimed", "limit"]
    assert [said(world, name) for name in NAMES] == ["again", "again", "limit"]
    assert said(world, "c", "bob") == "claimed"
    assert packs(world) == 27
    assert sorted(counted(world)) == [1, 2]


@pytest.mark.parametrize(
    ("period", "last", "next_one"),
    [
        ("day", "2020-06-07T23:59:59+08:00", "2020-06-08T00:00:00+08:00"),
        ("week", "2020-06-07T23:59:59+08:00", "2020-06-08T00:00:00+08:00"),
        ("month", "2020-06-30T23:59:59+08:00", "2020-07-01T00:00:00+08:00"),
    ],
)
def test_a_period_begins_at_the_campaigns_midnight(world: World, period: str, last: str, next_one: str) -> None:
    """One second before midnight the old count applies; at midnight a new one begins."""
    world.publish(limited({**COUNT, "period": period, "packs_max": 1}))
    world.clock.set(last)
    assert [said(world, "a"), said(world, "b")] == ["claimed", "limit"]
    world.clock.set(next_one)
    assert [said(world, "b"), said(world, "c")] == ["claimed", "limit"]


def test_a_household_claims_one_a_week(world: World) -> None:
    """The first of its members claims; other households, and tokens without a household, are not affected."""
    world.publish(limited(WEEKLY))
    assert said(world, "a", "ann", household_id="h1") == "claimed"
    assert said(world, "a", "bob", household_id="h1") == "limit"
    assert said(world, "a", "ann", household_id="h1") == "again"
    assert said(world, "a", "cat", household_id="h2") == "claimed"
    assert [said(world, name, "dan") for name in NAMES] == ["claimed"] * 3


def test_a_household_is_nobodys_person(world: World) -> None:
    """Keys of households and persons are derived differently, so equal names share no count."""
    assert KEYS.household("ann") != KEYS.person("ann")
    both = {**COUNT, "packs_max": 1}
    world.publish(limited(both, WEEKLY))
    assert said(world, "a", "ann", household_id="bob") == "claimed"
    assert said(world, "b", "bob", household_id="ann") == "claimed"


def test_every_limit_of_a_batch_holds(world: World) -> None:
    """The person's limit allows it, the household's does not, and a refusal counts nothing."""
    world.publish(limited(COUNT, WEEKLY))
    assert said(world, "a", "ann", household_id="h1") == "claimed"
    assert said(world, "b", "ann", household_id="h1") == "limit"
    assert sorted(counted(world)) == [1, 1]
    assert said(world, "b", "ann") == "claimed"
    assert said(world, "c", "ann") == "limit"


def redeem(world: World, batch_id: str, order_no: str = "o-1") -> None:
    ann = world.citizen("ann")
    coupon_id = ann.send("GET /batches/{batch_id}/claim", {"batch_id": batch_id}).json["coupons"][0]["coupon_id"]
    assert world.merchant().redeem(order_no, ann.code(coupon_id), order()).status == 201


def test_the_next_pack_comes_after_the_last_was_redeemed(world: World) -> None:
    """It is refused while the last pack can be used; a repeat of the last claim is answered."""
    world.publish(limited(ONE))
    assert [said(world, "a"), said(world, "b"), said(world, "a")] == ["claimed", "limit", "again"]
    redeem(world, "a")
    assert [said(world, "b"), said(world, "c"), said(world, "a")] == ["claimed", "limit", "again"]


def test_a_held_coupon_is_still_to_be_used(world: World) -> None:
    """An unpaid order may still release it."""
    world.publish(limited(ONE))
    assert said(world, "a") == "claimed"
    ann = world.citizen("ann")
    code = ann.code(ann.send("GET /wallet").json["coupons"][0]["coupon_id"])
    body = {"code": code, "order": order(), "ttl_s": 60}
    assert world.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o-1"}, body=body).status == 201
    assert said(world, "b") == "limit"


@pytest.mark.parametrize(("after_s", "next_one"), [(-1, "limit"), (0, "claimed")])
def test_an_expired_pack_is_over_too(world: World, after_s: int, next_one: str) -> None:
    """From the second of its expiry, because nothing of it can be used any more."""
    world.publish(limited(ONE))
    assert said(world, "a") == "claimed"
    world.clock.advance(14 * 86_400 + after_s)
    assert said(world, "b") == next_one


def test_a_voided_pack_is_over_too(world: World) -> None:
    """The operator voided the coupons, so the person can claim again."""
    world.publish(limited(ONE))
    assert said(world, "a") == "claimed"
    stop = "POST /admin/batches/{batch_id}/stop"
    world.operator().send(stop, {"batch_id": "a"}, body={"issued": "void"})
    world.clock.advance(1)
    assert said(world, "b") == "claimed"


def test_a_limit_stands_before_the_stock(world: World) -> None:
    """The contract's order: not-eligible comes before drained, and a repeat before both."""
    world.publish(limited({**COUNT, "packs_max": 1}))
    assert said(world, "a") == "claimed"
    for name in NAMES:
        for shard, left in enumerate(world.services.stock.shards(name, 2)):
            assert world.services.stock.lease(name, shard, 1, left.remaining)[0]
    assert said(world, "b", "bob") == "drained"
    assert [said(world, "b"), said(world, "a")] == ["limit", "again"]


def test_a_limit_is_said_before_another_batch_of_the_group(world: World) -> None:
    """The contract's order: not-eligible, then already-claimed-group."""
    world.publish(limited({**COUNT, "packs_max": 1}, exclusive_group="g"))
    assert [said(world, "a"), said(world, "b"), said(world, "a")] == ["claimed", "limit", "again"]


def citizen(name: str = "ann") -> Citizen:
    return Citizen(KEYS.person(name), None)


def test_a_claim_under_limits_is_one_transaction(world: World) -> None:
    """A lease, a read and the transaction; a claim without limits costs none of it."""
    world.publish(limited(COUNT))
    counting = Counting(world.client)
    services = world.new_services(client=counting)
    claim(services, "a", citizen(), world.now_s)
    assert counting.requests["transact_write_items"] == 1
    assert counting.requests["put_item"] == 0


@pytest.mark.parametrize("limit", [COUNT, ONE], ids=["count", "one at a time"])
def test_a_claim_whose_answer_is_lost_is_counted_once(world: World, limit: dict[str, Any]) -> None:
    """The second attempt finds its own token in the claim: written once, counted once, no pack lost."""
    world.publish(limited(limit))
    faulty = Faulty(world.client, "transact_write_items", answer_lost)
    _, replay = claim(world.new_services(client=faulty), "a", citizen(), world.now_s)
    assert (replay, faulty.calls) == (False, 2)
    assert counted(world) == [1] * (limit is COUNT)
    assert packs(world) == 29


def test_all_attempts_carry_one_name(world: World) -> None:
    """DynamoDB recognises by the name that it has applied the transaction already."""
    world.publish(limited(COUNT))
    names: list[str] = []

    def lost(real: Any, parameters: dict[str, Any]) -> Any:
        names.append(parameters["ClientRequestToken"])
        return request_lost(real, parameters)

    faulty = Faulty(world.client, "transact_write_items", lost, lost, lost)
    with pytest.raises(NoAnswer):
        claim(world.new_services(client=faulty), "a", citizen(), world.now_s)
    assert len(names) == 3
    assert len(set(names)) == 1
    assert packs(world) == 29, "its token is burnt until the reclaim"


def ann_claims(world: World, batch_id: str) -> None:
    claim(world.new_services(), batch_id, citizen(), world.now_s)


def test_a_limit_that_is_reached_meanwhile_refuses_the_put(world: World) -> None:
    """Two phones of one person at once: the second reads again, finds the limit, and its pack goes back."""
    world.publish(limited({**COUNT, "packs_max": 1}))
    faulty = Faulty(world.client, "transact_write_items", first(lambda: ann_claims(world, "b")))
    replace_services(world.new_services(client=faulty))
    assert said(world, "a") == "limit"
    assert counted(world) == [1]
    assert packs(world) == 29


def test_two_first_packs_at_once_are_one(world: World) -> None:
    """One at a time, also if nothing was claimed before."""
    world.publish(limited(ONE))
    faulty = Faulty(world.client, "transact_write_items", first(lambda: ann_claims(world, "b")))
    replace_services(world.new_services(client=faulty))
    assert said(world, "a") == "limit"


def test_two_next_packs_at_once_are_one(world: World) -> None:
    """Both read the same last pack; when one has claimed, that pack is no longer the last."""
    world.publish(limited(ONE))
    ann_claims(world, "c")
    redeem(world, "c")
    faulty = Faulty(world.client, "transact_write_items", first(lambda: ann_claims(world, "b")))
    replace_services(world.new_services(client=faulty))
    assert said(world, "a") == "limit"


def test_an_unknown_attempt_before_a_reached_limit_burns_the_token(world: World) -> None:
    """The unknown attempt may still be applied, so its pack must not be handed out again."""
    world.publish(limited({**COUNT, "packs_max": 1}))
    faulty = Faulty(world.client, "transact_write_items", request_lost, first(lambda: ann_claims(world, "b")))
    with pytest.raises(NoAnswer):
        claim(world.new_services(client=faulty), "a", citizen(), world.now_s)
    assert packs(world) == 28


def test_a_throttled_claim_gives_its_pack_back(world: World) -> None:
    """Nothing was applied, so the next person gets the pack."""
    world.publish(limited(COUNT))
    faulty = Faulty(world.client, "transact_write_items", throttled)
    with pytest.raises(Busy):
        claim(world.new_services(client=faulty), "a", citizen(), world.now_s)
    assert (packs(world), counted(world)) == (30, [])


def test_a_limit_that_never_stands_still_is_busy(world: World) -> None:
    """A household with many phones: the attempts are bounded, and no pack is lost."""
    world.publish(limited({**WEEKLY, "packs_max": 1000, "period": "campaign"}))
    faulty = Faulty(world.client, "transact_write_items", moved, moved, moved)
    with pytest.raises(Busy):
        claim(world.new_services(client=faulty), "a", Citizen(KEYS.person("ann"), None, b"h" * 16), world.now_s)
    assert (packs(world), faulty.calls) == (30, 3)


def moved(_real: Any, _parameters: dict[str, Any]) -> Any:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    raise fault("TransactionCanceledException", CancellationReasons=reasons)


def test_the_catalogue_shows_the_limits(world: World) -> None:
    """An app can show them before a person claims."""
    world.publish(limited(COUNT, ONE))
    shown = world.citizen("ann").send("GET /batches/{batch_id}", {"batch_id": "a"}).json
    assert shown["limits"] == [{**COUNT, "counts": "claims"}, ONE]
