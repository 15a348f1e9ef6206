"""The equations of money: lines, orders and coupons; reserves, records and budgets; closed days and the ledger.

Items that are read at different moments of a live season differ by what moved in between. Lines are never removed, so a
second count tells how many were filed meanwhile: an equation over such items holds within that number, and states it.
All other equations are exact: their items were read at one moment, or cannot change any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from coupons.model import ledger
from coupons.model.batches import Control
from coupons.model.counts import Count
from coupons.model.days import Sums, Totals
from coupons.model.findings import Equation, Snapshot
from coupons.model.ledger import Movement, balances
from coupons.model.payouts import PAYOUTS
from coupons.model.tallies import FAULTS_NAMED, BatchTally, DayTally, Faults
from coupons.money import NOTHING, Amounts, Purse


def of_lines(tally: BatchTally) -> list[Equation]:
    """Each line matched with its order and its coupon. Exact."""
    return [
        _without_fault(
            f"lines {tally.lines} = {tally.redemptions} redemptions + {tally.reversals} reversals, as their orders say",
            tally.wrong_lines,
        ),
        _without_fault(f"orders of {tally.lines} lines have all their lines", tally.missing_lines),
        _without_fault(f"coupons {tally.carried} carry the orders that keep them", tally.wrong_coupons),
        Equation(
            f"spent by lines: {tally.spent} less {tally.back} = by orders: {tally.ordered}",
            tally.net == tally.ordered,
        ),
    ]


def of_coupons(tally: BatchTally, used: int, meanwhile: int) -> Equation:
    """Each order's coupon names that order, so equal numbers mean one coupon an order."""
    moved = f", {meanwhile} movements meanwhile" if meanwhile else ""
    return Equation(
        f"coupons used {used} = redemptions {tally.redemptions} - {tally.returned} that came back{moved}",
        abs(used - tally.kept) <= meanwhile,
    )


def of_reserve(batch_id: str, snapshot: Snapshot, spent: Amounts) -> list[Equation]:
    """`spent`: what the lines cost, which were read before the reserve."""
    reserve, pack, quantity = snapshot.reserves[batch_id], snapshot.pack(batch_id), snapshot.controls[batch_id].quantity
    touching = (record for record in snapshot.records if batch_id in (record.batch_id, record.to_batch_id))
    folded = balances(map(ledger.of_record, touching))
    recorded = ledger.balances_of(folded, "reserved", batch_id)
    taken = reserve.pending.taken if reserve.pending else NOTHING
    moving = f" + {taken} of a raise on its way" if taken else ""
    return [
        Equation(
            f"reserved {reserve.reserved} = {quantity} packs of {pack}{moving}",
            reserve.reserved == pack * quantity + taken,
        ),
        Equation(f"reserve by its records {recorded} = {reserve.open}", recorded == reserve.open),
        Equation(
            f"0 <= spent {spent} <= reserve {reserve.open}",
            not spent.below_zero and not (reserve.open - spent).below_zero,
        ),
    ]


def of_unclaimed(batch_id: str, snapshot: Snapshot, claims: int) -> Equation:
    """Only if that step is done and `claims` is a final count."""
    packs, gone = snapshot.controls[batch_id].quantity - claims, _given(snapshot, batch_id, "unclaimed")
    pack = snapshot.pack(batch_id)
    return Equation(f"gave back unclaimed {gone} = {packs} packs of {pack}", gone == pack * packs)


def of_expired(batch_id: str, snapshot: Snapshot) -> Equation:
    """Only if that step is done."""
    unused, gone = snapshot.unused(batch_id), _given(snapshot, batch_id, "expired")
    coupons = sum(snapshot.controls[batch_id].unused)
    return Equation(f"gave back expired {gone} = {coupons} unused coupons {unused}", gone == unused)


