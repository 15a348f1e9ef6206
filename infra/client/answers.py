"""Answers of the stack as typed dictionaries: the members that apps and tills use.

An answer may have more members; GET /openapi.json lists all.
"""

from __future__ import annotations

from typing import Any, TypedDict

Title = str | dict[str, str]
"""Text, or an object with the text in `en` and `zh`."""


class Batch(TypedDict):
    batch_id: str
    campaign_id: str
    title: Title
    mode: str
    status: str
    opens_at: str
    closes_at: str
    quantity: int
    remaining: int
    coupons: list[dict[str, Any]]


class Store(TypedDict):
    store_id: str
    title: Title | None
    region: str
    district: str | None
    address: Title | None


class Merchant(TypedDict):
    merchant_id: str
    title: Title
    category: str
    channels: list[str]
    stores: list[Store]


class Venue(TypedDict):
    venue_id: str
    title: Title | None
    district: str
    address: Title | None
    geo: str | None
    accessible: bool


class Activity(TypedDict):
    activity_id: str
    kind: str
    section_id: str | None
    title: Title
    status: str
    district: str | None
    venue: Venue | None
    sessions: list[dict[str, str]]
    seats: dict[str, Any] | None
    live: dict[str, Any] | None


class Facility(TypedDict):
    facility_id: str
    title: Title | None
    sport: str
    venue: Venue
    units: int
    price_minor: int
    booking_rule: dict[str, Any]


class Announcement(TypedDict):
    announcement_id: str
    placement: str
    kind: str
    title: Title
    body: Title | None
    image: str | None
    link: str | None
    starts_at: str
    ends_at: str


class OwnMerchant(Merchant):
    campaigns: list[str]
    suspended: bool
    late_scans_per_day: int
    late_scans_left: int


class Receipt(TypedDict):
    entry: str
    weight: int
    share: int
    rules_hash: str
    booked_at_s: int
    signature: str
    receipt_key: str


class Booking(TypedDict):
    batch_id: str
    booked_at: str
    status: str
    receipt: Receipt | None


class Listed(TypedDict):
    name: str
    number: int
    index: int


class Sentence(TypedDict):
    en: str
    zh: str


class OwnDraw(TypedDict):
    batch_id: str
    entry: str
    nonce: str
    weight: int
    share: int
    receipt: Receipt | None
    score: str | None
    rank: int | None
    rank_is_about: bool
    result: str
    cohort: int | None
    claim_by: str | None
    part: Listed | None
    sentence: Sentence


class Used(TypedDict):
    merchant_id: str
    discount_minor: int
    at: str


class Coupon(TypedDict):
    coupon_id: str
    batch_id: str
    terms_id: str
    title: Title
    status: str
    valid_from: str
    expires_at: str
    held_until: str | None
    used: Used | None


class Claim(TypedDict):
    batch_id: str
    claimed_at: str
    coupons: list[Coupon]


class Wallet(TypedDict):
    coupons: list[Coupon]
    as_of: str


class Code(TypedDict):
    code: str
    expires_at: str


class Quote(TypedDict):
    eligible: bool
    reasons: list[str]
    missing_minor: int
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    hold_max_s: int


class Funding(TypedDict):
    funder_id: str
    amount_minor: int


class Hold(TypedDict):
    order_no: str
    coupon_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    held_until: str


class Release(TypedDict):
    order_no: str
    status: str


class Redemption(TypedDict):
    order_no: str
    coupon_id: str
    batch_id: str
    terms_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[Funding]
    redeemed_at: str
    late: bool


class Reversal(TypedDict):
    order_no: str
    reversal_no: str
    amount_minor: int
    discount_minor: int
    merchant_match_minor: int
    funding: list[Funding]
    reversed_at: str
    coupon_returned: bool


class Late(TypedDict):
    """Redemptions by tills that had been offline."""

    lines: int
    share_basis_points: int
    discount_minor: int


class Totals(TypedDict):
    lines: int
    redemptions: int
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[Funding]
    late: Late


class Sums(Totals):
    """Sums of one campaign, in its currency; sums of two campaigns cannot be added."""

    campaign_id: str
    currency: str
    due: Totals
    withheld: Totals
    refused: Totals


class Settlement(TypedDict):
    merchant_id: str
    day: str
    lines: list[dict[str, Any]]
    sums: list[Sums]
    final: bool
    day_sums: list[Sums] | None
    next: str | None
