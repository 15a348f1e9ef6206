"""The season files as tests read them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from coupons.model.campaigns import Batch, Campaign
from coupons.model.terms import Terms
from infra.couponctl.campaign_files import load_campaign

SEASONS = Path(__file__).parents[3] / "infra" / "seasons"
BEIJING_TIME = ZoneInfo("Asia/Shanghai")
YUAN = 100


def season(name: str) -> Campaign:
    return Campaign.model_validate(load_campaign(SEASONS / f"{name}.yaml"))


def batch_named(campaign: Campaign, batch_id: str) -> Batch:
    return next(batch for batch in campaign.batches if batch.batch_id == batch_id)


def terms(campaign: Campaign, terms_id: str) -> Terms:
    return next(terms for terms in campaign.terms if terms.terms_id == terms_id)


def only_terms(campaign: Campaign, batch_id: str) -> Terms:
    (only,) = campaign.terms_of(batch_named(campaign, batch_id))
    return only


def local(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING_TIME)


def english(campaign: Campaign) -> str:
    """All English descriptions of a season."""
    described = [campaign.description, *(section.description for section in campaign.sections)]
    return " ".join(text.en for text in described if text is not None and not isinstance(text, str))