def of_unused(control: Control, count: Count) -> Equation:
    """`count` was taken after the expiry. Since then reversals can only have made fewer coupons redeemed."""
    redeemed = [count.redeemed.get(place, 0) for place in range(len(control.unused))]
    return Equation(
        f"redeemed {_listed(redeemed)} <= claims {count.claims} less unused {_listed(control.unused)}, by place",
        all(used + unused <= count.claims for used, unused in zip(redeemed, control.unused, strict=True)),
    )


def of_rest(batch_id: str, snapshot: Snapshot, closed: Mapping[str, Amounts], others: Iterable[str]) -> list[Equation]:
    """When the rest was given back, exactly what the days through then spent is still reserved.

    `closed`: what the batch's lines cost by day. `others`: days that were not closed when the audit began; there is no
    equation if the rest of one of them has been given back.
    """
    through, opened = snapshot.controls[batch_id].rest_through, snapshot.reserves[batch_id].open
    if not through or any(day <= through for day in others):
        return []
    spent = Amounts.total(owed for day, owed in closed.items() if day <= through)
    return [Equation(f"after the rest reserve {opened} = spent {spent} by {through}", opened == spent)]


def of_closed_days(lines: Mapping[str, Amounts], recorded: Mapping[str, Amounts]) -> Equation:
    """For each day, what a batch's lines cost and what the day's close recorded."""
    days = sorted(lines.keys() | recorded.keys())
    wrong = [day for day in days if lines.get(day, NOTHING) != recorded.get(day, NOTHING)]
    named = "".join(f"; {day} {lines.get(day, NOTHING)}, not {recorded.get(day, NOTHING)}" for day in wrong[:3])
    sums = f"lines {Amounts.total(lines.values())} = recorded {Amounts.total(recorded.values())}"
    return Equation(f"{len(days)} closed days: {sums}{named}", not wrong)


def of_budgets(snapshot: Snapshot) -> list[Equation]:
    """Declared budgets are reserved or left, and what is reserved is reserved for a batch."""
    declared = Amounts((funder.funder_id, funder.budget_minor) for funder in snapshot.document.funders)
    opened = Amounts.total(reserve.open for reserve in snapshot.reserves.values())
    return [
        Equation(
            f"budgets {declared} = reserved {snapshot.reserved} + left {snapshot.left}",
            declared == snapshot.reserved + snapshot.left,
        ),
        Equation(
            f"reserved of budgets {snapshot.reserved} = reserved for {len(snapshot.reserves)} batches {opened}",
            snapshot.reserved == opened,
        ),
    ]


def of_ledger(snapshot: Snapshot, days: Mapping[str, DayTally], closed: frozenset[str]) -> list[Equation]:
    """The balances of all movements, from document, records, lines and closed days, are those of the budgets.

    A line moves money between `reserved` and `due`, so the sum of both does not depend on when the lines were read.
    """
    found = balances(movements(snapshot, days, closed))
    by_kind = {
        kind: ledger.balances_of(found, kind) for kind in ("outside", "left", "reserved", "due", "settled", "refused")
    }
    sums = " + ".join(f"{kind} {sum(amounts.values())}" for kind, amounts in by_kind.items())
    aside = {kind: by_kind[kind] for kind in ("reserved", "due", "settled", "refused")}
    parts = " + ".join(f"{kind} {amounts}" for kind, amounts in aside.items())
    due = Amounts.total(ledger.balances_of(found, "due", day) for day in closed)
    withheld = Amounts.total(days[day].recounted.withheld.of(snapshot.purse).funding for day in closed)
    below = [
        " ".join(account) for account, balance in found.items() if account[0] in ("left", "reserved") and balance < 0
    ]
    return [
        Equation(f"ledger {sums} = 0", sum(found.values()) == 0),
        Equation(
            f"ledger left {by_kind['left']} = budgets left {snapshot.left}",
            by_kind["left"] == snapshot.left,
        ),
        Equation(
            f"ledger {parts} = budgets reserved {snapshot.reserved}",
            Amounts.total(aside.values()) == snapshot.reserved,
        ),
        Equation(f"ledger due of closed days {due} = withheld {withheld}", due == withheld),
        Equation(f"{len(below)} of {len(found)} accounts below zero{_named(below)}", not below),
    ]


