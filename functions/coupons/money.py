"""Splitting amounts so that they always add up, in integers of minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Purse(NamedTuple):
    """A campaign's money in its currency: amounts of one purse add up, those of two never do."""

    campaign_id: str
    currency: str

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.currency}"


@dataclass(frozen=True, slots=True)
class FundingLine:
    """What one funder pays of a discount, or gets back of it."""

    funder_id: str
    amount_minor: int


def split(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Share `amount_minor` by `weights` (not all zero) by largest remainder; ties go to the earlier share.

    The shares add up to the amount, and none is more than one unit from its exact part.
    """
    whole = sum(weights)
    shares = [amount_minor * weight // whole for weight in weights]
    remainders = [amount_minor * weight % whole for weight in weights]
    missing = amount_minor - sum(shares)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:missing]:
        shares[index] += 1
    return shares


def split_over_left(amount_minor: int, left_minor: Sequence[int]) -> list[int]:
    """Share a reversal of `amount_minor` over what the lines have left; no share is above its line.

    Requires `0 <= amount_minor <= sum(left_minor)`.
    """
    if not 0 <= amount_minor <= sum(left_minor):
        raise ValueError("a reversal above what the lines have left")
    if amount_minor == 0:
        return [0] * len(left_minor)
    # amount <= sum(left), so amount * left[i] // sum(left) <= left[i]; a remainder above zero means that the exact
    # share is below left[i], so rounding it up stays within the line.
    return split(amount_minor, left_minor)
