"""Late scans race for the last places of a merchant's day: as many as are allowed, and not one more."""

from __future__ import annotations

import pytest

from coupons.process.services import Services
from coupons.refusals import Busy, CodeExpired, Refusal
from coupons.till import redemptions
from tests.concurrency.faults import Conflicts
from tests.concurrency.racing import THREADS, Arena, accepted, an_order, at_once, refusals, shuffled
from tests.editing import allow_late_scans
from tests.world import a_batch, campaign

BUSY_MAX = 50


def send(arena: Arena, services: Services, name: str, code: str) -> bool:
    """A till repeats what was `busy`. Whether it was late."""
    for _ in range(BUSY_MAX):
        try:
            request = (services, "diner", f"o-{name}", an_order())
            scanned_at_s = arena.now_s - 60
            return redemptions.redeem(*request, code=code, scanned_at_s=scanned_at_s, now_s=arena.now_s)[0].late
        except Busy:
            continue
    raise AssertionError("busy for ever")


def scanned(arena: Arena, people: int) -> dict[str, str]:
    """Everybody's code of a minute ago."""
    arena.publish(campaign(a_batch(quantity=people)))
    names = [f"p-{number}" for number in range(people)]
    for name in names:
        arena.claim(arena.services, name)
    codes = {name: arena.code(name) for name in names}
    arena.clock.advance(60)
    return codes


def race(arena: Arena, codes: dict[str, str], seed: int) -> list[bool | Refusal]:
    """Each from one of sixteen environments, all at once."""
    envs, todo = arena.environments(seed=seed), shuffled(list(codes), seed)

    def work(number: int) -> list[bool | Refusal]:
        told: list[bool | Refusal] = []
        for name in todo[number::THREADS]:
            try:
                told.append(send(arena, envs[number], name, codes[name]))
            except Refusal as refusal:
                told.append(refusal)
        return told

    return [one for told in at_once([lambda n=n: work(n) for n in range(THREADS)]) for one in told]


def assert_one_refused(arena: Arena, outcomes: list[bool | Refusal], allowed: int) -> None:
    assert accepted(outcomes) == [True] * allowed
    (refused,) = refusals(outcomes)
    assert isinstance(refused, CodeExpired)
    assert refused.reason == "late-limit"
    assert [line.late for line in arena.lines()] == [True] * allowed


def test_of_201_late_scans_at_once_200_are_taken(arena: Arena) -> None:
    """Two hundred a day are allowed: one is refused, and the books hold the others."""
    codes = scanned(arena, 201)
    allow_late_scans(200)
    assert_one_refused(arena, race(arena, codes, 1), 200)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_last_place_goes_to_one_though_transactions_conflict(arena: Arena, seed: int) -> None:
    """As on DynamoDB, which refuses one of two that meet on an item: tried again, each is counted once."""
    codes = scanned(arena, 41)
    allow_late_scans(40)
    conflicts = Conflicts()
    arena.clients = [conflicts.client(client) for client in arena.clients]
    assert_one_refused(arena, race(arena, codes, seed), 40)
    assert conflicts.refused > 0
