"""The closed sets of reasons that refusals carry, and what some of them name: differences, an award."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

NotEligibleReason = Literal[
    "group", "region", "household", "booking-required", "not-drawn", "late", "limit", "banned", "overlap", "quota"
]
"""Why a person cannot claim: the members' group, the region, a token without a household, no booking, the draw, the end
of the time that a winner has, or a limit of packs (of a lottery, group and region are looked at when it is booked). Why
they cannot use a coupon: a limit of uses. Why they cannot book a slot: they missed too many, are in another at that
time, or in as many as a person can have."""
CodeInvalidReason = Literal[
    "unknown", "pin-required", "pin-wrong", "pin-spoiled", "replaced", "slot-code", "coupon-code", "other-slot"
]
"""Why a code is refused: it is not one of ours; its PIN is missing, wrong, or was wrong too often; a newer print; a
slot's code where a coupon's is wanted, a coupon's at a check-in, or the code of another slot."""
LateScanReason = Literal["late-not-allowed", "late-limit"]
"""Why a late scan is refused: the merchant may send none, or none is left today."""
UnusableStatus = Literal["held", "redeemed", "expired", "voided"]
"""The status of a coupon that cannot be used: held by another order, redeemed, expired, or voided."""
OrderReason = Literal[
    "min-spend",
    "merchant",
    "category",
    "tag",
    "channel",
    "region",
    "window",
    "not-yet-valid",
    "no-discount",
    "evidence",
    "fulfilment",
]
"""A term that an order does not meet: the threshold, the scope, the hours, the validity, nothing is taken off, or it
does not state what the terms require."""
VisitReason = Literal[OrderReason, "ceiling", "no-subsidy"]
"""Why a venue is paid nothing for a person whom it lets in: a term that the visit does not meet; it has had what the
campaign pays it at most; or no batch pays for the slot."""


class NextAward(TypedDict):
    """The cheapest open award that a balance does not reach."""

    batch_id: str
    """The batch that costs points."""
    title: Any
    """Shown to people: a text, or one in each language."""
    price_points: int
    """What it costs."""
    missing: int
    """How many points more the person needs for it."""


class Difference(TypedDict):
    """One place where a document differs from what was published."""

    place: str
    """Where in the sent document, like `body.terms.0.discount.amount_minor`."""
    kept: Any
    """The published value, which stays."""
    stated: Any
    """The value that the document states."""
