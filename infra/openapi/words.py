"""What a field's or a parameter's name means wherever it appears; a docstring below the field goes before it."""

from __future__ import annotations

WORDS = {
    "as_of": "The time of this answer.",
    "batch_id": "The batch, unique over all campaigns.",
    "campaign_id": "The campaign.",
    "code": "What the shop scans.",
    "complete": "Whether everything was counted. If not, `sweep` resumes the count, and no number is to be used yet.",
    "coupon_id": "The coupon.",
    "currency": "ISO 4217 code: the currency of every amount here.",
    "day": "A settlement day, in the campaigns' time zone.",
    "discount_minor": "What the coupon takes off, in minor units.",
    "equations": "What was checked.",
    "facility_id": "The facility, or an activity with seats by slot.",
    "funder_id": "The funder, as the campaign document names it.",
    "funding": "Each funder's part of `discount_minor`.",
    "group_id": "The group, as `eligibility.group_id` names it.",
    "late": "Redeemed by a scan that an offline till sent late (`scanned_at`).",
    "merchant_id": "The merchant.",
    "merchant_match_minor": "What the merchant adds to the discount, in minor units.",
    "ok": "Whether the count is complete and each equation holds.",
    "order": "The order as the till has it.",
    "order_no": "The merchant's own number of the order.",
    "payable_minor": "What the customer pays, in minor units.",
    "pin": "The PIN of a printed code; absent for any other code.",
    "reversal_no": "The merchant's own number of the reversal.",
    "slot_id": "The slot: `facility_id.yyyy-mm-dd.hhmm`, by the wall time at which it begins.",
    "sweep": "Names the count.",
    "terms_id": "The coupon's terms, as the campaign document names them.",
    "title": "Shown to people.",
}
