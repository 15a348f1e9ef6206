"""`couponctl members` against a scripted stack: what is sent, what is reported, and what a cut-off run leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from coupons.identities import LENGTH_MAX
from infra.couponctl.members import CALL_BYTES_MAX, CALL_MAX, SHOWN_MAX
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem

ROUTE = "PUT /admin/groups/nurses/members"
DONE = Reply(body={"group_id": "nurses", "added": 2, "removed": 1, "entitled": 7})


@pytest.fixture
def stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("COUPONCTL_TOKEN", "operators")
    stack.on(ROUTE, DONE)
    return stack


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.txt"


def sent(stack: Stack, direction: str = "add") -> list[list[str]]:
    """The people of each call."""
    assert all(asked.body.keys() == {direction} for asked in stack.asked)
    return [asked.body[direction] for asked in stack.asked]


def reported(path: Path) -> list[tuple[int, str]]:
    with path.open(encoding="utf-8", newline="") as rows:
        return [(int(row["line"]), row["reason"]) for row in csv.DictReader(rows)]


def beside(file: Path) -> set[str]:
    """What a run leaves beside its file."""
    return {path.name for path in file.parent.iterdir()} - {file.name}


def people(count: int) -> list[str]:
    return [f"person-{number}" for number in range(count)]


def test_people_join_a_thousand_a_call(stack: Stack, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the file's order; progress goes to stderr, and nothing is left beside the file."""
    file.write_text("\n".join(people(CALL_MAX + 1)))
    assert stack.run("members", "nurses", str(file)) == 0
    assert sent(stack) == [people(CALL_MAX), [f"person-{CALL_MAX}"]]
    captured = capsys.readouterr()
    assert captured.out == "nurses: 4 of 1,001 people joined, 0 bad lines\n"
    assert captured.err.splitlines() == [
        "nurses: 1,000 sent, line 1,000 of 1,001",
        "nurses: 1,001 sent, line 1,001 of 1,001",
    ]
    assert beside(file) == set()


