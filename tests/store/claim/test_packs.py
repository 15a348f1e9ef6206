"""Claims on the store: which refusal comes first, what it costs, and where its pack goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.model.batches import Control
from coupons.operate.members import change_members
from coupons.process.services import PATIENT_ATTEMPTS
from coupons.refusals import AlreadyClaimedGroup, Busy, Closed, Drained, NotEligible, NotOpen, SoldOut
from coupons.stores.dynamodb import NotApplied
from tests.store.faults import Counting, Faulty, answer_lost, first, throttled
from tests.world import KEYS, World, a_batch, campaign


def citizen(name: str = "ann", region: str | None = None) -> Citizen:
    return Citizen(KEYS.person(name), region)


def remaining(world: World, batch_id: str = "pack") -> list[int]:
    return [shard.remaining for shard in world.services.stock.shards(batch_id, 2)]


def control(world: World, batch_id: str = "pack") -> Control:
    found = world.services.controls.get(batch_id, consistent=True)
    assert found is not None
    return found


def strand(world: World, batch_id: str = "pack") -> None:
    """Processes that never claim lease every pack that remains."""
    for shard, packs in enumerate(remaining(world, batch_id)):
        if packs:
            assert world.services.stock.lease(batch_id, shard, control(world, batch_id).round, packs)[0]


STEPS: list[tuple[str, Callable[[World], object]]] = [
    ("not-open", lambda w: w.clock.set("2020-06-06T09:59:59+08:00")),
    ("closed", lambda w: w.clock.set("2020-06-07T10:00:00+08:00")),
    ("stopped", lambda w: w.services.controls.stop("pack", w.now_s)),
    ("paused", lambda w: w.services.controls.set_paused("pack", True)),
    ("not-eligible", lambda w: None),  # region; everybody else in the test has the right one
    ("drained", lambda w: w.services.stock.mark_drained("pack", Control("open", 1, 10), w.now_s)),
]


@pytest.mark.parametrize("place", range(len(STEPS)), ids=[slug for slug, _ in STEPS])
def test_of_several_reasons_the_first_is_given(world: World, place: int) -> None:
    """Time, then the operator, then the person, then the stock, while all later reasons apply as well."""
    world.publish(campaign(a_batch(eligibility={"regions": ["beijing"]})))
    world.citizen("ann", region="beijing").put_claim("pack")
    for _, arrange in reversed(STEPS[place:]):
        arrange(world)
    world.clock.advance(0)
    region = "tianjin" if place <= 4 else "beijing"
    if place >= 2:
        world.clock.set("2020-06-06T10:00:02+08:00")
    name = "eve" if place == 4 else "ann"  # a person who has the pack is answered before eligibility is checked
    assert world.citizen(name, region=region).put_claim("pack").slug == STEPS[place][0]


@pytest.mark.parametrize(
    ("changes", "claims", "reason"),
    [
        ({"eligibility": {"regions": ["beijing"]}}, {"region": "tianjin"}, "region"),
        ({"eligibility": {"regions": ["beijing"]}}, {"region": "beijing"}, ""),
        ({"eligibility": {"regions": ["beijing"]}}, {}, ""),  # a token without a region counts as eligible
        ({"eligibility": {"group_id": "care"}}, {}, "group"),
        ({"mode": "granted", "eligibility": {"group_id": "care"}}, {"person_id": "member"}, ""),
        ({"booking": {"opens_at": "2020-06-01T00:00:00Z", "closes_at": "2020-06-02T00:00:00Z"}}, {}, ""),
        (
            {"booking": {"opens_at": "2020-06-01T00:00:00Z", "closes_at": "2020-06-02T00:00:00Z", "required": True}},
            {},
            "booking-required",
        ),
        (
            {"booking": {"opens_at": "2020-06-01T00:00:00Z", "closes_at": "2020-06-02T00:00:00Z", "required": True}},
            {"person_id": "booked"},
            "",
        ),
    ],
)
def test_eligibility(world: World, changes: dict[str, Any], claims: dict[str, str], reason: str) -> None:
    """The region is checked by the token, group of members and booking by the tables."""
    world.publish(campaign(a_batch(**changes)))
    change_members(world.services, "care", ["member"], [], world.now_s)
    world.services.bookings.put(world.services.cache.batch("pack"), KEYS.person("booked"), 1)
    answer = world.citizen("ann", **claims).put_claim("pack")
    assert (answer.status, answer.json.get("reason", "")) == ((403, reason) if reason else (201, ""))


def test_stock_stands_before_the_price(world: World) -> None:
    """The contract's order: `sold-out` and `drained` come before `insufficient-points`."""
    world.publish(campaign(a_batch(price_points=5)))
    assert world.citizen("ann").put_claim("pack").slug == "insufficient-points"
    assert remaining(world) == [5, 5]
    assert world.services.stock.mark_drained("pack", control(world), world.now_s)
    world.clock.advance(1)
    assert world.citizen("ann").put_claim("pack").slug == "drained"


