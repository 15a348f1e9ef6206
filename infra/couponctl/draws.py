"""`draw`, `beacon`, `verify-draw`: how far a lottery is, what it is drawn with, and whether the draw is true."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.error import HTTPError

import click

from coupons.times import rfc3339
from infra.client.api import LOCAL_URL, UnreachableError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.output import GOOD, REFUSED, BadFileError, WrongUseError, counted, table
from infra.couponctl.parameters import NAME, POSITIVE
from infra.couponctl.words import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coupons.drand import ChainName

RELAYS = ("https://api.drand.sh", "https://drand.cloudflare.com")
"""Each answers the same rounds: https://docs.drand.love/docs/http-api-reference/"""
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@command("draw")
@click.argument("batch", type=NAME)
def draw(cli: Cli, batch: str) -> int:
    """Show how far the draw of a lottery is, and what it waits for."""
    body = cli.api.get(f"/batches/{batch}/draw").body
    cli.out.result(body, *_shown(body))
    return REFUSED if body["state"] == "broken" else GOOD


def _shown(body: dict[str, Any]) -> Iterator[str]:
    yield f"{body['batch_id']}: {body['state']}"
    facts = {
        "entries": "not counted yet" if body["entries"] is None else f"{body['entries']:,}",
        "commitment": body["commitment"]["hash"] if body["commitment"] else "none yet",
        "round": f"{body['round']} of drand {body['chain']}, due {moment(_due(body))}",
        "waits for": _waits_for(body),
    }
    yield from (f"  {name:<10}  {fact}" for name, fact in facts.items())
    if body["steps"]:
        yield ""
        yield from table(("step", "at", "by"), [(s["step"], moment(s["at"]), s["by"] or "") for s in body["steps"]])
    if body["cohorts"]:
        yield ""
        rows = [
            (f"{one['cohort']}", f"{one['admitted']:,}", moment(one["claim_by"]), one["cutoff_rest"] or "nobody")
            for one in body["cohorts"]
        ]
        yield from table(("cohort", "admitted", "may claim until", "cutoff"), rows)


def _waits_for(body: dict[str, Any]) -> str:
    """Who has to do what next, in a sentence."""
    batch, round_, state = body["batch_id"], body["round"], body["state"]
    end = body["end"]
    if end is not None:
        claims = end.get("claims")
        told = f"nothing: {end['why']}" if end.get("why") else "nothing: the draw is over"
        return told if claims is None else f"{told}; {counted(claims, 'winner')} claimed"
    if state == "collecting":
        return (
            "people, until booking closes; then the schedule fixes the list, 10 minutes before the round at the latest"
        )
    if state == "committed" and body["beacon"] is None:
        who = "the next tick after it" if body["chain"] == "local" else "an operator or the notary"
        return f"the signature of the round, by {who}: couponctl beacon {round_} {batch} --put"
    if state == "committed":
        return "the schedule, which finds the winners within minutes"
    last = body["cohorts"][-1]
    who = "the winners" if last["cohort"] == 1 else f"the people of cohort {last['cohort']}"
    return f"{who}, who may claim until {moment(last['claim_by'])}"


def _due(body: dict[str, Any]) -> str:
    """By the clock that the draw's own time is told by."""
    from coupons.drand import due_s

    return datetime.fromtimestamp(
        due_s(body["chain"], body["round"]), datetime.fromisoformat(body["at"]).tzinfo
    ).isoformat()


@command("beacon", needs=OPERATOR)
@click.argument("round_", metavar="ROUND", type=POSITIVE)
@click.argument("batch", type=NAME, required=False)
@click.option("--signature", metavar="HEX", help="96 hex digits, drand's JSON answer, or - for stdin.")
@click.option("--put", is_flag=True, help="Give it to the draw of BATCH.")
@click.option("--chain", type=click.Choice(["local", "quicknet"]), help="Without BATCH: local by default.")
def beacon(cli: Cli, round_: int, batch: str | None, *, signature: str | None, put: bool, chain: str | None) -> int:
    """Check the signature of a round of drand, and give it to a draw.

    The local chain of test stacks is signed here: its key is public. Of quicknet it prints where the signature is
    published, and checks the one that is given; nothing but the only signature of the round passes.
    """
    if put and batch is None:
        raise WrongUseError("--put: name the BATCH")
    of = cast("ChainName", _chain(cli, round_, batch, chain))
    checked = _checked(of, round_, _signature(of, round_, signature))
    value: dict[str, Any] = {
        "round": round_,
        "chain": of,
        "signature": checked.hex(),
        "randomness": sha256(checked).hexdigest(),
    }
    lines = [f"round {round_} of drand {of}: the signature is good", f"  {checked.hex()}"]
    if put:
        answer = cli.api.put(f"/admin/batches/{batch}/draw", {"round": round_, "signature": checked.hex()})
        value["put"] = batch
        lines.append(f"{batch}: {'had it already' if answer.replayed else 'took it'}; couponctl draw {batch}")
    cli.out.result(value, *lines)
    return GOOD


