"""`couponctl rehearse`: files and options in, words and exit codes out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.couponctl.main import main
from tests.rehearsal.conftest import release

QUICK = ("--set", "patience_s=10", "--set", "window_s=5", "--set", "weight=1")


@pytest.fixture
def season(tmp_path: Path) -> str:
    """A season of one batch with 300 packs."""
    path = tmp_path / "season.json"
    path.write_text(json.dumps(release(300).document), "utf-8")
    return str(path)


def test_a_release_is_rehearsed_without_a_stack(
    season: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdict is on stdout, progress on stderr, drawings in a file."""
    page = tmp_path / "page.html"
    assert main(["rehearse", season, "pack", "--people", "1000", "--page", str(page), *QUICK]) == 0
    assert "<svg" in page.read_text("utf-8")
    told = capsys.readouterr()
    assert told.out.startswith("Verdict\n  Latency and processor time are assumed")
    assert "Gone at 10:00:0" in told.out
    assert "  +0 s             0 of 300 packs are claimed\n" in told.err


def test_a_target_that_is_missed_is_exit_code_1(season: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A gate of 20 a second does not hand out 300 packs in 5 s; as JSON it is one document."""
    narrow = ("--set", "gateway_rate=20", "--set", "gateway_burst=20", "--set", "early=0")
    aim = ("--gone-by", "5", "--no-raise")
    assert main(["--json", "rehearse", season, "pack", "--people", "1000", *aim, *QUICK, *narrow]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["target"]["gone_s"] == [None] * 5
    assert "What to raise" not in found
    assert found["gone_by_s"] == 5
    assert found["What binds"]["rows"][0][0] == "the gateway"


def test_what_to_raise_is_written_for_the_support_case(
    season: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found by rehearsals, which are told on stderr; the gate's own parameter within its quota."""
    case = tmp_path / "case.md"
    narrow = ("--set", "gateway_rate=20", "--set", "gateway_burst=20", "--set", "early=0")
    asked = ("--gone-by", "6", "--requests", str(case), "--checklist")
    assert main(["--json", "rehearse", season, "pack", "--people", "1000", *asked, *QUICK, *narrow]) == 1
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert found["What to raise"]["rows"][0][:2] == ["1 day before", "20"]
    assert [row[0] for row in found["What that changes"]["rows"]] == ["as it is", "raised"]
    assert "in each of 5 placements" in found["Verdict"]["told"][5]
    assert "a fifth less misses" in found["Verdict"]["told"][6]
    assert len(found["target"]["raised_gone_s"]) == 5
    assert all(gone_s <= 6 for gone_s in found["target"]["raised_gone_s"])
    assert found["target"]["too_large"] == []
    assert found["Checklist"]["rows"][-1][0] == "1 day after"
    assert "gone after" in told.err
    assert "ApiRateLimit=" in case.read_text("utf-8")


def test_days_are_compared(season: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another scenario's file, beside this one."""
    narrow = tmp_path / "narrow.yaml"
    narrow.write_text("gateway_rate: 30\ngateway_burst: 30\nearly: 0\npatience_s: 5\nwindow_s: 5\nweight: 1\n", "utf-8")
    assert main(["--json", "rehearse", season, "pack", "--people", "800", "--compare", str(narrow), *QUICK]) == 0
    rows = json.loads(capsys.readouterr().out)["Compared"]["rows"]
    assert [row[0] for row in rows] == ["as above", "narrow"]
    assert rows[1][1] == "never"


def test_what_was_measured_is_no_longer_assumed(
    season: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line wins over it, and it wins over the scenario's file."""
    scenario, measured = tmp_path / "scenario.yaml", tmp_path / "measured.yaml"
    scenario.write_text("people: 500\ncpu_s: 0.5\n", "utf-8")
    measured.write_text("cpu_s: 0.004\nwrite_s: 0.006\nread_s: 0.004\n", "utf-8")
    files = ("--scenario", str(scenario), "--measured", str(measured))
    assert main(["--json", "rehearse", season, "pack", *files, *QUICK, "--set", "read_s=0.002"]) == 0
    rows = {row[0]: row[1:3] for row in json.loads(capsys.readouterr().out)["Inputs"]["rows"]}
    assert rows["cpu_s"] == ["0.004", "measured"]
    assert rows["read_s"] == ["0.002", "given"]
    assert rows["people"] == ["500", "given"]


def test_a_region_has_its_own_gate(season: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Documented; what is set wins over it, and shares may be written with %."""
    south = ("--region", "eu-south-2", "--set", "again=5%", "--rps-ramp", "off")
    for more, burst in (((), "1,250"), (("--burst", "600"), "600"), (("--set", "gateway_rate=5000"), "0")):
        assert main(["--json", "rehearse", season, "pack", "--people", "500", *QUICK, *south, *more]) == 0
        rows = {row[0]: row[1:3] for row in json.loads(capsys.readouterr().out)["Inputs"]["rows"]}
        assert rows["gateway_rate"] == (["5,000", "given"] if "gateway_rate=5000" in more else ["2,500", "documented"])
        assert rows["gateway_burst"][0] == burst
        assert (rows["again"], rows["rps_ramp"]) == (["0.05", "given"], ["0", "given"])


def test_a_target_that_holds_asks_for_nothing(season: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It was tried in five placements."""
    assert main(["rehearse", season, "pack", "--people", "1000", "--gone-by", "30", *QUICK]) == 0
    assert "Target met: all packs are gone by 10:00:30 in each of 5 placements" in capsys.readouterr().out


def test_fewer_people_than_packs_leave_packs(season: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And no verdict says that something is wrong; with a target, no remedy is found."""
    assert main(["rehearse", season, "pack", "--people", "100", *QUICK]) == 0
    assert "Enough for everybody who came: 100 of 300 packs are claimed, 200 left." in capsys.readouterr().out
    assert main(["rehearse", season, "pack", "--people", "1", *QUICK]) == 0
    assert "1 of 300 packs are claimed" in capsys.readouterr().out
    assert main(["rehearse", season, "pack", "--people", "100", "--gone-by", "10", *QUICK]) == 1
    assert "No remedy was found: nothing that can be raised binds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "people: how many want a pack"),
        (("--people", "10", "--set", "peple=5"), "no such input: peple"),
        (("--people", "10", "--set", "cpu_s"), "a name, =, and a number"),
        (("--set", "people=0"), "people: more than 0"),
        (("--people", "10", "--set", "by_hand_s=0"), "by_hand_s: more than 0"),
        (("--people", "10", "--set", "cpu_s=-1"), "cpu_s: a number from 0 on, not -1"),
        (("--people", "10", "--set", "cpu_s=nan"), "cpu_s: a number from 0 on, not nan"),
        (("--set", "people=inf"), "people: a number from 0 on, not inf"),
        (("--people", "10", "--set", "lost=2"), "lost: a share is 1 at most, not 2"),
        (("--people", "10", "--set", "weight=0.5"), "weight: a whole number, not 0.5"),
        (("--people", "10", "--set", "concurrency=0"), "concurrency: more than 0"),
        (("--people", "10", "--set", "concurrency=900", "--set", "reserved=800"), "reserved and catalog: 800 together"),
        (("--people", "10", "--set", "provisioned=900"), "provisioned: 850 at most"),
        (("--people", "10", "--raise"), "need --gone-by"),
        (("--people", "10", "--requests", "file"), "need --gone-by"),
        (("--people", "10", "--gone-by", "5", "--no-raise", "--checklist"), "leave out --no-raise"),
        (("--people", "10", "--region", "eu-south-9"), "--region eu-south-9: no such region; there are af-south-1"),
        (("--people", "10", "--page", "/nowhere/page.html"), "/nowhere/page.html cannot be written: No such file"),
        (("--people", "10", "--gone-by", "5", "--requests", "/proc/case"), "cannot be written"),
    ],
)
def test_wrong_use_is_exit_code_2(
    season: str, options: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says why."""
    assert main(["rehearse", season, "pack", *options]) == 2
    assert why in capsys.readouterr().err
