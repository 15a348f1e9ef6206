"""couponctl and a batch that pays venues, which no catalogue has: shown by what an operator may read."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from infra.couponctl.main import main
from tests.api.stage import Stage
from tests.api.test_couponctl_reads import told
from tests.served import Served, served
from tests.venues import paying


@pytest.fixture
def town(fresh: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with served(paying(fresh)) as town:
        monkeypatch.setenv("COUPONCTL_URL", town.url)
        monkeypatch.setenv("COUPONCTL_TOKEN", town.token(town.world.operator()))
        yield town


def test_it_is_shown_in_words(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """For which slots and how many people it pays, its money by funder, and its terms."""
    shown = told(capsys, "show", "courts")
    assert "pays for slots that begin 2020-06-08 00:00 +08:00 to 2020-06-15 00:00 +08:00, Asia/Shanghai" in shown
    assert "pays for at most 182 check-ins" in shown
    assert "set aside: 3,640.00 CNY (city 1,820.00 CNY, platform 1,820.00 CNY)" in shown
    assert {"paid on closed days: 0.00 CNY", "given back: 0.00 CNY"} <= set(shown)
    assert "20.00 CNY off an order of at least 60.00 CNY" in shown


def test_its_campaign_says_that_it_pays(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """It is published, though no catalogue has it, and has no packs that people claim."""
    [line] = [one for one in told(capsys, "show", "season") if one.startswith("courts ")]
    assert " pays venues " in line
    assert line.endswith(" -")


def test_there_is_nothing_to_watch(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal says where to look."""
    assert main(["watch", "courts", "--count", "1"]) == 1
    assert "couponctl show courts" in capsys.readouterr().err


def test_its_audit_counts_check_ins(town: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """In place of coupons."""
    audited = told(capsys, "audit", "courts")
    assert "holds check-ins 0 <= quantity 182" in audited
    assert audited[-1] == "courts: every equation holds"


def test_stop_says_who_is_still_paid_for(
    town: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who holds a place; and nothing is stopped without a yes."""
    no = io.StringIO("n\n")
    monkeypatch.setattr(no, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", no)
    assert main(["stop", "courts"]) == 1
    assert "Who holds a place is still paid for." in capsys.readouterr().err
    assert all(not route.startswith("POST /admin/batches") for route, _ in town.said)
