"""The schedule's minutes, around all that opens, closes or ends; each report is held against the books."""

from __future__ import annotations

from collections import Counter
from typing import Any

from infra.playing.books import Books
from infra.playing.entries import BatchEntry, total
from infra.playing.oracle import Money, costs
from tests.season.document import DAYS, at_s
from tests.season.people import People
from tests.season.town import Town
from tests.world import seconds

MINUTE_S = 60
LAST_DAY = DAYS + 3
REST = "gave back rest"


class Schedule:
    def __init__(self, town: Town, books: Books, people: People) -> None:
        self._town, self._books, self._people = town, books, people
        self.closed_days: set[str] = set()

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
            self._hear(done)

    def _hear(self, done: dict[str, Any]) -> None:
        step = done["step"]
        if step == "closed":
            lines = sum(len(found) for (_, day), found in self._books.lines.items() if day == done["day"])
            assert done["lines"] == lines, f"{done}: {lines} lines were answered"
            self.closed_days.add(done["day"])
        elif step == "booked":
            assert done["bookings"] == self._people.booked[done["batch_id"]], done
        elif step == "sold_out":
            batch = self._books.batches[done["batch_id"]]
            assert batch.claims == batch.quantity, f"{done}: {batch.claims} of {batch.quantity} were claimed"
        elif step == "expired":
            self._expired(done)
        elif step.startswith("gave back"):
            self._gave_back(done)

    def _expired(self, done: dict[str, Any]) -> None:
        """Every coupon of the batch in one state, as often as the books say."""
        batch_id = done["batch_id"]
        batch = self._books.batches[batch_id]
        assert self._town.now_s >= batch.last_expiry_s, done
        mine = [(i, one) for i, one in self._books.coupons.items() if one.batch_id == batch_id]
        states = Counter(self._books.status(coupon_id, self._town.now_s) for coupon_id, _ in mine)
        assert done["counts"] == {"claims": batch.claims, **states}, f"{done} and {states}"
        used = Counter(one.place for _, one in mine if one.status == "redeemed")
        batch.unused = {place: batch.claims - used[place] for place in range(len(batch.document["terms"]))}

    def _gave_back(self, done: dict[str, Any]) -> None:
        """What it can no longer cost, by the books: to the funders, or as whole packs to the later batch."""
        batch, step = self._books.batches[done["batch_id"]], done["step"]
        assert step == REST or step not in batch.steps, f"{done} came twice"
        batch.steps.append(step)
        amounts: Money = Counter(done["amounts"])
        assert amounts == self._owed(batch, step), f"{done}: {dict(self._owed(batch, step))} by the books"
        target = self._target(batch) if step != REST else None
        packs = 0
        if target is not None:
            packs = min(amounts[funder] // cost for funder, cost in target.cost(1).items())
        assert (done.get("packs", 0), done.get("to")) == (packs, _name(target) if packs else None), done
        batch.reserved.subtract(amounts)
        batch.returned.update(amounts)
        if target is not None and packs:
            target.reserved.update(target.cost(packs))
            batch.returned.subtract(target.cost(packs))
            target.quantity += packs
            target.rolled_in += packs
            batch.rolled_out += packs

    def _owed(self, batch: BatchEntry, step: str) -> Money:
        if step == "gave back unclaimed":
            return batch.cost(batch.quantity - batch.claims)
        assert batch.unused is not None, "given back before it was counted"
        if step == REST:
            rest = batch.reserved.copy()
            rest.subtract(self._books.spent_on(self.closed_days, _name(batch)))
            return rest
        assert step == "gave back expired", step
        return total(costs([batch.terms[place]], coupons) for place, coupons in batch.unused.items())

    def _target(self, batch: BatchEntry) -> BatchEntry | None:
        """The later batch, if it takes packs now."""
        later = self._books.batches.get(batch.document.get("rollover_to") or "")
        if later is None or later.is_stopped or self._town.now_s >= seconds(later.document["closes_at"]):
            return None
        assert later.is_published, f"{_name(batch)} did not wait for {_name(later)}"
        return later


def _name(batch: BatchEntry) -> str:
    return str(batch.document["batch_id"])
