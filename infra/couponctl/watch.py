"""`watch`: a line for each change of a batch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from infra.client.api import ProblemError
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD
from infra.couponctl.parameters import NAME, POSITIVE
from infra.couponctl.reads import read

if TYPE_CHECKING:
    from infra.client.api import Api

WATCH_EVERY_S = 1.0
# Only an operator can move a batch out of these.
FINAL_STATUSES = frozenset({"sold_out", "closed", "stopped"})


@command("watch")
@click.argument("batch", type=NAME)
@click.option("--count", type=POSITIVE, metavar="N", help="Stop after N reads.")
def watch(cli: Cli, batch: str, *, count: int | None) -> int:
    """Print a line for each change of a batch.

    It is read every second. The command ends when the batch is sold out, closed or stopped.
    """
    path = f"/batches/{quote(batch, safe='')}"
    started_s = time.monotonic()
    seen: tuple[Any, ...] | None = None
    looks = 0
    while count is None or looks < count:
        if looks:
            time.sleep(WATCH_EVERY_S)
        looks += 1
        state = _read(cli.api, path, batch)
        now = tuple(state.get(name) for name in ("status", "remaining", "quantity"))
        if now != seen:
            seen = now
            status, remaining, quantity = now
            elapsed_s = round(time.monotonic() - started_s)
            line = f"+{elapsed_s:>4} s  {status}  {_count(remaining)} of {_count(quantity)} packs left"
            facts = {"elapsed_s": elapsed_s, "status": status, "remaining": remaining, "quantity": quantity}
            cli.out.result(facts, line)
        if state["status"] in FINAL_STATUSES:
            break
    return GOOD


def _read(api: Api, path: str, batch: str) -> dict[str, Any]:
    try:
        return read(api, path, "status")
    except ProblemError as error:
        if error.slug == "not-found":
            error.problem["detail"] = (
                f"No published batch {batch!r} that people claim. Of one that pays venues: couponctl show {batch}"
            )
        raise


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "?"
