"""Whole partitions of accounts, with their months, entries and events, for audits and recounts (table `points`).

| access | request | units |
|---|---|---|
| all that a partition of accounts holds | Query, strong | 1 read unit each 4 KB |
| a person's account, months and entries | GetItem and 2 Query, strong | the same |
| events by name | BatchGetItem, strong, 100 a request | 1 read unit each |

A partition is read in pages, so people may earn meanwhile. Every entry that moved points carries the version of its
account, and a reader leaves out what came after the account was read. A month has no version: a reader who finds it
unlike its account reads that person once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from coupons.model.points_accounts import Account
from coupons.model.points_audit import AccountItems
from coupons.model.points_entries import Entry, named_event
from coupons.model.points_rules import Month
from coupons.model.visit_reports import ReportedEvent
from coupons.stores import points_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.keys import person_named
from coupons.stores.points import account_of, entry_of, event_of, month_of_item
from coupons.stores.table import Table


@dataclass(slots=True)
class _Found:
    account: Account = field(default_factory=Account)
    months: dict[str, Month] = field(default_factory=dict)
    entries: list[tuple[int, Entry]] = field(default_factory=list)


class PointsReads:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def in_bucket(self, program_id: str, bucket: int) -> list[AccountItems]:
        """Each person with an account, or with an entry, of a partition. Raises Damaged."""
        found: dict[bytes, _Found] = {}
        for item in self._table.query(keys.account_bucket(program_id, bucket), consistent=True):
            self._take(found, item)
        return [_items(person, one) for person, one in found.items()]

    def of_person(self, program_id: str, person: bytes) -> AccountItems:
        """The same of one person. The account is read first, so whatever it counts is there. Raises Damaged."""
        found: dict[bytes, _Found] = {person: _Found()}
        pk, own = keys.accounts_of(program_id, person), keys.balance(program_id, person)["sk"]
        for prefix in (own, keys.entries_of(person), keys.months_of(person)):
            for item in self._table.query(pk, prefix, consistent=True):
                self._take(found, item)
        return _items(person, found[person])

    def events(self, names: Iterable[str]) -> dict[str, ReportedEvent]:
        """By name (`event_name`); those that are not there are left out. Raises Damaged."""
        wanted = {name: keys.event(*named_event(name)) for name in sorted(set(names))}
        by_key = {key["pk"]: name for name, key in wanted.items()}
        items = self._table.items(list(wanted.values()), consistent=True) if wanted else []
        return {by_key[item["pk"]]: self._table.value(item, event_of) for item in items}

    def entries(self, program_id: str, bucket: int) -> Iterator[Entry]:
        """All entries of a partition. Raises Damaged."""
        for item in self._table.query(keys.account_bucket(program_id, bucket), keys.ENTRY, consistent=True):
            yield self._table.value(item, entry_of)

    def _take(self, found: dict[bytes, _Found], item: Item) -> None:
        kind, text, *rest = item["sk"].split("#")
        one = found.setdefault(person_named(text), _Found())
        match f"{kind}#":
            case keys.BALANCE:
                one.account = self._table.value(item, account_of)
            case keys.MONTH:
                one.months[rest[0]] = self._table.value(item, lambda it: month_of_item(rest[0], it))
            case keys.ENTRY:
                one.entries.append((item.get("v", 0), self._table.value(item, entry_of)))


def _items(person: bytes, one: _Found) -> AccountItems:
    entries = [entry for version, entry in one.entries if version <= one.account.version]
    return AccountItems(person, one.account, one.months, entries)
