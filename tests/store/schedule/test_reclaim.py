"""Reclaim: whatever is killed, repeated or raised during it, in the end Σ remaining + claims = quantity."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.model.batches import Control
from coupons.operate.publication import raise_quantity
from coupons.process.services import Services
from coupons.refusals import Drained, SoldOut
from coupons.schedule.minute import run_schedule
from coupons.schedule.reclaim import reclaim
from tests.store.faults import Faulty, KilledError, Mortal, first
from tests.world import KEYS, World, a_batch, campaign

TICK_S = 60


def tick(world: World, services: Services | None = None) -> list[str]:
    """Runs the schedule once; returns its steps, without those that gave money back."""
    services = services or world.services
    did = [did["step"] for did in run_schedule(services, world.now_s, services.clock.monotonic_s() + 45).did]
    return [step for step in did if not step.startswith("gave back")]


def control(world: World, batch_id: str = "pack") -> Control:
    found = world.services.controls.get(batch_id, consistent=True)
    assert found is not None
    return found


def remaining(world: World, batch_id: str = "pack") -> int:
    return sum(shard.remaining for shard in world.services.stock.shards(batch_id, 2))


def claimed(world: World, *names: str, batch_id: str = "pack") -> None:
    for name in names:
        claim(world.services, batch_id, Citizen(KEYS.person(name), None), world.now_s)


def drained(world: World, batch_id: str = "pack") -> None:
    """All remaining packs are leased and lost, and the batch is marked drained."""
    round_ = control(world, batch_id).round
    for shard, left in enumerate(world.services.stock.shards(batch_id, 2)):
        if left.remaining:
            assert world.services.stock.lease(batch_id, shard, round_, left.remaining)[0]
    with pytest.raises(Drained):
        claimed(world, "late", batch_id=batch_id)


def play_out(world: World, ticks: int = 4) -> list[str]:
    did: list[str] = []
    for _ in range(ticks):
        world.clock.advance(TICK_S)
        did += tick(world)
    return did


def assert_exact(world: World, claims: int, quantity: int = 10, batch_id: str = "pack") -> None:
    found = control(world, batch_id)
    assert (found.state, found.drained_at_s, found.sealed_at_s) == ("open", 0, 0)
    assert (found.claims, found.quantity, found.sold_out) == (claims, quantity, claims == quantity)
    assert remaining(world, batch_id) == quantity - claims


@pytest.fixture
def run_dry(season: World) -> World:
    """Three of ten packs are claimed, seven are stranded."""
    claimed(season, "ann", "bo", "cy")
    drained(season)
    return season


def test_every_step_of_a_reclaim(run_dry: World) -> None:
    """One call seals; after the fence the next one counts and reopens; then nothing is due."""
    opened = run_dry.now_s
    assert tick(run_dry) == ["sealing", "sealed"]
    assert (control(run_dry).state, control(run_dry).round, control(run_dry).sealed_at_s) == ("sealing", 2, opened)
    before = run_dry.items()
    run_dry.clock.advance(29)
    assert tick(run_dry) == []
    assert run_dry.items() == before, "the fence holds to its last second"
    run_dry.clock.advance(1)
    assert tick(run_dry) == ["reopened"]
    assert_exact(run_dry, 3)
    before = run_dry.items()
    assert play_out(run_dry) == []
    assert run_dry.items() == before


def test_what_returned_can_be_claimed(run_dry: World) -> None:
    """People who came too late claim it; when the last pack is claimed, the batch is sold out."""
    play_out(run_dry)
    claimed(run_dry, *"defghij")
    run_dry.clock.advance(2)
    with pytest.raises(Drained):
        claimed(run_dry, "k")
    assert play_out(run_dry)[-1] == "sold_out"
    assert (control(run_dry).sold_out, control(run_dry).claims, remaining(run_dry)) == (True, 10, 0)
    with pytest.raises(SoldOut):
        claimed(run_dry, "k")
    assert play_out(run_dry) == [], "sold out is final"


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", range(1, 7))
def test_killed_at_any_write_the_next_tick_goes_on(run_dry: World, nth_write: int, applied: bool) -> None:
    """Killed before or after the beginning, the seals, the mark, the fold or the reopening, the result is exact."""
    mortal = run_dry.new_services(client=Mortal(run_dry.client, nth_write, applied=applied))
    died = False
    for _ in range(4):
        run_dry.clock.advance(TICK_S)
        try:
            tick(run_dry, mortal)
        except KilledError:
            died = True
            break
    assert died
    play_out(run_dry)
    assert_exact(run_dry, 3)


@pytest.mark.parametrize("seed", range(3))
def test_two_side_by_side_are_one(run_dry: World, seed: int) -> None:
    """Each call runs twice, in two processes; shards are filled once."""
    twins = [run_dry.new_services(seed=seed), run_dry.new_services(seed=seed + 10)]
    did: list[str] = []
    for _ in range(4):
        run_dry.clock.advance(TICK_S)
        for twin in random.Random(seed).sample(twins, 2):
            did += tick(run_dry, twin)
    assert did.count("reopened") == 1
    assert_exact(run_dry, 3)


def interrupting(world: World, operation: str, nth: int, act: Callable[[], object]) -> Services:
    """A process before whose n-th request of an operation something else happens."""

    def fine(real: Callable[..., Any], parameters: dict[str, Any]) -> Any:
        return real(**parameters)

    return world.new_services(client=Faulty(world.client, operation, *[fine] * (nth - 1), first(act)))


@pytest.mark.parametrize(
    ("operation", "nth", "when"),
    [
        ("update_item", 1, "before the sealing begins"),
        ("update_item", 2, "while shards are sealed"),
        ("update_item", 4, "before the fence counts"),
        ("query", 1, "before the count"),
        ("transact_write_items", 1, "between the count and the reopening"),
    ],
)
def test_a_raise_on_the_way_is_handed_out(run_dry: World, operation: str, nth: int, when: str) -> None:
    """Whenever it comes, its packs are in the stock afterwards, each once."""
    services = interrupting(
        run_dry, operation, nth, lambda: raise_quantity(run_dry.new_services(), "pack", 15, run_dry.now_s)
    )
    for _ in range(5):
        run_dry.clock.advance(TICK_S)
        tick(run_dry, services)
    assert control(run_dry).quantity == 15, when
    drained(run_dry)
    play_out(run_dry)
    assert_exact(run_dry, 3, quantity=15)


def test_a_twin_that_reopens_first_wins(run_dry: World) -> None:
    """Two calls have counted; the second reopening is refused and changes nothing."""
    run_dry.clock.advance(TICK_S)
    tick(run_dry)
    run_dry.clock.advance(TICK_S)
    slow = interrupting(run_dry, "transact_write_items", 1, lambda: tick(run_dry, run_dry.new_services()))
    tick(run_dry, slow)
    assert_exact(run_dry, 3)


def test_a_reclaim_that_has_just_begun_is_not_counted(run_dry: World) -> None:
    """A call that was frozen after its seals finds the next reclaim, whose shards are not sealed, and leaves it alone.

    Its monotonic clock stood still, so its time is not over.
    """

    def go_round() -> None:
        other = run_dry.new_services()
        for _ in range(2):
            tick(run_dry, other)
            run_dry.clock.advance(TICK_S)
        assert_exact(run_dry, 3)
        drained(run_dry)
        assert other.stock.begin_sealing("pack", control(run_dry))

    slow = interrupting(run_dry, "update_item", 4, go_round)
    did, _ = reclaim(slow, slow.cache.batch("pack"), run_dry.now_s, deadline_s=math.inf)
    assert did == ["sealing", "sealed"]
    assert (control(run_dry).state, control(run_dry).round) == ("sealing", 3)
    play_out(run_dry)
    assert_exact(run_dry, 3)


@pytest.mark.parametrize("stranded", [0, 1])
def test_sold_out_if_and_only_if_all_are_claimed(world: World, stranded: int) -> None:
    """While one pack is stranded the batch is not sold out, and that pack returns."""
    world.publish(campaign(a_batch(quantity=3)))
    claimed(world, *("ann", "bo", "cy")[: 3 - stranded])
    drained(world)
    assert play_out(world)[-1] == ("reopened" if stranded else "sold_out")
    found = control(world)
    assert (found.sold_out, found.claims, remaining(world)) == (not stranded, 3 - stranded, stranded)


def test_a_raise_after_sold_out_opens_again(world: World) -> None:
    """Sold out is final unless an operator raises the quantity."""
    world.publish(campaign(a_batch(quantity=1)))
    claimed(world, "ann")
    drained(world)
    play_out(world)
    assert control(world).sold_out
    world.operator().send("PUT /admin/batches/{batch_id}/quantity", {"batch_id": "pack"}, body={"quantity": 2})
    claimed(world, "bo")
    assert (control(world).sold_out, remaining(world)) == (False, 0)


def test_batches_of_one_group_are_counted_apart(world: World) -> None:
    """They share a claim key and its buckets; each reopens with its own remaining packs."""
    world.publish(campaign(a_batch("a", exclusive_group="g"), a_batch("b", exclusive_group="g")))
    claimed(world, "ann", "bo", "cy", batch_id="a")
    claimed(world, "di", "ed", batch_id="b")
    drained(world, "a")
    drained(world, "b")
    play_out(world)
    assert_exact(world, 3, batch_id="a")
    assert_exact(world, 2, batch_id="b")


def test_a_closed_batch_is_counted_for_good(season: World) -> None:
    """Even if it was never drained; afterwards nothing is due."""
    claimed(season, "ann")
    season.clock.set("2020-06-07T09:59:59+08:00")
    assert tick(season) == []
    season.clock.advance(1)
    assert play_out(season) == ["sealing", "sealed", "reopened"]
    assert control(season).final
    assert_exact(season, 1)


def test_more_claims_than_packs_are_reported(run_dry: World) -> None:
    """The batch is reported as broken and its stock is not changed; the other batches are done."""
    run_dry.publish(campaign(a_batch("next", closes_at="2020-06-06T10:00:01+08:00"), campaign_id="other"))
    run_dry.clock.advance(TICK_S)
    tick(run_dry)
    run_dry.client.update_item(
        TableName="CatalogTable",
        Key={"pk": {"S": "BATCH#pack"}, "sk": {"S": "CONTROL"}},
        UpdateExpression="SET quantity = :two",
        ExpressionAttributeValues={":two": {"N": "2"}},
    )
    run_dry.clock.advance(TICK_S)
    assert tick(run_dry)[-1] == "broken"
    assert run_dry.services.cache.control_now("next").round == 2, "it was sealed all the same"
    assert remaining(run_dry) == 0
