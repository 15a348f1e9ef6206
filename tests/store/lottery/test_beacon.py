"""The beacon: of the published round, once it is due, verified, and the first one stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coupons.lottery import beacon
from coupons.lottery.beacon import take_beacon
from coupons.model.draw_state import Beacon
from coupons.refusals import (
    Closed,
    Malformed,
    NotFound,
    NotOpen,
    OrderConflict,
    Refusal,
    Stopped,
    TermsFrozen,
)
from coupons.times import DAY_S
from tests.store.faults import Overtaken
from tests.store.lottery.drawn import committed, signature_of, state, with_beacon
from tests.store.lottery.lots import batch_of, draw
from tests.world import World, a_batch, campaign


def round_of(town: World) -> int:
    terms = batch_of(town).draw
    assert terms is not None
    return terms.round


def take(town: World, more: int = 0, signature: str = "") -> bool:
    """Bring the beacon, or that of a later round; whether it is a repeat."""
    number = round_of(town) + more
    return take_beacon(town.services, "pack", number, signature or signature_of(number), "operator", town.now_s)[2]


def test_the_first_stands() -> None:
    """The same again is a repeat; another round, or another signature, is refused, whoever brings it."""
    town = committed(12)
    assert not take(town)
    first = state(town).beacon
    assert first == Beacon(round_of(town), bytes.fromhex(signature_of(round_of(town))), town.now_s, "operator")
    town.clock.advance(60)
    assert take(town)
    for more, signature in ((1, ""), (0, signature_of(round_of(town) + 1)), (0, "00" * 48)):
        with pytest.raises(OrderConflict):
            take(town, more, signature)
    assert state(town).beacon == first


def early(town: World) -> None:
    town.clock.advance(-1)


def uncommitted(town: World) -> None:
    table = town.settings["CATALOG_TABLE"]
    town.client.delete_item(TableName=table, Key={"pk": {"S": "BATCH#pack"}, "sk": {"S": "DRAW#COMMITMENT"}})


def a_week_later(town: World) -> None:
    town.clock.advance(7 * DAY_S)


def voided(town: World) -> None:
    a_week_later(town)
    assert [did["step"] for did in draw(town)] == ["void"]
    town.clock.advance(-7 * DAY_S)


def stopped(town: World) -> None:
    town.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    town.clock.advance(30)
    assert [did["step"] for did in draw(town)] == ["abandoned"]


def nothing(_town: World) -> None: ...


@pytest.mark.parametrize(
    ("before", "more", "signature", "refusal"),
    [
        (early, 0, "", NotOpen),
        (nothing, 1, "", TermsFrozen),
        (nothing, -1, "", TermsFrozen),
        (nothing, 0, "00" * 48, Malformed),
        (nothing, 0, "C0" + "00" * 47, Malformed),
        (uncommitted, 0, "", Closed),
        (a_week_later, 0, "", Closed),
        (voided, 0, "", Closed),
        (voided, 1, "", Closed),
        (stopped, 0, "", Stopped),
    ],
)
def test_what_is_refused(before: Callable[[World], None], more: int, signature: str, refusal: type[Refusal]) -> None:
    """Nothing is recorded."""
    town = committed(12)
    before(town)
    with pytest.raises(refusal):
        take(town, more, signature)
    assert state(town).beacon is None


def test_the_last_second_counts() -> None:
    """One second before the week is over it is taken, at its end it is not: see above."""
    town = committed(12)
    town.clock.advance(7 * DAY_S - 1)
    assert not take(town)


def test_another_signature_of_the_round_is_malformed() -> None:
    """Of the next round: a point of the group, and not this round's signature. The place is named."""
    town = committed(12)
    with pytest.raises(Malformed) as refused:
        take(town, 0, signature_of(round_of(town) + 1))
    assert [fault["place"] for fault in refused.value.errors] == ["body.signature"]


def test_a_batch_that_is_no_lottery_has_no_beacon(world: World) -> None:
    """It is not found."""
    world.publish(campaign(a_batch()))
    with pytest.raises(NotFound):
        take_beacon(world.services, "pack", 1, "00" * 48, "operator", world.now_s)


def test_two_at_once_are_one() -> None:
    """Who is overtaken by the same beacon reads a repeat; by the draw's end, a refusal."""
    town = committed(12)
    overtaken = Overtaken(town.client, "transact_write_items", "DRAW#BEACON", lambda: take(town))
    services = town.new_services(client=overtaken)
    found = take_beacon(services, "pack", round_of(town), signature_of(round_of(town)), "partner", town.now_s)
    assert found[2]
    assert found[1].beacon is not None
    assert found[1].beacon.by == "operator"


def test_an_end_meanwhile_refuses_it() -> None:
    """Void and beacon exclude each other, whatever the clocks of two processes say."""
    town = committed(12)
    overtaken = Overtaken(town.client, "transact_write_items", "DRAW#BEACON", lambda: voided(town))
    services = town.new_services(client=overtaken)
    with pytest.raises(Closed):
        take_beacon(services, "pack", round_of(town), signature_of(round_of(town)), "partner", town.now_s)
    assert state(town).beacon is None


def test_a_beacon_meanwhile_keeps_it_from_being_void() -> None:
    """The other way round."""
    town = committed(12)
    a_week_later(town)

    def brought() -> None:
        town.clock.advance(-1)
        take(town)

    overtaken = Overtaken(town.client, "transact_write_items", "DRAW#END", brought)
    assert draw(town, town.new_services(client=overtaken)) == []
    assert state(town).end is None
    assert beacon.void_from_s(batch_of(town)) == town.now_s + 1


def test_a_clock_that_is_set_back_takes_nothing_back() -> None:
    """The beacon stands before its round too, and so do the winners."""
    town = with_beacon(committed(12))
    draw(town)
    before = state(town)
    town.clock.set("2020-06-03T10:00:00+08:00")
    assert draw(town) == []
    assert state(town) == before
    assert take(town)
