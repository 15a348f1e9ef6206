"""`couponctl budgets`: a campaign's money by funder and by batch, and every movement of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.client.api import UnreachableError
from infra.couponctl.output import GOOD, Output

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from infra.client.api import Api

PAGES_MAX = 1_000
COLUMNS = ("budget_minor", "reserved_minor", "spent_minor", "left_minor")


def budgets(api: Api, args: Namespace, out: Output) -> int:
    """Budget, reserved, spent by closed days and left of each funder, in minor units; with `--movements` the ledger."""
    path = f"/admin/campaigns/{quote(args.campaign, safe='')}/budgets"
    report = api.get(path).body
    if "funders" not in report:
        raise UnreachableError(f"{api.url} answers something that is not a campaign's money")
    if not args.movements:
        out.result(report, *_table(report))
        return GOOD
    for _ in range(PAGES_MAX):
        for movement in report["movements"]:
            out.result(movement, _told(movement))
        if report["next"] is None:
            return GOOD
        report = api.get(path, cursor=report["next"]).body
    raise UnreachableError(f"{api.url} has no end of movements")


def _table(report: dict[str, Any]) -> list[str]:
    names = [funder["funder_id"] for funder in report["funders"]] + [batch["batch_id"] for batch in report["batches"]]
    wide = max(map(len, ["minor units", *names]))
    lines = [f"{'minor units':<{wide}}" + "".join(f"{name.removesuffix('_minor'):>20}" for name in COLUMNS)]
    lines += [
        f"{funder['funder_id']:<{wide}}" + "".join(f"{funder[name]:>20,}" for name in COLUMNS)
        for funder in report["funders"]
    ]
    for batch in report["batches"]:
        reserved, released, spent = (_sum(batch[name]) for name in ("reserved", "released", "spent"))
        moving = "  (a movement is on its way)" if batch["on_its_way"] else ""
        lines.append(
            f"{batch['batch_id']:<{wide}}{'':>20}{reserved - released:>20,}{spent:>20,}{'':>20}"
            f"  {released:,} of {reserved:,} given back{moving}"
        )
    return lines


def _told(movement: dict[str, Any]) -> str:
    packs = f" ({movement['packs']:,} packs)" if movement["packs"] else ""
    to = f" to {movement['to_batch_id']}" if movement["to_batch_id"] else ""
    amounts = " ".join(f"{part['funder_id']} {part['amount_minor']:,}" for part in movement["amounts"])
    return f"{movement['at']}  {movement['batch_id']}  {movement['kind']}{to}, {movement['step']}{packs}: {amounts}"


def _sum(funding: Iterable[dict[str, Any]]) -> int:
    return sum(part["amount_minor"] for part in funding)
