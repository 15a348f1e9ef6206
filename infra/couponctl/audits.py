"""`audit`: recount a batch, a campaign, or one of its days."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.client.api import UnreachableError
from infra.couponctl.output import GOOD, REFUSED, Output, WrongUseError

if TYPE_CHECKING:
    from argparse import Namespace

    from infra.client.api import Api

EVERY_S = 1.0
ROUNDS_MAX = 600
"""Each takes 20 s; a season of millions needs a fraction of them."""


def audit(api: Api, args: Namespace, out: Output) -> int:
    """Prints every equation with its numbers; good only if everything was counted and all equations hold."""
    if (args.batch is None) == (args.campaign is None):
        raise WrongUseError("audit takes a BATCH or --campaign CAMPAIGN")
    if args.day is not None and args.campaign is None:
        raise WrongUseError("--day goes with --campaign CAMPAIGN")
    name = args.batch or " ".join(filter(None, (args.campaign, args.day)))
    report = _ask(api, args, sweep=None)
    for rounds in range(1, ROUNDS_MAX + 1):
        if report.get("complete") is not False:
            break
        out.progress(f"{name}: still counting ({rounds})")
        time.sleep(EVERY_S)
        # Its name resumes the count; without it each request would begin a new one.
        report = _ask(api, args, sweep=report.get("sweep"))
    if "ok" not in report:
        raise UnreachableError(f"{api.url} answers something that is not an audit")
    good = report["ok"] is True and report.get("complete") is not False
    lines = [f"{'holds' if one['holds'] else 'FAILS'}  {one['equation']}" for one in report.get("equations", [])]
    out.result(report, *lines, f"{name}: {'every equation holds' if good else 'NOT good'}")
    return GOOD if good else REFUSED


def _ask(api: Api, args: Namespace, *, sweep: str | None) -> dict[str, Any]:
    if args.batch is not None:
        return api.get(f"/admin/batches/{quote(args.batch, safe='')}/audit", sweep=sweep).body
    path = f"/admin/campaigns/{quote(args.campaign, safe='')}/budgets"
    return api.get(path, audit=args.day or "campaign", sweep=sweep).body.get("audit") or {}
