"""Times outside and in: offsets, and the calendar day of a second."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from coupons.fields import DeclaredTime
from coupons.times import day_of, day_start_s, epoch_s, rfc3339
from tests.world import seconds

MOMENT: TypeAdapter[object] = TypeAdapter(DeclaredTime)


@pytest.mark.parametrize(
    ("moment", "timezone", "day"),
    [
        ("2020-06-05T23:59:59+08:00", "Asia/Shanghai", "2020-06-05"),
        ("2020-06-06T00:00:00+08:00", "Asia/Shanghai", "2020-06-06"),
        ("2020-06-06T00:00:00+08:00", "UTC", "2020-06-05"),
        ("2020-12-31T16:00:00Z", "Asia/Shanghai", "2021-01-01"),
        # a day of 23 hours, and one of 25
        ("2020-03-28T22:59:59Z", "Europe/Berlin", "2020-03-28"),
        ("2020-03-28T23:00:00Z", "Europe/Berlin", "2020-03-29"),
        ("2020-03-29T21:59:59Z", "Europe/Berlin", "2020-03-29"),
        ("2020-03-29T22:00:00Z", "Europe/Berlin", "2020-03-30"),
        ("2020-10-24T22:00:00Z", "Europe/Berlin", "2020-10-25"),
        ("2020-10-25T22:59:59Z", "Europe/Berlin", "2020-10-25"),
        ("2020-10-25T23:00:00Z", "Europe/Berlin", "2020-10-26"),
    ],
)
def test_the_day_of_a_second(moment: str, timezone: str, day: str) -> None:
    """Midnight is the time zone's, on days of 23 and 25 hours too."""
    assert day_of(seconds(moment), timezone).isoformat() == day


@pytest.mark.parametrize(
    ("day", "timezone", "first"),
    [
        ("2020-06-06", "Asia/Shanghai", "2020-06-06T00:00:00+08:00"),
        ("2020-03-29", "Europe/Berlin", "2020-03-29T00:00:00+01:00"),
        ("2020-03-30", "Europe/Berlin", "2020-03-30T00:00:00+02:00"),
        # clocks go from 24:00 to 01:00
        ("2020-10-04", "America/Asuncion", "2020-10-04T01:00:00-03:00"),
        ("2020-03-29", "Asia/Beirut", "2020-03-29T01:00:00+03:00"),
        # and back from 24:00 to 23:00: the last hour of the day before comes twice
        ("2020-03-22", "America/Asuncion", "2020-03-22T00:00:00-04:00"),
        ("2020-10-25", "Asia/Beirut", "2020-10-25T00:00:00+02:00"),
    ],
)
def test_the_first_second_of_a_day(day: str, timezone: str, first: str) -> None:
    """Midnight, or the first moment after it that exists."""
    assert day_start_s(date.fromisoformat(day), timezone) == seconds(first)


@given(
    st.dates(date(2000, 1, 2), date(2099, 12, 31)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Asuncion", "Asia/Beirut"]),
)
def test_a_day_starts_where_the_one_before_ends(day: date, timezone: str) -> None:
    """Its first second is of that day, and the second before is not."""
    first_s = day_start_s(day, timezone)
    assert day_of(first_s, timezone) == day
    assert day_of(first_s - 1, timezone) < day


@pytest.mark.parametrize(
    ("moment_s", "timezone", "text"),
    [
        (1_591_408_800, "Asia/Shanghai", "2020-06-06T10:00:00+08:00"),
        (1_591_408_800, "UTC", "2020-06-06T02:00:00+00:00"),
        (1_603_587_600, "Europe/Berlin", "2020-10-25T02:00:00+01:00"),  # the second two o'clock of that night
        (1_603_584_000, "Europe/Berlin", "2020-10-25T02:00:00+02:00"),  # the first
    ],
)
def test_a_second_as_text(moment_s: int, timezone: str, text: str) -> None:
    """RFC 3339 with the offset that was in force."""
    assert rfc3339(moment_s, timezone) == text
    assert seconds(text) == moment_s


@given(
    st.integers(seconds("2000-01-02T00:00:00Z"), seconds("2099-12-31T23:59:59Z")),
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns"]),
)
def test_text_and_seconds_are_one(moment_s: int, timezone: str) -> None:
    """A document accepts the text that we print, as the same second."""
    assert epoch_s(MOMENT.validate_python(rfc3339(moment_s, timezone))) == moment_s  # type: ignore[arg-type]
