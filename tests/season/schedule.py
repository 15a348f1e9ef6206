"""The schedule's minutes, around all that opens, closes or ends; each report is held against the books."""

from __future__ import annotations

from infra.playing.books import Books
from infra.playing.steps import Steps
from tests.season.document import DAYS, at_s
from tests.season.town import Town
from tests.world import seconds

MINUTE_S = 60
LAST_DAY = DAYS + 3


class Schedule:
    def __init__(self, town: Town, books: Books) -> None:
        self._town, self._books = town, books
        self._steps = Steps(books)

    def appoint(self) -> None:
        """Each minute around what begins or ends, and each hour; a tenth of them come twice."""
        minutes = set(range(at_s(-1, "21:00"), at_s(LAST_DAY), 3600))
        minutes |= {at_s(day) + minute * MINUTE_S for day in range(LAST_DAY) for minute in (1, 2)}
        for batch in self._books.batches.values():
            document = batch.document
            opens_s, closes_s = seconds(document["opens_at"]), seconds(document["closes_at"])
            minutes |= {opens_s + minute * MINUTE_S for minute in range(11)}
            minutes |= {closes_s + minute * MINUTE_S for minute in range(5)}
            minutes |= {batch.last_expiry_s + minute * MINUTE_S for minute in range(4)}
            if document.get("booking"):
                minutes |= {seconds(document["booking"]["closes_at"]) + minute * MINUTE_S for minute in range(2)}
        for minute_s in minutes:
            for _ in range(2 if self._town.chance(10) else 1):
                self._town.agenda.put(minute_s, self.tick)

    def tick(self) -> None:
        for done in self._town.tick():
            self._steps.hear(done, self._town.now_s)
