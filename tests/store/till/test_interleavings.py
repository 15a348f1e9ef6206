"""A request at the till among others: whatever moments its reads are of, it does what it would do before or after them.

Each story is a request and steps of others. They are played in every order in which the steps can fall between the
reads and writes of the request, and compared with all ways to do the whole request between two steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import methodcaller as does
from typing import Any

import pytest

from coupons.refusals import Refusal
from infra.local.tables import create_tables
from infra.virtual.store import Store
from infra.virtual.writes import Place
from tests.store.interleaved import Interleaved, schedules
from tests.store.shop import OTHER, Shop
from tests.world import World

MOMENTS = 9
"""Four reads, the write, and those of a second attempt."""
Items = dict[Place, Any]


Act = Callable[[Shop], Any]


@dataclass(frozen=True)
class Story:
    before: tuple[Act, ...]
    request: Act
    others: tuple[Act, ...]


def of_order(world: World) -> Items:
    """What is stored of orders, lines and claims; marks of days may be there without a line."""
    items = world.client.snapshot().items()
    return {place: item for place, item in items if place.table != "CatalogTable" and not place.pk.startswith("DAY")}


def told(act: Act, shop: Shop) -> Any:
    """The answer, or what it was refused with."""
    try:
        return act(shop)
    except Refusal as refusal:
        return type(refusal).__name__, refusal.detail


REDEEM = does("redeem", "o-1")
REDEEM_HELD = does("redeem", "o-1", None)
REDEEM_OTHERWISE = does("redeem", "o-1", order=OTHER)
REDEEM_OLD = does("redeem", "o-1", at_s=60)
REDEEM_LATE = does("redeem", "o-1", late_s=61, at_s=90)
REDEEM_NEXT = does("redeem", "o-2", 20, at_s=20)
REVERSE = does("reverse", "o-1")
REVERSE_A_PART = does("reverse", "o-1", 1000)
HOLD = does("hold", "o-1")
HOLD_LATER = does("hold", "o-1", at_s=30)
HOLD_SHORTLY = does("hold", "o-1", ttl_s=5)
RELEASE = does("release", "o-1")
OTHER_REDEEMS = does("redeem", "o-2")
OTHER_REVERSES = does("reverse", "o-2")
OTHER_HOLDS = does("hold", "o-2")
OTHER_RELEASES = does("release", "o-2")
OTHER_REDEEMS_LATER = does("redeem", "o-2", 6, at_s=6)
SUSPEND = does("record", suspended=True)
ADMIT = does("record", suspended=False)
ALLOW_LATE = does("record", late_scans_per_day=1)
OTHER_REDEEMS_LATE = does("redeem", "o-2", late_s=61, at_s=90)

STORIES = {
    "its twin": ((), REDEEM, (REDEEM,)),
    "its twin, undone": ((), REDEEM, (REDEEM, REVERSE)),
    "its twin, undone, and the coupon used again": ((), REDEEM, (REDEEM, REVERSE, REDEEM_NEXT)),
    "its twin, partly undone": ((), REDEEM, (REDEEM, REVERSE_A_PART)),
    "its twin, while the code ended": ((), REDEEM_OLD, (REDEEM,)),
    "its twin, undone, while the code ended": ((), REDEEM_OLD, (REDEEM, REVERSE)),
    "other content": ((), REDEEM, (REDEEM_OTHERWISE,)),
    "another order": ((), REDEEM, (OTHER_REDEEMS,)),
    "another order, undone": ((), REDEEM, (OTHER_REDEEMS, OTHER_REVERSES)),
    "another order's hold": ((), REDEEM, (OTHER_HOLDS,)),
    "another order's hold, released": ((), REDEEM, (OTHER_HOLDS, OTHER_RELEASES)),
    "its hold": ((), REDEEM, (HOLD,)),
    "its hold, while the code ended": ((), REDEEM_OLD, (HOLD_LATER,)),
    "its hold, redeemed, while the code ended": ((), REDEEM_OLD, (HOLD_LATER, REDEEM_HELD)),
    "its hold, released, while the code ended": ((), REDEEM_OLD, (HOLD_LATER, RELEASE)),
    "its hold, redeemed": ((), REDEEM, (HOLD, REDEEM_HELD)),
    "its hold, redeemed and undone": ((), REDEEM, (HOLD, REDEEM_HELD, REVERSE)),
    "its hold, released": ((), REDEEM, (HOLD, RELEASE)),
    "its release": ((), REDEEM, (RELEASE,)),
    "held: its twin": ((HOLD,), REDEEM_HELD, (REDEEM_HELD,)),
    "held: its twin, undone": ((HOLD,), REDEEM_HELD, (REDEEM_HELD, REVERSE)),
    "held: by code, its twin without, undone": ((HOLD,), REDEEM, (REDEEM_HELD, REVERSE)),
    "held: its release": ((HOLD,), REDEEM_HELD, (RELEASE,)),
    "held: its release, and another order": ((HOLD,), REDEEM, (RELEASE, OTHER_REDEEMS)),
    "lapsed: another order": ((HOLD_SHORTLY,), does("redeem", "o-1", 6, at_s=6), (OTHER_REDEEMS_LATER,)),
    "lapsed: without a code": ((HOLD_SHORTLY,), does("redeem", "o-1", None, at_s=6), (OTHER_REDEEMS_LATER,)),
    "lapsed by the other's clock": ((HOLD_SHORTLY,), REDEEM_HELD, (OTHER_REDEEMS_LATER,)),
    "hold: its twin": ((), HOLD, (HOLD,)),
    "hold: its twin, redeemed": ((), HOLD, (HOLD, REDEEM_HELD)),
    "hold: its twin, redeemed and undone": ((), HOLD, (HOLD, REDEEM_HELD, REVERSE)),
    "hold: its twin, released": ((), HOLD, (HOLD, RELEASE)),
    "hold: another order": ((), HOLD, (OTHER_REDEEMS,)),
    "hold: another order's hold, released": ((), HOLD, (OTHER_HOLDS, OTHER_RELEASES)),
    "hold: its order redeemed without one": ((), HOLD, (REDEEM,)),
    "late: its twin in time": ((ALLOW_LATE,), REDEEM_LATE, (REDEEM,)),
    "late: its twin": ((ALLOW_LATE,), REDEEM_LATE, (REDEEM_LATE,)),
    "late: its twin, undone": ((ALLOW_LATE,), REDEEM_LATE, (REDEEM_LATE, REVERSE)),
    "late: its hold": ((ALLOW_LATE,), does("redeem", "o-1", late_s=61, at_s=80), (HOLD_LATER,)),
    "late: another order": ((ALLOW_LATE,), REDEEM_LATE, (OTHER_REDEEMS_LATE,)),
    "suspended": ((), REDEEM, (SUSPEND,)),
    "suspended and admitted": ((), REDEEM, (SUSPEND, ADMIT)),
    "its twin, then suspended": ((), REDEEM, (REDEEM, SUSPEND)),
    "hold: its twin, then suspended": ((), HOLD, (HOLD, SUSPEND)),
}


@pytest.mark.parametrize("story", [Story(*parts) for parts in STORIES.values()], ids=list(STORIES))
def test_a_request_among_others_does_as_one_after_the_other(season: World, story: Story) -> None:
    """Its answer, the answers of the others, and what is stored afterwards are those of one order of all of them."""
    assert season.citizen("ann").put_claim("pack").status == 201
    season.clock.advance(60)
    others = Shop(season)
    for act in story.before:
        act(others)
    start = season.client.snapshot()
    serial = [_serial(season, story, others, start, place) for place in range(len(story.others) + 1)]
    for at, is_backward in schedules(len(story.others), MOMENTS):
        season.client.restore(start)
        client = Interleaved(season.client, [partial(told, act, others) for act in story.others], at)
        client.is_backward = is_backward
        answer = told(story.request, Shop(season, client))
        answers = client.finish()
        assert (answer, answers, of_order(season)) in serial, (at, is_backward, answer, answers)


class Lagging:
    """A client for which a transaction is still being applied: it reads orders as they were, so many times."""

    def __init__(self, client: Any, earlier: Items, reads: int) -> None:
        self._client, self._earlier, self._left = client, Store(), reads
        create_tables(self._earlier)
        self._earlier.restore(earlier)

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            answer = getattr(self._client, name)(**parameters)
            if "OrdersTable" in str(parameters) and self._left and name in ("get_item", "batch_get_item"):
                self._left -= 1
                before = getattr(self._earlier, name)(**parameters)
                if name == "get_item":
                    return before
                answer["Responses"]["OrdersTable"] = before["Responses"]["OrdersTable"]
            return answer

        return call


@pytest.mark.parametrize("reads", range(4))
@pytest.mark.parametrize(
    ("before", "last", "again"),
    [
        ((), REDEEM, REDEEM),
        ((), HOLD, HOLD),
        ((HOLD,), REDEEM_HELD, REDEEM),
        ((HOLD,), REDEEM_HELD, does("redeem", "o-1", at_s=61)),
    ],
    ids=["redemption", "hold", "held", "lapsed"],
)
def test_an_order_that_shows_later_than_its_coupon_is_waited_for(
    season: World, before: tuple[Act, ...], last: Act, again: Act, reads: int
) -> None:
    """A transaction's items may show one after the other: a coupon that names the order is not what refuses it."""
    assert season.citizen("ann").put_claim("pack").status == 201
    shop = Shop(season)
    for act in before:
        act(shop)
    earlier = season.client.snapshot()
    first = last(shop)
    assert again(Shop(season, Lagging(season.client, earlier, reads))) == (*first[:2], True)


def _serial(world: World, story: Story, others: Shop, start: Items, place: int) -> tuple[Any, list[Any], Items]:
    """The request between two steps of the others."""
    world.client.restore(start)
    answers = [told(act, others) for act in story.others[:place]]
    answer = told(story.request, Shop(world))
    answers += [told(act, others) for act in story.others[place:]]
    return answer, answers, of_order(world)
