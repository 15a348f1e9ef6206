"""`strikes`: the slots that a person missed, and what of them is excused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, WrongUseError, counted, table
from infra.couponctl.parameters import NAME, PERSON
from infra.couponctl.words import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOKUP, STRIKES = "/admin/persons/lookup", "/admin/strikes"


class BothWaysError(WrongUseError):
    """A strike cannot be excused and counted by one command."""


@command("strikes", needs=OPERATOR)
@click.argument("person", metavar="PERSON_ID", type=PERSON, help="sub:ACCOUNT if their tokens state no person_id.")
@click.option("--excuse", metavar="SLOT", type=NAME, help="The strike of this slot does not count; a ban is lifted.")
@click.option("--count", metavar="SLOT", type=NAME, help="The strike of this slot counts again.")
def strikes(cli: Cli, person: str, *, excuse: str | None, count: str | None) -> int:
    """List the slots that a person missed, or excuse one.

    Strikes of campaigns that are live, as long as they can count. Each look and each decision is logged by the stack.
    """
    if excuse and count:
        raise BothWaysError("--excuse and --count: one strike a command")
    slot_id = excuse or count
    if slot_id is None:
        found = _read(cli, person)
        cli.out.result(found, *_listed(found))
        return GOOD
    body = {"person_id": person, "slot_id": slot_id, "excused": excuse is not None}
    answer = cli.api.put(STRIKES, body)
    done = answer.body
    already = " already" if answer.replayed else ""
    said = "excused" if done["excused"] else "counted"
    cli.out.result(done, f"{slot_id}:{already} {said}; {counted(done['strikes'], 'strike')} left, {_ban(done)}")
    return GOOD


def _read(cli: Cli, person: str) -> list[dict[str, Any]]:
    # A look changes nothing, so it may be repeated.
    answer = cli.api.post(LOOKUP, {"person_id": person}, repeatable=True)
    return list(answer.body["strikes"])


def _listed(found: list[dict[str, Any]]) -> Iterator[str]:
    if not found:
        yield "no strikes"
        return
    rows = [
        (one["slot_id"], one["campaign_id"], moment(one["starts_at"]), "excused" if one["excused"] else "", _ban(one))
        for one in found
    ]
    yield from table(("slot", "campaign", "began", "", "booking"), rows)


def _ban(one: dict[str, Any]) -> str:
    return f"banned until {moment(one['banned_until'])}" if one["banned_until"] else "not banned"
