"""`members`: the people of a file are added to a group, or removed, a thousand a call; an interrupted run is resumed.

The file is read twice, in bounded memory: once to find its bad lines, and once to send the others. After each call
`FILE.progress` states how many lines are done, of which content, for which group of which stack. It is removed at the
end. A call that was done and not recorded is repeated, which changes nothing.
"""

from __future__ import annotations

import csv
import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

import click

from infra.client.api import ApiError, ProblemError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.csv_rows import facts_of
from infra.couponctl.member_files import read_members
from infra.couponctl.output import GOOD, REFUSED, WrongUseError, counted
from infra.couponctl.parameters import NAME
from infra.couponctl.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.client.api import Api
    from infra.couponctl.member_files import Line
    from infra.couponctl.output import Output

CALL_MAX = 1_000
CALL_BYTES_MAX = 60_000
"""The API accepts bodies of 64 KB; a thousand long ids are larger."""
SHOWN_MAX = 20
PROGRESS_EVERY = 100_000


class ReportPathError(WrongUseError):
    """The report would overwrite the file of people."""


@dataclass(frozen=True)
class Run:
    """Identifies the run of a progress file; only an equal run resumes it."""

    url: str
    group_id: str
    direction: str
    sha256: str


@dataclass
class Tally:
    """Counts: the `people` that the file names, of whom this run `sent` some."""

    group_id: str
    direction: str
    lines: int
    people: int
    resumed_after: int = 0
    sent: int = 0
    changed: int = 0
    """People added or removed, as the answers say; the repeat of a call whose answer was lost counts none."""
    entitled: int | None = None

    def note(self, sent: int, answer: dict[str, Any]) -> None:
        self.sent += sent
        self.changed += int(answer.get("removed" if self.direction == "remove" else "added") or 0)
        self.entitled = answer.get("entitled")


FILE = (
    "FILE is CSV in UTF-8: one person a line, or a header with a column person_id among others. A person is a "
    "real-name identity in any spelling (case, full-width digits and surrounding blanks are ignored), or "
    "sub:ACCOUNT, taken literally, for a token without one. Blank lines and lines that begin with # are skipped. "
    "Values damaged by spreadsheets are bad lines: 1.10105E+17, a leading ', invisible characters. A person who "
    "is named twice is added once."
)


@command("members", needs=OPERATOR, epilog=FILE)
@click.argument("group", type=NAME, help="The group_id, as a batch's eligibility names it.")
@click.argument(
    "path", metavar="FILE", type=click.Path(path_type=Path), help="One person a line, or CSV with a column person_id."
)
@click.option("--remove", is_flag=True, help="Remove them from the group.")
@click.option("--skip-bad", is_flag=True, help="Send the good lines; else a bad line stops all.")
@click.option(
    "--report",
    "report_path",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Where all bad lines are listed (default FILE.bad.csv).",
)
def members(cli: Cli, group: str, path: Path, *, remove: bool, skip_bad: bool, report_path: Path | None) -> int:
    """Add the people of a file to a group, 1,000 a call; resumable.

    The whole file is read first. If a line is bad nothing is sent, unless --skip-bad is given.
    """
    api, out = cli.api, cli.out
    report = BadLines(report_path or path.with_name(f"{path.name}.bad.csv"), out)
    if report.path.exists() and report.path.samefile(path):
        raise ReportPathError(f"--report {report.path} is the file itself")
    facts = facts_of(path)
    direction = "remove" if remove else "add"
    progress = Progress(path.with_name(f"{path.name}.progress"), asdict(Run(api.url, group, direction, facts.sha256)))
    tally = Tally(group, direction, facts.lines, _checked(path, facts.lines, report, out))
    if report.bad and not skip_bad:
        out.failure("Nothing was sent. Correct these lines, or leave them out with --skip-bad.")
    else:
        _send_all(api, path, progress, tally, out)
    where = [f"bad lines: {report.path}"] if report.bad else []
    done = "left" if remove else "joined"
    summary = f"{group}: {tally.changed:,} of {tally.sent:,} people {done}, {counted(report.bad, 'bad line')}"
    result = {**asdict(tally), "bad": report.bad, "report": str(report.path) if report.bad else None}
    out.result(result, summary, *where)
    return REFUSED if report.bad else GOOD


