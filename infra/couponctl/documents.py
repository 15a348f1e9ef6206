"""`apply` and `publish`: a campaign's document and its batches."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.client.api import ProblemError, UnreachableError
from infra.couponctl import campaigns, plans, programmes
from infra.couponctl.cli import OPERATOR, Cli, NoTokenError, command
from infra.couponctl.output import GOOD, REFUSED, NotAgreedError, counted
from infra.couponctl.parameters import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.client.api import Answer
    from infra.couponctl.campaign_files import CampaignFile
    from infra.couponctl.campaigns import Edit

CHECK_PATIENCE_S = 2.0
"""A check does not wait longer for a stack that is not there."""
NO_ACCESS = (401, 403)


@command("apply", needs=OPERATOR)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path), help="YAML or JSON.")
@click.option("--check", is_flag=True, help="Change nothing: say what would change, be refused and be set aside.")
@click.option("--publish", is_flag=True, help="Publish every batch of the file as well.")
@click.option("--yes", is_flag=True, help="Do not ask before something is removed.")
def apply(cli: Cli, path: Path, *, check: bool, publish: bool, yes: bool) -> int:
    """Create or update a campaign from a file.

    Before anything is written it says what is added, changed, removed or frozen, how much money of each funder
    publishing sets aside, and what is probably not meant. On a terminal it asks before something is removed.

    A programme in the file is planned and applied with it, under its own revision.

    With --check it stops there; where no stack answers, or no token is given, it checks the file alone. The exit code
    is 1 if the stack would refuse the document, or with --publish one of its batches.
    """
    from infra.couponctl.campaign_files import read_campaign

    file = read_campaign(path)
    if check:
        return _check(cli, file, publish=publish)
    edit = campaigns.edit_of(cli.api, file.document)
    plan = _planned(cli, file, edit)
    programme = programmes.planned(cli.api, file)
    if plan:
        cli.out.plan(_said(plan, programme), *plans.told(plan, file), *_told(programme, file))
        refusals = _refusals(plan, programme)
        if refusals:
            return _not_applied(cli, edit, refusals)
        if not (yes or _is_agreed([*plans.removed(plan), *programmes.removed(programme)])):
            raise NotAgreedError(f"{edit.campaign_id}: not applied")
    return _apply(cli, file, edit, told=plan is not None, publish=publish)


def _check(cli: Cli, file: CampaignFile, *, publish: bool) -> int:
    """Prints the stack's plan, or what the file alone tells."""
    plan, why = None, None
    try:
        edit = campaigns.edit_of(cli.connect(patience_s=CHECK_PATIENCE_S), file.document)
        plan = _planned(cli, file, edit)
        why = None if plan else "the stack gives no plans"
    except NoTokenError:
        why = "no token is given"
    except UnreachableError as error:
        why = str(error)
    except ProblemError as error:
        if error.status not in NO_ACCESS:
            raise
        why = f"the stack refuses the token ({error.status})"
    programme = programmes.planned(cli.api if plan else None, file)
    found = plan or plans.with_lines(plans.without_stack(file.document), file)
    said = _said(found, programme) | {"checked_with": None if why else cli.options["url"], "without_stack": why}
    notes = ["", f"Checked without a stack: {why}.", plans.NOT_CHECKED] if why else []
    cli.out.result(said, *plans.told(found, file), *_told(programme, file), *notes)
    return REFUSED if _refusals(found, programme) or (publish and plans.not_covered(found)) else GOOD


def _planned(cli: Cli, file: CampaignFile, edit: Edit) -> dict[str, Any] | None:
    """The stack's plan with lines; None if the stack is older than this route. A malformed document has its lines."""
    try:
        return plans.with_lines(campaigns.plan(cli.api, edit), file)
    except ProblemError as error:
        if error.status in (404, 405):
            return None
        raise _with_lines(error, file) from None


def _said(plan: dict[str, Any], programme: dict[str, Any] | None) -> dict[str, Any]:
    return {"plan": plan, "programme": programme} if programme else {"plan": plan}


def _refusals(plan: dict[str, Any], programme: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Those of both documents; without a stack none are known."""
    return [refusal for one in (plan, programme or {}) for refusal in one.get("refusals") or ()]


def _told(programme: dict[str, Any] | None, file: CampaignFile) -> Iterator[str]:
    return programmes.told(programme, str(file.document["campaign_id"]), str(file.document["currency"]))


def _is_agreed(gone: list[str]) -> bool:
    """Nothing is removed, or nobody is there to ask, or the answer is yes."""
    if not gone or not sys.stdin.isatty():
        return True
    shown = ", ".join(gone[:5]) + (f" and {len(gone) - 5} more" if len(gone) > 5 else "")
    return click.confirm(f"{counted(len(gone), 'thing')} will be removed: {shown}. Apply?", err=True)


def _not_applied(cli: Cli, edit: Edit, refusals: list[dict[str, Any]]) -> int:
    """Nothing was written; the error is the first of the refusals that stand against it."""
    if cli.out.as_json:
        facts = {name: value for name, value in refusals[0].items() if value is not None}
        cli.out.result({"error": {"exit_code": REFUSED, "command": "apply", **facts}})
    else:
        cli.out.failure(f"{edit.campaign_id}: not applied")
    return REFUSED


def _apply(cli: Cli, file: CampaignFile, edit: Edit, *, told: bool, publish: bool) -> int:
    """The document is stored, and with `publish` its batches are published; `told`: its warnings were."""
    try:
        applied = campaigns.put(cli.api, edit)
    except ProblemError as error:
        raise _with_lines(error, file) from None
    for warning in [] if told else file.located(applied.warnings):
        cli.out.progress(f"note: {file.name}:{warning['line']}: {warning['place']}: {warning['message']}")
    revision = f" to revision {applied.revision}" if applied.outcome == "updated" else ""
    head: dict[str, Any] = {
        "campaign_id": applied.campaign_id,
        "outcome": applied.outcome,
        "revision": applied.revision,
    }
    head |= {"warnings": applied.warnings} if applied.warnings else {}
    said = f"{applied.campaign_id}: {applied.outcome}{revision}"
    if file.programme is not None:
        head["programme"] = _put_programme(cli, file)
        said += f"; programme {head['programme']}"
    if not publish:
        cli.out.result(head, said)
        return GOOD
    cli.out.progress(said)
    published, refused = _publish_all(cli, [str(batch["batch_id"]) for batch in edit.document["batches"]])
    lines = [f"{said}; {len(published)} {'batch' if len(published) == 1 else 'batches'} published"]
    if refused:
        lines.append(f"not published: {', '.join(refused)}")
    cli.out.result(head | {"published": published, "refused": refused}, *lines)
    return REFUSED if refused else GOOD


def _put_programme(cli: Cli, file: CampaignFile) -> str:
    """What the PUT of the programme did."""
    try:
        return programmes.put_programme(cli.api, str(file.document["campaign_id"]), file.programme or {})
    except ProblemError as error:
        raise _with_lines(error, file, "programme") from None


def _with_lines(error: ProblemError, file: CampaignFile, *inside: str) -> ProblemError:
    """The refusal, with the line of each place."""
    for name in ("errors", "differences"):
        places = error.problem.get(name)
        error.problem[name] = file.located(places, *inside) if isinstance(places, list) else places
    return error


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
