"""The server's time, learnt from the `Date` of its answers; the device's own wall clock is not used.

A `Date` is a whole second, and was written between the sending of the request and the receipt of its answer. So every
answer gives a lower and an upper bound of the difference between the server's time and the device's monotonic clock.
The highest lower bound is used: when it says ten o'clock the server's clock does too, and no request is too early.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class ServerTime:
    """`monotonic_s` counts seconds from an arbitrary start and never steps back."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._ahead_s: float | None = None
        """The server's time less the monotonic clock, at least."""

    @property
    def is_known(self) -> bool:
        """Whether an answer with a `Date` has come."""
        return self._ahead_s is not None

    def now_s(self) -> float:
        """Epoch seconds by the server's clock. Raises LookupError before the first answer."""
        return self.at_s(self._monotonic_s())

    def at_s(self, monotonic_s: float) -> float:
        """The server's time at any moment of the monotonic clock. Raises LookupError as `now_s`."""
        if self._ahead_s is None:
            raise LookupError("no answer has told the server's time yet")
        return self._ahead_s + monotonic_s

    def seconds_until(self, moment: str) -> float:
        """Until an RFC 3339 time with offset, by the server's clock; 0 once it has come."""
        return max(0.0, epoch_s(moment) - self.now_s())

    def learn(self, date: str | None, age: str | None, sent_s: float, received_s: float) -> None:
        """Uses `Date` and `Age` of an answer; the request was sent and answered at these monotonic moments.

        An answer that contradicts earlier ones replaces them: the server's clock was set, or this device was asleep.
        """
        date_s = _date_s(date)
        if date_s is None:
            return
        # A cache may answer; `Age` states how many whole seconds old its answer is.
        stored_s = int(age[:6]) + 1 if age is not None and age.isdecimal() else 0
        least_s, below_s = date_s - received_s, date_s + 1 + stored_s - sent_s
        if self._ahead_s is None or self._ahead_s >= below_s:
            self._ahead_s = least_s
        else:
            self._ahead_s = max(self._ahead_s, least_s)


def epoch_s(moment: str) -> float:
    """Epoch seconds of an RFC 3339 time with offset. Raises ValueError for anything else."""
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError(f"{moment!r} has no offset")
    return parsed.timestamp()


def rfc3339(moment_s: float) -> str:
    """Whole seconds in UTC, as requests state them."""
    return datetime.fromtimestamp(int(moment_s), UTC).isoformat()


def _date_s(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
