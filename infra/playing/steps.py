"""What the schedule reports that it did, held against the books; what it gives back and rolls over is entered there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from infra.playing.books import Books
from infra.playing.entries import BatchEntry, total
from infra.playing.gateway import seconds
from infra.playing.oracle import Money, costs

REST = "gave back rest"


class Steps:
    """Raises AssertionError at a step that cannot be."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def hear(self, done: dict[str, Any], now_s: int) -> None:
        step, batch = done["step"], self._books.batches.get(done.get("batch_id", ""))
        if step == "closed":
            lines = sum(len(found) for (_, day), found in self._books.lines.items() if day == done["day"])
            assert done["lines"] == lines, f"{done}: {lines} lines were answered"
            self._books.closed_days.add(done["day"])
        elif batch is not None and batch.is_of_venues:
            if step.startswith("gave back"):
                batch.reserved.subtract(done["amounts"])
        elif batch is not None and step == "booked":
            booked = sum(batch_id == done["batch_id"] for batch_id, _ in self._books.bookings)
            assert done["bookings"] == booked, f"{done}: {booked} bookings stand"
        elif batch is not None and step == "sold_out":
            assert batch.claims == batch.quantity, f"{done}: {batch.claims} of {batch.quantity} were claimed"
        elif batch is not None and step == "expired":
            self._expired(batch, done, now_s)
        elif batch is not None and step.startswith("gave back"):
            self._gave_back(batch, done, now_s)

    def _expired(self, batch: BatchEntry, done: dict[str, Any], now_s: int) -> None:
        """Every coupon of the batch in one state, as often as the books say."""
        assert now_s >= batch.last_expiry_s, done
        mine = [(i, one) for i, one in self._books.coupons.items() if one.batch_id == done["batch_id"]]
        states = Counter(self._books.status(coupon_id, now_s) for coupon_id, _ in mine)
        assert done["counts"] == {"claims": batch.claims, **states}, f"{done} and {states}"
        used = Counter(one.place for _, one in mine if one.status == "redeemed")
        batch.unused = {place: batch.claims - used[place] for place in range(len(batch.document["terms"]))}

    def _gave_back(self, batch: BatchEntry, done: dict[str, Any], now_s: int) -> None:
        """What it can no longer cost, by the books: to the funders, or as whole packs to the later batch."""
        step = done["step"]
        assert step == REST or step not in batch.steps, f"{done} came twice"
        batch.steps.append(step)
        amounts: Money = Counter(done["amounts"])
        assert amounts == self._owed(batch, step), f"{done}: {dict(self._owed(batch, step))} by the books"
        target = self._target(batch, now_s) if step != REST else None
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
            rest.subtract(self._books.spent_on(self._books.closed_days, _name(batch)))
            return rest
        assert step == "gave back expired", step
        return total(costs([batch.terms[place]], coupons) for place, coupons in batch.unused.items())

    def _target(self, batch: BatchEntry, now_s: int) -> BatchEntry | None:
        """The later batch, if it takes packs now."""
        later = self._books.batches.get(batch.document.get("rollover_to") or "")
        if later is None or later.is_stopped or now_s >= seconds(later.document["closes_at"]):
            return None
        assert later.is_published, f"{_name(batch)} did not wait for {_name(later)}"
        return later


def _name(batch: BatchEntry) -> str:
    return str(batch.document["batch_id"])
