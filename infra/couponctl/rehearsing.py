"""`rehearse`: a release is played before its day, against the limits of the account."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, REFUSED, BadFileError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.rehearsal.run import Run
    from infra.rehearsal.scenario import Release, Scenario

EVERY_S = 10
"""Of virtual time, between two lines of progress."""
_FILE = click.Path(exists=True, dir_okay=False)


class Out(click.Path):
    """A file that can be written: whoever waited minutes for it must not lose it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(str(super().convert(value, param, ctx)))
        was_there = path.exists()
        try:
            path.open("ab").close()
        except OSError as error:
            self.fail(f"{path} cannot be written: {error.strerror}", param, ctx)
        if not was_there:
            path.unlink()
        return path


OUT = Out(dir_okay=False)


@command(
    "rehearse",
    epilog="Any input can be set, as --set warm_writes=40000; the last table lists all of them with their origin.",
)
@click.argument("season", type=_FILE)
@click.argument("batch")
@click.option("--people", type=click.IntRange(min=1), help="How many want a pack.")
@click.option("--packs", type=click.IntRange(min=1), help="As if the batch had fewer packs than its file says.")
@click.option("--scenario", "file", type=_FILE, help="Inputs in YAML, a name and a number a line.")
@click.option("--measured", type=_FILE, help="The same, as measured on the account.")
@click.option("--region", metavar="NAME", help="Its own default limits of the gateway.")
@click.option("--burst", type=click.IntRange(min=1), help="Requests in the gateway's bucket; else half its rate.")
@click.option("--rps-ramp", type=click.Choice(["on", "off"]), help="Lambda's scaling counts requests a second too.")
@click.option("--set", "settings", multiple=True, metavar="NAME=NUMBER", help="One input; the last word.")
@click.option("--gone-by", "gone_by_s", type=click.IntRange(min=1), help="Exit with 1 unless all are gone so soon.")
@click.option(
    "--raise/--no-raise", "is_raised", default=None, help="With --gone-by: search what to raise; some 30 rehearsals."
)
@click.option("--requests", type=OUT, help="With --gone-by: the support case, written to a file.")
@click.option(
    "--checklist", is_flag=True, help="With --gone-by: what to do when, from two weeks before to a day after."
)
@click.option("--what-if", "is_asked", is_flag=True, help="The same day with one thing changed, some ten times.")
@click.option("--compare", multiple=True, type=_FILE, help="Another scenario's file, side by side; several times.")
@click.option("--page", type=OUT, help="The same as a web page that loads nothing.")
@click.option("--placements", type=click.IntRange(1, 20), default=1, show_default=True, help="Ways in which keys lie.")
def rehearse(  # noqa: PLR0913 - one option an argument
    cli: Cli,
    *,
    season: str,
    batch: str,
    people: int | None,
    packs: int | None,
    file: str | None,
    measured: str | None,
    region: str | None,
    burst: int | None,
    rps_ramp: str | None,
    settings: tuple[str, ...],
    gone_by_s: int | None,
    is_raised: bool | None,
    requests: Path | None,
    checklist: bool,
    is_asked: bool,
    compare: tuple[str, ...],
    page: Path | None,
    placements: int,
) -> int:
    """Play the opening of a batch before its day: what will happen?

    It says when the packs are gone, what people see, what binds, and what it costs; with --gone-by, what to raise.

    The claim that runs is the functions' own, in virtual time; no stack is asked. A tenth of the people run it, the
    others are numbers.
    """
    if gone_by_s is None and (is_raised or requests or checklist):
        raise WrongUseError("--raise, --requests and --checklist need --gone-by")
    if is_raised is False and (requests or checklist):
        raise WrongUseError("--requests and --checklist say what to raise: leave out --no-raise")
    if find_spec("greenlet") is None:
        raise WrongUseError("a rehearsal needs greenlet: install coupon-season[rehearse]")
    from infra.rehearsal.compare import compared, what_ifs
    from infra.rehearsal.page import page as drawn
    from infra.rehearsal.report import lines, report
    from infra.rehearsal.scenario import Release, UnsuitedError
    from infra.rehearsal.target import aimed

    limits = {"gateway_burst": burst, "rps_ramp": None if rps_ramp is None else rps_ramp == "on"}
    try:
        release, scenario = (
            Release.read(season, batch, packs),
            _scenario(file, measured, region, people, limits, settings),
        )
        others = [(Path(one).stem, _scenario(one, None, region, people, limits, ())) for one in compare]
        places = range(int(scenario.placement), int(scenario.placement) + placements)
        runs = [_played(cli, release, scenario.but("assumed", placement=place)) for place in places]
    except UnsuitedError as unsuited:
        raise WrongUseError(str(unsuited)) from None
    target = gone_by_s and aimed(runs, gone_by_s, cli.out.progress, is_raised=is_raised is not False)
    more = list(target.sections(is_listed=checklist)) if target else []
    if is_asked:
        others += what_ifs(scenario)
    if others:
        days = ((name, _played(cli, release, other, name)) for name, other in others)
        more.append(compared("What if" if is_asked else "Compared", [("as above", runs[0]), *days]))
    sections = report(runs, more, tuple(target.sentences) if target else ())
    if page:
        page.write_text(drawn(runs[0], sections), "utf-8")
    if requests and target:
        requests.write_text(target.support_case, "utf-8")
    cli.out.result(
        {
            "gone_s": [run.gone_s for run in runs],
            "gone_by_s": gone_by_s,
            "target": target.numbers if target else None,
            **{one.title: {"told": one.sentences, "header": one.header, "rows": one.rows} for one in sections},
        },
        *lines(sections),
    )
    return REFUSED if target and target.is_missed else GOOD


