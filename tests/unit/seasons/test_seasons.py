"""The seasons under infra/seasons say what the cities announced, and can be paid for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest

from coupons.fields import BASIS_POINTS
from coupons.model.campaigns import Campaign
from coupons.model.terms import DaysAfterClaim, Exchange
from tests.unit.seasons.season_reader import (
    BEIJING_TIME,
    SEASONS,
    YUAN,
    batch_named,
    english,
    local,
    only_terms,
    season,
)

NAMES = ("beijing-2020", "beijing-sports", "hubei-2020", "night-2020")


@pytest.fixture(scope="module")
def sports() -> Campaign:
    return season("beijing-sports")


@pytest.fixture(scope="module")
def hubei() -> Campaign:
    return season("hubei-2020")


def largest_cost_minor(campaign: Campaign) -> dict[str, Fraction]:
    """What each funder pays if every coupon of every batch is redeemed at its largest discount."""
    cost: dict[str, Fraction] = defaultdict(Fraction)
    for batch in campaign.batches:
        for coupon in campaign.terms_of(batch):
            for share in coupon.funding:
                largest = batch.quantity * coupon.discount.largest_minor
                cost[share.funder_id] += Fraction(largest * share.basis_points, BASIS_POINTS)
    return cost


def test_there_is_one_file_a_season_and_its_name_is_the_campaigns() -> None:
    """Each file holds the campaign it is named after, and no season is missing."""
    assert sorted(path.stem for path in SEASONS.glob("*.yaml")) == sorted(NAMES)
    assert [season(name).campaign_id for name in NAMES] == list(NAMES)


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
    seasons = [season(name) for name in NAMES]
    batches = [batch.batch_id for campaign in seasons for batch in campaign.batches]
    merchants = [merchant.merchant_id for campaign in seasons for merchant in campaign.merchants]
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


def test_the_sports_platform_has_100_million_yuan_a_year_from_2022_to_2025(sports: Campaign) -> None:
    """The sports bureau and JD together, four calendar years."""
    assert (sports.starts_at, sports.ends_at) == (local(2022, 1, 1), local(2026, 1, 1))
    assert sum(funder.budget_minor for funder in sports.funders) == 4 * 100_000_000 * YUAN
    assert sorted(funder.kind for funder in sports.funders) == ["government", "platform"]


@pytest.mark.parametrize(
    "fact",
    [
        *("100 million yuan a year", "offline and online events", "venue subsidies", "8.8 festival"),
        *("coupons", "banners", "live broadcasts"),
        *("Fitness activities", "venue bookings", "training courses", "events earn points", "goods and services"),
    ],
)
def test_the_sports_platform_tells_its_facts(sports: Campaign, fact: str) -> None:
    """What the money is for and what earns points stand in the descriptions."""
    assert fact in english(sports)


def test_sports_coupons_open_with_the_festival_on_8_august(sports: Campaign) -> None:
    """The 8.8 festival."""
    assert sorted(batch.batch_id for batch in sports.batches) == [
        "points-jersey",
        "points-swim-pass",
        "sports-88",
    ]
    assert batch_named(sports, "sports-88").opens_at.astimezone(BEIJING_TIME).date() == date(2022, 8, 8)


@pytest.mark.parametrize("batch_id", ["points-swim-pass", "points-jersey"])
def test_points_are_exchanged_for_a_good_or_a_service(sports: Campaign, batch_id: str) -> None:
    """A price in points, and one named good for nothing."""
    assert batch_named(sports, batch_id).price_points > 0
    assert isinstance(only_terms(sports, batch_id).discount, Exchange)


def test_hubei_starts_in_april_2020_with_its_four_batches(hubei: Campaign) -> None:
    """All four open in April."""
    assert hubei.starts_at == local(2020, 4, 1)
    ids = ["buy-hubei-goods", "chronic-medicine", "masks-week-1", "sme-recovery"]
    assert sorted(batch.batch_id for batch in hubei.batches) == ids
    assert {batch.opens_at.astimezone(BEIJING_TIME).month for batch in hubei.batches} == {4}


def test_buy_hubei_goods_is_only_for_goods_tagged_with_hubei_origin(hubei: Campaign) -> None:
    """The tag is on the items, wherever they are sold online."""
    scope = only_terms(hubei, "buy-hubei-goods").scope
    assert (scope.item_tags, scope.channels) == (["hubei-origin"], ["online"])


def test_sme_recovery_is_for_small_firms_and_stores_of_poor_areas(hubei: Campaign) -> None:
    """The tags are on the merchants, and each tag has one to play with."""
    wanted = only_terms(hubei, "sme-recovery").scope.merchant_tags
    assert sorted(wanted) == ["poor-area-speciality", "sme"]
    carried = {tag for merchant in hubei.merchants for tag in merchant.tags}
    assert set(wanted) <= carried


def test_masks_are_booked_and_collected_at_a_store(hubei: Campaign) -> None:
    """Booking is required; the coupon is a pack of masks, exchanged offline."""
    batch = batch_named(hubei, "masks-week-1")
    assert batch.booking is not None
    assert batch.booking.required
    coupon = only_terms(hubei, "masks-week-1")
    assert isinstance(coupon.discount, Exchange)
    assert coupon.discount.sku == "mask-pack-10"
    assert coupon.scope.channels == ["offline"]


def test_chronic_patients_buy_medicine_online(hubei: Campaign) -> None:
    """Granted to the group of chronic patients, for medicine, online."""
    batch = batch_named(hubei, "chronic-medicine")
    assert (batch.mode, batch.eligibility.group_id) == ("granted", "chronic-patients")
    assert only_terms(hubei, "chronic-medicine").scope.channels == ["online"]


def test_hubei_has_a_digital_media_information_service(hubei: Campaign) -> None:
    """A section of announcements and banners."""
    assert "Announcements and banners" in english(hubei)


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
