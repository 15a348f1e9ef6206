"""`stats`: a campaign's live statistics, and a recount of them from the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.currencies import money
from infra.client.api import UnreachableError
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, REFUSED, WrongUseError, counted, table
from infra.couponctl.parameters import MOMENT, NAME
from infra.couponctl.points import rebuilt
from infra.couponctl.reads import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coupons.count.recount import CellDifference

BY = ("second", "minute", "hour", "day", "section", "district", "category", "channel", "funder", "batch", "tag", "kind")
"""What the API takes, without its models, which `--help` must not load.

Guarded by tests/unit/couponctl/test_stats.py::test_rows_are_those_of_the_api.
"""
COUNTS = ("bookings", "claims", "redemptions", "reversals")
RARE_COUNTS = {
    "slot_bookings": "slots booked",
    "slot_waits": "waits",
    "slot_promotions": "moved up",
    "slot_cancellations": "cancelled",
    "no_shows": "did not come",
    "check_ins": "checked in",
    "points_earned": "points earned",
    "points_spent": "points spent",
}
AMOUNTS = {"discount_minor": "discount", "merchant_match_minor": "match", "consumption_minor": "consumption"}
NOT_RECOUNTED = "bookings of slots, seconds and refusals are known from the streams alone: they are not recounted"
SHOWN_MAX = 50
"""Differences that are printed, of which there may be millions."""


@command("stats")
@click.argument("campaign", type=NAME)
@click.option("--by", type=click.Choice(BY), default="day", show_default=True, help="What the rows are.")
@click.option("--from", "from_", type=MOMENT, metavar="TIME", help="RFC 3339; absent: see GET /campaigns/{id}/stats.")
@click.option("--to", type=MOMENT, metavar="TIME", help="The same; absent: now.")
@click.option("--rebuild", is_flag=True, help="Recount from the tables, with AWS's own credentials, and compare.")
@click.option("--write", is_flag=True, help="With --rebuild: replace the minutes that differ.")
@click.option("--stack", default="coupon-season", show_default=True, metavar="NAME", help="The stack's name on AWS.")
def stats(
    cli: Cli, campaign: str, *, by: str, from_: str | None, to: str | None, rebuild: bool, write: bool, stack: str
) -> int:
    """Show what was counted of a campaign, or recount it.

    A recount reads bookings, claims and settlement lines, for the minutes that can no longer change, and writes
    nothing; the exit code is 0 only if it agrees to the unit. Seconds, refusals and what people became in slots are
    known from the streams alone, and are not recounted.
    """
    if write and not rebuild:
        raise WrongUseError("--write goes with --rebuild")
    if rebuild:
        return _rebuilt(cli, campaign, stack, write=write)
    path = f"/campaigns/{quote(campaign, safe='')}/stats"
    given = {name: value for name, value in (("from", from_), ("to", to)) if value is not None}
    found = read(cli.api, path, "rows", "total", "packs", by=by, **given)
    cli.out.result(found, *_lines(found))
    return GOOD


def _lines(found: dict[str, Any]) -> Iterator[str]:
    currency = found["currency"]
    if found["by"] == "second":
        rows = [(one["at"], one["batch_id"], f"{one['claims']:,}", _refused(one)) for one in found["seconds"]]
        yield from table(("second", "batch", "claims", "refused, about"), rows)
    else:
        named = [*found["rows"], {"name": "in all", **found["total"]}]
        rare = {name: said for name, said in RARE_COUNTS.items() if any(row[name] for row in named)}
        rows_ = [
            (
                row["name"],
                *(f"{row[name]:,}" for name in (*COUNTS, *rare)),
                *(money(row[name], currency) for name in AMOUNTS),
            )
            for row in named
        ]
        yield from table((found["by"], *COUNTS, *rare.values(), *AMOUNTS.values()), rows_)
    yield ""
    left = [(one["batch_id"], f"{one['left']:,}", f"{one['quantity']:,}") for one in found["packs"]]
    yield from table(("batch", "packs left", "of"), left)
    yield f"counted up to {found['claims_as_of'] or 'nothing yet'}"


def _refused(second: dict[str, Any]) -> str:
    return ", ".join(f"{cause} {number:,}" for cause, number in sorted(second["refused"].items()))


def _rebuilt(cli: Cli, campaign: str, stack: str, *, write: bool) -> int:
    from botocore.exceptions import BotoCoreError, ClientError

    from coupons.count.recount import recount, replace_differing
    from coupons.model.statistics import OF_STREAM_ALONE
    from infra.couponctl.stack_tables import account_buckets, counted_until_s, opened

    try:
        services = opened(cli, stack)
        now_s = int(services.clock.wall_s())
        buckets = account_buckets(cli, services)
        told = recount(services, campaign, counted_until_s(cli, services, now_s), buckets)
        differing = {one.minute for one in told.differences}
        left = replace_differing(services, campaign, told, now_s) if write else differing
        points = rebuilt(cli, services, campaign, buckets, write=write)
    except (BotoCoreError, ClientError) as error:
        raise UnreachableError(f"AWS: {error}") from None
    replaced = len(differing) - len(left)
    differences = [_facts(one) for one in told.differences]
    facts = {
        "campaign_id": campaign,
        "minutes": told.minutes,
        "differences": differences,
        "replaced": replaced,
        "agrees": not differences and not (points and points.differences),
        "points": points and points._asdict(),
        "not_recounted": sorted([*OF_STREAM_ALONE, "refusals", "seconds"]),
    }
    lines = [
        f"{one['minute']}  {one['what']}: counted {one['counted']}, items say {one['items']}"
        for one in differences[:SHOWN_MAX]
    ]
    if write and differing:
        why = ": they changed meanwhile, or a booking can still be cancelled" if left else ""
        lines.append(f"{counted(replaced, 'minute')} replaced, {len(left)} left{why}")
    verdict = counted(len(differences), "difference") if differences else "agrees to the unit"
    verdict = f"{campaign}: {counted(told.minutes, 'minute')} recounted, {verdict}"
    of_points = points.lines(write=write) if points else ()
    cli.out.result(facts, *lines, verdict, *of_points, NOT_RECOUNTED)
    return REFUSED if left or (points and not points.is_good) else GOOD


def _facts(one: CellDifference) -> dict[str, Any]:
    from coupons.times import rfc3339

    what = " ".join(filter(None, (one.cell.flow, one.cell.dimension, one.cell.name)))
    return {"minute": rfc3339(one.minute.minute_s), "what": what, "counted": one.stored, "items": one.recounted}
