"""Commands: each is `(api, args, out) -> exit code`, 0 only if the result is good."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.client.api import ProblemError, UnreachableError
from infra.couponctl import campaigns, reconciliation
from infra.couponctl.campaign_files import load_campaign, located
from infra.couponctl.output import GOOD, REFUSED, Output, facts
from infra.couponctl.statements import read_statement

if TYPE_CHECKING:
    from argparse import Namespace

    from infra.client.api import Answer, Api

TICK_TIMEOUT_S = 600.0
"""A tick answers after all passes that are due."""
WATCH_EVERY_S = 1.0
# Only an operator can move a batch out of these.
FINAL_STATUSES = frozenset({"sold_out", "closed", "stopped"})


def apply(api: Api, args: Namespace, out: Output) -> int:
    """The campaign is as the file states; with `--publish` all its batches are published too."""
    document = load_campaign(args.file)
    try:
        applied = campaigns.apply(api, document)
    except ProblemError as error:
        for name in ("errors", "differences"):
            places = error.problem.get(name)
            error.problem[name] = located(args.file, places) if isinstance(places, list) else places
        raise
    for warning in located(args.file, applied.warnings):
        out.progress(f"note: {Path(args.file).name}:{warning['line']}: {warning['place']}: {warning['message']}")
    revision = f" to revision {applied.revision}" if applied.outcome == "updated" else ""
    head: dict[str, Any] = {
        "campaign_id": applied.campaign_id,
        "outcome": applied.outcome,
        "revision": applied.revision,
    }
    head |= {"warnings": applied.warnings} if applied.warnings else {}
    if not args.publish:
        out.result(head, f"{applied.campaign_id}: {applied.outcome}{revision}")
        return GOOD
    out.progress(f"{applied.campaign_id}: {applied.outcome}{revision}")
    batch_ids = [str(batch["batch_id"]) for batch in document["batches"]]
    published: list[dict[str, Any]] = []
    refused: list[str] = []
    for number, batch_id in enumerate(batch_ids, 1):
        try:
            answer = campaigns.ask_publish(api, batch_id)
        except ProblemError as error:
            refused.append(batch_id)
            out.problem(batch_id, error)
            continue
        published.append(answer.body)
        out.progress(f"{batch_id}: {_published(answer)} ({number} of {len(batch_ids)})")
    lines = [f"{applied.campaign_id}: {applied.outcome}{revision}; {len(published)} batches published"]
    if refused:
        lines.append(f"not published: {', '.join(refused)}")
    out.result(head | {"published": published, "refused": refused}, *lines)
    return REFUSED if refused else GOOD


def publish(api: Api, args: Namespace, out: Output) -> int:
    answer = campaigns.ask_publish(api, args.batch)
    state = answer.body
    out.result(state, f"{args.batch}: {_published(answer)}, {state.get('status', 'status unknown')}")
    return GOOD


def _published(answer: Answer) -> str:
    return "already published" if answer.replayed else "published"


def token(api: Api, args: Namespace, out: Output) -> int:
    """Prints the token alone, for a shell: `COUPONCTL_TOKEN=$(couponctl token …)`."""
    claims = {name: getattr(args, name) for name in ("person_id", "merchant_id", "region", "household_id")}
    answer = local_token(api, args.sub, args.scope, **claims)
    out.result({"access_token": answer}, answer)
    return GOOD


def local_token(api: Api, sub: str, scope: str, **claims: str | None) -> str:
    """A token of the local stack's issuer; a deployed stack has none and answers 404."""
    given = {name: value for name, value in claims.items() if value is not None}
    body = api.post("/_local/token", {"sub": sub, "scope": scope, **given}, repeatable=True).body
    if not isinstance(body.get("access_token"), str):
        raise UnreachableError(f"{api.url} gives no token")
    return str(body["access_token"])


def clock(api: Api, args: Namespace, out: Output) -> int:
    if args.now is not None:
        body = api.post("/_local/clock", {"now": args.now}, repeatable=True).body
    elif args.advance is not None:
        body = api.post("/_local/clock", {"advance_s": args.advance}).body
    else:
        body = api.get("/_local/clock").body
    out.result(body, str(body.get("now", "the clock gives no time")))
    return GOOD


def tick(api: Api, _args: Namespace, out: Output) -> int:
    """Sent once: a second tick would only wait for the first."""
    body = api.post("/_local/tick", {}).body
    lines = [facts(done) if isinstance(done, dict) else str(done) for done in body.get("did", [])]
    if body.get("more"):
        lines.append("more is due: tick again")
    out.result(body, *(lines or ["nothing was due"]))
    return GOOD


def watch(api: Api, args: Namespace, out: Output) -> int:
    """Prints a line for each change, until `--count` reads are done or nothing can change any more."""
    path = f"/batches/{quote(args.batch, safe='')}"
    started_s = time.monotonic()
    seen: tuple[Any, ...] | None = None
    looks = 0
    while args.count is None or looks < args.count:
        if looks:
            time.sleep(WATCH_EVERY_S)
        looks += 1
        batch = api.get(path).body
        if "status" not in batch:
            raise UnreachableError(f"{api.url} answers something that is not a batch")
        now = tuple(batch.get(name) for name in ("status", "remaining", "quantity"))
        if now != seen:
            seen = now
            status, remaining, quantity = now
            elapsed_s = round(time.monotonic() - started_s)
            line = f"+{elapsed_s:>4} s  {status}  {_count(remaining)} of {_count(quantity)} packs left"
            out.result({"elapsed_s": elapsed_s, "status": status, "remaining": remaining, "quantity": quantity}, line)
        if batch["status"] in FINAL_STATUSES:
            break
    return GOOD


def reconcile(api: Api, args: Namespace, out: Output) -> int:
    """Prints each difference between the merchant's list and our settlement of the day.

    Lines whose payout is withheld or refused are on both lists and no difference; they are printed apart. If our books
    of the day are damaged, the result is not good.
    """
    statement = read_statement(Path(args.file))
    day = args.day or statement.day()
    settlement = reconciliation.fetch_settlement(api, day, out.progress)
    ours, theirs = settlement.movements, statement.movements
    not_due = sorted(settlement.not_due, key=lambda one: one.movement)
    differences, totals = reconciliation.compare(settlement, statement), reconciliation.totals(settlement, statement)
    verdict = f"{len(differences)} differences" if differences else "no difference"
    if settlement.head.get("final") is False:
        verdict += "; the day is not closed yet"
    if settlement.is_damaged:
        lost = ", ".join("/".join(filter(None, movement)) for movement in settlement.lost) or "none"
        verdict += f"; our books of the day are damaged, lines that cannot be read: {lost}"
    out.result(
        settlement.head
        | {"ours": len(ours), "theirs": len(theirs), "differences": [found.as_json() for found in differences]}
        | {"not_due": [found.as_json() for found in not_due], "totals": [found.as_json() for found in totals]},
        *map(str, differences),
        *map(str, not_due),
        *map(str, totals),
        f"{day}: {len(ours):,} lines with us, {len(theirs):,} with them, {verdict}",
    )
    return REFUSED if differences or settlement.is_damaged else GOOD


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "?"
