"""The ways to try a handler that tests/README.md shows: `make invoke`, an editor's debugger, a test of one's own."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coupons.claim import packs
from tests.api.test_recorded_events import FOLDER
from tests.invoke import area_of, main, read
from tests.unit.source_tree import Source
from tests.unit.test_house import each_test_says_what_it_shows, modules_are_small_and_named

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "tests" / "README.md").read_text("utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and output."""
    code = main([str(FOLDER / one) if one.endswith(".json") and "/" not in one else one for one in arguments])
    return code, "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("arguments", "answers"),
    [
        ([], ["Which event?", "make invoke EVENT=tests/events/put-claim.json\n"]),
        (["put-claim.json", "--at", "2020-06-06T09:59:59+08:00"], ["claim: 409", "/problems/not-open"]),
        (
            ["put-claim.json", "post-code.json", "put-redemption-of-a-code.json"],
            ["claim: 201", '"terms_id": "meal-50-10"', "claim: 200", "verify: 201", '"payable_minor": 4000'],
        ),
        (
            [
                *("get-campaign.json", "default-unknown.json", "get-settlement-csv.json", "post-publish.json"),
                "options-preflight.json",
                *("schedule-minute.json", "stream-claim.json"),
            ],
            [
                "catalog: 204",
                *("catalog: 200", '"campaign_id": "beijing-2020"', "catalog: 404", "/problems/not-found"),
                *("verify: 200", "kind,order_no,reversal_no", "admin: 200", '"batch_id": "special-0606"'),
                *('expire: {\n  "did": [],\n  "more": false\n}', 'events: {\n  "put": 1,\n  "failed": 0\n}'),
                *('announced: {\n  "specversion"', "coupon.claimed.v1"),
            ],
        ),
    ],
)
def test_an_event_reaches_its_handler(
    capsys: pytest.CaptureFixture[str], arguments: list[str], answers: list[str]
) -> None:
    """At the given time, several in one world; a refusal is an answer too."""
    code, printed = run(capsys, *arguments)
    assert code == 0
    assert [said for said in answers if said not in printed] == []


def test_the_page_shows_an_event_of_each_handler() -> None:
    """Its table has the six handlers, each with events that reach it."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (`tests/events/.*) \|$", PAGE, re.MULTILINE))
    assert sorted(rows) == ["admin", "catalog", "claim", "events", "expire", "verify"]
    for handler, cell in rows.items():
        assert {area_of(read(FOLDER / name)) for name in re.findall(r"[\w-]+\.json", cell)} == {handler}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "mine.json cannot be read: No such file or directory."),
        ("{'a': 1}", "mine.json is not JSON: Expecting property name"),
        ("[]", "mine.json holds no JSON object."),
        ("{}", 'It has neither "routeKey" (gateway), nor "Records" (stream), nor "source": "aws.events" (schedule).'),
        ('{"routeKey": "PUT /batches/{batch_id}/clam"}', "The nearest: PUT /batches/{batch_id}/claim"),
    ],
)
def test_an_event_that_fits_no_handler_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | None, said: str
) -> None:
    """In one line, with exit code 1 and without a traceback."""
    path = tmp_path / "mine.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    code, printed = run(capsys, str(path))
    assert (code, printed.count("\n")) == (1, 1)
    assert said in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["post-code.json"], "post-code.json needs `coupon_id` of an earlier answer: name the event"),
        (["put-clam.json"], "Did you mean tests/events/put-claim.json"),
        (["put-claim.json", "--at", "2020-06-06"], "The time '2020-06-06' is not like 2020-06-06T10:00:00+08:00."),
        (["put-claim.json", "--season", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        (["put-claim.json", "--season", str(ROOT / "README.md")], "README.md cannot be published:\nREADME.md:"),
    ],
)
def test_an_argument_that_cannot_be_used_is_named(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """With what to write instead, and exit code 1."""
    code, printed = run(capsys, *arguments)
    assert code == 1
    assert said in printed


def test_a_body_may_be_an_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is sent as the string that the gateway would send."""
    event = json.loads((FOLDER / "put-redemption.json").read_text("utf-8"))
    path = tmp_path / "redemption.json"
    path.write_text(json.dumps(event | {"body": json.loads(event["body"])}), encoding="utf-8")
    printed = run(capsys, str(path))[1]
    assert printed.partition("verify: ")[2].startswith("400")
    assert "/problems/code-invalid" in printed


def test_a_surprise_is_shown_with_its_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On lines of its own beside the log's one, and the exit code is 1."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(packs, "claim", broken)
    code, printed = run(capsys, "put-claim.json")
    assert code == 1
    assert "claim: 500" in printed
    assert re.search(r"^Traceback .*\n(?:  .*\n)+ZeroDivisionError$", printed, re.MULTILINE)


def test_the_pages_test_passes(tmp_path: Path) -> None:
    """As it is written, in a file of its own, without this suite's conftest; `make check` has nothing against it."""
    (text,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(("@mock_aws" + text.partition("@mock_aws")[2]).splitlines()) == 8
    path = tmp_path / "test_mine.py"
    path.write_text(text, encoding="utf-8")
    for rule in (each_test_says_what_it_shows, modules_are_small_and_named):
        assert list(rule([Source("tests/api/test_mine.py", text)])) == []
    for check in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *check, "--no-cache", "--stdin-filename", "tests/api/test_mine.py", "-"]
        linted = subprocess.run(ruff, cwd=ROOT, input=text, capture_output=True, text=True, timeout=60, check=False)
        assert linted.returncode == 0, linted.stdout
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    command += ["-c", str(ROOT / "pyproject.toml"), str(path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert (ended.returncode, "1 passed" in ended.stdout) == (0, True), ended.stdout + ended.stderr


def test_the_pages_debugger_starts_what_exists() -> None:
    """The launch configuration is JSON, and its module and event are there."""
    (text,) = re.findall(r"`(\{\"version\".*\})`", PAGE)
    (configuration,) = json.loads(text)["configurations"]
    assert importlib.util.find_spec(configuration["module"]) is not None
    assert [one for one in configuration["args"] if not (ROOT / one).exists()] == []
