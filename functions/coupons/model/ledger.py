"""Double entry: each movement of a campaign's money as entries that add up to zero, derived from the stored items.

    fund      the funder's own money → left                    the campaign document's budgets
    reserve   left → reserved for a batch                      a record, in the transaction that reserves
    spend     reserved → due to a merchant                     a settlement line
    reverse   due → reserved                                   a settlement line
    release   reserved → left: money is given back             a record, in the transaction that gives back
    rollover  reserved for a batch → reserved for another      a record, in the transaction that rolls packs over
    settle    due → settled, or refused                        a merchant's closed day

A redemption or reversal writes nothing for the ledger: its settlement line is the movement. Each movement has a unique
key, and a movement that is read twice counts once.

Withheld money stays `due`. Money that an operator refused to pay is owed to nobody and has its own accounts. An audit
adds up all merchants of a day, so in its movements the day takes the merchant's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from coupons.money import NOTHING, Amounts

Kind = Literal["fund", "reserve", "spend", "reverse", "release", "rollover", "settle"]
RecordKind = Literal["reserve", "release", "rollover"]
"""A movement that is recorded: money is set aside for a batch, given back to its funders, or goes to a later batch."""
Account = tuple[str, ...]
"""`(outside, funder)`, `(left, funder)`, `(reserved, funder, batch)`, `(due, funder, merchant)`;
`settled` and `refused` as `due`."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that goes from one account to another: for each funder two entries, which add up to zero."""

    key: str
    kind: Kind
    at_s: int
    entries: tuple[tuple[Account, int], ...]


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """A movement that is no settlement line. `packs`: how many packs the money is for; `step`: what caused it."""

    key: str
    kind: RecordKind
    batch_id: str
    amounts: Amounts
    packs: int
    at_s: int
    step: str = ""
    to_batch_id: str = ""


def record_of(
    kind: RecordKind,
    batch_id: str,
    version: int,
    amounts: Amounts,
    at_s: int,
    *,
    packs: int = 0,
    step: str = "",
    to_batch_id: str = "",
) -> LedgerRecord:
    """The record of a change of the batch's reserve to `version`.

    Its key is unique, because a change writes at most one record of a kind.
    """
    return LedgerRecord(f"{batch_id}#{version:06}#{kind}", kind, batch_id, amounts, packs, at_s, step, to_batch_id)


def of_budget(funder_id: str, budget_minor: int, at_s: int) -> Movement:
    return _between(f"fund#{funder_id}", "fund", at_s, Amounts({funder_id: budget_minor}), _outside, _left)


def of_record(record: LedgerRecord) -> Movement:
    if record.kind == "reserve":
        return _between(record.key, "reserve", record.at_s, record.amounts, _left, _reserved(record.batch_id))
    source = _reserved(record.batch_id)
    target = _left if record.kind == "release" else _reserved(record.to_batch_id)
    return _between(record.key, record.kind, record.at_s, record.amounts, source, target)


def of_lines(day: str, batch_id: str, spent: Amounts, back: Amounts) -> tuple[Movement, Movement]:
    """All lines of a batch and day: what its redemptions spent, and what its reversals gave back."""
    key, reserved, due = f"{day}#{batch_id}", _reserved(batch_id), _due(day)
    return (
        _between(f"{key}#spend", "spend", 0, spent, reserved, due),
        _between(f"{key}#reverse", "reverse", 0, back, due, reserved),
    )


def of_day(merchant_id: str, day: str, amounts: Amounts, at_s: int, refused: Amounts = NOTHING) -> Movement:
    """A merchant's closed day: `amounts` are settled, and `refused` by an operator are owed to nobody.

    Negative amounts, of a day with more reversals than redemptions, go the other way.
    """
    due = _due(merchant_id)
    entries = _settling(amounts, at_s, due, _settled(merchant_id)) + _settling(
        refused, at_s, due, _refused(merchant_id)
    )
    return Movement(f"settle#{merchant_id}#{day}", "settle", at_s, entries)


def balances(movements: Iterable[Movement]) -> dict[Account, int]:
    """The balance of each account. A movement that comes twice counts once.

    Raises ValueError if two different movements have one key, or if the entries of one do not add up to zero.
    """
    seen: dict[str, Movement] = {}
    found: dict[Account, int] = {}
    for movement in movements:
        if movement.key in seen:
            if seen[movement.key] != movement:
                raise ValueError(f"two movements under the key {movement.key!r}")
            continue
        seen[movement.key] = movement
        if sum(amount for _, amount in movement.entries) != 0:
            raise ValueError(f"the entries of {movement.key!r} do not add up to zero")
        for account, amount in movement.entries:
            found[account] = found.get(account, 0) + amount
    return found


def balances_of(found: Mapping[Account, int], kind: str, *rest: str) -> Amounts:
    """The balances of a kind, for instance `reserved` of one batch; of all batches or merchants if `rest` is empty."""
    return Amounts(
        (account[1], balance)
        for account, balance in found.items()
        if account[0] == kind and (not rest or account[2:] == rest)
    )


class _Place:
    """One account of a kind for each funder."""

    def __init__(self, kind: str, *rest: str) -> None:
        self._kind, self._rest = kind, rest

    def of(self, funder_id: str) -> Account:
        return (self._kind, funder_id, *self._rest)


_outside, _left = _Place("outside"), _Place("left")


def _reserved(batch_id: str) -> _Place:
    return _Place("reserved", batch_id)


def _due(merchant_id: str) -> _Place:
    return _Place("due", merchant_id)


def _settled(merchant_id: str) -> _Place:
    return _Place("settled", merchant_id)


def _refused(merchant_id: str) -> _Place:
    return _Place("refused", merchant_id)


def _settling(amounts: Amounts, at_s: int, due: _Place, there: _Place) -> tuple[tuple[Account, int], ...]:
    back = -amounts.below_zero
    owed = amounts.without(back)
    forth = _between("", "settle", at_s, owed, due, there)
    return forth.entries + _between("", "settle", at_s, back, there, due).entries


def _between(key: str, kind: Kind, at_s: int, amounts: Amounts, source: _Place, target: _Place) -> Movement:
    entries: list[tuple[Account, int]] = []
    for funder_id, amount in amounts.items():
        entries += [(source.of(funder_id), -amount), (target.of(funder_id), amount)]
    return Movement(key, kind, at_s, tuple(entries))
