"""Winners claim by the handlers: until the last second, and never what a reserve or the final file counts on."""

from __future__ import annotations

from coupons.clock import FENCE_S
from coupons.process.services import replace_services
from coupons.schedule.minute import run_schedule
from tests.store.faults import Faulty, first
from tests.store.lottery.drawn import LONG, advance_to, claimed, drawn, in_order, state
from tests.store.lottery.lots import batch_of, draw
from tests.world import Answered, World


def names(town: World) -> list[str]:
    """All people, the lowest score first."""
    by_person = {town.services.keys.person(f"person-{number}"): f"person-{number}" for number in range(40)}
    return [by_person[person] for person in in_order(town)]


def until(town: World, and_s: int) -> World:
    """So many seconds after the end of the last cohort's window."""
    return advance_to(town, state(town).cohorts[-1].claim_until_s + and_s)


def claim(town: World, name: str, **faults: Faulty) -> Answered:
    replace_services(town.new_services(**faults))
    return town.citizen(name).put_claim("pack")


def test_a_put_that_is_twenty_seconds_late_is_counted() -> None:
    """Claimed a second before the end, it arrives within the fence; who comes at the end is late."""
    town = drawn(40, **LONG)
    one, other = names(town)[:2]
    until(town, -1)
    late = Faulty(town.client, "put_item", first(lambda: town.clock.advance(20)))
    assert claim(town, one, client=late).status == 201
    assert claim(town, other).json["reason"] == "late"
    assert draw(town) == []
    assert draw(until(town, FENCE_S)) == [{"step": "reserve-2", "claims": 1, "admitted": 9}]


def test_a_clock_that_is_set_back_lets_nobody_claim_what_a_reserve_has() -> None:
    """The reserve has all ten packs, so nobody of the first cohort can claim, whatever the clock says."""
    town = drawn(40, **LONG)
    people = names(town)
    draw(until(town, FENCE_S))
    assert all(claim(town, name).status == 201 for name in people[10:20])
    advance_to(town, batch_of(town).opens_at_s)
    assert claim(town, people[0]).json["reason"] == "late"
    assert len(claimed(town)) == 10


def test_a_clock_that_is_set_back_adds_nothing_to_a_final_file() -> None:
    """Once the file names who claimed, nobody else can."""
    town = drawn(40)
    advance_to(town, batch_of(town).closes_at_s)
    for _ in range(4):
        run_schedule(town.services, town.now_s, float("inf"))
        town.clock.advance(FENCE_S)
    assert [did["step"] for did in draw(town)] == ["final"]
    advance_to(town, batch_of(town).opens_at_s)
    assert claim(town, names(town)[0]).json["reason"] == "late"
    assert claimed(town) == set()
