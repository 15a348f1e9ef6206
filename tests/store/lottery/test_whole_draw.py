"""From the beacon to the removed identities: killed at any write, or overtaken at any, the draw comes out the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from coupons.clock import FENCE_S
from coupons.lottery.beacon import take_beacon
from coupons.lottery.ending import KEPT_S
from coupons.model.draw_state import DrawState
from coupons.process.services import Services
from coupons.schedule.minute import run_schedule
from infra.virtual.writes import Place
from tests.store.faults import WRITES, Counting, KilledError, Mortal, MortalFiles, Overtaken
from tests.store.lottery.drawn import advance_to, claims, committed, in_order, signature_of, state
from tests.store.lottery.lots import batch_of, draw
from tests.world import World

PEOPLE, PACKS = 7, 3
SHORT: dict[str, Any] = {"quantity": PACKS, "draw": {"claim_for_s": 54_000, "rounds": 2}}
"""Three packs; the winners have an hour after the opening, and then a reserve has fifteen hours."""


@dataclass
class Night:
    """A draw of seven people, played moment by moment. `services` may die or be overtaken; another call follows."""

    town: World
    services: Services

    def play(self) -> DrawState:
        """At each moment one call by `services`, which may die, and one by a sound process."""
        for _ in self._moments():
            with contextlib.suppress(KilledError):
                draw(self.town, self.services)
            draw(self.town, self.town.new_services())
        return state(self.town)

    def _moments(self) -> Iterator[None]:
        town, terms = self.town, batch_of(self.town).draw
        assert terms is not None
        for services in (self.services, town.new_services()):
            with contextlib.suppress(KilledError):
                take_beacon(services, "pack", terms.round, signature_of(terms.round), "partner", town.now_s)
        yield
        claims(town, in_order(town)[1])
        advance_to(town, state(town).cohorts[0].claim_until_s + FENCE_S)
        yield
        claims(town, in_order(town)[3])
        advance_to(town, batch_of(town).closes_at_s)
        for _ in range(3):
            run_schedule(town.new_services(), town.now_s, float("inf"))
            town.clock.advance(FENCE_S)
        yield
        town.clock.advance(KEPT_S)
        yield


@pytest.fixture(scope="module")
def fixed() -> tuple[dict[Place, Any], dict[str, bytes]]:
    """What is stored once the list is committed."""
    town = committed(PEOPLE, **SHORT)
    return town.client.snapshot(), dict(town.files.content)


@pytest.fixture(scope="module")
def undisturbed() -> DrawState:
    """How it ends when nothing happens on the way."""
    town = committed(PEOPLE, **SHORT)
    return Night(town, town.new_services()).play()


@pytest.fixture
def night(fixed: tuple[dict[Place, Any], dict[str, bytes]]) -> World:
    town = committed(0, **SHORT)
    town.client.restore(fixed[0])
    town.files.content = dict(fixed[1])
    return town


def test_what_an_undisturbed_draw_comes_to(undisturbed: DrawState) -> None:
    """Three win and one of them claims; of the two next in line one claims; the final file has both."""
    first, second = undisturbed.cohorts
    assert (first.admitted, second.admitted, second.claims_before) == (3, 2, 1)
    assert undisturbed.end is not None
    assert (undisturbed.end.state, undisturbed.end.claims) == ("final", 2)
    assert undisturbed.forgotten_at_s


WRITES_IN_ALL, FILES_IN_ALL = 46, 23
"""Of an undisturbed draw."""


def test_those_are_all_writes(night: World, undisturbed: DrawState) -> None:
    """Nothing is killed at a later one."""
    counting = Counting(night.client)
    services = night.new_services(client=counting)
    services.draw_files = files = MortalFiles(night.files, 0, applied=True)
    assert Night(night, services).play() == undisturbed
    assert (sum(counting.requests[name] for name in WRITES), files.puts) == (WRITES_IN_ALL, FILES_IN_ALL)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", range(1, WRITES_IN_ALL + 1))
def test_killed_at_any_write(night: World, undisturbed: DrawState, nth_write: int, applied: bool) -> None:
    """The next call goes on: the same beacon, cohorts, claims and file, each recorded once."""
    services = night.new_services(client=Mortal(night.client, nth_write, applied=applied))
    assert Night(night, services).play() == undisturbed


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_put", range(1, FILES_IN_ALL + 1))
def test_killed_at_any_file(night: World, undisturbed: DrawState, nth_put: int, applied: bool) -> None:
    """A file is there before anything names it."""
    services = night.new_services()
    services.draw_files = MortalFiles(night.files, nth_put, applied=applied)
    assert Night(night, services).play() == undisturbed


@pytest.mark.parametrize("operation", ["put_item", "transact_write_items"])
@pytest.mark.parametrize("nth_write", range(1, 30))
def test_two_side_by_side(night: World, undisturbed: DrawState, nth_write: int, operation: str) -> None:
    """Wherever one call overtakes the other, the first record stands, and both go on from it."""
    overtaken = Overtaken(night.client, operation, "", lambda: draw(night, night.new_services(seed=3)), nth=nth_write)
    assert Night(night, night.new_services(client=overtaken)).play() == undisturbed
