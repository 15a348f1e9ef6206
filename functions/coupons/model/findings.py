"""What an audit finds: equations with their numbers, and whether each one holds."""

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
    """The equation with its numbers, and whether it holds."""

    text: str
    holds: bool


class FinalCount(NamedTuple):
    """Names the count of a batch after which no pack is leased. A raise voids it; the next count has another round.

    While both numbers stay the same, quantity and claims do too, and once the batch has expired, redemptions do too.
    """

    round: int
    expired_at_s: int


def final_count(control: Control) -> FinalCount | None:
    """None while packs can still be claimed."""
    is_over = control.state == "open" and (control.sold_out or control.final)
    return FinalCount(control.round, control.expired_at_s) if is_over else None


@dataclass(frozen=True, slots=True)
class AuditBeginning:
    """What was final when the audit began: it cannot change while the audit counts.

    `days`: the round of each settlement day that was closed, 0 of each open one. `counted`: the batches with a final
    count.
    """

    days: dict[str, int] = field(default_factory=dict)
    counted: dict[str, FinalCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A campaign's money at one moment. `reserved` and `left`: of the funders' budgets.

    `reserves` are of all declared batches, `controls` and `batches` of the published ones.
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
        """The largest cost of one pack."""
        return largest_cost(self.batches[batch_id].terms, 1)

    def unused(self, batch_id: str) -> Amounts:
        """The largest cost of the coupons that had not been redeemed when the batch expired."""
        return cost_of(self.batches[batch_id].terms, self.controls[batch_id].unused)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The audit of a day or a campaign. `complete` False: time ran out, and a call with the same `sweep` resumes it."""

    of: str
    sweep: str
    complete: bool = False
    equations: tuple[Equation, ...] = ()

    @property
    def ok(self) -> bool:
        return self.complete and all(equation.holds for equation in self.equations)


@dataclass(frozen=True, slots=True)
class BatchAudit:
    """The audit of one batch: `claims` counted from the claim items, `remaining` from the stock's shards.

    `quantity = remaining + claims + unclaimed`. Unclaimed packs are leased, or stranded until the next reclaim.
    """

    sweep: str
    complete: bool
    quantity: int = 0
    remaining: int = 0
    claims: int = 0
    astray: int = 0
    """Claims under another key than their person's. A person could have two of them."""
    coupons: dict[str, int] = field(default_factory=dict)
    pack_size: int = 0
    reclaimed: bool = False
    booked: int | None = None
    """Number of bookings; None if the batch takes none."""
    booked_on_record: int = -1
    """As recorded after the booking window closed; -1 before."""
    refused: dict[str, int] = field(default_factory=dict)
    """Refused claims by cause. Not exact, so in no equation."""
    of_money: tuple[Equation, ...] = ()
    """Equations of lines, orders, coupons, reserve and records (`audit/equations.py`)."""
    of_draw: tuple[Equation, ...] = ()
    """Equations of a lottery's draw (`audit/draws.py`)."""
    damaged: Faults = field(default_factory=Faults)
    """Claims that cannot be read, or the one item whose damage ended the audit."""

    @property
    def unclaimed(self) -> int:
        return self.quantity - self.remaining - self.claims

    def equations(self) -> list[Equation]:
        """All equations of the batch."""
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
        return [*broken, *found, *self.of_draw, *self.of_money]


def damage_equation(damaged: Faults) -> Equation:
    """An equation that never holds: it names the items that cannot be read."""
    return Equation(f"items that can be read are all; {damaged.number} not: {'; '.join(damaged.named)}", False)
