"""What each step gave back is what a new count of claims and coupons says."""

from __future__ import annotations

import pytest

from coupons.audit.audits import audit_batch
from coupons.model.ledger import record_of
from coupons.money import Amounts
from tests.store.audited import Acting, ask, claim, claim_place, drop, edit, texts, to, wrong
from tests.store.faults import KilledError
from tests.world import World, a_batch, campaign

CATALOG, SWEEP = "CATALOG_TABLE", "0" * 16
CLOSED, EXPIRED = "2020-06-30T10:00:00+08:00", "2020-07-14T10:01:00+08:00"
PACK = Amounts({"city": 1001, "platform": 601, "shop": 401})
COUPON = Amounts({"city": 500, "platform": 300, "shop": 200})


def give(world: World, batch_id: str, step: str, amounts: Amounts) -> None:
    """Give back again, in one transaction of reserve, record and budgets, as the schedule does."""
    read = world.services.reserves.get(batch_id)
    given = read.given(amounts)
    again = record_of("release", batch_id, given.version, amounts, world.now_s, step=step)
    parts = world.services.reserves.moving("season", read, given, again)
    world.services.transact([*parts, *world.services.budgets.give_back("season", amounts)])


@pytest.mark.parametrize(
    ("moment", "step", "amounts", "said"),
    [
        (
            CLOSED,
            "unclaimed",
            PACK,
            (
                "gave back unclaimed city 160.16 CNY, platform 96.16 CNY, shop 64.16 CNY"
                " = 15 packs of city 10.01 CNY, platform 6.01 CNY, shop 4.01 CNY"
            ),
        ),
        (
            EXPIRED,
            "expired",
            COUPON,
            (
                "gave back expired city 15.02 CNY, platform 9.02 CNY, shop 6.02 CNY"
                " = 2 unused coupons city 10.02 CNY, platform 6.02 CNY, shop 4.02 CNY"
            ),
        ),
    ],
)
def test_a_step_that_gave_too_much_fails(books: World, moment: str, step: str, amounts: Amounts, said: str) -> None:
    """Reserve, records and budgets agree, so no other equation fails as long as enough is left for what was spent."""
    to(books, moment, ticks=4)
    assert wrong(ask(books, "later")) == []
    give(books, "later", step, amounts)
    found = wrong(ask(books, "later"))
    assert found[-1] == said
    assert len(found) == (1 if step == "unclaimed" else 2)
    assert f"batch later: {said}" in wrong(ask(books, "campaign"))


def test_what_was_unused_is_held_against_the_coupons(books: World) -> None:
    """The record of the expiry itself states too many unused coupons, and their money was given back."""
    edit(books, CATALOG, "BATCH#pack", "CONTROL", unused=[2, 5])
    assert wrong(ask(books, "pack")) == [
        (
            "gave back expired city 25.05 CNY, platform 15.05 CNY, shop 10.05 CNY"
            " = 7 unused coupons city 35.05 CNY, platform 21.05 CNY, shop 14.05 CNY"
        ),
        "redeemed 4 and 0 <= claims 5 less unused 2 and 5, by place",
    ]


def test_a_clock_set_back_begins_anew(world: World) -> None:
    """What was given back before is reserved again, so only what was given back since counts."""
    one, two = "city 5.00 CNY, platform 3.00 CNY, shop 2.00 CNY", "city 10.00 CNY, platform 6.00 CNY, shop 4.00 CNY"
    world.publish(campaign(a_batch()))
    claim(world, "ann", "pack")
    to(world, CLOSED, ticks=4)
    assert f"gave back expired {one} = 1 unused coupons {one}" in texts(ask(world, "pack"))
    to(world, "2020-06-06T10:00:00+08:00", ticks=1)
    assert world.services.cache.control_now("pack").given_back == 0
    claim(world, "bob", "pack")
    to(world, CLOSED, ticks=4)
    found = ask(world, "pack")
    assert wrong(found) == []
    assert f"gave back expired {two} = 2 unused coupons {two}" in texts(found)


def begun(world: World) -> None:
    """An audit of `later` that is killed after it counted claims and lines."""

    def die() -> None:
        raise KilledError

    services = world.new_services(client=Acting(world, "query", "LEDGER#", die))
    with pytest.raises(KilledError):
        audit_batch(services, "later", SWEEP, world.now_s, float("inf"))


def test_packs_claimed_since_they_were_counted_are_not_wrong(books: World) -> None:
    """The batch was open, and has since had its final count and given back money."""
    begun(books)
    claim(books, "gus", "later")
    to(books, CLOSED, ticks=4)
    assert books.services.cache.control_now("later").given_back == 1
    assert wrong(ask(books, "later", SWEEP)) == []


def test_coupons_that_came_back_since_they_were_counted_are_not_wrong(books: World) -> None:
    """They were counted as redeemed, and have become unused since."""
    to(books, CLOSED, ticks=4)
    begun(books)
    assert books.merchant("bakery").reverse("o-fay", "r-1", 4000).json["coupon_returned"]
    to(books, EXPIRED, ticks=2)
    assert books.services.cache.control_now("later").given_back == 2
    assert wrong(ask(books, "later", SWEEP)) == []


def test_a_batch_that_is_not_counted_for_good_is_not_held_against_its_count(books: World) -> None:
    """The batch may have been raised since."""
    edit(books, CATALOG, "BATCH#pack", "CONTROL", final=False)
    drop(books, "CLAIMS_TABLE", *claim_place(books, "eve"))
    assert not [text for text in texts(ask(books, "pack")) if text.startswith(("gave back unclaimed", "redeemed "))]


def test_a_step_that_is_not_done_is_not_held_against_anything(books: World) -> None:
    """A batch that waits for its later batch has given back nothing; another has not expired."""
    edit(books, CATALOG, "BATCH#pack", "CONTROL", given_back=0)
    assert not [text for text in texts(ask(books, "pack")) if text.startswith("gave back")]
    to(books, CLOSED, ticks=4)
    assert not [text for text in texts(ask(books, "later")) if text.startswith(("gave back expired", "redeemed "))]
