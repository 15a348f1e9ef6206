"""couponctl reconcile holds campaigns and currencies against the settlement's, and adds up each of them apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.couponctl.books import SETTLEMENT, line, page, reconcile
from tests.unit.couponctl.scripted_stack import Reply, Stack

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "order_no,campaign_id,currency,discount_minor,merchant_match_minor,payable_minor\n"
AGREED = f"{HEADER}A1,season,CNY,1000,0,4000\nA2,tokyo,JPY,500,0,2000\n"


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """A merchant of two campaigns whose funder has one name."""
    in_yen = line("A2", 500, 0, 2000, campaign_id="tokyo", currency="JPY")
    stack.on(SETTLEMENT, page(line("A1", 1000, 0, 4000), in_yen))
    return stack


@pytest.mark.parametrize("csv", [AGREED, AGREED.replace("campaign_id", "shop").replace("currency", "money")])
def test_each_campaign_is_added_up_in_its_currency(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], csv: str
) -> None:
    """Also of a list that names neither: its movement is where ours is."""
    assert reconcile(stack, tmp_path, csv) == 0
    assert capsys.readouterr().out.splitlines() == [
        "season CNY: 1 line with us, 1 with them, discount 10.00 CNY with us, 10.00 CNY with them",
        "tokyo JPY: 1 line with us, 1 with them, discount 500 JPY with us, 500 JPY with them",
        "2020-06-06: 2 lines with us, 2 with them, no difference",
    ]


@pytest.mark.parametrize(
    ("csv", "kind", "said"),
    [
        (
            AGREED.replace("A2,tokyo", "A2,season"),
            "campaign-differs",
            "order A2: campaign is tokyo with us, season with them",
        ),
        (AGREED.replace("JPY", "CNY"), "currency-differs", "order A2: currency is JPY with us, CNY with them"),
        (
            AGREED.replace("JPY,500", "CNY,501"),
            "currency-differs",
            "order A2: currency is JPY with us, CNY with them; discount is 500 JPY with us, 5.01 CNY with them",
        ),
        (
            AGREED.replace("JPY,500", "JPY,501"),
            "amount-differs",
            "order A2: discount is 500 JPY with us, 501 JPY with them",
        ),
        (
            f"{AGREED}A3,oman,OMR,1500,0,0\n",
            "missing-with-us",
            "order A3: missing with us (theirs: discount 1.500 OMR, merchant_match 0.000 OMR, payable 0.000 OMR)",
        ),
    ],
)
def test_another_campaign_or_currency_is_a_difference(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], csv: str, kind: str, said: str
) -> None:
    """Whatever the amounts are; each amount is printed in the currency of its list."""
    assert reconcile(stack, tmp_path, csv) == 1
    assert capsys.readouterr().out.splitlines()[0] == said
    assert reconcile(stack, tmp_path, csv, "--json") == 1
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert difference["kind"] == kind


def test_totals_are_json_for_machines(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One a campaign and currency, of both lists, those of theirs alone too."""
    assert reconcile(stack, tmp_path, AGREED.replace("JPY", "CNY"), "--json") == 1
    totals = json.loads(capsys.readouterr().out)["totals"]
    told = [
        (one["campaign_id"], one["currency"], one["ours"]["lines"], one["theirs"]["payable_minor"]) for one in totals
    ]
    assert told == [("season", "CNY", 1, 4000), ("tokyo", "CNY", 0, 2000), ("tokyo", "JPY", 1, 0)]


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        (AGREED.replace("JPY", "ZZZ"), "ours.csv:3: currency 'ZZZ' is no ISO 4217 currency, such as CNY"),
        (AGREED.replace("JPY", ""), "ours.csv:3: currency '' is no ISO 4217 currency, such as CNY"),
        (AGREED.replace("tokyo", ""), "ours.csv:3: campaign_id '' is no campaign id"),
        (AGREED.replace("tokyo", "Tokyo"), "ours.csv:3: campaign_id 'Tokyo' is no campaign id"),
    ],
)
def test_a_cell_that_is_no_campaign_or_currency_is_named(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], csv: str, said: str
) -> None:
    """With its line; a column that is there says something in each."""
    assert reconcile(stack, tmp_path, csv) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("header", "line", "said"),
    [
        ("shop,money", "A3,,,1500,0,0", "1,500 minor units"),
        ("campaign_id,money", "A3,oman,,1500,0,0", "1.500 OMR"),
        ("campaign_id,money", "A3,nowhere,,1500,0,0", "1,500 minor units"),
    ],
)
def test_an_amount_without_a_currency_is_in_that_of_its_campaign(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str, line: str, said: str
) -> None:
    """Where our lines have two and no campaign is stated, nobody knows in which of them it is."""
    stack.on("GET /campaigns", campaigns_of(oman="OMR", season="CNY"))
    assert reconcile(stack, tmp_path, AGREED.replace("campaign_id,currency", header) + f"{line}\n") == 1
    assert f"order A3: missing with us (theirs: discount {said}," in capsys.readouterr().out


def test_without_a_line_of_ours_it_is_in_the_currency_of_all_campaigns(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A season has one, as a rule."""
    stack.on(SETTLEMENT, page())
    stack.on("GET /campaigns", campaigns_of(oman="OMR", salalah="OMR"))
    assert reconcile(stack, tmp_path, "order_no,discount_minor,merchant_match_minor,payable_minor\nA3,1500,0,0\n") == 1
    assert "order A3: missing with us (theirs: discount 1.500 OMR," in capsys.readouterr().out


def campaigns_of(**currencies: str) -> Reply:
    found = [{"campaign_id": name, "currency": currency} for name, currency in currencies.items()]
    return Reply(body={"campaigns": found})
