"""What terms come to, by arithmetic of the tests' own: that of the stack would share its faults."""

from __future__ import annotations

from collections import Counter
from typing import Any

from coupons.times import DAY_S
from infra.playing.gateway import seconds

Document = dict[str, Any]
Money = Counter[str]
"""Funder → fen."""


def costs(terms: list[Document], packs: int) -> Counter[str]:
    """What `packs` of coupons of these terms can cost each funder at most: each coupon's share, rounded up."""
    found: Counter[str] = Counter()
    for one in terms:
        discount = one["discount"]
        largest = next(discount[name] for name in ("amount_minor", "cap_minor", "value_minor") if name in discount)
        for share in one["funding"]:
            found[share["funder_id"]] += (largest * share["basis_points"] + 9_999) // 10_000 * packs
    return found


def last_expiry_s(terms: list[Document], closes_at: str) -> int:
    """When the last coupon of a pack expires, without an extension."""
    ends = []
    for one in terms:
        validity = one["validity"]
        is_fixed = validity["kind"] == "fixed"
        ends.append(seconds(validity["ends_at"]) if is_fixed else seconds(closes_at) + validity["days"] * DAY_S)
    return max(ends)


def worth(terms: Document, total_minor: int, judged_at_s: int) -> tuple[int, int]:
    """Discount and merchant match of an order that the terms allow, judged at that moment."""
    discount = terms["discount"]
    off_minor = {
        "amount_off": discount.get("amount_minor"),
        "percent_off": min(total_minor * discount.get("basis_points", 0) // 10_000, discount.get("cap_minor", 0)),
        "exchange": min(total_minor, discount.get("value_minor", 0)),
    }[discount["kind"]]
    ratios = [one["basis_points"] for one in terms["merchant_match"] if seconds(one["starts_at"]) <= judged_at_s]
    return off_minor, min(off_minor * (ratios or [0])[-1] // 10_000, total_minor - off_minor)


def assert_shared(terms: Document, discount_minor: int, funding: Money) -> None:
    """All of it by the funders of the terms, each within a fen of its exact share."""
    shares = {share["funder_id"]: share["basis_points"] for share in terms["funding"]}
    assert funding.keys() == shares.keys(), f"{funding} for {shares}"
    assert sum(funding.values()) == discount_minor, f"{funding} of {discount_minor}"
    for funder_id, basis_points in shares.items():
        off = funding[funder_id] * 10_000 - discount_minor * basis_points
        assert abs(off) < 10_000, f"{funder_id} pays {funding[funder_id]} of {discount_minor}"


def is_ration(terms: list[Document]) -> bool:
    """One coupon, exchanged at exactly one store."""
    stores = (terms[0].get("scope") or {}).get("stores") or []
    return len(terms) == 1 and terms[0]["discount"]["kind"] == "exchange" and len(stores) == 1
