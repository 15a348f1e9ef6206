"""A ledger built from nothing: all movements of a campaign, from the items alone, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from coupons.model import ledger
from coupons.model.ledger import Account, Movement, balances
from coupons.model.orders import Line
from coupons.process.services import Services
from infra.playing.books import Books
from infra.playing.cast import Cast
from infra.playing.stack import Stack
from infra.playing.verdicts import Verdicts

PAGE_LINES = 1_000


class Folding:
    def __init__(self, stack: Stack, books: Books, cast: Cast, verdicts: Verdicts) -> None:
        self._stack, self._books, self._verdicts = stack, books, verdicts
        self._campaign_id = str(cast.document["campaign_id"])

    def judge(self) -> None:
        """The sum of all accounts is zero, none is below zero, and each is what the books have."""
        services, books, verdicts = self._stack.services, self._books, self._verdicts
        found = recorded(services, self._campaign_id)
        for merchant_id, day in sorted(books.lines):
            found += filed(services, self._campaign_id, [merchant_id], day)
        folded = balances(found)
        whole = sum(folded.values())
        verdicts.judge("ledger", f"{len(found):,} movements come to {whole} = 0", whole == 0)
        below = {" ".join(account) for account, balance in folded.items() if balance < 0 and account[0] != "outside"}
        verdicts.alike("ledger", f"{len(folded):,} accounts are not below zero", below)
        for of, name, told_minor, kept_minor in self._wanted(folded):
            text = f"{name} by the ledger {verdicts.money(told_minor)} = by the books {verdicts.money(kept_minor)}"
            verdicts.judge(of, text, told_minor == kept_minor)

    def _wanted(self, folded: dict[Account, int]) -> Iterator[tuple[str, str, int, int]]:
        """What the equation is of, the account, and its balance by the ledger and by the books."""
        books = self._books
        left, spent = books.left, books.spent
        for funder_id in books.budgets:
            of = f"funder {funder_id}"
            due = sum(minor for account, minor in folded.items() if account[:2] == ("due", funder_id))
            yield of, "left", folded.get(("left", funder_id), 0), left[funder_id]
            yield of, "due", due, spent[funder_id]
            for batch_id, batch in books.batches.items():
                kept = batch.reserved[funder_id] - batch.spent[funder_id]
                told = folded.get(("reserved", funder_id, batch_id), 0)
                if told or kept:
                    yield batch_id, f"reserved of {funder_id}", told, kept


def recorded(services: Services, campaign_id: str) -> list[Movement]:
    """The movements of the funders' budgets and of the ledger's records."""
    document = services.documents.campaign(campaign_id)
    assert document is not None
    found = [ledger.of_budget(f.funder_id, f.budget_minor, 0) for f in document.document.funders]
    return found + [ledger.of_record(record) for record in services.reserves.records(campaign_id)]


def of_line(merchant_id: str, line: Line) -> Movement:
    """The movement of one line: reserved money becomes due to the merchant, or due money reserved."""
    entries: list[tuple[Account, int]] = []
    for part in line.amounts.funding:
        entries.append((("reserved", part.funder_id, line.batch_id), -part.amount_minor))
        entries.append((("due", part.funder_id, merchant_id), part.amount_minor))
    kind: Literal["spend", "reverse"] = "spend" if line.kind == "redemption" else "reverse"
    return Movement(f"{merchant_id}#{line.order_no}#{line.reversal_no}", kind, line.at_s, tuple(entries))


def filed(services: Services, campaign_id: str, merchant_ids: Iterable[str], day: str) -> list[Movement]:
    """The movements of a campaign's lines of a day."""
    found: list[Movement] = []
    for merchant_id in merchant_ids:
        after: tuple[int, str] | None = (0, "")
        while after is not None:
            lines, after = services.orders.lines(merchant_id, day, after, PAGE_LINES)
            sound = services.damages.sound(lines)
            found += [of_line(merchant_id, line) for line in sound if line.purse.campaign_id == campaign_id]
    return found
