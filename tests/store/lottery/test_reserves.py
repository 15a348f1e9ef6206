"""Reserves: packs that nobody claimed in time are for the next in line, exactly as many, and for a whole window."""

from __future__ import annotations

import pytest

from coupons.clock import FENCE_S
from coupons.model.draw_results import drawn_entry
from tests.store.lottery.drawn import LONG, advance_to, claims, drawn, entries, in_order, state
from tests.store.lottery.lots import batch_of, draw
from tests.world import World

HOUR_S = 3_600


def over(town: World, and_s: int = FENCE_S) -> World:
    """The last cohort's window is over, and so many seconds more."""
    return advance_to(town, state(town).cohorts[-1].claim_until_s + and_s)


def cohorts(town: World) -> list[set[bytes]]:
    """The people of each cohort, by the recorded cutoffs."""
    now = state(town)
    found: list[set[bytes]] = [set() for _ in now.cohorts]
    for person, of in entries(town).items():
        drawn_one = drawn_entry(now, *of)
        assert drawn_one is not None
        if drawn_one.cohort is not None:
            found[drawn_one.cohort.number - 1].add(person)
    return found


def test_three_cohorts_with_partial_claims() -> None:
    """Of ten winners seven claim, so the next three may; of them one claims, so the next two may; and no fourth."""
    town = drawn(40, **LONG)
    order = in_order(town)
    claims(town, *order[:7])
    assert draw(over(town)) == [{"step": "reserve-2", "claims": 7, "admitted": 3}]
    claims(town, order[11])
    assert draw(over(town)) == [{"step": "reserve-3", "claims": 8, "admitted": 2}]
    assert cohorts(town) == [set(order[:10]), set(order[10:13]), set(order[13:15])]
    claims(town, *order[13:15])
    assert draw(over(town)) == []
    assert [cohort.claims_before for cohort in state(town).cohorts] == [None, 7, 8]


def test_a_reserve_asks_nobody_of_a_share_first() -> None:
    """Who is next in line does not depend on shares; whom a share admitted stays admitted, wherever the line is."""
    share = {"title": "a", "regions": ["a"], "quantity": 4}
    town = drawn(40, lambda n: (1, int(n < 5)), **LONG | {"draw": {**LONG["draw"], "shares": [share]}})
    first, order = cohorts(town)[0], in_order(town)
    of_share = [person for person in order if entries(town)[person][2]]
    assert len(first) == 10
    assert first >= set(of_share[:4])
    assert draw(over(town)) == [{"step": "reserve-2", "claims": 0, "admitted": 10}]
    assert cohorts(town) == [first, set([person for person in order if person not in first][:10])]
    assert [cohort.winners for cohort in state(town).cohorts] == [(4,), (0,)]


def test_fewer_are_left_than_packs() -> None:
    """All of them may claim, and nobody is asked twice."""
    town = drawn(13, **LONG)
    claims(town, *in_order(town)[:2])
    assert draw(over(town)) == [{"step": "reserve-2", "claims": 2, "admitted": 3}]
    assert draw(over(town)) == [{"step": "reserve-3", "claims": 2, "admitted": 0}]
    assert [len(people) for people in cohorts(town)] == [10, 3, 0]


def test_nothing_is_left() -> None:
    """All ten claim: the reserve is recorded, with the count, and is empty."""
    town = drawn(40, **LONG)
    claims(town, *in_order(town)[:10])
    assert draw(over(town)) == [{"step": "reserve-2", "claims": 10, "admitted": 0}]
    assert [len(people) for people in cohorts(town)] == [10, 0]


def test_a_claim_that_is_late_on_its_way_is_counted() -> None:
    """It was accepted in the last second of the window, and its put arrives 20 s later: no reserve has its pack."""
    town = drawn(40, **LONG)
    assert draw(over(town, and_s=20)) == []
    claims(town, in_order(town)[0])
    over(town, and_s=FENCE_S - 1)
    assert draw(town) == []
    over(town)
    assert draw(town) == [{"step": "reserve-2", "claims": 1, "admitted": 9}]


@pytest.mark.parametrize(("left_s", "steps"), [(HOUR_S, ["reserve-2"]), (HOUR_S - 1, [])])
def test_no_reserve_without_a_whole_window(left_s: int, steps: list[str]) -> None:
    """A window that the batch's closing would cut off by a second is none."""
    town = drawn(40, draw={"claim_for_s": HOUR_S, "rounds": 2})
    advance_to(town, batch_of(town).closes_at_s - left_s)
    before = town.client.snapshot()
    assert [did["step"] for did in draw(town)] == steps
    assert (town.client.snapshot() == before) == (not steps), "nor is anything counted for it"


def test_a_count_that_took_too_long_opens_no_reserve() -> None:
    """The clock is read again before the record."""
    town = drawn(40, draw={"claim_for_s": HOUR_S, "rounds": 2})
    advance_to(town, batch_of(town).closes_at_s - HOUR_S)
    real = town.files.put

    def slow(content: bytes) -> str:
        town.clock.advance(0.01)
        return real(content)

    town.files.put = slow  # type: ignore[method-assign]
    assert draw(town) == []
    assert len(state(town).cohorts) == 1


def test_one_round_has_no_reserve() -> None:
    """Also if nobody claimed."""
    town = drawn(40, **LONG | {"draw": {**LONG["draw"], "rounds": 1}})
    assert draw(over(town)) == []


def test_a_stopped_batch_has_no_reserve() -> None:
    """Nobody can claim it."""
    town = over(drawn(40, **LONG))
    town.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    assert draw(town) == []


def test_a_clock_that_is_set_back_opens_nothing() -> None:
    """The reserve stays as it was recorded, and the next comes after its own window."""
    town = drawn(40, **LONG)
    draw(over(town))
    before = state(town)
    town.clock.advance(-86_400)
    assert draw(town) == []
    assert state(town) == before
