"""The season in one page: who came, what was used and undone, where the packs went, and every fen of every funder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from infra.playing.books import Books
from infra.playing.entries import BatchEntry, total
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
    yield f"  {'matched by merchants, in yuan':28} {matched_minor / 100:11,.2f}"
    for name, number in sorted(tills.uses.items()):
        yield f"  {name:34} {number:5,}"
    yield f"reversals     {sum(tills.reversals.values()):9,}"
    for age in AGES:
        yield f"  {age:34} {tills.reversals[age]:5,}"


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
    """In fen. What was given back is left to be reserved again, so it may come to more than what is left."""
    returned = total(batch.returned for batch in books.batches.values())
    rows = {
        funder_id: (
            books.budgets[funder_id],
            books.spent[funder_id],
            books.budgets[funder_id] - books.reserved[funder_id],
            books.reserved[funder_id] - books.spent[funder_id],
            returned[funder_id],
        )
        for funder_id in FUNDERS
    }
    rows["all"] = tuple(map(sum, zip(*rows.values(), strict=True)))
    yield f"{'fen':12} {'budget':>12} = {'spent':>12} + {'left':>12} + {'still reserved':>14}   given back"
    for name, (budget, spent, left, kept, back) in rows.items():
        yield f"{name:12} {budget:12,} = {spent:12,} + {left:12,} + {kept:14,} {back:12,}"
