"""Live statistics of the local stack: its streams begin anew with each run, so a start counts the tables again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from coupons.count.points_recount import recount_points, replace_points
from coupons.count.recount import recount, replace_differing
from coupons.damage import Damaged
from coupons.model.statistics import HOUR_S
from coupons.process.services import Services
from coupons.refusals import Busy
from infra.couponctl.stack_tables import buckets_in_use, settings_of
from infra.local.steps import Steps
from infra.set_clock import SetClock

T = TypeVar("T")

_OK = 200


def rebuild(client: Any, outputs: Mapping[str, str], now_s: int, steps: Steps, check: Callable[[], None]) -> None:
    """The statistics of every campaign are what its items say; a campaign with a damaged item stays as it is.

    Each answer of the tables is progress. What fails is tried again until `check` raises: the cloud has ended.
    """

    def answered(http_response: Any, **_: Any) -> None:
        if http_response.status_code == _OK:
            steps.progress()

    client.meta.events.register("after-call.dynamodb", answered)
    services = Services(settings_of(outputs), clock=SetClock(now_s), boto_client=client)
    for campaign_id in _until_answered(partial(_published, services), steps, check):
        try:
            _until_answered(partial(_recounted, services, client, campaign_id, now_s), steps, check)
        except Damaged as found:
            steps.progress(f"  {campaign_id}: statistics stay as they were, {found}")


def _published(services: Services) -> list[str]:
    return sorted({line.campaign_id for line in services.cache.published()})


def _recounted(services: Services, client: Any, campaign_id: str, now_s: int) -> None:
    buckets = buckets_in_use(client, services.settings["POINTS_TABLE"])
    told = recount(services, campaign_id, now_s + HOUR_S, buckets)
    replace_differing(services, campaign_id, told, now_s, is_read=True)
    program_id = services.programmes.program_of(campaign_id)
    if program_id is not None:
        replace_points(services, recount_points(services, program_id, buckets))


def _until_answered(work: Callable[[], T], steps: Steps, check: Callable[[], None]) -> T:
    while True:
        try:
            return work()
        except Busy as error:
            steps.failed(str(error))
            check()
