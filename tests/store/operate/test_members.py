"""Groups of members, and batches granted to a whole group: no stock, and never more members than packs."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.operate.members import MemberChange, change_members
from coupons.operate.publication import publish, raise_quantity
from coupons.refusals import Busy, NotEligible, TermsFrozen
from coupons.schedule.minute import run_schedule
from coupons.stores.dynamodb import NoAnswer, TransactionFailed
from coupons.stores.groups import Group
from tests.store.faults import WRITES, Counting, Faulty, first, request_lost
from tests.world import KEYS, Answered, World, a_batch, campaign

GROUP = "care"


def granted(quantity: int = 3, batch_id: str = "pack", **changes: Any) -> dict[str, Any]:
    return a_batch(batch_id, mode="granted", eligibility={"group_id": GROUP}, quantity=quantity, **changes)


def people(count: int, first_one: int = 0) -> list[str]:
    return [f"p{number}" for number in range(first_one, first_one + count)]


def change(world: World, add: list[str], remove: list[str] | None = None) -> int:
    """The number of people ever admitted, after the change."""
    return change_members(world.new_services(), GROUP, add, remove or [], world.now_s).entitled


def members(world: World, names: list[str]) -> list[bool]:
    return [world.services.groups.is_member(GROUP, KEYS.person(name)) for name in names]


def claims(world: World, *names: str) -> list[str]:
    """`claimed`, or the slug of the refusal, for each."""
    answers = [world.citizen(name).put_claim("pack") for name in names]
    return [answer.slug or "claimed" for answer in answers]


def raise_to(world: World, quantity: int) -> Answered:
    path = {"batch_id": "pack"}
    return world.operator().send("PUT /admin/batches/{batch_id}/quantity", path, body={"quantity": quantity})


def test_members_come_and_go(world: World) -> None:
    """More people than one transaction holds; a repeat changes nothing, and groups do not mix."""
    for _ in range(2):
        assert change(world, people(120)) == 120
    assert change(world, people(30, 120), people(120)) == 150
    assert members(world, people(150)) == [False] * 120 + [True] * 30
    assert not world.services.groups.is_member("other", KEYS.person("p149"))


def test_everyone_ever_admitted_is_counted_once(world: World) -> None:
    """A person who is removed and admitted again counts once; removing a stranger counts nothing."""
    assert change(world, ["ann", "bob", "ann"]) == 2
    assert change(world, [], ["bob", "stranger"]) == 2
    assert members(world, ["ann", "bob", "stranger"]) == [True, False, False]
    assert change(world, ["bob"]) == 2
    assert members(world, ["bob"]) == [True]


def test_a_granted_batch_needs_no_stock(world: World) -> None:
    """A claim or a repeat costs one write, the put. The shards keep all packs until the count after closing."""
    world.publish(campaign(granted()))
    change(world, people(3))
    counting = Counting(world.client)
    services = world.new_services(client=counting)
    for name in [*people(2), "p0"]:
        claim(services, "pack", Citizen(KEYS.person(name), None), world.now_s)
    assert {name: number for name, number in counting.requests.items() if name in WRITES} == {"put_item": 3}
    assert sum(shard.remaining for shard in services.stock.shards("pack", 2)) == 3


def test_only_members_claim_and_only_once(world: World) -> None:
    """A stranger is refused, a repeat answered; a member who was removed keeps what was claimed."""
    world.publish(campaign(granted()))
    change(world, ["ann", "bob"])
    assert claims(world, "ann", "ann", "eve") == ["claimed", "claimed", "not-eligible"]
    change(world, [], ["bob"])
    assert claims(world, "bob") == ["not-eligible"]


@pytest.mark.parametrize(("before", "more", "fits"), [(2, 1, True), (2, 2, False), (3, 1, False), (3, 0, True)])
def test_a_group_never_outgrows_a_batch_that_was_granted_to_it(
    world: World, before: int, more: int, fits: bool
) -> None:
    """It grows up to the quantity and no further; members may be named again."""
    change(world, people(before))
    world.publish(campaign(granted(3)))
    if fits:
        assert change(world, people(before + more)) == before + more
        return
    with pytest.raises(TermsFrozen, match="'pack' grants 3 packs to all of 'care'"):
        change(world, people(before + more))
    assert world.services.groups.get(GROUP).entitled == before


def test_a_removed_member_still_counts(world: World) -> None:
    """A removed member may have claimed, so three packs allow three people ever."""
    world.publish(campaign(granted(3)))
    change(world, people(3))
    assert claims(world, "p0") == ["claimed"]
    change(world, [], ["p0"])
    with pytest.raises(TermsFrozen):
        change(world, ["p3"])


def test_the_smallest_batch_bounds_the_group(world: World) -> None:
    """Each of the batches must have a pack for each member."""
    world.publish(campaign(granted(5), granted(4, "other")))
    change(world, people(4))
    with pytest.raises(TermsFrozen, match="'other' grants 4"):
        change(world, ["p4"])


@pytest.mark.parametrize("over", ["closed", "stopped"])
def test_a_batch_that_is_over_bounds_nobody(world: World, over: str) -> None:
    """One fence after its end no claim of it can be written any more."""
    world.publish(campaign(granted(1)))
    if over == "stopped":
        world.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    else:
        world.clock.set("2020-06-07T10:00:00+08:00")
    world.clock.advance(29)
    with pytest.raises(TermsFrozen):
        change(world, people(2))
    world.clock.advance(1)
    assert change(world, people(2)) == 2


def test_a_process_that_has_not_heard_of_a_stop_grants_to_nobody_new(world: World) -> None:
    """It caches the control item for a second: a person admitted right at the stop would be one too many."""
    world.publish(campaign(granted(1)))
    change(world, ["ann"])
    behind = world.new_services()
    behind.cache.control("pack")
    assert claims(world, "ann") == ["claimed"]
    world.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    with pytest.raises(TermsFrozen):
        change(world, ["bob"])
    with pytest.raises(NotEligible):
        claim(behind, "pack", Citizen(KEYS.person("bob"), None), world.now_s)


def test_a_raise_lets_the_group_grow(world: World) -> None:
    """The group may grow by the packs that the raise adds, in the same transaction."""
    world.publish(campaign(granted(3)))
    change(world, people(3))
    assert raise_to(world, 5).status == 200
    assert change(world, people(5)) == 5
    with pytest.raises(TermsFrozen):
        change(world, people(6))


def test_a_raise_beside_a_growing_group_is_tried_again(world: World) -> None:
    """The group changes between read and transaction: the raise is tried again, and reserves once."""
    world.publish(campaign(granted(3)))
    faulty = Faulty(world.client, "transact_write_items", first(lambda: change(world, ["ann"])))
    world.services = world.new_services(client=faulty)
    raise_quantity(world.services, "pack", 5, world.now_s)
    assert world.services.groups.get(GROUP) == Group(1, 3, {"pack": 5})
    [city, *_] = world.services.budgets.of("season", ["city"])
    assert city.reserved_minor == 5 * 500


def test_a_group_too_large_claims_from_the_stock(world: World) -> None:
    """Its members claim until the stock is gone, and the group may grow."""
    change(world, people(4))
    world.publish(campaign(granted(3)))
    assert change(world, people(5)) == 5
    assert claims(world, *people(5)).count("claimed") == 3
    assert sum(shard.remaining for shard in world.services.stock.shards("pack", 2)) == 0


def test_a_rush_among_members_claims_from_the_stock(world: World) -> None:
    """A `first_come` batch for a group is not granted: the group may grow beyond the packs."""
    world.publish(campaign(a_batch(eligibility={"group_id": GROUP}, quantity=3)))
    assert change(world, people(4)) == 4
    assert claims(world, *people(4)).count("claimed") == 3


def test_a_batch_for_points_claims_from_the_stock(world: World) -> None:
    """A price in points needs another item in the transaction."""
    world.publish(campaign(granted(3, price_points=5)))
    assert change(world, people(4)) == 4


def test_a_group_that_grew_while_publishing_is_looked_at_again(world: World) -> None:
    """The decision made for three members is made again for four."""
    change(world, people(3))
    world.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=campaign(granted(3)))
    faulty = Faulty(world.client, "transact_write_items", first(lambda: change(world, ["late"])))
    batch, _, _ = publish(world.new_services(client=faulty), "pack", world.now_s)
    assert batch.from_stock
    assert world.services.groups.get(GROUP).fits == {}


def test_somebody_admitted_by_another_call_is_counted_once(world: World) -> None:
    """The refused transaction names them, and the others are admitted."""
    faulty = Faulty(world.client, "transact_write_items", first(lambda: change(world, ["bob"])))
    changed = change_members(world.new_services(client=faulty), GROUP, ["ann", "bob"], [], world.now_s)
    assert changed == MemberChange(added=1, removed=0, entitled=2)
    assert members(world, ["ann", "bob"]) == [True, True]


def test_a_group_that_never_stands_still_is_busy(world: World) -> None:
    """The attempts are bounded, and each person is admitted wholly or not at all."""
    with pytest.raises(Busy):
        change_members(world.new_services(client=_Growing(world)), GROUP, ["ann"], [], world.now_s)
    assert members(world, ["ann"]) == [False]


class _Growing:
    """A client that admits another person before each transaction."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._number = 0

    def __getattr__(self, name: str) -> Any:
        if name == "transact_write_items":
            self._number += 1
            change(self._world, [f"other-{self._number}"])
        return getattr(self._world.client, name)


