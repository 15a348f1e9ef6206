"""What operators do in the season: publish, ask a funder for more, raise, pause, stop, extend, withhold."""

from __future__ import annotations

from typing import Any

from coupons.model.merchants import LATE_SCANS_MAX
from infra.playing.books import Books
from tests.season.document import (
    CAMPAIGN_ID,
    ELDERS,
    LATE_BATCH,
    MERCHANTS,
    NIGHT_SHIFT,
    Document,
    at_s,
    day_name,
)
from tests.season.people import People
from tests.season.town import Town
from tests.world import Answered

_BATCH = "/admin/batches/{batch_id}"
LOOKED_INTO = day_name(4)
"""The day of which lines are withheld on the sixth, and decided about on the eighth."""
_BOTH = ("released", "refused")


class Operators:
    def __init__(self, town: Town, books: Books, people: People, document: Document) -> None:
        self._town, self._books, self._people, self._document = town, books, people, document
        self._person = town.world.operator()
        self.withheld: dict[tuple[str, str], dict[str, str | None]] = {}
        """Merchant and day → order number, or empty for the whole day → decision, None while it is open."""

    def appoint(self) -> None:
        for day, clock, act in (
            (-1, "20:30", self._declare),
            (1, "10:07", lambda: self._raise("online", 5)),
            (1, "15:00", lambda: self._stop("fair", "keep")),
            (3, "09:00", self._publish_late),
            (5, "12:00", lambda: self._pause("masks")),
            (5, "18:00", lambda: self._resume("masks")),
            (6, "09:00", lambda: self._withhold("books", {"": None})),
            (6, "09:01", lambda: self._withhold("diner", {"": None})),
            (6, "09:02", lambda: self._withhold("mall", dict.fromkeys(self._two_orders("mall")))),
            (7, "12:00", lambda: self._stop("recall", "void")),
            (8, "09:00", lambda: self._withhold("books", {"": "released"})),
            (8, "09:01", lambda: self._withhold("diner", {"": "refused"})),
            (8, "09:02", lambda: self._withhold("mall", dict(zip(self._two_orders("mall"), _BOTH, strict=False)))),
            (10, "11:00", lambda: self._raise("third", 3)),
            (12, "09:00", lambda: self._extend("masks", 2)),
        ):
            self._town.agenda.put(at_s(day, clock), act)

    def _declare(self) -> None:
        """Groups, the document, and every batch but one, for which the enterprise has not the money."""
        for group_id in (ELDERS, NIGHT_SHIFT):
            members = self._people.members(group_id)
            for start in range(0, len(members), 1000):
                path, body = {"group_id": group_id}, {"add": members[start : start + 1000]}
                self._ask("PUT /admin/groups/{group_id}/members", path, body)
        self._ask("PUT /admin/campaigns/{campaign_id}", {"campaign_id": CAMPAIGN_ID}, self._document, 201)
        for merchant_id in MERCHANTS:
            self._edit_merchant(merchant_id, late_scans_per_day=LATE_SCANS_MAX)
        for batch_id in self._books.batches:
            if batch_id != LATE_BATCH:
                self._publish(batch_id)
        refused = self._ask(f"POST {_BATCH}/publish", {"batch_id": LATE_BATCH}, {}, 409)
        self._assert_over_budget(refused, self._books.batches[LATE_BATCH].document["quantity"], LATE_BATCH)

    def _publish(self, batch_id: str) -> None:
        answer = self._ask(f"POST {_BATCH}/publish", {"batch_id": batch_id}, {})
        self._books.published(batch_id, answer.json["quantity"])

    def _publish_late(self) -> None:
        """Whoever has too little left gives more, in a new revision of the document; then it goes."""
        path, late = {"campaign_id": CAMPAIGN_ID}, self._books.batches[LATE_BATCH]
        document = self._town.ask(self._person, "GET /admin/campaigns/{campaign_id}", path).json
        needed = late.cost(late.document["quantity"])
        for funder in document["funders"]:
            funder_id = funder["funder_id"]
            funder["budget_minor"] = max(funder["budget_minor"], self._books.reserved[funder_id] + needed[funder_id])
            self._books.budgets[funder_id] = funder["budget_minor"]
        self._ask("PUT /admin/campaigns/{campaign_id}", path, document)
        self._publish(LATE_BATCH)

    def _raise(self, batch_id: str, percent: int) -> None:
        """First to more than anybody can pay."""
        path, batch = {"batch_id": batch_id}, self._books.batches[batch_id]
        refused = self._ask(f"PUT {_BATCH}/quantity", path, {"quantity": 90_000_000}, 409)
        self._assert_over_budget(refused, 90_000_000 - batch.quantity, batch_id)
        more = max(len(self._people.residents) * percent // 100, 1)
        left = self._books.budgets.copy()
        left.subtract(self._books.reserved)
        more = min(more, *(left[funder] // cost for funder, cost in batch.cost(1).items()))
        if more:
            answer = self._ask(f"PUT {_BATCH}/quantity", path, {"quantity": batch.quantity + more})
            self._books.published(batch_id, answer.json["quantity"])

    def _assert_over_budget(self, refused: Answered, packs: int, batch_id: str) -> None:
        """It names a funder who really has not the money, and both sums."""
        assert refused.slug == "budget-exceeded", refused.text
        facts, costs = refused.json, self._books.batches[batch_id].cost(packs)
        funder_id = facts["funder_id"]
        available = self._books.budgets[funder_id] - self._books.reserved[funder_id]
        assert (facts["available_minor"], facts["needed_minor"]) == (available, costs[funder_id]), refused.text
        assert available < costs[funder_id], refused.text

    def _pause(self, batch_id: str) -> None:
        self._ask(f"POST {_BATCH}/pause", {"batch_id": batch_id}, {})
        self._books.batches[batch_id].is_paused = True

    def _resume(self, batch_id: str) -> None:
        self._ask(f"POST {_BATCH}/resume", {"batch_id": batch_id}, {})
        self._books.batches[batch_id].is_paused = False

    def _stop(self, batch_id: str, issued: str) -> None:
        self._ask(f"POST {_BATCH}/stop", {"batch_id": batch_id}, {"issued": issued})
        self._books.batches[batch_id].is_stopped = True
        self._books.batches[batch_id].is_void = issued == "void"

    def _extend(self, batch_id: str, days: int) -> None:
        self._ask(f"POST {_BATCH}/extend", {"batch_id": batch_id}, {"days": days})
        self._books.batches[batch_id].extended_s = days * 86_400

    def _two_orders(self, merchant_id: str) -> list[str]:
        lines = self._books.lines.get((merchant_id, LOOKED_INTO), [])
        return sorted({line.order_no for line in lines})[:2]

    def _withhold(self, merchant_id: str, decisions: dict[str, str | None]) -> None:
        """Single orders, or the whole day."""
        withheld = [
            {"day": LOOKED_INTO, "reason": "looked into"}
            | ({"order_no": order_no} if order_no else {})
            | ({"decision": decision} if decision else {})
            for order_no, decision in decisions.items()
        ]
        self._edit_merchant(merchant_id, withheld=withheld)
        self.withheld[merchant_id, LOOKED_INTO] = decisions

    def _edit_merchant(self, merchant_id: str, **changes: Any) -> None:
        """A document has made its record."""
        path, route = {"merchant_id": merchant_id}, "/admin/merchants/{merchant_id}"
        revision = self._ask(f"GET {route}", path, None).json["revision"]
        self._ask(f"PUT {route}", path, {"revision": revision, **changes})

    def _ask(self, route: str, path: dict[str, str], body: Any, status: int = 200) -> Answered:
        answer = self._town.ask(self._person, route, path, body=body)
        assert answer.status == status, answer.text
        return answer
