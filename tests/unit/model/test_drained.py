"""When the packs of a drained batch return."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.batches import Control
from coupons.model.drained import returns_at_s


@pytest.mark.parametrize(
    ("drained_at_s", "sealed_at_s", "now_s", "expected"),
    [
        (600, 0, 600, 720),  # sealed at 660, counted at the first tick after 690
        (659, 0, 659, 720),
        (660, 0, 660, 780),  # the tick of its own second may have been before it
        (0, 0, 601, 720),  # sealing began because the batch closed
        (600, 660, 661, 720),
        (600, 689, 700, 720),
        (600, 690, 700, 780),  # the fence ends with the tick's second
        (600, 660, 719, 720),
        (600, 660, 720, 780),  # a late tick: never a time gone by
        (600, 0, 5_000, 5_040),
    ],
)
def test_when_packs_return(drained_at_s: int, sealed_at_s: int, now_s: int, expected: int) -> None:
    """The tick after the drain seals, the first tick after the fence counts and reopens."""
    control = Control("open", 1, 10, drained_at_s=drained_at_s, sealed_at_s=sealed_at_s)
    assert returns_at_s(control, now_s) == expected


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 10**10))
def test_packs_always_return_later_on_a_tick(drained_at_s: int, sealed_at_s: int, now_s: int) -> None:
    """Also if a tick is late, the time is a full minute in the future."""
    returns_s = returns_at_s(Control("open", 1, 10, drained_at_s=drained_at_s, sealed_at_s=sealed_at_s), now_s)
    assert returns_s > now_s
    assert returns_s % 60 == 0


@pytest.mark.parametrize("name", ["drained_at_s", "sealed_at_s"])
def test_what_was_written_before_the_clock_was_set_back_is_not_waited_for(name: str) -> None:
    """The item says two weeks ahead, and the answer is at most two minutes."""
    control = Control("open", 1, 10, **{name: 1_000_000 + 14 * 86_400})
    assert returns_at_s(control, 1_000_000) - 1_000_000 <= 120