def movements(snapshot: Snapshot, days: Mapping[str, DayTally], closed: frozenset[str]) -> Iterator[Movement]:
    """A campaign's movements. Lines are added up: two movements a batch and day, one settlement a closed day."""
    for funder in snapshot.document.funders:
        yield ledger.of_budget(funder.funder_id, funder.budget_minor, 0)
    yield from map(ledger.of_record, snapshot.records)
    for day, tally in days.items():
        for batch_id, of_batch in tally.batches.items():
            yield from ledger.of_lines(day, batch_id, of_batch.spent, of_batch.back)
        if day in closed:
            settled, refused = (sums.of(snapshot.purse).funding for sums in (tally.stored.due, tally.stored.refused))
            yield ledger.of_day(day, day, settled, 0, refused)


def of_merchants(tally: DayTally) -> Equation:
    """Closed days: the sums of each merchant's lines are those that the close recorded."""
    recounted, stored = _sums(tally.recounted.whole), _sums(tally.stored.whole)
    days = f"{tally.merchants} merchants' days, all campaigns"
    return _without_fault(f"{days}: {recounted} = recorded {stored}", tally.wrong_merchants)


def of_day(purse: Purse, tally: DayTally, recorded: Mapping[str, Amounts]) -> list[Equation]:
    """A closed day's money of one purse. `recorded`: what its batches spent, as the close recorded it."""
    stored, recounted = tally.stored.whole.of(purse), tally.recounted.whole.of(purse)
    wrong = [
        f"{batch_id} {stored.spent.get(batch_id, NOTHING)}, not {recorded.get(batch_id, NOTHING)}"
        for batch_id in sorted(stored.spent.keys() | recorded.keys())
        if stored.spent.get(batch_id, NOTHING) != recorded.get(batch_id, NOTHING)
    ]
    parts = " + ".join(f"{name} {_totals(tally.recounted.of(name).of(purse))}" for name in PAYOUTS)
    settled, due = tally.stored.due, tally.recounted.due
    return [
        Equation(
            f"merchants {stored.funding} = {len(recorded)} batches {Amounts.total(recorded.values())}{_named(wrong)}",
            not wrong,
        ),
        Equation(f"{parts} = recorded {_totals(stored)}", _same_totals(recounted, stored)),
        Equation(
            f"settled {settled.of(purse).funding} = due by lines {due.of(purse).funding}",
            _same_totals(settled.of(purse), due.of(purse)),
        ),
    ]


def _given(snapshot: Snapshot, batch_id: str, step: str) -> Amounts:
    """What a step gave back, to funders and as packs, since money was last reserved. A clock that was set back reserves
    it again.
    """
    gone = NOTHING
    for record in snapshot.records:
        if record.batch_id != batch_id:
            continue
        if record.step == step:
            gone += record.amounts
        elif record.kind == "reserve":
            gone = NOTHING
    return gone


def _listed(numbers: Iterable[int]) -> str:
    return " and ".join(map(str, numbers))


def _without_fault(text: str, faults: Faults) -> Equation:
    """An equation about each of many items. The first few for which it fails are named."""
    wrong = f"; {faults.number} not: {'; '.join(faults.named)}" if faults.number else ""
    return Equation(text + wrong, faults.number == 0)


def _named(names: Sequence[str]) -> str:
    return f"; {'; '.join(names[:FAULTS_NAMED])}" if names else ""


def _same_totals(one: Totals, other: Totals) -> bool:
    rest = Totals()
    rest.add(one)
    rest.add(other, -1)
    return rest.is_nothing


def _sums(sums: Sums) -> str:
    return "; ".join(f"{purse} {_totals(totals)}" for purse, totals in sorted(sums.by_purse.items())) or "nothing"


def _totals(totals: Totals) -> str:
    match, paid = totals.merchant_match_minor, totals.payable_minor
    return f"({totals.lines} lines, {totals.late} late, {totals.discount_minor} off, {match} match, {paid} paid)"
