"""`play`: a whole season through the handlers, in virtual time and without a stack."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, REFUSED, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from infra.playing.season import Season


@command("play")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--people", type=click.IntRange(min=10), default=300, show_default=True, help="Who live in the city.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed plays the same season.")
@click.option("--plant", type=click.IntRange(1, 8), help="Spoil one item at the end, of eight kinds: it must be found.")
def play(cli: Cli, file: Path, *, people: int, seed: int, plant: int | None) -> int:
    """Play a season to its last settlement, without a stack.

    The handlers run here, on a store in memory, and time jumps from one event to the next; each night the books are
    reckoned. Packs are made fewer for so many people. Answers get lost, requests are throttled and processes die. The
    exit code is 1 if an equation is false.
    """
    from infra.couponctl.campaign_files import read_campaign
    from infra.playing import plants, report
    from infra.playing.season import Season
    from infra.virtual.chance import Chance

    read = read_campaign(file)
    season = Season(read.document, read.programme, people, seed)
    planted: list[plants.Planted] = []

    def spoil(spoiled: Season) -> None:
        if plant is not None:
            planted.append(plants.PLANTS[plant - 1](spoiled, Chance(seed).stream("plant")))

    try:
        _watched(season, spoil)
    except plants.NothingToSpoilError:
        what = plants.PLANTS[(plant or 1) - 1].__name__.replace("_", " ")
        few = f"--plant {plant} ({what}) finds nothing to spoil in this season of {people:,} people"
        raise WrongUseError(f"{few}; play it with more people, or another season") from None
    told = report.report(season, _commit())
    lines = list(report.lines(told))
    if planted:
        one = planted[0]
        named = "named" if plants.is_named(season, one) else "NOT named"
        told["planted"] = {"what": one.what, "item": list(one.place), "subject": one.subject, "is": named}
        lines.append(f"planted: {one.what}, {' '.join(one.place)} of {one.subject}: {named} by a false equation")
    cli.out.result(told, *lines)
    return REFUSED if told["broken"] else GOOD


def _watched(season: Season, spoil: Callable[[Season], None]) -> None:
    """The season has been played; on a terminal a bar shows how far it is. What cannot be is a false equation."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from infra.playing.verdicts import Judged

    console = Console(stderr=True)
    day_of_all = TextColumn("day {task.completed:3.0f} of {task.total:.0f}")
    columns = (TextColumn("{task.description:18}"), BarColumn(16), day_of_all, TimeElapsedColumn())
    said = TextColumn("{task.fields[claims]:6,} claims {task.fields[judged]:7,} equations")
    hidden = not console.is_terminal
    with Progress(*columns, said, console=console, disable=hidden, transient=True, redirect_stdout=False) as progress:
        bar = progress.add_task(season.first.isoformat(), total=season.days, claims=0, judged=0)

        def watch(day: date, now: Season) -> None:
            is_last = now.days == (day - now.first).days + 1
            shown = "the last reckoning" if is_last else str(day)
            claims, judged = len(now.books.claims), now.verdicts.told
            progress.update(bar, advance=1, description=shown, claims=claims, judged=judged)

        try:
            season.play(watch, spoil)
        except AssertionError as error:
            season.verdicts.broken.append(Judged("answers", str(error), holds=False))


def _commit() -> str:
    """Of the code that was played; `unknown` outside of a checkout."""
    from infra.local.settings import checkout

    git = shutil.which("git")
    if git is None:
        return "unknown"
    asked = [git, "-C", str(checkout()), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - no word of it is foreign
    return done.stdout.strip() or "unknown"
