"""The seasons under infra/seasons can be paid for and played; `test_facts.py` has what the cities announced."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from typing import Any, get_args

import pytest

from coupons.fields import BASIS_POINTS
from coupons.model.campaigns import Campaign
from coupons.model.coverage import coverage
from coupons.model.declared_batches import Batch
from coupons.model.programme_rules import misfits
from coupons.model.programmes import Programme
from coupons.model.terms import DaysAfterClaim, Refund
from infra.couponctl.campaign_files import read_campaign
from tests.unit.seasons.season_reader import SEASONS, season

NAMES = sorted(path.stem for path in SEASONS.glob("*.yaml"))
ALL = [season(name) for name in NAMES]


def largest_cost_minor(campaign: Campaign) -> dict[str, Fraction]:
    """What each funder pays if every coupon of every batch is redeemed at its largest discount."""
    cost: dict[str, Fraction] = defaultdict(Fraction)
    for batch in campaign.batches:
        for coupon in campaign.terms_of(batch):
            for share in coupon.funding:
                largest = batch.quantity * coupon.discount.largest_minor
                cost[share.funder_id] += Fraction(largest * share.basis_points, BASIS_POINTS)
    return cost


@pytest.mark.parametrize("name", NAMES)
def test_all_batches_published_together_fit_every_budget(name: str) -> None:
    """No funder's largest possible cost is above its budget, rounding each coupon's share up."""
    campaign = season(name)
    budgets = {funder.funder_id: funder.budget_minor for funder in campaign.funders}
    cost = largest_cost_minor(campaign)
    assert cost
    coupons = sum(batch.quantity * len(batch.terms) for batch in campaign.batches)
    for funder_id, largest in cost.items():
        assert largest + coupons <= budgets[funder_id], funder_id


@pytest.mark.parametrize("name", NAMES)
def test_every_title_is_bilingual(name: str) -> None:
    """Seasons, sections, funders, merchants, terms and batches have an English and a Chinese title."""
    campaign = season(name)
    named = (campaign.sections, campaign.funders, campaign.merchants, campaign.terms, campaign.batches)
    titles = [campaign.title, *(part.title for parts in named for part in parts)]
    assert [title for title in titles if isinstance(title, str)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_batch_opens_within_its_season_and_its_coupons_end_with_it(name: str) -> None:
    """Windows lie inside the season, and the last coupon claimed expires no later than its end."""
    campaign = season(name)
    for batch in campaign.batches:
        assert campaign.starts_at <= batch.opens_at < batch.closes_at <= campaign.ends_at
        for coupon in campaign.terms_of(batch):
            if isinstance(coupon.validity, DaysAfterClaim):
                last = batch.closes_at + timedelta(days=coupon.validity.days)
            else:
                last = coupon.validity.ends_at
            assert last <= campaign.ends_at, (batch.batch_id, coupon.terms_id)


def test_identifiers_of_batches_and_merchants_are_unique_among_the_seasons() -> None:
    """Batches and merchants are stored under their own names, not below their campaign's."""
    batches = [batch.batch_id for campaign in ALL for batch in campaign.batches]
    merchants = [merchant.merchant_id for campaign in ALL for merchant in campaign.merchants]
    assert len(batches) == len(set(batches))
    assert len(merchants) == len(set(merchants))


@pytest.mark.parametrize("name", NAMES)
def test_every_source_of_a_season_is_cited_beside_a_fact(name: str) -> None:
    """The list of sources at a file's top holds none that no line refers to, and choices of ours say so."""
    text = (SEASONS / f"{name}.yaml").read_text(encoding="utf-8")
    assert "# assumed" in text
    header, _, document = text.partition("\ncampaign_id:")
    sources = [line.split()[1] for line in header.splitlines() if "https://" in line or "http://" in line]
    assert sources
    assert [source for source in sources if source not in document] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_coupon_can_be_played_at_one_of_the_merchants(name: str) -> None:
    """Each coupon's merchant rules and channels fit at least one merchant of the season."""
    campaign = season(name)
    for coupon in campaign.terms:
        scope = coupon.scope
        fitting = [
            merchant.merchant_id
            for merchant in campaign.merchants
            if (not scope.merchants or merchant.merchant_id in scope.merchants)
            and (not scope.merchant_categories or merchant.category in scope.merchant_categories)
            and (not scope.merchant_tags or set(merchant.tags) & set(scope.merchant_tags))
            and (not scope.channels or set(merchant.channels) & set(scope.channels))
        ]
        assert fitting, coupon.terms_id


def test_every_mode_and_every_refund_policy_is_played() -> None:
    """First come, lottery, granted, venue; never, full only, always."""

    def choices(model: Any, field: str) -> set[str]:
        return set(get_args(model.model_fields[field].annotation))

    assert {batch.mode for campaign in ALL for batch in campaign.batches} == choices(Batch, "mode")
    assert {terms.refund.policy for campaign in ALL for terms in campaign.terms} == choices(Refund, "policy")


def test_every_limit_and_every_use_of_a_booking_is_played() -> None:
    """Each limit has a batch; a booking is optional, required, or the entry list of a lottery."""
    batches = [batch for campaign in ALL for batch in campaign.batches]
    limits = {limit.limit_id for campaign in ALL for limit in campaign.limits}
    assert {limit_id for batch in batches for limit_id in batch.limits} == limits
    assert {(batch.mode, batch.booking.required) for batch in batches if batch.booking} == {
        ("first_come", False),
        ("first_come", True),
        ("lottery", True),
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_programme_fits_its_season_and_is_covered(name: str) -> None:
    """Each batch that pays venues has slots to pay for, and a check-in for each of their places."""
    campaign, document = season(name), read_campaign(SEASONS / f"{name}.yaml").programme
    programme = Programme.model_validate(document or {})
    assert list(misfits(programme, campaign, {one.merchant_id: one for one in campaign.merchants})) == []
    for batch in campaign.batches:
        if batch.mode == "venue":
            assert 0 < coverage(programme, batch, campaign.timezone) <= batch.quantity
