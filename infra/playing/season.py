"""A whole season through the handlers: who takes part, and the order in which they make their appointments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from coupons.model.swept_days import OVER_DAYS
from coupons.times import DAY_S, day_of, day_start_s
from infra.playing.acts import EXTENDED_DAYS_MAX, Acts
from infra.playing.baskets import Baskets
from infra.playing.books import Books
from infra.playing.cast import cast
from infra.playing.courts import Courts
from infra.playing.diary import Diary
from infra.playing.gateway import seconds
from infra.playing.heard import Heard
from infra.playing.minutes import Minutes
from infra.playing.nights import Nights
from infra.playing.oracle import Document
from infra.playing.persons import Persons
from infra.playing.rushes import Rushes
from infra.playing.stack import Stack, quiet
from infra.playing.tills import Tills
from infra.playing.verdicts import Verdicts
from infra.playing.visits import Visits
from infra.virtual.chance import Chance

BEFORE_S = 2 * DAY_S
"""So long before the first booking or opening the season is published."""
Watch = Callable[[date, "Season"], None]


class Season:
    """`play` raises AssertionError at an answer that cannot be; what is told of money is in `verdicts.judged`."""

    def __init__(self, document: Document, programme: Document | None, people: int, seed: int) -> None:
        chance = Chance(seed)
        self.seed = seed
        self.cast = cast(document, programme, people, chance.stream("cast"))
        self.timezone = self.cast.timezone
        self.books = Books(self.cast.whole, self.cast.programme)
        opens_s, self._closes_s, ends_s = self._window()
        self.first = day_of(opens_s - BEFORE_S, self.timezone)
        self.last = day_of(ends_s, self.timezone) + timedelta(days=OVER_DAYS)
        self._open, self._close = day_of(opens_s, self.timezone), day_of(self._closes_s, self.timezone)
        self.stack = Stack(seed, day_start_s(self.first, self.timezone))
        self.diary = Diary(self.timezone)
        last_s = day_start_s(self.last, self.timezone)
        self.baskets = Baskets(self.cast.campaign, self.stack.rng)
        self.tills = Tills(self.stack, self.books, self.baskets, self.diary, last_s - DAY_S)
        self.rushes = Rushes(self.stack, self.books, self.cast, self.tills, self.diary)
        self.courts = Courts(self.stack, self.books, self.cast, self.diary)
        self.visits = Visits(self.stack, self.books, self.cast, self.diary)
        self.minutes = Minutes(self.stack, self.books)
        operators = chance.stream("operators")
        self.acts = Acts(self.stack, self.books, self.cast, self.diary, self.minutes, self.rushes, operators)
        self.verdicts = Verdicts(str(self.cast.document["currency"]))
        of_people = (self.stack, self.books, self.cast, self.courts, self.verdicts)
        self.persons = Persons(*of_people, chance.stream("persons"))
        heard = Heard(self.stack.bus, self.books, self.cast, self.courts, self.verdicts, self.stack.now_s)
        self.nights = Nights(
            self.stack, self.books, self.cast, self.diary, self.verdicts, self.persons, heard, self.tills
        )

    def _window(self) -> tuple[int, int, int]:
        """When the first thing of a batch opens, the last one closes, and the last coupon can expire."""
        batches = self.books.batches.values()
        opens = [seconds(one.document["opens_at"]) for one in batches]
        opens += [seconds(one.document["booking"]["opens_at"]) for one in batches if one.document.get("booking")]
        return (
            min(opens),
            max(seconds(one.document["closes_at"]) for one in batches),
            max(one.last_expiry_s for one in batches) + EXTENDED_DAYS_MAX * DAY_S,
        )

    @property
    def days(self) -> int:
        return (self.last - self.first).days

    def play(self, watch: Watch = lambda _day, _season: None, spoil: Callable[[Season], None] | None = None) -> None:
        """`watch` is called after each day; `spoil` once everything is over, before the last reckoning."""
        with quiet():
            self.acts.publish()
            self.acts.appoint(self._open, self._close)
            self.courts.appoint(self._open, self._close)
            self.visits.appoint(self._open, self._close)
            self.rushes.appoint()
            first_s, last_s = (day_start_s(day, self.timezone) for day in (self.first, self.last))
            self.minutes.appoint(first_s, last_s)
            self.stack.at(self._closes_s - 1, self.persons.wallets)
            for number in range(self.days):
                day = self.first + timedelta(days=number)
                self.stack.at(first_s + (number + 1) * DAY_S + 180, partial(self._end, day, watch))
            self.stack.play()
            self.stack.clock.now_s = max(self.stack.clock.now_s, last_s + 300)
            self.minutes.tick()
            self.stack.stream()
            if spoil is not None:
                spoil(self)
            self.nights.at_the_end(self.first, self.last)

    def _end(self, day: date, watch: Watch) -> None:
        self.stack.stream()
        self.nights.after(day)
        watch(day, self)
