"""The arguments of each command."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date, datetime

from coupons.identities import IdentityError, person_name
from infra.client import api as client
from infra.couponctl import audits, budgets, code_sheets, commands, controls, members, merchant_files, merchants
from infra.couponctl.output import Output
from infra.couponctl.statements import AMOUNTS

TOKEN_VARIABLE = "COUPONCTL_TOKEN"  # noqa: S105 - the variable's name, not a token
NUMBER_MAX = 10**9
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)

Command = Callable[[client.Api, argparse.Namespace, Output], int]
Add = Callable[[str, Command, str | None, str], argparse.ArgumentParser]
"""Adds a command: its name, what runs it, the scope of the token it needs (None: no token), and its help."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="couponctl",
        description="Operate a coupon season: declare, publish, watch, audit, reconcile.",
        parents=[_common(argparse.SUPPRESS)],
    )
    under = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Command, needs: str | None, text: str) -> argparse.ArgumentParser:
        """`needs`: the scope to request a token for if none is given; None for public requests."""
        command = under.add_parser(name, help=text, description=text, parents=[_common(argparse.SUPPRESS)])
        command.set_defaults(run=run, needs=needs, timeout_s=client.TIMEOUT_S)
        return command

    for group in (_campaigns, _local_stack, _watch, _books, _controls, _people, _merchants, _reconcile):
        group(add)
    return top


def _campaigns(add: Add) -> None:
    apply = add("apply", commands.apply, "operator", "create or update a campaign from a YAML or JSON file")
    apply.add_argument("file", metavar="FILE")
    apply.add_argument("--publish", action="store_true", help="publish every batch of the file as well")
    publish = add("publish", commands.publish, "operator", "publish a batch: its terms freeze, its window counts")
    publish.add_argument("batch", metavar="BATCH", type=_name)


def _local_stack(add: Add) -> None:
    token = add("token", commands.token, None, "print a token of the local stack")
    token.add_argument("--sub", required=True, help="the account")
    token.add_argument("--scope", required=True, help="citizen, merchant, operator or partner, separated by spaces")
    for claim in ("--person-id", "--merchant-id", "--region", "--household-id"):
        token.add_argument(claim)
    clock = add("clock", commands.clock, None, "show or move the local stack's test clock")
    moves = clock.add_mutually_exclusive_group()
    moves.add_argument(
        "--set", dest="now", metavar="NOW", type=_moment, help="RFC 3339 with offset; may be in the past"
    )
    moves.add_argument("--advance", type=int, metavar="SECONDS")
    tick = add("tick", commands.tick, None, "run the local stack's schedule once")
    tick.set_defaults(timeout_s=commands.TICK_TIMEOUT_S)


def _watch(add: Add) -> None:
    watch = add("watch", commands.watch, None, "print a line for each change of a batch, which is read every second")
    watch.add_argument("batch", metavar="BATCH", type=_name)
    watch.add_argument("--count", type=_positive, metavar="N", help="stop after N reads")


def _books(add: Add) -> None:
    audit = add("audit", audits.audit, "operator", "recount a batch, a campaign or a day, and show each equation")
    audit.add_argument("batch", metavar="BATCH", type=_name, nargs="?")
    audit.add_argument("--campaign", metavar="CAMPAIGN", type=_name, help="its batches, budgets and ledger")
    audit.add_argument("--day", metavar="YYYY-MM-DD", type=_day, help="with --campaign: that settlement day instead")
    money = add("budgets", budgets.budgets, "operator", "a campaign's money by funder and batch")
    money.add_argument("campaign", metavar="CAMPAIGN", type=_name)
    money.add_argument("--movements", action="store_true", help="also list the ledger's records")


def _controls(add: Add) -> None:
    stop = add("stop", controls.stop, "operator", "refuse claims of a batch for good; issued coupons stay valid")
    stop.add_argument("batch", metavar="BATCH", type=_name)
    stop.add_argument("--void", action="store_true", help="also void coupons that were issued and not redeemed")
    pause = add("pause", controls.pause, "operator", "refuse claims of a batch until it is resumed")
    pause.add_argument("batch", metavar="BATCH", type=_name)
    resume = add("resume", controls.resume, "operator", "accept claims of a paused batch again")
    resume.add_argument("batch", metavar="BATCH", type=_name)
    more = add("raise", controls.raise_quantity, "operator", "give a batch more packs; the number never falls")
    more.add_argument("batch", metavar="BATCH", type=_name)
    more.add_argument("quantity", metavar="QUANTITY", type=_positive, help="packs in all")
    extend = add("extend", controls.extend, "operator", "lengthen the validity of all coupons of a batch")
    extend.add_argument("batch", metavar="BATCH", type=_name)
    extend.add_argument("days", metavar="DAYS", type=_positive, help="in all, beyond the validity in the terms")
    districts = add("districts", controls.districts, "operator", "list, suspend and reopen a campaign's districts")
    districts.add_argument("campaign", metavar="CAMPAIGN", type=_name)
    for option, text in (
        ("--suspend", "stores in them redeem no coupon"),
        ("--reopen", "stores in them redeem coupons again"),
    ):
        districts.add_argument(option, metavar="NAME", nargs="+", action="extend", default=[], help=text)


