"""限领: limits on what one person or household can claim over several batches."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from coupons.fields import Document, Id
from coupons.times import day_of

PER_BATCH_MAX = 4
"""Each limit adds an item to the claim's transaction."""


LimitedParty = Literal["person", "household"]
"""Whose packs a limit counts."""
LimitPeriod = Literal["campaign", "month", "week", "day"]
"""After which a limit's count starts anew."""


class CountLimit(Document):
    """A person, or a household, can claim at most `packs_max` packs in each `period`.

    Periods are those of the campaign's time zone; weeks begin on Monday. A token that names no household is not counted
    by a household's limit.
    """

    kind: Literal["count"]
    """Counts packs."""
    limit_id: Id
    """Named by batches."""
    per: LimitedParty
    """Whose packs are counted."""
    period: LimitPeriod
    """The count starts anew with each; `campaign` never."""
    packs_max: Annotated[int, Field(ge=1, le=1_000)]
    """The most packs in a period."""


class OneAtATime(Document):
    """A person can claim the next pack once each coupon of the last one is redeemed, expired or voided.

    If a reversal then returns a coupon of an earlier pack, the later pack stays.
    """

    kind: Literal["one_at_a_time"]
    """Compares with the last pack."""
    limit_id: Id
    """Named by batches."""


Limit = Annotated[CountLimit | OneAtATime, Field(discriminator="kind")]


def period_of(limit: CountLimit, now_s: int, timezone: str) -> str:
    """The period of `now_s`: `2020-06-06`, `2020-W23`, `2020-06`, or `all` for the campaign."""
    if limit.period == "campaign":
        return "all"
    day: date = day_of(now_s, timezone)
    if limit.period == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()[: len("2020-06")] if limit.period == "month" else day.isoformat()
