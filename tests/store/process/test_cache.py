"""The cache: values are fresh for a second by both clocks, and only what exists is remembered."""

from __future__ import annotations

import pytest

from coupons.process.services import Services
from coupons.refusals import NotFound
from tests.store.faults import Counting
from tests.world import World, a_batch, campaign


@pytest.mark.parametrize(
    ("wall_s", "monotonic_s", "asks"),
    [(0, 0, False), (0.999, 0.999, False), (1, 0, True), (0, 1, True), (-0.001, 0, True), (0, -0.001, True)],
)
@pytest.mark.parametrize("what", ["control", "controls", "published", "remaining", "districts"])
def test_a_reading_is_fresh_for_a_second(
    season: World, what: str, wall_s: float, monotonic_s: float, asks: bool
) -> None:
    """It is read again when a second has passed by either clock, or either stepped back."""
    counting = Counting(season.client)
    live = season.new_services(client=counting).cache
    batch = live.batch("pack")
    read = {
        "control": lambda: live.control("pack"),
        "controls": lambda: live.controls(["pack"]),
        "published": live.published,
        "remaining": lambda: live.remaining(batch),
        "districts": lambda: live.suspended_districts("season"),
    }[what]
    before = read()
    season.clock.wall += wall_s
    season.clock.monotonic += monotonic_s
    counting.requests.clear()
    assert read() == before
    assert bool(counting.requests) is asks


def test_a_release_is_read_once(season: World) -> None:
    """A published batch never changes, so one request serves reads by name and by number."""
    counting = Counting(season.client)
    live = season.new_services(client=counting).cache
    batch = live.batch("pack")
    assert live.batch("pack") is live.batch_numbered(batch.number) is batch
    assert counting.requests == {"get_item": 1}


def test_what_does_not_exist_is_not_remembered(world: World) -> None:
    """A batch published a moment ago is found."""
    services: Services = world.new_services()
    asks = [
        lambda: services.cache.batch("pack"),
        lambda: services.cache.control("pack"),
        lambda: services.cache.batch_numbered(5),
    ]
    for ask in asks:
        with pytest.raises(NotFound):
            ask()
    world.publish(campaign(a_batch()))
    batch = services.cache.batch("pack")
    assert services.cache.control("pack").quantity == 10
    assert services.cache.batch_numbered(batch.number) == batch


def test_a_strong_reading_replaces_what_is_remembered(season: World) -> None:
    """Later reads from the cache see its value too."""
    live = season.new_services().cache
    assert not live.control("pack").paused
    assert season.services.controls.set_paused("pack", True)
    assert not live.control("pack").paused
    assert live.control_now("pack").paused
    assert live.control("pack").paused
