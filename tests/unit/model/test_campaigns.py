"""Campaign documents and merchants' records: each rule refuses, and says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from coupons.fields import BASIS_POINTS
from coupons.model.campaigns import Campaign
from tests.world import a_batch, campaign, parsed, terms

Change = Callable[[dict[str, Any]], object]
DAY = "2020-06-06T00:00:00+08:00"
FIVE = {"kind": "amount_off", "threshold_minor": 500, "amount_minor": 500}
SHARES = [{"funder_id": "city", "basis_points": 9_999}, {"funder_id": "shop", "basis_points": 1}]
BOOKING = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-05T10:00:00+08:00"}

HOURS = {"weekdays": ["fri"], "starts": "18:00", "ends": "02:00"}
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DATES = [(date(2020, 6, 6) + timedelta(days=n)).isoformat() for n in range(101)]


def setting(path: str, value: object) -> Change:
    """Set the member at `terms.0.title`."""

    def change(document: dict[str, Any]) -> None:
        *way, last = path.split(".")
        inner: Any = document
        for step in way:
            inner = inner[int(step) if step.isdigit() else step]
        inner[int(last) if last.isdigit() else last] = value

    return change


def twice(path: str) -> Change:
    """The list at `path` has its first element twice."""
    return lambda document: document[path].append(deepcopy(document[path][0]))


def many(path: str, name: str, count: int) -> Change:
    return setting(path, [{**campaign()[path][0], name: f"n{n}"} for n in range(count)])


TAKEN: dict[str, Change] = {
    "as it is": lambda document: None,
    "a revision": setting("revision", 1),
    "a title in two languages": setting("title", {"en": "a", "zh": "甲"}),
    "a budget of nothing": setting("funders.0.budget_minor", 0),
    "28 merchants": many("merchants", "merchant_id", 28),
    "100 suspended districts": setting("suspended_districts", [f"d{n}" for n in range(100)]),
    "40 batches": many("batches", "batch_id", 40),
    "8 coupons of the same terms": setting("batches.0.terms", ["ten-off"] * 8),
    "all of it off": setting("terms.0.discount", FIVE),
    "shares of 99.99 and 0.01 %": setting("terms.0.funding", SHARES),
    "booking until the batch closes": setting(
        "batches.0.booking", {"opens_at": DAY, "closes_at": "2020-06-07T10:00:00+08:00", "required": True}
    ),
    "granted to a group": lambda document: document["batches"][0].update(
        mode="granted", eligibility={"group_id": "care"}
    ),
    "a lottery whose entry list closes as it opens": lambda document: document["batches"][0].update(
        mode="lottery", booking={"opens_at": DAY, "closes_at": "2020-06-06T10:00:00+08:00"}
    ),
    "reminders a month before": setting("batches.0.remind_days", 30),
    "reminders on the day before": setting("batches.0.remind_days", 1),
    "366 days": setting("terms.0.validity.days", 366),
    "a delayed start that leaves a day": setting(
        "terms.0.validity", {"kind": "days_after_claim", "days": 31, "starts_after_days": 30}
    ),
    "21 weekly hours": setting("terms.0.usable", [HOURS] * 21),
    "all of every day": setting("terms.0.usable", [{"weekdays": WEEK, "starts": "00:00", "ends": "24:00"}]),
    "hours past midnight": setting("terms.0.usable", [{"weekdays": ["fri"], "starts": "23:59", "ends": "00:00"}]),
    "100 blackout dates": setting("terms.0.blackout_dates", DATES[:100]),
    "a fixed window of a second, to the end of the claims": setting(
        "terms.0.validity",
        {"kind": "fixed", "starts_at": "2020-06-07T09:59:59+08:00", "ends_at": "2020-06-07T10:00:00+08:00"},
    ),
}

REFUSED: list[tuple[Change, str, str]] = [
    # the whole
    (setting("campaign_id", "Season"), "campaign_id", "pattern"),
    (setting("revision", 0), "revision", "greater"),
    (setting("revision", "1"), "revision", "integer"),
    (setting("timezone", "Asia/Peking"), "timezone", "IANA"),
    (setting("timezone", "posixrules"), "timezone", "IANA"),
    (setting("timezone", "../UTC"), "timezone", "IANA"),
    (setting("currency", "yuan"), "currency", "pattern"),
    (setting("ends_at", "2020-06-01T00:00:00+08:00"), "", "ends before it starts"),
    (setting("starts_at", "2020-06-01T00:00:00"), "starts_at", "timezone"),
    (setting("colour", "red"), "colour", "Extra"),
    (setting("funders", []), "funders", "at least 1"),
    (setting("batches", []), "batches", "at least 1"),
    (setting("terms", []), "terms", "at least 1"),
    (many("merchants", "merchant_id", 29), "merchants", "at most 28"),
    (setting("suspended_districts", [f"d{n}" for n in range(101)]), "suspended_districts", "at most 100"),
    (setting("suspended_districts", [""]), "suspended_districts.0", "at least 1"),
    (many("batches", "batch_id", 41), "batches", "at most 40"),
    (many("funders", "funder_id", 101), "funders", "at most 100"),
    # names that refer
    (twice("funders"), "", "funders: 'city' appears twice"),
    (twice("terms"), "", "terms: 'ten-off' appears twice"),
    (twice("batches"), "", "batches: 'pack' appears twice"),
    (twice("merchants"), "", "merchants: 'diner' appears twice"),
    (setting("suspended_districts", ["a", "a"]), "", "suspended_districts: 'a' appears twice"),
    (setting("sections", [{"section_id": "a", "title": "A"}] * 2), "", "sections: 'a' appears twice"),
    (setting("terms.0.funding.0.funder_id", "county"), "", "terms ten-off: funder 'county' is not declared"),
    (setting("terms.0.section_id", "food"), "", "terms ten-off: section 'food' is not declared"),
    (setting("batches.0.section_id", "food"), "", "batch pack: section 'food' is not declared"),
    (setting("batches.0.terms.0", "five-off"), "", "batch pack: terms 'five-off' is not declared"),
    # funders
    (setting("funders.0.budget_minor", -1), "funders.0.budget_minor", "greater"),
    (setting("funders.0.budget_minor", 10**15 + 1), "funders.0.budget_minor", "less"),
    (setting("funders.0.kind", "bank"), "funders.0.kind", "government"),
    # merchants
    (setting("merchants.0.channels", []), "merchants.0.channels", "at least 1"),
    (setting("merchants.0.stores", []), "merchants.0.stores", "at least 1"),
    (
        setting("merchants.0.stores", [{"store_id": "s", "region": "r"}] * 2),
        "merchants.0",
        "stores: 's' appears twice",
    ),
    # batches
    (setting("batches.0.quantity", 0), "batches.0.quantity", "greater"),
    (setting("batches.0.quantity", 10.0), "batches.0.quantity", "integer"),
    (setting("batches.0.mode", "auction"), "batches.0.mode", "first_come"),
    (setting("batches.0.mode", "lottery"), "batches.0", "needs a booking that closes before it opens"),
    (
        lambda document: document["batches"][0].update(
            mode="lottery", booking={**BOOKING, "closes_at": "2020-06-06T10:00:01+08:00"}
        ),
        "batches.0",
        "needs a booking that closes before it opens",
    ),
    (setting("batches.0.mode", "granted"), "batches.0", "needs eligibility.group_id"),
    (setting("batches.0.closes_at", "2020-06-06T10:00:00+08:00"), "batches.0", "ends before it starts"),
    (setting("batches.0.opens_at", 1591408800), "batches.0.opens_at", "RFC 3339"),
    (setting("batches.0.terms", []), "batches.0.terms", "at least 1"),
    (setting("batches.0.terms", ["ten-off"] * 9), "batches.0.terms", "at most 8"),
    (setting("batches.0.remind_days", 0), "batches.0.remind_days", "greater"),
    (setting("batches.0.remind_days", 31), "batches.0.remind_days", "less"),
    (setting("batches.0.price_points", -1), "batches.0.price_points", "greater"),
    (
        setting("batches.0.booking", {**BOOKING, "closes_at": "2020-06-07T10:00:01+08:00"}),
        "batches.0",
        "booking.closes_at is after closes_at",
    ),
    (
        setting("batches.0.booking", {**BOOKING, "closes_at": BOOKING["opens_at"]}),
        "batches.0.booking",
        "ends before it starts",
    ),
    # terms
    (setting("terms.0.discount.amount_minor", 5001), "terms.0.discount.amount_off", "above threshold_minor"),
    (setting("terms.0.discount.amount_minor", 0), "terms.0.discount.amount_off.amount_minor", "greater"),
    (setting("terms.0.discount.kind", "free"), "terms.0.discount", "tag"),
    (
        setting(
            "terms.0.discount", {"kind": "percent_off", "threshold_minor": 0, "basis_points": 10_001, "cap_minor": 1}
        ),
        "terms.0.discount.percent_off.basis_points",
        "less",
    ),
    (
        setting("terms.0.discount", {"kind": "percent_off", "threshold_minor": 0, "basis_points": 1, "cap_minor": 0}),
        "terms.0.discount.percent_off.cap_minor",
        "greater",
    ),
    (
        setting("terms.0.discount", {"kind": "exchange", "sku": "s", "title": "t", "value_minor": 0}),
        "terms.0.discount.exchange.value_minor",
        "greater",
    ),
    (setting("terms.0.validity.days", 0), "terms.0.validity.days_after_claim.days", "greater"),
    (setting("terms.0.validity.days", 367), "terms.0.validity.days_after_claim.days", "less"),
    (
        setting("terms.0.validity", {"kind": "fixed", "starts_at": DAY, "ends_at": "2020-06-07T09:59:59+08:00"}),
        "",
        "batch pack: ten-off ends before the last pack is claimed: it ends at 2020-06-07T09:59:59+08:00, the batch",
    ),
    (
        setting("terms.0.validity", {"kind": "fixed", "starts_at": DAY, "ends_at": DAY}),
        "terms.0.validity.fixed",
        "ends before it starts",
    ),
    (
        setting("terms.0.validity", {"kind": "days_after_claim", "days": 3, "starts_after_days": 3}),
        "terms.0.validity.days_after_claim",
        "days must be above starts_after_days",
    ),
    (setting("terms.0.validity.starts_after_days", -1), "terms.0.validity.days_after_claim.starts_after_days", "great"),
    (setting("terms.0.validity.starts_after_days", 31), "terms.0.validity.days_after_claim.starts_after_days", "less"),
    (setting("terms.0.usable", [HOURS] * 22), "terms.0.usable", "at most 21"),
    (setting("terms.0.usable", [{**HOURS, "weekdays": []}]), "terms.0.usable.0.weekdays", "at least 1"),
    (setting("terms.0.usable", [{**HOURS, "weekdays": ["fri", "fri"]}]), "terms.0.usable.0", "'fri' appears twice"),
    (setting("terms.0.usable", [{**HOURS, "weekdays": ["Fri"]}]), "terms.0.usable.0.weekdays.0", "'mon'"),
    (setting("terms.0.usable", [{**HOURS, "starts": "24:00"}]), "terms.0.usable.0.starts", "pattern"),
    (setting("terms.0.usable", [{**HOURS, "ends": "24:01"}]), "terms.0.usable.0.ends", "pattern"),
    (setting("terms.0.usable", [{**HOURS, "ends": "2:00"}]), "terms.0.usable.0.ends", "pattern"),
    (setting("terms.0.blackout_dates", DATES), "terms.0.blackout_dates", "at most 100"),
    (setting("terms.0.blackout_dates", ["2020-02-30"]), "terms.0.blackout_dates.0", "day is out of range"),
    (setting("terms.0.blackout_dates", [DATES[1], DATES[0]]), "terms.0", "blackout_dates must be in ascending order"),
    (setting("terms.0.blackout_dates", [DATES[0]] * 2), "terms.0", "blackout_dates must be in ascending order"),
    (setting("terms.0.funding", []), "terms.0.funding", "at least 1"),
    (setting("terms.0.funding.0.basis_points", 4999), "terms.0", "add up to 10000"),
    (setting("terms.0.funding.0.basis_points", 5001), "terms.0", "add up to 10000"),
    (setting("terms.0.funding.0.basis_points", 0), "terms.0.funding.0.basis_points", "greater"),
    (setting("terms.0.funding.0.funder_id", "shop"), "terms.0", "funding: 'shop' appears twice"),
    (
        setting("terms.0.merchant_match", [{"starts_at": DAY, "basis_points": 1}] * 2),
        "terms.0",
        "ascending order",
    ),
    (
        setting(
            "terms.0.merchant_match",
            [{"starts_at": DAY, "basis_points": 1}, {"starts_at": "2020-06-05T00:00:00+08:00", "basis_points": 1}],
        ),
        "terms.0",
        "ascending order",
    ),
    (
        setting("terms.0.merchant_match.0.basis_points", 10 * BASIS_POINTS + 1),
        "terms.0.merchant_match.0.basis_points",
        "less",
    ),
    (setting("terms.0.refund.policy", "partial"), "terms.0.refund.policy", "full_only"),
    (setting("terms.0.refund.times_max", 0), "terms.0.refund.times_max", "greater"),
    (setting("terms.0.refund.times_max", 11), "terms.0.refund.times_max", "less"),
    (setting("terms.0.scope", {"merchant": ["diner"]}), "terms.0.scope.merchant", "Extra"),
]


@pytest.mark.parametrize("change", TAKEN.values(), ids=TAKEN)
def test_a_document_at_its_limits_is_taken(change: Change) -> None:
    """Values at the border of each rule are accepted."""
    document = campaign()
    change(document)
    assert parsed(document)


@pytest.mark.parametrize(("change", "place", "message"), REFUSED)
def test_a_rule_refuses_and_names_the_place(change: Change, place: str, message: str) -> None:
    """Each yields one error, with its place and its reason."""
    document = campaign()
    change(document)
    with pytest.raises(ValidationError) as refused:
        parsed(document)
    [error] = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == place
    assert message in error["msg"]


def test_all_errors_are_listed_at_once() -> None:
    """An operator corrects a document in one round."""
    with pytest.raises(ValidationError) as refused:
        parsed(campaign(a_batch(quantity=0), a_batch("b", mode="x"), timezone="?", terms=[terms(title="")]))
    assert {str(error["loc"][0]) for error in refused.value.errors()} == {"timezone", "terms", "batches"}
    assert refused.value.error_count() == 5  # the empty title fits neither of its two forms


def test_a_pack_lists_its_terms_in_order() -> None:
    """`terms_of` gives one terms a coupon, repeats included."""
    document = parsed(campaign(a_batch(terms=["b", "a", "b"]), terms=[terms("a"), terms("b")]))
    assert [found.terms_id for found in document.terms_of(document.batches[0])] == ["b", "a", "b"]


def test_a_document_survives_its_own_json() -> None:
    """GET returns what PUT took, with nothing added or lost."""
    document = parsed(campaign(revision=3))
    assert Campaign.model_validate_json(document.model_dump_json(exclude_unset=True)) == document
    assert json.loads(document.model_dump_json(exclude_unset=True))["revision"] == 3


@pytest.mark.parametrize("stated", [{}, {"required": False}, {"required": True}], ids=["absent", "false", "true"])
def test_the_booking_of_a_lottery_is_required(stated: dict[str, bool]) -> None:
    """Whatever is stated, and again when it is read back; the booking of any other batch stays as stated."""
    booking = {**BOOKING, **stated}
    season = parsed(campaign(a_batch(mode="lottery", booking=booking), a_batch("other", booking=booking)))
    for read in (season, Campaign.model_validate_json(season.model_dump_json(exclude_unset=True))):
        assert [batch.booking and batch.booking.required for batch in read.batches] == [
            True,
            stated.get("required", False),
        ]
