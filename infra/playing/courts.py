"""Slots: people book them as soon as they can, wait, give back, come or stay away; venues check them in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from coupons.model.facilities import Facility
from coupons.model.programmes import Programme
from coupons.model.slots import Bookable, Slot
from infra.playing.acts import OPERATOR
from infra.playing.books import Books
from infra.playing.cast import Cast, Resident
from infra.playing.diary import Diary
from infra.playing.gateway import seconds
from infra.playing.oracle import Document
from infra.playing.stack import Stack
from infra.playing.tills import till

A_DAY = 2
"""Per cent of the people who want a slot of any one day, LEAST to MOST of them."""
LEAST, MOST = 3, 40
SLOTS = 3
"""Of a facility and day that everybody wants."""
CUT = 30
"""Per cent of the slots that lose places before anybody can book."""
COME, GIVE_BACK, UNDONE = 80, 10, 5
"""Per cent of the bookings, and of the check-ins."""
_BOOKING = "/slots/{slot_id}/booking"


class Courts:
    """`tally`: what became of those who wanted a slot. `moves`: by kind of event and slot, how often it was answered.

    `missed`, `came`: by day, and person and slot, who did not come to a slot that was theirs, and who did.
    """

    def __init__(self, stack: Stack, books: Books, cast: Cast, diary: Diary) -> None:
        self._stack, self._books, self._cast, self._diary = stack, books, cast, diary
        self._wanted: set[tuple[str, str]] = set()
        self._booked: Counter[str] = Counter()
        self.units: dict[str, int] = {}
        """Of slots of which an operator changed the places."""
        self.tally: Counter[str] = Counter()
        self.moves: Counter[tuple[str, str]] = Counter()
        self.missed: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.came: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def appoint(self, first: date, last: date) -> None:
        programme = self._cast.model
        if programme is None:
            return
        for number in range((last - first).days + 1):
            day = (first + timedelta(days=number)).isoformat()
            for bookable in self._bookables(programme):
                if bookable.is_held and bookable.closure(day) is None:
                    self._wish(bookable.slots_of(day))
                elif bookable.is_held:
                    self._knock(bookable, day)

    def _bookables(self, programme: Programme) -> list[Bookable]:
        names = [one.facility_id for one in programme.facilities]
        names += [one.activity_id for one in programme.activities]
        campaign_id, timezone = str(self._cast.document["campaign_id"]), str(self._cast.document["timezone"])
        found = (Bookable.of(campaign_id, timezone, programme, name) for name in names)
        return [one for one in found if one is not None]

    def _wish(self, slots: list[Slot]) -> None:
        """The first hours of the day, so that some are full; nobody wants a slot twice."""
        people = len(self._cast.residents)
        for _ in range(min(max(people * A_DAY // 100, LEAST), MOST) if slots else 0):
            resident, slot = self._stack.rng.choice(self._cast.residents), self._stack.rng.choice(slots[:SLOTS])
            from_s = max(slot.opens_at_s, self._stack.now_s + 60)
            if from_s < slot.starts_at_s and (resident.name, slot.slot_id) not in self._wanted:
                self._wanted.add((resident.name, slot.slot_id))
                moment_s = from_s + self._stack.rng.randrange(min(600, slot.starts_at_s - from_s))
                self._stack.at(moment_s, partial(self._book, resident, slot))

        for slot in slots[:SLOTS]:
            if slot.opens_at_s > self._stack.now_s and self._stack.chance(CUT):
                self._stack.at(slot.opens_at_s, partial(self._cut, slot))

    def _cut(self, slot: Slot) -> None:
        """An operator leaves one or two places, so that people wait."""
        self.units[slot.slot_id] = min(self._stack.rng.choice([1, 2]), slot.of.units)
        path, body = {"slot_id": slot.slot_id}, {"units": self.units[slot.slot_id]}
        answer = self._stack.ask(OPERATOR, "PUT /admin/slots/{slot_id}", path, body)
        assert answer.status < 300, f"{slot.slot_id}: {answer.text}"
        self.tally["slots with fewer places"] += 1

    def _knock(self, bookable: Bookable, day: str) -> None:
        """On a day on which it is closed there is no slot."""
        open_day = next((one for one in _days_before(day) if bookable.closure(one) is None), day)
        resident = self._stack.rng.choice(self._cast.residents)
        for slot in bookable.slots_of(open_day)[:1]:
            path = {"slot_id": slot.slot_id.replace(open_day, day)}
            closed_s = slot.starts_at_s
            self._stack.at(closed_s, partial(self._find_closed, resident, path))

    def _find_closed(self, resident: Resident, path: dict[str, str]) -> None:
        answer = self._stack.ask(resident.person, f"PUT {_BOOKING}", path, {})
        assert answer.slug == "not-found", f"{path} is closed: {answer.text}"
        self.tally["found closed"] += 1

    def _book(self, resident: Resident, slot: Slot) -> None:
        path = {"slot_id": slot.slot_id}
        answer = self._stack.ask(resident.person, f"PUT {_BOOKING}", path, {})
        is_waiting = answer.slug == "full"
        if is_waiting:
            answer = self._stack.ask(resident.person, "PUT /slots/{slot_id}/waiting", path, {})
            self.tally["waiting" if answer.status < 300 else f"not waiting: {answer.reason}"] += 1
        elif answer.status < 300:
            self.tally["booked"] += 1
            self.moves["slot.booked.v1", slot.slot_id] += 1
            self._diary.note(resident.name, self._stack.now_s, f"booked {slot.slot_id}")
            if self._stack.chance(GIVE_BACK) and self._gave_back(resident, slot):
                return
        else:
            self.tally[f"refused: {answer.reason}"] += 1
        if answer.status < 300:
            begins_s = slot.check_in.opens_at_s + 60 if slot.check_in is not None else slot.starts_at_s
            self._stack.at(begins_s, partial(self._begin, resident, slot, was_waiting=is_waiting))

    def _gave_back(self, resident: Resident, slot: Slot) -> bool:
        given = self._stack.ask(resident.person, f"DELETE {_BOOKING}", {"slot_id": slot.slot_id})
        # Gone by a request whose answer was lost.
        is_gone = given.status == 200 or (self._stack.repeated and given.status == 404)
        self.tally["given back"] += is_gone
        self.moves["slot.cancelled.v1", slot.slot_id] += is_gone
        return is_gone

    def _begin(self, resident: Resident, slot: Slot, *, was_waiting: bool) -> None:
        """Who waited and has no place stays at home; of the others most come."""
        found = self._stack.ask(resident.person, f"GET {_BOOKING}", {"slot_id": slot.slot_id})
        is_booked = found.status == 200 and found.json["status"] == "booked"
        assert is_booked or was_waiting, f"{resident.name} has booked {slot.slot_id}: {found.text}"
        if was_waiting and is_booked:
            self.tally["moved up"] += 1
            self.moves["slot.promoted.v1", slot.slot_id] += 1
        if not is_booked or slot.check_in is None:
            return
        self._booked[slot.slot_id] += 1
        most = self.units.get(slot.slot_id, slot.of.units)
        assert self._booked[slot.slot_id] <= most, f"{slot.slot_id} has {most} places, and one more is booked"
        mine, day = (resident.name, slot.slot_id), slot.name.day
        if self._stack.chance(COME) and self._arrived(resident, slot):
            self.came[day].add(mine)
        elif slot.rule.no_show:
            self.missed[day].add(mine)

    def _arrived(self, resident: Resident, slot: Slot) -> bool:
        path, merchant_id = {"slot_id": slot.slot_id}, slot.of.merchant_id
        shown = self._stack.ask(resident.person, "POST /slots/{slot_id}/code", path, {})
        if shown.status >= 300 or merchant_id is None:
            self.tally[f"no code: {shown.reason}"] += 1
            return False
        number = f"{resident.name}-{slot.slot_id.replace('.', '-')}"
        door = {**path, "checkin_no": number}
        came = self._stack.ask(
            till(merchant_id), "PUT /slots/{slot_id}/checkins/{checkin_no}", door, {"code": shown.json["code"]}
        )
        if came.status >= 300:
            self.tally[f"not let in: {came.reason}"] += 1
            return False
        if self._books.checked_in(merchant_id, self._paying(slot), slot.price_minor, came.json):
            self.tally["checked in"] += 1
            self._diary.note(resident.name, self._stack.now_s, f"checked in to {slot.slot_id}")
            kind = "venue_booking" if isinstance(slot.of.what, Facility) else slot.of.what.points_kind
            day = came.json["checked_in_at"][:10]
            if kind and self._books.points.rewards(merchant_id, kind, day):
                self._books.points.entered(resident.name, came.json["booking_id"], kind, day)
        if self._stack.chance(UNDONE):
            self._undo(merchant_id, came.json)
        return True

    def _paying(self, slot: Slot) -> str:
        """The batch that pays whom the slot lets in; empty: none does."""
        batch_id = slot.subsidy_batch or ""
        document = self._books.batches[batch_id].document if batch_id else {}
        is_in = batch_id and seconds(document["opens_at"]) <= slot.starts_at_s < seconds(document["closes_at"])
        return batch_id if is_in else ""

    def _undo(self, merchant_id: str, came: Document) -> None:
        undo = {"order_no": came["checkin_no"], "reversal_no": "r-1"}
        route, all_of_it = "PUT /orders/{order_no}/reversals/{reversal_no}", {"amount_minor": came["payable_minor"]}
        undone = self._stack.ask(till(merchant_id), route, undo, all_of_it)
        assert undone.status < 300, undone.text
        self._books.undone(merchant_id, undone.json)
        self.tally["check-ins undone"] += 1


def _days_before(day: str) -> Iterator[str]:
    """The month of them."""
    return ((date.fromisoformat(day) - timedelta(days=number)).isoformat() for number in range(1, 31))
