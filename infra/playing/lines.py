"""A settlement line as a merchant is told of it, and as the books have it, in one form; and what lines come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.playing.entries import LineEntry, money

TOTALS = ("lines", "redemptions", "discount_minor", "merchant_match_minor", "payable_minor")


def totals(lines: Sequence[LineEntry]) -> dict[str, int]:
    return {
        "lines": len(lines),
        "redemptions": sum(line.kind == "redemption" for line in lines),
        "discount_minor": sum(line.discount_minor for line in lines),
        "merchant_match_minor": sum(line.merchant_match_minor for line in lines),
        "payable_minor": sum(line.payable_minor for line in lines),
    }


def told_line(line: dict[str, Any]) -> tuple[Any, ...]:
    where = (line["order_no"], line["reversal_no"] or "", line["kind"], line["batch_id"], line["coupon_id"])
    amounts = (line["discount_minor"], line["merchant_match_minor"], line["payable_minor"])
    purse, marks = (line["campaign_id"], line["currency"]), (line["late"], line["coupon_returned"])
    return (*purse, *where, *marks, *amounts, tuple(sorted(money(line["funding"]).items())))


def kept_line(line: LineEntry, campaign_id: str, currency: str) -> tuple[Any, ...]:
    where = (line.order_no, line.reversal_no or "", line.kind, line.batch_id, line.coupon_id)
    amounts = (line.discount_minor, line.merchant_match_minor, line.payable_minor)
    return (
        campaign_id,
        currency,
        *where,
        line.is_late,
        line.coupon_returned,
        *amounts,
        tuple(sorted(line.funding.items())),
    )
