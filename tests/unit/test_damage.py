"""Damaged items are named by their keys, up to a limit, and counted; no traceback has their content."""

from __future__ import annotations

import traceback

import pytest

from coupons.damage import NAMED_MAX, Damaged, Damages, blamed

SECRET = "what the item says"


def test_a_trace_of_damage_says_nothing_of_the_item() -> None:
    """Lambda prints a traceback with its causes for each unhandled exception."""
    with pytest.raises(Damaged) as raised, blamed("table", "pk", "sk"):
        int(SECRET)
    told = "".join(traceback.format_exception(raised.value))
    assert "table pk sk: ValueError" in told
    assert SECRET not in told


def test_more_than_a_hundred_damaged_items_are_counted_and_a_hundred_named() -> None:
    """An item found again counts once; taking empties both the names and the count."""
    damages = Damages()
    for number in [*range(NAMED_MAX + 50), *range(NAMED_MAX)]:
        damages.note(Damaged("table", "pk", str(number), "a test"))
    named, number = damages.take()
    assert [one.sk for one in named] == [str(n) for n in range(NAMED_MAX)]
    assert number == NAMED_MAX + 50
    assert damages.take() == ([], 0)
