"""`couponctl budgets`: a campaign's money by funder and by batch, and every movement of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.client.api import UnreachableError
from infra.couponctl.output import GOOD, Output

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from infra.client.api import Api

PAGES_MAX = 1_000
COLUMNS = {
    "budget_minor": "budget",
    "reserved_minor": "reserved",
    "spent_minor": "spent, closed days",
    "left_minor": "left",
}
"""What a funder's amounts are headed with."""


def budgets(api: Api, args: Namespace, out: Output) -> int:
    """Budget, reserved, spent by closed days and left of each funder, in minor units; with `--movements` the ledger.

    Its records come by key; they are told in order of time, so all of them (of at most PAGES_MAX pages) are read first.
    """
    path = f"/admin/campaigns/{quote(args.campaign, safe='')}/budgets"
    report = api.get(path).body
    if "funders" not in report:
        raise UnreachableError(f"{api.url} answers something that is not a campaign's money")
    if not args.movements:
        out.result(report, *_table(report))
        return GOOD
    for movement in sorted(_movements(api, path, report), key=_moment):
        out.result(movement, _told(movement))
    return GOOD


def _movements(api: Api, path: str, report: dict[str, Any]) -> list[dict[str, Any]]:
    """Of all pages, `report` being the first."""
    found: list[dict[str, Any]] = []
    for _ in range(PAGES_MAX):
        found += report["movements"]
        if report["next"] is None:
            return found
        report = api.get(path, cursor=report["next"]).body
    raise UnreachableError(f"{api.url} has no end of movements")


def _moment(movement: dict[str, Any]) -> tuple[datetime, str]:
    # Not by its text: in the hour in which a zone's clocks go back, that is in another order.
    return datetime.fromisoformat(movement["at"]), movement["key"]


def _table(report: dict[str, Any]) -> list[str]:
    names = [funder["funder_id"] for funder in report["funders"]] + [batch["batch_id"] for batch in report["batches"]]
    wide = max(map(len, ["minor units", *names]))
    lines = [f"{'minor units':<{wide}}" + "".join(f"{heading:>20}" for heading in COLUMNS.values())]
    lines += [
        f"{funder['funder_id']:<{wide}}" + "".join(f"{funder[name]:>20,}" for name in COLUMNS)
        for funder in report["funders"]
    ]
    for batch in report["batches"]:
        reserved, released, spent = (_sum(batch[name]) for name in ("reserved", "released", "spent"))
        moving = "  (a movement is on its way)" if batch["on_its_way"] else ""
        lines.append(
            f"{batch['batch_id']:<{wide}}{'':>20}{reserved - released:>20,}{spent:>20,}{'':>20}"
            f"  {released:,} of {reserved:,} released or rolled over{moving}"
        )
    return lines


def _told(movement: dict[str, Any]) -> str:
    packs = f" ({movement['packs']:,} packs)" if movement["packs"] else ""
    to = f" to {movement['to_batch_id']}" if movement["to_batch_id"] else ""
    amounts = " ".join(f"{part['funder_id']} {part['amount_minor']:,}" for part in movement["amounts"])
    what = f"{movement['kind']}{to}, {movement['step']}{packs}"
    return f"{movement['at']}  {movement['batch_id']}  {what}: {amounts}  {movement['key']}"


def _sum(funding: Iterable[dict[str, Any]]) -> int:
    return sum(part["amount_minor"] for part in funding)
