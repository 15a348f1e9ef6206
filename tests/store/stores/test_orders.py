"""Orders, settlement lines, bookings and folds: what each condition allows, and the pages of a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.counts import Count, Fold
from coupons.model.orders import Line, LineAmounts, OrderRecord, Reversal
from coupons.model.particulars import Particulars
from coupons.model.pieces import Piece
from coupons.money import FundingLine
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.keys import LINE_SHARDS
from coupons.stores.orders import Orders, from_item, to_item
from coupons.stores.values import value_of
from tests.store.faults import Counting
from tests.store.ledgers import PURSE
from tests.world import KEYS, World

AMOUNTS = LineAmounts(1000, 1000, 4000, (FundingLine("city", 500), FundingLine("shop", 500)))
REDEEMED = OrderRecord("diner", "o-1", "redeemed", "coupon", "content", "pack", "ten-off", AMOUNTS, 9)
HELD = replace(REDEEMED, state="held", held_until_s=99)
FROM_HOLD = replace(REDEEMED, held_until_s=99)
TOMBSTONE = OrderRecord("diner", "o-1", "released", at_s=9)
ONE = Reversal("r-1", LineAmounts(1, 1, 4, (FundingLine("city", 1), FundingLine("shop", 0))), 10, coupon_returned=False)
DAY = "2020-06-06"


@pytest.fixture
def orders(world: World) -> Orders:
    """No order yet."""
    return world.services.orders


def stored(world: World, *records: OrderRecord) -> None:
    for record in records:
        world.services.transact(
            [world.services.orders._put(record, "attribute_exists(pk) OR attribute_not_exists(pk)")]
        )


def done(world: World, part: dict[str, object]) -> bool:
    try:
        world.services.transact([part])
    except TransactionFailed:
        return False
    return True


CASES: list[tuple[str, OrderRecord | None, Callable[[Orders], dict[str, object]], OrderRecord | None]] = [
    ("hold: a new number", None, lambda o: o.hold(HELD), HELD),
    ("hold: a number that holds", replace(HELD, coupon_id="x"), lambda o: o.hold(HELD), None),
    ("redeem: a new number", None, lambda o: o.redeem(REDEEMED), REDEEMED),
    ("redeem: what it holds", HELD, lambda o: o.redeem(FROM_HOLD), FROM_HOLD),
    ("redeem: a hold that was not read", HELD, lambda o: o.redeem(REDEEMED), None),
    ("redeem: holds another coupon", replace(HELD, coupon_id="x"), lambda o: o.redeem(FROM_HOLD), None),
    ("redeem: holds for other content", replace(HELD, fingerprint="x"), lambda o: o.redeem(FROM_HOLD), None),
    ("redeem: redeemed already", replace(FROM_HOLD, at_s=1), lambda o: o.redeem(FROM_HOLD), None),
    ("redeem: cancelled", replace(HELD, state="released"), lambda o: o.redeem(FROM_HOLD), None),
    ("release: held", HELD, lambda o: o.release(TOMBSTONE), TOMBSTONE),
    ("release: redeemed", REDEEMED, lambda o: o.release(TOMBSTONE), None),
    ("release: not there", None, lambda o: o.release(TOMBSTONE), None),
    ("reverse: redeemed", REDEEMED, lambda o: o.reverse(REDEEMED, ONE), replace(REDEEMED, reversals=(ONE,))),
    ("reverse: held", HELD, lambda o: o.reverse(HELD, ONE), None),
    ("reverse: not there", None, lambda o: o.reverse(REDEEMED, ONE), None),
    ("reverse: one more came between", replace(REDEEMED, reversals=(ONE,)), lambda o: o.reverse(REDEEMED, ONE), None),
]


@pytest.mark.parametrize(("before", "part", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_order_carries_one_coupon(
    world: World,
    orders: Orders,
    before: OrderRecord | None,
    part: Callable[[Orders], dict[str, object]],
    after: OrderRecord | None,
) -> None:
    """Each clause alone refuses a second coupon; `after` None means that nothing changes."""
    if before:
        stored(world, before)
    assert done(world, part(orders)) is (after is not None)
    assert orders.get("diner", "o-1") == (after or before)


@pytest.mark.parametrize("existing", [None, HELD, REDEEMED, replace(TOMBSTONE, at_s=1)])
def test_a_tombstone_stands_where_nothing_was(world: World, orders: Orders, existing: OrderRecord | None) -> None:
    """Only for a new number; a hold, a redemption or an earlier tombstone stays and is returned."""
    if existing:
        stored(world, existing)
    assert orders.bury(TOMBSTONE) == existing
    assert orders.get("diner", "o-1") == (existing or TOMBSTONE)


def line(order_no: str, reversal_no: str = "") -> Line:
    kind = "reversal" if reversal_no else "redemption"
    return Line(kind, order_no, reversal_no, "coupon", PURSE, "pack", "ten-off", AMOUNTS, 9, late=False)  # type: ignore[arg-type]


def test_a_line_is_filed_once(world: World, orders: Orders) -> None:
    """A second line of the same movement is refused; a reversal has a line of its own."""
    assert done(world, orders.file("diner", DAY, line("o-1")))
    assert not done(world, orders.file("diner", DAY, replace(line("o-1"), at_s=10)))
    assert done(world, orders.file("diner", DAY, line("o-1", "r-1")))
    assert orders.lines("diner", DAY, (0, ""), 9) == ([line("o-1"), line("o-1", "r-1")], None)


@pytest.mark.parametrize("limit", [1, 3, 12, 13, 100])
def test_pages_hold_every_line_once(world: World, orders: Orders, limit: int) -> None:
    """Pages of any length, over all shards of the day; the last one has no next place."""
    mine = [line(f"o-{n}") for n in range(8)] + [line(f"o-{n}", "r.1") for n in range(4)]
    others = [orders.file("cafe", DAY, line("o-1")), orders.file("diner", "2020-06-07", line("o-1"))]
    world.services.transact([orders.file("diner", DAY, one) for one in mine] + others)
    found: list[Line] = []
    place: tuple[int, str] | None = (0, "")
    pages = 0
    while place is not None and pages < 20:
        page, place = orders.lines("diner", DAY, place, limit)
        assert len(page) == limit or place is None
        found, pages = found + page, pages + 1
    assert pages == max(1, -(-len(mine) // limit))
    assert sorted(found, key=repr) == sorted(mine, key=repr)


def test_a_person_books_once(season: World, batch: PublishedBatch) -> None:
    """The second booking returns the first; after a cancellation the person can book again."""
    bookings, ann = season.services.bookings, KEYS.person("ann")
    assert bookings.get(batch, ann) is None
    assert bookings.put(batch, ann, 5) is None
    assert bookings.put(batch, ann, 6) == bookings.get(batch, ann)
    assert bookings.put(batch, KEYS.person("bo"), 7) is None
    cancelled = bookings.delete(batch, ann)
    assert cancelled is not None
    assert (cancelled.batch_number, cancelled.booked_at_s) == (batch.number, 5)
    assert bookings.delete(batch, ann) is None
    assert bookings.put(batch, ann, 8) is None


def test_a_fold_is_recorded_once(world: World) -> None:
    """A second record changes nothing, and other passes have folds of their own."""
    folds = world.services.folds
    counts = ({7: Count(2, {"available": 5, "redeemed": 1})}, {7: Count(9, {})}, {})
    first, second, empty = (Piece(Fold(of_batches), to_the_end=True) for of_batches in counts)
    assert folds.record("reclaim#pack#2", 0, None, first) == first
    assert folds.record("reclaim#pack#2", 0, None, second) == first
    assert folds.record("reclaim#pack#3", 0, None, second) == second
    assert folds.record("reclaim#pack#2", 3, None, empty) == empty
    assert folds.recorded("reclaim#pack#2", 4) == {0: first, 3: empty}


def test_a_page_of_lines_reads_each_shard_once(world: World) -> None:
    """A day without lines costs one Query a shard."""
    counting = Counting(world.client)
    assert world.new_services(client=counting).orders.lines("diner", DAY, (0, ""), 500) == ([], None)
    assert counting.requests["query"] == LINE_SHARDS


STATED = Particulars("delivery", "a1", "b2", "c3")


@pytest.mark.parametrize("particulars", [None, STATED, Particulars(mode="pickup", fulfilment_ref="a1")])
def test_an_order_keeps_what_it_stated(world: World, orders: Orders, particulars: Particulars | None) -> None:
    """All of it, a part, or nothing; an order of before states nothing."""
    record = replace(REDEEMED, particulars=particulars)
    stored(world, record)
    assert orders.get("diner", "o-1") == record


@pytest.mark.parametrize("wrong", [{"mode": "drone"}, {"prescription": 7}, {"more": ""}, None])
def test_particulars_that_are_not_as_we_write_them_are_damage(wrong: dict[str, object] | None) -> None:
    """Another mode, a number, an attribute more, or no map at all."""
    item = to_item(replace(REDEEMED, particulars=STATED))
    item["particulars"] = wrong and {**item["particulars"], **wrong}
    with pytest.raises(Damaged):
        value_of("orders", item, from_item)
