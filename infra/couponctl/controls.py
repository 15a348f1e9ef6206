"""Commands for published batches (pause, resume, raise, extend) and for a campaign's suspended districts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.spelling import did_you_mean
from infra.client.api import UnreachableError
from infra.couponctl.cli import OPERATOR, Cli, Command, command
from infra.couponctl.edits import edit
from infra.couponctl.output import GOOD, Output, WrongUseError
from infra.couponctl.parameters import NAME, POSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class BothWaysError(WrongUseError):
    """A district cannot be suspended and reopened by one command."""


@command("pause", needs=OPERATOR)
@click.argument("batch", type=NAME)
def pause(cli: Cli, batch: str) -> int:
    """Refuse claims of a batch until it is resumed.

    Issued coupons stay valid.
    """
    return _told(cli, batch, "pause", {}, "paused")


@command("resume", needs=OPERATOR)
@click.argument("batch", type=NAME)
def resume(cli: Cli, batch: str) -> int:
    """Accept claims of a paused batch again."""
    return _told(cli, batch, "resume", {}, "resumed")


@command("extend", needs=OPERATOR)
@click.argument("batch", type=NAME)
@click.argument("days", type=POSITIVE, help="Days in all, beyond the validity in the terms.")
def extend(cli: Cli, batch: str, days: int) -> int:
    """Lengthen the validity of all coupons of a batch.

    It never shrinks, and a batch whose coupons have all expired cannot be extended.
    """
    return _told(cli, batch, "extend", {"days": days}, f"valid {days:,} days longer than its terms say")


@command("raise", needs=OPERATOR)
@click.argument("batch", type=NAME)
@click.argument("quantity", type=POSITIVE, help="Packs in all.")
def raise_quantity(cli: Cli, batch: str, quantity: int) -> int:
    """Give a batch more packs; the number never falls.

    The largest cost of the added packs is set aside from the funders' budgets.
    """
    answer = cli.api.put(step(batch, "quantity"), {"quantity": quantity})
    return say(cli.out, batch, answer.body, f"{quantity:,} packs", replayed=answer.replayed)


def _told(cli: Cli, batch: str, name: str, body: Mapping[str, Any], said: str) -> int:
    # Each of these requests may be repeated.
    answer = cli.api.post(step(batch, name), body, repeatable=True)
    return say(cli.out, batch, answer.body, said, replayed=answer.replayed)


def step(batch_id: str, name: str) -> str:
    return f"/admin/batches/{quote(batch_id, safe='')}/{name}"


def say(out: Output, batch_id: str, state: dict[str, Any], said: str, *, replayed: bool) -> int:
    already = " already" if replayed else ""
    status = state.get("status", "status unknown")
    # `pause` says `paused` already.
    out.result(state, f"{batch_id}:{already} {said}{'' if said.startswith(status) else f'; {status}'}")
    return GOOD


class _Districts(Command):
    """`--suspend east west` is `--suspend east --suspend west`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spread: list[str] = []
        option = ""
        for arg in args:
            if arg.startswith("-"):
                option = arg if arg in ("--suspend", "--reopen") else ""
                spread += [] if option else [arg]
            else:
                spread += [option, arg] if option else [arg]
        return super().parse_args(ctx, spread)


@command("districts", needs=OPERATOR, cls=_Districts)
@click.argument("campaign", type=NAME)
@click.option("--suspend", metavar="NAME…", multiple=True, help="Stores in them redeem no coupon.")
@click.option("--reopen", metavar="NAME…", multiple=True, help="Stores in them redeem coupons again.")
def districts(cli: Cli, campaign: str, *, suspend: tuple[str, ...], reopen: tuple[str, ...]) -> int:
    """List, suspend and reopen a campaign's districts.

    Without an option they are listed. An edit of the campaign by somebody else meanwhile is kept.
    """
    if both := sorted(set(suspend) & set(reopen)):
        raise BothWaysError(f"{', '.join(both)}: suspended and reopened at once")
    api, out = cli.api, cli.out
    before: list[str] = []
    after: list[str] = []

    def change(read: dict[str, Any]) -> dict[str, Any] | None:
        if "revision" not in read:
            raise UnreachableError(f"{api.url} answers something that is not a campaign")
        before[:] = read.get("suspended_districts") or []
        after[:] = [name for name in dict.fromkeys([*before, *suspend]) if name not in reopen]
        return read | {"suspended_districts": after} if after != before else None

    document, _ = edit(api, f"/admin/campaigns/{quote(campaign, safe='')}", change, out.progress)
    _warn(out, document, suspend, [name for name in reopen if name not in before])
    listed = ", ".join(after) or "none"
    head = {"campaign_id": campaign, "suspended_districts": after, "revision": document.get("revision")}
    out.result(head, f"{campaign}: suspended districts: {listed}")
    return GOOD


def _warn(out: Output, document: Mapping[str, Any], suspended: Iterable[str], idle: Iterable[str]) -> None:
    """Warns of districts without a store: a typing error, or merchants registered apart have stores there."""
    stores = [store for merchant in document.get("merchants", []) for store in merchant.get("stores", [])]
    known = {store["district"] for store in stores if store.get("district")}
    for name in suspended:
        if name not in known:
            alike = did_you_mean(name, known)
            question = f"; did you mean {alike!r}?" if alike else ""
            out.progress(f"note: no store in the campaign's document is in the district {name!r}{question}")
    for name in idle:
        out.progress(f"note: the district {name!r} was not suspended")
