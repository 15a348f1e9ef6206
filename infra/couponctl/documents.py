"""`apply` and `publish`: a campaign's document and its batches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.client.api import ProblemError
from infra.couponctl import campaigns
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, REFUSED
from infra.couponctl.parameters import NAME

if TYPE_CHECKING:
    from infra.client.api import Answer


@command("apply", needs=OPERATOR)
@click.argument("file", type=click.Path(path_type=Path), help="YAML or JSON.")
@click.option("--publish", is_flag=True, help="Publish every batch of the file as well.")
def apply(cli: Cli, file: Path, *, publish: bool) -> int:
    """Create or update a campaign from a file."""
    from infra.couponctl.campaign_files import load_campaign, located

    out = cli.out
    document = load_campaign(file)
    try:
        applied = campaigns.apply(cli.api, document)
    except ProblemError as error:
        for name in ("errors", "differences"):
            places = error.problem.get(name)
            error.problem[name] = located(file, places) if isinstance(places, list) else places
        raise
    for warning in located(file, applied.warnings):
        out.progress(f"note: {file.name}:{warning['line']}: {warning['place']}: {warning['message']}")
    revision = f" to revision {applied.revision}" if applied.outcome == "updated" else ""
    head: dict[str, Any] = {
        "campaign_id": applied.campaign_id,
        "outcome": applied.outcome,
        "revision": applied.revision,
    }
    head |= {"warnings": applied.warnings} if applied.warnings else {}
    said = f"{applied.campaign_id}: {applied.outcome}{revision}"
    if not publish:
        out.result(head, said)
        return GOOD
    out.progress(said)
    published, refused = _publish_all(cli, [str(batch["batch_id"]) for batch in document["batches"]])
    lines = [f"{said}; {len(published)} batches published"]
    if refused:
        lines.append(f"not published: {', '.join(refused)}")
    out.result(head | {"published": published, "refused": refused}, *lines)
    return REFUSED if refused else GOOD


def _publish_all(cli: Cli, batch_ids: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """The answers of the batches that are published, and the names of those that were refused, which are told."""
    published: list[dict[str, Any]] = []
    refused: list[str] = []
    for number, batch_id in enumerate(batch_ids, 1):
        try:
            answer = campaigns.ask_publish(cli.api, batch_id)
        except ProblemError as error:
            refused.append(batch_id)
            cli.out.problem(batch_id, error)
            continue
        published.append(answer.body)
        cli.out.progress(f"{batch_id}: {_published(answer)} ({number} of {len(batch_ids)})")
    return published, refused


@command("publish", needs=OPERATOR)
@click.argument("batch", type=NAME)
def publish(cli: Cli, batch: str) -> int:
    """Publish a batch: its terms freeze, its window counts.

    The largest cost of its packs is set aside from the funders' budgets. A published batch can be stopped, not taken
    back. Publishing again changes nothing.
    """
    answer = campaigns.ask_publish(cli.api, batch)
    state = answer.body
    cli.out.result(state, f"{batch}: {_published(answer)}, {state.get('status', 'status unknown')}")
    return GOOD


def _published(answer: Answer) -> str:
    return "already published" if answer.replayed else "published"
