"""The season beijing-2020 says what the city announced, each fact in one sentence."""

from __future__ import annotations

import pytest

from coupons.model.campaigns import Campaign
from coupons.model.terms import AmountOff, DaysAfterClaim, PercentOff
from tests.unit.seasons.season_reader import YUAN, batch_named, english, local, only_terms, season, terms

SPECIAL = ("special-0606", "special-0613", "special-0620", "special-0627")
SMART = ("smart-online-0606", "smart-offline-0606", "smart-online-0618", "smart-offline-0618")
MEALS = ("meal-50-10", "meal-100-20", "meal-200-30")


@pytest.fixture(scope="module")
def beijing() -> Campaign:
    return season("beijing-2020")


def test_the_beijing_season_runs_from_6_june_to_8_october_2020(beijing: Campaign) -> None:
    """6 June until the National Day Golden Week, 8 October included, in Shanghai time and CNY."""
    assert (beijing.timezone, beijing.currency) == ("Asia/Shanghai", "CNY")
    assert beijing.starts_at == local(2020, 6, 6)
    assert beijing.ends_at == local(2020, 10, 9)


def test_the_beijing_season_has_six_sections(beijing: Campaign) -> None:
    """京彩, 京券, 京味, 京韵, 京炫 and 夜京城, in this order."""
    titles = [section.title.zh for section in beijing.sections if not isinstance(section.title, str)]
    assert titles == ["京彩", "京券", "京味", "京韵", "京炫", "夜京城"]


@pytest.mark.parametrize(
    "fact",
    [
        *("more than 400 activities", "ten fields", "79 landmarks", "6 June", "12.2 billion yuan"),
        *("2.2 billion by government and enterprises", "10 billion by platforms"),
        *("Dongcheng", "Fengtai", "Shijingshan", "Fangshan", "Tongzhou"),
    ],
)
def test_the_beijing_season_tells_its_facts(beijing: Campaign, fact: str) -> None:
    """Activities, fields, landmarks, districts and sums stand in the descriptions."""
    assert fact in english(beijing)


def test_government_and_enterprises_give_2_2_billion_yuan_and_platforms_10(beijing: Campaign) -> None:
    """Three funders on one discount, with the budgets that were announced."""
    budgets = {funder.kind: funder.budget_minor for funder in beijing.funders}
    assert [funder.funder_id for funder in beijing.funders] == [funder.kind for funder in beijing.funders]
    assert budgets["government"] + budgets["enterprise"] == 2_200_000_000 * YUAN
    assert budgets["platform"] == 10_000_000_000 * YUAN
    for coupon in beijing.terms:
        assert {share.funder_id for share in coupon.funding} == {"government", "platform", "enterprise"}


@pytest.mark.parametrize(("batch_id", "day"), list(zip(SPECIAL, (6, 13, 20, 27), strict=True)))
def test_special_packs_open_at_10_on_four_saturdays_of_june(beijing: Campaign, batch_id: str, day: int) -> None:
    """First come, first served, with an optional booking from 00:00 of the day before until the opening."""
    batch = batch_named(beijing, batch_id)
    assert batch.mode == "first_come"
    assert batch.opens_at == local(2020, 6, day, 10)
    assert batch.booking is not None
    assert not batch.booking.required
    assert batch.booking.opens_at == local(2020, 6, day - 1)
    assert batch.booking.closes_at == batch.opens_at
    assert batch.exclusive_group is None
    assert tuple(batch.terms) == MEALS


def test_the_first_special_batch_has_2_000_000_packs(beijing: Campaign) -> None:
    """Two million packs on 6 June."""
    assert batch_named(beijing, "special-0606").quantity == 2_000_000


