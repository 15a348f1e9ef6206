"""The schedule's minutes, around all that opens, closes or ends; each report is held against the books."""

from __future__ import annotations

from collections import Counter
from typing import Any

from coupons.times import DAY_S
from infra.playing.books import Books
from infra.playing.diary import Diary
from infra.playing.entries import BatchEntry, total
from infra.playing.gateway import seconds
from infra.playing.oracle import Money, costs
from infra.playing.stack import Stack

REST = "gave back rest"
TWICE = 10
"""Per cent of the minutes that come twice."""


class Minutes:
    """`steps`: how often each step was reported."""

    def __init__(self, stack: Stack, books: Books, diary: Diary) -> None:
        self._stack, self._books, self._diary = stack, books, diary
        self.closed_days: set[str] = set()
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
            minutes |= {moment_s + 60 * minute for moment_s in moments for minute in (0, 1, 2, 4)}
        for minute_s in sorted(minute_s for minute_s in minutes if minute_s < last_s):
            for _ in range(2 if self._stack.chance(TWICE) else 1):
                self._stack.at(minute_s, self.tick)

    def tick(self) -> None:
        for done in self._stack.tick():
            self.steps[done["step"]] += 1
            self._hear(done)

    def _hear(self, done: dict[str, Any]) -> None:
        step, batch = done["step"], self._books.batches.get(done.get("batch_id", ""))
        if step == "closed":
            lines = sum(len(found) for (_, day), found in self._books.lines.items() if day == done["day"])
            assert done["lines"] == lines, f"{done}: {lines} lines were answered"
            self.closed_days.add(done["day"])
        elif batch is not None and batch.document["mode"] == "venue":
            if step.startswith("gave back"):
                batch.reserved.subtract(done["amounts"])
        elif batch is not None and step == "sold_out":
            assert batch.claims == batch.quantity, f"{done}: {batch.claims} of {batch.quantity} were claimed"
        elif batch is not None and step == "expired":
            self._expired(batch, done)
        elif batch is not None and step.startswith("gave back"):
            self._gave_back(batch, done)

    def _expired(self, batch: BatchEntry, done: dict[str, Any]) -> None:
        """Every coupon of the batch in one state, as often as the books say."""
        mine = [(i, one) for i, one in self._books.coupons.items() if one.batch_id == done["batch_id"]]
        states = Counter(self._books.status(coupon_id, self._stack.now_s) for coupon_id, _ in mine)
        assert done["counts"] == {"claims": batch.claims, **states}, f"{done} and {states}"
        used = Counter(one.place for _, one in mine if one.status == "redeemed")
        batch.unused = {place: batch.claims - used[place] for place in range(len(batch.document["terms"]))}

    def _gave_back(self, batch: BatchEntry, done: dict[str, Any]) -> None:
        """What it can no longer cost, by the books: to the funders, or as whole packs to the later batch."""
        step = done["step"]
        assert step == REST or step not in batch.steps, f"{done} came twice"
        batch.steps.append(step)
        amounts: Money = Counter(done["amounts"])
        assert amounts == self._owed(batch, step), f"{done}: {dict(self._owed(batch, step))} by the books"
        target = self._target(batch) if step != REST else None
        packs = 0
        if target is not None:
            packs = min(amounts[funder] // cost for funder, cost in target.cost(1).items())
        assert (done.get("packs", 0), done.get("to")) == (packs, _name(target) if target and packs else None), done
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
        if later is None or later.is_stopped or self._stack.now_s >= seconds(later.document["closes_at"]):
            return None
        assert later.is_published, f"{_name(batch)} did not wait for {_name(later)}"
        return later


def _name(batch: BatchEntry) -> str:
    return str(batch.document["batch_id"])
