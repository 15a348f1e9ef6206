"""Four ways to give one pack to each of many people, over the same client, stores and claim item.

ours       a leased token and one conditional put: `coupons.claim.packs.claim` itself
textbook   one transaction: decrement the counter if it is at least 1, put the claim if it is absent
sharded    decrement one of 16 counters, then put; if the put is refused, increment it again
floor      the put alone, without stock: the least that durably gives each person one claim
"""

from __future__ import annotations

import random
import secrets
from typing import Protocol

from coupons.claim import packs
from coupons.claim.eligibility import Citizen
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, fresh_coupon
from coupons.process.services import Services
from coupons.refusals import Busy, Drained, SoldOut
from coupons.stores import keys
from coupons.stores.attributes import encode
from coupons.stores.claims import to_item
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.parts import Part
from infra.bench.batches import SHARDS
from infra.bench.tally import Outcome


class Way(Protocol):
    """One environment's part of a protocol. Raises Busy if the person should try again."""

    def attempt(self, person: bytes, now_s: int) -> Outcome: ...


class Ours:
    def __init__(self, services: Services) -> None:
        self._services = services

    def attempt(self, person: bytes, now_s: int) -> Outcome:
        try:
            _, repeated = packs.claim(self._services, "ours", Citizen(person, None), now_s)
        except (Drained, SoldOut):
            return "refusal"
        return "repeat" if repeated else "claim"


class Textbook:
    def __init__(self, services: Services, catalog_table: str) -> None:
        self._services = services
        self._batch = services.cache.batch("textbook")
        self._catalog_table = catalog_table
        self._claims_table = services.claims.table

    def attempt(self, person: bytes, now_s: int) -> Outcome:
        counter = {
            "TableName": self._catalog_table,
            "Key": encode(keys.stock("textbook", 0)),
            "UpdateExpression": "SET remaining = remaining - :one",
            "ConditionExpression": "remaining >= :one",
            "ExpressionAttributeValues": encode({":one": 1}),
        }
        put = {
            "TableName": self._claims_table,
            "Item": encode(to_item(self._batch, _claim(self._batch, person, now_s))),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        try:
            self._services.transact([Part("shard", "Update", counter), Part("claim", "Put", put)])
        except TransactionFailed as failure:
            return "repeat" if "claim" in failure.kinds else "refusal"
        return "claim"


class Sharded:
    """Takes one pack at a time from our stock items; after a refusal it reads all of them, as our protocol does."""

    def __init__(self, services: Services, rng: random.Random) -> None:
        self._services = services
        self._batch = services.cache.batch("sharded")
        self._round = services.cache.control_now("sharded").round
        self._rng = rng

    def attempt(self, person: bytes, now_s: int) -> Outcome:
        shard = self._rng.randrange(SHARDS)
        if not self._reserve(shard):
            shards = self._services.stock.shards("sharded", SHARDS)
            filled = [place for place, stock in enumerate(shards) if stock.remaining]
            if not filled:
                return "refusal"
            shard = self._rng.choice(filled)
            if not self._reserve(shard):
                raise Busy(detail="The last packs are going; try again.")
        existing = self._services.claims.put(self._batch, _claim(self._batch, person, now_s), lambda: True)
        if existing is None:
            return "claim"
        self._services.stock.give_back("sharded", shard, self._round)
        return "repeat"

    def _reserve(self, shard: int) -> bool:
        return self._services.stock.lease("sharded", shard, self._round, 1)[0]


class Floor:
    def __init__(self, services: Services) -> None:
        self._claims = services.claims
        self._batch = services.cache.batch("floor")

    def attempt(self, person: bytes, now_s: int) -> Outcome:
        existing = self._claims.put(self._batch, _claim(self._batch, person, now_s), lambda: True)
        return "claim" if existing is None else "repeat"


def _claim(batch: PublishedBatch, person: bytes, now_s: int) -> Claim:
    """Puts the same claim item as our protocol."""
    return Claim(
        batch_number=batch.number,
        person=person,
        token=f"{secrets.token_urlsafe(12)}:0",
        claimed_at_s=now_s,
        key_version=1,
        coupons=tuple(fresh_coupon(terms, now_s, batch.timezone) for terms in batch.terms),
    )
