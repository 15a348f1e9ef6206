"""Which lines are paid out: what an operator withholds, releases and refuses, and what that makes of the sums.

Withholding says who is paid, never what happened: it changes no line and no sum of lines, closed day or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from coupons.model.days import Sums, total
from coupons.model.merchants import Withholding

Payout = Literal["due", "withheld", "refused"]
PAYOUTS: tuple[Payout, ...] = get_args(Payout)


@dataclass(slots=True)
class SumsByPayout:
    """Sums by what is due: the three add up to the sums of all lines."""

    due: Sums = field(default_factory=Sums)
    withheld: Sums = field(default_factory=Sums)
    refused: Sums = field(default_factory=Sums)

    def of(self, standing: Payout) -> Sums:
        return {"due": self.due, "withheld": self.withheld, "refused": self.refused}[standing]

    def add(self, other: SumsByPayout) -> None:
        for standing in PAYOUTS:
            self.of(standing).add(other.of(standing))

    def less(self, other: SumsByPayout) -> SumsByPayout:
        return SumsByPayout(*(self.of(standing).less(other.of(standing)) for standing in PAYOUTS))

    @property
    def is_nothing(self) -> bool:
        """In every number; what is zero may be left out."""
        return all(self.of(standing).is_nothing for standing in PAYOUTS)

    @property
    def whole(self) -> Sums:
        return total([self.due, self.withheld, self.refused])


UNKNOWN = "what is withheld cannot be read"


class DaysWithholdings:
    """What stands about one day of a merchant.

    What stands for an order stands for all its lines from that day on: who was never paid for a redemption owes nothing
    for its reversal on a later day. What stands for a whole day is of that day's lines alone.
    """

    def __init__(self, withheld: Iterable[Withholding], day: str) -> None:
        until = sorted((one for one in withheld if one.day <= day), key=lambda one: one.day)
        self.whole_day = next((one for one in until if one.order_no is None and one.day == day), None)
        self.by_order = {one.order_no: one for one in until if one.order_no is not None}

    @classmethod
    def unknown(cls, day: str) -> DaysWithholdings:
        """The withholdings cannot be read: all of the day is withheld until they can."""
        # Not checked as an operator's is: a merchant may ask about any day of the calendar.
        return cls([Withholding.model_construct(day=day, order_no=None, reason=UNKNOWN, decision=None)], day)

    def of(self, order_no: str) -> Withholding | None:
        """What stands about an order's lines: its own, or the day's."""
        return self.by_order.get(order_no, self.whole_day)


def payout_of(withholding: Withholding | None) -> Payout:
    if withholding is None or withholding.decision == "released":
        return "due"
    return "refused" if withholding.decision == "refused" else "withheld"


def changed(before: Sequence[Withholding], after: Sequence[Withholding]) -> list[Withholding]:
    """What is new or otherwise in `after`; and what is missing there as it stood, released."""
    kept = {(one.day, one.order_no) for one in after}
    gone = [one for one in before if (one.day, one.order_no) not in kept and one.decision != "released"]
    return [one for one in after if one not in before] + [
        one.model_copy(update={"decision": "released"}) for one in gone
    ]
