"""How packs of each mode of batch are come by: one row a mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from infra.playing.oracle import Document

DEMAND = 1.4
"""People who come for a batch, for each of its packs."""
AT_MOST = 85.0
FOR_POINTS, MEMBERS, OTHERS = 30.0, 80.0, 1.0
"""Per cent who come for a batch that costs points; of a group that is granted packs; of those outside of it."""


def _by_packs(document: Document, people: int) -> float:
    return FOR_POINTS if document.get("price_points") else min(100 * DEMAND * document["quantity"] / people, AT_MOST)


def _nobody(_document: Document, _people: int) -> float:
    return 0.0


@dataclass(frozen=True)
class Mode:
    """`demand`: per cent of the people who come for it and claim. `needs_booking`: who did not book has none.

    `is_shrunk`: its quantity follows the number of people. `is_raised`: an operator may add packs.
    `is_claimed`: by people, not by doors. `is_drawn`: among those who booked.
    """

    demand: Callable[[Document, int], float] = _by_packs
    needs_booking: bool = False
    is_shrunk: bool = True
    is_raised: bool = True
    is_claimed: bool = True
    is_drawn: bool = False


MODES = {
    "first_come": Mode(),
    "granted": Mode(is_raised=False),
    "lottery": Mode(needs_booking=True, is_raised=False, is_drawn=True),
    # Its quantity covers the places of its slots; nobody claims it, doors do.
    "venue": Mode(demand=_nobody, is_shrunk=False, is_raised=False, is_claimed=False),
}


def mode_of(document: Document) -> Mode:
    return MODES[document["mode"]]


def needs_booking(document: Document) -> bool:
    booking = document.get("booking") or {}
    return bool(booking.get("required")) or mode_of(document).needs_booking
