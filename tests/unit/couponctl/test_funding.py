"""couponctl reconcile holds the funding of a merchant's list against the settlement's, against a scripted stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.couponctl import books
from tests.unit.couponctl.books import SETTLEMENT, line, page
from tests.unit.couponctl.scripted_stack import Stack

if TYPE_CHECKING:
    from pathlib import Path

AMOUNTS = {"discount_minor": 2000, "merchant_match_minor": 0, "payable_minor": 8000}
PURSE = {"campaign_id": "season", "currency": "CNY"}
OURS = {"government": 1000, "platform": 600, "enterprise": 400}
HEADER = "order_no,discount_minor,merchant_match_minor,payable_minor,funding\n"


@pytest.fixture
def stack(stack: Stack) -> Stack:
    funding = [{"funder_id": name, "amount_minor": amount} for name, amount in OURS.items()]
    stack.on(SETTLEMENT, page(line("A1", *AMOUNTS.values(), funding=funding)))
    return stack


def reconcile(stack: Stack, tmp_path: Path, cell: str, *args: str, discount: int = 2000) -> int:
    return books.reconcile(stack, tmp_path, f"{HEADER}A1,{discount},0,8000{cell}\n", *args)


@pytest.mark.parametrize(
    "cell",
    [
        "government:1000 platform:600 enterprise:400",
        " enterprise:400  government:1000 platform:600",
        "government:1000 platform:600 enterprise:400 nobody:0",
    ],
)
def test_the_same_funding_is_no_difference(stack: Stack, tmp_path: Path, cell: str) -> None:
    """In any order of funders; one who pays nothing need not be named."""
    assert reconcile(stack, tmp_path, f",{cell}") == 0


def test_another_funding_is_named_funder_by_funder(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also a funder whom only one of the lists has, and beside an amount that differs; who agrees is not spoken of."""
    platform = "platform's share is 6.00 CNY with us, 10.00 CNY with them"
    enterprise = "enterprise's share is 4.00 CNY with us, 0.00 CNY with them"
    cell = ",platform:1000 government:1000"
    assert reconcile(stack, tmp_path, cell) == 1
    assert reconcile(stack, tmp_path, cell, discount=1000) == 1
    named, _, _, beside, _, _ = capsys.readouterr().out.splitlines()
    assert named == f"order A1: {enterprise}; {platform}"
    assert beside == f"order A1: discount is 20.00 CNY with us, 10.00 CNY with them; {enterprise}; {platform}"


@pytest.mark.parametrize(("discount", "kind"), [(2000, "funding-differs"), (1000, "amount-differs")])
def test_another_funding_is_json_for_machines(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], discount: int, kind: str
) -> None:
    """A kind of its own where the amounts agree, and in each the funders on whom the lists do not."""
    cell = ",government:1000 platform:600 city:400 enterprise:0"
    assert reconcile(stack, tmp_path, cell, "--json", discount=discount) == 1
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert (difference["kind"], difference["ours"]) == (kind, {**PURSE, **AMOUNTS})
    assert difference["funding"] == [
        {"funder_id": "city", "ours_minor": 0, "theirs_minor": 400},
        {"funder_id": "enterprise", "ours_minor": 400, "theirs_minor": 0},
    ]


@pytest.mark.parametrize(
    "cell", ["", ",", ",government", ",government:10.00", ",a:1 b", ",a:1 a:1", ",:5", ",a:b:5", ",a:1;b:2"]
)
def test_a_malformed_funding_is_named_with_its_line(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    """A cell that is not there, parts that are no FUNDER:MINOR, a funder twice; no settlement is asked for."""
    assert reconcile(stack, tmp_path, cell) == 1
    said = f"ours.csv:2: funding {cell[1:]!r} is not each FUNDER:MINOR once, separated by spaces\n"
    assert (capsys.readouterr().err, stack.asked) == (said, [])


def test_the_help_says_what_the_file_is(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Its columns, and that amounts are whole minor units."""
    assert stack.run("reconcile", "--help") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Columns: order_no, discount_minor, merchant_match_minor, payable_minor; reversal_no for reversals" in told
    assert "day (2020-06-06), or at (a local time, or one with its offset" in told
    assert "campaign_id, currency (CNY) and funding (government:1000 platform:600) are compared if" in told
    assert "Amounts are whole minor units: 10.00 CNY are 1000." in told


def test_a_settlement_without_funding_is_none(stack: Stack, tmp_path: Path) -> None:
    """Each line of ours has it."""
    stack.on(SETTLEMENT, page({"order_no": "A1", **PURSE, **AMOUNTS}))
    assert reconcile(stack, tmp_path, ",a:2000") == 3
