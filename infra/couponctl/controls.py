"""Commands for published batches (stop, pause, resume, raise, extend) and for a campaign's suspended districts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.client.api import UnreachableError
from infra.couponctl.edits import edit
from infra.couponctl.output import GOOD, Output, WrongUseError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from infra.client.api import Api


class BothWaysError(WrongUseError):
    """A district cannot be suspended and reopened by one command."""


def stop(api: Api, args: Namespace, out: Output) -> int:
    """The batch is stopped for good; with `--void` its coupons that are not redeemed are void."""
    body = {"issued": "void" if args.void else "keep"}
    answer = api.post(_path(args.batch, "stop"), body, repeatable=True)
    # What was voided before stays voided, with or without `--void`.
    said = "stopped, issued coupons " + ("voided" if answer.body.get("voided", args.void) else "stay valid")
    return _say(out, args.batch, answer.body, said, replayed=answer.replayed)


def pause(api: Api, args: Namespace, out: Output) -> int:
    return _told(api, args, out, "pause", {}, "paused")


def resume(api: Api, args: Namespace, out: Output) -> int:
    return _told(api, args, out, "resume", {}, "resumed")


def extend(api: Api, args: Namespace, out: Output) -> int:
    """All coupons are valid `args.days` longer than the terms say; repeating it changes nothing."""
    return _told(api, args, out, "extend", {"days": args.days}, f"valid {args.days:,} days longer than its terms say")


def raise_quantity(api: Api, args: Namespace, out: Output) -> int:
    answer = api.put(_path(args.batch, "quantity"), {"quantity": args.quantity})
    return _say(out, args.batch, answer.body, f"{args.quantity:,} packs", replayed=answer.replayed)


def _told(api: Api, args: Namespace, out: Output, step: str, body: Mapping[str, Any], said: str) -> int:
    # Each of these requests may be repeated.
    answer = api.post(_path(args.batch, step), body, repeatable=True)
    return _say(out, args.batch, answer.body, said, replayed=answer.replayed)


def _path(batch_id: str, step: str) -> str:
    return f"/admin/batches/{quote(batch_id, safe='')}/{step}"


def _say(out: Output, batch_id: str, state: dict[str, Any], said: str, *, replayed: bool) -> int:
    already = " already" if replayed else ""
    out.result(state, f"{batch_id}:{already} {said}; {state.get('status', 'status unknown')}")
    return GOOD


def districts(api: Api, args: Namespace, out: Output) -> int:
    """Districts in `--suspend` are suspended and those in `--reopen` are not; without either they are listed.

    If somebody else edited the document meanwhile, it is read again and their edit is kept (`edits.py`).
    """
    if both := sorted(set(args.suspend) & set(args.reopen)):
        raise BothWaysError(f"{', '.join(both)}: suspended and reopened at once")
    before: list[str] = []
    after: list[str] = []

    def change(read: dict[str, Any]) -> dict[str, Any] | None:
        if "revision" not in read:
            raise UnreachableError(f"{api.url} answers something that is not a campaign")
        before[:] = read.get("suspended_districts") or []
        after[:] = [name for name in dict.fromkeys([*before, *args.suspend]) if name not in args.reopen]
        return read | {"suspended_districts": after} if after != before else None

    document, _ = edit(api, f"/admin/campaigns/{quote(args.campaign, safe='')}", change, out.progress)
    _warn(out, args, document, before)
    listed = ", ".join(after) or "none"
    head = {"campaign_id": args.campaign, "suspended_districts": after, "revision": document.get("revision")}
    out.result(head, f"{args.campaign}: suspended districts: {listed}")
    return GOOD


def _warn(out: Output, args: Namespace, document: Mapping[str, Any], before: list[str]) -> None:
    """Warns of districts without a store: a typing error, or merchants registered apart have stores there."""
    stores = [store for merchant in document.get("merchants", []) for store in merchant.get("stores", [])]
    known = {store.get("district") for store in stores}
    for name in args.suspend:
        if name not in known:
            out.progress(f"note: no store in the campaign's document is in the district {name!r}")
    for name in args.reopen:
        if name not in before:
            out.progress(f"note: the district {name!r} was not suspended")
