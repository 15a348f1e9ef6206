"""`assist`: a sheet for a person without a phone, with the coupons of a batch, each with a printed code and its PIN.

The token has the scopes `citizen operator` and names the person, so the claim is the person's own: one a person, and a
second sheet shows the same claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.identities import SUBJECT
from infra.client.api import ProblemError, UnreachableError
from infra.client.citizen import Citizen
from infra.client.reactions import reaction_to
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, WrongUseError
from infra.couponctl.parameters import NAME, PERSON
from infra.couponctl.tokens import claims_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.client.answers import Claim, Coupon, Title
    from infra.client.api import Api

SCOPES = "citizen operator"
PRINTED_STATUSES = frozenset({"available", "held"})
_ADVICE = (
    "Anyone who has the code and the PIN can use the coupon. Keep this sheet like cash.",
    "凭券码和PIN即可使用，请像现金一样保管。",
)


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
def assist(cli: Cli, batch: str, person: str, *, region: str | None, household: str | None) -> int:
    """Claim for a person without a phone, and print a sheet of codes.

    Each code has a PIN. If the person has claimed before, that claim is printed.
    """
    refuse_another_person(cli.given_token, person)
    is_account = person.startswith(SUBJECT)
    api = cli.connect(
        sub=person.removeprefix(SUBJECT) if is_account else "couponctl",
        person_id=None if is_account else person,
        region=region,
        household_id=household,
    )
    claimed = _claim_of(api, batch)
    printed = [_printed(api, coupon) for coupon in claimed["coupons"]]
    sheet = {"batch_id": claimed["batch_id"], "claimed_at": claimed["claimed_at"], "coupons": printed}
    cli.out.progress(f"{batch}: {len(printed)} coupons of {person}; sheets printed before are no longer valid")
    cli.out.result(sheet, *_sheet(sheet))
    return GOOD


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


def _sheet(sheet: Mapping[str, Any]) -> list[str]:
    lines = [f"Coupons of {sheet['batch_id']}, claimed {_day(sheet['claimed_at'])}"]
    for number, coupon in enumerate(sheet["coupons"], 1):
        lines += ["", f"{number}. {_title(coupon['title'])}"]
        if coupon["code"] is None:
            lines.append(f"   {coupon['status']}")
            continue
        lines += [
            f"   code    {coupon['code']}",
            f"   PIN     {coupon['pin']}",
            f"   valid   {_day(coupon['valid_from'])} to {_day(coupon['expires_at'])}",
        ]
    return [*lines, "", *_ADVICE]


def _title(title: Title) -> str:
    return title if isinstance(title, str) else " / ".join(title.values())


def _day(moment: str) -> str:
    """`2020-06-06 10:00` of an RFC 3339 time."""
    return moment[:16].replace("T", " ")
