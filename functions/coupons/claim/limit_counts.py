"""What a claim's limits say before it is put, and how it is counted in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from coupons.damage import expected
from coupons.model.batches import PublishedBatch
from coupons.model.limits import CountLimit, Limit, period_of
from coupons.process.services import Services
from coupons.stores import keys
from coupons.stores.dynamodb import Item


@dataclass(frozen=True, slots=True)
class Seen:
    """A limit that applies to a claim, with what is counted under it so far."""

    limit: Limit
    key: keys.Key
    item: Item


def look(services: Services, batch: PublishedBatch, person: bytes, household: bytes | None, now_s: int) -> list[Seen]:
    """The limits of the batch that apply to this claim; one strong read unit each, none for a batch without limits.

    A household's limit does not apply to a token that names none.
    """
    applying: list[tuple[Limit, keys.Key]] = []
    for limit in batch.limits:
        subject, period = person, ""
        if isinstance(limit, CountLimit):
            if limit.per == "household" and household is None:
                continue
            subject = household if limit.per == "household" and household else person
            period = period_of(limit, now_s, batch.timezone)
        applying.append((limit, keys.limit(batch.campaign_id, limit.limit_id, subject, period)))
    items = services.limits.read([key for _, key in applying]) if applying else []
    return [Seen(limit, key, item) for (limit, key), item in zip(applying, items, strict=True)]


def reached(services: Services, seen: list[Seen], person: bytes, now_s: int) -> str:
    """Why the claim is one too many; empty if it is not."""
    for one in seen:
        if isinstance(one.limit, CountLimit):
            if one.item.get("c", 0) >= one.limit.packs_max:
                whose = "Your household has" if one.limit.per == "household" else "You have"
                return f"{whose} claimed {one.limit.packs_max} of {one.limit.packs_max} packs a {one.limit.period}."
        elif one.item and _is_usable(services, one.key, one.item["n"], person, now_s):
            return "Use your last pack first."
    return ""


def counted(services: Services, seen: list[Seen], batch: PublishedBatch, token: str) -> list[dict[str, Any]]:
    """Transaction parts that count the claim of `token` under each limit, unless another claim was counted since."""
    return [
        services.limits.count(one.key, one.limit.packs_max)
        if isinstance(one.limit, CountLimit)
        else services.limits.replace_last(one.key, one.item, batch.number, token)
        for one in seen
    ]


def _is_usable(services: Services, key: keys.Key, batch_number: int, person: bytes, now_s: int) -> bool:
    """Whether something of the pack that this person claimed last can still be used."""
    with expected(services.limits.table, **key):
        batch = services.cache.batch_numbered(batch_number)
    claim = services.claims.get(batch, person, consistent=True)
    if claim is None:
        return False
    ruling = services.cache.control(batch.batch_id).ruling
    return any(coupon.status(now_s, ruling) in ("available", "held") for coupon in claim.coupons)
