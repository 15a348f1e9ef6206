"""What `make costs` plays of rationed goods, and of medicine that is brought to the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from coupons.claim import codes, packs, wallet
from coupons.claim.eligibility import Citizen
from coupons.count.supplies import supplies
from coupons.model.campaigns import Campaign
from coupons.model.orders import Order
from coupons.operate import campaigns, members, publication
from coupons.process.services import Services
from coupons.till import holds, redemptions
from infra.couponctl.campaign_files import load_campaign
from infra.local.settings import checkout
from infra.set_clock import SetClock

WEEK_S = 604_800


def plays(services: Services, clock: SetClock) -> Iterator[tuple[str, Callable[[], object]]]:
    """Where masks are left, and a refill of medicine: sent with a prescription, and redeemed at the door."""
    path = checkout() / "infra" / "seasons" / "hubei-2020.yaml"
    season = Campaign.model_validate(load_campaign(path), strict=False)
    now_s = int(season.starts_at.timestamp())
    clock.now_s = now_s
    campaigns.apply(services, season.campaign_id, season, now_s)
    for batch in season.batches:
        publication.publish(services, batch.batch_id, now_s)
    services.cache.published()
    read = partial(supplies, services, season.campaign_id, now_s)
    yield "supplies of six stores and rounds", read
    yield "supplies, read within a second", read
    members.change_members(services, "chronic-patients", ["patient"], [], now_s)
    person = services.keys.person("patient")
    packs.claim(services, "chronic-medicine", Citizen(person, "hubei"), now_s)
    coupon_id = wallet.my_claim(services, "chronic-medicine", person).coupon_ids(services.keys)[0]
    code, _, _ = codes.issue_code(services, coupon_id, person, now_s)
    sent = partial(holds.hold, services, "jd-health", "o-3", _refill(), code=code, ttl_s=WEEK_S, now_s=now_s)
    yield "hold with evidence, one limit of uses", sent
    brought = partial(redemptions.redeem, services, "jd-health", "o-3", _refill(), code=None, scanned_at_s=None)
    yield "redemption of it at the door", partial(brought, now_s=now_s)


def _refill() -> Order:
    item = {"sku": "metformin", "category": "medicine", "price_minor": 10_000, "quantity": 1}
    order = {"total_minor": 10_000, "store_id": "jd-health", "channel": "online", "region": "hubei", "items": [item]}
    evidence = {"prescription_no": "RX-2020-0407-0031", "pharmacist_id": "ph-zhang-17"}
    fulfilment = {"mode": "delivery", "ref": "parcel-JD-883102"}
    return Order.model_validate({**order, "evidence": evidence, "fulfilment": fulfilment})
