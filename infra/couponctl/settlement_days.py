"""The settlement day of a cell: the local day in the time zone of the movement's campaign.

A time with an offset is turned into that zone. A time without one is local already, so its date is the day.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from coupons.times import day_of, epoch_s

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DATE = re.compile(r"(\d{4})(?:([-/.])(\d\d?)\2(\d\d?)|年(\d\d?)月(\d\d?)日)(?:[T\s]\s*(.*))?", re.ASCII | re.DOTALL)
"""The year first: the order of the others is then always month, day."""
_CLOCK = r"\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?"
_LOCAL = re.compile(rf"(?:[AP]M|上午|下午)?\s*{_CLOCK}\s*(?:[AP]M)?", re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(rf"({_CLOCK})\s*(?:(Z|UTC)|([+-]\d\d(?::?\d\d)?))", re.ASCII | re.IGNORECASE)


class DayError(ValueError):
    """A cell names no day, or not one alone; the text says why and what to do."""


class Days:
    """`zones`: the time zone of each campaign, asked for once, when the first offset is met."""

    def __init__(self, zones: Callable[[], Mapping[str, str]]) -> None:
        self._ask = zones

    def of(self, cell: str, campaign_id: str | None) -> str:
        """`2020-06-06`. Raises DayError."""
        found = _DATE.fullmatch(cell)
        if found is None:
            raise DayError("is no date like 2020-06-06")
        parts = [part for part in found.group(1, 3, 4, 5, 6) if part]
        try:
            day = date(*map(int, parts))
        except ValueError as error:
            raise DayError(f"is no date: {error}") from None
        clock = found[7] or "0:00"
        if _LOCAL.fullmatch(clock):
            return day.isoformat()
        timed = _MOMENT.fullmatch(clock)
        if timed is None:
            raise DayError("has a time that cannot be read: 12:00, 12:00:00+08:00 and 12:00:00Z can")
        hour, rest = timed[1].split(":", 1)
        return self._local(f"{day}T{hour:0>2}:{rest}{timed[3] or 'Z'}", campaign_id)

    def _local(self, moment: str, campaign_id: str | None) -> str:
        known = self._zones
        zone = known.get(campaign_id or "")
        zones = {zone} if zone else set(known.values())
        try:
            moment_s = epoch_s(datetime.fromisoformat(moment))
            days = sorted({day_of(moment_s, zone).isoformat() for zone in zones}) or [moment[: len("2020-06-06")]]
        except (OverflowError, ValueError):  # no such hour or offset, or a year that no zone's calendar has
            raise DayError("is no time like 2020-06-06T12:00:00+08:00") from None
        if len(days) > 1:
            raise DayError(
                f"is {' or '.join(days)}, by the time zones of the campaigns: add a column campaign_id, or give --day"
            )
        return days[0]

    @cached_property
    def _zones(self) -> Mapping[str, str]:
        return self._ask()
