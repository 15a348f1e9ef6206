"""Tools for tests of money: budgets, reserves, and a ledger built from the items alone."""

from __future__ import annotations

from typing import Any

from coupons.model.ledger import Movement, balances, balances_of
from coupons.money import Amounts
from coupons.process.services import Services
from coupons.schedule.minute import run_schedule
from tests import folding
from tests.world import World, a_batch, campaign, order

PACK = {"city": 500, "platform": 300, "shop": 200}
"""The largest cost of a pack of 10 yuan, funded by 50, 30 and 20 per cent."""
BUDGET = 10_000_000
CLOSED = "2020-06-07T10:00:00+08:00"
LATER = {"opens_at": "2020-06-08T10:00:00+08:00", "closes_at": "2020-06-09T10:00:00+08:00"}


def of(packs: int) -> Amounts:
    return Amounts(PACK) * packs


def tick(world: World, services: Services | None = None, times: int = 1) -> list[dict[str, Any]]:
    """Run the schedule some minutes; what it gave back."""
    did: list[dict[str, Any]] = []
    for _ in range(times):
        did += run_schedule(services or world.new_services(), world.now_s, float("inf")).did
        world.clock.advance(60)
    return [done for done in did if done["step"].startswith("gave back")]


def reserved(world: World) -> Amounts:
    """Reserved by the funders' budgets, none of which has lost money."""
    budgets = world.services.budgets.of("season", list(PACK))
    assert [b.reserved_minor + b.left_minor for b in budgets] == [BUDGET] * 3
    return Amounts((budget.funder_id, budget.reserved_minor) for budget in budgets)


def opened(world: World, batch_id: str) -> Amounts:
    """Still reserved for the batch, by its reserve."""
    return world.services.reserves.get(batch_id).open


def movements(world: World) -> list[Movement]:
    """All movements of the season, from the items alone."""
    return folding.movements(world, "season", ["diner"], [day.day for day in world.services.days.all()])


def assert_books(world: World, *batch_ids: str) -> None:
    """The ledger's balances are those of budgets and reserves, and none is below zero."""
    moved = movements(world)
    found = balances(moved)
    assert sum(found.values()) == 0
    assert all(balance >= 0 for account, balance in found.items() if account[0] != "outside")
    budgets = world.services.budgets.of("season", [account[1] for account in found if account[0] == "left"])
    assert {b.funder_id: b.left_minor for b in budgets} == balances_of(found, "left")
    spent = [movement for movement in moved if movement.kind in ("spend", "reverse")]
    for batch_id in batch_ids:
        still = balances_of(found, "reserved", batch_id) - balances_of(balances(spent), "reserved", batch_id)
        assert still == world.services.reserves.get(batch_id).open


def claim(world: World, *names: str, batch_id: str = "pack") -> list[str]:
    """Claim; the first coupon of each person."""
    return [world.citizen(name).put_claim(batch_id).json["coupons"][0]["coupon_id"] for name in names]


def redeem(world: World, name: str, coupon_id: str, total_minor: int = 6000) -> None:
    code = world.citizen(name).code(coupon_id)
    answer = world.merchant().redeem(f"order-{name}", code, order(total_minor))
    assert answer.status == 201, answer.text


def rolling(**changes: Any) -> dict[str, Any]:
    """`pack` rolls over to `later`, which opens when it has closed."""
    return campaign(a_batch(rollover_to="later", **changes), a_batch("later", **LATER))


def quantity(world: World, batch_id: str = "later") -> int:
    found = world.services.controls.get(batch_id, consistent=True)
    assert found is not None
    return found.quantity


def stock(world: World, batch_id: str = "later") -> int:
    return sum(shard.remaining for shard in world.services.stock.shards(batch_id, 2))