def _checked(path: Path, lines: int, report: BadLines, out: Output) -> int:
    """The number of people in the file; its bad lines are reported."""
    people = 0
    with report, out.track(lines) as track:
        for people, line in enumerate(report.good(read_members(path)), 1):
            if people % PROGRESS_EVERY == 0:
                track(line.number, f"{path.name}: checked to line {line.number:,} of {lines:,}")
    return people


def _send_all(api: Api, path: Path, progress: Progress, tally: Tally, out: Output) -> None:
    """All lines that are not done are sent. Raises ApiError; the next run resumes behind the lines that are done."""
    tally.resumed_after = progress.lines_done()
    if tally.resumed_after:
        out.progress(f"{path.name}: resuming after line {tally.resumed_after:,} of {tally.lines:,}")
    good = (line for line in read_members(path) if not line.bad)
    with out.track(tally.lines) as track:
        for chunk in _chunks(good, after=tally.resumed_after):
            reached = chunk[-1].number
            try:
                answer = _send(api, tally, [line.name for line in chunk])
            except ApiError as error:
                _stopped(out, error, path.name, progress.lines_done(), reached)
                raise
            tally.note(len(chunk), answer)
            progress.write(reached)
            track(reached, f"{tally.group_id}: {tally.sent:,} sent, line {reached:,} of {tally.lines:,}")
    progress.path.unlink(missing_ok=True)


def _send(api: Api, tally: Tally, names: list[str]) -> dict[str, Any]:
    path = f"/admin/groups/{quote(tally.group_id, safe='')}/members"
    return api.put(path, {tally.direction: names}).body


def _chunks(lines: Iterator[Line], *, after: int) -> Iterator[list[Line]]:
    """The people of the lines behind `after`, in lists of one call each."""
    chunk: list[Line] = []
    size = 0
    for line in lines:
        if line.number <= after:
            continue
        more = len(json.dumps(line.name, ensure_ascii=False).encode()) + len(", ")
        if chunk and (len(chunk) == CALL_MAX or size + more > CALL_BYTES_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += more
    if chunk:
        yield chunk


def _stopped(out: Output, error: ApiError, name: str, done: int, reached: int) -> None:
    # The API adds a call's people in parts, so a failed call may be done in part; repeating it is safe.
    out.failure(f"{name}: stopped: lines up to {done:,} are done, those up to {reached:,} not, or in part")
    if isinstance(error, ProblemError) and error.slug == "terms-frozen":
        out.failure("A batch has a pack for each member of the group, and none for more: raise its quantity first.")
    out.failure("The same command resumes from there.")


class BadLines:
    """Shows bad lines: the first ones on the screen, all of them in a CSV file, if there are any."""

    def __init__(self, path: Path, out: Output) -> None:
        self.path = path
        self.bad = 0
        self._out = out
        self._open = ExitStack()
        self._rows: Any = None

    def __enter__(self) -> BadLines:
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()
        if self.bad > SHOWN_MAX:
            self._out.failure(f"… and {self.bad - SHOWN_MAX:,} more bad lines")
        if not self.bad:
            # An earlier run wrote it; its lines have been corrected.
            self.path.unlink(missing_ok=True)

    def good(self, lines: Iterator[Line]) -> Iterator[Line]:
        """The good lines; the others are reported."""
        for line in lines:
            if line.bad:
                self._report(line)
            else:
                yield line

    def _report(self, line: Line) -> None:
        if self._rows is None:
            file: IO[str] = self._open.enter_context(self.path.open("w", encoding="utf-8", newline=""))
            self._rows = csv.writer(file)
            self._rows.writerow(("line", "reason"))
        self.bad += 1
        self._rows.writerow((line.number, line.bad))
        if self.bad <= SHOWN_MAX:
            self._out.failure(f"line {line.number}: {line.bad}")
