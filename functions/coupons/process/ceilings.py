"""What a campaign may still pay a merchant for check-ins, as its document limits it (`merchants[].subsidy_max_minor`).

What was paid is known of closed days: on the day that reaches the ceiling, and until it is closed, more can be paid.
"""

from __future__ import annotations

from coupons.process.services import Services


def ceiling_left_minor(services: Services, campaign_id: str, merchant_id: str) -> int | None:
    """What is left; None if there is no ceiling.

    Reads the ceilings of the campaign, half a unit a second, and the merchant's total if it has one, half a unit.
    """
    most_minor = services.cache.ceiling_minor(campaign_id, merchant_id)
    if most_minor is None:
        return None
    return max(0, most_minor - services.venue_payments.total_minor(campaign_id, merchant_id))
