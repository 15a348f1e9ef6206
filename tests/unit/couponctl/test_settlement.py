"""`settlement` against a scripted stack."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.couponctl.settlement_days import Days
from infra.couponctl.statements import read_statement
from tests.unit.couponctl.books import SETTLEMENT, line, page
from tests.unit.couponctl.scripted_stack import Reply, Stack


def sale(order_no: str, *, reversal_no: str | None = None, sign: int = 1, **facts: Any) -> dict[str, Any]:
    """Of 50 yuan, or its reversal."""
    return line(order_no, sign * 1000, sign * 500, sign * 4000, reversal_no, campaign_id="spring", **facts)


@pytest.fixture
def stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Two pages: three redemptions, one of them withheld, and a reversal."""
    monkeypatch.setenv("COUPONCTL_TOKEN", "merchants")
    first = page(sale("o-1"), sale("o-2", withheld="no goods"), following="more", final=False)
    stack.on(SETTLEMENT, first, page(sale("o-3"), sale("o-1", reversal_no="r-1", sign=-1), final=False))
    return stack


def test_a_day_is_shown_line_by_line_and_in_sums(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Of all pages, with times and currency; what is withheld is added up apart."""
    assert stack.run("settlement", "2020-06-06") == 0
    printed = capsys.readouterr()
    assert printed.err == "settlement of 2020-06-06: 2 lines read\n"
    lines = [" ".join(text.split()) for text in printed.out.splitlines()]
    at = "2020-06-06 10:00 +08:00"
    assert f"{at} redemption o-2 spring 10.00 CNY 5.00 CNY 40.00 CNY withheld: no goods" in lines
    assert f"{at} reversal o-1 / r-1 spring -10.00 CNY -5.00 CNY -40.00 CNY due" in lines
    assert "spring due 3 10.00 CNY 5.00 CNY 40.00 CNY" in lines
    assert "spring withheld 1 10.00 CNY 5.00 CNY 40.00 CNY" in lines
    assert "spring city 20.00 CNY" in lines
    assert "diner, 2020-06-06: 4 lines; not final: the day is not closed yet" in lines
    assert [asked.query for asked in stack.asked] == [{}, {"cursor": ["more"]}]


def test_lines_are_shown_in_the_order_of_their_times(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever their pages, and whatever the offsets of their campaigns."""
    times = {"late": "2020-06-06T11:00:00+08:00", "early": "2020-06-06T02:00:00Z", "mid": "2020-06-06T10:30:00+08:00"}
    stack.on(SETTLEMENT, page(*(sale(name, at=at) for name, at in times.items())))
    assert stack.run("settlement", "2020-06-06") == 0
    shown = [text.split()[4] for text in capsys.readouterr().out.splitlines() if "redemption" in text]
    assert shown == ["early", "mid", "late"]


def test_a_day_for_machines(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """One object with the lines of all pages."""
    assert stack.run("settlement", "2020-06-06", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["order_no"] for one in told["lines"]] == ["o-1", "o-2", "o-3", "o-1"]
    assert (told["final"], told["damaged"], told["day_sums"]) == (False, 0, None)


def test_the_csv_is_what_reconcile_reads(stack: Stack, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """One header over the lines of all pages."""
    assert stack.run("settlement", "2020-06-06", "--csv") == 0
    file = tmp_path / "day.csv"
    file.write_text(capsys.readouterr().out, "utf-8")
    read = read_statement(file, Days(dict))
    assert (read.day(), sorted(read.movements)) == (
        "2020-06-06",
        [("o-1", ""), ("o-1", "r-1"), ("o-2", ""), ("o-3", "")],
    )


def test_a_day_that_cannot_be_read_whole_is_not_good(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines that are lost are named, in every form."""
    stack.on(SETTLEMENT, page(damaged=1, lost=[{"order_no": "o-9", "reversal_no": None}]))
    for form in ([], ["--json"], ["--csv"]):
        assert stack.run("settlement", "2020-06-06", *form) == 1
        assert "o-9" in capsys.readouterr().out


def test_one_form_at_a_time(stack: Stack) -> None:
    """JSON or CSV on stdout, never both; nothing is asked."""
    assert stack.run("settlement", "2020-06-06", "--csv", "--json") == 2
    assert stack.asked == []


@pytest.mark.parametrize(("now", "day"), [("2020-06-05T16:00:00", "2020-06-06"), ("2020-06-06T15:59:59", "2020-06-06")])
def test_the_day_is_today_where_the_campaigns_are(stack: Stack, now: str, day: str) -> None:
    """By the stack's clock, not by this machine's."""
    stack.now_s = lambda: datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()
    stack.on("GET /campaigns", Reply(body={"campaigns": [{"campaign_id": "spring", "timezone": "Asia/Shanghai"}]}))
    assert stack.run("settlement") == 0
    assert stack.routes()[1] == f"GET /settlements/{day}"


def test_today_in_two_zones_is_asked_for(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """If it is not the same day there."""
    stack.now_s = lambda: datetime(2020, 6, 5, 16, tzinfo=UTC).timestamp()
    zones = {"spring": "Asia/Shanghai", "berlin": "Europe/Berlin"}
    campaigns = [{"campaign_id": name, "timezone": zone} for name, zone in zones.items()]
    stack.on("GET /campaigns", Reply(body={"campaigns": campaigns}))
    assert stack.run("settlement") == 2
    assert "name the DAY" in capsys.readouterr().err
