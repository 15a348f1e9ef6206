"""The bench of CPU: ratios, goals that can be missed, parts of a profile, and one real round."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.bench.cpu import package, warm
from infra.bench.cpu.package import weights
from infra.bench.cpu.profile import METRICS_LINE, OTHER, part_of
from infra.bench.cpu.ratios import GOALS, Measured, Ratio, measured, missed
from infra.bench.cpu.report import meaning
from infra.bench.cpu.season import stage
from infra.local.settings import checkout


def test_a_ratio_is_of_its_own_run_and_a_row_is_the_median_of_the_runs() -> None:
    """One run beside another program moves nothing."""
    runs = [
        {"base": [2, 4, 6], "claim": [1, 2, 3]},
        {"base": [1, 1, 1], "claim": [9, 9, 9]},
        {"base": [4], "claim": [4]},
    ]
    base, claim = measured(runs, "base")
    assert (base.ratio, base.middle) == (1, 1)
    assert [run.least for run in claim.runs] == [0.5, 9, 1]
    assert (claim.ratio, claim.middle, claim.least_ms, claim.middle_ms) == (1, 1, 4, 4)


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: f"{goal.name} of {goal.base}")
def test_every_goal_is_met_at_its_limit_and_missed_above_it(goal: Any) -> None:
    """Goals of the other base are not judged."""

    def rows(above: float) -> list[Measured]:
        of_base = [one for one in GOALS if one.base == goal.base]
        ratios = [(one.name, one.most + (above if one is goal else 0)) for one in of_base]
        return [Measured(name, (Ratio(ratio, 9, 9, 9),) * 3) for name, ratio in ratios]

    assert missed(goal.base, rows(0)) == []
    (told,) = missed(goal.base, rows(0.001))
    assert told.startswith(f"{goal.name}: ")


def call_from(path: str, inner: Callable[[], str]) -> str:
    """What `inner` returns, called by a function of a module with this path."""
    names: dict[str, Any] = {"inner": inner}
    exec(compile("def outer(): return inner()", path, "exec"), names)
    return str(names["outer"]())


@pytest.mark.parametrize(
    ("stack", "part"),
    [
        (["/x/functions/coupons/web/api.py", "/x/botocore/client.py", "/usr/lib/hmac.py"], "transport"),
        (["/x/functions/coupons/stores/table.py", "/x/botocore/client.py", "/x/botocore/auth.py"], "signing"),
        (["/x/botocore/client.py", "/usr/lib/json/encoder.py"], "JSON"),
        (["/x/functions/coupons/web/metrics.py", "/usr/lib/json/encoder.py"], METRICS_LINE),
        (["/x/functions/coupons/claim/packs.py", "/usr/lib/dataclasses.py"], "ours: rest"),
        (["/usr/lib/threading.py"], OTHER),
    ],
)
def test_the_innermost_frame_with_a_part_decides(stack: list[str], part: str) -> None:
    """But for the line of metrics, to which all belongs that happens for it."""

    def at_work() -> str:
        frame = inspect.currentframe()
        return part_of(frame.f_back if frame else None)

    inner: Callable[[], str] = at_work
    for path in reversed(stack):
        inner = lambda path=path, inner=inner: call_from(path, inner)  # noqa: E731
    assert inner() == part


def test_a_package_weighs_its_files_by_folder(tmp_path: Path) -> None:
    """The heaviest first; modules of the top by their own names."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").write_text("x" * 1_000)
    (tmp_path / "c.py").write_text("x")
    assert [(one.folder, one.unzipped) for one in weights(tmp_path)] == [("a", 1_000), ("c.py", 1)]


def test_the_package_is_what_make_build_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what botocore knows of other services; the base has all of it."""
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "requirements.txt").touch()

    def copy(_: str, target: Path) -> None:
        for name in ("dynamodb/2012", "ec2/2016"):
            (target / "botocore" / "data" / name).mkdir(parents=True)
        (target / "botocore" / "data" / "partitions.json").touch()

    monkeypatch.setattr(package, "checkout", lambda: tmp_path)
    monkeypatch.setattr(package, "_copy_packages", copy)
    made = package.built()
    of_package, of_base = ({p.name for p in (root / "botocore" / "data").iterdir()} for root in made)
    assert of_package == {"dynamodb", "partitions.json"}
    assert of_base == {"dynamodb", "partitions.json", "ec2"}


def test_cpu_means_billed_time_environments_and_dollars() -> None:
    """A gigabyte has 1,024 of the 1,769 MB of a processor; a put takes 5 ms besides."""
    told = meaning("claim", 1.0)
    assert "billed   6.73 ms:    96 environments busy for 14,300 claims a second" in told
    assert told.endswith("a million: Lambda 0.29, in all 2.48 dollars")


def test_a_round_goes_through_the_real_handlers() -> None:
    """Under TLS, each kind of request is timed, and each has the status that it must have."""
    code = "import json; from infra.bench.cpu import warm; print(json.dumps(warm.run(1, 1)['times']))"
    with stage() as ready:
        environment = {**ready.environment(tls=True), "PYTHONPATH": "functions:."}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=checkout(), capture_output=True, text=True, check=True
        )
    times = json.loads(done.stdout.splitlines()[-1])
    assert times.keys() == {"bare put", "claim", "repeat", "refusal", "code", "quote", "redemption", "wallet"}
    assert all(len(of_kind) == warm.AGAIN.get(kind, 1) for kind, of_kind in times.items())
