"""积分账户: a person's points of one program, what each event does to them, and the entry that tells of it.

Every function is pure: it takes the account as read and returns the account to be written with the entries that explain
the difference. The writer's condition is the account's version, which each change raises by one.

    balance(now) = Σ points of lots that end after now − debt = Σ points of the entries, at every moment

A passed lot becomes an `expire` entry with the next change; until then `passed` computes it for readers. Points that
are owed are debt, and debt never stands beside points: what comes in pays it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from coupons.model.points_entries import Earning, Entry, entry_of
from coupons.model.points_rules import Month, PointsRules, month_of, year_of

GRACE = "grace"
"""The name of the lot for points that are given back after their own lot had ended. The others are named by year."""
LOTS_MAX = 4
"""Three years and the grace lot."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that end together. They count while `now_s < ends_at_s`."""

    ends_at_s: int
    points: int


@dataclass(frozen=True, slots=True)
class Account:
    """`version` 0: there is no item yet.

    `lots`: by name (`2022` or `grace`), none with 0 points, at most `LOTS_MAX`. `months`: what each month of a year
    that has not ended counts, under the caps of days and months. `visits`: by kind the number of valid visits by year.
    """

    version: int = 0
    lots: Mapping[str, Lot] = field(default_factory=dict)
    debt: int = 0
    months: Mapping[str, int] = field(default_factory=dict)
    visits: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountChange:
    """`account` is to be written in place of the one that was read, with all `entries`: the lots that passed, then
    the entry of what was done, which is the last. `month`: the month to be written, if it changed."""

    account: Account
    entries: list[Entry]
    month: Month | None = None

    @property
    def entry(self) -> Entry:
        return self.entries[-1]


def balance(account: Account, now_s: int) -> int:
    """What can be spent now; negative while points are owed."""
    return sum(lot.points for lot in account.lots.values() if now_s < lot.ends_at_s) - account.debt


def by_expiry(account: Account, now_s: int) -> list[Lot]:
    """The points that count now, by when they end, soonest first."""
    ends: dict[int, int] = {}
    for lot in account.lots.values():
        if now_s < lot.ends_at_s:
            ends[lot.ends_at_s] = ends.get(lot.ends_at_s, 0) + lot.points
    return [Lot(ends_at_s, ends[ends_at_s]) for ends_at_s in sorted(ends)]


def passed(account: Account, now_s: int) -> list[Entry]:
    """The `expire` entries of lots that have ended and are still in the account, soonest first.

    Readers show them beside the stored ones, so that the entries shown add up to the balance. They have the same ids as
    those that the next change writes.
    """
    ended = sorted((lot.ends_at_s, name) for name, lot in account.lots.items() if lot.ends_at_s <= now_s)
    return [_expiry(account, name) for _, name in ended]


def earned(rules: PointsRules, account: Account, month: Month, visit: Earning, now_s: int) -> AccountChange:
    """The visit is one of the valid ones. `month`: that of the visit's day, as stored.

    Its entry's points are what all valid visits count after it less what they counted before, never negative: 0 with
    the reason `cap` if no cap lets it count. The year's lot must not have ended (`PointsRules.is_late`).
    """
    return _counted(rules, account, month, visit, now_s, 1)


def corrected(rules: PointsRules, account: Account, month: Month, visit: Earning, now_s: int) -> AccountChange:
    """The visit, which was one of the valid ones, is none of them any more. Its entry's points are 0 or less.

    They can be fewer than its own: another visit counts now that a cap had kept from it. The year's lot must not have
    ended (`PointsRules.has_ended`).
    """
    return _counted(rules, account, month, visit, now_s, -1)


def spent(account: Account, price: int, entry_id: str, now_s: int, batch_id: str | None = None) -> AccountChange | None:
    """The price is taken from the lots that end soonest; None if the balance does not reach it."""
    if balance(account, now_s) < price:
        return None
    work = _Work(account, now_s)
    work.take(price, "")
    entry = Entry(entry_id, now_s, "exchange", -price, work.moved, work.debt, batch_id=batch_id)
    return work.change(entry)


def given_back(rules: PointsRules, account: Account, exchange: Entry, entry_id: str, now_s: int) -> AccountChange:
    """All points of an `exchange` entry are back: they pay debt, then fill the lots that it took from, those that end
    last first. What belongs to a lot that has ended goes to the grace lot, which ends `refund_grace_days` from now.
    """
    work = _Work(account, now_s)
    left = work.pay(-exchange.points)
    taken = {name: -moved for name, moved in exchange.moved.items()}
    for name in latest_first(rules, taken):
        part, ends_at_s = min(left, taken[name]), _own_end_s(rules, name)
        left -= part
        if ends_at_s > now_s:
            work.add(name, ends_at_s, part)
        else:
            work.add(GRACE, rules.grace_ends_at_s(now_s), part)
    entry = Entry(entry_id, now_s, "give-back", -exchange.points, work.moved, work.debt, batch_id=exchange.batch_id)
    return work.change(entry)


