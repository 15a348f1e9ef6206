"""`apply` says what it will do before it does it; `apply --check` says it and does nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.couponctl.main import main
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem

SEASONS = Path(__file__).parents[3] / "infra" / "seasons"
NAME = "hubei-2020.yaml"
TEXT = (SEASONS / NAME).read_text("utf-8").partition("\nprogramme:")[0]
"""Without its programme: plans of those are in `test_programmes.py`."""
ROUTE = "POST /admin/campaigns/hubei-2020/plan"
FUNDER = {"funder_id": "jd", "currency": "CNY", "budget_minor": 10_000_000_000, "reserved_minor": 100_000}
FUNDER |= {"to_reserve_minor": 500_000_000, "left_minor": 9_499_900_000}
MONEY = [{"funder_id": "jd", "amount_minor": 500_000_000}]
BATCH = {"batch_id": "buy-hubei-goods", "quantity": 250_000, "published": False, "to_reserve": MONEY, "refusal": None}
NO_FACTS: dict[str, Any] = dict.fromkeys(("differences", "revision", "funder_id", "available_minor", "needed_minor"))
FROZEN = {"slug": "terms-frozen", "detail": "Batch 'sme-recovery' is published.", **NO_FACTS, "currency": None}
FROZEN |= {"differences": [{"place": "body.batches.4.quantity", "kept": 60_001, "stated": 60_000}]}
SHORT = {**NO_FACTS, "slug": "budget-exceeded", "detail": "The budget of 'jd' does not cover this."}
SHORT |= {"funder_id": "jd", "available_minor": 100, "needed_minor": 101, "currency": "CNY"}
CHANGES = [
    {"place": "title", "change": "changed", "kept": "Old", "stated": {"en": "Hubei Recovery", "zh": "湖北重振"}},
    {"place": "funders[jd].budget_minor", "change": "changed", "kept": 100, "stated": 10_000_000_000},
    {"place": "batches[masks-week-1]", "change": "added", "kept": None, "stated": {"batch_id": "masks-week-1"}},
]
GONE = {"place": "merchants[pool]", "change": "removed", "kept": {"merchant_id": "pool"}, "stated": None}


def planned(**changes: Any) -> Reply:
    plan = {"campaign_id": "hubei-2020", "outcome": "updated", "revision": 3, "refusals": [], "changes": CHANGES}
    return Reply(body={**plan, "funders": [FUNDER], "batches": [BATCH], "warnings": [], **changes})


@pytest.fixture
def stored(stack: Stack) -> Stack:
    """The campaign is at revision 3, and a PUT is taken."""
    stack.on("GET /admin/campaigns/hubei-2020", Reply(body={"campaign_id": "hubei-2020", "revision": 3}))
    stack.on("PUT /admin/campaigns/hubei-2020", Reply(200, {"revision": 4}))
    return stack


@pytest.fixture
def season(tmp_path: Path) -> str:
    """The file of the season."""
    path = tmp_path / NAME
    path.write_text(TEXT, "utf-8")
    return str(path)


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(TEXT.splitlines(), 1) if text in line)


def test_the_plan_comes_before_the_effect(season: str, stored: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Changes with their lines, amounts in the currency, warnings; then the document is stored."""
    warning = {"place": "body.batches.4.quantity", "message": "is odd"}
    stored.on(ROUTE, planned(warnings=[warning]))
    assert stored.run("apply", season) == 0
    assert stored.routes()[-2:] == [ROUTE, "PUT /admin/campaigns/hubei-2020"]
    assert stored.asked[-2].body == stored.asked[-1].body
    printed = capsys.readouterr()
    assert printed.out == "hubei-2020: updated to revision 4\n"
    lines = printed.err.splitlines()
    assert lines[0] == "hubei-2020: is at revision 3; 1 added, 2 changed"
    assert lines[2].startswith("  ~ funders[jd].budget_minor: 1.00 CNY becomes 100,000,000.00 CNY (line ")
    assert lines[3] == f"  + batches[masks-week-1] (line {line_of('batch_id: masks-week-1')})"
    assert [line.split() for line in lines if line.startswith("jd ")] == [
        ["jd", "100,000,000.00", "CNY", "1,000.00", "CNY", "5,000,000.00", "CNY", "94,999,000.00", "CNY"]
    ]
    assert f"warning: hubei-2020.yaml:{line_of('quantity: 60000')}: batches[4].quantity: is odd" in lines


