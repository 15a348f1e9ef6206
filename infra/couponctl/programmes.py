"""A season's programme over HTTP, for couponctl and the local stack: what applying it would do, and applying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.couponctl.edits import stored_or_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.client.api import Api
    from infra.couponctl.campaign_files import CampaignFile


def path_of(campaign_id: str) -> str:
    return f"/admin/campaigns/{quote(campaign_id, safe='')}/programme"


def put_programme(api: Api, campaign_id: str, programme: dict[str, Any]) -> str:
    """The programme is as stated, from the revision that is stored unless it states one; what the PUT did.

    Raises ApiError.
    """
    current = stored_or_empty(api, path_of(campaign_id)).get("revision")
    sent = {**programme, "revision": current} if programme.get("revision") is None and current else programme
    answer = api.put(path_of(campaign_id), sent)
    if answer.status == 201:
        return "created"
    return "unchanged" if answer.replayed else f"updated to revision {answer.body['revision']}"


def planned(api: Api | None, file: CampaignFile) -> dict[str, Any] | None:
    """What applying the file's programme would do: `{revision, changes, refusals}`; None if it has none.

    The stack's clock decides which dates are open. Without a stack changes and refusals are null. Raises ApiError.
    """
    if file.programme is None:
        return None
    if api is None:
        return {"revision": None, "changes": None, "refusals": None}
    from coupons.model.changes import changes_of_programme
    from coupons.model.incentive_dates import refusal_of_incentives
    from coupons.model.programme_dates import frozen_dates
    from coupons.model.programmes import Programme
    from coupons.web.responses.plan import ChangeView

    read = stored_or_empty(api, path_of(str(file.document["campaign_id"])))
    stored = Programme.model_validate(read) if read else None
    document = Programme.model_validate(file.programme)
    now_s = int(api.time.now_s())
    zone = str(file.document["timezone"])
    said = [str(one) for one in frozen_dates(stored, document, zone, now_s)] if stored else []
    earned = refusal_of_incentives(stored.incentives, document.incentives, zone, now_s) if stored else None
    said += [str(earned)] if earned else []
    changes = [ChangeView.of(one).model_dump() for one in changes_of_programme(stored, document)]
    return {
        "revision": read.get("revision"),
        "changes": file.located(changes, "programme"),
        "refusals": [{"slug": "terms-frozen", "detail": one} for one in said],
    }


def removed(plan: dict[str, Any] | None) -> list[str]:
    """The places of what the programme drops."""
    changes = (plan or {}).get("changes") or []
    return [f"programme.{one['place']}" for one in changes if one["change"] == "removed"]


def told(plan: dict[str, Any] | None, campaign_id: str, currency: str) -> Iterator[str]:
    """The plan in lines: the changes, and what is refused."""
    if plan is None:
        return
    from infra.couponctl.plans import change_lines, changed

    if plan["changes"] is None:
        yield f"programme of {campaign_id}: fits the schema"
        return
    if plan["revision"] is None:
        outcome = "is new"
    elif plan["changes"]:
        outcome = changed(plan)
    else:
        outcome = f"nothing changes, revision {plan['revision']}"
    yield f"programme of {campaign_id}: {outcome}"
    yield from change_lines(plan["changes"], currency)
    for refusal in plan["refusals"]:
        yield f"refused: {refusal['slug']}: {refusal['detail']}"


def shown(programme: dict[str, Any]) -> str:
    """A stored programme in one line; empty if there is none."""
    if not programme:
        return ""
    names = ("venues", "facilities", "activities", "announcements")
    numbers = ", ".join(f"{len(programme[name])} {name}" for name in names)
    return f"programme: revision {programme['revision']}, {numbers}"
