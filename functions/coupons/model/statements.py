"""One page of a merchant's statement: lines of one settlement day, what of them is due, and the day's final sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from coupons.model.orders import Line
from coupons.model.payouts import DaysWithholdings, SumsByPayout, payout_of


@dataclass(frozen=True)
class StatementPage:
    """`after`: the place (shard, sort key) of the last line if there are more.

    `day_sums`: the sums of all lines of the day once it is closed; None while lines may still come, or if an item that
    they depend on is damaged. `damaged`: how many items cannot be read, lines of this page and others that the day
    depends on. `lost`: order number and reversal number of each line that cannot be read.
    """

    lines: list[Line]
    after: tuple[int, str] | None
    damaged: int = 0
    lost: tuple[tuple[str, str], ...] = ()
    withholdings: DaysWithholdings = field(default_factory=lambda: DaysWithholdings((), ""))
    day_sums: SumsByPayout | None = None
    timezones: tuple[str, ...] = ()
    """Of each line, in the order of `lines`."""

    @cached_property
    def split(self) -> SumsByPayout:
        """The sums of this page. Reversals count negative, so pages add up to the day."""
        split = SumsByPayout()
        for line in self.lines:
            split.of(payout_of(self.withholdings.of(line.order_no))).take(line)
        return split


def line_cursor_of(after: tuple[int, str]) -> str:
    """The form of a line's place in URLs: `shard~order_no` or `shard~order_no~reversal_no`."""
    return f"{after[0]}~{after[1].replace('#', '~')}"


def line_place_of(cursor: str) -> tuple[int, str]:
    """The inverse of `line_cursor_of`; the route has checked the form. Empty: before the first line."""
    if not cursor:
        return 0, ""
    shard, _, sort_key = cursor.partition("~")
    return int(shard), sort_key.replace("~", "#")
