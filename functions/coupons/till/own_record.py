"""What a merchant may know of its own record, and how many late scans it has left today."""

from __future__ import annotations

from collections.abc import Collection

from coupons.model.merchants import OwnRecord
from coupons.process.services import Services
from coupons.times import day_of


def own_record(services: Services, merchant_id: str, now_s: int) -> OwnRecord:
    """The merchant's record now, suspended or not. 1 read unit for 4 KB, and 1 a day if late scans are allowed.

    It has as many days as the zones of its campaigns have now: mostly one, near midnight perhaps two. Of several, the
    one with the fewest late scans left counts.
    """
    found = services.registry.merchant(merchant_id)
    assert found is not None, "merchant routes refuse merchants without a record, and no record is deleted"
    record, campaigns = found
    late_max = record.late_scans_per_day
    days = {day_of(now_s, zone).isoformat() for zone in _zones(services, campaigns)} if late_max else set[str]()
    taken = max((services.orders.late_taken(merchant_id, day) for day in days), default=0)
    return OwnRecord(merchant_id, record, sorted(campaigns), max(late_max - taken, 0))


def _zones(services: Services, campaigns: Collection[str]) -> set[str]:
    """The time zones of the campaigns that have a published batch; all batches of a campaign have its zone."""
    zones = dict[str, str]()
    for line in services.cache.published():
        if line.campaign_id in campaigns and line.campaign_id not in zones:
            with services.damages.left_out():
                zones[line.campaign_id] = services.cache.listed(line.batch_id).timezone
    return set(zones.values())
