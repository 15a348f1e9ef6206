"""What merchants are told of a day: each line, the sums, and what is due of them, against what tills were answered."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.season.books import Books, LineEntry, money, total
from tests.season.operators import Operators
from tests.season.town import Town

_TOTALS = ("lines", "discount_minor", "merchant_match_minor", "payable_minor")
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
        assert sorted(map(_told, told)) == sorted(map(_kept, wanted)), f"{place}: other lines than were answered"
        added = total(Counter({name: page["sums"][name] for name in _TOTALS}) for page in pages)
        assert added == Counter(_totals(wanted)), f"{place}: {added}"
        if wanted:
            assert all(page["final"] for page in pages), f"{place} is not final"
            self._check_sums(pages[0]["day_sums"], wanted, merchant_id, day)

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
        """What stands for an order stands from its day on, what stands for a whole day (no order) on that day."""
        found: dict[str, str | None] = {}
        for (merchant, since), decisions in sorted(self._operators.withheld.items()):
            if merchant == merchant_id and since <= day:
                found |= {order_no: decision for order_no, decision in decisions.items() if order_no or since == day}
        return found


def _totals(lines: list[LineEntry]) -> dict[str, int]:
    return {
        "lines": len(lines),
        "discount_minor": sum(line.discount_minor for line in lines),
        "merchant_match_minor": sum(line.merchant_match_minor for line in lines),
        "payable_minor": sum(line.payable_minor for line in lines),
    }


def _assert_sums(told: dict[str, Any], lines: list[LineEntry], place: str) -> None:
    assert {name: told[name] for name in _TOTALS} == _totals(lines), f"{place}: {told}"
    assert money(told["funding"]) == total(line.funding for line in lines), f"{place}: {told}"


def _told(line: dict[str, Any]) -> tuple[Any, ...]:
    where = (line["order_no"], line["reversal_no"] or "", line["kind"], line["batch_id"], line["coupon_id"])
    amounts = (line["discount_minor"], line["merchant_match_minor"], line["payable_minor"])
    return (*where, line["late"], *amounts, tuple(sorted(money(line["funding"]).items())))


def _kept(line: LineEntry) -> tuple[Any, ...]:
    where = (line.order_no, line.reversal_no or "", line.kind, line.batch_id, line.coupon_id)
    amounts = (line.discount_minor, line.merchant_match_minor, line.payable_minor)
    return (*where, line.is_late, *amounts, tuple(sorted(line.funding.items())))