def test_a_late_attempt_of_a_grant_is_not_sent(world: World) -> None:
    """Nothing is sent after ten seconds, so the count after closing can wait for all puts."""
    world.publish(campaign(granted()))
    change(world, ["ann"])

    def lost_after_ten_seconds(real: Any, parameters: Any) -> Any:
        world.clock.advance(10)
        return request_lost(real, parameters)

    faulty = Faulty(world.client, "put_item", lost_after_ten_seconds)
    with pytest.raises(NoAnswer):
        claim(world.new_services(client=faulty), "pack", Citizen(KEYS.person("ann"), None), world.now_s)
    assert faulty.calls == 1


def test_the_audit_of_a_granted_batch_adds_up(world: World) -> None:
    """Before and after the count that follows closing."""
    world.publish(campaign(granted(3)))
    change(world, people(2))
    claims(world, "p0")
    audit = "GET /admin/batches/{batch_id}/audit"
    found = world.operator().send(audit, {"batch_id": "pack"}).json
    assert (found["ok"], found["remaining"], found["claims"], found["unclaimed"]) == (True, 2, 1, 0)
    world.clock.set("2020-06-07T10:00:00+08:00")
    for _ in range(2):
        run_schedule(world.services, world.now_s, float("inf"))
        world.clock.advance(60)
    found = world.operator().send(audit, {"batch_id": "pack"}).json
    assert (found["ok"], found["remaining"], found["claims"], found["unclaimed"]) == (True, 2, 1, 0)
    assert sum(shard.remaining for shard in world.services.stock.shards("pack", 2)) == 2
    assert world.services.stock.lease("pack", 0, 2, 1)[0], "a pack that nobody claimed"
    found = world.operator().send(audit, {"batch_id": "pack"}).json
    assert (found["ok"], found["unclaimed"]) == (False, 1)


def test_a_group_change_is_conditional(world: World) -> None:
    """Of two changes read at the same version one is refused."""
    group = world.services.groups.get(GROUP)
    world.services.transact([world.services.groups.granting(GROUP, group, "a", 1)])
    for stale in (group, Group(version=2)):
        with pytest.raises(TransactionFailed):
            world.services.transact([world.services.groups.granting(GROUP, stale, "b", 1)])
    assert world.services.groups.get(GROUP) == Group(0, 1, {"a": 1})
