"""`points`: what the points of a program come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import click

from coupons.currencies import money
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, REFUSED, table
from infra.couponctl.parameters import NAME
from infra.couponctl.reads import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coupons.process.services import Services


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


def rebuilt(cli: Cli, services: Services, campaign: str, buckets: Sequence[int], *, write: bool) -> Rebuilt | None:
    """What was counted of the campaign's points, and what the accounts come to; None if visits earn none.

    With `write` the accounts' sums take its place, if the streams are read to their end and nothing moved meanwhile.
    """
    from coupons.clock import FENCE_S, SystemClock
    from coupons.count.points_recount import recount_points, replace_points
    from infra.couponctl.stack_tables import counted_until_s

    program_id = services.programmes.program_of(campaign)
    if program_id is None:
        return None
    told = recount_points(services, program_id, buckets)
    differences = [{"what": name, "counted": one, "accounts": other} for name, (one, other) in told.differences.items()]
    is_replaced = False
    if write and differences:
        now_s = int((services.clock if cli.api.local else SystemClock()).wall_s())
        is_read = counted_until_s(cli, services, now_s) + FENCE_S >= now_s
        is_replaced = is_read and replace_points(services, told)
    return Rebuilt(program_id, differences, is_replaced)


class Rebuilt(NamedTuple):
    """`differences`: by what is counted, with both numbers."""

    program_id: str
    differences: list[dict[str, Any]]
    is_replaced: bool

    @property
    def is_good(self) -> bool:
        return self.is_replaced or not self.differences

    def lines(self, *, write: bool) -> Iterator[str]:
        for one in self.differences:
            yield f"{self.program_id}  {one['what']}: counted {one['counted']}, accounts come to {one['accounts']}"
        if write and self.differences:
            yield (
                "points replaced"
                if self.is_replaced
                else "points left: they move, or the stream is not read to its end"
            )
        yield f"{self.program_id}: {'points differ' if self.differences else 'points agree with the accounts'}"
