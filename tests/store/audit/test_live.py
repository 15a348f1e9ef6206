"""Audits of a live season: what happens during the count is not reported as a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.audit.audits import audit_batch
from coupons.process.services import replace_services
from coupons.schedule.minute import run_schedule
from tests.store.audited import DAYS, MORROW, Acting, ask, claim, edit, flip, line_place, redeem, texts, to, wrong
from tests.store.faults import KilledError
from tests.world import World, seconds

FOREVER = float("inf")


def meanwhile(world: World, of: str, act: Callable[[], object], operation: str, word: str) -> dict[str, Any]:
    """The audit, with `act` just before one of its requests."""
    client = Acting(world, operation, word, act)
    replace_services(world.new_services(client=client))
    found = ask(world, of)
    assert client.times == 0
    return found


def redeems(world: World) -> None:
    """Fay, with the other coupon of her pack."""
    redeem(world, world.merchant(), "o-live", "fay", claim(world, "fay", "later")[1], 2000)


def reverses(world: World) -> None:
    """In full, and it returns the coupon."""
    assert world.merchant("bakery").reverse("o-fay", "r-1", 4000).json["coupon_returned"]


CLAIMS, AGAIN, RESERVES = ("query", "CLAIM#"), ("put_item", "#after#"), ("query", "LEDGER#")
USED = "coupons used {} = redemptions {} - {} that came back, 1 movements meanwhile"


@pytest.mark.parametrize(
    ("act", "moment", "said"),
    [
        (redeems, CLAIMS, USED.format(3, 2, 0)),
        (reverses, CLAIMS, USED.format(1, 2, 0)),
        (redeems, AGAIN, ""),
        (reverses, RESERVES, ""),
    ],
)
def test_what_moves_meanwhile_is_not_wrong(
    books: World, act: Callable[[World], None], moment: tuple[str, str], said: str
) -> None:
    """A redemption or a reversal between the counts is counted, and the equation states it."""
    found = meanwhile(books, "later", lambda: act(books), *moment)
    assert wrong(found) == []
    assert not said or said in texts(found)


def test_a_coupon_more_than_moved_is_wrong(books: World) -> None:
    """The coupons may differ by as many as lines were filed meanwhile, and no more."""
    flip(books, "ann", 1, "later", s="r")
    found = meanwhile(books, "later", lambda: redeems(books), *CLAIMS)
    assert wrong(found) == [USED.format(4, 2, 0)]


def test_a_movement_of_a_new_day_is_not_wrong(books: World) -> None:
    """Midnight passes between the counts, and the new day gets its first line."""

    def in_the_morning() -> None:
        books.clock.wall = seconds("2020-06-22T09:00:00+08:00")
        redeems(books)

    found = meanwhile(books, "later", in_the_morning, *CLAIMS)
    assert wrong(found) == []
    assert USED.format(3, 2, 0) in texts(found)


def test_a_day_that_is_closed_meanwhile_is_not_wrong(books: World) -> None:
    """It was open when the audit began, so it is counted again and not compared with its close."""

    def midnight() -> None:
        books.clock.wall = seconds(MORROW)
        run_schedule(books.new_services(), books.now_s, float("inf"))

    found = meanwhile(books, "later", lambda: (redeems(books), midnight()), *CLAIMS)
    assert wrong(found) == []
    assert [text for text in texts(found) if text.startswith("1 closed days")]


class Dying:
    """A client whose process dies at its first request of an operation that names `word`."""

    def __init__(self, world: World, operation: str, word: str) -> None:
        self._client = Acting(world, operation, word, self._die)

    def _die(self) -> None:
        raise KilledError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


SWEEP = "0" * 16


def begun(world: World, operation: str, word: str) -> None:
    """An audit of `later` that is killed there."""
    with pytest.raises(KilledError):
        audit_batch(world.new_services(client=Dying(world, operation, word)), "later", SWEEP, world.now_s, FOREVER)


def test_a_day_that_was_counted_and_is_closed_since_is_counted_again(books: World) -> None:
    """Its lines were counted while it was open, so some of those that it was closed with are missing."""
    begun(books, *CLAIMS)
    redeems(books)
    to(books, MORROW, ticks=1)
    found = ask(books, "later", SWEEP)
    assert wrong(found) == []
    assert USED.format(3, 2, 0) in texts(found)


def test_a_day_that_is_new_since_is_no_day_of_the_beginning(books: World) -> None:
    """Its lines came after the claims were counted."""
    begun(books, *AGAIN)
    to(books, "2020-06-22T09:00:00+08:00")
    redeems(books)
    found = ask(books, "later", SWEEP)
    assert wrong(found) == []
    assert "coupons used 2 = redemptions 2 - 0 that came back, 1 movements meanwhile" in texts(found)


def test_a_day_that_is_opened_again_is_not_closed(books: World) -> None:
    """A campaign in a zone with a later midnight can file lines under it again."""
    to(books, MORROW, ticks=1)
    begun(books, *CLAIMS)
    [day] = [day for day in books.services.days.all() if day.day == DAYS[2]]
    assert books.services.days.reopen(day)
    books.clock.set("2020-06-21T23:00:00+08:00")
    redeems(books)
    found = ask(books, "later", SWEEP)
    assert wrong(found) == []
    assert USED.format(3, 2, 0) in texts(found)


def test_a_reclaim_meanwhile_is_not_wrong(books: World) -> None:
    """Packs that were claimed after the claims were counted are not reported."""

    def over() -> None:
        claim(books, "gus", "later")
        to(books, "2020-06-30T10:00:00+08:00", ticks=3)

    found = meanwhile(books, "later", over, "batch_get_item", "STOCK#later")
    assert (wrong(found), found["unclaimed"]) == ([], 1)
    assert "after the reclaim unclaimed 0 = 0" in texts(ask(books, "later"))


def sold_out(world: World, quantity: int, *names: str) -> None:
    """These claim the last packs, and the batch is counted as sold out."""
    route = "PUT /admin/batches/{batch_id}/quantity"
    assert world.operator().send(route, {"batch_id": "later"}, body={"quantity": quantity}).status == 200
    replace_services(world.new_services())
    for name in names:
        assert world.citizen(name).put_claim("later").status == 201
    assert world.citizen("zoe").put_claim("later").status == 409
    for _ in range(3):
        run_schedule(world.new_services(), world.now_s, FOREVER)
        world.clock.advance(60)
    replace_services(world.new_services())
    assert world.services.cache.control_now("later").sold_out


def test_a_batch_that_sold_out_once_more_since_is_not_wrong(books: World) -> None:
    """The claims were counted when it had sold out with a smaller quantity, so there may be more now."""
    sold_out(books, 20, *(f"first-{number}" for number in range(18)))
    begun(books, *AGAIN)
    sold_out(books, 22, "gus", "hal")
    found = ask(books, "later", SWEEP)
    assert (wrong(found), found["unclaimed"]) == ([], 2)
    assert "after the reclaim unclaimed 0 = 0" in texts(ask(books, "later"))


@pytest.mark.parametrize("of", ["pack", "campaign"])
def test_money_that_moves_while_it_is_read_is_read_again(books: World, of: str) -> None:
    """A raise between the reads makes it read again; the audit stays incomplete only if money changes each time."""
    raised = iter(range(18, 99))

    def raise_later() -> None:
        path = {"batch_id": "later"}
        route = "PUT /admin/batches/{batch_id}/quantity"
        assert books.operator().send(route, path, body={"quantity": next(raised)}).status == 200

    assert wrong(meanwhile(books, of, raise_later, *RESERVES)) == []
    replace_services(books.new_services(client=Acting(books, *RESERVES, raise_later, times=99)))
    restless = ask(books, of)
    assert (restless["complete"], restless["ok"]) == (False, False)
    replace_services(books.new_services())
    assert wrong(ask(books, of, restless["sweep"])) == []


def test_a_document_that_changes_while_it_is_read_is_read_again(books: World) -> None:
    """A larger budget is declared between the document and the budgets."""

    def declare() -> None:
        operator, path = books.operator(), {"campaign_id": "season"}
        document = operator.send("GET /admin/campaigns/{campaign_id}", path).json
        document["funders"][0]["budget_minor"] += 1
        assert operator.send("PUT /admin/campaigns/{campaign_id}", path, body=document).status == 200

    # The first time for the answer's own budgets, then for the audit's.
    client = Acting(books, "batch_get_item", "FUNDER#", declare, after=1)
    replace_services(books.new_services(client=client))
    found = ask(books, "campaign")
    assert (wrong(found), client.times) == ([], 0)


# what does not match is looked at again


def test_a_reversal_between_two_reads_is_not_wrong(books: World) -> None:
    """The order was read before the reversal, the coupon after it: both are read again."""
    found = meanwhile(books, DAYS[2], lambda: reverses(books), "batch_get_item", "CLAIM#")
    assert wrong(found) == []


def test_a_line_that_hides_that_the_coupon_came_back_is_wrong(books: World) -> None:
    """Its order shows the reversal."""
    place = line_place("bakery", "o-cat", "r-1")
    edit(books, "ORDERS_TABLE", *place, coupon_returned=False)
    lines, coupons = wrong(ask(books, "pack"))
    assert "o-cat r-1 differs from its order" in lines
    assert "came back" in coupons
