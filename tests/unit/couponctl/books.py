"""A merchant's settlement day as a stack answers it, and `couponctl reconcile` of a list with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.couponctl.scripted_stack import Reply, Stack

if TYPE_CHECKING:
    from pathlib import Path

SETTLEMENT = "GET /settlements/2020-06-06"


def line(
    order_no: str,
    discount_minor: int,
    match_minor: int,
    payable_minor: int,
    reversal_no: str | None = None,
    **facts: Any,
) -> dict[str, Any]:
    """A movement in yuan, of the campaign `season`; the city pays its discount."""
    return {
        "kind": "reversal" if reversal_no else "redemption",
        "order_no": order_no,
        "reversal_no": reversal_no,
        "coupon_id": "A1",
        "campaign_id": "season",
        "batch_id": "pack",
        "terms_id": "meal",
        "currency": "CNY",
        "discount_minor": discount_minor,
        "merchant_match_minor": match_minor,
        "payable_minor": payable_minor,
        "funding": [{"funder_id": "city", "amount_minor": discount_minor}],
        "at": "2020-06-06T10:00:00+08:00",
        "late": False,
        "coupon_returned": False,
        "withheld": None,
        "decision": None,
        "fulfilment": None,
        "evidence": False,
        "slot_id": None,
        "reasons": [],
        **facts,
    }


def page(*lines: dict[str, Any], following: str | None = None, **facts: Any) -> Reply:
    """Of a closed day that can be read whole, unless `facts` say otherwise."""
    head = {"merchant_id": "diner", "day": "2020-06-06", "damaged": 0, "lost": [], "final": True}
    return Reply(
        body={**head, "lines": list(lines), "sums": [], "day_sums": None, "uses": [], "next": following, **facts}
    )


def reconcile(stack: Stack, tmp_path: Path, content: str | bytes, *args: str, day: str | None = "2020-06-06") -> int:
    """The exit code of the comparison with a list of this content; `day` None: its own."""
    path = tmp_path / "ours.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    given = ["--day", day] if day else []
    return stack.run("reconcile", str(path), "--merchant", "diner", *given, *args)
