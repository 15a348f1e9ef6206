"""Apply a campaign document and publish its batches over HTTP, for couponctl and the local stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from infra.couponctl.edits import stored_or_empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.client.api import Answer, Api


@dataclass(frozen=True)
class Applied:
    """The result of `apply`: the campaign is now at `revision`."""

    campaign_id: str
    outcome: Literal["created", "updated", "unchanged"]
    revision: int | None
    warnings: list[dict[str, Any]]
    """`{place, message}`: values in the document that were not applied."""


def apply(api: Api, document: Mapping[str, Any]) -> Applied:
    """The campaign is as `document` states; applying it again changes nothing.

    A document without `revision` is sent with the current one, which is read first. So an edit in between is not
    overwritten: the request is refused (`revision-conflict`). Suspended districts stay suspended unless the document
    states them (`suspended_districts: []`: none).

    Raises:
        ApiError: refused, or no answer.
    """
    campaign_id = str(document["campaign_id"])
    path = f"/admin/campaigns/{quote(campaign_id, safe='')}"
    read = stored_or_empty(api, path)
    current = read.get("revision")
    sent = dict(document)
    if sent.get("revision") is None and current is not None:
        sent["revision"] = current
    if read.get("suspended_districts"):
        sent.setdefault("suspended_districts", read["suspended_districts"])
    answer = api.put(path, sent)
    revision = answer.body.get("revision")
    warnings = answer.body.get("warnings") or []
    if answer.status == 201:
        return Applied(campaign_id, "created", revision, warnings)
    unchanged = answer.replayed or (revision is not None and revision == current)
    return Applied(campaign_id, "unchanged" if unchanged else "updated", revision, warnings)


def publish(api: Api, batch_id: str) -> dict[str, Any]:
    """The batch is published: `{batch_id, status, …}`. Raises as `ask_publish`."""
    return ask_publish(api, batch_id).body


def ask_publish(api: Api, batch_id: str) -> Answer:
    """The batch is published. Publishing again changes nothing, and the answer is `replayed`.

    Raises:
        ApiError: refused (`budget-exceeded`, …), or no answer.
    """
    return api.post(f"/admin/batches/{quote(batch_id, safe='')}/publish", {}, repeatable=True)
