"""Who lives in the town, what they want of the season, and how they come by it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from coupons.times import DAY_S
from infra.playing.books import Books
from infra.playing.cast import Resident
from tests.season.document import ELDERS, NIGHT_SHIFT, REGIONS
from tests.season.draws import Draws
from tests.season.tills import Tills
from tests.season.town import Town
from tests.world import Answered, seconds

_WISHES = {
    # Per cent of the people who come for it: more than its packs, or fewer.
    "welcome": 55,
    "fair": 30,
    "online": 30,
    "offline": 30,
    "masks": 25,
    "swim": 16,
    "swim-again": 14,
    "draw": 12,
    "points": 3,
    "extra": 14,
    "recall": 9,
    "second": 30,
    "third": 30,
    "last": 26,
}
_OF_A_GROUP = {ELDERS: 70, NIGHT_SHIFT: 80}
_BOOKED = {"welcome": 20, "draw": 100, "second": 92}
"""Per cent of those who come for it that book."""


class People:
    def __init__(self, town: Town, books: Books, tills: Tills, number: int) -> None:
        self._town, self._books, self._tills = town, books, tills
        self._draws = Draws(town)
        self.residents = [self._born(place) for place in range(number)]
        self.packs_of_homes: Counter[tuple[str, tuple[int, int, int]]] = Counter()
        """Household and week → packs of `masks`."""

    def _born(self, place: int) -> Resident:
        rng = self._town.rng
        home = {"household_id": f"h{place // 3}"} if rng.random() < 0.9 else {}
        groups = frozenset(g for g, percent in ((ELDERS, 13), (NIGHT_SHIFT, 10)) if rng.random() * 100 < percent)
        person = self._town.world.citizen(f"p{place:05}", region=rng.choice(REGIONS), **home)
        return Resident(person, groups)

    def members(self, group_id: str) -> list[str]:
        return [one.name for one in self.residents if group_id in one.groups]

    def wish(self) -> None:
        """Everybody makes their appointments for the season."""
        for resident in self.residents:
            for batch_id, percent in _WISHES.items():
                if self._town.chance(percent):
                    self._come(resident, batch_id)
            for group_id, percent in _OF_A_GROUP.items():
                # A few strangers come, too.
                if self._town.chance(percent if group_id in resident.groups else 1):
                    self._come(resident, group_id)

    def _come(self, resident: Resident, batch_id: str) -> None:
        """Half of them in the first minute; a few too early, or too late."""
        rng, document = self._town.rng, self._books.batches[batch_id].document
        opens_s, closes_s = seconds(document["opens_at"]), seconds(document["closes_at"])
        if self._town.chance(_BOOKED.get(batch_id, 0)):
            booking = document["booking"]
            first_s, last_s = seconds(booking["opens_at"]), seconds(booking["closes_at"])
            self._town.agenda.put(rng.randrange(first_s, last_s), lambda: self._book(resident, batch_id))
        kind = rng.random()
        if kind < 0.5:
            moment_s = opens_s + rng.randrange(60)
        elif kind < 0.94:
            moment_s = rng.randrange(opens_s, closes_s)
        else:
            moment_s = rng.choice([opens_s - 1, opens_s, closes_s - 1, closes_s])
        self._town.agenda.put(moment_s, lambda: self.claim(resident, batch_id))

    def _book(self, resident: Resident, batch_id: str) -> None:
        path = {"batch_id": batch_id}
        answer = self._town.put(resident.person, "PUT /batches/{batch_id}/booking", path, {})
        assert answer.status == 201, answer.text
        if self._town.chance(5):
            cancelled = self._town.ask(resident.person, "DELETE /batches/{batch_id}/booking", path)
            # The repeat may have taken a second or three.
            assert cancelled.status == 200 or cancelled.slug == "closed", cancelled.text
            if cancelled.status == 200:
                return
        self._books.booked(resident.name, batch_id, answer.json)
        resident.booked.add(batch_id)

    def claim(self, resident: Resident, batch_id: str) -> None:
        path = {"batch_id": batch_id}
        answer = self._town.ask(resident.person, "PUT /batches/{batch_id}/claim", path, body={})
        if answer.status == 201:
            self._claimed(resident, batch_id, answer)
            return
        held = self._books.claims.get((self._books.batches[batch_id].claim_key, resident.name))
        if answer.status == 200:
            assert held == batch_id, f"{resident.name} is told of a claim of {batch_id} and holds {held}"
            return
        assert self._is_true(answer, resident, batch_id, held), f"{resident.name} {batch_id}: {answer.text}"
        if answer.slug == "drained" and self._town.chance(60):
            self._town.later(answer.json["retry_after_s"], lambda: self.claim(resident, batch_id))

    def _claimed(self, resident: Resident, batch_id: str, answer: Answered) -> None:
        document, now_s = self._books.batches[batch_id].document, seconds(answer.json["claimed_at"])
        assert seconds(document["opens_at"]) <= now_s < seconds(document["closes_at"]), answer.text
        assert self._unfit(resident, batch_id) == "", f"{resident.name} has {batch_id}"
        household = resident.person.claims.get("household_id")
        if household and "home" in document.get("limits", []):
            week = (household, datetime.fromisoformat(answer.json["claimed_at"]).isocalendar()[:2])
            self.packs_of_homes[week] += 1
            assert self.packs_of_homes[week] == 1, f"{week} has {self.packs_of_homes[week]} packs"
        coupon_ids = self._books.claimed(resident.name, batch_id, answer.json)
        if self._town.chance(4):
            again = self._town.ask(resident.person, "GET /batches/{batch_id}/claim", {"batch_id": batch_id})
            assert again.json == answer.json, "the answer was lost, and another one found"
        if self._town.chance(3):
            self._town.later(self._town.rng.randrange(DAY_S), lambda: self.claim(resident, batch_id))
        for coupon_id in coupon_ids:
            self._tills.plan(resident.person, coupon_id)

    def _unfit(self, resident: Resident, batch_id: str) -> str:
        """Why the batch is not for this person, as the contract words it; empty if it is."""
        document = self._books.batches[batch_id].document
        eligibility, booking = document.get("eligibility", {}), document.get("booking") or {}
        if resident.person.claims["region"] not in eligibility.get("regions", REGIONS):
            return "region"
        if eligibility.get("group_id", ELDERS) not in resident.groups and "group_id" in eligibility:
            return "group"
        is_lottery = document["mode"] == "lottery"
        is_needed = booking.get("required", False) or is_lottery
        if is_needed and batch_id not in resident.booked:
            return "booking-required"
        return "not-drawn" if is_lottery and not self._draws.has_drawn(resident.name, batch_id) else ""

    def _is_true(self, answer: Answered, resident: Resident, batch_id: str, held: str | None) -> bool:
        """Whether the books say so, too."""
        batch, now_s, facts = self._books.batches[batch_id], self._town.now_s, answer.json
        document = batch.document
        unfit = self._unfit(resident, batch_id)
        truths = {
            "not-found": not batch.is_published,
            "not-open": now_s < seconds(document["opens_at"]),
            "closed": now_s >= seconds(document["closes_at"]),
            "stopped": batch.is_stopped,
            "paused": batch.is_paused,
            "sold-out": batch.claims == batch.quantity,
            "drained": facts.get("retry_after_s", 0) > 0,
            "already-claimed-group": held is not None and held == facts.get("claimed_batch_id") != batch_id,
            "insufficient-points": document.get("price_points", 0) > 0,
            "not-eligible": facts.get("reason") in ({unfit, "limit"} if "limits" in document else {unfit}),
        }
        return truths.get(answer.slug, False)
