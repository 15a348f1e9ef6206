"""`budgets`: a campaign's money by funder and by batch, and its ledger."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.currencies import EXPONENTS, decimal, money
from infra.client.api import UnreachableError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, REFUSED, currency_name
from infra.couponctl.parameters import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.client.api import Api

PAGES_MAX = 1_000
COLUMNS = {
    "budget_minor": "budget",
    "reserved_minor": "reserved",
    "spent_minor": "spent, closed days",
    "left_minor": "left",
}
"""Headings of a funder's amounts."""


@command("budgets", needs=OPERATOR)
@click.argument("campaign", type=NAME)
@click.option("--movements", is_flag=True, help="List the ledger's records instead.")
def budgets(cli: Cli, campaign: str, *, movements: bool) -> int:
    """Show a campaign's money by funder and batch.

    What each funder has budgeted, reserved, spent on closed days and left, in the campaign's currency.
    """
    api, out = cli.api, cli.out
    path = f"/admin/campaigns/{quote(campaign, safe='')}/budgets"
    report = api.get(path).body
    if "funders" not in report or report.get("currency") not in EXPONENTS:
        raise UnreachableError(f"{api.url} answers something that is not a campaign's money")
    verdict = REFUSED if report["damaged"] else GOOD
    if report["damaged"]:
        out.progress(f"{report['damaged']} items cannot be read and are left out: the sums are too small")
    if not movements:
        out.result(report, *_table(report))
        return verdict
    # Records are answered in order of their keys and printed in order of time, so all of them are read first.
    for movement in sorted(_movements(api, path, report), key=_moment):
        out.result(movement | {"currency": report["currency"]}, _told(movement, report["currency"]))
    return verdict


def _movements(api: Api, path: str, report: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of all pages; `report` is the first page."""
    found: list[dict[str, Any]] = []
    for _ in range(PAGES_MAX):
        found += report["movements"]
        if report["next"] is None:
            return found
        report = api.get(path, cursor=report["next"]).body
    raise UnreachableError(f"{api.url} answers pages of movements without end")


def _moment(movement: dict[str, Any]) -> tuple[datetime, str]:
    # Not sorted as text: in the hour when clocks go back its order is another.
    return datetime.fromisoformat(movement["at"]), movement["key"]


def _table(report: dict[str, Any]) -> list[str]:
    names = [funder["funder_id"] for funder in report["funders"]] + [batch["batch_id"] for batch in report["batches"]]
    currency = report["currency"]

    def told(amount_minor: int) -> str:
        return decimal(amount_minor, currency)

    heading = currency_name(currency)
    wide = max(map(len, [heading, *names]))
    lines = [f"{heading:<{wide}}" + "".join(f"{column:>24}" for column in COLUMNS.values())]
    lines += [
        f"{funder['funder_id']:<{wide}}" + "".join(f"{told(funder[name]):>24}" for name in COLUMNS)
        for funder in report["funders"]
    ]
    for batch in report["batches"]:
        reserved, released, spent = (_sum(batch[name]) for name in ("reserved", "released", "spent"))
        moving = "  (a movement is on its way)" if batch["on_its_way"] else ""
        lines.append(
            f"{batch['batch_id']:<{wide}}{'':>24}{told(reserved - released):>24}{told(spent):>24}{'':>24}"
            f"  {told(released)} of {told(reserved)} given back or rolled over{moving}"
        )
    return lines


def _told(movement: dict[str, Any], currency: str) -> str:
    packs = f" ({movement['packs']:,} packs)" if movement["packs"] else ""
    to = f" to {movement['to_batch_id']}" if movement["to_batch_id"] else ""
    amounts = ", ".join(f"{part['funder_id']} {money(part['amount_minor'], currency)}" for part in movement["amounts"])
    what = f"{movement['kind']}{to}, {movement['step']}{packs}"
    return f"{movement['at']}  {movement['batch_id']}  {what}: {amounts}  {movement['key']}"


def _sum(funding: Iterable[dict[str, Any]]) -> int:
    return sum(part["amount_minor"] for part in funding)
