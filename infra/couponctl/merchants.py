"""Merchants: register those of a file, suspend one, and withhold, approve or refuse payouts.

Each command changes its own part of a record, at the revision that it read, so edits by others stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from infra.client.api import ApiError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.csv_rows import facts_of
from infra.couponctl.edits import edit
from infra.couponctl.merchant_files import COLUMNS, read_merchants
from infra.couponctl.output import GOOD, WrongUseError, counted
from infra.couponctl.parameters import DAY, NAME
from infra.couponctl.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.couponctl.merchant_files import Listed

PROGRESS_EVERY = 100
SAID = {None: "withheld", "released": "approved", "refused": "refused"}
Withheld = dict[str, Any]


class NotWithheldError(WrongUseError):
    """Nothing is withheld that could be decided."""


class DecidedError(WrongUseError):
    """The withholding was decided before."""


_MERCHANT = click.argument("merchant", type=NAME, help="Its merchant_id.")
FILE = (
    f"Columns: {', '.join(COLUMNS)}; only merchant_id is required. Each line of a merchant is one "
    "of its stores. A title is one column, or title_en and title_zh. Several tags, channels or campaigns in one "
    "cell are separated by semicolons. A column or cell that is absent or blank changes nothing; stores and "
    "campaigns are added, never removed."
)


@command("merchants", needs=OPERATOR, epilog=FILE)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path), help="CSV with a header, one store a line.")
def merchants(cli: Cli, path: Path) -> int:
    """Register or change the merchants of a file; resumable.

    Nothing is sent if a line is bad. What the file leaves out stays. FILE.progress states how many merchants are done,
    so that the next run resumes an interrupted one.
    """
    api, out = cli.api, cli.out
    listed = read_merchants(path)
    run = {"url": api.url, "what": "merchants", "sha256": facts_of(path).sha256}
    progress = Progress(path.with_name(f"{path.name}.progress"), run)
    done = resumed_after = progress.lines_done()
    if resumed_after:
        out.progress(f"{path.name}: resuming after {resumed_after:,} of {len(listed):,} merchants")
    changed = 0
    with out.track(len(listed)) as track:
        for merchant in listed[resumed_after:]:
            try:
                changed += edit(api, _path(merchant.merchant_id), _stated(merchant), out.progress, create=True)[1]
            except ApiError:
                out.failure(f"{path.name}:{merchant.line}: stopped at {merchant.merchant_id!r}; {done:,} are done")
                out.failure("The same command resumes from there.")
                raise
            done += 1
            progress.write(done)
            if done % PROGRESS_EVERY == 0:
                track(done, f"{path.name}: {done:,} of {len(listed):,} merchants")
    progress.path.unlink(missing_ok=True)
    result = {"merchants": len(listed), "changed": changed, "resumed_after": resumed_after}
    out.result(result, f"{path.name}: {counted(len(listed), 'merchant')}, {changed:,} of them new or changed")
    return GOOD


def _stated(merchant: Listed) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    def change(read: dict[str, Any]) -> dict[str, Any] | None:
        stores = {store["store_id"]: store for store in read.get("stores", [])}
        for store in merchant.stores:
            stores[store["store_id"]] = {**stores.get(store["store_id"], {}), **store}
        said = {**merchant.facts, **({"stores": list(stores.values())} if merchant.stores else {})}
        if "campaigns" in said:
            said["campaigns"] = list(dict.fromkeys([*read.get("campaigns", []), *said["campaigns"]]))
        differs = {name: value for name, value in said.items() if read.get(name) != value}
        if not read:
            return said
        return {"revision": read["revision"], **differs} if differs else None

    return change


@command("suspend", needs=OPERATOR)
@_MERCHANT
@click.option("--off", is_flag=True, help="Reinstate it.")
def suspend(cli: Cli, merchant: str, *, off: bool) -> int:
    """Suspend a merchant: within two seconds it redeems nothing."""
    wanted = not off

    def change(read: dict[str, Any]) -> dict[str, Any] | None:
        return None if read["suspended"] == wanted else {"revision": read["revision"], "suspended": wanted}

    record, changed = edit(cli.api, _path(merchant), change, cli.out.progress)
    already = "" if changed else " already"
    head = {"merchant_id": merchant, "suspended": wanted, "revision": record.get("revision")}
    cli.out.result(head, f"{merchant}:{already} {'suspended' if wanted else 'not suspended'}")
    return GOOD


@dataclass(frozen=True)
class Due:
    """What a withholding is of: a merchant's day, or one order from that day on."""

    merchant_id: str
    day: str
    order_no: str | None

    def __str__(self) -> str:
        return f"order {self.order_no} from {self.day} on" if self.order_no else f"the whole day {self.day}"


