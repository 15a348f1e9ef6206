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
    """`{place, message}`: values in the document that were not applied, or are probably not meant."""


@dataclass(frozen=True)
class Edit:
    """A document as it is sent, and the revision that was read (None: there is no such campaign)."""

    document: dict[str, Any]
    current: int | None

    @property
    def campaign_id(self) -> str:
        return str(self.document["campaign_id"])

    @property
    def path(self) -> str:
        return _path(self.campaign_id)


def edit_of(api: Api, document: Mapping[str, Any]) -> Edit:
    """The document, with what it leaves to the stack: its revision and the suspended districts.

    A document without `revision` gets the current one, so that an edit in between is not overwritten: the request is
    refused (`revision-conflict`). Suspended districts stay suspended unless the document states them
    (`suspended_districts: []`: none). Raises ApiError.
    """
    read = stored_or_empty(api, _path(str(document["campaign_id"])))
    current = read.get("revision")
    sent = dict(document)
    if sent.get("revision") is None and current is not None:
        sent["revision"] = current
    if read.get("suspended_districts"):
        sent.setdefault("suspended_districts", read["suspended_districts"])
    return Edit(sent, current)


def plan(api: Api, edit: Edit) -> dict[str, Any]:
    """What `put` would do. Raises ApiError."""
    return api.post(f"{edit.path}/plan", edit.document, repeatable=True).body


def put(api: Api, edit: Edit) -> Applied:
    """The campaign is as the document states; putting it again changes nothing. Raises ApiError."""
    answer = api.put(edit.path, edit.document)
    revision = answer.body.get("revision")
    warnings = answer.body.get("warnings") or []
    if answer.status == 201:
        return Applied(edit.campaign_id, "created", revision, warnings)
    unchanged = answer.replayed or (revision is not None and revision == edit.current)
    return Applied(edit.campaign_id, "unchanged" if unchanged else "updated", revision, warnings)


def apply(api: Api, document: Mapping[str, Any]) -> Applied:
    """The campaign is as `document` states; applying it again changes nothing. Raises ApiError."""
    return put(api, edit_of(api, document))


def _path(campaign_id: str) -> str:
    return f"/admin/campaigns/{quote(campaign_id, safe='')}"


def publish(api: Api, batch_id: str) -> dict[str, Any]:
    """The batch is published: `{batch_id, status, …}`. Raises as `ask_publish`."""
    return ask_publish(api, batch_id).body


def ask_publish(api: Api, batch_id: str) -> Answer:
    """The batch is published. Publishing again changes nothing, and the answer is `replayed`.

    Raises:
        ApiError: refused (`budget-exceeded`, …), or no answer.
    """
    return api.post(f"/admin/batches/{quote(batch_id, safe='')}/publish", {}, repeatable=True)
