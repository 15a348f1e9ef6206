"""What is damaged is named by keys: so many by name, the others by number, and no trace of an error says more."""

from __future__ import annotations

import traceback

import pytest

from coupons.damage import NAMED_MAX, Damaged, Damages, blamed

SECRET = "what the item says"


def test_a_trace_of_damage_says_nothing_of_the_item() -> None:
    """Lambda prints one for whatever a function lets pass, with its causes."""
    with pytest.raises(Damaged) as raised, blamed("table", "pk", "sk"):
        int(SECRET)
    told = "".join(traceback.format_exception(raised.value))
    assert "table pk sk: ValueError" in told
    assert SECRET not in told


def test_more_than_a_hundred_damaged_items_are_counted_and_a_hundred_named() -> None:
    """An item that is met again is the same one; a taking empties both."""
    damages = Damages()
    for number in [*range(NAMED_MAX + 50), *range(NAMED_MAX)]:
        damages.note(Damaged("table", "pk", str(number), "a test"))
    named, number = damages.take()
    assert [one.sk for one in named] == [str(n) for n in range(NAMED_MAX)]
    assert number == NAMED_MAX + 50
    assert damages.take() == ([], 0)
