"""The schedule's minutes, around all that opens, closes or ends; each report is held against the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from coupons.times import DAY_S
from infra.playing.books import Books
from infra.playing.gateway import seconds
from infra.playing.stack import Stack
from infra.playing.steps import Steps

TWICE = 10
"""Per cent of the minutes that come twice."""


class Minutes:
    """`steps`: how often each step was reported."""

    def __init__(self, stack: Stack, books: Books) -> None:
        self._stack, self._books, self._heard = stack, books, Steps(books)
        self.steps: Counter[str] = Counter()

    def appoint(self, first_s: int, last_s: int) -> None:
        """Midnights from `first_s` on, and the minutes in which something of a batch begins or ends."""
        minutes = {day_s + 60 * minute for day_s in range(first_s, last_s, DAY_S) for minute in (1, 2)}
        for batch in self._books.batches.values():
            document = batch.document
            begins = [document["opens_at"], document["closes_at"]]
            moments = [*map(seconds, begins), batch.last_expiry_s]
            if document.get("booking"):
                moments.append(seconds(document["booking"]["closes_at"]))
            if document.get("draw"):
                moments.append(seconds(document["draw"]["at"]))
            minutes |= _around(moments)
        self._come(minute_s for minute_s in minutes if minute_s < last_s)

    def around(self, moments: Iterable[int]) -> None:
        """More of them."""
        self._come(_around(moments))

    def _come(self, minutes: Iterable[int]) -> None:
        for minute_s in sorted(minutes):
            for _ in range(2 if self._stack.chance(TWICE) else 1):
                self._stack.at(minute_s, self.tick)

    def tick(self) -> None:
        for done in self._stack.tick():
            self.steps[done["step"]] += 1
            self._heard.hear(done, self._stack.now_s)


def _around(moments: Iterable[int]) -> set[int]:
    return {moment_s + 60 * minute for moment_s in moments for minute in (0, 1, 2, 4)}
