"""What an audit of a program's points counts: each account against its entries, months and events, and all in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim
from coupons.model.points_accounts import Account
from coupons.model.points_entries import Entry, event_of, named_event
from coupons.model.points_rules import Month, PointsRules, year_of
from coupons.model.points_shares import share_of
from coupons.model.points_sums import PointsSums, of_account, of_entry
from coupons.model.tallies import Faults
from coupons.model.visit_reports import ReportedEvent


@dataclass(frozen=True, slots=True)
class AccountItems:
    """What the table holds of one person, as of one version of the account. `months`: by `yyyy-mm`."""

    person: bytes
    account: Account
    months: Mapping[str, Month]
    entries: Sequence[Entry]

    @property
    def visits(self) -> list[Entry]:
        """The entries of reported visits and their corrections."""
        return [one for one in self.entries if one.kind in ("earn", "correct")]


@dataclass(slots=True)
class PointsTally:
    """What was counted of some accounts, and of claims of batches that cost points.

    `earned`: by partner, corrections not taken off. By batch: `exchanges` and `returned`, entries and points that went
    back by entries; `claims` and `refunded`, the same by the claims; `owed`, points of coupons that were never used and
    did not go back.
    """

    accounts: int = 0
    sums: PointsSums = field(default_factory=PointsSums)
    earned: Counter[str] = field(default_factory=Counter)
    exchanges: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    refunded: Counter[str] = field(default_factory=Counter)
    owed: Counter[str] = field(default_factory=Counter)
    wrong_balances: Faults = field(default_factory=Faults)
    wrong_points: Faults = field(default_factory=Faults)
    wrong_events: Faults = field(default_factory=Faults)

    def take(self, rules: PointsRules, one: AccountItems, events: Mapping[str, ReportedEvent]) -> None:
        """One account more. `events`: those of its visits, by the ids of their entries."""
        self.accounts += 1
        self.sums.take(of_account(Account(), one.account))
        name = one.person.hex()[:16]
        for entry in one.entries:
            self.sums.take(of_entry(entry))
            if entry.kind == "earn":
                partner_id, _ = named_event(event_of(entry))
                self.earned[partner_id] += entry.points
            elif entry.kind == "exchange":
                self.exchanges[entry.batch_id or ""] += 1
            elif entry.kind == "give-back":
                self.returned[entry.batch_id or ""] += entry.points
        for fault in balance_faults(one):
            self.wrong_balances.take(f"{name}: {fault}")
        for fault in points_faults(rules, one):
            self.wrong_points.take(f"{name}: {fault}")
        for entry in one.visits:
            if not _is_told(entry, one.person, events.get(event_of(entry))):
                self.wrong_events.take(f"{name}: {entry.entry_id}")

    def take_claim(self, batch: PublishedBatch, claim: Claim) -> None:
        """One claim more of a batch that costs points."""
        price, coupons = batch.document.price_points, len(claim.coupons)
        self.claims[batch.batch_id] += 1
        self.refunded[batch.batch_id] += share_of(price, coupons, claim.refunded)
        self.owed[batch.batch_id] += share_of(price, coupons, claim.never_used)

    def add(self, other: PointsTally) -> None:
        self.accounts += other.accounts
        self.sums.take(other.sums)
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for name in FAULTS:
            getattr(self, name).add(getattr(other, name))


COUNTERS = ("earned", "exchanges", "returned", "claims", "refunded", "owed")
FAULTS = ("wrong_balances", "wrong_points", "wrong_events")


def balance_faults(one: AccountItems) -> Iterator[str]:
    """Where an account is not what its entries moved."""
    points, stored = sum(entry.points for entry in one.entries), sum(lot.points for lot in one.account.lots.values())
    if points != stored - one.account.debt:
        yield f"entries {points}, lots {stored} less debt {one.account.debt}"
    moved = Counter[str]()
    for entry in one.entries:
        moved.update(entry.moved)
    lots = {name: lot.points for name, lot in one.account.lots.items()}
    for name in sorted(moved.keys() | lots.keys()):
        if moved[name] != lots.get(name, 0):
            yield f"lot {name}: entries {moved[name]}, account {lots.get(name, 0)}"


def points_faults(rules: PointsRules, one: AccountItems) -> Iterator[str]:
    """Where entries earned something else than what the valid visits count."""
    months = {name: rules.month_points(name, raw) for name, raw in one.months.items()}
    for name in sorted(one.account.months):
        if one.account.months[name] != months.get(name, 0):
            yield f"month {name}: {one.account.months[name]}, recomputed {months.get(name, 0)}"
    counted = Counter[int]()
    for entry in one.entries:
        counted.update(entry.counted)
    years = {*map(year_of, months), *(year for by_year in one.account.visits.values() for year in by_year)}
    for year in sorted(years | counted.keys()):
        points = rules.year_points(year, months) + rules.bonus_points(year, one.account.visits)
        if points != counted[year]:
            yield f"{year}: entries {counted[year]}, recomputed {points}"


def _is_told(entry: Entry, person: bytes, event: ReportedEvent | None) -> bool:
    """Whether the event is this person's and has the entry's points."""
    if event is None or event.report is None or event.report.person != person:
        return False
    if entry.kind == "correct":
        return event.correction is not None and event.correction.points == entry.points
    return (event.report.points, event.report.reason) == (entry.points, entry.reason)
