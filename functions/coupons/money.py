"""Money in integers of minor units: amounts by funder, and splits that add up exactly."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from coupons.currencies import money


class Purse(NamedTuple):
    """A campaign and its currency. Only amounts of one purse are ever added up."""

    campaign_id: str
    currency: str

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.currency}"


class FundingLine(NamedTuple):
    """One funder's part of a discount, or of what a reversal returns."""

    funder_id: str
    amount_minor: int


class Amounts(Mapping[str, int]):
    """Minor units by `funder_id`, all of one purse. Immutable; iterates in the order of funder ids.

    A funder with zero stays listed, and amounts that differ only by zeros are equal. In words by their currency:
    `f"{amounts:CNY}"` is `city 5.00 CNY, shop 2.00 CNY`, or `0.00 CNY` if all are zero.
    """

    __slots__ = ("_minor",)
    _minor: dict[str, int]

    def __init__(self, parts: Mapping[str, int] | Iterable[tuple[str, int]] = ()) -> None:
        """Several parts of one funder add up. Raises TypeError unless funders are strings and amounts integers."""
        found: dict[str, int] = {}
        for funder_id, minor in parts.items() if isinstance(parts, Mapping) else parts:
            if type(funder_id) is not str or type(minor) is not int:
                raise TypeError("amounts are integers of minor units by funder")
            found[funder_id] = found.get(funder_id, 0) + minor
        self._minor = dict(sorted(found.items()))

    @classmethod
    def total(cls, parts: Iterable[Amounts]) -> Amounts:
        """The sum of all parts."""
        return cls([pair for part in parts for pair in part.items()])

    def __getitem__(self, funder_id: str) -> int:
        return self._minor[funder_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._minor)

    def __len__(self) -> int:
        return len(self._minor)

    def items(self) -> ItemsView[str, int]:
        return self._minor.items()  # the mixin's would be a Python loop

    def __add__(self, other: Amounts) -> Amounts:
        # Once a line of a day close. Both are checked and in order, so a sum of the same funders needs neither.
        mine, more = self._minor, other._minor
        if mine.keys() != more.keys():
            return Amounts([*mine.items(), *more.items()])
        made = Amounts.__new__(Amounts)
        made._minor = {funder_id: minor + more[funder_id] for funder_id, minor in mine.items()}
        return made

    def __sub__(self, other: Amounts) -> Amounts:
        return self + -other

    def __neg__(self) -> Amounts:
        return self * -1

    def __mul__(self, number: int) -> Amounts:
        return Amounts([(funder_id, minor * number) for funder_id, minor in self._minor.items()])

    def __eq__(self, other: object) -> bool:
        """With any mapping: the same amount for each funder, zero where one of the two does not list it."""
        if not isinstance(other, Mapping):
            return NotImplemented
        return all(self._minor.get(one, 0) == other.get(one, 0) for one in (*self._minor, *other))

    def __hash__(self) -> int:
        return hash(frozenset(pair for pair in self._minor.items() if pair[1]))

    def __format__(self, currency: str) -> str:
        parts = (f"{funder_id} {money(minor, currency)}" for funder_id, minor in self._minor.items() if minor)
        return ", ".join(parts) or money(0, currency)

    def __repr__(self) -> str:
        return f"Amounts({self._minor})"

    def __deepcopy__(self, _memo: Any) -> Amounts:
        """Itself, for `dataclasses.asdict`."""
        return self

    @property
    def is_zero(self) -> bool:
        """For every funder."""
        return not any(self._minor.values())

    @property
    def below_zero(self) -> Amounts:
        """The parts that are."""
        return Amounts(pair for pair in self._minor.items() if pair[1] < 0)

    def of(self, funder_ids: Iterable[str]) -> Amounts:
        """The parts of these funders."""
        wanted = set(funder_ids)
        return Amounts(pair for pair in self._minor.items() if pair[0] in wanted)

    def without(self, funder_ids: Iterable[str]) -> Amounts:
        """The parts of all other funders."""
        gone = set(funder_ids)
        return Amounts(pair for pair in self._minor.items() if pair[0] not in gone)


NOTHING = Amounts()
"""Of no funder."""


def split(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split `amount_minor` by `weights` (not all zero) with the largest remainder method; ties go to the earlier share.

    The shares add up to the amount, and each is less than one unit from its exact part.
    """
    whole = sum(weights)
    shares = [amount_minor * weight // whole for weight in weights]
    remainders = [amount_minor * weight % whole for weight in weights]
    missing = amount_minor - sum(shares)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:missing]:
        shares[index] += 1
    return shares


def split_over_left(amount_minor: int, left_minor: Sequence[int]) -> list[int]:
    """Split a reversal of `amount_minor` in proportion to what is left of each line; no share exceeds its line.

    Requires `0 <= amount_minor <= sum(left_minor)`.
    """
    if not 0 <= amount_minor <= sum(left_minor):
        raise ValueError("a reversal above what the lines have left")
    if amount_minor == 0:
        return [0] * len(left_minor)
    # amount <= sum(left), so amount * left[i] // sum(left) <= left[i]; a remainder above zero means that the exact
    # share is below left[i], so rounding it up stays within the line.
    return split(amount_minor, left_minor)
