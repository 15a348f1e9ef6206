"""What a document may say and hardly means: each rule warns at its place, and the sample seasons give no false one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coupons.model.campaigns import Campaign
from coupons.model.merchants import MerchantRecord
from coupons.model.oversights import Surroundings, oversights
from coupons.model.scope_names import scoped_merchants
from infra.couponctl.campaign_files import load_campaign
from tests.world import OPENING, a_batch, campaign, parsed, seconds, terms

SEASONS = Path(__file__).parents[3] / "infra" / "seasons"
Edit = Callable[[dict[str, Any]], object]
BOOKING = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": "2020-06-06T00:00:00+08:00"}
NOON = {"weekdays": ["sat", "sun"], "starts": "12:00", "ends": "14:00"}
CLOSING = "2020-06-07T10:00:00+08:00"
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
COUNT = {"kind": "count", "limit_id": "few", "per": "person", "period": "campaign", "packs_max": 2}
ONLY_PLATFORM = [{"funder_id": "platform", "basis_points": 10_000}]
FUNDER = {"funder_id": "idle", "title": "Idle", "kind": "platform", "budget_minor": 1}


def batch(**changes: Any) -> Edit:
    return lambda document: document["batches"][0].update(changes)


def term(**changes: Any) -> Edit:
    return lambda document: document["terms"][0].update(changes)


def scope(**lists: list[str]) -> Edit:
    return term(scope=lists)


def off(threshold_minor: int, amount_minor: int, match: int = 0) -> Edit:
    ratios = [{"starts_at": "2020-06-01T00:00:00+08:00", "basis_points": match}]
    discount = {"kind": "amount_off", "threshold_minor": threshold_minor, "amount_minor": amount_minor}
    return term(discount=discount, merchant_match=ratios)


def percent(threshold_minor: int, basis_points: int, cap_minor: int, match: int = 0) -> Edit:
    figures = {"threshold_minor": threshold_minor, "basis_points": basis_points, "cap_minor": cap_minor}
    ratios = [{"starts_at": "2020-06-01T00:00:00+08:00", "basis_points": match}]
    return term(discount={"kind": "percent_off", **figures}, merchant_match=ratios)


def days(days: int, *hours: dict[str, Any], starts_after_days: int = 0, blackout: tuple[str, ...] = ()) -> Edit:
    validity = {"kind": "days_after_claim", "days": days, "starts_after_days": starts_after_days}
    return term(validity=validity, usable=list(hours), blackout_dates=list(blackout))


def fixed(starts_at: str, ends_at: str, *hours: dict[str, Any]) -> Edit:
    return term(validity={"kind": "fixed", "starts_at": starts_at, "ends_at": ends_at}, usable=list(hours))


def later(**changes: Any) -> Edit:
    """A second batch, into which the first rolls over, of terms of its own."""

    def edit(document: dict[str, Any]) -> None:
        document["batches"].append(a_batch("later", closes_at="2020-06-08T10:00:00+08:00", terms=["other"]))
        document["batches"][0]["rollover_to"] = "later"
        document["terms"].append(terms("other", **changes))

    return edit


SCOPE, BATCH, TERMS = "body.terms.0.scope", "body.batches.0", "body.terms.0"
WRONG: dict[str, tuple[Edit, str, str]] = {
    "merchant, misspelt": (scope(merchants=["dinner"]), f"{SCOPE}.merchants.0", "did you mean 'diner'"),
    "merchant, unknown": (scope(merchants=["pool"]), f"{SCOPE}.merchants.0", "has no merchant 'pool'"),
    "one of two merchants, misspelt": (scope(merchants=["diner", "dinr"]), f"{SCOPE}.merchants.1", "mean 'diner'"),
    "store, misspelt": (
        scope(merchants=["diner"], stores=["dinr"]),
        f"{SCOPE}.stores.0",
        "the merchant of this scope has no store 'dinr'; did you mean 'diner'?",
    ),
    "category, misspelt": (scope(merchant_categories=["caterng"]), f"{SCOPE}.merchant_categories.0", "mean 'catering'"),
    "category, capital": (scope(merchant_categories=["Catering"]), f"{SCOPE}.merchant_categories.0", "mean 'catering'"),
    "tag": (scope(merchant_tags=["late"]), f"{SCOPE}.merchant_tags.0", "has the tag 'late'"),
    "region": (scope(regions=["bejing"]), f"{SCOPE}.regions.0", "in the region 'bejing'; did you mean 'beijing'?"),
    "together": (
        lambda document: [
            scope(merchant_categories=["catering"], merchant_tags=["late"])(document),
            document["merchants"].append(
                {**document["merchants"][0], "merchant_id": "bar", "category": "bar", "tags": ["late"]}
            ),
        ],
        SCOPE,
        "leave nobody",
    ),
    "channel": (
        lambda document: [scope(channels=["online"])(document), document["merchants"][0].update(channels=["offline"])],
        SCOPE,
        "leave nobody",
    ),
    "people's region": (
        batch(eligibility={"regions": ["beijng"]}),
        f"{BATCH}.eligibility.regions.0",
        "did you mean 'beijing'?",
    ),
    "district": (
        lambda document: [
            document.update(suspended_districts=["dongchen"]),
            document["merchants"][0]["stores"][0].update(district="dongcheng"),
        ],
        "body.suspended_districts.0",
        "did you mean 'dongcheng'?",
    ),
    "lottery": (batch(mode="lottery", booking=BOOKING), f"{BATCH}.draw", "Without it the document is refused"),
    "books too late": (
        batch(
            booking={
                "opens_at": "2020-06-06T10:00:01+08:00",
                "closes_at": "2020-06-06T11:00:00+08:00",
                "required": True,
            }
        ),
        f"{BATCH}.booking.opens_at",
        "its first claims are refused",
    ),
    "opens before": (batch(opens_at="2020-05-31T23:59:59+08:00"), f"{BATCH}.opens_at", "before the campaign starts"),
    "closes after": (
        batch(closes_at="2020-10-01T00:00:01+08:00"),
        f"{BATCH}.closes_at",
        "after the campaign has ended",
    ),
    "too dear": (
        batch(quantity=20_001),
        f"{BATCH}.quantity",
        "sets aside 100,005.00 CNY of 'city', whose whole budget is 100,000.00 CNY",
    ),
    "group of one": (batch(exclusive_group="smart"), f"{BATCH}.exclusive_group", "excludes nothing"),
    "reminder": (batch(remind_days=14), f"{BATCH}.remind_days", "valid for 14 days"),
    "rollover": (
        lambda document: [later()(document), term(funding=ONLY_PLATFORM)(document)],
        f"{BATCH}.rollover_to",
        "paid by 'city' too",
    ),
    "hours never come": (days(1, {**NOON, "weekdays": ["wed"]}), f"{BATCH}.terms.0", "claimed at 2020-06-06T10:00:00"),
    "hours do not come again": (
        days(1, {**NOON, "weekdays": ["sat"]}),
        f"{BATCH}.terms.0",
        "claimed at 2020-06-06T14:00:00",
    ),
    "claimed when the last hours are over": (
        fixed("2020-06-06T00:00:00+08:00", "2020-06-07T10:00:00+08:00", {**NOON, "weekdays": EVERY_DAY}),
        f"{BATCH}.terms.0",
        "claimed at 2020-06-06T14:00:00",
    ),
    "hours begin when it expires": (
        days(1, {"weekdays": ["sun"], "starts": "10:00", "ends": "12:00"}),
        f"{BATCH}.terms.0",
        "claimed at 2020-06-06T10:00:00",
    ),
    "every day is a blackout": (
        days(2, starts_after_days=1, blackout=("2020-06-07", "2020-06-08")),
        f"{BATCH}.terms.0",
        "claimed at 2020-06-06T10:00:00",
    ),
    "blackouts of another year": (
        days(14, blackout=("2021-07-07", "2021-07-08")),
        f"{TERMS}.blackout_dates",
        "2020-06-06 to 2020-06-21",
    ),
    "valid after the campaign": (
        fixed("2020-10-01T00:00:00+08:00", "2020-10-02T00:00:00+08:00"),
        f"{TERMS}.validity.starts_at",
        "only after the campaign",
    ),
    "match too late": (
        term(merchant_match=[{"starts_at": "2020-06-21T09:59:59+08:00", "basis_points": 5_000}]),
        f"{TERMS}.merchant_match.0.starts_at",
        "nothing is matched",
    ),
    "for nothing": (off(1_000, 1_000), f"{TERMS}.discount.threshold_minor", "an order of 10.00 CNY costs the customer"),
    "for nothing with the match": (off(2_000, 1_000, 10_000), f"{TERMS}.discount.threshold_minor", "merchant's match"),
    "all of it": (percent(0, 10_000, 1_000), f"{TERMS}.discount.basis_points", "up to 10.00 CNY costs the customer"),
    "half, and the match": (percent(0, 5_000, 1_000, 10_000), f"{TERMS}.discount.basis_points", "any match"),
    "in yuan": (off(50, 10), f"{TERMS}.discount.amount_minor", "is 0.10 CNY: amounts are in minor units"),
    "cap in yuan": (percent(200_000, 1_000, 400), f"{TERMS}.discount.cap_minor", "is 200.00 CNY already"),
    "per cent": (percent(0, 10, 1_000), f"{TERMS}.discount.basis_points", "is 0.1 %"),
    "minutes": (term(hold_max_s=15), f"{TERMS}.hold_max_s", "is 15 seconds"),
    "terms of no batch": (
        lambda document: document["terms"].append(terms("spare")),
        "body.terms.1",
        "hands out 'spare'",
    ),
    "limit of no batch": (lambda document: document.update(limits=[COUNT]), "body.limits.0", "counted by 'few'"),
    "funder of no terms": (lambda document: document["funders"].append(FUNDER), "body.funders.3", "paid by 'idle'"),
    "UTC among local times": (batch(opens_at="2020-06-06T10:00:00Z"), f"{BATCH}.opens_at", "2020-06-06T18:00:00+08:00"),
}
RIGHT: dict[str, Edit] = {
    "as it is": lambda _: None,
    "a merchant of another number": scope(merchants=["diner", "diner-2"]),
    "a region to which goods are sent": scope(regions=["tianjin"], channels=["online"]),
    "people of another region": batch(eligibility={"regions": ["tianjin"]}),
    "a district, where no store says its own": lambda document: document.update(suspended_districts=["port"]),
    "as long as the campaign": batch(opens_at="2020-06-01T00:00:00+08:00", closes_at="2020-10-01T00:00:00+08:00"),
    "to the last unit": batch(quantity=20_000),
    "reminder a day after the claim": batch(remind_days=13),
    "hours on the day of each claim": days(1, {**NOON, "weekdays": EVERY_DAY}),
    "a night that ends on the next day": days(7, {"weekdays": ["fri"], "starts": "22:00", "ends": "02:00"}),
    "hours begin a minute before it expires": days(1, {"weekdays": ["sun"], "starts": "09:59", "ends": "12:00"}),
    "hours on its last day": fixed(
        "2020-06-06T00:00:00+08:00",
        "2020-06-08T10:00:00+08:00",
        {"weekdays": ["mon"], "starts": "08:00", "ends": "09:00"},
    ),
    "hours around the clock": days(1, {"weekdays": ["sat"], "starts": "12:00", "ends": "12:00"}),
    "books as it opens": batch(booking={**BOOKING, "opens_at": OPENING, "closes_at": CLOSING, "required": True}),
    "a blackout on the first day": days(14, blackout=("2020-06-06",)),
    "a blackout in the last minute": days(14, blackout=("2020-06-21",)),
    "match with the last coupon": term(
        merchant_match=[{"starts_at": "2020-06-21T09:59:58+08:00", "basis_points": 5_000}]
    ),
    "one fen to pay": off(2_001, 1_000, 10_000),
    "nearly all of it": percent(0, 9_999, 1_000),
    "one yuan": off(5_000, 100),
    "cap at the threshold": percent(4_000, 1_000, 400),
    "one per cent": percent(0, 100, 1_000),
    "half a minute": term(hold_max_s=30),
    "yen": lambda document: [document.update(currency="JPY"), off(50, 1)(document)],
    "rollover to fewer funders": later(funding=ONLY_PLATFORM),
    "without merchants": lambda document: [scope(merchants=["dinner"])(document), document.update(merchants=[])],
}


def warned(edit: Edit, around: Surroundings | None = None) -> list[tuple[str, str]]:
    document = campaign()
    edit(document)
    return [(one.place, one.message) for one in oversights(parsed(document), around)]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_hardly_meant_is_named_at_its_place(name: str) -> None:
    """One warning, with a sentence that says what follows."""
    edit, place, words = WRONG[name]
    [(found, message)] = warned(edit)
    assert (found, words in message) == (place, True), message


@pytest.mark.parametrize("name", RIGHT)
def test_what_can_be_meant_is_not_warned_of(name: str) -> None:
    """The same rules at their limits."""
    assert warned(RIGHT[name]) == []


def test_a_document_in_utc_is_as_good() -> None:
    """If it writes all its times so."""
    document = campaign()
    text = parsed(document).model_dump_json().replace("+08:00", "Z")
    assert [one for one in oversights(Campaign.model_validate_json(text)) if "is written" in one.message] == []


def test_what_a_stack_knows() -> None:
    """A merchant registered on its own is known; a batch that is over or too dear is named until it is published."""
    document = parsed(campaign(terms=[terms(scope={"merchants": ["pool"]})]))
    assert scoped_merchants(document) == ["pool"]
    facts = {name: value for name, value in campaign()["merchants"][0].items() if name != "merchant_id"}
    pool = MerchantRecord.model_validate({**facts, "category": "sports"})
    assert oversights(document, Surroundings(records={"pool": pool})) == []
    closes_at_s = seconds("2020-06-07T10:00:00+08:00")
    assert warned(lambda _: None, Surroundings(now_s=closes_at_s - 1)) == []
    [(place, message)] = warned(lambda _: None, Surroundings(now_s=closes_at_s))
    assert (place, "nobody can claim" in message) == ("body.batches.0.closes_at", True)
    assert warned(lambda _: None, Surroundings(now_s=closes_at_s, published={"pack"})) == []
    assert [place for place, _ in warned(batch(quantity=20_001), Surroundings(published={"pack"}))] == []


@pytest.mark.parametrize("name", ["beijing-2020", "hubei-2020", "beijing-sports", "night-2020"])
def test_the_sample_seasons_give_no_false_warning(name: str) -> None:
    """None at all."""
    document = Campaign.model_validate(load_campaign(SEASONS / f"{name}.yaml"), strict=False)
    assert oversights(document) == []
