"""限用: the limits that count the use of a coupon: whether one is reached, and how a use is counted and given back.

A use is counted in the period of the moment at which its order is judged: of the hold, of a late scan, or now.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from coupons.model.batches import PublishedBatch
from coupons.model.limits import CountLimit, in_period, period_ends_s, period_of
from coupons.model.orders import OrderRecord
from coupons.model.uses import Uses
from coupons.process.services import Services
from coupons.refusals import NotEligible
from coupons.stores import keys
from coupons.stores.limits import Limits, order_name
from coupons.stores.parts import Part
from coupons.till.coupons import TillCoupon


class UseLimits(NamedTuple):
    """The limits that count one order's use of a coupon, each with what is counted under it, as it was read."""

    store: Limits
    batch: PublishedBatch
    order: str
    judged_at_s: int
    now_s: int
    read: list[tuple[CountLimit, keys.Key, Uses]]

    def refuse_reached(self) -> None:
        """Raises NotEligible if this use would be one too many under one of them."""
        for limit, _, uses in self.read:
            if uses.taken(self.order, self.now_s) >= limit.packs_max:
                timezone = self.batch.timezone
                ends_s = period_ends_s(limit, self.judged_at_s, timezone)
                counted = f"has used, or holds, {limit.packs_max} of {limit.packs_max} coupons {in_period(limit)}"
                raise NotEligible(
                    reason="limit",
                    until_s=uses.free_at_s(self.order, limit.packs_max, self.now_s, ends_s),
                    timezone=timezone,
                    detail=f"This person {counted}.",
                )

    def counted(self, record: OrderRecord) -> OrderRecord:
        """The record with the moment that says in which periods it is counted."""
        return replace(record, counted_at_s=self.judged_at_s) if self.read else record

    def parts_of_hold(self, until_s: int) -> list[Part]:
        """Transaction parts that count the order's hold until its deadline."""
        return [
            self.store.replace_uses(key, uses, uses.after_hold(self.order, until_s, self.now_s))
            for _, key, uses in self.read
        ]

    def parts_of_use(self) -> list[Part]:
        """Transaction parts that count the order's use, once also if it holds."""
        return [
            self.store.replace_uses(key, uses, uses.after_use(self.order, self.now_s)) for _, key, uses in self.read
        ]


def limits_of_use(services: Services, presented: TillCoupon, order: bytes, judged_at_s: int, now_s: int) -> UseLimits:
    """The limits of this coupon's batch that count at the till; one strong read unit for each, nothing without any."""
    batch = presented.batch
    wanted = _keys(batch, presented.ref.person, judged_at_s) if batch.limits_of_use else []
    found = services.limits.uses(wanted) if wanted else []
    read = list(zip(batch.limits_of_use, wanted, found, strict=True))
    return UseLimits(services.limits, batch, order_name(order), judged_at_s, now_s, read)


def parts_of_release(services: Services, batch: PublishedBatch, person: bytes, held: OrderRecord) -> list[Part]:
    """Transaction parts that take the order's hold out of what is counted."""
    order = order_name(held.key)
    return [services.limits.release(key, order) for key in _keys_of_order(batch, person, held)]


def parts_of_give_back(services: Services, batch: PublishedBatch, person: bytes, order: OrderRecord) -> list[Part]:
    """Transaction parts that count one use less, in the period in which the order's was counted."""
    return [services.limits.give_back(key) for key in _keys_of_order(batch, person, order)]


def _keys_of_order(batch: PublishedBatch, person: bytes, order: OrderRecord) -> list[keys.Key]:
    return _keys(batch, person, order.counted_at_s) if order.counted_at_s else []


def _keys(batch: PublishedBatch, person: bytes, moment_s: int) -> list[keys.Key]:
    return [
        keys.limit(batch.campaign_id, limit.limit_id, person, period_of(limit, moment_s, batch.timezone))
        for limit in batch.limits_of_use
    ]