def _chain(cli: Cli, round_: int, batch: str | None, chain: str | None) -> str:
    if batch is None:
        return chain or "local"
    body = cli.api.get(f"/batches/{batch}/draw").body
    if body["round"] != round_:
        raise WrongUseError(f"{batch} is drawn by round {body['round']}, not by {round_}")
    if chain not in (None, body["chain"]):
        raise WrongUseError(f"{batch} is drawn by the chain {body['chain']}")
    return str(body["chain"])


def _signature(chain: ChainName, round_: int, given: str | None) -> str:
    """What was given, or is signed here; else it is said where to fetch it, and asked for."""
    from coupons.drand import CHAINS, due_s, sign_local

    if given == "-":
        given = sys.stdin.read()
    if given is None and chain == "local":
        return sign_local(round_)
    if given is None:
        where = [f"{relay}/{CHAINS[chain].chain_hash.hex()}/public/{round_}" for relay in RELAYS]
        due = moment(rfc3339(due_s(chain, round_)))
        click.echo("\n".join([f"Round {round_} is signed at {due}. Then any of these answers it:", *where]), err=True)
        if not sys.stdin.isatty():
            raise WrongUseError("give that signature by --signature")
        given = click.prompt("signature", err=True)
    return _of_answer(round_, given.strip())


def _of_answer(round_: int, text: str) -> str:
    """The signature in drand's own answer, or the text itself."""
    if not text.startswith("{"):
        return text
    try:
        answer = json.loads(text)
        if answer["round"] != round_:
            raise BadFileError([f"the answer is of round {answer['round']}, not of {round_}"])
        return str(answer["signature"])
    except (json.JSONDecodeError, LookupError) as error:
        raise BadFileError(["the text is neither a signature nor drand's answer"]) from error


def _checked(chain: ChainName, round_: int, text: str) -> bytes:
    from coupons.drand import BadBeacon, verified

    try:
        return verified(chain, round_, text)
    except BadBeacon as error:
        raise BadFileError([f"the signature {error}"]) from error


@command("verify-draw")
@click.argument("folder", type=FOLDER)
@click.option("--commitment", metavar="HEX", help="The 64 digits that were announced: not from these files.")
@click.option("--download", "batch", metavar="BATCH", type=NAME, help="First load its files into FOLDER.")
@click.option("--local", is_flag=True, help="Accept the test chain, whose key is public.")
@click.option("--receipt", metavar="FILE", type=FILE, help="Check one person's receipt and place too.")
@click.option("--sample", is_flag=True, help="Print whom the seed picks for questions.")
def verify_draw(
    cli: Cli,
    folder: Path,
    *,
    commitment: str | None,
    batch: str | None,
    local: bool,
    receipt: Path | None,
    sample: bool,
) -> int:
    """Recompute a draw from its published files.

    List, beacon, winners and claims are answered one by one, by a program that shares no code with what drew;
    infra/verify_draw/README.md describes the files, and a second program. Without --commitment nothing is proved, and
    the exit code is 1: files can be made afterwards that fit each other.
    """
    from infra.verify_draw.checks import Verification, read_receipt

    if batch is not None:
        _download(cli, batch, folder)
    try:
        held = read_receipt(receipt) if receipt else None
    except (ValueError, AttributeError) as error:
        raise BadFileError([f"{receipt}: not a receipt: {error}"]) from error
    found = Verification(folder, commitment, local=local, receipt=held, sample=sample).run()
    lines = [f"{answer.verdict:<12} {answer.check:<8} {answer.why}" for answer in found.answers]
    for kind, entries in found.facts.get("sample", {}).items():
        lines += [f"sample of {kind}:", *(f"  {entry}" for entry in entries)]
    answers = [asdict(answer) for answer in found.answers]
    cli.out.result({"is_good": found.is_good, "answers": answers, **found.facts}, *lines)
    return GOOD if found.is_good else REFUSED


def _download(cli: Cli, batch: str, folder: Path) -> None:
    from infra.verify_draw.download import download
    from infra.verify_draw.published import Fault

    address = f"{str(cli.options.get('url', LOCAL_URL)).rstrip('/')}/batches/{batch}/draw"
    try:
        with cli.out.track(100) as progress:
            download(address, folder, lambda done, of: progress(100 * done // of, f"{done} of {of} files"))
    except HTTPError as error:
        raise WrongUseError(f"{address} answers {error.code}") from error
    except Fault as fault:
        raise BadFileError([str(fault)]) from fault
    except OSError as error:
        raise UnreachableError(f"{address}: {error}") from error
