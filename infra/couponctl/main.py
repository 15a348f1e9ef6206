"""The group of all commands, in the sections of its help."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING

import click

from infra.couponctl import (
    audits,
    budgets,
    code_sheets,
    controls,
    documents,
    draws,
    failures,
    local_stack,
    measuring,
    members,
    merchants,
    pages,
    playing,
    points,
    reconcile,
    rehearsing,
    settlement,
    show,
    stats,
    stop,
    strikes,
    venues,
    watch,
)
from infra.couponctl.cli import EVERYWHERE, Cli
from infra.couponctl.output import GOOD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.couponctl.cli import Command

SECTIONS: dict[str, tuple[Command, ...]] = {
    "Campaigns": (documents.apply, documents.publish, show.campaigns, show.show),
    "Control": (
        controls.pause,
        controls.resume,
        stop.stop,
        controls.raise_quantity,
        controls.extend,
        controls.districts,
    ),
    "Watch": (watch.watch, stats.stats, points.points, audits.audit),
    "Lotteries": (draws.draw, draws.beacon, draws.verify_draw),
    "Money": (
        budgets.budgets,
        settlement.settlement,
        venues.venues,
        reconcile.reconcile,
        merchants.withhold,
        merchants.approve,
        merchants.refuse,
    ),
    "People and merchants": (
        members.members,
        code_sheets.assist,
        strikes.strikes,
        merchants.merchants,
        merchants.suspend,
    ),
    "Before the day": (playing.play, rehearsing.rehearse, measuring.measure),
    "Web pages": (pages.pages,),
    "Local stack": (local_stack.token, local_stack.clock, local_stack.tick),
}
EXIT_CODES = (
    "Exit codes: 0 the result is good; 1 a refusal, a difference or a bad document; 2 wrong usage or an unreadable "
    'file; 3 no stack answers; 130 interrupted. With --json an error is one JSON object on stdout: {"error": {…}}.'
)


class Sections(click.Group):
    """A group whose help lists the commands by section."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        wide = max(map(len, self.commands))
        for section, commands in SECTIONS.items():
            rows = [(str(one.name).ljust(wide), one.get_short_help_str(formatter.width - wide - 4)) for one in commands]
            with formatter.section(section):
                formatter.write_dl(rows)


@click.group(
    cls=Sections,
    commands=[one for commands in SECTIONS.values() for one in commands],
    params=[*EVERYWHERE],
    epilog=EXIT_CODES,
)
@click.version_option(package_name="coupon-season", prog_name="couponctl")
def couponctl() -> None:
    """Operate a coupon season: declare, publish, watch, audit, reconcile.

    Each command has its own --help. --url, --token and --json may stand before or behind the command's name.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """One command has run; returns its exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        _lenient(stream)
    cli = Cli()
    try:
        return couponctl.main(args, prog_name="couponctl", obj=cli, standalone_mode=False) or GOOD
    except click.Abort:
        return failures.INTERRUPTED
    except failures.EXPECTED as error:
        # The error may be that the options could not be read.
        cli.options["json"] = cli.options.get("json") or "--json" in args
        return failures.report(cli, error)
    finally:
        cli.close()


def _lenient(stream: IO[str]) -> None:
    """A character that the terminal's encoding lacks is printed as its escape instead of ending the command."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