@pytest.mark.parametrize(
    ("moment", "refusal"), [("2020-06-06T09:59:59+08:00", NotOpen), ("2020-06-07T10:00:00+08:00", Closed)]
)
def test_outside_the_window_nothing_is_asked(season: World, moment: str, refusal: type[Exception]) -> None:
    """Once the batch is known, no refusal by time costs a request."""
    season.clock.set(moment)
    counting = Counting(season.client)
    services = season.new_services(client=counting)
    services.cache.batch("pack")
    counting.requests.clear()
    for n in range(3):
        with pytest.raises(refusal):
            claim(services, "pack", citizen(f"p{n}"), season.now_s)
    assert not counting.requests


def test_once_drained_a_refusal_costs_one_read_a_second(season: World) -> None:
    """The process that reads all shards as empty marks the batch; a second later others refuse without a request."""
    strand(season)
    counting = Counting(season.client)
    services = season.new_services(client=counting)
    with pytest.raises(Drained) as refused:
        claim(services, "pack", citizen(), season.now_s)
    assert control(season).drained_at_s == season.now_s
    assert refused.value.returns_at_s == season.now_s + 120
    assert 120 <= refused.value.retry_after_s < 150
    for step_s, requests in ((0.0, {}), (0.999, {}), (0.001, {"get_item": 1}), (0.5, {}), (0.5, {"get_item": 1})):
        season.clock.advance(step_s)
        counting.requests.clear()
        for n in range(3):
            with pytest.raises(Drained):
                claim(services, "pack", citizen(f"p{n}"), season.now_s)
        del counting.requests["update_item"]  # the statistic of refusals has a moment of its own
        assert counting.requests == requests
    assert season.client.scan(TableName="ClaimsTable")["Count"] == 0


def test_the_cache_only_refuses(season: World) -> None:
    """A process whose cache says open writes no claim more than a second after the stop, by both clocks."""
    services = season.new_services()
    claim(services, "pack", citizen("a"), season.now_s)
    assert season.services.controls.set_paused("pack", True)
    season.clock.wall -= 5
    with pytest.raises(Exception, match="paused"):
        claim(services, "pack", citizen("b"), season.now_s + 5)


def test_drained_is_marked_by_who_reads_all_shards_at_zero(season: World) -> None:
    """While one shard has a pack the batch is not drained: both packs of the last shard are claimed first."""
    assert season.services.stock.lease("pack", 0, 1, 5)[0]
    assert season.services.stock.lease("pack", 1, 1, 3)[0]
    for name in ("ann", "bo"):
        claim(season.new_services(seed=len(name)), "pack", citizen(name), season.now_s)
    assert (remaining(season), control(season).drained_at_s) == ([0, 0], 0)
    with pytest.raises(Drained):
        claim(season.new_services(), "pack", citizen("cy"), season.now_s)


def test_a_raise_between_reading_and_marking_is_not_drained(season: World) -> None:
    """The mark is refused by the quantity, and the new packs are handed out."""
    strand(season)

    def raise_it() -> None:
        season.services.transact(season.services.stock.raising("pack", Control("open", 1, 10), 12, [1, 1]))

    # The first update is the lease that fails, the second the mark.
    client = Faulty(season.client, "update_item", lambda real, p: real(**p), first(raise_it))
    held, _ = claim(season.new_services(client=client), "pack", citizen(), season.now_s)
    assert held.claim.person == KEYS.person("ann")
    assert (sum(remaining(season)), control(season).drained_at_s) == (1, 0)


