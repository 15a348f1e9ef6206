"""couponctl's look at a campaign's money against a scripted stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.couponctl.scripted_stack import Reply, Stack

PATH = "GET /admin/campaigns/spring/budgets"


def movement(kind: str, packs: int, to: str | None = None, at: str = "10:01:00+08:00") -> dict[str, Any]:
    said = {"key": f"pack~000002~{kind}", "kind": kind, "batch_id": "pack", "to_batch_id": to, "step": "unclaimed"}
    amounts = [{"funder_id": "city", "amount_minor": 4000}, {"funder_id": "shop", "amount_minor": 1000}]
    return {**said, "packs": packs, "at": f"2020-06-07T{at}", "amounts": amounts}


def report(
    *movements: dict[str, Any], following: str | None = None, moving: bool = False, currency: str = "CNY"
) -> Reply:
    amounts = {"budget_minor": 1_000_000, "reserved_minor": 9_000, "left_minor": 991_000, "spent_minor": 500}
    batch = {"reserved": 13_000, "released": 4_000, "spent": 500}
    parts = {name: [{"funder_id": "city", "amount_minor": amount}] for name, amount in batch.items()}
    funders = [{"funder_id": "city", **amounts}]
    batches = [{"batch_id": "a-longer-name", "on_its_way": moving, **parts}]
    body = {"campaign_id": "spring", "funders": funders, "batches": batches, "movements": list(movements)}
    return Reply(body={**body, "currency": currency, "next": following, "damaged": 0, "audit": None})


def test_sums_without_damaged_items_are_not_good(stack: Stack) -> None:
    """They are too small."""
    answer = report()
    answer.body["damaged"] = 1
    stack.on(PATH, answer)
    assert stack.run("budgets", "spring") == 1


@pytest.mark.parametrize(
    ("currency", "heading", "funder", "batch"),
    [
        ("CNY", "Chinese Yuan", "10,000.00 CNY 90.00 CNY 5.00 CNY 9,910.00 CNY", "90.00 CNY 5.00 CNY 40.00 CNY"),
        ("JPY", "Japanese Yen", "1,000,000 JPY 9,000 JPY 500 JPY 991,000 JPY", "9,000 JPY 500 JPY 4,000 JPY"),
        ("KWD", "Kuwaiti Dinar", "1,000.000 KWD 9.000 KWD 0.500 KWD 991.000 KWD", "9.000 KWD 0.500 KWD 4.000 KWD"),
    ],
)
def test_money_by_funder_and_batch(
    stack: Stack, capsys: pytest.CaptureFixture[str], currency: str, heading: str, funder: str, batch: str
) -> None:
    """One line each, every amount with the campaign's currency."""
    stack.on(PATH, report(currency=currency))
    assert stack.run("budgets", "spring") == 0
    assert [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()] == [
        f"spring, {heading} ({currency})",
        "",
        "funder budget reserved spent, closed days left",
        f"city {funder}",
        "",
        "batch reserved spent, closed days given back or rolled over",
        f"a-longer-name {batch}",
    ]


def test_a_movement_on_its_way_is_named(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Or an operator would look for money that is neither here nor there."""
    stack.on(PATH, report(moving=True))
    assert stack.run("budgets", "spring") == 0
    assert "a-longer-name: a movement is on its way" in capsys.readouterr().out


def test_movements_of_all_pages(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Each in one line, with where it went; the second page is asked for by the first one's cursor."""
    stack.on(
        PATH, report(movement("release", 0), following="pack~000002~release"), report(movement("rollover", 8, "later"))
    )
    assert stack.run("budgets", "spring", "--movements") == 0
    at, amounts = "2020-06-07 10:01 +08:00", "city 40.00 CNY, shop 10.00 CNY"
    assert capsys.readouterr().out.splitlines() == [
        f"{at}  pack  release, unclaimed: {amounts}  pack~000002~release",
        f"{at}  pack  rollover to later, unclaimed (8 packs): {amounts}  pack~000002~rollover",
    ]
    assert [asked.query for asked in stack.asked[1:]] == [{}, {"cursor": ["pack~000002~release"]}]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_movements_in_order_of_time(stack: Stack, capsys: pytest.CaptureFixture[str], form: list[str]) -> None:
    """Of all pages together, whatever the offset; those of one second by key."""
    stack.on(
        PATH,
        report(movement("grow", 3, at="10:02:00+08:00"), movement("reserve", 2), following="pack~000002~grow"),
        report(movement("release", 0), movement("rest", 0, at="01:59:00-01:00"), movement("first", 1, at="02:00:00Z")),
    )
    assert stack.run(*form, "budgets", "spring", "--movements") == 0
    lines = capsys.readouterr().out.splitlines()
    keys = [json.loads(line)["key"] if form else line.rpartition("  ")[2] for line in lines]
    assert keys == [f"pack~000002~{kind}" for kind in ("first", "release", "reserve", "grow", "rest")]


def test_movements_for_machines(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON value a line."""
    stack.on(PATH, report(movement("release", 0)))
    assert stack.run("--json", "budgets", "spring", "--movements") == 0
    assert json.loads(capsys.readouterr().out) == movement("release", 0) | {"currency": "CNY"}


def test_something_else_is_not_good(stack: Stack) -> None:
    """A stack that answers without funders is no stack of ours."""
    stack.on(PATH, Reply(body={"hello": "world"}))
    assert stack.run("budgets", "spring") != 0


def test_movements_that_never_end_are_not_good(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are bounded."""
    monkeypatch.setattr("infra.couponctl.reads.PAGES_MAX", 3)
    stack.on(PATH, *(report(following=f"pack~{page}~release") for page in range(9)))
    assert stack.run("budgets", "spring", "--movements") != 0
    assert len(stack.asked) == 1 + 3
