"""`audit`: recount a batch, a campaign, or one of its days."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from infra.client.api import ProblemError, UnreachableError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, REFUSED, WrongUseError
from infra.couponctl.parameters import DAY, NAME

if TYPE_CHECKING:
    from infra.client.api import Api

EVERY_S = 1.0
ROUNDS_MAX = 600
"""Each takes 20 s; a season of millions needs a fraction of them."""


@command("audit", needs=OPERATOR)
@click.argument("batch", type=NAME, required=False)
@click.option("--campaign", metavar="CAMPAIGN", type=NAME, help="Its batches, budgets and ledger.")
@click.option("--day", metavar="YYYY-MM-DD", type=DAY, help="With --campaign: that settlement day instead.")
def audit(cli: Cli, batch: str | None, *, campaign: str | None, day: str | None) -> int:
    """Recount a batch, a campaign or a day, and show each equation.

    The exit code is 0 only if everything was counted and all equations hold.
    """
    if (batch is None) == (campaign is None):
        raise WrongUseError("audit takes a BATCH or --campaign CAMPAIGN")
    if day is not None and campaign is None:
        raise WrongUseError("--day goes with --campaign CAMPAIGN")
    name = batch or " ".join(filter(None, (campaign, day)))
    api, out = cli.api, cli.out
    try:
        report = _ask(api, batch, campaign, day, sweep=None)
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
        report = _ask(api, batch, campaign, day, sweep=report.get("sweep"))
    if "ok" not in report:
        raise UnreachableError(f"{api.url} answers something that is not an audit")
    good = report["ok"] is True and report.get("complete") is not False
    lines = [f"{'holds' if one['holds'] else 'FAILS'}  {one['equation']}" for one in report.get("equations", [])]
    out.result(report, *lines, f"{name}: {'every equation holds' if good else 'NOT good'}")
    return GOOD if good else REFUSED


def _ask(api: Api, batch: str | None, campaign: str | None, day: str | None, *, sweep: str | None) -> dict[str, Any]:
    if batch is not None:
        return api.get(f"/admin/batches/{quote(batch, safe='')}/audit", sweep=sweep).body
    path = f"/admin/campaigns/{quote(str(campaign), safe='')}/budgets"
    return api.get(path, audit=day or "campaign", sweep=sweep).body.get("audit") or {}
