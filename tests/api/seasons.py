"""The season files on a stage."""

from __future__ import annotations

from functools import cache
from typing import Any

from infra.couponctl.campaign_files import load_campaign
from infra.local.settings import checkout
from tests.api.stage import Stage
from tests.world import order


@cache
def season(name: str) -> dict[str, Any]:
    """The document of a file in infra/seasons/."""
    return load_campaign(checkout() / "infra" / "seasons" / f"{name}.yaml")


def beijing(s: Stage) -> Stage:
    """The empty stage with all batches of Beijing 2020 published."""
    return s.published(season("beijing-2020"))


def meal(total_minor: int, **changes: Any) -> dict[str, Any]:
    """A meal at the diner in Qianmen."""
    return order(total_minor, **{"store_id": "qianmen-diner", **changes})


def smart_phone(total_minor: int, channel: str, store_id: str) -> dict[str, Any]:
    """One of the designated smart goods."""
    phone = {"sku": "phone-1", "category": "smart-phone", "price_minor": total_minor, "quantity": 1}
    return order(total_minor, channel=channel, store_id=store_id, items=[phone])
