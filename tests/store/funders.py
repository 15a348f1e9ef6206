"""Eighty funders of one pack: more than one transaction holds, forty of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coupons.model.accounts import Budget
from coupons.operate.campaigns import apply
from infra.virtual.store import Store
from tests.store.books import assert_books
from tests.store.faults import first
from tests.world import World, a_batch, campaign, parsed, terms

FUNDERS = [f"f{number:02}" for number in range(80)]
COST = dict.fromkeys(FUNDERS, 1000)
"""Ten packs of eight coupons of 10.00, each of ten other funders, 1.00 from each: 10.00 a funder."""


def document(**changes: Any) -> dict[str, Any]:
    """Eight coupons of ten funders each, every funder with 25.00: two batches are covered, three are not."""
    shares = [[{"funder_id": name, "basis_points": 1_000} for name in FUNDERS[n : n + 10]] for n in range(0, 80, 10)]
    coupons = [terms(f"t{number}", funding=funding) for number, funding in enumerate(shares)]
    names = [coupon["terms_id"] for coupon in coupons]
    funders = [{"funder_id": name, "title": name, "kind": "enterprise", "budget_minor": 2_500} for name in FUNDERS]
    batches = [a_batch(batch_id, terms=names) for batch_id in ("pack", "second", "third")]
    return campaign(*batches, funders=funders, merchants=[], terms=coupons, **changes)


def new_town() -> World:
    """The document is stored; nothing is published. On the state machine's engine: moto takes a second for 42 items."""
    world = World(Store())
    apply(world.services, "season", parsed(document()), world.now_s)
    return world


def budgets(world: World) -> list[Budget]:
    return world.services.budgets.of("season", FUNDERS)


def assert_reserved(world: World, packs: int, *batch_ids: str) -> None:
    """Every funder has the same set aside, and every item of the books says so."""
    assert {(b.reserved_minor, b.left_minor) for b in budgets(world)} == {(100 * packs, 2_500 - 100 * packs)}
    assert_books(world, *batch_ids)


def nth(number: int, act: Callable[[], object]) -> list[Any]:
    """Faults of a client before whose n-th transaction somebody else acts."""
    return [lambda real, parameters: real(**parameters)] * (number - 1) + [first(act)]
