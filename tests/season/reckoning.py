"""The reckoning, each midnight and in the end: all that is told or stored, against the town's own books."""

from __future__ import annotations

from collections import Counter
from typing import Any

from coupons.model.ledger import Movement, balances
from coupons.times import day_of
from infra.playing.books import Books
from infra.playing.entries import money
from tests.folding import filed, recorded
from tests.season.document import CAMPAIGN_ID, DAYS, FUNDERS, MERCHANTS, TIMEZONE, at_s, day_name
from tests.season.operators import Operators
from tests.season.people import People
from tests.season.schedule import LAST_DAY
from tests.season.settlements import Settlements
from tests.season.town import Town


class Reckoning:
    def __init__(self, town: Town, books: Books, people: People, operators: Operators) -> None:
        self._town, self._books, self._people = town, books, people
        self._settlements = Settlements(town, books, operators)
        self.equations = 0
        """Of all audits; each of them held."""
        self._filed: dict[str, list[Movement]] = {}

    def appoint(self) -> None:
        for day in range(LAST_DAY):
            self._town.agenda.put(at_s(day, "00:03"), lambda day=day: self.after_midnight(day))
        self._town.agenda.put(at_s(DAYS) - 1, self.look_into_wallets)
        self._town.agenda.put(at_s(LAST_DAY), self.at_the_end)

    def after_midnight(self, day: int) -> None:
        """Of the day before."""
        self._check_budgets()
        self._check_ledger([day_name(ahead) for ahead in range(-1, day + 1)])
        for merchant_id in MERCHANTS:
            self._settlements.check(merchant_id, day_name(day - 1))
            self._settlements.check(merchant_id, day_name(day - 3))  # looked into by now, and decided about
        self._check_equations(day_name(day - 1))
        if day % 3 == 0:
            self._check_audit(self._town.rng.choice([b for b, one in self._books.batches.items() if one.is_published]))

    def look_into_wallets(self) -> None:
        """Everybody sees each coupon once, and in the state that the books have."""
        mine: dict[str, dict[str, str]] = {}
        packs: dict[str, list[str]] = {}
        for (_, name), batch_id in self._books.claims.items():
            packs.setdefault(name, []).extend([batch_id] * len(self._books.batches[batch_id].terms))
        for resident in self._people.residents:
            coupons = self._town.ask(resident.person, "GET /wallet").json["coupons"]
            mine[resident.name] = {one["coupon_id"]: one["status"] for one in coupons}
            assert len(mine[resident.name]) == len(coupons), "a coupon twice in a wallet"
            assert sorted(one["batch_id"] for one in coupons) == sorted(packs.get(resident.name, [])), coupons
        shown = {coupon_id: status for wallet in mine.values() for coupon_id, status in wallet.items()}
        wanted = {coupon_id: self._books.status(coupon_id, self._town.now_s) for coupon_id in self._books.coupons}
        assert shown == wanted, "wallets and books differ"

    def at_the_end(self) -> None:
        """Everything is over: counted, closed, given back; what was spent is all that is reserved."""
        self._check_budgets()
        self._filed.clear()
        days = [day_name(day) for day in range(-1, LAST_DAY + 1)]
        self._check_ledger(days)
        for day in days[:-1]:
            for merchant_id in MERCHANTS:
                self._settlements.check(merchant_id, day)
        self._check_equations("campaign")
        for batch_id, batch in self._books.batches.items():
            answer = self._check_audit(batch_id)
            control = self._town.engine.control(batch_id)
            assert (control.final, bool(control.expired_at_s)) == (True, True), f"{batch_id} is not over"
            assert answer["remaining"] + answer["claims"] == answer["quantity"], answer
            assert batch.steps[:2] == ["gave back unclaimed", "gave back expired"], f"{batch_id}: {batch.steps}"
            assert batch.reserved == batch.spent, f"{batch_id}: {batch.reserved} reserved, {batch.spent} spent"
            assert min(batch.spent.values(), default=0) >= 0, f"{batch_id}: {batch.spent} spent"

    def _check_budgets(self) -> None:
        """As told, as the books have it, and as the batches' reserves add up."""
        told = self._budgets()
        reserved = self._books.reserved
        for one in told["funders"]:
            funder_id = one["funder_id"]
            mine = (self._books.budgets[funder_id], reserved[funder_id])
            assert (one["budget_minor"], one["reserved_minor"]) == mine, f"{one}: {mine} by the books"
            assert one["left_minor"] == mine[0] - mine[1] >= 0, one
        today = str(day_of(self._town.now_s, TIMEZONE))
        closed = {day for _, day in self._books.lines if day < today}
        for one in told["batches"]:
            batch_id = one["batch_id"]
            still = money(one["reserved"])
            still.subtract(money(one["released"]))
            assert still == self._books.batches[batch_id].reserved, f"{batch_id}: {still} is told"
            assert money(one["spent"]) == self._books.spent_on(closed, batch_id), f"{batch_id}: {one} is told"
            assert not one["on_its_way"], f"{batch_id}: {one}"

    def _budgets(self, **query: str) -> dict[str, Any]:
        operator, path = self._town.world.operator(), {"campaign_id": CAMPAIGN_ID}
        route = "GET /admin/campaigns/{campaign_id}/budgets"
        return dict(self._town.ask(operator, route, path, query=query).json)

    def _check_ledger(self, days: list[str]) -> None:
        """Folded from nothing: the sum of all is zero, nothing is below zero, and the balances are the books'."""
        found = self._movements(days)
        folded = balances(found)
        assert sum(folded.values()) == 0
        below = {account: balance for account, balance in folded.items() if balance < 0 and account[0] != "outside"}
        assert not below, below
        reserved, spent = self._books.reserved, self._books.spent
        for funder_id in FUNDERS:
            assert folded["left", funder_id] == self._books.budgets[funder_id] - reserved[funder_id]
            due = sum(amount for account, amount in folded.items() if account[:2] == ("due", funder_id))
            assert due == spent[funder_id], f"{funder_id}: {due} due, {spent[funder_id]} spent by the books"
            for batch_id, batch in self._books.batches.items():
                still = folded.get(("reserved", funder_id, batch_id), 0)
                assert still == batch.reserved[funder_id] - batch.spent[funder_id], f"{batch_id}, {funder_id}: {still}"

    def _movements(self, days: list[str]) -> list[Movement]:
        """Days that are over are read once: no line of theirs is ever rewritten or added."""
        today = str(day_of(self._town.now_s, TIMEZONE))
        found = recorded(self._town.world, CAMPAIGN_ID)
        for day in days:
            lines = self._filed.get(day) or filed(self._town.world, CAMPAIGN_ID, MERCHANTS, day)
            if day < today:
                self._filed[day] = lines
            found += lines
        return found

    def _check_audit(self, batch_id: str) -> dict[str, Any]:
        """Complete and true, and the counts are the books'."""
        operator, path = self._town.world.operator(), {"batch_id": batch_id}
        answer = self._town.ask(operator, "GET /admin/batches/{batch_id}/audit", path).json
        assert (answer["complete"], answer["ok"]) == (True, True), answer
        self.equations += len(answer["equations"])
        batch = self._books.batches[batch_id]
        assert (answer["claims"], answer["quantity"]) == (batch.claims, batch.quantity), answer
        coupons = (i for i, one in self._books.coupons.items() if one.batch_id == batch_id)
        states = Counter(self._books.status(coupon_id, self._town.now_s) for coupon_id in coupons)
        told = Counter(answer["coupons"])
        # The books know of no holds, nor does the clock of a lapsed one.
        told["available"] += told.pop("held", 0)
        assert told == states, f"{answer}: {states}"
        return dict(answer)

    def _check_equations(self, of: str) -> None:
        """The audit of a day, or of the campaign."""
        audit = self._budgets(audit=of)["audit"]
        assert (audit["of"], audit["complete"], audit["ok"]) == (of, True, True), audit
        self.equations += len(audit["equations"])
