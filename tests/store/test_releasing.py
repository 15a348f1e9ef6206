"""Money that a batch can no longer cost goes back to its funders, or rolls over as packs; each step once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons import ledger
from coupons.environment import Environment, replace_environment
from coupons.expiring import run_schedule
from coupons.ledger import Movement, balances
from coupons.reserves import Amounts
from tests.store.faults import KilledError, Mortal
from tests.world import World, batch, campaign, order, terms

PACK = {"city": 500, "platform": 300, "shop": 200}
"""What a pack of ten yuan costs at most: 50, 30 and 20 per cent."""
BUDGET = 10_000_000
CLOSED = "2020-06-07T10:00:00+08:00"
EXPIRED = "2020-06-20T10:00:30+08:00"
LATER = {"opens_at": "2020-06-08T10:00:00+08:00", "closes_at": "2020-06-09T10:00:00+08:00"}


def of(packs: int) -> Amounts:
    return {funder_id: packs * cost for funder_id, cost in PACK.items()}


def tick(world: World, env: Environment | None = None, times: int = 1) -> list[dict[str, Any]]:
    """What was given back; the schedule's minute, a few times."""
    did: list[dict[str, Any]] = []
    for _ in range(times):
        did += run_schedule(env or world.environment(), world.now_s, float("inf")).did
        world.clock.advance(60)
    return [done for done in did if done["step"].startswith("gave back")]


def reserved(world: World) -> Amounts:
    """As the funders' budgets say; nothing of them is ever lost."""
    budgets = world.env.budgets.of("season", list(PACK))
    assert [b.reserved_minor + b.left_minor for b in budgets] == [BUDGET] * 3
    return {budget.funder_id: budget.reserved_minor for budget in budgets}


def opened(world: World, batch_id: str) -> Amounts:
    """What is still reserved for a batch, as its own item says."""
    found = world.env.reserves.get(batch_id).open
    return {funder_id: found.get(funder_id, 0) for funder_id in PACK}


def movements(world: World) -> list[Movement]:
    """All of the season's, from the items alone."""
    document = world.env.catalog.campaign("season")
    assert document is not None
    found = [ledger.of_budget(f.funder_id, f.budget_minor, 0) for f in document.document.funders]
    found += [ledger.of_record(record) for record in world.env.reserves.records("season")]
    for day in ("2020-06-06", "2020-06-07", "2020-06-08", "2020-06-20", "2020-06-21"):
        lines, _ = world.env.orders.lines("diner", day, (0, ""), 1000)
        found += [ledger.of_line("diner", line) for line in lines]
    return found


def assert_books(world: World, *batch_ids: str) -> None:
    """The ledger, folded from nothing, is what budgets and reserves say; nothing is below zero."""
    found = balances(movements(world))
    assert sum(found.values()) == 0
    assert all(balance >= 0 for account, balance in found.items() if account[0] != "outside")
    for budget in world.env.budgets.of("season", list(PACK)):
        assert found["left", budget.funder_id] == budget.left_minor
    for batch_id in batch_ids:
        due = dict.fromkeys(PACK, 0)
        for movement in movements(world):
            if movement.kind in ("spend", "reverse"):
                for account, amount in movement.entries:
                    if account[0] == "reserved" and account[2] == batch_id:
                        due[account[1]] -= amount
        still = {f: found.get(("reserved", f, batch_id), 0) + due[f] for f in PACK}
        assert still == opened(world, batch_id)


def claim(world: World, *names: str, batch_id: str = "pack") -> list[str]:
    """The first coupon of each."""
    return [world.citizen(name).put_claim(batch_id).json["coupons"][0]["coupon_id"] for name in names]


def redeem(world: World, name: str, coupon_id: str, total_minor: int = 6000) -> None:
    code = world.citizen(name).code(coupon_id)
    answer = world.merchant().redeem(f"order-{name}", code, order(total_minor))
    assert answer.status == 201, answer.text


def test_unclaimed_packs_give_their_money_back_when_the_batch_is_counted(season: World) -> None:
    """Two of ten were claimed: eight packs' money is free again, once, and the two's stays."""
    claim(season, "ann", "bob")
    assert reserved(season) == of(10)
    season.clock.set(CLOSED)
    assert tick(season) == []
    [done] = tick(season, times=2)
    assert (done["step"], done["amounts"]) == ("gave back unclaimed", of(8))
    assert reserved(season) == opened(season, "pack") == of(2)
    assert tick(season, times=2) == []
    assert_books(season, "pack")


