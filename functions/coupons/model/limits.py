"""限领, 限用: limits on what a person or household can claim, or a person can use, over several batches."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self, TypeGuard

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from coupons.fields import DeclaredDay, Document, Id
from coupons.times import day_of, day_start_s, epoch_s

PER_BATCH_MAX = 4
"""Each limit adds an item to the transaction that it counts."""


LimitedParty = Literal["person", "household"]
"""Whose packs a limit counts."""
LimitPeriod = Literal["campaign", "month", "week", "day"]
"""After which a limit's count starts anew."""
Counted = Literal["claims", "redemptions"]
"""What a limit counts: packs that are claimed, or coupons that are used."""


class Cycle(Document):
    """Periods of so many calendar days, one after the other: the first begins with the day `from`."""

    model_config = ConfigDict(serialize_by_alias=True)

    days: Annotated[int, Field(ge=1, le=366)]
    """Calendar days of the campaign's time zone, of 23 or 25 hours where a clock changes."""
    first_day: Annotated[DeclaredDay, Field(alias="from")]
    """The first day of the first period. No batch under the limit opens before it."""


def _branch(period: object) -> str:
    """Whether a period is a word or a cycle, so that only the faults of one of them are told."""
    return "Cycle" if isinstance(period, Cycle | dict) else "word"


Period = Annotated[Annotated[LimitPeriod, Tag("word")] | Annotated[Cycle, Tag("Cycle")], Discriminator(_branch)]


class CountLimit(Document):
    """A person, or a household, can claim at most `packs_max` packs, or use so many coupons, in each `period`.

    Periods are those of the campaign's time zone; weeks begin on Monday. A token that names no household is not counted
    by a household's limit. Uses are counted by person, because a till does not know the household.
    """

    kind: Literal["count"]
    """Counts packs, or uses."""
    limit_id: Id
    """Named by batches."""
    per: LimitedParty
    """Whose packs are counted; `person` where uses are."""
    period: Period
    """The count starts anew with each; `campaign` never. `{days: 14, from: "2020-06-01"}`: periods of 14 days."""
    counts: Counted = "claims"
    """`redemptions`: coupons that are used, or held for an order. A hold that ends, and a reversal that undoes the use,
    give it back."""
    packs_max: Annotated[int, Field(ge=1, le=1_000)]
    """The most packs, or uses, in a period."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.counts == "redemptions" and self.per == "household":
            raise ValueError("a limit that counts redemptions is per person: a till does not know the household")
        return self


class OneAtATime(Document):
    """A person can claim the next pack once each coupon of the last one is redeemed, expired or voided.

    If a reversal then returns a coupon of an earlier pack, the later pack stays.
    """

    kind: Literal["one_at_a_time"]
    """Compares with the last pack."""
    limit_id: Id
    """Named by batches."""


Limit = Annotated[CountLimit | OneAtATime, Field(discriminator="kind")]


def counts_uses(limit: Limit) -> TypeGuard[CountLimit]:
    """Whether it counts at the till, and not when a pack is claimed."""
    return isinstance(limit, CountLimit) and limit.counts == "redemptions"


def period_of(limit: CountLimit, now_s: int, timezone: str) -> str:
    """The period of `now_s`: `2020-06-06`, `2020-W23`, `2020-06`, `2020-06-06+14`, or `all` for the campaign."""
    period, first = limit.period, _first_day(limit, day_of(now_s, timezone))
    if isinstance(period, Cycle):
        return f"{first}+{period.days}"
    if period == "campaign":
        return "all"
    if period == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    return first.isoformat()[: len("2020-06")] if period == "month" else first.isoformat()


def period_ends_s(limit: CountLimit, now_s: int, timezone: str) -> int | None:
    """The first second of the next period, in which the count starts anew; None if there is none."""
    period, first = limit.period, _first_day(limit, day_of(now_s, timezone))
    if period == "campaign":
        return None
    if period == "month":
        return day_start_s((first + timedelta(days=31)).replace(day=1), timezone)
    days = period.days if isinstance(period, Cycle) else 7 if period == "week" else 1
    return day_start_s(first + timedelta(days=days), timezone)


def in_period(limit: CountLimit) -> str:
    """The period in a sentence: `a week`, `in 14 days`."""
    return f"in {limit.period.days} days" if isinstance(limit.period, Cycle) else f"a {limit.period}"


def refuse_early(where: str, opens_at: datetime, limits: list[Limit], timezone: str) -> None:
    """Refuse a batch that opens before the first cycle of one of its limits begins."""
    for limit in limits:
        first = limit.period.first_day if isinstance(limit, CountLimit) and isinstance(limit.period, Cycle) else None
        if first is not None and epoch_s(opens_at) < day_start_s(date.fromisoformat(first), timezone):
            raise ValueError(f"{where} opens at {opens_at.isoformat()}, before {limit.limit_id!r} counts, from {first}")


def _first_day(limit: CountLimit, day: date) -> date:
    """The first day of the period that `day` is in; of the campaign's, the day itself."""
    period = limit.period
    if isinstance(period, Cycle):
        return day - (day - date.fromisoformat(period.first_day)) % timedelta(days=period.days)
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day