def latest_first(rules: PointsRules, lots: Iterable[str]) -> list[str]:
    """The names of lots in the order in which points go back to them: those that end last first, the grace lot last."""
    return sorted(lots, key=lambda name: (-_own_end_s(rules, name), name))


def _own_end_s(rules: PointsRules, name: str) -> int:
    """When a lot ends; 0 for the grace lot, whose end moves when points come back to it."""
    return 0 if name == GRACE else rules.ends_at_s(int(name))


def _counted(
    rules: PointsRules, account: Account, month: Month, visit: Earning, now_s: int, sign: Literal[1, -1]
) -> AccountChange:
    name, year = month_of(visit.day), year_of(visit.day)
    assert not rules.has_ended(year, now_s), "the caller refuses what comes after its lot's end"
    new_month = month.with_raw(visit.day, sign * visit.raw)
    months = {**account.months, name: rules.month_points(name, new_month)}
    by_year = dict(account.visits.get(visit.kind, {}))
    by_year[year] = by_year.get(year, 0) + sign
    visits = {**account.visits, visit.kind: by_year}
    counted = {}
    for one in sorted({year, *(one for kind in visits.values() for one in kind)}):
        before = rules.year_points(one, account.months) + rules.bonus_points(one, account.visits)
        after = rules.year_points(one, months) + rules.bonus_points(one, visits)
        if before != after:
            counted[one] = after - before
    work = _Work(replace(account, months=months, visits=visits), now_s)
    for one, points in counted.items():
        if points > 0:
            work.add(str(one), rules.ends_at_s(one), work.pay(points))
    for one, points in counted.items():
        if points < 0:
            work.owe(work.take(-points, str(one)))
    total = sum(counted.values())
    entry = entry_of(visit, "earn" if sign > 0 else "correct", total, now_s)
    change = work.change(replace(entry, moved=work.moved, debt=work.debt, counted=counted))
    return replace(change, account=_pruned(rules, change.account, now_s), month=new_month)


class _Work:
    """An account while it is changed: its passed lots are entries already."""

    def __init__(self, account: Account, now_s: int) -> None:
        self._before = account
        self._expired = passed(account, now_s)
        self._lots = {name: lot for name, lot in account.lots.items() if now_s < lot.ends_at_s}
        self.moved: dict[str, int] = {}
        self.debt = 0

    def pay(self, points: int) -> int:
        """Debt is paid by these points; what is left of them."""
        paid = min(points, self._before.debt + self.debt)
        self.debt -= paid
        return points - paid

    def owe(self, points: int) -> None:
        self.debt += points

    def add(self, name: str, ends_at_s: int, points: int) -> None:
        """`points` more in a lot, all of which ends then."""
        if points:
            kept = self._lots.get(name, Lot(ends_at_s, 0))
            self._lots[name] = Lot(ends_at_s, kept.points + points)
            self._move(name, points)

    def take(self, points: int, first: str) -> int:
        """`points` less: in the lot `first`, then in those that end soonest; how many no lot had."""
        for name in sorted(self._lots, key=lambda one: (one != first, self._lots[one].ends_at_s, one)):
            part = min(points, self._lots[name].points)
            points -= part
            self._lots[name] = replace(self._lots[name], points=self._lots[name].points - part)
            self._move(name, -part)
        return points

    def change(self, entry: Entry) -> AccountChange:
        lots = {name: lot for name, lot in self._lots.items() if lot.points}
        debt = self._before.debt + self.debt
        assert len(lots) <= LOTS_MAX, "three years and the grace lot"
        assert not (lots and debt), "debt never stands beside points"
        account = replace(self._before, version=self._before.version + 1, lots=lots, debt=debt)
        return AccountChange(account, [*self._expired, entry])

    def _move(self, name: str, points: int) -> None:
        moved = self.moved.pop(name, 0) + points
        if moved:
            self.moved[name] = moved


def _pruned(rules: PointsRules, account: Account, now_s: int) -> Account:
    """Without what no later event can need: months of years that have ended, and of their visits all but the first
    year of each kind, which has its bonus."""
    months = {
        name: points for name, points in account.months.items() if points and not rules.has_ended(year_of(name), now_s)
    }
    visits = {}
    for kind, by_year in account.visits.items():
        counts = {year: number for year, number in sorted(by_year.items()) if number}
        kept = {
            year: n for place, (year, n) in enumerate(counts.items()) if not place or not rules.has_ended(year, now_s)
        }
        if kept:
            visits[kind] = kept
    return replace(account, months=months, visits=visits)


def _expiry(account: Account, name: str) -> Entry:
    lot = account.lots[name]
    return Entry(f"expire-{name}-{account.version}", lot.ends_at_s, "expire", -lot.points, {name: -lot.points})
