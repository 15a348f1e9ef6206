"""The part of the examples that is about rationed goods: masks of Hubei."""

from __future__ import annotations

from tests.api.seasons import season
from tests.api.stage import Stage
from tests.bus import Stream


def rationed(s: Stage) -> None:
    """Li Hua's household has claimed its masks of the first week, and collected them."""
    s.clock.set("2020-04-06T09:00:00+08:00")
    s.published(season("hubei-2020"))
    stream, masks = Stream(s), {"batch_id": "masks-week-1"}
    citizen = s.citizen("li-hua", region="hubei", household_id="420102-0077")
    citizen.send("PUT /batches/{batch_id}/booking", masks, body={})
    s.clock.set("2020-04-08T10:00:00+08:00")
    code = citizen.code(citizen.put_claim("masks-week-1").json["coupons"][0]["coupon_id"])
    pack = {"sku": "mask-pack-10", "category": "masks", "tags": [], "price_minor": 1980, "quantity": 1}
    place = {"store_id": "wuhan-pharmacy", "channel": "offline", "region": "hubei"}
    bought = {"total_minor": 1980, **place, "items": [pack]}
    s.merchant("wuhan-pharmacy").redeem("20200408-0001", code, bought)
    s.count(stream.records())
    s.citizen("anybody").send("GET /campaigns/{campaign_id}/supplies", {"campaign_id": "hubei-2020"})
