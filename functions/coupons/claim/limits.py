"""限领: the limits of one claim: what is counted under them, whether one is reached, and how the claim is counted."""

from __future__ import annotations

from typing import NamedTuple

from coupons.claim.eligibility import Citizen
from coupons.damage import expected
from coupons.model.batches import PublishedBatch
from coupons.model.limits import CountLimit, Limit, in_period, period_ends_s, period_of
from coupons.process.services import Services
from coupons.refusals import NotEligible
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.parts import Part


class ClaimLimits(NamedTuple):
    """The limits that apply to one claim, each with its key and what was counted under it when it was read."""

    services: Services
    batch: PublishedBatch
    person: bytes
    now_s: int
    read: list[tuple[Limit, keys.Key, Item]]

    def refusal(self) -> NotEligible | None:
        """Why the claim would be one too many; None if it would not."""
        for limit, key, item in self.read:
            if isinstance(limit, CountLimit):
                if item.get("c", 0) >= limit.packs_max:
                    whose = "Your household has" if limit.per == "household" else "You have"
                    claimed = f"{whose} claimed {limit.packs_max} of {limit.packs_max} packs {in_period(limit)}."
                    ends_s, timezone = period_ends_s(limit, self.now_s, self.batch.timezone), self.batch.timezone
                    return NotEligible(reason="limit", until_s=ends_s, timezone=timezone, detail=claimed)
            elif item and self._is_usable(key, item["n"]):
                return NotEligible(reason="limit", detail="Use your last pack first.")
        return None

    def counts(self, token: str) -> list[Part]:
        """Transaction parts that count the claim of `token` under each limit; refused if another was counted since."""
        limits = self.services.limits
        return [
            limits.count(key, limit.packs_max)
            if isinstance(limit, CountLimit)
            else limits.replace_last(key, item, self.batch.number, token)
            for limit, key, item in self.read
        ]

    def _is_usable(self, key: keys.Key, batch_number: int) -> bool:
        """Whether a coupon of the pack that this person claimed last can still be used."""
        services = self.services
        with expected(services.limits.table, **key):
            batch = services.cache.batch_numbered(batch_number)
        claim = services.claims.get(batch, self.person, consistent=True)
        if claim is None:
            return False
        ruling = services.cache.control(batch.batch_id).ruling
        return any(coupon.status(self.now_s, ruling) in ("available", "held") for coupon in claim.coupons)


def limits_of(services: Services, batch: PublishedBatch, citizen: Citizen, now_s: int) -> ClaimLimits:
    """The batch's limits that apply to this person's claim; one strong read unit for each.

    A household's limit does not apply to a token that names no household.
    """
    applying: list[tuple[Limit, keys.Key]] = []
    for limit in batch.limits_of_claim:
        subject, period = citizen.person, ""
        if isinstance(limit, CountLimit):
            if limit.per == "household":
                if citizen.household is None:
                    continue
                subject = citizen.household
            period = period_of(limit, now_s, batch.timezone)
        applying.append((limit, keys.limit(batch.campaign_id, limit.limit_id, subject, period)))
    items = services.limits.read([key for _, key in applying]) if applying else []
    read = [(limit, key, item) for (limit, key), item in zip(applying, items, strict=True)]
    return ClaimLimits(services, batch, citizen.person, now_s, read)
