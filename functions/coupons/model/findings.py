"""What an audit finds: equations with their numbers, each of which holds or does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from coupons.model.batches import Control, PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.model.ledger import LedgerRecord
from coupons.model.reserves import Reserve, cost_of, largest_cost
from coupons.model.tallies import Faults
from coupons.money import Amounts, Purse


class Equation(NamedTuple):
    """With its numbers, and whether it holds."""

    text: str
    holds: bool


class FinalCount(NamedTuple):
    """Which count of a batch without a pack under way; a raise takes it back, and the next has another round.

    As long as both numbers are the same, so are quantity and claims, and once it has expired, no coupon is redeemed.
    """

    round: int
    expired_at_s: int


def final_count(control: Control) -> FinalCount | None:
    """None while packs may still be claimed."""
    is_over = control.state == "open" and (control.sold_out or control.final)
    return FinalCount(control.round, control.expired_at_s) if is_over else None


@dataclass(frozen=True, slots=True)
class AuditBeginning:
    """How things stood before anything was counted. What was final then cannot have moved while it was counted.

    `days`: each settlement day, with its round if it was closed, else 0. `counted`: batches that had been counted for
    good, so that no pack was leased any more, as they stood.
    """

    days: dict[str, int] = field(default_factory=dict)
    counted: dict[str, FinalCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A campaign's money as it stood at one moment. `reserved` and `left` are what the budgets say, by funder.

    `reserves` are of all batches that are declared, `controls` and `releases` of those that are published.
    """

    document: Campaign
    reserved: Amounts
    left: Amounts
    reserves: dict[str, Reserve]
    controls: dict[str, Control]
    batches: dict[str, PublishedBatch]
    records: tuple[LedgerRecord, ...]

    @property
    def purse(self) -> Purse:
        return Purse(self.document.campaign_id, self.document.currency)

    def pack(self, batch_id: str) -> Amounts:
        """What a pack costs at most."""
        return largest_cost(self.batches[batch_id].terms, 1)

    def unused(self, batch_id: str) -> Amounts:
        """What the coupons that were not redeemed when the batch expired cost at most."""
        return cost_of(self.batches[batch_id].terms, self.controls[batch_id].unused)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Of a day or a campaign. `complete` False: time ran out; ask again with `sweep`."""

    of: str
    sweep: str
    complete: bool = False
    equations: tuple[Equation, ...] = ()

    @property
    def ok(self) -> bool:
        return self.complete and all(equation.holds for equation in self.equations)


@dataclass(frozen=True, slots=True)
class BatchAudit:
    """Counts of one batch, recounted from the items: claims by the claim items, `remaining` by the shards.

    `unclaimed` packs are leased or stranded: `quantity = remaining + claims + unclaimed`, zero after a reclaim.
    """

    sweep: str
    complete: bool
    quantity: int = 0
    remaining: int = 0
    claims: int = 0
    astray: int = 0
    """Claims under another key than their person's, where a second one of a person could stand."""
    coupons: dict[str, int] = field(default_factory=dict)
    pack_size: int = 0
    reclaimed: bool = False
    booked: int | None = None
    """Bookings, if the batch takes any."""
    booked_on_record: int = -1
    """As counted when their window had closed; -1 before."""
    refused: dict[str, int] = field(default_factory=dict)
    """Claims refused, by cause, as far as processes have written them: not exact, and in no equation."""
    of_money: tuple[Equation, ...] = ()
    """What its lines, orders, coupons, reserve and records say; `audit/equations.py`."""
    damaged: Faults = field(default_factory=Faults)
    """Claims that cannot be read, or the one item without which nothing could be counted."""

    @property
    def unclaimed(self) -> int:
        return self.quantity - self.remaining - self.claims

    def equations(self) -> list[Equation]:
        """Each equation with its numbers, and whether it holds."""
        broken = [damage_equation(self.damaged)] if self.damaged.number else []
        if broken and not self.pack_size:
            return broken
        states = " + ".join(f"{number} {status}" for status, number in sorted(self.coupons.items())) or "0"
        parts = f"quantity {self.quantity} = remaining {self.remaining} + claims {self.claims}"
        parts += f" + unclaimed {self.unclaimed}"
        found = [
            Equation(f"claims {self.claims} <= quantity {self.quantity}", self.claims <= self.quantity),
            Equation(f"{parts}, unclaimed >= 0", self.unclaimed >= 0),
            Equation(
                f"claims {self.claims} x {self.pack_size} coupons = {states}",
                self.claims * self.pack_size == sum(self.coupons.values()),
            ),
            Equation(f"{self.astray} of {self.claims} claims under another key than their person's", not self.astray),
        ]
        if self.booked is not None and self.booked_on_record >= 0:
            on_record = self.booked_on_record
            found.append(Equation(f"bookings {self.booked} = {on_record} on record", self.booked == on_record))
        if self.reclaimed:
            found.append(Equation(f"after the reclaim unclaimed {self.unclaimed} = 0", self.unclaimed == 0))
        return [*broken, *found, *self.of_money]


def damage_equation(damaged: Faults) -> Equation:
    """Never holds: what cannot be read is named, and what is counted without it is not the whole."""
    return Equation(f"items that can be read are all; {damaged.number} not: {'; '.join(damaged.named)}", False)
