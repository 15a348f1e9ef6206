"""Credit: each winner has the pack once, whatever is killed or claimed meanwhile, and only while they may claim."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.clock import LEASE_S
from coupons.model.claimed_packs import fresh_claim
from tests.store.faults import Counting, Faulty, KilledError, Mortal, answer_lost, first, request_lost
from tests.store.lottery.drawn import advance_to, claimed, drawn, entries, in_order, state
from tests.store.lottery.lots import batch_of, draw, enter
from tests.world import World

CREDITED = {"draw": {"credit": True}}
STEP = [{"step": "credited"}]


def opened(people: int = 20, **changes: Any) -> World:
    """Ten of the people won; the batch has just opened."""
    town = drawn(people, **CREDITED | changes)
    return advance_to(town, batch_of(town).opens_at_s)


def winners(town: World) -> set[bytes]:
    """By the bookings as they are."""
    return set(in_order(town)[:10])


def test_each_winner_has_the_pack_once() -> None:
    """By a token that names batch and entry; the coupons are valid from that moment on."""
    town = opened()
    town.clock.advance(7)
    assert draw(town) == STEP
    assert claimed(town) == winners(town)
    for person in winners(town):
        claim = town.services.claims.get(batch_of(town), person, consistent=True)
        assert claim is not None
        assert claim.token == f"credit:pack:{entries(town)[person][0].hex()}"
        assert claim == fresh_claim(batch_of(town), person, claim.token, town.now_s, claim.key_version)
    before, counting = town.client.snapshot(), Counting(town.client)
    assert draw(town, town.new_services(client=counting)) == []
    assert town.client.snapshot() == before
    assert counting.requests["batch_get_item"] == 0, "what is done for all is not looked for again"


def test_who_claimed_meanwhile_keeps_their_claim() -> None:
    """The credit is its repeat."""
    town, own = opened(), "a-lease:1"
    one = in_order(town)[0]
    town.services.claims.put(batch_of(town), fresh_claim(batch_of(town), one, own, town.now_s, 1), lambda: True)
    town.clock.advance(60)
    assert draw(town) == STEP
    found = town.services.claims.get(batch_of(town), one, consistent=True)
    assert found is not None
    assert (found.token, found.claimed_at_s) == (own, town.now_s - 60)
    assert claimed(town) == winners(town)


WRITES_IN_ALL = 10 + 16 + 1
"""Ten claims, a fold for each of 16 spans of 4 buckets, the mark."""


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", range(1, WRITES_IN_ALL + 1))
def test_killed_at_any_write(nth_write: int, applied: bool) -> None:
    """The next call goes on, a minute later; nobody has two packs, and who had theirs keeps its time."""
    town = opened()
    mortal = town.new_services(client=Mortal(town.client, nth_write, applied=applied))
    with pytest.raises(KilledError):
        draw(town, mortal)
    given = {person: town.services.claims.get(batch_of(town), person, consistent=True) for person in claimed(town)}
    town.clock.advance(60)
    draw(town)
    assert claimed(town) == winners(town)
    assert state(town).credited_at_s
    for person, claim in given.items():
        assert town.services.claims.get(batch_of(town), person, consistent=True) == claim


def test_those_are_all_writes() -> None:
    """Nothing is killed at a later one."""
    town = opened()
    assert draw(town, town.new_services(client=Mortal(town.client, WRITES_IN_ALL + 1, applied=True))) == STEP


@pytest.mark.parametrize("fault", [answer_lost, request_lost])
def test_a_claim_without_an_answer_is_one(fault: Any) -> None:
    """It is sent again, and its own token tells that it was there."""
    town = opened()
    assert draw(town, town.new_services(client=Faulty(town.client, "put_item", fault))) == STEP
    assert claimed(town) == winners(town)


def stopped(town: World) -> None:
    town.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})


def paused(town: World) -> None:
    town.operator().send("POST /admin/batches/{batch_id}/pause", {"batch_id": "pack"}, body={})


def early(town: World) -> None:
    town.clock.advance(-1)


def late(town: World) -> None:
    advance_to(town, state(town).cohorts[0].claim_until_s)


@pytest.mark.parametrize("when", [stopped, paused, early, late])
def test_nobody_is_credited_outside_the_window(when: Any) -> None:
    """Nor while the batch is paused or stopped."""
    town = opened()
    when(town)
    draw(town)
    assert claimed(town) == set()
    assert not state(town).credited_at_s


def test_a_window_that_ends_meanwhile_ends_the_credit() -> None:
    """The clock is read before each claim; what was not reached is not recorded as done."""
    town = opened()
    advance_to(town, state(town).cohorts[0].claim_until_s - 1)
    client = Faulty(town.client, "put_item", first(lambda: town.clock.advance(1)))
    assert draw(town, town.new_services(client=client)) == []
    assert len(claimed(town)) == 1
    assert not state(town).credited_at_s


def test_a_process_that_froze_sends_no_claim() -> None:
    """Each attempt is sent less than `LEASE_S` after the clock was read, as a person's own claim is."""
    town = opened()

    def frozen(_real: Any, _parameters: dict[str, Any]) -> Any:
        town.clock.advance(LEASE_S)
        return request_lost(_real, _parameters)

    client = Faulty(town.client, "put_item", frozen)
    draw(town, town.new_services(client=client))
    assert client.calls == 1
    assert not state(town).credited_at_s
    draw(town)
    assert claimed(town) == winners(town)


def test_a_pause_only_delays_it() -> None:
    """Once the batch goes on, so does the credit."""
    town = opened()
    paused(town)
    draw(town)
    town.operator().send("POST /admin/batches/{batch_id}/resume", {"batch_id": "pack"}, body={})
    town.clock.advance(2)
    assert draw(town) == STEP
    assert claimed(town) == winners(town)


def test_no_time_to_claim_bounds_it() -> None:
    """Nobody claims, so the packs come when the batch opens, and after a pause of days: as long as it is open."""
    town = opened(draw={"credit": True, "claim_for_s": 3_600})
    assert batch_of(town).opens_at_s > state(town).cohorts[0].recorded_at_s + 3_600
    assert state(town).cohorts[0].claim_until_s == batch_of(town).closes_at_s
    assert draw(town) == STEP
    assert claimed(town) == winners(town)


def test_only_the_committed_list_wins() -> None:
    """Neither a booking that was inserted after the draw, nor one whose weight was raised, is credited."""
    town = opened()
    won = winners(town)
    for key, item in list(town.client.items.items()):
        if key.sk.startswith("BOOKING#"):
            town.client.put_item(TableName=key.table, Item={**item, "w": {"N": "32"}})
    for number in range(10):
        enter(town, f"forger-{number}", weight=32)
    draw(town)
    assert claimed(town) == won


def test_without_credit_nobody_is() -> None:
    """They claim themselves."""
    town = drawn(20)
    advance_to(town, batch_of(town).opens_at_s)
    assert draw(town) == []
    assert claimed(town) == set()
