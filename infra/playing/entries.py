"""The entries of the season's books: coupons, orders, settlement lines and batches, as answers told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from infra.playing.modes import mode_of
from infra.playing.oracle import Document, Money, costs, last_expiry_s

OrderAt = tuple[str, str]
"""Merchant and order number."""


def money(funding: list[dict[str, Any]]) -> Money:
    """Of an answer's `funding`."""
    return Counter({part["funder_id"]: part["amount_minor"] for part in funding})


def total(parts: Iterable[Money]) -> Money:
    """Unlike `+` of two counters it keeps what is below zero."""
    whole: Money = Counter()
    for part in parts:
        whole.update(part)
    return whole


@dataclass
class CouponEntry:
    batch_id: str
    place: int
    terms: Document
    valid_from_s: int
    expires_at_s: int
    """Without the batch's extension."""
    holder: str = ""
    points: int = 0
    """Its share of what the pack cost in points."""
    status: str = "available"
    returns: int = 0


@dataclass
class LineEntry:
    """What a redemption's or a reversal's answer said; a reversal's amounts are negative."""

    kind: str
    order_no: str
    reversal_no: str | None
    batch_id: str
    coupon_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: Money
    is_late: bool = False
    coupon_returned: bool = False


@dataclass
class OrderEntry:
    """What is left of an order: reversals are taken off as they are answered."""

    coupon_id: str
    batch_id: str
    redeemed_at_s: int
    payable_minor: int
    discount_minor: int
    merchant_match_minor: int
    funding: Money
    whole: tuple[int, int]
    """Discount and payable as redeemed."""
    judged_at_s: int = 0
    reversals: int = 0
    coupon_returned: bool = False


@dataclass
class BatchEntry:
    """`reserved`: its largest possible cost less what was given back; `spent`: redemptions less reversals."""

    document: Document
    terms: list[Document]
    """One a coupon, in the pack's order."""
    quantity: int = 0
    reserved: Money = field(default_factory=Counter)
    spent: Money = field(default_factory=Counter)
    claims: int = 0
    extended_s: int = 0
    raised: int = 0
    """Packs that an operator added."""
    paused_s: int | None = None
    """Since when it is paused."""
    pauses: int = 0
    stopped_s: int | None = None
    is_void: bool = False
    changed_s: int = 0
    """When packs were added, or it was resumed: environments may not know of it yet."""
    claims_too_late: int = 0
    """Claimed when every environment had to know that it was paused or stopped."""
    unused: dict[int, int] | None = None
    """By place in the pack, once its expiry was reported."""
    returned: Money = field(default_factory=Counter)
    """To its funders; what rolled over is not among it."""
    steps: list[str] = field(default_factory=list)
    rolled_in: int = 0
    rolled_out: int = 0

    @property
    def is_published(self) -> bool:
        return self.quantity > 0

    @property
    def is_of_venues(self) -> bool:
        """It pays venues for whom they let in, and nobody claims it."""
        return not mode_of(self.document).is_claimed

    @property
    def is_stopped(self) -> bool:
        return self.stopped_s is not None

    @property
    def last_expiry_s(self) -> int:
        return last_expiry_s(self.terms, self.document["closes_at"]) + self.extended_s

    @property
    def claim_key(self) -> str:
        return str(self.document.get("exclusive_group") or self.document["batch_id"])

    def cost(self, packs: int) -> Money:
        return costs(self.terms, packs)
