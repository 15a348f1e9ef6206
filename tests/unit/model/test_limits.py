"""Periods of a limit: calendar days, weeks and months of the campaign's time zone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coupons.model.limits import CountLimit, period_ends_s, period_of
from tests.world import a_batch, campaign, parsed, seconds

COUNT: dict[str, Any] = {"kind": "count", "limit_id": "two", "per": "person", "period": "week", "packs_max": 2}
ONE = {"kind": "one_at_a_time", "limit_id": "one"}


def limit(period: Any) -> CountLimit:
    return CountLimit.model_validate({**COUNT, "period": period})


@pytest.mark.parametrize(
    ("period", "moment", "timezone", "name"),
    [
        ("campaign", "2020-06-06T10:00:00Z", "Asia/Shanghai", "all"),
        ("day", "2020-06-06T15:59:59Z", "Asia/Shanghai", "2020-06-06"),
        ("day", "2020-06-06T16:00:00Z", "Asia/Shanghai", "2020-06-07"),
        ("week", "2020-06-07T15:59:59Z", "Asia/Shanghai", "2020-W23"),
        ("week", "2020-06-07T16:00:00Z", "Asia/Shanghai", "2020-W24"),
        ("month", "2020-06-30T15:59:59Z", "Asia/Shanghai", "2020-06"),
        ("month", "2020-06-30T16:00:00Z", "Asia/Shanghai", "2020-07"),
        # The week of a year's first days belongs to the year that its Thursday lies in.
        ("week", "2021-01-03T22:59:59Z", "Europe/Berlin", "2020-W53"),
        ("week", "2021-01-03T23:00:00Z", "Europe/Berlin", "2021-W01"),
        # A day of 23 and one of 25 hours.
        ("day", "2020-03-29T21:59:59Z", "Europe/Berlin", "2020-03-29"),
        ("day", "2020-03-29T22:00:00Z", "Europe/Berlin", "2020-03-30"),
        ("day", "2020-10-25T22:59:59Z", "Europe/Berlin", "2020-10-25"),
        ("day", "2020-10-25T23:00:00Z", "Europe/Berlin", "2020-10-26"),
    ],
)
def test_a_period_begins_at_midnight(period: str, moment: str, timezone: str, name: str) -> None:
    """A second before midnight belongs to the period before."""
    assert period_of(limit(period), seconds(moment), timezone) == name


@pytest.mark.parametrize(
    ("days", "first", "moment", "timezone", "name"),
    [
        (14, "2020-06-08", "2020-06-07T16:00:00Z", "Asia/Shanghai", "2020-06-08+14"),
        (14, "2020-06-08", "2020-06-21T15:59:59Z", "Asia/Shanghai", "2020-06-08+14"),
        (14, "2020-06-08", "2020-06-21T16:00:00Z", "Asia/Shanghai", "2020-06-22+14"),
        (1, "2020-06-08", "2020-06-21T15:59:59Z", "Asia/Shanghai", "2020-06-21+1"),
        (366, "2020-02-29", "2021-02-28T15:59:59Z", "Asia/Shanghai", "2020-02-29+366"),
        (366, "2020-02-29", "2021-02-28T16:00:00Z", "Asia/Shanghai", "2021-03-01+366"),
        # Two days of 23 and 24 hours, then two of 24: the days are counted, not the hours.
        (2, "2020-03-29", "2020-03-30T21:59:59Z", "Europe/Berlin", "2020-03-29+2"),
        (2, "2020-03-29", "2020-03-30T22:00:00Z", "Europe/Berlin", "2020-03-31+2"),
        (2, "2020-10-24", "2020-10-25T22:59:59Z", "Europe/Berlin", "2020-10-24+2"),
        (2, "2020-10-24", "2020-10-25T23:00:00Z", "Europe/Berlin", "2020-10-26+2"),
        # A clock that was set back before the first day.
        (14, "2020-06-08", "2020-06-07T15:59:59Z", "Asia/Shanghai", "2020-05-25+14"),
    ],
)
def test_a_cycle_is_so_many_calendar_days(days: int, first: str, moment: str, timezone: str, name: str) -> None:
    """It begins and ends at midnight, whatever a clock change makes of the hours between."""
    assert period_of(limit({"days": days, "from": first}), seconds(moment), timezone) == name


PERIODS = ["day", "week", "month", {"days": 1, "from": "2000-01-02"}, {"days": 30, "from": "2020-06-08"}]
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe"]


@given(st.integers(946_800_000, 4_000_000_000), st.sampled_from(ZONES), st.sampled_from(PERIODS))
def test_a_period_ends_where_the_next_begins(moment_s: int, timezone: str, period: Any) -> None:
    """The second before its end is in it, its end is not; in Havana a midnight is skipped each spring."""
    ends_s = period_ends_s(limit(period), moment_s, timezone)
    assert ends_s is not None
    mine, last, following = (period_of(limit(period), at_s, timezone) for at_s in (moment_s, ends_s - 1, ends_s))
    assert moment_s < ends_s
    assert mine == last != following


def test_a_campaigns_period_does_not_end() -> None:
    """There is no moment at which the person can have more."""
    assert period_ends_s(limit("campaign"), seconds("2020-06-06T10:00:00Z"), "Asia/Shanghai") is None


@given(st.integers(0, 4_000_000_000), st.sampled_from(["Asia/Shanghai", "America/New_York"]))
def test_a_day_lies_in_one_month_and_one_week(moment_s: int, timezone: str) -> None:
    """A month is the prefix of its days."""
    day = period_of(limit("day"), moment_s, timezone)
    assert day.startswith(period_of(limit("month"), moment_s, timezone) + "-")
    assert len(day) == 10
    assert len(period_of(limit("week"), moment_s, timezone)) == 8


@pytest.mark.parametrize(
    ("limits", "named", "why"),
    [
        ([COUNT], ["three"], "'three' is not declared"),
        ([COUNT, COUNT], ["two"], "limits: 'two' appears twice"),
        ([COUNT], ["two", "two"], "limits: 'two' appears twice"),
        ([{**COUNT, "limit_id": f"l{n}"} for n in range(5)], [f"l{n}" for n in range(5)], "at most 4"),
        ([{**COUNT, "packs_max": 0}], ["two"], "greater than or equal to 1"),
        ([{**COUNT, "packs_max": 1001}], ["two"], "less than or equal to 1000"),
        ([{**COUNT, "per": "street"}], ["two"], "person"),
        ([{**COUNT, "counts": "visits"}], ["two"], "redemptions"),
        ([{**COUNT, "counts": "redemptions", "per": "household"}], ["two"], "is per person: a till does not know"),
        ([{**COUNT, "period": {"days": 0, "from": "2020-06-06"}}], ["two"], "greater than or equal to 1"),
        ([{**COUNT, "period": {"days": 367, "from": "2020-06-06"}}], ["two"], "less than or equal to 366"),
        ([{**COUNT, "period": {"days": 14, "from": "1999-12-31"}}], ["two"], "lie from 2000"),
        ([{**COUNT, "period": {"days": 14}}], ["two"], "Field required"),
        ([{**COUNT, "period": {"days": 14, "from": "2020-06-07"}}], ["two"], "before 'two' counts, from 2020-06-07"),
        ([{**ONE, "per": "household"}], ["one"], "Extra inputs"),
        ([{**ONE, "kind": "sometimes"}], ["one"], "kind"),
    ],
)
def test_a_limit_that_does_not_fit_is_refused(limits: list[dict[str, Any]], named: list[str], why: str) -> None:
    """The reason is given; four limits on one batch are accepted."""
    with pytest.raises(ValidationError, match=why):
        parsed(campaign(a_batch(limits=named), limits=limits))
    four = [{**COUNT, "limit_id": f"l{n}"} for n in range(4)]
    assert parsed(campaign(a_batch(limits=[f"l{n}" for n in range(4)]), limits=four)).limits[3].limit_id == "l3"
