"""互斥组: batches of which a person can claim one. They share one claim key, and a person has one claim of a claim key.

A group of members (`operate/members.py`) is another thing: the people who may claim a batch.
"""

from __future__ import annotations

from coupons.model.campaigns import Campaign
from coupons.model.declared_batches import Batch


def claim_key(campaign: Campaign, batch: Batch) -> str:
    """What a person can claim once: the batch, or its exclusive group."""
    if batch.exclusive_group is None:
        return f"B#{batch.batch_id}"
    return f"G#{campaign.campaign_id}#{batch.exclusive_group}"


def expected_claims(campaign: Campaign, batch: Batch) -> int:
    """How many claims the claim key can get: the packs of all its batches."""
    if batch.exclusive_group is None:
        return batch.quantity
    return sum(other.quantity for other in campaign.batches if other.exclusive_group == batch.exclusive_group)