def test_what_is_new_or_unchanged_is_said_in_few_lines(
    season: str, stored: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a new campaign its items; of one that nothing changes not even the money, if nothing is to be set aside."""
    added = [{**CHANGES[2], "place": place} for place in ("title", "batches[masks-week-1]")]
    stored.on(ROUTE, planned(outcome="created", revision=None, changes=added))
    assert stored.run("apply", season) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in lines[:2]] == ["hubei-2020: is new", "  + batches[masks-week-1]"]
    stored.on(ROUTE, planned(outcome="unchanged", changes=[], batches=[{**BATCH, "published": True, "to_reserve": []}]))
    assert stored.run("apply", season) == 0
    assert capsys.readouterr().err == "hubei-2020: nothing changes, revision 3\n"


@pytest.mark.parametrize(("changes", "more"), [(40, 0), (41, 1)])
def test_a_long_list_of_changes_is_cut(
    season: str, stored: Stack, capsys: pytest.CaptureFixture[str], changes: int, more: int
) -> None:
    """Forty are printed, and how many more there are."""
    stored.on(ROUTE, planned(changes=[CHANGES[0]] * changes))
    assert stored.run("apply", season) == 0
    lines = capsys.readouterr().err.splitlines()
    assert sum(line.startswith("  ~ title") for line in lines) == 40
    assert ("  and 1 more changes (--json lists all)" in lines) == bool(more)


def test_a_long_value_is_cut(season: str, stored: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """After sixty characters; one of sixty is whole."""
    stored.on(ROUTE, planned(changes=[{"place": "title", "change": "changed", "kept": "o" * 60, "stated": "n" * 61}]))
    assert stored.run("apply", season) == 0
    assert f"  ~ title: {'o' * 60} becomes {'n' * 60}… (line " in capsys.readouterr().err


def test_what_would_be_refused_is_not_sent(season: str, stored: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Every refusal is told, with the line of each difference."""
    frozen = {"place": "batches[sme-recovery].quantity", "change": "frozen", "kept": 60_001, "stated": 60_000}
    gone = {"place": "batches[masks-week-1]", "change": "frozen", "kept": {}, "stated": None}
    stored.on(ROUTE, planned(refusals=[FROZEN, SHORT], changes=[frozen, gone]))
    assert stored.run("apply", season, "--publish") == 1
    assert stored.routes()[-1] == ROUTE
    told, line = capsys.readouterr().err, line_of("quantity: 60000")
    assert f"! batches[sme-recovery].quantity: 60,001 is published and stays, 60,000 was stated (line {line})" in told
    assert "! batches[masks-week-1]: is published and cannot be dropped" in told
    assert f"  hubei-2020.yaml:{line}: batches[4].quantity: 60,001 is kept, 60,000 was stated" in told
    assert (
        "refused: budget-exceeded: The budget of 'jd' does not cover this: 1.01 CNY are needed, 1.00 CNY there" in told
    )
    assert told.endswith("hubei-2020: not applied\n")
    assert stored.run("--json", "apply", season) == 1
    plan, error = map(json.loads, capsys.readouterr().out.splitlines())
    assert [one["slug"] for one in plan["plan"]["refusals"]] == ["terms-frozen", "budget-exceeded"]
    assert (error["error"]["exit_code"], error["error"]["slug"]) == (1, "terms-frozen")
    assert None not in error["error"].values()


def test_more_packs_are_given_by_raise(season: str, stored: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The document cannot; the line of its quantity names the command that can."""
    more = {"place": "batches[sme-recovery].quantity", "change": "frozen", "kept": 60_000, "stated": 70_000}
    stored.on(ROUTE, planned(refusals=[FROZEN], changes=[more]))
    assert stored.run("apply", season) == 1
    assert ": couponctl raise sme-recovery 70000\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("terminal", "args", "answer", "code"),
    [(True, [], "y\n", 0), (True, [], "n\n", 1), (True, ["--yes"], "", 0), (False, [], "", 0)],
)
def test_a_removal_is_asked_for_on_a_terminal(
    season: str,
    stored: Stack,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    args: list[str],
    answer: str,
    code: int,
) -> None:
    """Only there, and not with `--yes`; nothing is sent without agreement, which is an error with `--json` too."""
    stored.on(ROUTE, planned(changes=[GONE]))
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text) or answer == "y\n")
    assert stored.run("apply", season, *args) == code
    assert asked == (["1 thing will be removed: merchants[pool]. Apply?"] if answer else [])
    assert (stored.routes()[-1] == ROUTE) == (code == 1)
    assert ("hubei-2020: not applied\n" in capsys.readouterr().err) == (code == 1)
    assert stored.run("apply", season, "--json", *args) == code
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last.get("error", {}).get("slug") == ("not-agreed" if code else None)


def test_a_question_names_five_things(season: str, stored: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how many more."""
    gone = [{**GONE, "place": f"merchants[m{number}]"} for number in range(6)]
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text))
    for changes in (gone, gone[:5]):
        stored.on(ROUTE, planned(changes=changes))
        assert stored.run("apply", season) == 1
    five = ", ".join(f"merchants[m{number}]" for number in range(5))
    assert asked == [
        f"6 things will be removed: {five} and 1 more. Apply?",
        f"5 things will be removed: {five}. Apply?",
    ]