@pytest.mark.parametrize("operation", ["update_item", "batch_get_item"])
def test_a_throttled_shard_is_busy_and_never_drained(season: World, operation: str) -> None:
    """If the lease or the read of all shards is throttled, nothing is known about the stock."""
    strand(season)
    before = season.items()
    faulty = Faulty(season.client, operation, *[throttled] * PATIENT_ATTEMPTS)
    with pytest.raises(NotApplied):
        claim(season.new_services(client=faulty), "pack", citizen(), season.now_s)
    assert season.items() == before


def test_a_repeat_gives_its_pack_back(season: World) -> None:
    """The same claim is answered, and the stock is as before at once, because the pack was the lease's last."""
    first_time, replay = claim(season.services, "pack", citizen(), season.now_s)
    assert not replay
    before = season.items()
    for seed in range(5):
        again, replay = claim(season.new_services(seed=seed), "pack", citizen(), season.now_s + 1)
        assert (again.claim, replay) == (first_time.claim, True)
    assert season.items() == before


@pytest.mark.parametrize("fault", [throttled, answer_lost])
def test_a_pack_that_cannot_be_given_back_is_stranded(season: World, fault: Any) -> None:
    """It is tried once; the repeat is answered, and no pack is counted twice."""
    claim(season.services, "pack", citizen(), season.now_s)
    client = Faulty(season.client, "update_item", lambda real, p: real(**p), fault)
    assert claim(season.new_services(client=client), "pack", citizen(), season.now_s)[1]
    assert client.calls == 2
    assert sum(remaining(season)) == (8 if fault is throttled else 9)


def test_another_batch_of_the_group_is_refused_and_keeps_its_packs(world: World) -> None:
    """Both share a claim key: the person has one pack, is told of which batch, and the other's stock is unchanged."""
    world.publish(campaign(a_batch("a", exclusive_group="g"), a_batch("b", exclusive_group="g")))
    claim(world.services, "a", citizen(), world.now_s)
    with pytest.raises(AlreadyClaimedGroup) as refused:
        claim(world.services, "b", citizen(), world.now_s)
    assert refused.value.claimed_batch_id == "a"
    assert (sum(remaining(world, "a")), sum(remaining(world, "b"))) == (9, 10)
    assert claim(world.services, "a", citizen(), world.now_s)[1]


def test_sold_out_is_said_when_it_is_final(season: World) -> None:
    """Only the control item tells it."""
    season.client.update_item(
        TableName="CatalogTable",
        Key={"pk": {"S": "BATCH#pack"}, "sk": {"S": "CONTROL"}},
        UpdateExpression="SET sold_out = :yes, drained_at_s = :then",
        ExpressionAttributeValues={":yes": {"BOOL": True}, ":then": {"N": "5"}},
    )
    with pytest.raises(SoldOut):
        claim(season.new_services(), "pack", citizen(), season.now_s)


def test_when_the_last_packs_dance_the_answer_is_busy(season: World) -> None:
    """After four shards, and a read of all shards after each, the answer is `busy`."""
    counting = Counting(season.client)
    services = season.new_services(client=counting)
    services.cache.batch("pack")
    services.cache.control("pack")
    stock = services.stock
    real = stock.lease
    stock.lease = lambda *asked: real(asked[0], asked[1], asked[2], 99)  # type: ignore[method-assign]
    counting.requests.clear()
    with pytest.raises(Busy, match="last packs"):
        claim(services, "pack", citizen(), season.now_s)
    assert counting.requests == {"update_item": 4, "batch_get_item": 4}


def test_the_wrong_region_is_told_which_is_right(world: World) -> None:
    """The detail names the regions."""
    world.publish(campaign(a_batch(eligibility={"regions": ["beijing"]})))
    with pytest.raises(NotEligible, match="beijing"):
        claim(world.services, "pack", citizen(region="tianjin"), world.now_s)
