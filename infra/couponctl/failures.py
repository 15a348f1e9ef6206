"""Each expected error of a command becomes a message and an exit code; any other error is a defect, with its traceback.

With `--json` the message is one JSON object on stdout: `{"error": {exit_code, command, slug, detail, …}}`. A 403 names
the scopes that the command needs and those that the token has, if one is missing. A 401 says when the token expires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from infra.client.api import ApiError, ProblemError
from infra.couponctl.output import REFUSED, BadFileError, NotAgreedError, WrongUseError
from infra.couponctl.tokens import claims_of, expiry_of, scopes_of

if TYPE_CHECKING:
    from infra.couponctl.cli import Cli

USAGE = 2
UNREACHABLE = 3
INTERRUPTED = 130
UNAUTHORIZED = 401
FORBIDDEN = 403
EXPECTED = (click.ClickException, BadFileError, NotAgreedError, WrongUseError, ApiError, OSError)


def report(cli: Cli, error: Exception) -> int:
    """The error is told; returns the exit code of the run."""
    code, slug = _kind(error)
    name = cli.command.name if cli.command else None
    status = error.status if isinstance(error, ProblemError) else None
    of_token = _scopes(cli) if status == FORBIDDEN else _expiry(cli) if status == UNAUTHORIZED else {}
    if cli.out.as_json:
        cli.out.result({"error": {"exit_code": code, "command": name, "slug": slug, **_facts(error), **of_token}})
    elif isinstance(error, ProblemError):
        cli.out.problem(str(name), error)
        if status == FORBIDDEN and _lacks_a_scope(of_token):
            needed, has = (of_token.get(of, "unknown") or "no scope" for of in ("scopes_needed", "token_scopes"))
            scopes = f"scopes {needed.replace(' ', ' and ')}" if " " in needed else f"scope {needed}"
            cli.out.failure(f"  {name} needs the {scopes}; the token has {has}")
        elif "token_expires_at" in of_token:
            cli.out.failure(f"  the token expires at {of_token['token_expires_at']}")
        elif status == UNAUTHORIZED and claims_of(cli.token) is None:
            cli.out.failure("  the token is no JWT")
    elif isinstance(error, click.ClickException):
        error.show()
    else:
        cli.out.failure(_detail(error))
        if isinstance(error.__cause__, ConnectionRefusedError) and cli.is_local:
            cli.out.failure("  nothing listens there: `make run` starts the local stack, --url names another")
    return code


def _scopes(cli: Cli) -> dict[str, str]:
    """The scopes that the command needs, and those of the token if it can be read."""
    has = scopes_of(cli.token)
    needs = {"scopes_needed": cli.command.needs} if cli.command and cli.command.needs else {}
    return needs | ({} if has is None else {"token_scopes": " ".join(has)})


def _lacks_a_scope(of_token: dict[str, str]) -> bool:
    """False if the token has all that the command needs: then it was refused for another reason."""
    has = of_token.get("token_scopes")
    return has is None or not {*of_token.get("scopes_needed", "").split()} <= {*has.split()}


def _expiry(cli: Cli) -> dict[str, str]:
    """When the token expires, if it says so."""
    expires_at = expiry_of(cli.token)
    return {"token_expires_at": expires_at} if expires_at else {}


def _kind(error: Exception) -> tuple[int, str]:
    """The exit code and the slug."""
    if isinstance(error, BadFileError):
        return REFUSED, "bad-file"
    if isinstance(error, NotAgreedError):
        return REFUSED, "not-agreed"
    if isinstance(error, ProblemError):
        return REFUSED, error.slug or "gateway"
    if isinstance(error, ApiError):
        return UNREACHABLE, "unreachable"
    if isinstance(error, OSError):
        return USAGE, "unreadable-file"
    return USAGE, "wrong-usage"


def _facts(error: Exception) -> dict[str, Any]:
    if isinstance(error, ProblemError):
        return {"status": error.status, "title": error.title, "detail": error.title, **error.problem}
    if isinstance(error, BadFileError):
        return {"detail": _detail(error), "problems": error.problems}
    return {"detail": _detail(error)}


def _detail(error: Exception) -> str:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return str(error)
