"""`assist`: a sheet for a person without a phone, with the coupons of a batch, each with a printed code and its PIN.

The token has the scopes `citizen operator` and names the person, so the claim is the person's own: one a person, and a
second sheet shows the same claim.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.identities import SUBJECT
from infra.client.api import ProblemError, UnreachableError
from infra.client.citizen import Citizen
from infra.client.reactions import reaction_to
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, WrongUseError, counted
from infra.couponctl.parameters import NAME, PERSON
from infra.couponctl.tokens import claims_of

if TYPE_CHECKING:
    from infra.client.answers import Claim, Coupon
    from infra.client.api import Api
    from infra.couponctl.sheets import Sheet

SCOPES = "citizen operator"
PRINTED_STATUSES = frozenset({"available", "held"})
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


class WrongPersonError(WrongUseError):
    """The given token names another person than the command line."""


@command("assist", needs=SCOPES)
@click.argument("batch", type=NAME)
@click.argument(
    "person",
    metavar="PERSON_ID",
    type=PERSON,
    help="The person of the given --token; sub:ACCOUNT if it states no person_id.",
)
@click.option("--region", metavar="REGION", help="Of the person, for a token of the local stack.")
@click.option("--household", metavar="HOUSEHOLD_ID", help="Of the person, for a token of the local stack.")
@click.option("--book", is_flag=True, help="Book for the person before the batch opens; the sheet comes later.")
@click.option(
    "--html", metavar="FILE", type=NEW_FILE, help="Write a page to print instead, for the owner's eyes alone."
)
@click.option("--svg", metavar="FILE", type=NEW_FILE, help="Write the QR codes instead; both may be given.")
def assist(
    cli: Cli,
    batch: str,
    person: str,
    *,
    region: str | None,
    household: str | None,
    book: bool,
    html: Path | None,
    svg: Path | None,
) -> int:
    """Claim for a person without a phone, and print a sheet of codes.

    Where a booking is required, `--book` makes it in the days before. Each coupon has a QR code, its code in letters
    and a PIN, and says what it is worth, when and where. If the person has claimed before, that claim is printed. A new
    sheet replaces the codes of those before it.
    """
    from infra.couponctl.sheet_files import as_html, as_svg, private_files
    from infra.couponctl.sheets import Season

    refuse_another_person(cli.given_token, person)
    if book:
        booking = Citizen(api=_speaking_for(cli, person, region, household)).book(batch)
        cli.out.result(dict(booking), f"{batch}: booked for {person}; print the sheet once the batch is open")
        return GOOD
    wanted = [(path, made) for path, made in ((html, as_html), (svg, as_svg)) if path]
    with private_files([path for path, _ in wanted]) as files:
        api = _speaking_for(cli, person, region, household)
        claimed = _claim_of(api, batch)
        # All that can fail comes before the first code: each print replaces the one before.
        season = Season.read(api, batch)
        sheet = season.sheet(claimed, [_printed(api, coupon) for coupon in claimed["coupons"]])
        for file, (_, made) in zip(files, wanted, strict=True):
            file.write(made(sheet))
    told = f"{batch}: {counted(len(sheet.tickets), 'coupon')} of {person}; sheets printed before are no longer valid"
    cli.out.progress(told)
    written = [str(path) for path, _ in wanted]
    result = sheet.as_json() | ({"files": written} if written else {})
    cli.out.result(result, *(written or _legible(sheet).lines(_symbols(sheet))))
    return GOOD


def _speaking_for(cli: Cli, person: str, region: str | None, household: str | None) -> Api:
    """The stack as the person sees it."""
    is_account = person.startswith(SUBJECT)
    return cli.connect(
        sub=person.removeprefix(SUBJECT) if is_account else "couponctl",
        person_id=None if is_account else person,
        region=region,
        household_id=household,
    )


def _legible(sheet: Sheet) -> Sheet:
    """The sheet in English alone if stdout's encoding lacks the other language's letters."""
    try:
        "\n".join(sheet.lines([])).encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return replace(sheet, languages=("en",))
    return sheet


def _symbols(sheet: Sheet) -> list[list[str]]:
    """The QR code of each ticket if stdout is a terminal; a file or a pipe gets none, having no colours."""
    from infra.couponctl.sheet_files import on_terminal

    if not sys.stdout.isatty():
        return []
    columns = shutil.get_terminal_size().columns
    return [
        on_terminal(ticket.code, columns=columns, encoding=sys.stdout.encoding) if ticket.code else []
        for ticket in sheet.tickets
    ]


def refuse_another_person(token: str | None, person_id: str) -> None:
    """Raises WrongPersonError: a sheet for the wrong person would be somebody else's money."""
    named = _person_of(token or "")
    # Both are normal forms, or literal subjects.
    if named is not None and named != person_id:
        raise WrongPersonError(f"the token speaks for {named!r}, not for {person_id!r}")


def _person_of(token: str) -> str | None:
    """The person that a JWT names; None if it cannot be read."""
    from coupons.refusals import Refusal
    from coupons.web.callers import caller_of

    claims = claims_of(token)
    try:
        return caller_of(claims, "citizen").person_name if claims is not None else None
    except Refusal:
        return None


def _claim_of(api: Api, batch_id: str) -> Claim:
    """The person's claim, made now or before. One made before is found after the window too, for a lost sheet."""
    citizen = Citizen(api=api)
    try:
        return citizen.claim(batch_id)
    except ProblemError as refusal:
        if reaction_to(refusal).kind not in ("wait", "final"):
            raise
        try:
            return citizen.my_claim(batch_id)
        except ProblemError as absent:
            raise (refusal if absent.slug == "not-found" else absent) from None


def _printed(api: Api, coupon: Coupon) -> dict[str, Any]:
    """The coupon with `code`, `pin` and the code's own `expires_at`; without them if it can no longer be used."""
    shown = {name: coupon[name] for name in ("coupon_id", "terms_id", "title", "status", "valid_from", "expires_at")}
    if coupon["status"] not in PRINTED_STATUSES:
        return {**shown, "code": None, "pin": None}
    path = f"/coupons/{quote(coupon['coupon_id'], safe='')}/code"
    answer = api.post(path, {"print": True}, repeatable=True).body
    if not isinstance(answer.get("pin"), str):
        raise UnreachableError(f"{api.url} prints no codes")
    return {**shown, **{name: answer[name] for name in ("code", "pin", "expires_at")}}
