"""Merchants: register those of a file, suspend one, and withhold, approve or refuse payouts.

Each command changes its own part of a record, at the revision that it read, so edits by others stay.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.client.api import ApiError
from infra.couponctl.csv_rows import facts_of
from infra.couponctl.edits import edit
from infra.couponctl.merchant_files import read_merchants
from infra.couponctl.output import GOOD, Output, WrongUseError
from infra.couponctl.progress import Progress

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from infra.client.api import Api
    from infra.couponctl.merchant_files import Listed

PROGRESS_EVERY = 100
DECISIONS = {"approve": "released", "refuse": "refused"}
SAID = {None: "withheld", "released": "approved", "refused": "refused"}
Withheld = dict[str, Any]


class NotWithheldError(WrongUseError):
    """Nothing is withheld that could be decided."""


class DecidedError(WrongUseError):
    """The withholding was decided before."""


def merchants(api: Api, args: Namespace, out: Output) -> int:
    """Every merchant of the file is registered as the file states; nothing is sent if a line is bad.

    Stores and campaigns are added; what the file leaves out stays. `FILE.progress` states how many merchants are done,
    so that the next run resumes an interrupted one; repeating a merchant changes nothing.
    """
    path = Path(args.file)
    listed = read_merchants(path)
    run = {"url": api.url, "what": "merchants", "sha256": facts_of(path).sha256}
    progress = Progress(path.with_name(f"{path.name}.progress"), run)
    done = resumed_after = progress.lines_done()
    if resumed_after:
        out.progress(f"{path.name}: resuming after {resumed_after:,} of {len(listed):,} merchants")
    changed = 0
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
            out.progress(f"{path.name}: {done:,} of {len(listed):,} merchants")
    progress.path.unlink(missing_ok=True)
    result = {"merchants": len(listed), "changed": changed, "resumed_after": resumed_after}
    out.result(result, f"{path.name}: {len(listed):,} merchants, {changed:,} of them new or changed")
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


def suspend(api: Api, args: Namespace, out: Output) -> int:
    """Within two seconds the merchant redeems nothing; with `--off` it redeems again."""
    wanted = not args.off

    def change(read: dict[str, Any]) -> dict[str, Any] | None:
        return None if read["suspended"] == wanted else {"revision": read["revision"], "suspended": wanted}

    record, changed = edit(api, _path(args.merchant), change, out.progress)
    already = "" if changed else " already"
    head = {"merchant_id": args.merchant, "suspended": wanted, "revision": record.get("revision")}
    out.result(head, f"{args.merchant}:{already} {'suspended' if wanted else 'not suspended'}")
    return GOOD


def withhold(api: Api, args: Namespace, out: Output) -> int:
    """Lines of a day, or of an order from that day on, are not paid out until the withholding is decided.

    Without a day the withholdings are listed. A decided one stays decided; `approve` and `refuse` change it.
    """
    if args.day is None:
        record = api.get(_path(args.merchant)).body
        found = [f"{args.merchant}: {_sentence(one)}" for one in record["withheld"]]
        head = {"merchant_id": args.merchant, "withheld": record["withheld"]}
        out.result(head, *(found or [f"{args.merchant}: nothing is withheld"]))
        return GOOD
    if not args.reason:
        raise WrongUseError("withhold needs --reason with a day")
    wanted = {"day": args.day, "order_no": args.order, "reason": args.reason, "decision": None}

    def undecided(found: Withheld | None) -> Withheld:
        if found is not None and found["decision"] is not None:
            raise DecidedError(f"{args.merchant}: {_sentence(found)}; approve or refuse it to decide otherwise")
        return wanted

    return _withheld(api, args, out, undecided)


def approve(api: Api, args: Namespace, out: Output) -> int:
    """What was withheld is paid out."""
    return _decide(api, args, out, DECISIONS["approve"])


def refuse(api: Api, args: Namespace, out: Output) -> int:
    """What was withheld is never paid out."""
    return _decide(api, args, out, DECISIONS["refuse"])


def _decide(api: Api, args: Namespace, out: Output, decision: str) -> int:
    def decided(found: Withheld | None) -> Withheld:
        if found is None:
            raise NotWithheldError(f"{args.merchant}: nothing is withheld of {_name(args.day, args.order)}")
        return {**found, "decision": decision}

    return _withheld(api, args, out, decided)


def _withheld(api: Api, args: Namespace, out: Output, become: Callable[[Withheld | None], Withheld]) -> int:
    """One withholding is replaced or added; the others stay."""
    now: list[Withheld] = []

    def change(read: dict[str, Any]) -> dict[str, Any] | None:
        entries = read["withheld"]
        found = next((one for one in entries if (one["day"], one["order_no"]) == (args.day, args.order)), None)
        now[:] = [become(found)]
        if found in now:
            return None
        after = [now[0] if one is found else one for one in entries] if found else [*entries, now[0]]
        return {"revision": read["revision"], "withheld": after}

    record, changed = edit(api, _path(args.merchant), change, out.progress)
    already = "" if changed else "already "
    head = {"merchant_id": args.merchant, "withheld": now[0], "revision": record.get("revision")}
    out.result(head, f"{args.merchant}: {already}{_sentence(now[0])}")
    return GOOD


def _sentence(entry: Withheld) -> str:
    said = SAID.get(entry["decision"], entry["decision"])
    return f"{said}: {_name(entry['day'], entry['order_no'])}: {entry['reason']}"


def _name(day: str, order_no: str | None) -> str:
    return f"order {order_no} from {day} on" if order_no else f"the whole day {day}"


def _path(merchant_id: str) -> str:
    return f"/admin/merchants/{quote(merchant_id, safe='')}"
