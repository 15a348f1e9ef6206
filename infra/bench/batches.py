"""The batches of the bench: the season's special pack under other names, one for each protocol."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coupons.metering import Meter
from coupons.model.batches import PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.model.claims import Claim
from coupons.model.shards import spread
from coupons.operate import campaigns, publication
from coupons.process.services import Services
from coupons.sealing import Keys
from coupons.stores import dynamodb, keys
from coupons.stores.attributes import encode
from coupons.times import epoch_s
from infra.couponctl.campaign_files import load_campaign
from infra.local.settings import checkout
from infra.set_clock import SetClock

SHARDS = 16
"""Items of the sharded counter."""
KEYS = Keys({1: b"for an engine of some minutes"})
_SEASON, _PACK = "beijing-2020", "special-0606"


def bench_services(
    settings: dict[str, str], clock: Any, client: Any, seed: int, meter: Meter | None = None
) -> Services:
    """Services of one process of the real code over a client of the bench; `meter` may be shared."""
    return Services(settings, clock=clock, keys=KEYS, boto_client=client, rng=random.Random(seed), meter=meter)


def publish(settings: dict[str, str], quantities: Mapping[str, int]) -> tuple[Services, SetClock]:
    """Batches of these names and quantities are open; returns the operator's services and clock."""
    document = load_campaign(checkout() / "infra" / "seasons" / f"{_SEASON}.yaml")
    pack = next(batch for batch in document["batches"] if batch["batch_id"] == _PACK)
    pack = {name: value for name, value in pack.items() if name not in ("booking", "eligibility")}
    document["batches"] = [{**pack, "batch_id": name, "quantity": number} for name, number in quantities.items()]
    campaign = Campaign.model_validate(document, strict=False)
    clock = SetClock(float(epoch_s(campaign.batches[0].opens_at)))
    services = bench_services(settings, clock, dynamodb.client(), seed=0)
    campaigns.apply(services, _SEASON, campaign, int(clock.now_s))
    for name in quantities:
        publication.publish(services, name, int(clock.now_s))
    return services, clock


def lay_out(services: Services, table: str, batch_id: str, packs: int, shards: int) -> None:
    """Writes the stock of another protocol: `packs` spread over so many items."""
    client = dynamodb.client()
    for shard, remaining in enumerate(spread(packs, shards)):
        item = {
            **keys.stock(batch_id, shard),
            "remaining": remaining,
            "sealed": services.cache.control_now(batch_id).round,
        }
        client.put_item(TableName=table, Item=encode(item))


@dataclass(frozen=True, slots=True)
class Counted:
    claims: int
    tokens: int
    """Distinct persons."""


def count(services: Services, batch: PublishedBatch) -> Counted:
    """Counts all claims of a batch, strongly consistent."""
    tokens = [
        claim.token
        for bucket in range(batch.buckets)
        for claim in services.claims.in_bucket(batch.claim_key, bucket)
        if isinstance(claim, Claim) and claim.batch_number == batch.number
    ]
    return Counted(len(tokens), len(set(tokens)))


def missing(services: Services, batch: PublishedBatch) -> int:
    """Packs that are neither claimed nor in stock."""
    stock = sum(shard.remaining for shard in services.stock.shards(batch.batch_id, batch.shards))
    return batch.document.quantity - count(services, batch).claims - stock
