"""What tests of reminders share: a tick's waves, a claim at a moment, and what was put on the bus."""

from __future__ import annotations

from typing import Any

from coupons.model.batches import Control
from coupons.process.season_counts import foldable_through_s
from coupons.process.services import Services
from coupons.schedule.minute import run_schedule
from tests.world import World, seconds

FOREVER = float("inf")
DAY_S = 86_400
FIRST_DAY = "2020-06-17T00:00:00+08:00"
"""Three days before the 20th, on which coupons of the first hours end (14 days after the 6th, from 10:00 on)."""


def control(world: World) -> Control:
    found = world.services.controls.get("pack", consistent=True)
    assert found is not None
    return found


def tick(world: World, services: Services | None = None) -> list[dict[str, Any]]:
    """What the schedule did about reminders."""
    did = run_schedule(services or world.services, world.now_s, FOREVER).did
    return [{k: v for k, v in done.items() if k != "step"} for done in did if done["step"] == "reminded"]


def day(number: int, month: int = 6) -> int:
    return seconds(f"2020-{month:02}-{number:02}T00:00:00+08:00")


def claimed(world: World, name: str, at: str = "2020-06-06T10:00:00+08:00") -> str:
    """The first coupon of a pack that is claimed at this moment."""
    world.clock.set(at)
    return str(world.citizen(name).put_claim("pack").json["coupons"][0]["coupon_id"])


def told(world: World) -> list[tuple[str, list[str]]]:
    """Expiry and coupons of each event that was put since the last look."""
    events = world.heard.take()
    assert all(event["type"] == "coupon.expiring.v1" for event in events)
    return [
        (event["data"]["expires_at"], [coupon["coupon_id"] for coupon in event["data"]["coupons"]]) for event in events
    ]


def without_folds(services: Services) -> Services:
    """A process that has folded the statistics of all hours, so that it asks for none."""
    now_s = int(services.clock.wall_s())
    services.season_counts.folded_through_s["season"] = foldable_through_s(now_s, "Asia/Shanghai")
    return services
