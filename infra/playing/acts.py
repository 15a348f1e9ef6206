"""What operators do in a season: publish, ask a funder for more, raise, pause, stop, extend, withhold and decide.

Which batches and merchants, and when, is drawn from a stream of chance of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from coupons.model.merchants import LATE_SCANS_MAX
from coupons.times import DAY_S, day_of, day_start_s
from infra.playing.books import Books
from infra.playing.cast import Cast
from infra.playing.diary import Diary
from infra.playing.entries import BatchEntry
from infra.playing.gateway import Answered, Person, seconds
from infra.playing.minutes import Minutes
from infra.playing.modes import mode_of
from infra.playing.rushes import Rushes
from infra.playing.stack import Stack

OPERATOR = Person({"sub": "operator", "scope": "operator"})
EXTENDED_DAYS_MAX = 3
RAISES, WITHHOLDINGS = 2, 6
LOOKED_AT_S, DECIDED_AFTER = 9 * 3_600, 2
"""When lines of two days ago are withheld, and how many days later an operator decides."""
MANY = 10**8
"""Packs of a raise that nobody can pay."""
_BATCH, _CAMPAIGN, _MERCHANT = (
    "/admin/batches/{batch_id}",
    "/admin/campaigns/{campaign_id}",
    "/admin/merchants/{merchant_id}",
)


class Acts:
    """`tally`: what was done. Raises AssertionError at an answer that cannot be."""

    def __init__(
        self, stack: Stack, books: Books, cast: Cast, diary: Diary, minutes: Minutes, rushes: Rushes, rng: Random
    ) -> None:
        self._stack, self._books, self._cast, self._diary, self._minutes = stack, books, cast, diary, minutes
        self._rushes, self._rng = rushes, rng
        self._path = {"campaign_id": str(cast.document["campaign_id"])}
        self._late: list[str] = []
        """Batches for which somebody has too little."""
        self.tally: Counter[str] = Counter()

    # Before the season

    def publish(self) -> None:
        """The groups, the document, its programme, every merchant's late scans, and every batch that can be paid."""
        for group_id in self._cast.groups:
            members = self._cast.members(group_id)
            for start in range(0, len(members), 1_000):
                body = {"add": members[start : start + 1_000], "remove": []}
                self._ask("PUT /admin/groups/{group_id}/members", {"group_id": group_id}, body)
        self._ask(f"PUT {_CAMPAIGN}", self._path, self._cast.document)
        if self._cast.programme:
            self._ask(f"PUT {_CAMPAIGN}/programme", self._path, self._cast.programme)
        for merchant in self._cast.document["merchants"]:
            self._edit_merchant(merchant["merchant_id"], late_scans_per_day=LATE_SCANS_MAX)
        for batch_id, batch in self._books.batches.items():
            answer = self._stack.ask(OPERATOR, f"POST {_BATCH}/publish", {"batch_id": batch_id}, {})
            if answer.status < 300:
                self._books.published(batch_id, answer.json["quantity"])
            else:
                self._assert_over_budget(answer, batch_id, batch.document["quantity"])
                self._late.append(batch_id)

    def _assert_over_budget(self, refused: Answered, batch_id: str, packs: int) -> None:
        """It names a funder who really has not the money, and both sums."""
        assert refused.slug == "budget-exceeded", refused.text
        facts, cost = refused.json, self._books.batches[batch_id].cost(packs)
        funder_id, left = facts["funder_id"], self._books.left
        assert (facts["available_minor"], facts["needed_minor"]) == (left[funder_id], cost[funder_id]), refused.text
        assert left[funder_id] < cost[funder_id], refused.text
        self.tally["refused, as a funder has too little"] += 1

    def _publish_late(self, batch_id: str) -> None:
        """Whoever has too little left gives more, in a new revision of the document; then it goes."""
        document = self._stack.read(OPERATOR, f"GET {_CAMPAIGN}", self._path)
        needed = self._books.batches[batch_id].cost(self._books.batches[batch_id].document["quantity"])
        for funder in document["funders"]:
            funder_id = funder["funder_id"]
            wanted = self._books.reserved[funder_id] + needed[funder_id]
            funder["budget_minor"] = max(funder["budget_minor"], wanted)
            self._books.budgets[funder_id] = funder["budget_minor"]
        self._ask(f"PUT {_CAMPAIGN}", self._path, document)
        answer = self._ask(f"POST {_BATCH}/publish", {"batch_id": batch_id}, {})
        self._books.published(batch_id, answer.json["quantity"])
        self._done("published late", batch_id)

    # In the season

    def appoint(self, first: date, last: date) -> None:
        """All acts of the season. A season of few batches sees fewer of them stopped."""
        for batch_id in self._late:
            document = self._books.batches[batch_id].document
            opens_s = seconds((document.get("booking") or document)["opens_at"])
            self._stack.at(opens_s - DAY_S, partial(self._publish_late, batch_id))
        free = [batch_id for batch_id in self._claimed() if batch_id not in self._late]
        self._rng.shuffle(free)
        raised = [batch_id for batch_id in free if mode_of(self._books.batches[batch_id].document).is_raised]
        for batch_id in raised[:RAISES]:
            self._within(batch_id, 0.0, 0.9, self._raise)
        self._within(free[0], 0.0, 0.5, self._pause)
        self._within(free[-1], 0.1, 1.0, self._extend)
        if len(free) >= 3:
            self._within(free[1], 0.6, 1.0, partial(self._stop, issued="void"))
        if len(free) >= 4:
            self._within(free[2], 0.3, 1.0, partial(self._stop, issued="keep"))
        days = range(2, (last - first).days + 7)
        for number in sorted(self._rng.sample(days, min(WITHHOLDINGS, len(days)))):
            day = first + timedelta(days=number)
            self._stack.at(day_start_s(day, self._cast.timezone) + LOOKED_AT_S, partial(self._look, day))

    def _claimed(self) -> list[str]:
        return [one for one, batch in self._books.batches.items() if mode_of(batch.document).is_claimed]

    def _within(self, batch_id: str, since: float, until: float, act: Callable[[str], None]) -> None:
        """At a moment of the batch's window, between two parts of it."""
        document = self._books.batches[batch_id].document
        opens_s, closes_s = seconds(document["opens_at"]), seconds(document["closes_at"])
        part = since + (until - since) * self._rng.random()
        self._stack.at(opens_s + part * (closes_s - opens_s), partial(act, batch_id))

    def _raise(self, batch_id: str) -> None:
        """By a tenth, if it can be paid; first to more than anybody can pay."""
        path, batch = {"batch_id": batch_id}, self._books.batches[batch_id]
        if batch.is_stopped:
            return
        left = self._books.left
        if any(left[funder] < cost for funder, cost in batch.cost(MANY - batch.quantity).items()):
            refused = self._stack.ask(OPERATOR, f"PUT {_BATCH}/quantity", path, {"quantity": MANY})
            self._assert_over_budget(refused, batch_id, MANY - batch.quantity)
        affordable = (left[funder] // cost for funder, cost in batch.cost(1).items() if cost)
        more = min(max(batch.quantity // 10, 1), *affordable, MANY)
        if more:
            answer = self._ask(f"PUT {_BATCH}/quantity", path, {"quantity": batch.quantity + more})
            self._books.raised(batch_id, answer.json["quantity"], self._stack.now_s)
            self._done("raised", batch_id)

    def _pause(self, batch_id: str) -> None:
        """For one to six hours, if it is open for so long."""
        batch = self._books.batches[batch_id]
        wait_s = self._rng.randrange(3_600, 6 * 3_600)
        if batch.is_stopped or self._stack.now_s + wait_s >= seconds(batch.document["closes_at"]):
            return
        self._fill(batch_id)
        self._ask(f"POST {_BATCH}/pause", {"batch_id": batch_id}, {})
        batch.paused_s, batch.pauses = self._stack.now_s, batch.pauses + 1
        self._done("paused", batch_id)
        self._rushes.try_now(batch_id)
        self._stack.later(wait_s, partial(self._resume, batch_id))

    def _resume(self, batch_id: str) -> None:
        batch = self._books.batches[batch_id]
        if not batch.is_stopped:
            self._ask(f"POST {_BATCH}/resume", {"batch_id": batch_id}, {})
            batch.paused_s, batch.changed_s = None, self._stack.now_s
            self._done("resumed", batch_id)

    def _stop(self, batch_id: str, issued: str) -> None:
        self._fill(batch_id)
        self._ask(f"POST {_BATCH}/stop", {"batch_id": batch_id}, {"issued": issued})
        self._books.stopped(batch_id, self._stack.now_s, is_void=issued == "void")
        self._done("stopped and voided" if issued == "void" else "stopped", batch_id)
        self._rushes.try_now(batch_id)

    def _fill(self, batch_id: str) -> None:
        """There are packs that could be claimed, so that a pause or a stop is felt."""
        batch = self._books.batches[batch_id]
        if batch.claims == batch.quantity and mode_of(batch.document).is_raised:
            self._raise(batch_id)

    def _extend(self, batch_id: str) -> None:
        days = self._rng.randrange(1, EXTENDED_DAYS_MAX + 1)
        self._ask(f"POST {_BATCH}/extend", {"batch_id": batch_id}, {"days": days})
        batch: BatchEntry = self._books.batches[batch_id]
        batch.extended_s = days * DAY_S
        self._minutes.around([batch.last_expiry_s])
        self._done("extended", batch_id)

    # Money that is looked into

    def _look(self, today: date) -> None:
        """A merchant's lines of two days ago are withheld, all of them or of two orders."""
        day = (today - timedelta(days=2)).isoformat()
        merchants = sorted(of for of, at in self._books.lines if at == day and (of, at) not in self._books.withheld)
        if not merchants:
            return
        merchant_id = self._rng.choice(merchants)
        orders = sorted({line.order_no for line in self._books.lines[merchant_id, day]})
        chosen = [""] if self._rng.random() < 0.5 else self._rng.sample(orders, min(2, len(orders)))
        self._withhold(merchant_id, day, dict.fromkeys(chosen), "withheld")
        decisions: dict[str, str | None] = {order_no: self._rng.choice(["released", "refused"]) for order_no in chosen}
        decide = partial(self._withhold, merchant_id, day, decisions, "decided about")
        self._stack.later(DECIDED_AFTER * DAY_S, decide)

    def _withhold(self, merchant_id: str, day: str, decisions: dict[str, str | None], what: str) -> None:
        """Single orders, or the whole day (no order number)."""
        self._books.withheld[merchant_id, day] = decisions
        withheld = [
            {"day": since, "reason": "looked into"}
            | ({"order_no": order_no} if order_no else {})
            | ({"decision": decision} if decision else {})
            for (of, since), found in self._books.withheld.items()
            if of == merchant_id
            for order_no, decision in found.items()
        ]
        self._edit_merchant(merchant_id, withheld=withheld)
        self._done(what, merchant_id)

    def _edit_merchant(self, merchant_id: str, **changes: Any) -> None:
        path = {"merchant_id": merchant_id}
        revision = self._stack.read(OPERATOR, f"GET {_MERCHANT}", path)["revision"]
        answer = self._stack.ask(OPERATOR, f"PUT {_MERCHANT}", path, {"revision": revision, **changes})
        # Of a repeat whose first answer was lost the revision is the stored one by now.
        assert answer.status < 300 or (self._stack.repeated and answer.status == 409), answer.text

    def _done(self, what: str, of: str) -> None:
        self.tally[what] += 1
        day = day_of(self._stack.now_s, self._cast.timezone).isoformat()
        self._diary.acts.append((self._stack.now_s, f"{what} {of}"))
        self._diary.days[day]["acts"] += 1

    def _ask(self, route: str, path: dict[str, str], body: object) -> Answered:
        answer = self._stack.ask(OPERATOR, route, path, body)
        assert answer.status < 300, f"{route} {path}: {answer.text}"
        return answer
