"""Reads of the API whose answers are checked: a server that is no stack is named, instead of a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from infra.client.api import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.client.api import Api

PAGES_MAX = 10_000
SEARCHED_MAX = 20
"""Campaigns that are searched for a batch, and whose batches are compared with a name that is unknown."""
DAY_MEMBERS = ("merchant_id", "day", "final", "day_sums")
"""Members of a settlement's page that describe the whole day."""


def read(api: Api, path: str, *members: str, **query: str | None) -> dict[str, Any]:
    """The answer, which has these members. Raises ApiError."""
    body = api.get(path, **query).body
    if missing := [name for name in members if name not in body]:
        raise UnreachableError(
            f"{api.url}{path} answers without {', '.join(missing)}: is a stack of this version there?"
        )
    return body


def pages(api: Api, path: str, *members: str, **query: str | None) -> Iterator[dict[str, Any]]:
    """Each page of `path`, by the `next` of the one before. Raises ApiError, also if there is no end."""
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        page = read(api, path, "next", *members, **query, cursor=cursor)
        yield page
        following = page["next"]
        if following is None:
            return
        if following == cursor:
            break
        cursor = following
    raise UnreachableError(f"{api.url}{path} answers pages without end")


def of_campaigns(api: Api, member: str) -> dict[str, str]:
    """`timezone` or `currency` of each campaign that has a published batch. Raises ApiError."""
    campaigns = read(api, "/campaigns", "campaigns")["campaigns"]
    try:
        return {campaign["campaign_id"]: campaign[member] for campaign in campaigns}
    except (KeyError, TypeError) as error:
        raise UnreachableError(f"{api.url} answers something that is not a list of campaigns: {error!r}") from None


def payout_of(line: Mapping[str, Any]) -> Literal["due", "withheld", "refused"]:
    """Whether a line of a settlement is paid out, as `coupons.model.payouts` decides it."""
    decision = line.get("decision")
    if line.get("withheld") is None or decision == "released":
        return "due"
    return "refused" if decision == "refused" else "withheld"


def published_batch(api: Api, batch_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A published batch and its campaign, as everybody may read them. Raises ApiError."""
    batch = read(
        api, f"/batches/{quote(batch_id, safe='')}", "campaign_id", "status", "quantity", "remaining", "coupons"
    )
    campaign = read(api, f"/campaigns/{quote(batch['campaign_id'], safe='')}", "currency", "timezone")
    return batch, campaign


def paying_batches(api: Api, document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The published batches of a campaign that pay venues, by name, each with its row of the budgets as `money`.

    They are in no catalogue, so only an operator sees them. No request if the document declares none. Raises ApiError.
    """
    declared = [batch for batch in document["batches"] if batch["mode"] == "venue"]
    if not declared:
        return {}
    path = f"/admin/campaigns/{quote(document['campaign_id'], safe='')}/budgets"
    money = {row["batch_id"]: row for row in read(api, path, "batches")["batches"]}
    return {
        batch["batch_id"]: batch | {"money": money[batch["batch_id"]]}
        for batch in declared
        if batch["batch_id"] in money
    }


def paying_batch(api: Api, batch_id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A published batch that pays venues, with its money, and the document of its campaign; None if there is none.

    Raises ApiError.
    """
    for campaign in read(api, "/campaigns", "campaigns")["campaigns"][:SEARCHED_MAX]:
        path = f"/admin/campaigns/{quote(campaign['campaign_id'], safe='')}"
        document = read(api, path, "campaign_id", "batches", "currency", "timezone")
        if any(batch["batch_id"] == batch_id for batch in document["batches"]):
            batch = paying_batches(api, document).get(batch_id)
            return (batch, document) if batch else None
    return None
