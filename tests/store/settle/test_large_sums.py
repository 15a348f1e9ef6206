"""No stored item of a merchant's day comes near 400 KB, however many campaigns, batches and funders it has."""

from __future__ import annotations

import random
from typing import Any

import pytest

from coupons.model.days import MerchantDay, Sums, Totals
from coupons.model.pieces import Piece
from coupons.money import Amounts, Purse
from coupons.stores import pieces
from coupons.stores.attributes import encode
from infra.virtual.store import Store
from tests.store.ledgers import DAY
from tests.world import World

ITEM_BYTES = 400 * 1024
CAMPAIGNS, BATCHES, FUNDERS = 50, 40, 80
"""The most campaigns of a merchant, batches of a document, and funders of the eight terms of a pack."""


def name(rng: random.Random) -> str:
    """As long as an id can be, and random, so that it does not compress."""
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789-", k=64))


def largest() -> Sums:
    rng, sums = random.Random(1), Sums()
    for _ in range(CAMPAIGNS):
        funders = [name(rng) for _ in range(100)]
        spent = {name(rng): {f: rng.randrange(10**18) for f in rng.sample(funders, FUNDERS)} for _ in range(BATCHES)}
        sums.by_purse[Purse(name(rng), "CNY")] = Totals(10**9, 10**9, 10**18, 10**18, 10**18, 10**9, 10**18, spent)
    return sums


def size(attribute: dict[str, Any]) -> int:
    """At least the size that DynamoDB counts; a number has at most 21 bytes."""
    ((kind, value),) = attribute.items()
    if kind == "M":
        return 3 + sum(len(key.encode()) + 1 + size(one) for key, one in value.items())
    if kind == "L":
        return 3 + sum(1 + size(one) for one in value)
    if kind == "N":
        return min(21, 2 + (len(value) + 1) // 2)
    return len(value.encode() if isinstance(value, str) else value) if kind in ("S", "B") else 1


def sizes(world: World) -> list[int]:
    """Of every item of every table."""
    return [size({"M": item}) for items in world.items().values() for item in items]


@pytest.fixture(scope="module")
def sums() -> Sums:
    return largest()


@pytest.fixture
def world() -> World:
    return World(Store())


def test_the_largest_day_of_a_merchant_is_stored(world: World, sums: Sums) -> None:
    """An item a campaign; it comes back as it was, alone and among the merchants of its bucket."""
    days = world.services.days
    for merchant_id in ("diner", "diner-2"):
        days.mark(DAY, 1, merchant_id)
    (day,) = days.all()
    days.finish(day, "diner", sums)
    assert max(sizes(world)) < 256 * 1024 < ITEM_BYTES
    assert days.of_merchant(DAY, "diner")[1] == MerchantDay("diner", day.round, sums)
    assert days.of_merchant(DAY, "diner-2")[1] == MerchantDay("diner-2")
    found = [merchant for bucket in range(16) for merchant in days.merchants(DAY, bucket)]
    assert min(found, key=lambda one: one.merchant_id).sums == sums
    assert [merchant.merchant_id for merchant in found if merchant.round == 0] == ["diner-2"]


def test_the_largest_piece_of_a_close_is_stored(world: World, sums: Sums) -> None:
    """In several items; a later piece replaces it."""
    folds, begun, whole = world.services.day_folds, Piece(sums, "a"), Piece(sums, to_the_end=True)
    assert folds.record("s", 3, None, begun) == begun
    assert 2 <= len(sizes(world)) <= 10
    assert max(sizes(world)) < ITEM_BYTES
    assert folds.recorded("s", 16) == {3: begun}
    assert folds.record("s", 3, begun, whole) == whole
    assert folds.recorded("s", 16) == {3: whole}


def test_twins_whose_pieces_differ_mix_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The piece of the first call stays complete, with nothing of the second call's."""
    monkeypatch.setattr(pieces, "PART_BYTES", 40)
    folds, rng = world.services.day_folds, random.Random(2)
    ones, others = (
        Piece(Sums({Purse(name(rng), "CNY"): Totals(lines=n, spent={name(rng): Amounts({name(rng): n})})}), "a")
        for n in (1, 2)
    )
    assert folds.record("s", 0, None, ones) == ones
    assert folds.record("s", 0, None, others) == ones
    assert folds.recorded("s", 1) == {0: ones}


def test_sums_of_a_later_round_are_nobodys_yet(world: World) -> None:
    """The sums of a round count only when all of its items are written."""
    days, purse = world.services.days, Purse("season", "CNY")
    days.mark(DAY, 1, "diner")
    (first,) = days.all()
    days.finish(first, "diner", Sums({purse: Totals(lines=1)}))
    days.mark(DAY, 2, "diner")
    (second,) = days.all()
    place = {"pk": f"DAY#{DAY}#{_bucket(world)}", "sk": "MERCHANT#diner"}
    table = world.settings["ORDERS_TABLE"]
    marked = world.client.get_item(TableName=table, Key=encode(place))["Item"]
    days.finish(second, "diner", Sums({purse: Totals(lines=2)}))
    assert days.of_merchant(DAY, "diner")[1] == MerchantDay("diner", 2, Sums({purse: Totals(lines=2)}))
    days.finish(first, "diner", Sums({purse: Totals(lines=3)}))
    assert days.of_merchant(DAY, "diner")[1] == MerchantDay("diner", 2, Sums({purse: Totals(lines=2)}))
    world.client.put_item(TableName=table, Item=marked)
    assert days.of_merchant(DAY, "diner")[1] == MerchantDay("diner")


def _bucket(world: World) -> int:
    (bucket,) = (number for number in range(16) if world.services.days.merchants(DAY, number))
    return bucket
