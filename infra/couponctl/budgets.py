"""`budgets`: a campaign's money by funder and by batch, and its ledger."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.currencies import money
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.funding import total_minor
from infra.couponctl.output import GOOD, REFUSED, currency_name, table
from infra.couponctl.parameters import NAME
from infra.couponctl.reads import pages
from infra.couponctl.words import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNDER = {
    "budget_minor": "budget",
    "reserved_minor": "reserved",
    "spent_minor": "spent, closed days",
    "left_minor": "left",
}
"""Headings of a funder's amounts."""


@command("budgets", needs=OPERATOR)
@click.argument("campaign", type=NAME)
@click.option("--movements", is_flag=True, help="List the ledger's records instead, in order of time.")
def budgets(cli: Cli, campaign: str, *, movements: bool) -> int:
    """Show a campaign's money by funder and batch.

    What each funder has budgeted, what is reserved for batches, how much of that closed days have spent, and what is
    left. Of each batch what is reserved, spent, and given back or rolled over.
    """
    path = f"/admin/campaigns/{quote(campaign, safe='')}/budgets"
    found = pages(cli.api, path, "currency", "funders", "batches", "movements", "damaged")
    report = next(found)
    if report["damaged"]:
        cli.out.progress(f"{report['damaged']} items cannot be read and are left out: the sums are too small")
    if movements:
        # Records come in order of their keys, so all of them are read first.
        records = [*report["movements"], *(record for page in found for record in page["movements"])]
        for record in sorted(records, key=_at):
            cli.out.result(record | {"currency": report["currency"]}, _told(record, report["currency"]))
    else:
        cli.out.result(report, *_tables(report))
    return REFUSED if report["damaged"] else GOOD


def _at(movement: dict[str, Any]) -> tuple[datetime, str]:
    # Not sorted as text: in the hour when clocks go back its order is another.
    return datetime.fromisoformat(movement["at"]), movement["key"]


def _tables(report: dict[str, Any]) -> Iterator[str]:
    currency = report["currency"]
    yield f"{report['campaign_id']}, {currency_name(currency)}"
    funders = [
        (funder["funder_id"], *(money(funder[name], currency) for name in FUNDER)) for funder in report["funders"]
    ]
    yield from ("", *table(("funder", *FUNDER.values()), funders))
    batches = [
        (
            batch["batch_id"],
            money(total_minor(batch["reserved"]) - total_minor(batch["released"]), currency),
            money(total_minor(batch["spent"]), currency),
            money(total_minor(batch["released"]), currency),
        )
        for batch in report["batches"]
    ]
    if batches:
        yield from ("", *table(("batch", "reserved", "spent, closed days", "given back or rolled over"), batches))
    for batch in report["batches"]:
        if batch["on_its_way"]:
            yield f"{batch['batch_id']}: a movement is on its way, its amounts are not up to date"


def _told(movement: dict[str, Any], currency: str) -> str:
    packs = f" ({movement['packs']:,} packs)" if movement["packs"] else ""
    to = f" to {movement['to_batch_id']}" if movement["to_batch_id"] else ""
    amounts = ", ".join(f"{part['funder_id']} {money(part['amount_minor'], currency)}" for part in movement["amounts"])
    what = f"{movement['kind']}{to}, {movement['step']}{packs}"
    return f"{moment(movement['at'])}  {movement['batch_id']}  {what}: {amounts}  {movement['key']}"
