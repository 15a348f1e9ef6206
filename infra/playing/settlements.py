"""What merchants are told of a day: each line, the sums, and what is due of them, against what tills were answered."""

from __future__ import annotations

from collections import Counter
from typing import Any

from infra.playing.books import Books
from infra.playing.entries import LineEntry, money, total
from infra.playing.lines import TOTALS, kept_line, told_line, totals
from infra.playing.stack import Stack
from infra.playing.tills import till
from infra.playing.verdicts import Verdicts

STANDINGS = {"due": "released", "withheld": None, "refused": "refused"}
"""Part of a day's sums → the decision of an operator whose lines it has."""


class Settlements:
    def __init__(self, stack: Stack, books: Books, verdicts: Verdicts) -> None:
        self._stack, self._books, self._verdicts = stack, books, verdicts

    def check(self, merchant_id: str, day: str) -> None:
        """Each line that was answered and no other; the closed day's sums are theirs, by an operator's decision."""
        of, lines = f"{merchant_id} on {day}", self._books.lines[merchant_id, day]
        pages = self._pages(merchant_id, day)
        told = Counter(told_line(line) for page in pages for line in page["lines"])
        kept = Counter(kept_line(line, *self._books.purse) for line in lines)
        wrong = {f"{line[2]} {line[3]}".strip() for line in (told - kept) + (kept - told)}
        what = f"lines told {told.total():,} = lines answered {len(lines):,}"
        self._verdicts.alike(of, what, wrong)
        sums = [one for one in pages[0]["day_sums"] if (one["campaign_id"], one["currency"]) == self._books.purse]
        day_sums = sums[0] if len(sums) == len(pages[0]["day_sums"]) == 1 else {}
        is_final = all(page["final"] for page in pages)
        self._sums(of, "sums told", day_sums, lines, is_final=is_final)
        for name, decision in STANDINGS.items():
            mine = [line for line in lines if self._decided(merchant_id, day, line.order_no) == decision]
            if mine or day_sums.get(name, {}).get("lines"):
                self._sums(of, f"{name} told", day_sums.get(name, {}), mine, is_final=is_final)
        doors = sum(one["visits"] for one in pages[0].get("uses") or [])
        let_in = [line for line in lines if (merchant_id, line.order_no) in self._books.check_ins]
        came = sum(line.kind == "redemption" for line in let_in)
        if doors or came:
            self._verdicts.judge(of, f"visits told {doors:,} = let in {came:,}", doors == came)

    def _sums(self, of: str, what: str, told: dict[str, Any], lines: list[LineEntry], *, is_final: bool) -> None:
        """Of lines, money and late scans; each funder's part as well."""
        late = [line.discount_minor for line in lines if line.is_late]
        share = len(late) * 10_000 // max(sum(line.kind == "redemption" for line in lines), 1)
        of_late = {"late": len(late), "late_share": share, "late_discount_minor": sum(late)}
        wanted = Counter({**totals(lines), **of_late})
        said = told.get("late") or {}
        counted = Counter({name: told.get(name, 0) for name in TOTALS})
        counted.update({"late": said.get("lines", 0), "late_share": said.get("share_basis_points", 0)})
        counted["late_discount_minor"] = said.get("discount_minor", 0)
        mine, funding = total(line.funding for line in lines), money(told.get("funding", []))
        text = f"{what} {self._verdicts.sums(counted)}, by {self._verdicts.amounts(funding)}"
        text += f" = of lines answered {self._verdicts.sums(wanted)}, by {self._verdicts.amounts(mine)}"
        is_same = {name for name in counted | wanted if counted[name] != wanted[name]} == set()
        self._verdicts.judge(of, text, is_same and _without_zeros(mine) == _without_zeros(funding) and is_final)

    def _decided(self, merchant_id: str, day: str, order_no: str) -> str | None:
        """A withholding of an order applies from its day on, one of a whole day (no order) on that day."""
        found: dict[str, str | None] = {}
        for (of, since), decisions in sorted(self._books.withheld.items()):
            if of == merchant_id and since <= day:
                found |= {number: decision for number, decision in decisions.items() if number or since == day}
        return found.get(order_no, found.get("", "released"))

    def _pages(self, merchant_id: str, day: str) -> list[dict[str, Any]]:
        pages, cursor = list[dict[str, Any]](), ""
        while not pages or cursor:
            query = {"cursor": cursor} if cursor else {}
            pages.append(self._stack.read(till(merchant_id), "GET /settlements/{day}", {"day": day}, **query))
            cursor = pages[-1]["next"] or ""
        return pages


def _without_zeros(amounts: Counter[str]) -> dict[str, int]:
    return {name: minor for name, minor in amounts.items() if minor}
