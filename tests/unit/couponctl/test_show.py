"""`campaigns`, `show` and the words for terms, against a scripted stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.couponctl import words
from infra.couponctl.output import table
from tests.unit.couponctl.scripted_stack import Reply, Stack

TITLE = {"en": "Spring", "zh": "春天"}
WINDOW = {"opens_at": "2020-06-06T10:00:00+08:00", "closes_at": "2020-06-06T16:00:00Z"}
TERMS: dict[str, Any] = {
    "terms_id": "meal",
    "title": "A meal",
    "discount": {"kind": "amount_off", "threshold_minor": 5000, "amount_minor": 1000},
    "validity": {"kind": "days_after_claim", "days": 14},
    "funding": [{"funder_id": "city", "basis_points": 6250}, {"funder_id": "shop", "basis_points": 3750}],
    "refund": {"policy": "full_only"},
}
CAMPAIGN = {"campaign_id": "spring", "title": TITLE, "timezone": "Asia/Shanghai", "currency": "CNY"}
SEASON = {"starts_at": "2020-06-05T16:00:00Z", "ends_at": "2020-10-09T00:00:00+08:00"}
FUNDER = {"funder_id": "city", "title": "City", "kind": "government", "budget_minor": 123_456_789}
BATCH = {"batch_id": "first", "campaign_id": "spring", "title": "First", "mode": "first_come", **WINDOW}


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """`first` is published and has 7 of 9 packs; `later` is declared."""
    batches = [{**BATCH, "quantity": 9}, {**BATCH, "batch_id": "later", "quantity": 2000}]
    document = {**CAMPAIGN, **SEASON, "revision": 3, "funders": [FUNDER], "batches": batches}
    now = {**BATCH, "status": "open", "quantity": 9, "remaining": 7}
    stack.on("GET /admin/campaigns/spring", Reply(body=document))
    stack.on("GET /campaigns/spring", Reply(body={**CAMPAIGN, "batches": [now]}))
    stack.on("GET /batches/first", Reply(body={**now, "coupons": [TERMS, {**TERMS, "terms_id": "feast"}]}))
    return stack


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines, each with single blanks."""
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_campaigns_are_listed(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a token; times with their offset."""
    stack.on("GET /campaigns", Reply(body={"campaigns": [{**CAMPAIGN, **SEASON}]}), Reply(body={"campaigns": []}))
    assert stack.run("campaigns") == 0
    assert printed(capsys)[1] == "spring Spring / 春天 CNY 2020-06-05 16:00 +00:00 2020-10-09 00:00 +08:00"
    assert stack.run("campaigns") == 0
    assert printed(capsys) == ["nothing is published"]
    assert stack.routes() == ["GET /campaigns"] * 2


def test_a_campaign_is_shown_with_its_batches(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """All times in its zone, amounts in its currency; a batch that is not published is said to be so."""
    assert stack.run("show", "spring") == 0
    lines = printed(capsys)
    assert lines[:2] == [
        "spring: Spring / 春天, revision 3",
        "2020-06-06 00:00 +08:00 to 2020-10-09 00:00 +08:00, Asia/Shanghai, Chinese Yuan (CNY)",
    ]
    assert "city City government 1,234,567.89 CNY" in lines
    window = "2020-06-06 10:00 +08:00 2020-06-07 00:00 +08:00"
    assert f"first First open {window} 7 of 9" in lines
    assert f"later First not published {window} 2,000 of 2,000" in lines


def test_a_batch_is_shown_with_its_terms(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """What all coupons have in common is said once."""
    assert stack.run("show", "first") == 0
    lines = printed(capsys)
    assert lines[:3] == [
        "first: First, first_come, of spring",
        "open, 7 of 9 packs left",
        "claims 2020-06-06 10:00 +08:00 to 2020-06-07 00:00 +08:00, Asia/Shanghai",
    ]
    assert "coupon 2 of 2, feast: A meal" in lines
    assert lines.count("10.00 CNY off an order of at least 50.00 CNY") == 1
    assert "paid by city 62.5 %, shop 37.5 %" in lines


def test_a_batch_says_who_can_claim(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Booking, group, regions, price and limits; a lottery's booking is always required."""
    booking = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": "2020-06-06T00:00:00+08:00", "required": False}
    limits = [
        {"kind": "count", "limit_id": "weekly", "per": "household", "period": "week", "packs_max": 1},
        {"kind": "count", "limit_id": "season", "per": "person", "period": "campaign", "packs_max": 2000},
        {"kind": "one_at_a_time", "limit_id": "in-turn"},
    ]
    facts = {"mode": "lottery", "booking": booking, "booked": 1234, "exclusive_group": "june", "price_points": 5000}
    eligibility = {"group_id": "nurses", "regions": ["mitte", "nord"]}
    batch = {**BATCH, **facts, "eligibility": eligibility, "limits": limits, "coupons": [TERMS]}
    stack.on("GET /batches/first", Reply(body={**batch, "status": "scheduled", "quantity": 9, "remaining": 9}))
    assert stack.run("show", "first") == 0
    assert printed(capsys)[3:12] == [
        "booking 2020-06-05 00:00 +08:00 to 2020-06-06 00:00 +08:00, required, 1,234 people booked",
        "for members of the group nurses",
        "for people of mitte, nord",
        "one claim a person over all batches of the exclusive group june",
        "price: 5,000 points",
        "limit weekly: 1 pack a household in each week",
        "limit season: 2,000 packs a person in the campaign",
        "limit in-turn: the next pack after every coupon of the last one is used or has ended",
        "",
    ]


def test_a_lottery_says_how_it_is_drawn(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """When, by which round, how long winners can claim, shares, weights, and the hash of its rules."""
    draw = {
        "at": "2020-06-05T20:00:00+08:00",
        "round": 214_888_801,
        "chain": "local",
        "receipt_key": "ab" * 32,
        "rules_hash": "cd" * 32,
        "claim_for_s": 259_200,
        "rounds": 2,
        "shares": [{"title": "Nurses", "group_id": "nurses", "regions": [], "quantity": 5}],
        "weights": [{"group_id": "care", "weight": 3}],
        "credit": False,
    }
    batch = {**BATCH, "mode": "lottery", "coupons": [TERMS], "status": "scheduled", "quantity": 9, "remaining": 9}
    stack.on("GET /batches/first", Reply(body={**batch, "draw": draw}))
    assert stack.run("show", "first") == 0
    assert printed(capsys)[3:8] == [
        "drawn 2020-06-05 20:00 +08:00 by round 214,888,801 of local, a test that anybody can sign",
        "winners claim within 3 days of the draw, then the next in line, 2 rounds in all",
        "share Nurses: 5 packs for the group nurses first",
        "members of care: 3 tickets each",
        "rules " + "cd" * 32,
    ]


def test_machines_get_what_the_stack_answers(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Minor units, and the declared document beside the published batches."""
    assert stack.run("show", "spring", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["campaign"]["funders"][0]["budget_minor"] == 123_456_789
    assert [one["remaining"] for one in told["published"]] == [7]


def test_a_name_of_nothing_is_said_to_be_one(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither campaign nor published batch."""
    assert stack.run("show", "nothing") == 1
    assert "no campaign and no published batch 'nothing'" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "meant"), [("spring-", "spring"), ("frist", "first")])
def test_a_misspelt_name_suggests_the_known_one(
    stack: Stack, capsys: pytest.CaptureFixture[str], name: str, meant: str
) -> None:
    """Of the published campaigns and their batches."""
    stack.on("GET /campaigns", Reply(body={"campaigns": [{**CAMPAIGN, **SEASON}]}))
    assert stack.run("show", name) == 1
    assert f"did you mean {meant!r}?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"discount": {"kind": "percent_off", "threshold_minor": 200, "basis_points": 1050, "cap_minor": 4000}},
            "10.5 % off an order of at least 2.00 CNY, 40.00 CNY at most",
        ),
        (
            {"discount": {"kind": "exchange", "sku": "gym", "title": TITLE, "value_minor": 100}},
            "one Spring / 春天 (gym) for nothing, worth 1.00 CNY at most",
        ),
        (
            {"validity": {"kind": "days_after_claim", "days": 3, "starts_after_days": 1}},
            "valid from day 1 after the claim until 3 days after it",
        ),
        (
            {"validity": {"kind": "fixed", "starts_at": "2020-06-06T00:00:01Z", "ends_at": "2020-06-07T00:00:00Z"}},
            "valid 2020-06-06 08:00:01 +08:00 to 2020-06-07 08:00 +08:00",
        ),
        (
            {"usable": [{"weekdays": ["fri", "mon", "tue", "sun"], "starts": "18:00", "ends": "02:00"}]},
            "usable: Mon, Tue, Fri, Sun 18:00 to 02:00 the next day",
        ),
        ({"blackout_dates": ["2020-06-25", "2020-06-26"]}, "not on 2020-06-25, 2020-06-26"),
        ({"scope": {"merchants": ["diner", "bar"]}}, "at diner, bar"),
        ({"scope": {"merchants": ["diner"], "stores": ["diner-2"]}}, "in the store diner-2"),
        ({"requires": ["evidence", "fulfilment"]}, "the order must state evidence and fulfilment"),
        ({"scope": {"item_tags": ["smart"]}}, "for items with the tag smart"),
        ({"scope": {"channels": ["online"]}}, "online only"),
        ({"scope": {"regions": ["chengdu"]}}, "delivered to chengdu"),
        ({"scope": {"regions": ["chengdu"], "channels": ["offline"]}}, "in chengdu"),
        (
            {"discount": {"kind": "percent_off", "threshold_minor": 0, "basis_points": 2000, "cap_minor": 2000}},
            "20 % off any order, 20.00 CNY at most",
        ),
        (
            {"merchant_match": [{"starts_at": "2020-06-06T00:00:00+08:00", "basis_points": 10_000}]},
            "the merchant adds of the discount 100 % from 2020-06-06 00:00 +08:00",
        ),
        ({"refund": {"policy": "never"}}, "a reversal never returns it"),
        ({"refund": {"policy": "always", "times_max": 3}}, "any reversal returns it, 3 times at most"),
    ],
)
def test_terms_in_words(change: dict[str, Any], said: str) -> None:
    """A sentence for each thing that the terms say."""
    assert said in words.of_terms({**TERMS, **change}, "CNY", "Asia/Shanghai")


def test_a_table_on_a_terminal_cuts_nothing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow it is: names and amounts stay whole."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    whole = ("smart-offline-0606", "565,000,000.00 CNY", "9,661,000,000.00 CNY", "0.01 CNY")
    name, *amounts = whole
    for width in range(20, 140):
        monkeypatch.setenv("COLUMNS", str(width))
        rows = [(name, "智能产品消费券 " * 4, *amounts), ("b", "t", "1.00 CNY", "", "")]
        told = "\n".join(table(("batch", "title", "spent, closed days", "left", "given back or rolled over"), rows))
        assert [text for text in whole if text not in told] == [], width
