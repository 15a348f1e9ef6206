"""`audit`: recount a batch, a campaign, one of its days, or a program's points."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from infra.client.api import ProblemError, UnreachableError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, REFUSED, WrongUseError
from infra.couponctl.parameters import DAY, NAME
from infra.couponctl.points import path_of

if TYPE_CHECKING:
    from infra.client.api import Api

Asked = dict[str, str]
EVERY_S = 1.0
ROUNDS_MAX = 600
"""Each takes 20 s; a season of millions needs a fraction of them."""


@command("audit", needs=OPERATOR)
@click.argument("batch", type=NAME, required=False)
@click.option("--campaign", metavar="CAMPAIGN", type=NAME, help="Its batches, budgets and ledger.")
@click.option("--day", metavar="YYYY-MM-DD", type=DAY, help="With --campaign: that settlement day instead.")
@click.option("--program", metavar="PROGRAM", type=NAME, help="The accounts of a program's points.")
def audit(cli: Cli, batch: str | None, *, campaign: str | None, day: str | None, program: str | None) -> int:
    """Recount a batch, a campaign, a day or points by equations.

    The exit code is 0 only if everything was counted and all equations hold.
    """
    if sum(one is not None for one in (batch, campaign, program)) != 1:
        raise WrongUseError("audit takes a BATCH, --campaign CAMPAIGN or --program PROGRAM")
    if day is not None and campaign is None:
        raise WrongUseError("--day goes with --campaign CAMPAIGN")
    name = batch or program or " ".join(filter(None, (campaign, day)))
    api, out = cli.api, cli.out
    path, asked = _question(batch, campaign, day, program)
    try:
        report = _ask(api, path, asked, sweep=None)
    except ProblemError as error:
        if error.slug == "not-found" and batch is not None:
            error.problem["detail"] = f"No published batch {batch!r}. A campaign: couponctl audit --campaign {batch}"
        raise
    for rounds in range(1, ROUNDS_MAX + 1):
        if report.get("complete") is not False:
            break
        out.progress(f"{name}: still counting ({rounds})")
        time.sleep(EVERY_S)
        # Its name resumes the count; without it each request would begin a new one.
        report = _ask(api, path, asked, sweep=report.get("sweep"))
    if "ok" not in report:
        raise UnreachableError(f"{api.url} answers something that is not an audit")
    good = report["ok"] is True and report.get("complete") is not False
    lines = [f"{'holds' if one['holds'] else 'FAILS'}  {one['equation']}" for one in report.get("equations", [])]
    out.result(report, *lines, f"{name}: {'every equation holds' if good else 'NOT good'}")
    return GOOD if good else REFUSED


def _question(batch: str | None, campaign: str | None, day: str | None, program: str | None) -> tuple[str, Asked]:
    """The path, and the parameter that asks for an audit; a batch's answer is its audit."""
    if batch is not None:
        return f"/admin/batches/{quote(batch, safe='')}/audit", {}
    if program is not None:
        return path_of(program), {"recount": "accounts"}
    return f"/admin/campaigns/{quote(str(campaign), safe='')}/budgets", {"audit": day or "campaign"}


def _ask(api: Api, path: str, asked: Asked, *, sweep: str | None) -> dict[str, Any]:
    found: dict[str, Any] = api.get(path, sweep=sweep, **asked).body
    return found.get("audit") or {} if asked else found