def _merchants(add: Add) -> None:
    file = add("merchants", merchants.merchants, "operator", "register or change the merchants of a file; resumable")
    file.add_argument("file", metavar="FILE", help="CSV with a header, one store a line")
    file.epilog = (
        f"Columns: {', '.join(merchant_files.COLUMNS)}; only merchant_id is required. Each line of a merchant is one "
        "of its stores. A title is one column, or title_en and title_zh. Several tags, channels or campaigns in one "
        "cell are separated by semicolons. A column or cell that is absent or blank changes nothing; stores and "
        "campaigns are added, never removed."
    )
    suspend = add("suspend", merchants.suspend, "operator", "a merchant redeems nothing until it is reinstated")
    suspend.add_argument("merchant", metavar="MERCHANT", type=_name)
    suspend.add_argument("--off", action="store_true", help="reinstate it")
    texts = {
        "withhold": "withhold the payout of a day, or of an order from that day on; without DAY list what is withheld",
        "approve": "pay out what is withheld",
        "refuse": "never pay out what is withheld",
    }
    for name, text in texts.items():
        command = add(name, getattr(merchants, name), "operator", text)
        command.add_argument("merchant", metavar="MERCHANT", type=_name)
        days = "?" if name == "withhold" else None
        command.add_argument("day", metavar="DAY", type=_day, nargs=days, help="like 2020-06-06")
        command.add_argument("order", metavar="ORDER", nargs="?", help="one order; without it the whole day")
        if name == "withhold":
            command.add_argument("--reason", metavar="TEXT", help="shown to the merchant")


def _people(add: Add) -> None:
    people = add("members", members.members, "operator", "add the people of a file to a group, 1,000 a call; resumable")
    people.add_argument("group", metavar="GROUP", type=_name)
    people.epilog = (
        "FILE is CSV in UTF-8: one person a line, or a header with a column person_id among others. A person is a "
        "real-name identity in any spelling (case, full-width digits and surrounding blanks are ignored), or "
        "sub:ACCOUNT, taken literally, for a token without one. Blank lines and lines that begin with # are skipped. "
        "Values damaged by spreadsheets are bad lines: 1.10105E+17, a leading ', invisible characters. A person who "
        "is named twice is added once."
    )
    people.add_argument("file", metavar="FILE", help="one person a line, or CSV with a column person_id")
    people.add_argument("--remove", action="store_true", help="remove them from the group")
    people.add_argument("--skip-bad", action="store_true", help="send the good lines; else a bad line stops all")
    people.add_argument("--report", metavar="PATH", help="where all bad lines are listed (default FILE.bad.csv)")
    text = "claim for a person without a phone and print a sheet of codes with PIN"
    assist = add("assist", code_sheets.assist, code_sheets.SCOPES, text)
    assist.add_argument("batch", metavar="BATCH", type=_name)
    text = "the person of the given --token; sub:ACCOUNT if it states no person_id"
    assist.add_argument("person", metavar="PERSON_ID", type=_person, help=text)
    assist.add_argument("--region", help="of the person, for a token of the local stack")
    assist.add_argument("--household", metavar="HOUSEHOLD_ID", help="of the person, for a token of the local stack")


def _reconcile(add: Add) -> None:
    reconcile = add("reconcile", commands.reconcile, "merchant", "compare a merchant's own CSV with a settlement day")
    reconcile.epilog = (
        f"FILE is CSV in UTF-8 with a header and one movement a line. Columns: order_no, {', '.join(AMOUNTS)}; "
        "reversal_no for reversals, whose amounts are negative; day (2020-06-06), or at (a moment that begins with the "
        "day), unless --day is given. campaign_id, currency (CNY) and funding (government:1000 platform:600) are "
        "compared if the file has them. Other columns are ignored. Amounts are whole minor units: 10.00 CNY are 1000. "
        "The CSV of GET /settlements/DAY is such a file."
    )
    reconcile.add_argument("file", metavar="FILE")
    reconcile.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="overrides the day in the file")
    reconcile.add_argument("--merchant", metavar="MERCHANT", help="for a token of the local stack")


def _common(absent: str) -> argparse.ArgumentParser:
    """Options allowed before and after the command; `absent` keeps one place from overwriting the other."""
    common = argparse.ArgumentParser(add_help=False, argument_default=absent)
    common.add_argument("--url", metavar="URL", help=f"the stack (default {client.LOCAL_URL})")
    common.add_argument("--token", metavar="TOKEN", help=f"or {TOKEN_VARIABLE}; the local stack issues one by itself")
    common.add_argument("--json", action="store_true", help="results as JSON")
    return common


def _name(text: str) -> str:
    if not text or len(text) > 64:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not an identifier")
    return text


def _person(text: str) -> str:
    try:
        return person_name(text)
    except IdentityError as error:
        raise argparse.ArgumentTypeError(f"the person {error}") from None


def _positive(text: str) -> int:
    digits = text.lstrip("0")
    if not (text.isascii() and digits.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not a positive number")
    # The length first: Python refuses to convert thousands of digits.
    if len(digits) > len(str(NUMBER_MAX)) or int(digits) > NUMBER_MAX:
        raise argparse.ArgumentTypeError(f"{text[:80]} is too large: {NUMBER_MAX:,} at most")
    return int(digits)


def _moment(text: str) -> str:
    try:
        if _MOMENT.fullmatch(text):
            datetime.fromisoformat(text.upper())
            return text
    except ValueError:
        pass  # such as 31 June
    wanted = "RFC 3339 with offset, e.g. 2020-06-07T10:00:00+08:00"
    raise argparse.ArgumentTypeError(f"{text[:80]!r} is not a moment: {wanted}")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not a day like 2020-06-06") from None
