"""The points of a pack by its coupons: what each coupon cost, and what of the exchange goes back with some of them.

A price is split evenly over the pack's coupons. What goes back with one coupon, or with all that were never used, is
taken from the lots of the exchange, those that end last first, after what went back before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from coupons.model.points_accounts import latest_first
from coupons.model.points_entries import Entry
from coupons.model.points_rules import PointsRules
from coupons.money import split


def share_of(price: int, coupons: int, places: Collection[int]) -> int:
    """What the coupons at these places of a pack of so many cost together."""
    shares = split(price, [1] * coupons)
    return sum(shares[place] for place in places)


def part_of(rules: PointsRules, exchange: Entry, before: int, points: int) -> Entry:
    """An exchange of `points` alone: those that `exchange` took beside the `before` that went back already."""
    moved: dict[str, int] = {}
    for name in latest_first(rules, exchange.moved):
        taken = -exchange.moved[name]
        skipped = min(before, taken)
        before -= skipped
        part = min(points - sum(moved.values()), taken - skipped)
        if part:
            moved[name] = part
    return replace(exchange, points=-points, moved={name: -part for name, part in moved.items()})
