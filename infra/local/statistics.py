"""Live statistics of the local stack: its streams begin anew with each run, so a start counts the tables again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coupons.count.recount import recount, replace_differing
from coupons.damage import Damaged
from coupons.model.statistics import HOUR_S
from coupons.process.services import Services
from infra.couponctl.stack_tables import StandingClock, settings_of


def rebuild(client: Any, outputs: Mapping[str, str], now_s: int, say: Callable[[str], None]) -> None:
    """The statistics of every campaign are what its items say; a campaign with a damaged item stays as it is."""
    services = Services(settings_of(outputs), clock=StandingClock(now_s), boto_client=client)
    for campaign_id in sorted({line.campaign_id for line in services.cache.published()}):
        try:
            told = recount(services, campaign_id, now_s + HOUR_S)
        except Damaged as found:
            say(f"  {campaign_id}: statistics stay as they were, {found}")
            continue
        replace_differing(services, campaign_id, told, now_s, is_read=True)
