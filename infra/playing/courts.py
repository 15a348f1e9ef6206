"""Slots: people book them as soon as they can, wait, give back, come or stay away; venues check them in."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import partial

from coupons.model.programmes import Programme
from coupons.model.slots import Bookable, Slot
from infra.playing.books import Books
from infra.playing.cast import Cast, Resident
from infra.playing.diary import Diary
from infra.playing.stack import Stack
from infra.playing.tills import till

A_DAY = 2
"""Per cent of the people who want a slot of any one day, at most MOST of them."""
MOST = 40
SLOTS = 3
"""Of a facility and day that everybody wants."""
COME, GIVE_BACK, UNDONE = 80, 10, 5
"""Per cent of the bookings, and of the check-ins."""
_BOOKING = "/slots/{slot_id}/booking"


class Courts:
    """`tally`: what became of those who wanted a slot."""

    def __init__(self, stack: Stack, books: Books, cast: Cast, diary: Diary) -> None:
        self._stack, self._books, self._cast, self._diary = stack, books, cast, diary
        self.tally: Counter[str] = Counter()

    def appoint(self, first: date, last: date) -> None:
        programme = self._cast.model
        if programme is None:
            return
        for number in range((last - first).days + 1):
            day = (first + timedelta(days=number)).isoformat()
            for bookable in self._bookables(programme):
                if bookable.is_held and bookable.closure(day) is None:
                    self._wish(bookable.slots_of(day))

    def _bookables(self, programme: Programme) -> list[Bookable]:
        names = [one.facility_id for one in programme.facilities]
        names += [one.activity_id for one in programme.activities]
        campaign_id, timezone = str(self._cast.document["campaign_id"]), str(self._cast.document["timezone"])
        found = (Bookable.of(campaign_id, timezone, programme, name) for name in names)
        return [one for one in found if one is not None]

    def _wish(self, slots: list[Slot]) -> None:
        """The first hours of the day, so that some are full."""
        people = len(self._cast.residents)
        for _ in range(min(max(people * A_DAY // 100, 1), MOST) if slots else 0):
            resident, slot = self._stack.rng.choice(self._cast.residents), self._stack.rng.choice(slots[:SLOTS])
            from_s = max(slot.opens_at_s, self._stack.now_s + 60)
            if from_s < slot.starts_at_s:
                moment_s = from_s + self._stack.rng.randrange(min(600, slot.starts_at_s - from_s))
                self._stack.at(moment_s, partial(self._book, resident, slot))

    def _book(self, resident: Resident, slot: Slot) -> None:
        path = {"slot_id": slot.slot_id}
        answer = self._stack.ask(resident.person, f"PUT {_BOOKING}", path, {})
        if answer.slug == "full":
            waiting = self._stack.ask(resident.person, "PUT /slots/{slot_id}/waiting", path, {})
            self.tally["waiting" if waiting.status < 300 else f"not waiting: {waiting.reason}"] += 1
            answer = waiting
        elif answer.status < 300:
            self.tally["booked"] += 1
            self._diary.note(resident.name, self._stack.now_s, f"booked {slot.slot_id}")
            if self._stack.chance(GIVE_BACK):
                given = self._stack.ask(resident.person, f"DELETE {_BOOKING}", path)
                self.tally["given back"] += given.status == 200
                return
        else:
            self.tally[f"refused: {answer.reason}"] += 1
        if answer.status < 300 and slot.check_in is not None and self._stack.chance(COME):
            self._stack.at(slot.check_in.opens_at_s + 60, partial(self._arrive, resident, slot))

    def _arrive(self, resident: Resident, slot: Slot) -> None:
        path, merchant_id = {"slot_id": slot.slot_id}, slot.of.merchant_id
        shown = self._stack.ask(resident.person, "POST /slots/{slot_id}/code", path, {})
        if shown.status >= 300 or merchant_id is None:
            self.tally[f"no code: {shown.reason}"] += 1
            return
        number = f"{resident.name}-{slot.slot_id.replace('.', '-')}"
        door = {**path, "checkin_no": number}
        body = {"code": shown.json["code"]}
        came = self._stack.ask(till(merchant_id), "PUT /slots/{slot_id}/checkins/{checkin_no}", door, body)
        if came.status >= 300:
            self.tally[f"not let in: {came.reason}"] += 1
            return
        batch_id = (slot.subsidy_batch or "") if came.json["subsidy_minor"] else ""
        if self._books.checked_in(merchant_id, batch_id, came.json):
            self.tally["checked in"] += 1
            self._diary.note(resident.name, self._stack.now_s, f"checked in to {slot.slot_id}")
        if self._stack.chance(UNDONE):
            undo = {"order_no": number, "reversal_no": "r-1"}
            route, all_of_it = (
                "PUT /orders/{order_no}/reversals/{reversal_no}",
                {"amount_minor": came.json["payable_minor"]},
            )
            undone = self._stack.ask(till(merchant_id), route, undo, all_of_it)
            if undone.status < 300:
                self._books.undone(merchant_id, batch_id, undone.json)
                self.tally["check-ins undone"] += 1
