"""Who comes for a batch, books it, and claims it: half of them in the first minute, a few too early or too late."""

from __future__ import annotations

from collections import Counter
from functools import partial

from coupons.times import DAY_S
from infra.playing.books import Books
from infra.playing.cast import Cast, Resident
from infra.playing.diary import Diary
from infra.playing.gateway import seconds
from infra.playing.stack import Stack
from infra.playing.tills import Tills

DEMAND = 1.4
"""People who come for a batch, for each of its packs."""
BOOKS = 60
"""Per cent of those who come that book first, where they can."""
CHEAP = ("not-open", "closed", "paused", "stopped", "drained", "sold-out")
_BATCH = "/batches/{batch_id}"


class Rushes:
    """`refused`: how often a claim was refused, by slug and reason."""

    def __init__(self, stack: Stack, books: Books, cast: Cast, tills: Tills, diary: Diary) -> None:
        self._stack, self._books, self._cast, self._tills, self._diary = stack, books, cast, tills, diary
        self.refused: Counter[str] = Counter()

    def appoint(self) -> None:
        """Everybody has made their appointments for the season."""
        people = len(self._cast.residents)
        for batch_id, batch in self._books.batches.items():
            document = batch.document
            if document["mode"] == "venue":
                continue
            group_id = document.get("eligibility", {}).get("group_id")
            packs = document["quantity"]
            percent = 30.0 if document.get("price_points") else min(100 * DEMAND * packs / people, 85.0)
            for resident in self._cast.residents:
                if self._stack.chance(percent if group_id is None else 80 if group_id in resident.groups else 1):
                    self._come(resident, batch_id)

    def _come(self, resident: Resident, batch_id: str) -> None:
        rng, document = self._stack.rng, self._books.batches[batch_id].document
        opens_s, closes_s, booking = (
            seconds(document["opens_at"]),
            seconds(document["closes_at"]),
            document.get("booking"),
        )
        needs = booking and (booking.get("required") or document["mode"] == "lottery")
        if booking and self._stack.chance(95 if needs else BOOKS):
            first_s, last_s = seconds(booking["opens_at"]), seconds(booking["closes_at"])
            self._stack.at(rng.randrange(first_s, last_s), partial(self._book, resident, batch_id))
        kind = rng.random()
        if kind < 0.5:
            moment_s = opens_s + rng.randrange(60)
        elif kind < 0.95:
            moment_s = rng.randrange(opens_s, closes_s)
        else:
            moment_s = rng.choice([opens_s - 1, opens_s, closes_s - 1, closes_s])
        self._stack.at(moment_s, partial(self._claim, resident, batch_id))

    def _book(self, resident: Resident, batch_id: str) -> None:
        path = {"batch_id": batch_id}
        answer = self._stack.ask(resident.person, f"PUT {_BATCH}/booking", path, {})
        if answer.status >= 300:
            self.refused[f"booking: {answer.reason}"] += 1
            return
        if self._stack.chance(4):
            gone = self._stack.ask(resident.person, f"DELETE {_BATCH}/booking", path)
            if gone.status in (200, 404):  # gone by a request whose answer was lost
                return
        resident.booked.add(batch_id)
        self._books.booked(resident.name, batch_id, answer.json)
        self._diary.note(resident.name, self._stack.now_s, f"booked {batch_id}")

    def _claim(self, resident: Resident, batch_id: str) -> None:
        path = {"batch_id": batch_id}
        answer = self._stack.ask(resident.person, f"PUT {_BATCH}/claim", path, {})
        if self._stack.repeated and answer.slug in CHEAP:
            # Such a refusal does not look for the claim whose answer was lost; a client asks for it.
            found = self._stack.ask(resident.person, f"GET {_BATCH}/claim", path)
            answer = found if found.status == 200 else answer
        held = self._books.claims.get((self._books.batches[batch_id].claim_key, resident.name))
        if answer.status >= 300:
            self.refused[answer.reason] += 1
            if answer.slug == "drained" and self._stack.chance(60):
                self._stack.later(answer.json["retry_after_s"], partial(self._claim, resident, batch_id))
            return
        if held is not None:
            assert held == batch_id, f"{resident.name} is told of a claim of {batch_id} and holds {held}"
            return
        coupon_ids = self._books.claimed(resident.name, batch_id, answer.json)
        self._diary.note(resident.name, self._stack.now_s, f"claimed {batch_id}: {len(coupon_ids)} coupons")
        if self._stack.chance(3):
            self._stack.later(self._stack.rng.randrange(DAY_S), partial(self._claim, resident, batch_id))
        for coupon_id in coupon_ids:
            self._tills.plan(resident, coupon_id)
