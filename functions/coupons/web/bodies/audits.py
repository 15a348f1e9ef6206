"""The query parameters of audits: what is recounted, and how a count that was not complete goes on."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from coupons.web.bodies.base import Query


class AuditQuery(Query):
    sweep: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] = ""
    """`sweep` of a count that was not complete, which goes on; absent: a new count."""


def _campaign_or_day(text: str) -> str:
    if text not in ("", "campaign"):
        date.fromisoformat(text)
    return text


class BudgetsQuery(AuditQuery):
    audit: Annotated[
        str, Field(pattern=r"^(campaign|[0-9]{4}-[0-9]{2}-[0-9]{2})?$"), AfterValidator(_campaign_or_day)
    ] = ""
    """Recount the whole `campaign`, or a settlement day; absent: count nothing."""
    cursor: Annotated[str, Field(pattern=r"^([a-z0-9-]{1,64}~[0-9]{6,9}~(reserve|release|rollover))?$")] = ""
    """`next` of the page of movements before; absent: the first page."""


ProgramRecount = Literal["accounts"]
"""What of a program can be counted again."""


class ProgramPointsQuery(AuditQuery):
    recount: ProgramRecount | None = None
    """Recount all `accounts`; absent: count nothing."""
