"""The equations of money: lines, orders and coupons; reserves, records and budgets; closed days and the ledger.

Items that are read at different moments of a live season differ by what moved in between. Lines are never removed, so a
second count tells how many were filed meanwhile: an equation over such items holds within that number, and states it.
All other equations are exact: their items were read at one moment, or cannot change any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from coupons.currencies import money
from coupons.model import ledger
from coupons.model.batches import Control
from coupons.model.counts import Count
from coupons.model.days import Sums, Totals
from coupons.model.findings import Equation, Snapshot
from coupons.model.ledger import Movement, balances
from coupons.model.payouts import PAYOUTS
from coupons.model.tallies import FAULTS_NAMED, BatchTally, DayTally, Faults
from coupons.money import NOTHING, Amounts, Purse
from coupons.settle.give_back import is_finished


def of_lines(tally: BatchTally, currency: str, what: str = "coupons") -> list[Equation]:
    """Each line matched with its order and its coupon, or place of a slot (`what`). Exact."""
    spent, back, ordered = (f"{one:{currency}}" for one in (tally.spent, tally.back, tally.ordered))
    return [
        _without_fault(
            f"lines {tally.lines} = {tally.redemptions} redemptions + {tally.reversals} reversals, as their orders say",
            tally.wrong_lines,
        ),
        _without_fault(f"orders of {tally.lines} lines have all their lines", tally.missing_lines),
        _without_fault(f"{what} {tally.carried} carry the orders that keep them", tally.wrong_coupons),
        Equation(f"spent by lines: {spent} less {back} = by orders: {ordered}", tally.net == tally.ordered),
    ]


def of_coupons(tally: BatchTally, used: int, meanwhile: int) -> Equation:
    """Each order's coupon names that order, so equal numbers mean one coupon an order."""
    moved = f", {meanwhile} movements meanwhile" if meanwhile else ""
    return Equation(
        f"coupons used {used} = redemptions {tally.redemptions} - {tally.returned} that came back{moved}",
        abs(used - tally.kept) <= meanwhile,
    )


def of_check_ins(tally: BatchTally, marked: int, quantity: int, meanwhile: int) -> list[Equation]:
    """Each check-in's place is marked with its order, so equal numbers mean one order a mark. Reversals leave both."""
    moved = f", {meanwhile} movements meanwhile" if meanwhile else ""
    return [
        Equation(
            f"persons marked in its slots {marked} = check-ins {tally.redemptions}{moved}",
            abs(marked - tally.redemptions) <= meanwhile,
        ),
        Equation(f"check-ins {tally.redemptions} <= quantity {quantity}", tally.redemptions <= quantity),
    ]


def of_reserve(batch_id: str, snapshot: Snapshot, spent: Amounts) -> list[Equation]:
    """`spent`: what the lines cost, which were read before the reserve."""
    reserve, pack, quantity = snapshot.reserves[batch_id], snapshot.pack(batch_id), snapshot.controls[batch_id].quantity
    currency = snapshot.document.currency
    touching = (record for record in snapshot.records if batch_id in (record.batch_id, record.to_batch_id))
    folded = balances(map(ledger.of_record, touching))
    recorded = ledger.balances_of(folded, "reserved", batch_id)
    taken = reserve.pending.taken if reserve.pending else NOTHING
    moving = f" + {taken:{currency}} of a raise on its way" if taken else ""
    return [
        Equation(
            f"reserved {reserve.reserved:{currency}} = {quantity} packs of {pack:{currency}}{moving}",
            reserve.reserved == pack * quantity + taken,
        ),
        Equation(f"reserve by its records {recorded:{currency}} = {reserve.open:{currency}}", recorded == reserve.open),
        Equation(
            f"0 <= spent {spent:{currency}} <= reserve {reserve.open:{currency}}",
            not spent.below_zero and not (reserve.open - spent).below_zero,
        ),
    ]


def of_unclaimed(batch_id: str, snapshot: Snapshot, claims: int) -> Equation:
    """Only if that step is done and `claims` is a final count."""
    packs, gone = snapshot.controls[batch_id].quantity - claims, _given(snapshot, batch_id, "unclaimed")
    pack, currency = snapshot.pack(batch_id), snapshot.document.currency
    return Equation(f"gave back unclaimed {gone:{currency}} = {packs} packs of {pack:{currency}}", gone == pack * packs)


def of_expired(batch_id: str, snapshot: Snapshot) -> Equation:
    """Only if that step is done."""
    unused, gone = snapshot.unused(batch_id), _given(snapshot, batch_id, "expired")
    coupons, currency = sum(snapshot.controls[batch_id].unused), snapshot.document.currency
    return Equation(
        f"gave back expired {gone:{currency}} = {coupons} unused coupons {unused:{currency}}", gone == unused
    )


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
    currency = snapshot.document.currency
    text = f"after the rest reserve {opened:{currency}} = spent {spent:{currency}} by {through}"
    return [Equation(text, opened == spent)]


def of_due(control: Control, closed: Mapping[str, Amounts], is_listed: bool) -> list[Equation]:
    """An equation that never holds, of a batch that the schedule passes over although something is due of it.

    `closed`: what its lines cost on days that were closed when the audit began. Guarded by
    tests/store/audit/test_due.py::test_a_batch_that_is_missing_from_the_due_list_is_found.
    """
    last = max((day for day, spent in closed.items() if not spent.is_zero), default="")
    if is_listed or (is_finished(control) and last <= control.rest_through):
        return []
    through = control.rest_through or "no day"
    text = f"steps given back {control.given_back}, rest through {through}, lines until {last or 'no day'}"
    return [Equation(f"{text}: done, or listed as due", False)]


