"""Epoch seconds inside, RFC 3339 with offset outside, calendar days in a campaign's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_S = 86_400


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def rfc3339(moment_s: int, timezone: str = "UTC") -> str:
    return datetime.fromtimestamp(moment_s, UTC).astimezone(_zone(timezone)).isoformat(timespec="seconds")


def epoch_s(moment: datetime) -> int:
    return int(moment.timestamp())


def day_of(moment_s: int, timezone: str) -> date:
    """The calendar day on which `moment_s` falls in `timezone`."""
    return datetime.fromtimestamp(moment_s, UTC).astimezone(_zone(timezone)).date()