def test_a_terminal_shows_a_bar(
    stack: Stack, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, with a bad line above it; stdout is for machines as ever."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    file.write_text("\n".join([*people(CALL_MAX + 1), "1.10105E+17"]))
    assert stack.run("--json", "members", "nurses", str(file), "--skip-bad") == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["sent"] == CALL_MAX + 1
    assert "line 1002: " in printed.err
    assert "nurses: 1,001 sent, line 1,001 of 1,002" in printed.err
    assert "100%" in printed.err


def test_people_leave(stack: Stack, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--remove`, and a result for machines."""
    file.write_text("ann\nbob\n")
    assert stack.run("--json", "members", "nurses", str(file), "--remove") == 0
    assert sent(stack, "remove") == [["ann", "bob"]]
    assert json.loads(capsys.readouterr().out) == {
        "group_id": "nurses",
        "direction": "remove",
        "lines": 2,
        "people": 2,
        "resumed_after": 0,
        "sent": 2,
        "changed": 1,
        "entitled": 7,
        "bad": 0,
        "report": None,
    }


def test_long_ids_are_fewer_a_call(stack: Stack, file: Path) -> None:
    """The API takes bodies of 64 KB; a thousand ids of 128 Chinese characters are 390."""
    names = [f"{'证' * (LENGTH_MAX - 4)}{number:04d}" for number in range(CALL_MAX)]
    file.write_text("\n".join(names), encoding="utf-8")
    assert stack.run("members", "nurses", str(file)) == 0
    assert [name for call in sent(stack) for name in call] == names
    sizes = [len(json.dumps(asked.body, ensure_ascii=False).encode()) for asked in stack.asked]
    assert CALL_BYTES_MAX * 0.9 < max(sizes) < 64 * 1024


TEXT = """\ufeff# The nurses of Wuhan

  ann\u3000
# and
bob
ANN
\t
 eve\x07
{long}
{longer}
dan
"""


def test_a_bad_line_keeps_all_from_being_sent(stack: Stack, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, with each bad line's number and reason; with `--skip-bad` the others are sent, one twice is fine."""
    text = TEXT.format(long="x" * LENGTH_MAX, longer="y" * (LENGTH_MAX + 1))
    file.write_bytes(text.encode() + b"\xff\xfe\nlast")
    bad = [
        (8, "holds U+0007, which no identity may hold"),
        (10, f"longer than {LENGTH_MAX} characters"),
        (12, "not UTF-8"),
    ]
    for options, changed in (([], "0 of 0"), (["--skip-bad"], "2 of 6")):
        assert stack.run("members", "nurses", str(file), *options) == 1
        assert reported(file.with_name("people.txt.bad.csv")) == bad
        captured = capsys.readouterr()
        assert [f"line {number}: {reason}" for number, reason in bad] == captured.err.splitlines()[:3]
        assert captured.out.splitlines()[0] == f"nurses: {changed} people joined, 3 bad lines"
        assert ("--skip-bad" in captured.err) == (not stack.asked)
    assert sent(stack) == [["ann", "bob", "ann", "x" * LENGTH_MAX, "dan", "last"]]


def test_one_bad_line_is_one(stack: Stack, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary counts as people do."""
    file.write_text("ann\n\x07\n", "utf-8")
    assert stack.run("members", "nurses", str(file)) == 1
    assert capsys.readouterr().out.splitlines()[0] == "nurses: 0 of 0 people joined, 1 bad line"


def test_somebody_named_twice_is_no_failure(stack: Stack, file: Path) -> None:
    """They join once: the API compares people, and says how many came."""
    file.write_text("1002X\n1002\uff38\n", "utf-8")
    assert stack.run("members", "nurses", str(file)) == 0
    assert (sent(stack), beside(file)) == ([["1002x", "1002x"]], set())


def test_the_screen_shows_some_bad_lines_and_the_report_all(
    stack: Stack, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the path that was asked for."""
    file.write_text("ann\n" + "a\x07\n" * (SHOWN_MAX + 2))
    report = tmp_path / "mend.csv"
    assert stack.run("members", "nurses", str(file), "--report", str(report)) == 1
    assert len(reported(report)) == SHOWN_MAX + 2
    told = capsys.readouterr().err.splitlines()
    assert sum("U+0007" in line for line in told) == SHOWN_MAX
    assert "… and 2 more bad lines" in told
    assert beside(file) == {"mend.csv"}


def test_the_report_of_mended_lines_is_taken_away(stack: Stack, file: Path) -> None:
    """It would have somebody mend them again."""
    file.write_text("ann\na\x07\n")
    assert stack.run("members", "nurses", str(file)) == 1
    assert beside(file) == {"people.txt.bad.csv"}
    file.write_text("ann\n")
    assert stack.run("members", "nurses", str(file)) == 0
    assert beside(file) == set()


def test_the_report_cannot_be_the_file_itself(stack: Stack, file: Path) -> None:
    """Wrong usage, before anything is touched."""
    file.write_text("ann\nann\n")
    assert stack.run("members", "nurses", str(file), "--report", str(file)) == 2
    assert (file.read_text(), stack.asked) == ("ann\nann\n", [])


def test_an_absent_file_is_wrong_usage(stack: Stack, file: Path) -> None:
    """And is named."""
    assert stack.run("members", "nurses", str(file)) == 2
    assert stack.asked == []


def test_nobody_in_the_file_is_nothing_to_send(stack: Stack, file: Path) -> None:
    """Comments alone."""
    file.write_text("# nobody yet\n")
    assert stack.run("members", "nurses", str(file)) == 0
    assert stack.asked == []


def cut_off(stack: Stack, file: Path, *args: str) -> None:
    """A run of 2,500 people (line 1 is a comment) whose second call is not answered."""
    file.write_text("\n".join(["# nurses", *people(2_500)]))
    stack.on(ROUTE, DONE, Reply(dropped=True))
    assert stack.run("members", "nurses", str(file), *args) == 3
    assert beside(file) == {"people.txt.progress"}
    stack.asked.clear()
    stack.on(ROUTE, DONE)


def test_a_run_that_was_cut_off_goes_on(stack: Stack, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says where it stopped, and from where the next one goes on; then no trace is left."""
    cut_off(stack, file)
    told = capsys.readouterr().err
    assert "people.txt: stopped: lines up to 1,001 are done, those up to 2,001 not, or in part" in told
    assert stack.run("--json", "members", "nurses", str(file)) == 0
    assert sent(stack) == [people(2_500)[1_000:2_000], people(2_500)[2_000:]]
    captured = capsys.readouterr()
    assert captured.err.startswith("people.txt: resuming after line 1,001 of 2,501\n")
    result = json.loads(captured.out)
    assert (result["sent"], result["resumed_after"]) == (1_500, 1_001)
    assert beside(file) == set()


@pytest.mark.parametrize("other", ["content", "group", "direction", "stack"])
def test_another_run_starts_anew(stack: Stack, file: Path, other: str) -> None:
    """What was done for one group, direction, stack and content says nothing about another."""
    cut_off(stack, file)
    args = ["members", "nurses", str(file)]
    if other == "content":
        file.write_text(file.read_text() + "\none-more")
    elif other == "group":
        stack.on("PUT /admin/groups/doctors/members", DONE)
        args[1] = "doctors"
    elif other == "direction":
        args.append("--remove")
    else:
        progress = file.with_name("people.txt.progress")
        progress.write_text(progress.read_text().replace(stack.url, "https://elsewhere.example"))
    assert stack.run(*args) == 0
    assert len(stack.asked) == 3


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"lines_done": 3}'])
def test_a_progress_file_that_is_none_starts_anew(stack: Stack, file: Path, text: str) -> None:
    """Somebody's own file of that name, or half a disk."""
    file.write_text("ann\n")
    file.with_name("people.txt.progress").write_text(text)
    assert stack.run("members", "nurses", str(file)) == 0
    assert sent(stack) == [["ann"]]


def test_bad_lines_of_the_first_part_are_reported_again(stack: Stack, file: Path) -> None:
    """The report is of the whole file."""
    file.write_text("\n".join(["null", *people(1_500), "a\x01"]))
    stack.on(ROUTE, DONE, Reply(dropped=True))
    assert stack.run("members", "nurses", str(file), "--skip-bad") == 3
    stack.on(ROUTE, DONE)
    assert stack.run("members", "nurses", str(file), "--skip-bad") == 1
    wanted = [(1, "is what gateways write for no value"), (1_502, "holds U+0001, which no identity may hold")]
    assert reported(file.with_name("people.txt.bad.csv")) == wanted


@pytest.mark.parametrize(("slug", "hint"), [("terms-frozen", True), ("forbidden", False)])
def test_a_refusal_says_how_far_it_came(
    stack: Stack, file: Path, capsys: pytest.CaptureFixture[str], slug: str, hint: bool
) -> None:
    """And what to do where a published batch has no packs for more members."""
    file.write_text("\n".join(people(1_500)))
    facts: dict[str, Any] = {"detail": "The group would outgrow 'care-2020'."}
    stack.on(ROUTE, DONE, problem(409, slug, **facts))
    assert stack.run("members", "nurses", str(file)) == 1
    told = capsys.readouterr().err
    assert "stopped: lines up to 1,000 are done, those up to 1,500 not, or in part" in told
    assert ("raise its quantity" in told) == hint
    assert "The group would outgrow 'care-2020'." in told
