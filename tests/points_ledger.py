"""One person's points as a store would keep them: each change checks every promise, by an oracle of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from coupons.model.points_accounts import (
    Account,
    AccountChange,
    balance,
    by_expiry,
    corrected,
    earned,
    given_back,
    passed,
    spent,
)
from coupons.model.points_entries import Earning, Entry, refused
from coupons.model.points_rules import Month
from coupons.times import day_of, day_start_s
from tests.points import ZONE, points_rules

CAPS = {"day": 40, "month": 70, "year": 120}
FIRST = 50
RULES = points_rules(
    bonuses=[{"kind": "first_of_kind", "points": FIRST}],
    caps=[
        {"per": per, "max": most, "from": "2000-01-03" if per == "day" else "2001-01-01"} for per, most in CAPS.items()
    ],
    late_days=31,
)
BEGIN_S = day_start_s(date(2021, 12, 20), ZONE)


def recomputed(visits: list[Earning]) -> dict[int, int]:
    """The points of each year that a set of valid visits counts, computed from the set alone: an oracle."""
    days = Counter[str]()
    for one in visits:
        days[one.day] += one.raw
    months, years = Counter[str](), Counter[int]()
    for day, raw in days.items():
        months[day[:7]] += min(CAPS["day"], raw)
    for month, points in months.items():
        years[int(month[:4])] += min(CAPS["month"], points)
    found = {year: min(CAPS["year"], points) for year, points in years.items()}
    for kind in {one.kind for one in visits}:
        first = int(min(one.day for one in visits if one.kind == kind)[:4])
        found[first] += FIRST
    return {year: points for year, points in found.items() if points}


@dataclass
class Ledger:
    """One person's account as a store would keep it, with every entry. Each change checks the promises."""

    now_s: int = BEGIN_S
    account: Account = field(default_factory=Account)
    months: dict[str, Month] = field(default_factory=lambda: defaultdict(Month))
    entries: list[Entry] = field(default_factory=list)
    valid: list[Earning] = field(default_factory=list)
    exchanges: list[Entry] = field(default_factory=list)
    number: int = 0

    def name(self) -> str:
        self.number += 1
        return f"event-{self.number:04}"

    def earn(self, kind: str, days_ago: int, raw: int = 10) -> Entry | None:
        day = (day_of(self.now_s, ZONE) - timedelta(days=days_ago)).isoformat()
        visit = Earning(self.name(), kind, day, raw)
        if RULES.is_late(day, self.now_s):
            self.entries.append(refused(visit, "late", self.now_s))
            return None
        return self.admit(visit)

    def admit(self, visit: Earning) -> Entry:
        self.valid.append(visit)
        month = visit.day[:7]
        return self.keep(earned(RULES, self.account, self.months[month], visit, self.now_s), month)

    def correct(self, visit: Earning) -> Entry | None:
        if RULES.has_ended(int(visit.day[:4]), self.now_s):
            return None
        self.valid.remove(visit)
        month = visit.day[:7]
        return self.keep(corrected(RULES, self.account, self.months[month], visit, self.now_s), month)

    def spend(self, price: int) -> Entry | None:
        change = spent(self.account, price, self.name(), self.now_s)
        assert (change is not None) == (balance(self.account, self.now_s) >= price)
        if change is None:
            return None
        self.exchanges.append(self.keep(change))
        return self.exchanges[-1]

    def give_back(self, exchange: Entry) -> Entry:
        self.exchanges.remove(exchange)
        return self.keep(given_back(RULES, self.account, exchange, self.name(), self.now_s))

    def keep(self, change: AccountChange, month: str = "") -> Entry:
        assert change.account.version == self.account.version + 1
        self.account = change.account
        self.entries += change.entries
        if change.month is not None:
            self.months[month] = change.month
        self.check()
        return change.entry

    def check(self) -> None:
        """All promises, now and a second before and at the end of each lot."""
        ends = [lot.ends_at_s for lot in self.account.lots.values()]
        for now_s in (self.now_s, *(at for end_s in ends for at in (end_s - 1, end_s) if at > self.now_s)):
            shown = [*self.entries, *passed(self.account, now_s)]
            assert balance(self.account, now_s) == sum(one.points for one in shown)
            assert sum(lot.points for lot in by_expiry(self.account, now_s)) - self.account.debt == balance(
                self.account, now_s
            )
            assert len({one.entry_id for one in shown}) == len(shown)
        assert not (self.account.debt and self.account.lots)
        assert all(lot.points > 0 for lot in self.account.lots.values())
        assert len(self.account.lots) <= 4
        counted = Counter[int]()
        for one in self.entries:
            counted.update(one.counted)
            assert one.points == sum(one.moved.values()) - one.debt
            if one.kind in ("earn", "correct"):
                assert one.points == sum(one.counted.values())
                assert (one.points >= 0) if one.kind == "earn" else (one.points <= 0)
        assert {year: points for year, points in counted.items() if points} == recomputed(self.valid)
        lots = Counter[str]()
        for one in self.entries:
            lots.update(one.moved)
        assert {name: points for name, points in lots.items() if points} == {
            name: lot.points for name, lot in self.account.lots.items()
        }
        if not any(one.kind == "expire" for one in [*self.entries, *passed(self.account, self.now_s)]):
            exchanged = sum(one.points for one in self.entries if one.kind in ("exchange", "give-back"))
            assert balance(self.account, self.now_s) == sum(recomputed(self.valid).values()) + exchanged
