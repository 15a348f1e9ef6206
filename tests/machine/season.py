"""The season that the machine plays: few packs, more people than packs, short validity, and odd shares of money."""

from __future__ import annotations

from typing import Any

from tests.world import KEYS, OPENING, batch, campaign, seconds, terms

OPENING_S = seconds(OPENING)
TIMEZONE = "Asia/Shanghai"
PEOPLE = ("ann", "bo", "cy", "dee", "eve")
MERCHANTS = ("diner", "grill")
TOTALS = (2_999, 3_000, 4_999, 5_000, 6_667, 30_000)
"""One unit to each side of the thresholds, an amount that no share divides, and one above the cap."""
HALVED_AT = "2020-06-06T18:00:00+08:00"
"""From here on the merchants match half of the discount only."""
WINDOW = ("2020-06-06T12:00:00+08:00", "2020-06-08T12:00:00+08:00")
SHARES = (("city", 3_334), ("platform", 3_333), ("shop", 3_333))
MATCHES = [
    {"starts_at": "2020-06-01T00:00:00+08:00", "basis_points": 10_000},
    {"starts_at": HALVED_AT, "basis_points": 5_000},
]

TERMS: dict[str, dict[str, Any]] = {
    made["terms_id"]: made
    for made in (
        terms("ten-off", validity={"kind": "days_after_claim", "days": 1}, merchant_match=MATCHES),
        terms(
            "tenth-off",
            discount={"kind": "percent_off", "threshold_minor": 3_000, "basis_points": 1_000, "cap_minor": 2_000},
            validity={"kind": "fixed", "starts_at": WINDOW[0], "ends_at": WINDOW[1]},
            funding=[{"funder_id": name, "basis_points": share} for name, share in SHARES],
            merchant_match=MATCHES,
            refund={"policy": "full_only", "times_max": 2},
        ),
        terms("once", validity={"kind": "days_after_claim", "days": 1}, merchant_match=[], refund={"policy": "never"}),
    )
}
BATCHES: dict[str, dict[str, Any]] = {
    made["batch_id"]: made
    for made in (
        batch("pack", quantity=3, terms=["ten-off", "tenth-off"], closes_at="2020-06-08T10:00:00+08:00"),
        batch("online", quantity=2, terms=["once"], exclusive_group="smart"),
        batch("offline", quantity=2, terms=["ten-off"], exclusive_group="smart"),
    )
}


def document() -> dict[str, Any]:
    """The campaign document: both merchants can take every coupon, at a store of their own name."""
    made = campaign(*BATCHES.values(), terms=list(TERMS.values()))
    (diner,) = made["merchants"]
    grill = {**diner, "merchant_id": "grill", "stores": [{"store_id": "grill", "region": "beijing"}]}
    return {**made, "merchants": [diner, grill]}


def claim_key(batch_id: str) -> str:
    """As the design has it: the batch, or the exclusive group of the campaign."""
    group = BATCHES[batch_id].get("exclusive_group")
    return f"G#season#{group}" if group else f"B#{batch_id}"


KEY_OF = {name: KEYS.person(name) for name in PEOPLE}
NAME_OF = {key: name for name, key in KEY_OF.items()}
