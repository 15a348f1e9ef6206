"""Who comes for a batch, books it, and claims it: half of them in the first minute, a few too early or too late."""

from __future__ import annotations

from collections import Counter
from functools import partial

from coupons.times import DAY_S
from infra.playing.books import Books
from infra.playing.cast import Cast, Resident
from infra.playing.diary import Diary
from infra.playing.draws import Draws
from infra.playing.gateway import seconds
from infra.playing.modes import MEMBERS, OTHERS, mode_of, needs_booking
from infra.playing.refusals import Refusals
from infra.playing.stack import Stack
from infra.playing.tills import Tills

BOOKS = 60
"""Per cent of those who come that book first, where they can."""
CHEAP = ("not-open", "closed", "paused", "stopped", "drained", "sold-out")
_BATCH = "/batches/{batch_id}"


class Rushes:
    """`refused`: how often a claim was refused, by slug and reason."""

    def __init__(self, stack: Stack, books: Books, cast: Cast, tills: Tills, diary: Diary) -> None:
        self._stack, self._books, self._cast, self._tills, self._diary = stack, books, cast, tills, diary
        self._refusals = Refusals(books, Draws(stack))
        self.refused: Counter[str] = Counter()

    def appoint(self) -> None:
        """Everybody has made their appointments for the season."""
        people = len(self._cast.residents)
        for batch_id, batch in self._books.batches.items():
            mode, document = mode_of(batch.document), batch.document
            group_id = document.get("eligibility", {}).get("group_id")
            percent = mode.demand(document, people)
            for resident in self._cast.residents if mode.is_claimed else ():
                of_group = MEMBERS if group_id in resident.groups else OTHERS
                if self._stack.chance(percent if group_id is None else of_group):
                    self._come(resident, batch_id)

    def try_now(self, batch_id: str) -> None:
        """A few who could claim come in the next minutes."""
        key = self._books.batches[batch_id].claim_key
        fit = [
            one
            for one in self._cast.residents
            if (key, one.name) not in self._books.claims and not self._refusals.unfit(one, batch_id)
        ]
        for resident, wait_s in zip(self._stack.rng.sample(fit, min(len(fit), 3)), (5, 60, 600), strict=False):
            self._stack.later(wait_s, partial(self._claim, resident, batch_id))

    def _come(self, resident: Resident, batch_id: str) -> None:
        rng, document = self._stack.rng, self._books.batches[batch_id].document
        opens_s, closes_s = seconds(document["opens_at"]), seconds(document["closes_at"])
        booking = document.get("booking")
        if booking and self._stack.chance(95 if needs_booking(document) else BOOKS):
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
            self._refusals.judge(answer, resident, batch_id, self._stack.now_s)
            self.refused[answer.reason] += 1
            if answer.slug == "drained" and self._stack.chance(60):
                self._stack.later(answer.json["retry_after_s"], partial(self._claim, resident, batch_id))
            return
        if held is not None:
            assert held == batch_id, f"{resident.name} is told of a claim of {batch_id} and holds {held}"
            return
        self._refusals.judge_claim(resident, batch_id, answer.json)
        coupon_ids = self._books.claimed(resident.name, batch_id, answer.json)
        self._diary.note(resident.name, self._stack.now_s, f"claimed {batch_id}: {len(coupon_ids)} coupons")
        if self._stack.chance(4):
            again = self._stack.read(resident.person, f"GET {_BATCH}/claim", path)
            assert again == answer.json, f"{answer.text}, and then {again}"
        if self._stack.chance(3):
            self._stack.later(self._stack.rng.randrange(DAY_S), partial(self._claim, resident, batch_id))
        for coupon_id in coupon_ids:
            self._tills.plan(resident, coupon_id)
