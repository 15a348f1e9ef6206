"""Four ways to give one pack to each of many people, over the same client, stores and claim item.

ours       a leased token and one conditional put: `coupons.claiming.claim` itself
textbook   one transaction: the counter down if it is at least 1, the claim put if it is absent
sharded    one of 16 counters down, then the put; the pack given back if the put is refused
floor      the put alone, without stock: the least that durably gives each person one claim
"""

from __future__ import annotations

import random
import secrets
from typing import Protocol

from coupons import claiming
from coupons.claims import Claim, fresh_coupon
from coupons.environment import Environment
from coupons.refusals import Busy, Drained, SoldOut
from coupons.releases import Release
from coupons.stores import keys
from coupons.stores.claims import to_item
from coupons.stores.dynamodb import TransactionFailed, encode
from infra.bench.releases import SHARDS
from infra.bench.tally import Outcome


class Way(Protocol):
    """One environment's side of a protocol. Raises Busy when the person should try again."""

    def attempt(self, person: bytes, now_s: int) -> Outcome: ...


class Ours:
    def __init__(self, env: Environment) -> None:
        self._env = env

    def attempt(self, person: bytes, now_s: int) -> Outcome:
        try:
            _, repeated = claiming.claim(self._env, "ours", claiming.Citizen(person, None), now_s)
        except (Drained, SoldOut):
            return "refusal"
        return "repeat" if repeated else "claim"


class Textbook:
    def __init__(self, env: Environment, catalog_table: str) -> None:
        self._env = env
        self._release = env.live.release("textbook")
        self._catalog_table = catalog_table
        self._claims_table = env.claims.table

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
            "Item": encode(to_item(self._release, _claim(self._release, person, now_s))),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        try:
            self._env.transact([{"Update": counter}, {"Put": put}])
        except TransactionFailed as failure:
            return "repeat" if 1 in failure.items else "refusal"
        return "claim"


class Sharded:
    """The counters are ours, one pack at a time; a refused one is followed by a read of all, as ours does."""

    def __init__(self, env: Environment, rng: random.Random) -> None:
        self._env = env
        self._release = env.live.release("sharded")
        self._round = env.live.control_now("sharded").round
        self._rng = rng

    def attempt(self, person: bytes, now_s: int) -> Outcome:
        shard = self._rng.randrange(SHARDS)
        if not self._reserve(shard):
            shards = self._env.stock.shards("sharded", SHARDS)
            filled = [place for place, stock in enumerate(shards) if stock.remaining]
            if not filled:
                return "refusal"
            shard = self._rng.choice(filled)
            if not self._reserve(shard):
                raise Busy(detail="The last packs are going; try again.")
        standing = self._env.claims.put(self._release, _claim(self._release, person, now_s), lambda: True)
        if standing is None:
            return "claim"
        self._env.stock.give_back("sharded", shard, self._round)
        return "repeat"

    def _reserve(self, shard: int) -> bool:
        return self._env.stock.lease("sharded", shard, self._round, 1)[0]


class Floor:
    def __init__(self, env: Environment) -> None:
        self._claims = env.claims
        self._release = env.live.release("floor")

    def attempt(self, person: bytes, now_s: int) -> Outcome:
        standing = self._claims.put(self._release, _claim(self._release, person, now_s), lambda: True)
        return "claim" if standing is None else "repeat"


def _claim(release: Release, person: bytes, now_s: int) -> Claim:
    """The same item as ours writes."""
    return Claim(
        batch_number=release.number,
        person=person,
        token=f"{secrets.token_urlsafe(12)}:0",
        claimed_at_s=now_s,
        key_version=1,
        coupons=tuple(fresh_coupon(terms, now_s, release.timezone) for terms in release.terms),
    )
