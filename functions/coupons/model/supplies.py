"""Rationed goods by store: batches whose coupon is exchanged for one material at one named store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from coupons.model.batches import BatchStatus, PublishedBatch
from coupons.model.merchants import MerchantRecord
from coupons.model.scopes import accepting_stores
from coupons.model.statistics import Flow
from coupons.model.terms import Exchange, Terms

SupplyStatus = Literal[BatchStatus, "suspended"]
"""What the batch does now; `suspended`: its store hands out nothing, whatever the batch does."""


@dataclass(frozen=True, slots=True)
class Ration:
    """The goods of one batch for one store: its coupon's terms, whose exchange names the material."""

    batch: PublishedBatch
    terms: Terms
    exchange: Exchange
    merchant_id: str
    store_id: str

    def is_handed_out(self, record: MerchantRecord | None, suspended_districts: Collection[str]) -> bool:
        """Whether the store hands it out, if it is in stock. `record`: the merchant's, None if it has none."""
        if record is None or record.suspended:
            return False
        stores = accepting_stores(self.terms.scope, self.merchant_id, record, suspended_districts)
        return any(store.store_id == self.store_id for store in stores)


@dataclass(frozen=True, slots=True)
class Supply:
    """A ration and what became of it, in packs."""

    ration: Ration
    district: str | None
    """Of the store; None: its record states none."""
    status: SupplyStatus
    allotted: int
    booked: int
    claimed: int
    collected: int

    @property
    def left(self) -> int:
        """Packs that nobody has claimed."""
        return self.allotted - self.claimed


def ration_of(batch: PublishedBatch) -> Ration | None:
    """None: the batch rations nothing. It does if its pack is one coupon, exchanged at exactly one store."""
    if len(batch.terms) != 1 or batch.pays_venues:
        return None
    terms = batch.terms[0]
    if not isinstance(terms.discount, Exchange) or len(terms.scope.stores) != 1:
        return None
    return Ration(batch, terms, terms.discount, terms.scope.merchants[0], terms.scope.stores[0])


def collected(flows: Mapping[Flow, int]) -> int:
    """Packs that left the store: redemptions less reversals. Each part of a reversal in several parts counts once."""
    return max(0, flows.get("redemptions", 0) - flows.get("reversals", 0))
