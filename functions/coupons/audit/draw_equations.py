"""The equations of a lottery: its claims, its list, and its final file."""

from __future__ import annotations

from coupons.model.findings import Equation
from coupons.model.tallies import Faults


def of_claims(claims: int, wrong: Faults) -> Equation:
    """Each claim is of an entry that was drawn, in time. `wrong`: those that are not, each with why."""
    named = f"; {wrong.number} not: {'; '.join(wrong.named)}" if wrong.number else ""
    return Equation(f"claims {claims} are of entries that were drawn{named}", not wrong.number)


def of_list(booked: int, listed: int, recorded: int) -> Equation:
    """The list is of all bookings, as the parts of the commitment count them, and as it was recorded."""
    return Equation(
        f"bookings {booked} = entries {listed} of all parts, {recorded} committed", booked == listed == recorded
    )


def of_final_file(filed: int, claims: int, recorded: int | None) -> Equation:
    """The final file has each claim once, and as many as were counted for it."""
    return Equation(f"claims {claims} = final file {filed}, {recorded or 0} on record", filed == claims == recorded)
