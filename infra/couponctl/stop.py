"""`stop`: a batch is stopped for good, after a question that says what it ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from coupons.times import rfc3339
from infra.client.api import ProblemError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.controls import say, step
from infra.couponctl.output import NotAgreedError, amount, counted
from infra.couponctl.parameters import NAME
from infra.couponctl.reads import paying_batch, published_batch
from infra.couponctl.words import largest_minor, moment

if TYPE_CHECKING:
    from infra.client.api import Api


@command("stop", needs=OPERATOR)
@click.argument("batch", type=NAME)
@click.option("--void", is_flag=True, help="Also void coupons that were issued and not redeemed.")
@click.option("--yes", is_flag=True, help="Do not ask; required without a terminal.")
def stop(cli: Cli, batch: str, *, void: bool, yes: bool) -> int:
    """Refuse claims of a batch for good; issued coupons stay valid.

    This cannot be undone (`couponctl pause` can). So it asks first, and says how many packs will not be handed out, how
    many coupons stay valid or will be void, and what they are worth at most.
    """
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("stop asks before it acts, and nobody can answer here: give --yes")
        question = _question(cli.api, batch, void=void)
        if question and not click.confirm(question, err=True):
            raise NotAgreedError(f"{batch}: not stopped")
    answer = cli.api.post(step(batch, "stop"), {"issued": "void" if void else "keep"}, repeatable=True)
    # What was voided before stays voided, with or without `--void`.
    said = "stopped, issued coupons " + ("voided" if answer.body.get("voided", void) else "stay valid")
    return say(cli.out, batch, answer.body, said, replayed=answer.replayed)


def _question(api: Api, batch_id: str, *, void: bool) -> str:
    """What the stop would do, and whether to; empty if it was done before. Raises ApiError."""
    try:
        batch, campaign = published_batch(api, batch_id)
    except ProblemError as error:
        if error.slug != "not-found" or paying_batch(api, batch_id) is None:
            raise
        return (
            f"{batch_id} pays venues for the people whom they check in.\n"
            "  Nobody new can book its slots or wait for them. Who holds a place is still paid for.\n"
            "Stop it for good?"
        )
    if batch["status"] == "stopped" and not void:
        return ""
    terms: list[dict[str, Any]] = batch["coupons"]
    left, quantity = batch["remaining"], batch["quantity"]
    as_of = f" as of {moment(rfc3339(int(api.time.now_s()), campaign['timezone']))}" if api.time.is_known else ""
    said = [
        f"{batch_id} is {batch['status']}{as_of}.",
        f"  {left:,} of {counted(quantity, 'pack')} will not be handed out.",
    ]
    if issued := (quantity - left) * len(terms):
        worth = amount((quantity - left) * sum(map(largest_minor, terms)), campaign["currency"])
        become = "will be void" if void else "stay valid"
        said += [
            f"  Coupons that {become}: at most {issued:,}, worth at most {worth} in discounts.",
            f"  Some of them may be redeemed or expired; `couponctl audit {batch_id}` counts them.",
        ]
    return "\n".join([*said, f"Stop it for good{' and void its coupons' if void else ''}?"])
