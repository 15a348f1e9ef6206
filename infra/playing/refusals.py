"""Whether a claim had to be answered so, by the town's own books: each refusal is true, each pack was due."""

from __future__ import annotations

from typing import Any

from infra.playing.books import KNOWN_S, Books
from infra.playing.cast import Resident
from infra.playing.draws import Draws
from infra.playing.gateway import Answered, seconds
from infra.playing.modes import mode_of, needs_booking


class Refusals:
    """Raises AssertionError at an answer that cannot be."""

    def __init__(self, books: Books, draws: Draws) -> None:
        self._books, self._draws = books, draws

    def judge_claim(self, resident: Resident, batch_id: str, told: dict[str, Any]) -> None:
        """In its window, for somebody for whom it is, and within the limits that count packs."""
        document, now_s = self._books.batches[batch_id].document, seconds(told["claimed_at"])
        assert seconds(document["opens_at"]) <= now_s < seconds(document["closes_at"]), told
        assert not self.unfit(resident, batch_id), f"{resident.name} has {batch_id}: {self.unfit(resident, batch_id)}"
        price, has = document.get("price_points") or 0, self._books.points.balance(resident.name)
        assert has >= price, f"{resident.name} has {batch_id} for {price} points of {has}"
        self._books.limits.claimed(resident.person.claims, document, now_s)

    def judge(self, answer: Answered, resident: Resident, batch_id: str, now_s: int) -> None:
        """What is answered within two seconds of an operator's act may not know of it."""
        batch, facts = self._books.batches[batch_id], answer.json
        document, unfit = batch.document, self.unfit(resident, batch_id)
        held = self._books.claims.get((batch.claim_key, resident.name))
        is_new = now_s <= batch.changed_s + KNOWN_S
        price, has = document.get("price_points") or 0, self._books.points.balance(resident.name)
        reasons = {unfit, "limit"} if document.get("limits") else {unfit}
        truths = {
            "not-found": not batch.is_published,
            "not-open": now_s < seconds(document["opens_at"]) or self._is_undrawn(batch_id),
            "closed": now_s >= seconds(document["closes_at"]),
            "stopped": batch.is_stopped,
            "paused": batch.paused_s is not None or is_new,
            "sold-out": batch.claims == batch.quantity or is_new,
            "drained": facts.get("retry_after_s", 0) > 0,
            "already-claimed-group": held is not None and held == facts.get("claimed_batch_id") != batch_id,
            "insufficient-points": (facts.get("balance"), facts.get("price")) == (has, price) and has < price,
            "not-eligible": facts.get("reason") in reasons or self._is_late(facts, batch_id, resident, now_s),
        }
        against = unfit or "nothing"
        assert truths.get(answer.slug, False), (
            f"{resident.name} is refused {batch_id}; the books know {against} against it, "
            f"{batch.claims} claims of {batch.quantity} packs and {has} points: {answer.text}"
        )

    def unfit(self, resident: Resident, batch_id: str) -> str:
        """Why the batch is not for this person, as the contract words it; empty if it is."""
        document, claims = self._books.batches[batch_id].document, resident.person.claims
        eligibility = document.get("eligibility", {})
        regions, group_id = eligibility.get("regions"), eligibility.get("group_id")
        if regions and claims["region"] not in regions:
            return "region"
        if group_id and group_id not in resident.groups:
            return "group"
        if "household" in eligibility.get("requires", []) and "household_id" not in claims:
            return "household"
        if needs_booking(document) and batch_id not in resident.booked:
            return "booking-required"
        if mode_of(document).is_drawn and not self._draws.has_drawn(resident.name, batch_id):
            return "not-drawn"
        return ""

    def _is_late(self, facts: dict[str, Any], batch_id: str, resident: Resident, now_s: int) -> bool:
        """Who was drawn may claim for so long."""
        is_late = facts.get("reason") == "late" and now_s >= seconds(facts["claim_by"])
        return is_late and bool(self._draws.has_drawn(resident.name, batch_id))

    def _is_undrawn(self, batch_id: str) -> bool:
        is_drawn = mode_of(self._books.batches[batch_id].document).is_drawn
        return is_drawn and self._draws.has_drawn("", batch_id) is None
