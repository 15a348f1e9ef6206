"""`points`: what the points of a program come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.currencies import money
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, REFUSED, table
from infra.couponctl.parameters import NAME
from infra.couponctl.reads import read

if TYPE_CHECKING:
    from collections.abc import Iterator


def path_of(program: str) -> str:
    return f"/admin/programs/{quote(program, safe='')}/points"


@command("points", needs=OPERATOR)
@click.argument("program", type=NAME)
def points(cli: Cli, program: str) -> int:
    """Show a program's points by when they end.

    They are counted from the stream, up to a moment ago; the exit code is 0 only if the sums add up. A recount of all
    accounts: couponctl audit --program PROGRAM.
    """
    found = read(cli.api, path_of(program), "liability", "equations")
    good = all(one["holds"] for one in found["equations"])
    cli.out.result(found, *_lines(found))
    return GOOD if good else REFUSED


def _lines(found: dict[str, Any]) -> Iterator[str]:
    currency, worth = found["currency"], found["unit_value_minor"]
    rows = [(one["expires_at"], one["points"], one["amount_minor"]) for one in found["liability"]]
    rows.append(("in all", sum(one[1] for one in rows), sum(one[2] for one in rows)))
    yield from table(
        ("until", "points", "worth"), [(at, f"{many:,}", money(minor, currency)) for at, many, minor in rows]
    )
    yield ""
    sums = [(name, found[name]) for name in ("earned", "spent", "expired", "debt")]
    yield from table(("", "points", "worth"), [(name, f"{n:,}", money(n * worth, currency)) for name, n in sums])
    yield ""
    for one in found["equations"]:
        yield f"{'holds' if one['holds'] else 'FAILS'}  {one['name']}: {one['left']:,} and {one['right']:,}"
    yield f"counted up to {found['as_of'] or 'nothing yet'}"
