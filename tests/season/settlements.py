"""What merchants are told of a day: each line, the sums, and what is due of them, against what tills were answered."""

from __future__ import annotations

from collections import Counter
from typing import Any

from infra.playing.books import Books
from infra.playing.entries import LineEntry, money, total
from infra.playing.lines import TOTALS, kept_line, told_line, totals
from tests.season.operators import Operators
from tests.season.town import Town

_STANDING = {"released": "due", "refused": "refused", None: "withheld"}
"""By an operator's decision."""


class Settlements:
    def __init__(self, town: Town, books: Books, operators: Operators) -> None:
        self._town, self._books, self._operators = town, books, operators

    def check(self, merchant_id: str, day: str) -> None:
        """Of a day that is over: every line of the books and no other, final sums, and what is due of them."""
        pages = self._pages(merchant_id, day)
        wanted = self._books.lines.get((merchant_id, day), [])
        told = [line for page in pages for line in page["lines"]]
        place = f"{merchant_id} on {day}"
        assert sorted(map(told_line, told)) == sorted(kept_line(line, *self._books.purse) for line in wanted), (
            f"{place}: other lines than were answered"
        )
        of_pages = [self._of_campaign(page["sums"], place) for page in pages if page["lines"]]
        added = total(Counter({name: sums[name] for name in TOTALS}) for sums in of_pages)
        assert added == Counter(totals(wanted)), f"{place}: {added}"
        if wanted:
            assert all(page["final"] for page in pages), f"{place} is not final"
            self._check_sums(self._of_campaign(pages[0]["day_sums"], place), wanted, merchant_id, day)

    def _of_campaign(self, sums: list[dict[str, Any]], place: str) -> dict[str, Any]:
        """The only ones: there is no other campaign."""
        told = [(one["campaign_id"], one["currency"]) for one in sums]
        assert told == [self._books.purse], f"{place}: sums of {told}"
        return sums[0]

    def _pages(self, merchant_id: str, day: str) -> list[dict[str, Any]]:
        till, cursor = self._town.world.merchant(merchant_id), ""
        pages: list[dict[str, Any]] = []
        while not pages or cursor:
            query = {"cursor": cursor} if cursor else None
            pages.append(self._town.ask(till, "GET /settlements/{day}", {"day": day}, query=query).json)
            cursor = pages[-1]["next"] or ""
        return pages

    def _check_sums(self, sums: dict[str, Any], lines: list[LineEntry], merchant_id: str, day: str) -> None:
        decisions = self._decided(merchant_id, day)
        parts: dict[str, list[LineEntry]] = {"due": [], "withheld": [], "refused": []}
        for line in lines:
            decision = decisions.get(line.order_no, decisions.get("", "released"))
            parts[_STANDING[decision]].append(line)
        for name, part in parts.items():
            _assert_sums(sums[name], part, f"{merchant_id} on {day}, {name}")
        _assert_sums(sums, lines, f"{merchant_id} on {day}")

    def _decided(self, merchant_id: str, day: str) -> dict[str, str | None]:
        """A withholding of an order applies from its day on, one of a whole day (no order) on that day."""
        found: dict[str, str | None] = {}
        for (merchant, since), decisions in sorted(self._operators.withheld.items()):
            if merchant == merchant_id and since <= day:
                found |= {order_no: decision for order_no, decision in decisions.items() if order_no or since == day}
        return found


def _assert_sums(told: dict[str, Any], lines: list[LineEntry], place: str) -> None:
    assert {name: told[name] for name in TOTALS} == totals(lines), f"{place}: {told}"
    assert money(told["funding"]) == total(line.funding for line in lines), f"{place}: {told}"
    late = [line.discount_minor for line in lines if line.is_late]
    share = len(late) * 10_000 // max(sum(line.kind == "redemption" for line in lines), 1)
    assert told["late"] == {"lines": len(late), "share_basis_points": share, "discount_minor": sum(late)}, place