@pytest.mark.parametrize(("before_s", "given"), [(1, False), (0, True)])
def test_expired_coupons_give_their_money_back(season: World, before_s: int, given: bool) -> None:
    """Of three coupons one was redeemed: the other two's money is free a fence after the last second, not before."""
    coupons = claim(season, "ann", "bob", "cat")
    redeem(season, "ann", coupons[0])
    season.clock.set(CLOSED)
    tick(season, times=3)
    assert reserved(season) == of(3)
    season.clock.set("2020-06-21T10:00:30+08:00")
    season.clock.advance(-before_s)
    done = tick(season)
    assert [one["amounts"] for one in done] == ([of(2)] if given else [])
    assert reserved(season) == of(1 if given else 3)
    assert_books(season, "pack")


def test_a_voided_coupon_gives_its_money_back_with_the_expired(season: World) -> None:
    """Its redemption was undone after it had come back once: nobody can use it, and its money is not spent."""
    [coupon_id] = claim(season, "ann")
    till = season.merchant()
    for number in ("1", "2"):
        assert till.redeem(number, season.citizen("ann").code(coupon_id), order()).status == 201
        assert till.reverse(number, "r", 4000).status == 201
    season.clock.set(CLOSED)
    tick(season, times=3)
    season.clock.set("2020-06-21T10:00:30+08:00")
    assert [one["amounts"] for one in tick(season)] == [of(1)]
    assert reserved(season) == of(0)
    assert_books(season, "pack")


def rolling(**changes: Any) -> dict[str, Any]:
    """`pack` rolls over to `later`, which opens when it has closed."""
    return campaign(batch(rollover_to="later", **changes), batch("later", **LATER))


def quantity(world: World, batch_id: str = "later") -> int:
    found = world.env.controls.get(batch_id, consistent=True)
    assert found is not None
    return found.quantity


def stock(world: World, batch_id: str = "later") -> int:
    return sum(shard.remaining for shard in world.env.stock.shards(batch_id, 2))


def test_unclaimed_packs_roll_over_with_their_money(world: World) -> None:
    """Eight of ten become packs of the later batch, in its stock, with their provenance; no budget moves."""
    world.publish(rolling())
    claim(world, "ann", "bob")
    world.clock.set(CLOSED)
    [done] = tick(world, times=3)
    assert (done["packs"], done["to"]) == (8, "later")
    assert (quantity(world), stock(world)) == (18, 18)
    assert reserved(world) == of(20)
    assert (opened(world, "pack"), opened(world, "later")) == (of(2), of(18))
    [rolled] = [record for record in world.env.reserves.records("season") if record.kind == "rollover"]
    assert (rolled.batch_id, rolled.to_batch_id, rolled.packs, rolled.step) == ("pack", "later", 8, "unclaimed")
    assert_books(world, "pack", "later")


def test_money_rolls_over_to_a_batch_that_is_live(world: World) -> None:
    """Expired coupons of `pack` while people claim `later`: its stock grows under them."""
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
    """It stays reserved, and goes over with the first tick afterwards."""
    document = rolling()
    operator = world.operator()
    operator.send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    publish = "POST /admin/batches/{batch_id}/publish"
    assert operator.send(publish, {"batch_id": "pack"}, body={}).status == 200
    world.clock.set(CLOSED)
    assert tick(world, times=3) == []
    assert reserved(world) == of(10)
    replace_environment(world.environment())
    assert operator.send(publish, {"batch_id": "later"}, body={}).status == 200
    [done] = tick(world)
    assert (done["packs"], quantity(world)) == (10, 20)
    assert_books(world, "pack", "later")


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


def test_a_dearer_pack_takes_whole_packs_and_the_funders_the_rest(world: World) -> None:
    """Ten packs of ten yuan pay for three of thirty, each funder its own share, and ten yuan are left."""
    thirty = terms("thirty-off", discount={"kind": "amount_off", "threshold_minor": 3000, "amount_minor": 3000})
    document = campaign(
        batch(rollover_to="later"), batch("later", terms=["thirty-off"], **LATER), terms=[terms(), thirty]
    )
    world.publish(document)
    world.clock.set(CLOSED)
    [done] = tick(world, times=3)
    assert (done["packs"], quantity(world)) == (3, 13)
    assert reserved(world) == of(3 * 13)
    assert_books(world, "pack", "later")


def test_a_batch_of_another_funder_is_not_paid_for(world: World) -> None:
    """Nobody's money becomes another's."""
    alone = terms("city-only", funding=[{"funder_id": "city", "basis_points": 10_000}])
    other = terms("shop-only", funding=[{"funder_id": "shop", "basis_points": 10_000}])
    document = campaign(
        batch(terms=["city-only"], rollover_to="later"),
        batch("later", terms=["shop-only"], **LATER),
        terms=[alone, other],
    )
    world.publish(document)
    world.clock.set(CLOSED)
    [done] = tick(world, times=3)
    assert "packs" not in done
    assert reserved(world) == {"city": 0, "platform": 0, "shop": 10_000}
    assert_books(world, "pack", "later")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_killed_step_is_done_by_the_next(world: World, applied: bool) -> None:
    """Dead at the transaction, it is done once all the same."""
    world.publish(rolling())
    world.clock.set(CLOSED)
    tick(world)
    with pytest.raises(KilledError):
        tick(world, world.environment(client=_AtTransaction(world.client, applied=applied)))
    tick(world)
    assert (quantity(world), reserved(world)) == (20, of(20))
    assert_books(world, "pack", "later")


