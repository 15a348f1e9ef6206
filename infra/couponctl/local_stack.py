"""`token`, `clock` and `tick`: what only the local stack has."""

from __future__ import annotations

import click

from infra.couponctl.cli import Cli, command, local_token
from infra.couponctl.output import GOOD, WrongUseError, facts
from infra.couponctl.parameters import MOMENT

TICK_TIMEOUT_S = 600.0
"""A tick answers after all passes that are due."""


@command("token")
@click.option("--sub", required=True, metavar="ACCOUNT", help="The account.")
@click.option("--scope", required=True, help="citizen, merchant, operator or partner, separated by spaces.")
@click.option("--person-id", metavar="PERSON_ID", help="The person's real-name identity.")
@click.option("--merchant-id", metavar="MERCHANT", help="Whose till it is.")
@click.option("--region", metavar="REGION", help="Of the person.")
@click.option("--household-id", metavar="HOUSEHOLD_ID", help="Of the person.")
def token(cli: Cli, *, sub: str, scope: str, **claims: str | None) -> int:
    """Print a token of the local stack, and nothing else.

    For a shell: COUPONCTL_TOKEN=$(couponctl token --sub me --scope operator)
    """
    answer = local_token(cli.api, sub, scope, **claims)
    cli.out.result({"access_token": answer}, answer)
    return GOOD


@command("clock")
@click.option("--set", "now", metavar="NOW", type=MOMENT, help="RFC 3339 with offset; may be in the past.")
@click.option("--advance", "advance_s", type=int, metavar="SECONDS", help="Move it by so many seconds.")
def clock(cli: Cli, *, now: str | None, advance_s: int | None) -> int:
    """Show or move the local stack's test clock."""
    if now is not None and advance_s is not None:
        raise WrongUseError("clock takes --set or --advance, not both")
    if now is not None:
        body = cli.api.post("/_local/clock", {"now": now}, repeatable=True).body
    elif advance_s is not None:
        body = cli.api.post("/_local/clock", {"advance_s": advance_s}).body
    else:
        body = cli.api.get("/_local/clock").body
    cli.out.result(body, str(body.get("now", "the clock gives no time")))
    return GOOD


@command("tick")
def tick(cli: Cli) -> int:
    """Run the local stack's schedule once."""
    # Sent once: a second tick would only wait for the first.
    body = cli.connect(timeout_s=TICK_TIMEOUT_S).post("/_local/tick", {}).body
    lines = [facts(done) if isinstance(done, dict) else str(done) for done in body.get("did", [])]
    if body.get("more"):
        lines.append("more is due: tick again")
    cli.out.result(body, *(lines or ["nothing was due"]))
    return GOOD
