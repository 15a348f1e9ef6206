"""A day's last lines, and schedules that close it side by side: nothing is lost and nothing counted twice."""

from __future__ import annotations

import random
from typing import Any

import pytest

from coupons.model.days import Sums
from coupons.process.services import Services
from coupons.settle.statements import StatementPage, settlement_page
from coupons.till import redemptions
from tests.concurrency.faults import Killed, Mortal
from tests.concurrency.racing import DAY, THREADS, Arena, accepted, an_order, at_once
from tests.world import KEYS, a_batch, campaign, seconds

LAST_SECOND = seconds("2020-06-06T23:59:59+08:00")
MIDNIGHT = LAST_SECOND + 1
FENCE_S = 30
PEOPLE = [f"person-{number}" for number in range(24)]


@pytest.fixture
def shop(arena: Arena) -> Arena:
    """Two dozen people hold a pack; it is the last second of the day."""
    arena.publish(campaign(a_batch(quantity=40)))
    for person in PEOPLE:
        arena.claim(arena.services, person)
    arena.clock.advance(LAST_SECOND - arena.clock.wall)
    return arena


def use(arena: Arena, services: Services, person: str, at_s: int) -> object:
    """A redemption whose request came at `at_s`, whenever its transaction arrives."""
    code = KEYS.seal_code(arena.ref(person), at_s)
    return redemptions.redeem(services, "diner", f"o-{person}", an_order(), code=code, scanned_at_s=None, now_s=at_s)


def close(arena: Arena, services: Services) -> object:
    try:
        return [done for done in arena.tick(services) if "day" in done]
    except Killed:
        return None


def settled(arena: Arena, day: str) -> StatementPage:
    return settlement_page(arena.services, "diner", day, "", arena.now_s)


@pytest.mark.parametrize("seed", [1, 2])
def test_schedules_side_by_side_close_a_day_with_its_late_lines(shop: Arena, seed: int) -> None:
    """Lines of the last second arrive until the fence, among ticks and the next day's lines; half of the ticks die."""
    chance = random.Random(seed)
    waves = [PEOPLE[:8], PEOPLE[8:16]]
    for moment, wave in zip((MIDNIGHT, MIDNIGHT + FENCE_S - 1), waves, strict=True):
        shop.clock.advance(moment - shop.clock.wall)
        environments = shop.environments(seed=seed)
        uses = [
            lambda e=services, p=person: use(shop, e, p, LAST_SECOND)
            for services, person in zip(environments, wave, strict=False)
        ]
        ticks = [lambda e=services: close(shop, e) for services in environments[len(wave) :]]
        told = at_once([*uses, *ticks])
        assert len(accepted(told)) == THREADS
        assert [did for did in told[len(wave) :] if did] == [], "not before the fence"
        assert settled(shop, DAY).day_sums is None
    shop.clock.advance(1)
    mortals: list[Any] = [
        Mortal(client, chance.randrange(1, 90) if i % 2 else 0, applied=chance.random() < 0.5)
        for i, client in enumerate(shop.clients)
    ]
    environments = [shop.new_services(client=mortal, seed=seed + i) for i, mortal in enumerate(mortals)]
    uses = [
        lambda e=services, p=person: use(shop, e, p, shop.now_s)
        for services, person in zip(environments[::2], PEOPLE[16:], strict=False)
    ]
    told = at_once([*uses, *(lambda e=services: close(shop, e) for services in environments[1:9])])
    assert len(accepted(told[:8])) == 8
    reports = [done for did in [*told[8:], close(shop, shop.services)] for done in did or []]  # type: ignore[union-attr,attr-defined]
    assert reports in ([{"day": DAY, "step": "closed", "lines": 16}], []), "at most one says so, and no twin of it"
    page = settled(shop, DAY)
    assert page.day_sums is not None
    assert page.day_sums.whole == page.split.whole == Sums.total([page.split.due])
    assert page.split.whole.lines == 16
    assert shop.services.day_folds.spent("pack") == {DAY: {"city": 16 * 500, "platform": 16 * 300, "shop": 16 * 200}}
    assert (settled(shop, "2020-06-07").split.whole.lines, settled(shop, "2020-06-07").day_sums) == (8, None)
    before = shop.items()
    at_once([lambda e=services: close(shop, e) for services in shop.environments(seed=9)])
    assert shop.items() == before, "a repeat changes nothing"
