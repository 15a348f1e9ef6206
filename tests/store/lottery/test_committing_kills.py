"""A commitment that is killed, overtaken, unanswered or cut off is the one of an undisturbed call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.store.faults import Faulty, KilledError, Mortal, MortalFiles, Overtaken, answer_lost, request_lost
from tests.store.lottery.lots import a_town, committed, count, draw, listed
from tests.world import ManualClock, World

pytestmark = pytest.mark.usefixtures("short_runs")


def undisturbed() -> bytes:
    town = a_town()
    count(town)
    draw(town)
    return committed(town).hash


WRITES_IN_ALL = 8 + 4 + 1
"""Runs, places of parts, the commitment."""


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", range(1, WRITES_IN_ALL + 1))
def test_killed_at_any_write_the_next_call_fixes_the_same_list(town: World, nth_write: int, applied: bool) -> None:
    """One commitment, the one of an undisturbed call."""
    with pytest.raises(KilledError):
        draw(town, town.new_services(client=Mortal(town.client, nth_write, applied=applied)))
    draw(town, town.new_services(seed=2))
    assert committed(town).hash == undisturbed()
    assert len(listed(town)) == 40


def test_those_are_all_writes(town: World) -> None:
    """Nothing is killed at a later one."""
    services = town.new_services(client=Mortal(town.client, WRITES_IN_ALL + 1, applied=True))
    assert [did["step"] for did in draw(town, services)] == ["committed"]


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_put", [1, 2, 8, 9, 70, 8 + 256, 8 + 256 + 1, 8 + 256 + 2])
def test_killed_at_a_file_the_next_call_fixes_the_same_list(town: World, nth_put: int, applied: bool) -> None:
    """Runs, parts, rules and the commitment file are put before anything names them."""
    services = town.new_services()
    services.draw_files = MortalFiles(town.files, nth_put, applied=applied)
    with pytest.raises(KilledError):
        draw(town, services)
    draw(town)
    assert committed(town).hash == undisturbed()
    assert len(listed(town)) == 40


@pytest.mark.parametrize("nth_write", range(1, WRITES_IN_ALL + 1))
@pytest.mark.parametrize("operation", ["put_item", "transact_write_items"])
def test_two_side_by_side_fix_one_list(town: World, nth_write: int, operation: str) -> None:
    """Wherever one overtakes the other, one commitment stands, and one call tells it."""
    told: list[dict[str, Any]] = []
    act = lambda: told.extend(draw(town, town.new_services(seed=3)))  # noqa: E731
    slow = town.new_services(client=Overtaken(town.client, operation, "", act, nth=nth_write))
    told += draw(town, slow)
    assert [did["step"] for did in told] == ["committed"]
    assert committed(town).hash == undisturbed()


@pytest.mark.parametrize("fault", [answer_lost, request_lost])
def test_a_commitment_without_an_answer_is_found_or_sent_again(town: World, fault: Any) -> None:
    """By the next minute; it is sent once in each."""
    client = Faulty(town.client, "transact_write_items", fault)
    assert draw(town, town.new_services(client=client)) == []
    assert client.calls == 1
    draw(town)
    assert committed(town).hash == undisturbed()


def test_a_list_that_takes_many_calls_is_the_same(town: World) -> None:
    """Each call does what fits, and memory is that of one run."""

    @dataclass
    class Ticking(ManualClock):
        def monotonic_s(self) -> float:
            self.monotonic += 1
            return self.monotonic

    for _ in range(30):
        clock = Ticking(wall=town.clock.wall, monotonic=0)
        if draw(town, town.new_services(clock=clock), deadline_s=8.0):
            break
    assert committed(town).hash == undisturbed()
