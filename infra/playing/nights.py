"""The reckoning, each midnight and in the end: what is told of money, against what tills and people were answered."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from coupons.times import DAY_S
from infra.playing.acts import OPERATOR
from infra.playing.boards import Boards
from infra.playing.books import Books
from infra.playing.cast import Cast
from infra.playing.diary import Diary
from infra.playing.entries import BatchEntry, money
from infra.playing.folding import Folding
from infra.playing.gateway import seconds
from infra.playing.heard import Heard
from infra.playing.persons import Persons
from infra.playing.settlements import Settlements
from infra.playing.stack import Stack
from infra.playing.tills import Tills
from infra.playing.verdicts import Verdicts

EVERY = 3
"""Nights from one batch's audit to the next; all of them are read at the end."""
LOOKED_INTO = 3
"""Days after which a merchant's day is read again: by then operators have looked into it."""
HOLDERS_MAX = 20
"""Of an extended batch, whose packs are read."""
_CAMPAIGN = "/admin/campaigns/{campaign_id}"


class Nights:
    def __init__(
        self,
        stack: Stack,
        books: Books,
        cast: Cast,
        diary: Diary,
        verdicts: Verdicts,
        persons: Persons,
        heard: Heard,
        tills: Tills,
    ) -> None:
        self._stack, self._books, self._cast, self._diary, self._verdicts = stack, books, cast, diary, verdicts
        self._persons, self._heard, self._tills = persons, heard, tills
        self._settlements = Settlements(stack, books, verdicts)
        self._boards = Boards(stack, books, cast, verdicts)
        self._folding = Folding(stack, books, cast, verdicts)
        self._path = {"campaign_id": str(cast.document["campaign_id"])}

    def after(self, day: date) -> None:
        """After the midnight that ends `day`, if anything happened on it."""
        self._verdicts.begin()
        if (name := day.isoformat()) not in self._diary.days:
            return
        if day.toordinal() % EVERY == 0:
            self._batch(self._stack.rng.choice(self._published()))
        self._day(name)
        looked_at = (day - timedelta(days=LOOKED_INTO)).isoformat()
        for merchant_id, of in sorted(self._books.withheld):
            if of == looked_at:
                self._settlements.check(merchant_id, of)
        self._persons.strikes(before := (day - timedelta(days=1)).isoformat())
        self._persons.excuse(before)
        self._budgets()
        self._boards.supplies()

    def at_the_end(self, first: date, last: date) -> None:
        """Of everything: each batch, day, merchant, funder and person, and that nothing is reserved any more."""
        verdicts = self._verdicts
        verdicts.begin()
        for batch_id in self._published():
            with verdicts.reading(batch_id):
                self._batch(batch_id, is_over=True)
        with verdicts.reading("campaign"):
            verdicts.audit("campaign", self._of_budgets(audit="campaign")["audit"])
        for number in range((last - first).days + 1):
            day = (first + timedelta(days=number)).isoformat()
            with verdicts.reading(day):
                self._day(day)
        with verdicts.reading("ledger"):
            self._folding.judge()
        self._budgets()
        for batch_id, batch in self._books.batches.items():
            text = f"reserved {verdicts.amounts(batch.reserved)} = spent {verdicts.amounts(batch.spent)}"
            verdicts.judge(batch_id, text, +batch.reserved == +batch.spent)
        with verdicts.reading("points"):
            self._points()
        self._boards.supplies()
        self._boards.statistics()
        uses, late = self._tills.uses, sum(line.is_late for line in self._books.all_lines)
        text = f"wrong PINs refused {uses['wrong PINs refused']} = tried {uses['wrong PINs']}"
        verdicts.judge("tills", text, uses["wrong PINs refused"] == uses["wrong PINs"])
        verdicts.judge("tills", f"late lines {late} = scans sent late {uses['late']}", late == uses["late"])
        self._heard.judge()

    def _published(self) -> list[str]:
        return [batch_id for batch_id, batch in self._books.batches.items() if batch.is_published]

    def _of_budgets(self, **query: str) -> dict[str, Any]:
        return self._stack.read(OPERATOR, f"GET {_CAMPAIGN}/budgets", self._path, **query)

    def _batch(self, batch_id: str, *, is_over: bool = False) -> None:
        told = self._stack.read(OPERATOR, "GET /admin/batches/{batch_id}/audit", {"batch_id": batch_id})
        self._verdicts.audit(batch_id, told)
        batch, judge = self._books.batches[batch_id], self._verdicts.judge
        if batch.is_of_venues:
            return
        declared = batch.quantity - batch.raised - batch.rolled_in
        text = f"packs told {told['quantity']:,} = published {declared:,} + raised {batch.raised:,}"
        text += f" + rolled in {batch.rolled_in:,}"
        judge(batch_id, text, told["quantity"] == batch.quantity)
        judge(
            batch_id, f"claims told {told['claims']} = claims answered {batch.claims}", told["claims"] == batch.claims
        )
        mine = [coupon_id for coupon_id, one in self._books.coupons.items() if one.batch_id == batch_id]
        states = Counter(self._books.status(coupon_id, self._stack.now_s) for coupon_id in mine)
        counted = Counter(told["coupons"])
        counted["available"] += counted.pop("held", 0)  # the books know of no holds
        sums = self._verdicts.sums
        judge(batch_id, f"coupons told {sums(counted)} = of the books {sums(states)}", +counted == states)
        if is_over:
            self._over(batch_id, batch, told)

    def _over(self, batch_id: str, batch: BatchEntry, told: dict[str, Any]) -> None:
        """What operators did of it took effect, and all its packs are claimed or left."""
        judge = self._verdicts.judge
        text = f"packs {told['quantity']:,} = claimed {told['claims']:,} + left {told['remaining']:,}"
        judge(batch_id, text, told["quantity"] == told["claims"] + told["remaining"])
        if batch.pauses or batch.stopped_s is not None:
            text = f"claims 2 s after it was paused or stopped, and later: {batch.claims_too_late} = 0"
            judge(batch_id, text, batch.claims_too_late == 0)
        text = "gave back what nobody claimed, then what expired unused, each once"
        judge(batch_id, text, batch.steps[:2] == ["gave back unclaimed", "gave back expired"])
        if batch.extended_s:
            self._extended(batch_id, batch.extended_s // DAY_S)

    def _extended(self, batch_id: str, days: int) -> None:
        """Of each who has a pack, the first few of them."""
        holders = [name for (key, name), of in self._books.claims.items() if of == batch_id]
        wrong, path = set[str](), {"batch_id": batch_id}
        for name in sorted(holders)[:HOLDERS_MAX]:
            person = self._persons.people[name].person
            coupons = self._stack.read(person, "GET /batches/{batch_id}/claim", path)["coupons"]
            if any(seconds(one["expires_at"]) != self._books.expires_at_s(one["coupon_id"]) for one in coupons):
                wrong.add(name)
        text = f"{min(len(holders), HOLDERS_MAX)} packs end {days} days later than the terms say"
        self._verdicts.alike(batch_id, text, wrong)

    def _day(self, day: str) -> None:
        merchants = sorted({merchant_id for merchant_id, of in self._books.lines if of == day})
        if merchants:
            self._verdicts.audit(day, self._of_budgets(audit=day)["audit"])
        for merchant_id in merchants:
            self._settlements.check(merchant_id, day)

    def _budgets(self) -> None:
        """Of each funder and batch, as told and as the books have it."""
        told, reserved, judge = self._of_budgets(), self._books.reserved, self._verdicts.judge
        show, amounts = self._verdicts.money, self._verdicts.amounts
        for one in told["funders"]:
            funder_id, of = one["funder_id"], f"funder {one['funder_id']}"
            budget, held, left = (show(one[name]) for name in ("budget_minor", "reserved_minor", "left_minor"))
            text = f"budget {budget} = reserved {held} + left {left}"
            is_sum = one["budget_minor"] == one["reserved_minor"] + one["left_minor"]
            judge(of, text, is_sum and one["budget_minor"] == self._books.budgets[funder_id])
            text = f"reserved {held} = by the books {show(reserved[funder_id])}"
            judge(of, text, one["reserved_minor"] == reserved[funder_id])
        for one in told["batches"]:
            batch_id, open_minor, spent = one["batch_id"], money(one["reserved"]), money(one["spent"])
            open_minor.subtract(money(one["released"]))
            batch, of_days = self._books.batches[batch_id], self._books.spent_on(self._books.closed_days, batch_id)
            if not one["on_its_way"]:
                text = f"still reserved {amounts(open_minor)} = by the books {amounts(batch.reserved)}"
                judge(batch_id, text, +open_minor == +batch.reserved)
            text = f"spent on closed days {amounts(spent)} = by lines answered {amounts(of_days)}"
            judge(batch_id, text, +spent == +of_days)

    def _points(self) -> None:
        if program_id := self._books.points.program_id:
            path, route = {"program_id": program_id}, "GET /admin/programs/{program_id}/points"
            told = self._stack.read(OPERATOR, route, path, recount="accounts", sweep="a" * 16)
            self._verdicts.audit(program_id, told["audit"])
            for one in told["equations"]:
                text = f"{one['name']}: {one['left']:,} and {one['right']:,}"
                self._verdicts.judge(program_id, text, bool(one["holds"]))
            self._persons.points(told)
