"""What all commands share: the stack that they ask, the token that they need, and the options of every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from infra.client.api import LOCAL_URL, PATIENCE_S, TIMEOUT_S, Api, UnreachableError
from infra.couponctl.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATOR = "operator"
TOKEN_VARIABLE = "COUPONCTL_TOKEN"  # noqa: S105 - the variable's name, not a token
URL_VARIABLE = "COUPONCTL_URL"


class NoTokenError(click.UsageError):
    """A stack that gives no tokens needs one."""


class Cli:
    """One run of couponctl: the options of every command, and the connection, made when a command first needs it."""

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.command: Command | None = None
        self._api: Api | None = None

    @property
    def out(self) -> Output:
        return Output(as_json=bool(self.options.get("json")))

    @property
    def given_token(self) -> str | None:
        """The token of the command line or of the environment, without the line end of the file that held it.

        Raises click.UsageError if it cannot be sent.
        """
        token = str(self.options.get("token") or "").strip()
        if not (token.isascii() and all(map(str.isprintable, token))):
            raise click.UsageError("the token holds a line end, a control character or a letter outside ASCII")
        return token or None

    @property
    def token(self) -> str | None:
        """The token that requests carry, if any was needed yet."""
        return self._api.token if self._api else self.given_token

    @property
    def is_local(self) -> bool:
        """Whether the stack that was asked is the local one."""
        return self._api is not None and self._api.local

    @property
    def api(self) -> Api:
        return self.connect()

    def connect(
        self,
        *,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
        sub: str = "couponctl",
        **claims: str | None,
    ) -> Api:
        """The connection, with a token of the scope that the command needs; made once.

        Without a given token the local stack is asked for one of the account `sub` with these claims; claims that are
        None are left out.

        Raises:
            click.UsageError: the address or the token cannot be one.
            NoTokenError: a stack that gives no tokens needs one.
            ApiError: the local stack gives no token.
        """
        if self._api is None:
            url = self.options["url"]
            try:
                api = Api(url, self.given_token, timeout_s=timeout_s, patience_s=patience_s, agent="couponctl")
            except ValueError as error:
                raise click.UsageError(str(error)) from None
            needs = self.command.needs if self.command else None
            if needs is not None and api.token is None and not api.local:
                raise NoTokenError(f"{url} needs a token: --token or {TOKEN_VARIABLE}")
            self._api = api
            if needs is not None and api.token is None:
                api.token = local_token(api, sub, needs, **claims)
        return self._api

    def close(self) -> None:
        if self._api:
            self._api.close()


def local_token(api: Api, sub: str, scope: str, **claims: str | None) -> str:
    """A token of the local stack's issuer; a deployed stack has none and answers 404."""
    given = {name: value for name, value in claims.items() if value is not None}
    body = api.post("/_local/token", {"sub": sub, "scope": scope, **given}, repeatable=True).body
    if not isinstance(body.get("access_token"), str):
        raise UnreachableError(f"{api.url} gives no token")
    return str(body["access_token"])


def _keep(context: click.Context, option: click.Parameter, value: object) -> None:
    """Keeps what a place says: the options behind the command's name win over those before it and the environment."""
    kept, name = context.find_root().obj.options, str(option.name)
    if name not in kept or context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
        kept[name] = value


def _everywhere(*names: str, **facts: Any) -> click.Option:
    return click.Option(names, callback=_keep, expose_value=False, **facts)


EVERYWHERE = (
    _everywhere(
        "--url", metavar="URL", envvar=URL_VARIABLE, show_envvar=True, default=LOCAL_URL, show_default=True,
        help="The stack.",
    ),
    _everywhere(
        "--token", metavar="TOKEN", envvar=TOKEN_VARIABLE, show_envvar=True,
        help="The local stack gives one by itself.",
    ),
    _everywhere("--json", is_flag=True, help="Print results and errors as JSON."),
)  # fmt: skip
"""Options that may stand before and behind the command's name."""


class Command(click.Command):
    """A command, and the scope of the token that it `needs` (None: no token)."""

    def __init__(self, *args: Any, needs: str | None = None, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.needs = needs
        self.params += EVERYWHERE

    def invoke(self, ctx: click.Context) -> Any:
        ctx.find_root().obj.command = self
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, and apart from them those of every command."""
        for section, shared in (("Options", False), ("Options of every command", True)):
            options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
            records = [
                one.get_help_record(ctx) for one in options if (one.expose_value and one.name != "help") != shared
            ]
            if rows := [record for record in records if record]:
                with formatter.section(section):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.needs:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(f"Scope of the token: {self.needs.replace(' ', ' and ')}.")


def command(
    name: str, *, needs: str | None = None, epilog: str | None = None, cls: type[Command] = Command
) -> Callable[[Callable[..., int]], Command]:
    """Makes a command of a function of `Cli`, arguments and options that returns the exit code.

    Its help is the docstring. `needs`: the scopes of its token; None for public requests.
    """

    def made(run: Callable[..., int]) -> Command:
        return click.command(name, cls=cls, needs=needs, epilog=epilog)(click.pass_obj(run))

    return made
