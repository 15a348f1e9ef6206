"""`rehearse`: a release is played before its day, against the limits of the account."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, REFUSED, BadFileError, WrongUseError

if TYPE_CHECKING:
    from infra.rehearsal.report import Section
    from infra.rehearsal.run import Run
    from infra.rehearsal.scenario import Release, Scenario

EVERY_S = 10
"""Of virtual time, between two lines of progress."""
_FILE = click.Path(exists=True, dir_okay=False)


@command(
    "rehearse",
    epilog="Any input can be set, as --set warm_writes=40000; the last table lists all of them with their origin.",
)
@click.argument("season", type=_FILE)
@click.argument("batch")
@click.option("--people", type=click.IntRange(min=1), help="How many want a pack.")
@click.option("--scenario", "file", type=_FILE, help="Inputs in YAML, a name and a number a line.")
@click.option("--measured", type=_FILE, help="The same, as measured on the account.")
@click.option("--set", "settings", multiple=True, metavar="NAME=NUMBER", help="One input; the last word.")
@click.option("--gone-by", "gone_by_s", type=click.IntRange(min=1), help="Exit with 1 unless all are gone so soon.")
@click.option(
    "--raise", "is_raised", is_flag=True, help="Search what to raise so that they are; takes many rehearsals."
)
@click.option("--requests", type=click.Path(dir_okay=False), help="With --raise: the support case, written to a file.")
@click.option("--checklist", is_flag=True, help="With --raise: what to do when, from two weeks before to a day after.")
@click.option("--what-if", "is_asked", is_flag=True, help="The same day with one thing changed, some ten times.")
@click.option("--compare", multiple=True, type=_FILE, help="Another scenario's file, side by side; several times.")
@click.option("--page", type=click.Path(dir_okay=False), help="The same as a web page that loads nothing.")
@click.option("--placements", type=click.IntRange(1, 20), default=1, show_default=True, help="Ways in which keys lie.")
def rehearse(  # noqa: PLR0913 - one option an argument
    cli: Cli,
    *,
    season: str,
    batch: str,
    people: int | None,
    file: str | None,
    measured: str | None,
    settings: tuple[str, ...],
    gone_by_s: int | None,
    is_raised: bool,
    requests: str | None,
    checklist: bool,
    is_asked: bool,
    compare: tuple[str, ...],
    page: str | None,
    placements: int,
) -> int:
    """Play the opening of a batch before its day: what will happen?

    It says when the packs are gone, what people see, what binds, and what it costs.

    The claim that runs is the functions' own, in virtual time; no stack is asked. A tenth of the people run it, the
    others are numbers.
    """
    if is_raised and gone_by_s is None:
        raise WrongUseError("--raise needs --gone-by")
    if (requests or checklist) and not is_raised:
        raise WrongUseError("--requests and --checklist need --raise")
    if find_spec("greenlet") is None:
        raise WrongUseError("a rehearsal needs greenlet: install coupon-season[rehearse]")
    from infra.rehearsal.compare import compared, what_ifs
    from infra.rehearsal.page import page as drawn
    from infra.rehearsal.report import lines, report
    from infra.rehearsal.scenario import Release, UnsuitedError

    try:
        release, scenario = Release.read(season, batch), _scenario(file, measured, people, settings)
        others = [(Path(one).stem, _scenario(one, None, people, ())) for one in compare]
        runs = [_played(cli, release, scenario.but("assumed", placement=place)) for place in range(1, placements + 1)]
    except UnsuitedError as unsuited:
        raise WrongUseError(str(unsuited)) from None
    more: list[Section] = []
    if is_raised and gone_by_s is not None:
        more = _to_raise(cli, runs[0], gone_by_s, placements, requests, is_listed=checklist)
    if is_asked:
        others += what_ifs(scenario)
    if others:
        days = ((name, _played(cli, release, other)) for name, other in others)
        more.append(compared("What if" if is_asked else "Compared", [("as above", runs[0]), *days]))
    sections = report(runs, more)
    if page:
        Path(page).write_text(drawn(runs[0], sections), "utf-8")
    is_late = gone_by_s is not None and any(run.gone_s is None or run.gone_s > gone_by_s for run in runs)
    told = [f"Missed: not all packs are gone after {gone_by_s} s."] if is_late else []
    cli.out.result(
        {
            "gone_s": [run.gone_s for run in runs],
            "gone_by_s": gone_by_s,
            **{one.title: {"told": one.sentences, "header": one.header, "rows": one.rows} for one in sections},
        },
        *lines(sections),
        *told,
    )
    return REFUSED if is_late else GOOD


def _to_raise(
    cli: Cli, run: Run, gone_by_s: int, placements: int, requests: str | None, *, is_listed: bool
) -> list[Section]:
    """What holds the target, as sections; the support case is written."""
    from infra.rehearsal.asks import asks, checklist, support_case
    from infra.rehearsal.report import Section
    from infra.rehearsal.run import rehearsed
    from infra.rehearsal.search import KNOBS, NoRemedyError, recommended

    def play(scenario: Scenario) -> Run:
        tried = rehearsed(run.release, scenario, gone_by_s=gone_by_s)
        values = ", ".join(f"{knob.value(scenario):,.0f} {knob.name}" for knob in KNOBS)
        when = "missed" if tried.gone_s is None else f"gone after {tried.gone_s:.1f} s"
        cli.out.progress(f"{values}: {when}, {tried.claimed:,.0f} claimed")
        return tried

    try:
        wanted = recommended(run.scenario, gone_by_s, play, range(1, placements + 1))
    except NoRemedyError as none:
        return [Section("What to raise", (str(none),))]
    rows = tuple((one.when, f"{one.now:,.0f}", f"{one.wanted:,.0f}", one.what) for one in asks(run.scenario, wanted))
    if requests:
        Path(requests).write_text("\n".join([*support_case(run, wanted), ""]), "utf-8")
    sections = [Section("What to raise", (), ("when", "now", "wanted", "what"), rows)]
    if is_listed:
        sections.append(Section("Checklist", (), ("when", "what"), tuple(checklist(run, wanted))))
    return sections


def _played(cli: Cli, release: Release, scenario: Scenario) -> Run:
    from infra.rehearsal.run import rehearsed

    def told(second_s: float, packs: float) -> None:
        if second_s % EVERY_S == 0:
            cli.out.progress(f"{second_s:+4.0f} s  {packs:12,.0f} of {release.packs:,} packs are claimed")

    return rehearsed(release, scenario, told)


def _scenario(file: str | None, measured: str | None, people: int | None, settings: tuple[str, ...]) -> Scenario:
    """The command line wins over what was measured, and that over the file. Raises UnsuitedError, BadFileError."""
    from infra.rehearsal.scenario import Scenario

    found = _inputs(measured) if measured else {}
    given = {"people": float(people)} if people is not None else {}
    for one in settings:
        name, _, number = one.partition("=")
        try:
            given[name] = float(number)
        except ValueError:
            raise WrongUseError(f"--set {one}: a name, =, and a number") from None
    scenario = Scenario.of({**(_inputs(file) if file else {}), **found, **given})
    return scenario.but("measured", **{name: value for name, value in found.items() if name not in given})


def _inputs(path: str) -> dict[str, float]:
    from infra.couponctl.core_yaml import parse

    _, document = parse(Path(path))
    if not isinstance(document, dict) or not all(_is_number(value) for value in document.values()):
        raise BadFileError([f"{path}: every line is a name and a number"])
    return document


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
