"""Run one command: with which token, and with which exit code.

Exit codes: 0 the result is good, 1 a refusal, a difference or a bad document, 2 wrong usage or an unreadable file,
3 no stack answers, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from coupons.identities import SUBJECT
from infra.client import api as client
from infra.couponctl import arguments, commands
from infra.couponctl.arguments import TOKEN_VARIABLE
from infra.couponctl.core_yaml import DocumentFileError
from infra.couponctl.output import REFUSED, Output, WrongUseError
from infra.couponctl.statements import StatementError

if TYPE_CHECKING:
    import argparse

    from infra.couponctl.arguments import Command

USAGE = 2
UNREACHABLE = 3
INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """One command has run; returns its exit code."""
    parser = arguments.parser()
    args = parser.parse_args(argv)
    out = Output(as_json=getattr(args, "json", False))
    try:
        url = getattr(args, "url", client.LOCAL_URL)
        api = client.Api(url, _given_token(args), timeout_s=args.timeout_s, agent="couponctl")
    except ValueError as error:
        parser.error(str(error))
    try:
        with api:
            if api.token is None and args.needs is not None:
                _check_local(api, args, parser)
            return _run(api, args, out)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has closed the pipe; without another stdout Python fails again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED


def _run(api: client.Api, args: argparse.Namespace, out: Output) -> int:
    run: Command = args.run
    try:
        if api.token is None and args.needs is not None:
            claims = {f"{name}_id": getattr(args, name, None) for name in ("merchant", "household")}
            sub, claims["person_id"] = _spoken_for(getattr(args, "person", None))
            claims["region"] = getattr(args, "region", None)
            api.token = commands.local_token(api, sub, args.needs, **claims)
        return run(api, args, out)
    except (DocumentFileError, StatementError) as error:
        out.failure(*error.problems)
        return REFUSED
    except WrongUseError as error:
        out.failure(str(error))
        return USAGE
    except client.ProblemError as error:
        out.problem(args.command, error)
        return REFUSED
    except client.UnreachableError as error:
        out.failure(str(error))
        return UNREACHABLE
    except BrokenPipeError:
        raise
    except OSError as error:
        out.failure(f"{error.filename or 'file'}: {error.strerror or error}")
        return USAGE


def _spoken_for(person: str | None) -> tuple[str, str | None]:
    """`sub` and `person_id` of a token for this person."""
    if person is not None and person.startswith(SUBJECT):
        return person.removeprefix(SUBJECT), None
    return "couponctl", person


def _given_token(args: argparse.Namespace) -> str | None:
    return getattr(args, "token", None) or os.environ.get(TOKEN_VARIABLE) or None


def _check_local(api: client.Api, args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Only the local stack issues tokens; for any other stack a missing token is wrong usage."""
    if not api.local:
        parser.error(f"{args.command} needs --token or {TOKEN_VARIABLE} with {api.url}")
    if args.needs == "merchant" and args.merchant is None:
        parser.error(f"{args.command} needs --merchant, or --token")


if __name__ == "__main__":
    sys.exit(main())