def _played(cli: Cli, release: Release, scenario: Scenario, name: str = "") -> Run:
    from infra.rehearsal.run import rehearsed

    def told(second_s: float, packs: float) -> None:
        if second_s % EVERY_S == 0:
            cli.out.progress(f"{name}{second_s:+5.0f} s  {packs:12,.0f} of {release.packs:,} packs are claimed")

    return rehearsed(release, scenario, told)


def _scenario(
    file: str | None,
    measured: str | None,
    region: str | None,
    people: int | None,
    limits: Mapping[str, float | None],
    settings: tuple[str, ...],
) -> Scenario:
    """The command line wins over what was measured, that over the file, and that over the region.

    Raises UnsuitedError, BadFileError, WrongUseError.
    """
    from infra.rehearsal.quotas import gateway_of
    from infra.rehearsal.scenario import Scenario

    documented = dict(zip(("gateway_rate", "gateway_burst"), gateway_of(_known(region)), strict=True)) if region else {}
    found = _inputs(measured) if measured else {}
    given = {"people": float(people)} if people is not None else {}
    given |= {name: float(value) for name, value in limits.items() if value is not None}
    for one in settings:
        name, _, number = one.partition("=")
        try:
            given[name] = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
        except ValueError:
            raise WrongUseError(f"--set {one}: a name, =, and a number") from None
    stated = {**(_inputs(file) if file else {}), **found, **given}
    if "gateway_rate" in stated:
        documented.pop("gateway_burst", None)
    scenario = Scenario.of({**documented, **stated})
    scenario = scenario.but("documented", **{name: value for name, value in documented.items() if name not in stated})
    return scenario.but("measured", **{name: value for name, value in found.items() if name not in given})


def _known(region: str) -> str:
    """Raises WrongUseError for a region that AWS does not have."""
    from boto3.session import Session

    from infra.rehearsal.quotas import SMALL_REGIONS

    regions = Session().get_available_regions
    known = {*SMALL_REGIONS, *(name for part in ("aws", "aws-cn", "aws-us-gov") for name in regions("lambda", part))}
    if region not in known:
        raise WrongUseError(f"--region {region}: no such region; there are {', '.join(sorted(known))}")
    return region


def _inputs(path: str) -> dict[str, float]:
    from infra.couponctl.core_yaml import parse

    _, document = parse(Path(path))
    if not isinstance(document, dict) or not all(_is_number(value) for value in document.values()):
        raise BadFileError([f"{path}: every line is a name and a number"])
    return document


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
