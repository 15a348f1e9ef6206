"""A handler that is called without its environment variables says which ones, before anything else."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coupons.process import services
from coupons.process.variables import EACH, VariablesMissing
from coupons.web.metrics import MetricLines
from tests.template.stack import AREAS, function, template

ROOT = Path(__file__).parents[3]
WITH_A_DEFAULT = {
    *("TEST_CLOCK_FILE", "POWERTOOLS_LOG_LEVEL", "WRITE_UNIT_MICRODOLLARS", "READ_UNIT_MICRODOLLARS"),
    *("EXPECTED_ENVIRONMENTS", "CLAIMS_PER_BUCKET"),
}
EVENTS: dict[str, dict[str, Any]] = {"expire": {}, "draw": {}, "events": {"Records": []}, "count": {"Records": []}}
GATEWAY = json.loads((ROOT / "tests" / "events" / "put-claim.json").read_text("utf-8"))


def needed(area: str) -> list[str]:
    """What template.yaml sets for the function and the code has no default for."""
    return sorted(set(function(template(), area)["Environment"]["Variables"]) - WITH_A_DEFAULT)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process before its first invocation, with no variable of any function."""
    before = list(services._process)
    services.replace_services(None)
    for name in {name for area in AREAS for name in needed(area)}:
        monkeypatch.delenv(name, raising=False)
    yield
    services.replace_services(before[0] if before else None)


@pytest.mark.parametrize("area", AREAS)
def test_a_plain_call_names_every_missing_variable(area: str) -> None:
    """Exactly those that the template sets, and the way to call a handler with all of them."""
    with pytest.raises(VariablesMissing, match=r"template\.yaml .* make invoke EVENT=") as missing:
        importlib.import_module(area).handler(EVENTS.get(area, GATEWAY), None)
    named = str(missing.value).partition(": ")[2].partition(". ")[0].split(", ")
    assert sorted(named) == needed(area)


@pytest.mark.parametrize("area", AREAS)
def test_one_that_is_missing_or_empty_is_named_alone(area: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are not, whichever it is."""
    handler = importlib.import_module(area).handler
    for name in needed(area):
        monkeypatch.setenv(name, "set")
    for name in needed(area):
        monkeypatch.setenv(name, "")
        with pytest.raises(VariablesMissing, match=rf"missing: {name}\. "):
            handler(EVENTS.get(area, GATEWAY), None)
        monkeypatch.setenv(name, "set")


def test_the_line_of_metrics_takes_a_namespace_that_was_set_after_the_import(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A test sets variables after it has imported the handler."""
    lines = MetricLines()
    for name in EACH:
        monkeypatch.setenv(name, "later")
    services.shared_services()
    lines.consumed("schedule")
    assert json.loads(capsys.readouterr().out)["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "later"


def test_a_call_from_the_command_line_ends_with_the_message() -> None:
    """The last line says it, and no frame is of another package than this one."""
    command = [sys.executable, "-c", "import claim; claim.handler({}, None)"]
    ended = subprocess.run(
        command, cwd=ROOT / "functions", env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "VariablesMissing: These environment variables are missing: STAGE, " in ended.stderr.splitlines()[-1]
    assert "site-packages" not in ended.stderr
