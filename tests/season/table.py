"""The season in one page: who came, what was used and undone, where the packs went, and every fen of every funder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.season.books import BatchEntry, Books, total
from tests.season.document import FUNDERS
from tests.season.tills import AGES, Tills
from tests.season.town import Town

_CLAIM = "PUT /batches/{batch_id}/claim"


def table(town: Town, books: Books, tills: Tills, equations: int) -> str:
    lines = [*_claims(town, books), "", *_uses(books, tills), "", *_batches(books), "", *_money(books)]
    return "\n".join([*lines, "", f"{equations:,} equations audited, all true"])


def _claims(town: Town, books: Books) -> Iterable[str]:
    asked = sum(times for route, times in town.calls.items() if route.startswith(_CLAIM))
    calls = sum(times for route, times in town.calls.items() if route != "schedule")
    schedule, writes = town.calls["schedule"], town.engine.writes
    yield f"requests      {calls:9,}   and {schedule:,} minutes of the schedule; {writes:,} writes"
    yield f"claims        {len(books.claims):9,}   of {asked:,} asked for; {len(books.coupons):,} coupons"


def _uses(books: Books, tills: Tills) -> Iterable[str]:
    states = Counter(books.status(coupon_id, 2**40) for coupon_id in books.coupons)
    told = ", ".join(f"{number:,} {status}" for status, number in sorted(states.items()))
    yield f"redemptions   {len(books.orders):9,}   in the end {told}"
    matched_minor = sum(line.merchant_match_minor for lines in books.lines.values() for line in lines)
    yield f"  {'matched by merchants, in yuan':30} {matched_minor / 100:12,.2f}"
    for name, number in sorted(tills.uses.items()):
        yield f"  {name:30} {number:9,}"
    yield f"reversals     {sum(tills.reversals.values()):9,}"
    for age in AGES:
        yield f"  {age:30} {tills.reversals[age]:9,}"


def _batches(books: Books) -> Iterable[str]:
    yield f"{'batch':12} {'packs':>6} {'rolled in':>9} {'claimed':>7} {'rolled out':>10} {'coupons used':>12}  spent"
    for batch_id, batch in books.batches.items():
        yield _batch(batch_id, batch, books)


def _batch(batch_id: str, batch: BatchEntry, books: Books) -> str:
    used = sum(1 for one in books.coupons.values() if one.batch_id == batch_id and one.status == "redeemed")
    to = f"  to {batch.document['rollover_to']}" if batch.rolled_out else ""
    counts = f"{batch.quantity:6,} {batch.rolled_in:9,} {batch.claims:7,} {batch.rolled_out:10,} {used:12,}"
    return f"{batch_id:12} {counts}  {sum(batch.spent.values()) / 100:,.2f}{to}"


def _money(books: Books) -> Iterable[str]:
    """In fen: what a funder set aside is spent, free again, or still reserved."""
    spent, reserved = books.spent, books.reserved
    yield f"{'fen':12} {'budget':>14} = {'spent':>12} + {'left':>14} + {'still reserved':>14}"
    for funder_id in FUNDERS:
        budget, kept = books.budgets[funder_id], reserved[funder_id] - spent[funder_id]
        left = budget - reserved[funder_id]
        yield f"{funder_id:12} {budget:14,} = {spent[funder_id]:12,} + {left:14,} + {kept:14,}"
    whole = total([books.budgets]).total()
    parts = (spent.total(), whole - reserved.total(), reserved.total() - spent.total())
    yield f"{'all':12} {whole:14,} = {parts[0]:12,} + {parts[1]:14,} + {parts[2]:14,}"
