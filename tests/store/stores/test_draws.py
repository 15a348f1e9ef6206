"""What was recorded of a draw: each fact once, none after its end, and an end for lack of a fact yields to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from coupons.damage import Damaged
from coupons.model.draw_state import Beacon, Cohort, Committed, DrawEnd, DrawState
from coupons.model.scores import Histogram
from coupons.stores.draws import Draws
from tests.world import World

COMMITTED = Committed(b"h" * 32, b"s" * 64, 12, 1_000, b"r" * 32)
BEACON = Beacon(7, b"b" * 48, 2_000, "partner")
FIRST = Cohort(1, (b"c" * 32, b""), b"d" * 32, (3, 0), 5, 2_100, 9_000)
RESERVE = Cohort(2, (), b"e" * 32, (), 2, 9_100, 12_000, claims_before=3)
END = DrawEnd("final", 20_000, "", 4, "f" * 64)

RECORDED: list[tuple[Callable[[Draws], bool], Callable[[Draws], bool]]] = [
    (
        lambda draws: draws.put_commitment("pack", COMMITTED),
        lambda draws: draws.put_commitment("pack", replace(COMMITTED, entries=13)),
    ),
    (
        lambda draws: draws.put_beacon("pack", BEACON),
        lambda draws: draws.put_beacon("pack", replace(BEACON, by="operator")),
    ),
    (
        lambda draws: draws.put_cohort("pack", FIRST),
        lambda draws: draws.put_cohort("pack", replace(FIRST, admitted=6)),
    ),
    (
        lambda draws: draws.put_cohort("pack", RESERVE),
        lambda draws: draws.put_cohort("pack", replace(RESERVE, admitted=6)),
    ),
    (lambda draws: draws.put_end("pack", END), lambda draws: draws.put_end("pack", replace(END, state="void"))),
]
"""A fact, and another of its kind."""


def test_a_draw_is_read_as_it_was_recorded(world: World) -> None:
    """All facts in one value, and nothing of a draw without any."""
    draws = world.services.draws
    assert draws.state("pack") == DrawState()
    assert all(record(draws) for record, _ in RECORDED)
    assert draws.state("pack", consistent=True) == DrawState(COMMITTED, BEACON, (FIRST, RESERVE), END)
    assert draws.state("another") == DrawState()


@pytest.mark.parametrize("fact", range(len(RECORDED)))
def test_each_fact_is_recorded_once(world: World, fact: int) -> None:
    """The first stands, whatever the second says."""
    draws, (first, second) = world.services.draws, RECORDED[fact]
    assert first(draws)
    before = draws.state("pack")
    assert not second(draws)
    assert not first(draws)
    assert draws.state("pack") == before


@pytest.mark.parametrize("fact", range(len(RECORDED) - 1))
def test_nothing_is_recorded_after_an_end(world: World, fact: int) -> None:
    """A slow process that lost its race writes nothing."""
    draws = world.services.draws
    assert draws.put_end("pack", replace(END, state="void"))
    assert not RECORDED[fact][0](draws)
    assert draws.state("pack") == DrawState(end=replace(END, state="void"))


def test_an_end_for_lack_of_a_fact_yields_to_it(world: World) -> None:
    """Void for lack of a commitment only without one; the same for a beacon."""
    draws = world.services.draws
    void = DrawEnd("void", 3_000, "late")
    assert draws.put_commitment("pack", COMMITTED)
    assert not draws.put_end("pack", void, unless="commitment")
    assert draws.put_beacon("pack", BEACON)
    assert not draws.put_end("pack", void, unless="beacon")
    assert draws.put_end("another", void, unless="commitment")
    assert draws.put_end("third", void, unless="beacon")


def test_the_word_of_a_draw_is_that_of_its_last_fact() -> None:
    """A beacon alone does not make it drawn."""
    states = [
        DrawState(),
        DrawState(COMMITTED),
        DrawState(COMMITTED, BEACON),
        DrawState(COMMITTED, BEACON, (FIRST,)),
        DrawState(COMMITTED, BEACON, (FIRST, RESERVE)),
        DrawState(COMMITTED, BEACON, (FIRST, RESERVE), END),
    ]
    assert [state.state for state in states] == ["collecting", "committed", "committed", "drawn", "reserve-2", "final"]


def test_a_damaged_fact_is_named(world: World) -> None:
    """By its keys; it is not taken for one that is missing."""
    assert world.services.draws.put_beacon("pack", BEACON)
    world.client.update_item(
        TableName=world.settings["CATALOG_TABLE"],
        Key={"pk": {"S": "BATCH#pack"}, "sk": {"S": "DRAW#BEACON"}},
        UpdateExpression="SET round = :text",
        ExpressionAttributeValues={":text": {"S": "7"}},
    )
    with pytest.raises(Damaged, match="DRAW#BEACON"):
        world.services.draws.state("pack")


def test_a_histogram_is_apart_from_the_state(world: World) -> None:
    """It is long, and reading the state does not pay for it."""
    draws = world.services.draws
    assert draws.histogram("pack") is None
    made = Histogram(8)
    made.add(bytes(range(32)), 8)
    draws.put_histogram("pack", made)
    found = draws.histogram("pack")
    assert found is not None
    assert found.rows == made.rows
    assert draws.state("pack") == DrawState()


def test_a_process_remembers_a_state_for_a_second(world: World) -> None:
    """So a rush of claims reads it once a second."""
    states = world.services.draw_states
    assert states.get("pack").state == "collecting"
    assert world.services.draws.put_commitment("pack", COMMITTED)
    assert states.get("pack").state == "collecting"
    world.clock.advance(1.0)
    assert states.get("pack").state == "committed"


def test_a_mark_is_recorded_once(world: World) -> None:
    """What was done for each booking is noted with its first time, also after the end."""
    draws = world.services.draws
    assert draws.put_end("pack", END)
    assert (draws.mark("pack", "credited", 30), draws.mark("pack", "credited", 40)) == (True, False)
    assert draws.mark("pack", "forgotten", 50)
    assert draws.state("pack") == DrawState(end=END, credited_at_s=30, forgotten_at_s=50)
