"""Broken code is noticed: what it moves is named, and by how much."""

from __future__ import annotations

import pytest

from coupons.process import leases
from coupons.process.fresh import Fresh
from coupons.process.leases import Leases
from coupons.stores.stock import Stock
from infra.rehearsal.run import Run, rehearsed
from infra.rehearsal.scenario import Scenario
from tests.rehearsal.conftest import release

PACKS = 1_500
DAY = Scenario.of(
    {
        "people": 5_000,
        "concurrency": 30,
        "catalog": 0,
        "rps_ramp": 0,
        "weight": 1,
        "window_s": 10,
        "patience_s": 10,
        "by_hand_s": 1,
        "again": 0.5,
        "early": 0,
    }
)


def played() -> Run:
    return rehearsed(release(PACKS), DAY)


def units(run: Run) -> float:
    return run.units.write_units / run.claimed


def before_gone(run: Run) -> int:
    return sum(moment_s < (run.gone_s or 0.0) for moment_s in run.claims_s)


@pytest.fixture(scope="module")
def sound() -> Run:
    return played()


def test_leases_of_one_pack_cost_a_write_each(sound: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a unit more a claim, at least."""
    monkeypatch.setattr(leases, "PACKS_MAX", 1)
    assert units(played()) > units(sound) + 0.3


def test_who_never_marks_a_batch_drained_tells_nobody(sound: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands are busy who would have read that all packs are handed out."""
    monkeypatch.setattr(Stock, "mark_drained", lambda *_: False)
    assert sound.gone_s is not None
    broken = rehearsed(release(PACKS), DAY, gone_by_s=sound.gone_s + 2)
    assert broken.gone_s is None
    assert sum(broken.outcomes["busy"].values()) > 500 > 5 * sum(sound.outcomes["busy"].values())


def test_who_gives_no_pack_back_strands_them(sound: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody who presses again takes a pack from somebody, until the reclaim."""
    monkeypatch.setattr(Leases, "put_back", lambda *_: None)
    assert before_gone(played()) < before_gone(sound) - 50


def test_a_control_item_that_is_never_fresh_is_read_by_everybody(sound: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a read unit a request, in place of half a second and environment."""
    monkeypatch.setattr(Fresh, "get", lambda self, key: self.get_now(key, self._read))
    assert played().units.read_units > 2 * sound.units.read_units