class _AtTransaction:
    """A client whose process dies at its first transaction that gives money back."""

    def __init__(self, client: Any, *, applied: bool) -> None:
        self._client, self._applied = client, applied

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            if name != "transact_write_items" or "given_back" not in str(parameters):
                return real(**parameters)
            if self._applied:
                real(**parameters)
            raise KilledError

        return call


def test_two_side_by_side_give_back_once(world: World) -> None:
    """The slower one's transaction is refused, and it leaves the rest to the next tick."""
    world.publish(rolling())
    world.clock.set(CLOSED)
    tick(world)
    tick(world, world.environment(client=_Before(world.client, "given_back", lambda: tick(world))))
    assert (quantity(world), reserved(world)) == (20, of(20))
    assert_books(world, "pack", "later")


def test_a_raise_of_the_later_batch_meanwhile_is_kept(world: World) -> None:
    """The rollover was computed on the old number: it is refused, and done on the new one."""
    world.publish(rolling())
    world.clock.set(CLOSED)
    tick(world)

    def raise_later() -> None:
        path, body = {"batch_id": "later"}, {"quantity": 15}
        answer = world.operator().send("PUT /admin/batches/{batch_id}/quantity", path, body=body)
        assert answer.status == 200

    tick(world, world.environment(client=_Before(world.client, "given_back", raise_later)))
    assert (quantity(world), reserved(world)) == (15, of(25))
    tick(world)
    assert (quantity(world), stock(world), reserved(world)) == (25, 25, of(25))
    assert_books(world, "pack", "later")


class _Before:
    """A client before whose first transaction that names `word` somebody else acts."""

    def __init__(self, client: Any, word: str, act: Callable[[], object]) -> None:
        self._client, self._word, self._act = client, word, act
        self._done = False

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            if name == "transact_write_items" and self._word in str(parameters) and not self._done:
                self._done = True
                self._act()
            return real(**parameters)

        return call


def test_a_clock_set_back_takes_the_money_back(season: World) -> None:
    """What was given back is reserved again, and given back again when it is over again."""
    claim(season, "ann")
    season.clock.set(CLOSED)
    tick(season, times=3)
    assert reserved(season) == of(1)
    season.clock.set("2020-06-06T11:00:00+08:00")
    tick(season)
    assert (reserved(season), opened(season, "pack")) == (of(10), of(10))
    claim(season, "bob")
    season.clock.set(CLOSED)
    tick(season, times=3)
    assert reserved(season) == of(2)
    assert_books(season, "pack")


def test_money_that_is_gone_is_not_taken_back(world: World) -> None:
    """Another batch has reserved it: what was recorded as over stays over."""
    document = campaign(batch(quantity=10_000), batch("other", quantity=20_000, **LATER))
    operator = world.operator()
    operator.send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    publish = "POST /admin/batches/{batch_id}/publish"
    operator.send(publish, {"batch_id": "pack"}, body={})
    world.clock.set(CLOSED)
    tick(world, times=3)
    assert operator.send(publish, {"batch_id": "other"}, body={}).status == 200
    world.clock.set("2020-06-06T11:00:00+08:00")
    tick(world)
    found = world.env.controls.get("pack", consistent=True)
    assert found is not None
    assert (found.final, found.given_back) == (True, 1)
    assert_books(world, "pack", "other")


def test_an_assertion_that_can_fail(season: World) -> None:
    """The books are held against the items: a planted budget does not pass."""
    key = {"pk": {"S": "FUNDER#season#city"}, "sk": {"S": "BUDGET"}}
    season.client.update_item(
        TableName="CatalogTable",
        Key=key,
        UpdateExpression="SET left_minor = left_minor + :one, reserved_minor = reserved_minor - :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    with pytest.raises(AssertionError):
        assert_books(season, "pack")


def test_a_killed_schedule_loses_nothing(world: World) -> None:
    """Dead at any of its first writes after closing, the next ticks end at the same books."""
    for nth_write in range(1, 8):
        fresh = World(world.client, prefix=f"k{nth_write}-")
        fresh.publish(rolling())
        fresh.clock.set(CLOSED)
        for _ in range(3):
            try:
                tick(fresh, fresh.environment(client=Mortal(fresh.client, nth_write, applied=True)))
            except KilledError:
                continue
        tick(fresh, times=3)
        assert (quantity(fresh), reserved(fresh)) == (20, of(20)), nth_write
