"""Each kind of wrong item makes an audit fail, in the equations about it and in no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.model.claims import Claim
from coupons.stores import claims, keys
from coupons.stores.attributes import decode, encode
from tests.store.audited import DAYS, MORROW, ask, claim_place, drop, edit, flip, get, line_place, more, put, to, wrong
from tests.world import World

CATALOG, CLAIMS, ORDERS = "CATALOG_TABLE", "CLAIMS_TABLE", "ORDERS_TABLE"
FIRST = DAYS[0]
SUMS_OF_DINER = tuple(keys.merchant_sums(FIRST, "diner", "season", "CNY").values())


def extra_claim(world: World) -> None:
    batch = world.services.cache.batch("pack")
    pk, sk = claim_place(world, "dan")
    item = world.client.get_item(TableName=world.settings[CLAIMS], Key=encode({"pk": pk, "sk": sk}))["Item"]
    dans = claims.from_item(decode(item))
    fresh = Claim(dans.batch_number, b"x" * 16, "token", dans.claimed_at_s, 1, (dans.coupons[1],) * 2)
    world.client.put_item(TableName=world.settings[CLAIMS], Item=encode(claims.to_item(batch, fresh)))


def one_more(funding: list[list[Any]]) -> list[list[Any]]:
    """A fen more from the first funder."""
    return [[funding[0][0], funding[0][1] + 1], *funding[1:]]


def order(world: World, order_no: str, **changes: Any) -> None:
    edit(world, ORDERS, order_no, "ORDER", **changes)


def refiled(world: World) -> None:
    """A line of an open day under the day before."""
    place = line_place("bakery", "o-fay", day=DAYS[2])
    put(world, ORDERS, get(world, ORDERS, *place), *line_place("bakery", "o-fay", day=FIRST))
    drop(world, ORDERS, *place)


def swapped(world: World, one: tuple[str, str], other: tuple[str, str]) -> None:
    """Two orders have each other's keys."""
    ones, others = get(world, ORDERS, *one), get(world, ORDERS, *other)
    put(world, ORDERS, ones, *other)
    put(world, ORDERS, others, *one)


def copied(world: World) -> None:
    """Another line replaces a line."""
    put(world, ORDERS, get(world, ORDERS, *line_place("bakery", "o-eve")), *line_place("bakery", "o-dan"))


def invented(world: World) -> None:
    """A line is missing, and another one is there twice, under a number without an order."""
    put(world, ORDERS, get(world, ORDERS, *line_place("bakery", "o-eve")), line_place("bakery", "o-eve")[0], "o-zzz")
    drop(world, ORDERS, *line_place("bakery", "o-dan"))


def strayed(world: World) -> None:
    """A line in another shard of its day."""
    place = line_place("bakery", "o-eve")
    put(world, ORDERS, get(world, ORDERS, *place), line_place("bakery", "o-dan")[0], place[1])
    drop(world, ORDERS, *place)


def covered(world: World) -> None:
    """The line of another order of the same merchant replaces a reversal's line."""
    put(world, ORDERS, get(world, ORDERS, *line_place("diner", "o-ann")), *line_place("diner", "o-bob", "r-1"))


def record(world: World, kind: str) -> tuple[str, str]:
    """The last record of that kind; the first one is of nothing, because all of it rolled over."""
    return "LEDGER#season", [r.key for r in world.services.reserves.records("season") if r.kind == kind][-1]


def shard(world: World) -> None:
    edit(world, CATALOG, "STOCK#later#0", "STOCK", remaining=lambda packs: packs + 3)


def released_too_much(world: World) -> None:
    """A thousand fen too many are given back, in all books alike."""
    edit(world, CATALOG, "BATCH#pack", "RESERVE", released=more(by=1000))
    edit(world, CATALOG, *record(world, "release"), amounts=more(by=1000))
    budget = {"reserved_minor": lambda minor: minor - 1000, "left_minor": lambda minor: minor + 1000}
    edit(world, CATALOG, "FUNDER#season#city", "BUDGET", **budget)


