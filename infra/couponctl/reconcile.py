"""`reconcile`: a merchant's own list of a day against our settlement of that day."""

from __future__ import annotations

from pathlib import Path

import click

from infra.couponctl import reconciliation
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, REFUSED, WrongUseError, counted
from infra.couponctl.parameters import DAY, ENCODING
from infra.couponctl.reads import of_campaigns
from infra.couponctl.settlement_days import Days
from infra.couponctl.statement_rows import CHINESE
from infra.couponctl.statements import AMOUNTS, read_statement

FILE = (
    f"FILE is CSV with a header and one movement a line. Columns: order_no, {', '.join(AMOUNTS)}; reversal_no for "
    "reversals, whose amounts are negative; day (2020-06-06), or at (a local time, or one with its offset, "
    "2020-06-06T12:00:00+08:00), unless --day is given. campaign_id, currency (CNY) and funding (government:1000 "
    "platform:600) are compared if the file has them. Other columns are ignored. Amounts are whole minor units: "
    "10.00 CNY are 1000. The CSV of GET /settlements/DAY is such a file, also joined from its pages or saved by a "
    "spreadsheet program: in UTF-8, UTF-16 or GBK, with commas, semicolons or tabs."
)


@command("reconcile", needs="merchant", epilog=FILE)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--day", type=DAY, metavar="YYYY-MM-DD", help="Overrides the day in the file.")
@click.option("--encoding", type=ENCODING, metavar="NAME", help="Of the file, such as big5 or cp1252.")
@click.option("--merchant", metavar="MERCHANT", help="For a token of the local stack.")
def reconcile(cli: Cli, file: Path, *, day: str | None, encoding: str | None, merchant: str | None) -> int:
    """Compare a merchant's own list with a settlement day.

    Prints each difference. Lines whose payout is withheld or refused are on both lists and no difference; they are
    printed apart. If our books of the day are damaged, the result is not good.
    """
    if cli.given_token is None and merchant is None:
        raise WrongUseError("reconcile needs --merchant, or --token")
    days = None if day else Days(lambda: of_campaigns(cli.connect(merchant_id=merchant), "timezone"))
    statement = read_statement(file, days, encoding)
    if statement.encoding == CHINESE and encoding is None:
        cli.out.progress(f"{statement.name}: not UTF-8, so read as GB18030 (GBK); --encoding names another")
    day = day or statement.day()
    settlement = reconciliation.fetch_settlement(cli.connect(merchant_id=merchant), day, cli.out.progress)
    ours, theirs = settlement.movements, statement.movements
    unnamed = [entry for movement, entry in theirs.items() if movement not in ours and entry.currency is None]
    if unnamed and settlement.only_currency is None:
        settlement.currencies = of_campaigns(cli.api, "currency")
    not_due = sorted(settlement.not_due, key=lambda one: one.movement)
    differences, totals = reconciliation.compare(settlement, statement), reconciliation.totals(settlement, statement)
    verdict = counted(len(differences), "difference") if differences else "no difference"
    if settlement.head.get("final") is False:
        verdict += "; the day is not closed yet"
    if settlement.is_damaged:
        lost = ", ".join("/".join(filter(None, movement)) for movement in settlement.lost) or "none"
        verdict += f"; our books of the day are damaged, lines that cannot be read: {lost}"
    cli.out.result(
        settlement.head
        | {"ours": len(ours), "theirs": len(theirs), "differences": [found.as_json() for found in differences]}
        | {"not_due": [found.as_json() for found in not_due], "totals": [found.as_json() for found in totals]},
        *map(str, differences),
        *map(str, not_due),
        *map(str, totals),
        f"{day}: {counted(len(ours), 'line')} with us, {len(theirs):,} with them, {verdict}",
    )
    return REFUSED if differences or settlement.is_damaged else GOOD