def test_nothing_is_asked_if_nothing_is_removed(season: str, stored: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Additions and changes need no answer."""
    stored.on(ROUTE, planned())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: pytest.fail("a question"))
    assert stored.run("apply", season) == 0


@pytest.mark.parametrize(
    ("changes", "args", "code"),
    [
        ({}, [], 0),
        ({"refusals": [FROZEN]}, [], 1),
        ({"batches": [{**BATCH, "refusal": SHORT}]}, [], 0),
        ({"batches": [{**BATCH, "refusal": SHORT}]}, ["--publish"], 1),
        ({"changes": [], "outcome": "unchanged"}, [], 0),
    ],
)
def test_a_check_writes_nothing(
    season: str, stored: Stack, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], args: list[str], code: int
) -> None:
    """It prints the stack's plan on stdout; the exit code says whether the stack would refuse."""
    stored.on(ROUTE, planned(**changes))
    assert stored.run("apply", "--check", season, *args) == code
    assert stored.routes() == ["POST /_local/token", "GET /admin/campaigns/hubei-2020", ROUTE]
    assert capsys.readouterr().out.startswith("hubei-2020: ")
    assert stored.run("--json", "apply", "--check", season, *args) == code
    told = json.loads(capsys.readouterr().out)
    assert (told["checked_with"], told["without_stack"]) == (stored.url, None)
    assert told["plan"]["funders"] == [FUNDER]


@pytest.mark.parametrize(
    ("status", "why"),
    [(401, "the stack refuses the token (401)"), (403, "the stack refuses the token (403)")],
)
def test_a_check_without_access_is_one_without_a_stack(
    season: str, stack: Stack, capsys: pytest.CaptureFixture[str], status: int, why: str
) -> None:
    """A token that the stack does not take is said, and the file is checked alone."""
    stack.on("GET /admin/campaigns/hubei-2020", problem(status, "forbidden"))
    assert stack.run("--json", "apply", "--check", season) == 0
    assert json.loads(capsys.readouterr().out)["without_stack"] == why


def test_a_check_needs_no_stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing listens, or no token is given: the money and the warnings are told, and what was not checked."""
    monkeypatch.delenv("COUPONCTL_TOKEN", raising=False)
    monkeypatch.setattr("time.sleep", lambda _s: None)
    night = str(SEASONS / "night-2020.yaml")
    for url, why in (("http://127.0.0.1:9", "gives no answer"), ("https://stack.example", "no token is given")):
        assert main(["--url", url, "apply", "--check", night]) == 0
        told = capsys.readouterr().out
        assert told.startswith("night-2020: fits the schema\n")
        assert "night-fund      3,000,000.00 CNY  1,813,300.00 CNY  1,186,700.00 CNY" in told
        assert "warning:" not in told
        assert why in told
        assert "Not checked: what a stack has stored and published" in told


def test_a_check_names_what_publishing_costs_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a stack too, the budgets are compared with the largest cost."""
    monkeypatch.delenv("COUPONCTL_TOKEN", raising=False)
    path = tmp_path / "poor.yaml"
    path.write_text(TEXT.replace("budget_minor: 10000000000", "budget_minor: 1"), "utf-8")
    args = ["--url", "https://stack.example", "apply", "--check", str(path)]
    assert [main(args), main([*args, "--publish"])] == [0, 1]


def test_a_bad_file_is_refused_before_anything_is_asked(stack: Stack, tmp_path: Path) -> None:
    """With `--check` as without it."""
    path = tmp_path / "bad.yaml"
    path.write_text(TEXT.replace("mode: granted", "mode: gifted"), "utf-8")
    assert [stack.run("apply", *more, str(path)) for more in ([], ["--check"])] == [1, 1]
    assert stack.asked == []