def test_a_special_pack_is_worth_60_yuan(beijing: Campaign) -> None:
    """50-10, 100-20 and 200-30."""
    discounts = [terms(beijing, name).discount for name in MEALS]
    assert all(isinstance(discount, AmountOff) for discount in discounts)
    pairs = [(d.threshold_minor // YUAN, d.amount_minor // YUAN) for d in discounts if isinstance(d, AmountOff)]
    assert pairs == [(50, 10), (100, 20), (200, 30)]
    assert sum(discount.largest_minor for discount in discounts) == 60 * YUAN


def test_every_beijing_coupon_is_valid_14_days_from_its_claim(beijing: Campaign) -> None:
    """Fourteen days, whichever coupon."""
    assert {coupon.validity for coupon in beijing.terms} == {DaysAfterClaim(kind="days_after_claim", days=14)}


@pytest.mark.parametrize("terms_id", MEALS)
def test_packs_are_for_offline_shops_in_catering_and_shopping_in_beijing(beijing: Campaign, terms_id: str) -> None:
    """Whatever is on the bill: nothing restricts the items."""
    scope = terms(beijing, terms_id).scope
    assert (scope.channels, scope.regions) == (["offline"], ["beijing"])
    assert sorted(scope.merchant_categories) == ["catering", "shopping"]
    assert (scope.item_categories, scope.item_tags, scope.merchants, scope.merchant_tags) == ([], [], [], [])


@pytest.mark.parametrize("terms_id", MEALS)
def test_merchants_match_one_to_one_and_from_august_half(beijing: Campaign, terms_id: str) -> None:
    """1:1 from the season's start, 1:0.5 from 1 August."""
    ratios = [(ratio.starts_at, ratio.basis_points) for ratio in terms(beijing, terms_id).merchant_match]
    assert ratios == [(local(2020, 6, 6), 10_000), (local(2020, 8, 1), 5_000)]


@pytest.mark.parametrize(("batch_id", "day"), list(zip(SMART, (6, 6, 18, 18), strict=True)))
def test_smart_coupons_open_at_10_on_6_and_18_june(beijing: Campaign, batch_id: str, day: int) -> None:
    """Online *or* offline: both batches of a day are one exclusive group; booking is optional."""
    batch = batch_named(beijing, batch_id)
    assert batch.opens_at == local(2020, 6, day, 10)
    assert batch.exclusive_group == f"smart-06{day:02d}"
    assert batch.booking is not None
    assert not batch.booking.required
    scope = only_terms(beijing, batch_id).scope
    assert scope.channels == ["online" if "online" in batch_id else "offline"]


def test_the_first_smart_batches_have_1_000_000_coupons_together(beijing: Campaign) -> None:
    """One million on 6 June, online and offline."""
    assert sum(batch_named(beijing, name).quantity for name in SMART[:2]) == 1_000_000


@pytest.mark.parametrize("batch_id", SMART)
def test_smart_coupons_take_10_percent_of_2_000_yuan_or_more_at_most_400(beijing: Campaign, batch_id: str) -> None:
    """One order of at least 2,000 yuan, 10 % off, at most 400 yuan, on 31 categories of smart goods."""
    coupon = only_terms(beijing, batch_id)
    assert coupon.discount == PercentOff(
        kind="percent_off", threshold_minor=2_000 * YUAN, basis_points=1_000, cap_minor=400 * YUAN
    )
    assert len(coupon.scope.item_categories) == len(set(coupon.scope.item_categories)) == 31


def test_smart_coupons_offline_are_for_the_participating_stores(beijing: Campaign) -> None:
    """The offline coupon names its stores; each of them sells offline."""
    stores = only_terms(beijing, "smart-offline-0606").scope.merchants
    assert stores
    channels = {merchant.merchant_id: merchant.channels for merchant in beijing.merchants}
    assert all("offline" in channels[store] for store in stores)


@pytest.mark.parametrize("batch_id", SPECIAL + SMART)
def test_packs_and_smart_coupons_are_for_people_in_beijing(beijing: Campaign, batch_id: str) -> None:
    """Person or delivery address in Beijing."""
    assert batch_named(beijing, batch_id).eligibility.regions == ["beijing"]
    assert all(coupon.scope.regions == ["beijing"] for coupon in beijing.terms_of(batch_named(beijing, batch_id)))


def test_only_a_full_refund_returns_a_beijing_coupon_and_at_most_once(beijing: Campaign) -> None:
    """Full refunds only, one time."""
    assert {(coupon.refund.policy, coupon.refund.times_max) for coupon in beijing.terms} == {("full_only", 1)}


def test_care_packs_are_granted_to_their_group_from_the_first_day(beijing: Campaign) -> None:
    """No rush: granted to members, open with the season."""
    care = batch_named(beijing, "care-2020")
    assert (care.mode, care.eligibility.group_id, care.booking) == ("granted", "care-2020", None)
    assert care.opens_at == beijing.starts_at


def test_beijing_has_its_four_merchants_each_with_a_store_of_its_own_id(beijing: Campaign) -> None:
    """jd-mall sells online, the other three offline, all in Beijing."""
    merchants = {merchant.merchant_id: merchant for merchant in beijing.merchants}
    assert sorted(merchants) == ["haidian-digital", "jd-mall", "qianmen-diner", "wangfujing-store"]
    assert merchants["jd-mall"].channels == ["online"]
    assert merchants["qianmen-diner"].category == "catering"
    for merchant_id, merchant in merchants.items():
        assert [(store.store_id, store.region) for store in merchant.stores] == [(merchant_id, "beijing")]
