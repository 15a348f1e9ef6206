"""`pages`: the built web pages are uploaded to a stack on AWS."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from infra.client.api import UnreachableError
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, WrongUseError, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

_ISSUER_WITHIN_S = 20


@command("pages")
@click.option("--stack", default="coupon-season", show_default=True, metavar="NAME", help="The stack's name on AWS.")
@click.option("--client-id", required=True, metavar="ID", help="Of the pages at the issuer: a public client with PKCE.")
@click.option("--hotline", metavar="NUMBER", help="The telephone number that pages name.")
def pages(cli: Cli, *, stack: str, client_id: str, hotline: str | None) -> int:
    """Upload the web pages to a stack on AWS.

    Uses the account and the region of AWS's own variables and files. Pages that are open keep working: files of the
    upload before stay.
    """
    from boto3.session import Session
    from botocore.exceptions import BotoCoreError, ClientError

    from infra.pages.upload import upload

    session = Session()
    try:
        facts, outputs = _described(session, stack)
        check_sign_in(_discovered(facts["JwtIssuer"]), facts["SignInOrigins"].split() or [facts["JwtIssuer"]])
        config = {"issuer": facts["JwtIssuer"], "client_id": client_id, "hotline": hotline}
        removed = upload(session.client("s3"), outputs["PagesBucketName"], config, now=datetime.now(UTC))
        session.client("cloudfront").create_invalidation(
            DistributionId=outputs["DistributionId"],
            InvalidationBatch={
                "Paths": {"Quantity": 1, "Items": ["/*"]},
                "CallerReference": datetime.now(UTC).isoformat(),
            },
        )
    except (BotoCoreError, ClientError) as error:
        raise UnreachableError(f"AWS: {error}") from None
    url = outputs["PagesUrl"]
    told = [f"removed {counted(len(removed), 'file')}"] if removed else []
    cli.out.result({"url": url, "removed": removed}, url, *told)
    return GOOD


def _described(session: Any, stack: str) -> tuple[dict[str, str], dict[str, str]]:
    """The stack's parameters and outputs. Raises WrongUseError if it serves no pages."""
    [found] = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    facts = {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])}
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
    if "PagesBucketName" not in outputs:
        raise WrongUseError(f"the stack {stack} serves no pages: deploy it with Pages=true")
    return facts, outputs


def _discovered(issuer: str) -> dict[str, Any]:
    """The issuer's discovery document. Raises UnreachableError."""
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(address, timeout=_ISSUER_WITHIN_S) as answer:  # noqa: S310 - the stack's own issuer
            document: dict[str, Any] = json.loads(answer.read())
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise UnreachableError(f"the issuer's {address}: {error}") from None
    return {"discovery": address, **document}


def check_sign_in(issuer: Mapping[str, Any], origins: list[str]) -> None:
    """The pages may ask the issuer: their policy names `origins`. Raises WrongUseError, naming what it lacks."""
    for name in ("discovery", "token_endpoint"):
        url = issuer.get(name)
        if not isinstance(url, str):
            raise WrongUseError(f"the issuer's discovery document lacks {name}")
        if not any(_covers(origin, url) for origin in origins):
            origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
            raise WrongUseError(f"pages could not sign in: deploy the stack with {origin} in SignInOrigins")


def _covers(source: str, url: str) -> bool:
    """As a browser compares a source of its policy: with a path, that path alone, or all below if it ends with `/`."""
    own, asked = urlsplit(source), urlsplit(url)
    if (own.scheme, own.netloc) != (asked.scheme, asked.netloc):
        return False
    return own.path in ("", "/", asked.path) or (own.path.endswith("/") and asked.path.startswith(own.path))
