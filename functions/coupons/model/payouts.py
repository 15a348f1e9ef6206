"""Which lines are paid out: an operator withholds lines, and decides later whether they are due or refused.

A withholding decides payment only. It changes no line and no sum of lines, whether their day is closed or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from coupons.model.days import Sums
from coupons.model.merchants import Withholding

Payout = Literal["due", "withheld", "refused"]
PAYOUTS: tuple[Payout, ...] = get_args(Payout)


@dataclass(slots=True)
class SumsByPayout:
    """The sums of lines that are due, withheld and refused; together they are the sums of all lines."""

    due: Sums = field(default_factory=Sums)
    withheld: Sums = field(default_factory=Sums)
    refused: Sums = field(default_factory=Sums)

    def of(self, payout: Payout) -> Sums:
        return {"due": self.due, "withheld": self.withheld, "refused": self.refused}[payout]

    def add(self, other: SumsByPayout) -> None:
        for payout in PAYOUTS:
            self.of(payout).add(other.of(payout))

    def less(self, other: SumsByPayout) -> SumsByPayout:
        return SumsByPayout(*(self.of(payout).less(other.of(payout)) for payout in PAYOUTS))

    @property
    def is_nothing(self) -> bool:
        """Whether every number is zero."""
        return all(self.of(payout).is_nothing for payout in PAYOUTS)

    @property
    def whole(self) -> Sums:
        return Sums.total([self.due, self.withheld, self.refused])


UNKNOWN = "what is withheld cannot be read"


class DaysWithholdings:
    """The withholdings that apply to one merchant's lines of one day.

    A withholding of an order applies to all lines of that order from its day on: a merchant that was not paid for a
    redemption owes nothing when it is reversed on a later day. A withholding of a whole day applies to that day only.
    """

    def __init__(self, withheld: Iterable[Withholding], day: str) -> None:
        until = sorted((one for one in withheld if one.day <= day), key=lambda one: one.day)
        self.whole_day = next((one for one in until if one.order_no is None and one.day == day), None)
        self.by_order = {one.order_no: one for one in until if one.order_no is not None}

    @classmethod
    def unknown(cls, day: str) -> DaysWithholdings:
        """The withholdings cannot be read, so the whole day is withheld until they can."""
        # Not validated as an operator's entry is: a merchant can ask for any day of the calendar.
        return cls([Withholding.model_construct(day=day, order_no=None, reason=UNKNOWN, decision=None)], day)

    def of(self, order_no: str) -> Withholding | None:
        """The withholding of an order's lines: the order's own, or the day's."""
        return self.by_order.get(order_no, self.whole_day)


def payout_of(withholding: Withholding | None) -> Payout:
    if withholding is None or withholding.decision == "released":
        return "due"
    return "refused" if withholding.decision == "refused" else "withheld"


def changed(before: Sequence[Withholding], after: Sequence[Withholding]) -> list[Withholding]:
    """The entries of `after` that are new or changed, and those missing from `after`, with the decision `released`."""
    kept = {(one.day, one.order_no) for one in after}
    gone = [one for one in before if (one.day, one.order_no) not in kept and one.decision != "released"]
    return [one for one in after if one not in before] + [
        one.model_copy(update={"decision": "released"}) for one in gone
    ]
