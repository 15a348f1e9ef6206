"""The lines of a merchant's day, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from coupons.environment import Environment
from coupons.orders import Line

PAGE_LINES = 500


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: the place `(shard, sort key)` of the last line if there are more."""

    lines: list[Line]
    after: tuple[int, str] | None

    @property
    def sums(self) -> dict[str, int]:
        """Of this page's lines; reversals count negative, so pages add up to the day."""
        return {
            "lines": len(self.lines),
            "discount_minor": sum(line.amounts.discount_minor for line in self.lines),
            "merchant_match_minor": sum(line.amounts.merchant_match_minor for line in self.lines),
            "payable_minor": sum(line.amounts.payable_minor for line in self.lines),
        }

    @property
    def funding(self) -> dict[str, int]:
        """What each funder owes for this page's lines."""
        owed: dict[str, int] = {}
        for line in self.lines:
            for part in line.amounts.funding:
                owed[part.funder_id] = owed.get(part.funder_id, 0) + part.amount_minor
        return dict(sorted(owed.items()))


def settlement_page(env: Environment, merchant_id: str, day: str, cursor: str) -> Page:
    """The lines of `day` after `cursor` (empty: from the start), at most 500, strongly consistent."""
    lines, after = env.orders.lines(merchant_id, day, read_cursor(cursor), PAGE_LINES)
    return Page(lines, after)


def cursor_of(after: tuple[int, str]) -> str:
    return f"{after[0]}~{after[1].replace('#', '~')}"


def read_cursor(cursor: str) -> tuple[int, str]:
    """The inverse of `cursor_of`; a cursor's form is checked at the edge. Empty: the start."""
    if not cursor:
        return 0, ""
    shard, _, sort_key = cursor.partition("~")
    return int(shard), sort_key.replace("~", "#")
