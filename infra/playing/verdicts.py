"""The equations of a reckoning, each with its numbers, and whether it is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from coupons.currencies import money as shown
from infra.playing.oracle import Money
from infra.playing.stack import InternalError

_NAMED_MAX = 5
"""Of those that differ."""


class Judged(NamedTuple):
    """An equation with its numbers. `of`: the batch, day, campaign, merchant or funder that it speaks of."""

    of: str
    text: str
    holds: bool


class Verdicts:
    """`judged`: equations of the last reckoning; `broken`: those of any that were false; `told`: how many in all."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.judged: list[Judged] = []
        self.broken: list[Judged] = []
        self.told = 0

    def begin(self) -> None:
        """Another reckoning."""
        self.judged = []

    def judge(self, of: str, text: str, holds: bool) -> None:
        self.told += 1
        self.judged.append(Judged(of, text, holds))
        if not holds:
            self.broken.append(self.judged[-1])

    def alike(self, of: str, what: str, wrong: Collection[str]) -> None:
        """`what` is alike, told and in the books; `wrong`: the names of those that are not."""
        named = ", ".join(sorted(wrong)[:_NAMED_MAX])
        self.judge(of, f"{what}, each alike" if not wrong else f"{what}; {len(wrong)} differ: {named}", not wrong)

    def audit(self, of: str, audit: dict[str, Any]) -> None:
        self.judge(of, "the audit counted everything", bool(audit["complete"]))
        for one in audit["equations"]:
            self.judge(of, one["equation"], bool(one["holds"]))

    @contextmanager
    def reading(self, of: str) -> Iterator[None]:
        """What ends as an internal error has found an item that cannot be: its log line names it."""
        try:
            yield
        except InternalError as error:
            self.judge(of, f"can be read: {error}", holds=False)

    def money(self, amount_minor: int) -> str:
        return shown(amount_minor, self.currency)

    def amounts(self, amounts: Money) -> str:
        parts = (f"{funder_id} {self.money(minor)}" for funder_id, minor in sorted(amounts.items()) if minor)
        return " + ".join(parts) or "nothing"

    def sums(self, numbers: Counter[str]) -> str:
        """`_minor` names are money."""
        parts = (
            f"{name.removesuffix('_minor').replace('_', ' ')} {self.money(number)}"
            if name.endswith("_minor")
            else f"{name} {number:,}"
            for name, number in sorted(numbers.items())
            if number
        )
        return ", ".join(parts) or "none"
