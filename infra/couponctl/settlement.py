"""`settlement`: a merchant's day."""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from coupons.times import day_of
from infra.couponctl import reads
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, REFUSED, WrongUseError, amount, counted, table
from infra.couponctl.parameters import DAY, NAME
from infra.couponctl.words import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.client.api import Api

AMOUNTS = {"discount_minor": "discount", "merchant_match_minor": "match", "payable_minor": "paid by customers"}


@command("settlement", needs="merchant")
@click.argument("day", type=DAY, required=False, help="Like 2020-06-06; today if absent.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the lines as CSV, which `couponctl reconcile` reads.")
@click.option("--merchant", metavar="MERCHANT", type=NAME, help="For a token of the local stack.")
def settlement(cli: Cli, day: str | None, *, as_csv: bool, merchant: str | None) -> int:
    """Show a merchant's day: lines, sums, and whether it is final.

    The merchant is that of the token. A day that is not final can still get lines. The result is not good if the stack
    cannot read a part of the day.
    """
    if as_csv and cli.out.as_json:
        raise WrongUseError("--csv and --json: choose one")
    if cli.given_token is None and merchant is None:
        raise WrongUseError("settlement needs --merchant, or --token")
    api = cli.connect(merchant_id=merchant)
    day = day or _today(api)
    found: dict[str, Any] = {"damaged": 0, "lines": [], "lost": []}
    for page in reads.pages(api, f"/settlements/{day}", *reads.DAY_MEMBERS, *found):
        if as_csv:
            sys.stdout.write(_csv(page, with_header="day" not in found))
        found |= {name: page[name] for name in reads.DAY_MEMBERS}
        for name in ("damaged", "lines", "lost"):
            found[name] += page[name]
        if page["next"] is not None:
            cli.out.progress(f"settlement of {day}: {len(found['lines']):,} lines read")
    if not as_csv:
        again = f"couponctl settlement {day}{f' --merchant {merchant}' if merchant else ''} --csv"
        cli.out.result(found, *_told(found), f"As CSV: {again}")
    return REFUSED if found["damaged"] else GOOD


def _today(api: Api) -> str:
    """Today in the zone of the campaigns, by the stack's clock. Raises WrongUseError if that is not one day."""
    zones = set(reads.of_campaigns(api, "timezone").values())
    days = {day_of(int(api.time.now_s()), zone).isoformat() for zone in zones} if api.time.is_known else set()
    if len(days) != 1:
        raise WrongUseError("today is not one day for all campaigns: name the DAY")
    return days.pop()


def _csv(page: dict[str, Any], *, with_header: bool) -> str:
    """The page as the API's own CSV."""
    from coupons.web.responses.statement import SettlementView

    text = SettlementView.model_validate(page).as_csv()
    return text if with_header else text.partition("\r\n")[2]


def _told(found: dict[str, Any]) -> Iterator[str]:
    lines: list[dict[str, Any]] = found["lines"]
    if lines:
        rows = [
            (moment(one["at"]), one["kind"], _order(one), one["campaign_id"], *_amounts(one), _payout(one))
            for one in sorted(lines, key=lambda one: datetime.fromisoformat(one["at"]))
        ]
        yield from table(("at", "kind", "order", "campaign", *AMOUNTS.values(), "payout"), rows)
        yield from ("", *_sums(lines), "", *_funders(lines), "")
    for lost in found["lost"]:
        yield f"cannot be read: {_order(lost)}"
    state = "final" if found["final"] else "not final: the day is not closed yet"
    damage = (
        f"; {counted(found['damaged'], 'item')} cannot be read: nothing may be paid by this" if found["damaged"] else ""
    )
    yield f"{found['merchant_id']}, {found['day']}: {counted(len(lines), 'line')}; {state}{damage}"


def _order(line: dict[str, Any]) -> str:
    return " / ".join(filter(None, (line["order_no"], line["reversal_no"])))


def _amounts(line: dict[str, Any]) -> Iterator[str]:
    return (amount(line[name], line["currency"]) for name in AMOUNTS)


def _payout(line: dict[str, Any]) -> str:
    """With the reason, if it is not due."""
    payout = reads.payout_of(line)
    return payout if payout == "due" else f"{payout}: {line['withheld']}"


def _sums(lines: list[dict[str, Any]]) -> list[str]:
    """By campaign and payout."""
    sums: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(("lines", *AMOUNTS), 0))
    for line in lines:
        added = sums[line["campaign_id"], line["currency"], reads.payout_of(line)]
        added["lines"] += 1
        for name in AMOUNTS:
            added[name] += line[name]
    rows = [
        (campaign, payout, f"{added['lines']:,}", *_amounts({**added, "currency": currency}))
        for (campaign, currency, payout), added in sorted(sums.items())
    ]
    return table(("campaign", "payout", "lines", *AMOUNTS.values()), rows)


def _funders(lines: list[dict[str, Any]]) -> list[str]:
    """The discounts by campaign and funder."""
    shares: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in lines:
        for part in line["funding"]:
            shares[line["campaign_id"], part["funder_id"], line["currency"]] += part["amount_minor"]
    rows = [
        (campaign, funder, amount(minor, currency)) for (campaign, funder, currency), minor in sorted(shares.items())
    ]
    return table(("campaign", "funder", "discount"), rows)
