"""Epoch seconds inside, RFC 3339 with offset outside, calendar days in a campaign's time zone."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_S = 86_400
MINUTE_S = 60


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def wall_clock(moment_s: int, timezone: str) -> datetime:
    """The local date and time in `timezone`, with its offset."""
    return datetime.fromtimestamp(moment_s, zone_of(timezone))


@lru_cache(maxsize=1_024)  # in a rush most moments are those of the second before
def rfc3339(moment_s: int, timezone: str = "UTC") -> str:
    return wall_clock(moment_s, timezone).isoformat(timespec="seconds")


def epoch_s(moment: datetime) -> int:
    return int(moment.timestamp())


def day_of(moment_s: int, timezone: str) -> date:
    """The calendar day on which `moment_s` falls in `timezone`."""
    return wall_clock(moment_s, timezone).date()


def day_start_s(day: date, timezone: str) -> int:
    """The first second of a calendar day: midnight, or the first moment after it where a clock change skips that.

    A wall time inside a gap is read with the offset from before it (fold=0, PEP 495), which makes a skipped midnight
    the second of the change: since 2000 all gaps over a midnight start there.
    """
    return epoch_s(datetime.combine(day, time(), zone_of(timezone)))
