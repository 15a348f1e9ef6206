"""A whole season through the handlers: who takes part, and the order in which they make their appointments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from coupons.model.swept_days import OVER_DAYS
from coupons.times import DAY_S, day_of, day_start_s
from infra.couponctl.campaign_files import CampaignFile
from infra.playing.baskets import Baskets
from infra.playing.books import Books
from infra.playing.cast import cast
from infra.playing.courts import Courts
from infra.playing.diary import Diary
from infra.playing.gateway import seconds
from infra.playing.minutes import Minutes
from infra.playing.nights import OPERATOR, Nights
from infra.playing.rushes import Rushes
from infra.playing.stack import Stack, quiet
from infra.playing.tills import Tills
from infra.playing.visits import Visits
from infra.virtual.chance import Chance

BEFORE_S = 2 * DAY_S
"""So long before the first booking or opening the season is published."""
Watch = Callable[[date, "Season"], None]


class Season:
    """`play` raises AssertionError at an answer that cannot be; what is told of money is in `nights.judged`."""

    def __init__(self, file: CampaignFile, people: int, seed: int) -> None:
        self.file, self.seed = file, seed
        self.cast = cast(file, people, Chance(seed).stream("cast"))
        document = self.cast.document
        self.timezone = str(document["timezone"])
        self.books = Books(self.cast.whole)
        opens_s, closes_s, ends_s = self._window()
        first = day_of(opens_s - BEFORE_S, self.timezone)
        self.first, self.last = first, day_of(ends_s, self.timezone) + timedelta(days=OVER_DAYS)
        self._open, self._close = day_of(opens_s, self.timezone), day_of(closes_s, self.timezone)
        self.stack = Stack(seed, day_start_s(first, self.timezone))
        self.diary = Diary(self.timezone)
        last_s = day_start_s(self.last, self.timezone)
        self.baskets = Baskets(self.cast.campaign, self.stack.rng)
        self.tills = Tills(self.stack, self.books, self.baskets, self.diary, last_s - DAY_S)
        self.rushes = Rushes(self.stack, self.books, self.cast, self.tills, self.diary)
        self.courts = Courts(self.stack, self.books, self.cast, self.diary)
        self.visits = Visits(self.stack, self.cast, self.diary)
        self.minutes = Minutes(self.stack, self.books)
        self.nights = Nights(self.stack, self.books, self.cast, self.diary)

    def _window(self) -> tuple[int, int, int]:
        """When the first thing of a batch opens, the last one closes, and the last coupon expires."""
        batches = self.books.batches.values()
        opens = [seconds(one.document["opens_at"]) for one in batches]
        opens += [seconds(one.document["booking"]["opens_at"]) for one in batches if one.document.get("booking")]
        return (
            min(opens),
            max(seconds(one.document["closes_at"]) for one in batches),
            max(one.last_expiry_s for one in batches),
        )

    @property
    def days(self) -> int:
        return (self.last - self.first).days

    def play(self, watch: Watch = lambda _day, _season: None, spoil: Callable[[Season], None] | None = None) -> None:
        """`watch` is called after each day; `spoil` once everything is over, before the last reckoning."""
        with quiet():
            self._publish()
            self.courts.appoint(self._open, self._close)
            self.visits.appoint(self._open, self._close)
            self.rushes.appoint()
            first_s, last_s = (day_start_s(day, self.timezone) for day in (self.first, self.last))
            self.minutes.appoint(first_s, last_s)
            for number in range(self.days):
                day = self.first + timedelta(days=number)
                self.stack.at(first_s + (number + 1) * DAY_S + 180, partial(self._end, day, watch))
            self.stack.play()
            self.stack.clock.now_s = max(self.stack.clock.now_s, last_s + 300)
            self.minutes.tick()
            self.stack.count()
            if spoil is not None:
                spoil(self)
            self.nights.at_the_end(self.first, self.last)

    def _publish(self) -> None:
        """The groups, the document, its programme, and every batch."""
        for group_id in self.cast.groups:
            members = self.cast.members(group_id)
            for start in range(0, len(members), 1000):
                body = {"add": members[start : start + 1000], "remove": []}
                self._order("PUT /admin/groups/{group_id}/members", {"group_id": group_id}, body)
        path, route = {"campaign_id": str(self.cast.document["campaign_id"])}, "PUT /admin/campaigns/{campaign_id}"
        self._order(route, path, self.cast.document)
        if self.cast.programme:
            self._order(f"{route}/programme", path, self.cast.programme)
        for batch_id, batch in self.books.batches.items():
            self._order("POST /admin/batches/{batch_id}/publish", {"batch_id": batch_id}, {})
            self.books.published(batch_id, batch.document["quantity"])

    def _order(self, route: str, path: dict[str, str], body: object) -> None:
        answer = self.stack.ask(OPERATOR, route, path, body)
        assert answer.status < 300, f"{route} {path}: {answer.text}"

    def _end(self, day: date, watch: Watch) -> None:
        self.stack.count()
        self.nights.after(day)
        watch(day, self)
