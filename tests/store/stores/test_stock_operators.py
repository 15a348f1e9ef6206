"""A raise of the quantity: each clause refuses what it is there for, alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.model.batches import Control
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.stock import Stock
from tests.store.stores.test_stock import (
    NOW_S,
    OPEN,
    SEALED,
    SEALING,
    Before,
    begin_sealing,
    control,
    nothing,
    raise_quantity,
    shards,
)
from tests.world import World


@pytest.fixture
def stock(season: World) -> Stock:
    """Ten packs on two shards, round 1."""
    return season.services.stock


def sealed_shard(stock: Stock) -> None:
    stock.seal("pack", 1, 2)


@pytest.mark.parametrize(
    ("before", "read", "packs", "kind"),
    [
        (begin_sealing, replace(OPEN, round=2), [], "control"),  # sealing since it was read
        (nothing, SEALING, [], "control"),
        (nothing, replace(OPEN, round=2), [], "control"),  # another round
        (nothing, replace(OPEN, quantity=9), [], "control"),  # raised since
        (sealed_shard, OPEN, [1, 1], "shard"),  # a shard of another round
    ],
)
def test_a_raise_is_refused(stock: Stock, before: Before, read: Control, packs: list[int], kind: str) -> None:
    """If the control item or a shard moved on; the refused part tells which, and nothing is changed."""
    before(stock)
    unchanged = control(stock), shards(stock)
    with pytest.raises(TransactionFailed) as refused:
        raise_quantity(stock, read, 12, packs)
    assert refused.value.kinds == {kind}
    assert (control(stock), shards(stock)) == unchanged


def test_a_raise_while_open_fills_the_shards(stock: Stock) -> None:
    """A batch that was drained, sold out or final is open again."""
    assert stock.mark_drained("pack", OPEN, NOW_S)
    raise_quantity(stock, OPEN, 13, [2, 1])
    assert control(stock) == replace(OPEN, quantity=13)
    assert shards(stock) == [(7, 1), (6, 1)]


def test_a_raise_while_sealing_changes_the_number_only(stock: Stock) -> None:
    """The reclaim that is under way will hand the new packs out."""
    begin_sealing(stock)
    raise_quantity(stock, SEALING, 13, [])
    assert control(stock) == replace(SEALING, quantity=13)
    assert shards(stock) == [(5, 1), (5, 1)]


def test_a_raise_after_the_last_word_takes_it_back(stock: Stock) -> None:
    """Sold out and final are final unless an operator raises."""
    begin_sealing(stock)
    assert stock.mark_sealed("pack", 2, NOW_S)
    assert stock.reopen("pack", SEALED, [0, 0], claims=10, drained_at_s=NOW_S, final=True)
    raise_quantity(stock, control(stock), 11, [])
    assert control(stock) == Control("open", 2, 11, claims=10)


def test_a_raise_that_a_budget_refuses_changes_nothing(stock: Stock, season: World) -> None:
    """The refused part tells which budget."""
    budgets = season.services.budgets.reserve("season", {"city": 1, "platform": 10**10})
    before = season.items()
    with pytest.raises(TransactionFailed) as refused:
        raise_quantity(stock, OPEN, 12, [1, 1], budgets)
    assert refused.value.which("budget") == ["platform"]
    assert season.items() == before