Plant = Callable[[World], object]
LINES, MISSING, CARRY, SPENT, USED = "lines ", "orders of ", "coupons 4 carry", "spent by lines", "coupons used "
UNCLAIMED, EXPIRED, REDEEMED = "gave back unclaimed", "gave back expired", "redeemed "
RECORDED, SUMS, DUE, SETTLED = "2 closed days:", "3 merchants' days,", "due (", "settled "
PLANTS: dict[str, tuple[Plant, dict[str, list[str]]]] = {
    "an extra claim": (
        extra_claim,
        {"pack": ["quantity 10 = remaining 5 + claims 6 + unclaimed -1", "after the reclaim unclaimed -1", UNCLAIMED]},
    ),
    "a coupon flipped to redeemed": (lambda w: flip(w, "dan", 1, s="r"), {"pack": ["coupons used 6 =", REDEEMED]}),
    "a coupon flipped to voided": (lambda w: flip(w, "dan", 1, s="v"), {"pack": ["coupons used 6 ="]}),
    "a coupon put back to available": (
        lambda w: flip(w, "bob", 0, s="a"),
        {"pack": [CARRY, "coupons used 4 ="], FIRST: [CARRY]},
    ),
    "a coupon that tells of another use": (lambda w: flip(w, "bob", 0, d=999), {"pack": [CARRY], FIRST: [CARRY]}),
    "a coupon of another order": (
        lambda w: flip(w, "bob", 0, o=b"x" * 16),
        {"pack": [CARRY], FIRST: [CARRY]},
    ),
    "a coupon that a reversal should have voided": (
        lambda w: flip(w, "ann", 0, s="r"),
        {"pack": [CARRY], FIRST: [CARRY]},
    ),
    "a claim that is gone": (
        lambda w: drop(w, CLAIMS, *claim_place(w, "bob")),
        {
            "pack": ["after the reclaim unclaimed 1 = 0", CARRY, "coupons used 4 =", UNCLAIMED, REDEEMED],
            FIRST: [CARRY],
        },
    ),
    "a line with another amount": (
        lambda w: edit(w, ORDERS, *line_place("diner", "o-bob"), funding=one_more),
        {"pack": [LINES, SPENT, RECORDED], FIRST: [LINES, SPENT, DUE, SETTLED, SUMS]},
    ),
    "a line of a reversal with another amount": (
        lambda w: edit(w, ORDERS, *line_place("diner", "o-bob", "r-1"), payable_minor=-999),
        {"pack": [LINES], FIRST: [LINES, DUE, SETTLED, SUMS]},
    ),
    "a line of another time": (
        lambda w: edit(w, ORDERS, *line_place("diner", "o-bob"), at_s=lambda at_s: at_s + 1),
        {"pack": [LINES], FIRST: [LINES]},
    ),
    "a line of another currency": (
        lambda w: edit(w, ORDERS, *line_place("diner", "o-bob"), currency="JPY"),
        {
            "pack": [LINES],
            FIRST: [LINES, DUE, SETTLED, "season JPY: due (1 lines", "season JPY: settled 0 JPY", SUMS],
            "campaign": ["batch pack: lines", "4 merchants' days,"],
        },
    ),
    "a line of another campaign": (
        lambda w: edit(w, ORDERS, *line_place("diner", "o-bob"), campaign_id="winter"),
        {
            "pack": [LINES],
            FIRST: [LINES, DUE, SETTLED, "winter CNY: due (1 lines", "winter CNY: settled 0.00 CNY", SUMS],
            "campaign": ["batch pack: lines", "4 merchants' days,"],
        },
    ),
    "a line under another day": (
        refiled,
        {
            "later": ["coupons used 2 = redemptions 1 - 0"],
            FIRST: [LINES, DUE, SETTLED, SUMS],
            "campaign": ["batch later: lines", "batch later: 2 closed days", "4 merchants' days,", "ledger due"],
        },
    ),
    "a missing line": (
        lambda w: drop(w, ORDERS, *line_place("diner", "o-bob")),
        {
            "pack": [MISSING, "coupons used 5 = redemptions 6 - 2", RECORDED],
            FIRST: [MISSING, DUE, SETTLED, SUMS],
        },
    ),
    "two lines under each other's keys": (
        lambda w: swapped(w, line_place("bakery", "o-dan"), line_place("bakery", "o-eve")),
        {
            "pack": ["lines 12 = 7 redemptions + 5 reversals, as their orders say; 2 not: bakery"],
            FIRST: [LINES, SETTLED, SUMS],
        },
    ),
    "a line in the place of another": (copied, {"pack": [LINES], FIRST: [LINES, SETTLED, SUMS]}),
    "a line a second time under a key of nobody": (invented, {"pack": [LINES], FIRST: [LINES, SETTLED, SUMS]}),
    "a line in another shard": (strayed, {"pack": [LINES], FIRST: [LINES, SETTLED, SUMS]}),
    "a line in the place of a reversal": (
        covered,
        {"pack": [LINES, "coupons used 5 = redemptions 8 - 2", RECORDED], FIRST: [LINES, DUE, SETTLED, SUMS]},
    ),
    "two orders under each other's keys": (
        lambda w: swapped(w, ("bakery#o-dan", "ORDER"), ("bakery#o-eve", "ORDER")),
        {"pack": [LINES], FIRST: [LINES]},
    ),
    "a missing line of a reversal": (
        lambda w: drop(w, ORDERS, *line_place("diner", "o-bob", "r-1")),
        {"pack": [MISSING, RECORDED], FIRST: [MISSING, DUE, SETTLED, SUMS]},
    ),
    "a line without an order": (
        lambda w: drop(w, ORDERS, "diner#o-bob", "ORDER"),
        {"pack": [LINES, SPENT], FIRST: [LINES, SPENT]},
    ),
    "an order with other amounts": (
        lambda w: order(w, "diner#o-bob", discount_minor=1001, funding=one_more),
        {"pack": [LINES, CARRY, SPENT], FIRST: [LINES, CARRY, SPENT]},
    ),
    "an order whose funders do not pay its discount": (
        lambda w: order(w, "diner#o-bob", discount_minor=1001),
        {"pack": [LINES, CARRY], FIRST: [LINES, CARRY]},
    ),
    "an order without one of its reversals": (
        lambda w: order(w, "diner#o-bob", reversals=lambda all_of_them: all_of_them[:1]),
        {"pack": [LINES, SPENT], FIRST: [LINES, SPENT]},
    ),
    "an order of a coupon that is not ours": (
        lambda w: order(w, "diner#o-bob", coupon_id="not-ours"),
        {"pack": [LINES, CARRY], FIRST: [LINES, CARRY]},
    ),
    "a line and an order of a batch that there is not": (
        lambda w: (
            order(w, "diner#o-bob", batch_id="gone"),
            edit(w, ORDERS, *line_place("diner", "o-bob"), batch_id="gone"),
        ),
        {FIRST: ["nobody XXX: lines 1", "nobody XXX: coupons 0", LINES, DUE, SETTLED, SUMS]},
    ),
    "a wrong sum of a merchant's day": (
        lambda w: edit(w, ORDERS, *SUMS_OF_DINER, sums=lambda sums: {**sums, "discount_minor": 1}),
        {"pack": [], FIRST: [DUE, SETTLED, SUMS], "campaign": ["4 merchants' days,"]},
    ),
    "a wrong sum of a funder in a merchant's day": (
        lambda w: edit(
            w, ORDERS, *SUMS_OF_DINER, sums=lambda sums: {**sums, "spent": {"pack": more()(sums["spent"]["pack"])}}
        ),
        {
            "pack": [],
            FIRST: ["merchants city 23.13 CNY", DUE, SETTLED, SUMS],
            "campaign": ["4 merchants' days,", "ledger due of closed days city 4.99 CNY"],
        },
    ),
    "a wrong sum of what a batch spent": (
        lambda w: edit(w, CATALOG, "BATCH#pack", f"SPENT#{FIRST}", amounts=more()),
        {"pack": [RECORDED], FIRST: ["merchants city 23.12 CNY"]},
    ),
    "a missing sum of what a batch spent": (
        lambda w: drop(w, CATALOG, "BATCH#pack", f"SPENT#{FIRST}"),
        {"pack": [RECORDED], FIRST: ["merchants city 23.12 CNY"]},
    ),
    "a wrong budget": (
        lambda w: edit(w, CATALOG, "FUNDER#season#city", "BUDGET", left_minor=1),
        {"pack": [], "campaign": ["budgets city", "ledger left city"]},
    ),
    "a wrong reservation of a budget": (
        lambda w: edit(w, CATALOG, "FUNDER#season#city", "BUDGET", reserved_minor=1),
        {"pack": [], "campaign": ["budgets city", "reserved of budgets city 0.01 CNY,", "ledger reserved"]},
    ),
    "a wrong reserve": (
        lambda w: edit(w, CATALOG, "BATCH#later", "RESERVE", reserved=more()),
        {
            "pack": [],
            "later": ["reserved city 170.18 CNY", "reserve by its records city 170.17 CNY"],
            "campaign": ["batch later: reserved", "batch later: reserve by", "reserved of budgets"],
        },
    ),
    "a missing record of the ledger": (
        lambda w: drop(w, CATALOG, *record(w, "release")),
        {
            "pack": ["reserve by its records", EXPIRED],
            "campaign": ["batch pack: reserve by", f"batch pack: {EXPIRED}", "ledger left", "ledger reserved"],
        },
    ),
    "a wrong record of the ledger": (
        lambda w: edit(w, CATALOG, *record(w, "rollover"), amounts=more()),
        {
            "pack": ["reserve by its records", EXPIRED],
            "later": ["reserve by its records"],
            "campaign": ["batch pack: reserve by", f"batch pack: {EXPIRED}", "batch later: reserve by"],
        },
    ),
    "more given back than there was": (
        released_too_much,
        {"pack": ["0 <= spent", EXPIRED], "campaign": ["batch pack: 0 <= spent", f"batch pack: {EXPIRED}", "1 of "]},
    ),
    "a wrong quantity": (
        lambda w: edit(w, CATALOG, "BATCH#pack", "CONTROL", quantity=11),
        {"pack": ["after the reclaim unclaimed 1 = 0", "reserved city 100.10 CNY", UNCLAIMED]},
    ),
    "a wrong remaining": (shard, {"later": ["quantity 17 = remaining 18 + claims 2 + unclaimed -3"], "pack": []}),
}


def test_a_wrong_rest_fails(books: World) -> None:
    """A wrong sum of a day gave back another amount than the lines left."""
    edit(books, CATALOG, "BATCH#pack", f"SPENT#{FIRST}", amounts=more(by=-7))
    to(books, MORROW, ticks=2)
    spent, left = (f"city {city} CNY, platform 10.88 CNY, shop 7.25 CNY" for city in ("18.12", "18.05"))
    assert wrong(ask(books, "pack"))[1:] == [
        f"0 <= spent {spent} <= reserve {left}",
        f"after the rest reserve {left} = spent {spent} by 2020-06-21",
    ]


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_wrong_item_fails(books: World, name: str) -> None:
    """The audits of the batch, the day or the campaign find it."""
    plant, expected = PLANTS[name]
    plant(books)
    for of, equations in expected.items():
        found = [text.removeprefix("season CNY: ") for text in wrong(ask(books, of))]
        assert len(found) == len(equations), found
        assert all(text.startswith(start) for text, start in zip(found, equations, strict=True)), found
