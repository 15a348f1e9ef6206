"""`venues`: a year at the facilities of a campaign, as a sports bureau reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.currencies import money
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, currency_name, table
from infra.couponctl.parameters import NAME
from infra.couponctl.reads import pages

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADINGS = ("facility", "sport", "venue", "days open", "hours open", "slots used", "visits", "paid")


@command("venues", needs=OPERATOR)
@click.argument("campaign", type=NAME)
@click.option("--year", type=click.IntRange(2000, 2099), required=True, help="The calendar year.")
def venues(cli: Cli, campaign: str, *, year: int) -> int:
    """Show a year at the venues: hours open, visits, what was paid.

    Open days and hours are those of the schedule until yesterday, whatever was decided about single slots. Visits and
    what funders pay are those of the settlement days that are closed.
    """
    path = f"/admin/campaigns/{quote(campaign, safe='')}/venues"
    found = list(pages(cli.api, path, "currency", "through", "facilities", year=str(year)))
    report = found[0] | {"facilities": [row for page in found for row in page["facilities"]]}
    cli.out.result(report, *_told(report))
    return GOOD


def _told(report: dict[str, Any]) -> Iterator[str]:
    currency, rows = report["currency"], report["facilities"]
    if report["through"] < f"{report['year']}-01-01":
        yield f"{report['campaign_id']}: no day of {report['year']} is over yet"
        return
    yield f"{report['campaign_id']}, {report['year']} through {report['through']}, {currency_name(currency)}"
    if not rows:
        yield "no facilities"
        return
    yield ""
    yield from table(HEADINGS, [_row(row, currency) for row in rows])
    visits = sum(row["visits"] for row in rows)
    paid = money(sum(row["subsidy_minor"] for row in rows), currency)
    yield f"{len(rows)} facilities: {visits:,} visits, {paid} paid"


def _row(row: dict[str, Any], currency: str) -> tuple[str, ...]:
    hours, minutes = divmod(row["minutes_open"], 60)
    open_for = f"{hours:,}" + (f":{minutes:02}" if minutes else "")
    numbers = (f"{row['days_open']:,}", open_for, f"{row['slots']:,}", f"{row['visits']:,}")
    return row["facility_id"], row["sport"], row["venue_id"], *numbers, money(row["subsidy_minor"], currency)