def of_closed_days(lines: Mapping[str, Amounts], recorded: Mapping[str, Amounts], currency: str) -> Equation:
    """For each day, what a batch's lines cost and what the day's close recorded."""
    whole, closed = (Amounts.total(one.values()) for one in (lines, recorded))
    sums = f"lines {whole:{currency}} = recorded {closed:{currency}}"
    wrong = _differing(lines, recorded, currency)
    days = len(lines.keys() | recorded.keys())
    return Equation(f"{days} closed days: {sums}{_named(wrong)}", not wrong)


def of_budgets(snapshot: Snapshot) -> list[Equation]:
    """Declared budgets are reserved or left, and what is reserved is reserved for a batch."""
    declared = Amounts((funder.funder_id, funder.budget_minor) for funder in snapshot.document.funders)
    opened = Amounts.total(reserve.open for reserve in snapshot.reserves.values())
    currency = snapshot.document.currency
    reserved = f"{snapshot.reserved:{currency}}"
    return [
        Equation(
            f"budgets {declared:{currency}} = reserved {reserved} + left {snapshot.left:{currency}}",
            declared == snapshot.reserved + snapshot.left,
        ),
        Equation(
            f"reserved of budgets {reserved} = reserved for {len(snapshot.reserves)} batches {opened:{currency}}",
            snapshot.reserved == opened,
        ),
    ]


def of_ledger(snapshot: Snapshot, days: Mapping[str, DayTally], closed: frozenset[str]) -> list[Equation]:
    """The balances of all movements, from document, records, lines and closed days, are those of the budgets.

    A line moves money between `reserved` and `due`, so the sum of both does not depend on when the lines were read.
    """
    found, currency = balances(movements(snapshot, days, closed)), snapshot.document.currency
    by_kind = {
        kind: ledger.balances_of(found, kind) for kind in ("outside", "left", "reserved", "due", "settled", "refused")
    }
    sums = " + ".join(f"{kind} {money(sum(amounts.values()), currency)}" for kind, amounts in by_kind.items())
    aside = {kind: by_kind[kind] for kind in ("reserved", "due", "settled", "refused")}
    parts = " + ".join(f"{kind} {amounts:{currency}}" for kind, amounts in aside.items())
    due = Amounts.total(ledger.balances_of(found, "due", day) for day in closed)
    withheld = Amounts.total(days[day].recounted.withheld.of(snapshot.purse).funding for day in closed)
    below = [
        " ".join(account) for account, balance in found.items() if account[0] in ("left", "reserved") and balance < 0
    ]
    return [
        Equation(f"ledger {sums} = 0", sum(found.values()) == 0),
        Equation(
            f"ledger left {by_kind['left']:{currency}} = budgets left {snapshot.left:{currency}}",
            by_kind["left"] == snapshot.left,
        ),
        Equation(
            f"ledger {parts} = budgets reserved {snapshot.reserved:{currency}}",
            Amounts.total(aside.values()) == snapshot.reserved,
        ),
        Equation(f"ledger due of closed days {due:{currency}} = withheld {withheld:{currency}}", due == withheld),
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
    currency = purse.currency
    wrong = _differing(stored.spent, recorded, currency)
    parts = " + ".join(f"{name} {_totals(tally.recounted.of(name).of(purse), currency)}" for name in PAYOUTS)
    settled, due, spent = tally.stored.due.of(purse), tally.recounted.due.of(purse), Amounts.total(recorded.values())
    return [
        Equation(
            f"merchants {stored.funding:{currency}} = {len(recorded)} batches {spent:{currency}}{_named(wrong)}",
            not wrong,
        ),
        Equation(f"{parts} = recorded {_totals(stored, currency)}", _same_totals(recounted, stored)),
        Equation(
            f"settled {settled.funding:{currency}} = due by lines {due.funding:{currency}}", _same_totals(settled, due)
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


def _differing(lines: Mapping[str, Amounts], recorded: Mapping[str, Amounts], currency: str) -> list[str]:
    """Each day or batch whose amounts differ: `2020-06-06 city 1.00 CNY, not city 2.00 CNY`."""
    names = sorted(lines.keys() | recorded.keys())
    both = ((name, lines.get(name, NOTHING), recorded.get(name, NOTHING)) for name in names)
    return [f"{name} {mine:{currency}}, not {other:{currency}}" for name, mine, other in both if mine != other]


def _named(names: Sequence[str]) -> str:
    return f"; {'; '.join(names[:FAULTS_NAMED])}" if names else ""


def _same_totals(one: Totals, other: Totals) -> bool:
    rest = Totals()
    rest.add(one)
    rest.add(other, -1)
    return rest.is_nothing


def _sums(sums: Sums) -> str:
    return (
        "; ".join(f"{purse} {_totals(totals, purse.currency)}" for purse, totals in sorted(sums.by_purse.items()))
        or "nothing"
    )


def _totals(totals: Totals, currency: str) -> str:
    minor = totals.discount_minor, totals.merchant_match_minor, totals.payable_minor
    off, match, paid = (money(one, currency) for one in minor)
    return f"({totals.lines} lines, {totals.late} late, {off} off, {match} match, {paid} paid)"