_ORDER = click.argument("order", required=False, help="One order; without it the whole day.")
_DAY = "Like 2020-06-06."


@command("withhold", needs=OPERATOR)
@_MERCHANT
@click.argument("day", type=DAY, required=False, help=_DAY)
@_ORDER
@click.option("--reason", metavar="TEXT", help="Shown to the merchant; required with a day.")
def withhold(cli: Cli, merchant: str, day: str | None, order: str | None, *, reason: str | None) -> int:
    """Withhold the payout of a day, or of an order from that day on.

    It is not paid out until you approve or refuse it. Without DAY, what is withheld is listed.
    """
    if day is None:
        record = cli.api.get(_path(merchant)).body
        found = [f"{merchant}: {_sentence(merchant, one)}" for one in record["withheld"]]
        head = {"merchant_id": merchant, "withheld": record["withheld"]}
        cli.out.result(head, *(found or [f"{merchant}: nothing is withheld"]))
        return GOOD
    if not reason:
        raise WrongUseError("withhold needs --reason with a day")
    wanted = {"day": day, "order_no": order, "reason": reason, "decision": None}

    def undecided(found: Withheld | None) -> Withheld:
        if found is not None and found["decision"] is not None:
            raise DecidedError(f"{merchant}: {_sentence(merchant, found)}; approve or refuse it to decide otherwise")
        return wanted

    return _withheld(cli, Due(merchant, day, order), undecided)


@command("approve", needs=OPERATOR)
@_MERCHANT
@click.argument("day", type=DAY, help=_DAY)
@_ORDER
def approve(cli: Cli, merchant: str, day: str, order: str | None) -> int:
    """Pay out what is withheld.

    The decision can be changed.
    """
    return _decide(cli, Due(merchant, day, order), "released")


@command("refuse", needs=OPERATOR)
@_MERCHANT
@click.argument("day", type=DAY, help=_DAY)
@_ORDER
def refuse(cli: Cli, merchant: str, day: str, order: str | None) -> int:
    """Never pay out what is withheld.

    The decision can be changed.
    """
    return _decide(cli, Due(merchant, day, order), "refused")


def _decide(cli: Cli, due: Due, decision: str) -> int:
    def decided(found: Withheld | None) -> Withheld:
        if found is None:
            raise NotWithheldError(f"{due.merchant_id}: nothing is withheld of {due}")
        return {**found, "decision": decision}

    return _withheld(cli, due, decided)


def _withheld(cli: Cli, due: Due, become: Callable[[Withheld | None], Withheld]) -> int:
    """One withholding is replaced or added; the others stay."""
    now: list[Withheld] = []

    def change(read: dict[str, Any]) -> dict[str, Any] | None:
        entries = read["withheld"]
        found = next((one for one in entries if (one["day"], one["order_no"]) == (due.day, due.order_no)), None)
        now[:] = [become(found)]
        if found in now:
            return None
        after = [now[0] if one is found else one for one in entries] if found else [*entries, now[0]]
        return {"revision": read["revision"], "withheld": after}

    record, changed = edit(cli.api, _path(due.merchant_id), change, cli.out.progress)
    already = "" if changed else "already "
    head = {"merchant_id": due.merchant_id, "withheld": now[0], "revision": record.get("revision")}
    cli.out.result(head, f"{due.merchant_id}: {already}{_sentence(due.merchant_id, now[0])}")
    return GOOD


def _sentence(merchant_id: str, entry: Withheld) -> str:
    said = SAID.get(entry["decision"], entry["decision"])
    return f"{said}: {Due(merchant_id, entry['day'], entry['order_no'])}: {entry['reason']}"


def _path(merchant_id: str) -> str:
    return f"/admin/merchants/{quote(merchant_id, safe='')}"
