"""Orders that a coupon fits: at a merchant of its scope, of items that count, and dear enough."""

from __future__ import annotations

from random import Random
from typing import Any

from coupons.model.campaigns import Campaign
from coupons.model.opening_hours import is_open
from coupons.model.scopes import accepting_stores, are_regions_in, channels_in
from coupons.model.terms import Exchange, Terms
from infra.playing.oracle import Document

Place = tuple[str, str, str, str]
"""Merchant, store, channel, and where the goods go."""


class Baskets:
    """Where an order may be placed is the domain's answer; what it is worth is judged by the books."""

    def __init__(self, campaign: Campaign, rng: Random) -> None:
        self._rng = rng
        self._timezone = campaign.timezone
        self._terms = {terms.terms_id: terms for terms in campaign.terms}
        self._places = {terms.terms_id: list(_places(campaign, terms)) for terms in campaign.terms}

    def can_be_used(self, terms_id: str) -> bool:
        return bool(self._places[terms_id])

    def is_open(self, terms_id: str, moment_s: int) -> bool:
        return is_open(self._terms[terms_id], moment_s, self._timezone)

    def hold_max_s(self, terms_id: str) -> int:
        return self._terms[terms_id].hold_max_s

    def basket(self, terms_id: str, number: int) -> tuple[str, Document]:
        """A merchant, and an order there."""
        terms = self._terms[terms_id]
        merchant_id, store_id, channel, region = self._rng.choice(self._places[terms_id])
        price_minor, scope = self._price(terms), terms.scope
        item = {
            "sku": terms.discount.sku if isinstance(terms.discount, Exchange) else "goods",
            "category": self._rng.choice(scope.item_categories or ["goods"]),
            "tags": scope.item_tags[:1],
            "price_minor": price_minor,
            "quantity": 1,
        }
        order: dict[str, Any] = {"total_minor": price_minor, "store_id": store_id, "channel": channel}
        order |= {"region": region, "items": [item]}
        if "evidence" in terms.requires:
            order["evidence"] = {"prescription_no": f"rx-{number}", "pharmacist_id": "pharmacist-1"}
        if "fulfilment" in terms.requires:
            order["fulfilment"] = {"mode": "delivery", "ref": f"parcel-{number}"}
        return merchant_id, order

    def _price(self, terms: Terms) -> int:
        """On the threshold, a little above, or far above it."""
        if isinstance(terms.discount, Exchange):
            value_minor = terms.discount.value_minor
            return max(value_minor + self._rng.choice([-1, 0, 0, 1, 500]), 1)
        return terms.discount.threshold_minor + self._rng.choice([0, 1, 99]) + self._rng.randrange(100, 9_999)


def _places(campaign: Campaign, terms: Terms) -> list[Place]:
    found = []
    for merchant in campaign.merchants:
        for store in accepting_stores(terms.scope, merchant.merchant_id, merchant, campaign.suspended_districts):
            for channel in channels_in(terms.scope, merchant):
                regions = [store.region] if channel == "offline" else [*terms.scope.regions[:1], store.region][:1]
                if are_regions_in(terms.scope, regions):
                    found.append((merchant.merchant_id, store.store_id, str(channel), regions[0]))
    return found
