"""Load sample seasons into a stack over HTTP, as an operator would."""

from __future__ import annotations

from pathlib import Path

from infra.client.api import Api, ProblemError
from infra.couponctl.campaign_files import read_campaign
from infra.couponctl.campaigns import apply, publish
from infra.couponctl.programmes import put_programme


def load_season(api: Api, path: Path) -> list[str]:
    """The campaign of the document at `path` is applied and all its batches are published; returns those published now.

    Its programme is applied before they are published, so that nobody sees the season without it.

    A campaign that exists is not changed: an operator may have edited it. Raises ApiError, DocumentFileError.
    """
    file = read_campaign(path)
    document = file.document
    if _exists(api, str(document["campaign_id"])):
        return []
    apply(api, document)
    if file.programme is not None:
        put_programme(api, str(document["campaign_id"]), file.programme)
    batches = [str(batch["batch_id"]) for batch in document["batches"]]
    for batch_id in batches:
        publish(api, batch_id)
    return batches


def _exists(api: Api, campaign_id: str) -> bool:
    try:
        api.get(f"/admin/campaigns/{campaign_id}")
    except ProblemError as error:
        if error.status == 404:
            return False
        raise
    return True
