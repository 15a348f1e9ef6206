"""couponctl's reads against the functions: what it prints is what was declared, claimed and redeemed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.couponctl.main import main
from tests.api.stage import Stage
from tests.served import Served, served
from tests.world import a_batch, campaign, order

DAY = "2020-06-06"


@pytest.fixture
def town(fresh: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """`pack` is published, one of its packs is claimed and one coupon redeemed; `draft` is declared alone."""
    fresh.published(campaign(a_batch()))
    edited = campaign(a_batch(), a_batch("draft"), revision=1)
    fresh.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=edited)
    with served(fresh) as town:
        coupon_id = town.world.citizen("ann").put_claim("pack").json["coupons"][0]["coupon_id"]
        assert town.world.merchant().redeem("o-1", town.world.citizen("ann").code(coupon_id), order()).status == 201
        monkeypatch.setenv("COUPONCTL_URL", town.url)
        monkeypatch.setenv("COUPONCTL_TOKEN", town.token(town.world.operator()))
        yield town


def told(capsys: pytest.CaptureFixture[str], *args: str) -> list[str]:
    """What a command prints, each line with single blanks; log lines of the functions are skipped."""
    capsys.readouterr()
    assert main(args) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if not line.startswith("{")]


def test_a_campaign_is_listed_and_shown(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Published and declared batches, and the budgets as amounts."""
    assert told(capsys, "campaigns")[1].startswith("season A season / 消费季 CNY 2020-06-01 00:00 +08:00 ")
    shown = told(capsys, "show", "season")
    assert "city city government 100,000.00 CNY" in shown
    assert any(line.startswith("pack ") and " open " in line and line.endswith(" 9 of 10") for line in shown)
    assert any(line.startswith("draft ") and " not published " in line for line in shown)


def test_a_batch_is_shown_in_words(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Its window, its packs and its terms."""
    shown = told(capsys, "show", "pack")
    assert "open, 9 of 10 packs left" in shown
    assert "10.00 CNY off an order of at least 50.00 CNY" in shown


def test_the_money_is_shown_with_its_currency(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """By funder and by batch."""
    shown = told(capsys, "budgets", "season")
    assert "pack 100.00 CNY 0.00 CNY 0.00 CNY" in shown


def test_a_merchants_day_is_what_reconcile_reads(
    town: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Today by the stack's clock; its CSV agrees with the books."""
    monkeypatch.setenv("COUPONCTL_TOKEN", town.token(town.world.merchant()))
    assert f"diner, {DAY}: 1 line; not final: the day is not closed yet" in told(capsys, "settlement")
    file = tmp_path / "day.csv"
    file.write_text("\n".join(told(capsys, "settlement", DAY, "--csv")), "utf-8")
    assert "no difference" in told(capsys, "reconcile", str(file))[-1]


def test_stop_says_what_it_would_end(
    town: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the batch as it is: nine packs, and one coupon of ten yuan."""
    no = io.StringIO("n\n")
    monkeypatch.setattr(no, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", no)
    assert main(["stop", "pack"]) == 1
    said = capsys.readouterr().err
    assert "9 of 10 packs will not be handed out." in said
    assert "Coupons that stay valid: at most 1, worth at most 10.00 CNY in discounts." in said
    assert all(not route.startswith("POST /admin/batches") for route, _ in town.said)
