"""Uses under a limit: what is taken at a moment, and when one is free again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coupons.model.uses import Uses

NOW_S = 1_000
STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["hold", "use"]), st.integers(0, 90)), max_size=12)


def test_a_hold_counts_until_its_deadline() -> None:
    """In its last second it does, at the deadline not; an order's own hold is not in its way."""
    uses = Uses(1).after_hold("a", NOW_S, 900)
    assert [uses.taken("b", NOW_S - 1), uses.taken("b", NOW_S), uses.taken("a", NOW_S - 1)] == [2, 1, 1]


def test_a_use_takes_the_place_of_its_hold() -> None:
    """One, not two; and a write leaves out what has lapsed."""
    uses = Uses().after_hold("a", NOW_S + 60, NOW_S).after_hold("b", NOW_S + 10, NOW_S).after_use("a", NOW_S + 10)
    assert uses == Uses(1, {}, 3)


def test_when_one_is_free_again() -> None:
    """With the first hold that ends; if none is held of the last, with the period; in a campaign's never."""
    held = Uses(1).after_hold("a", NOW_S + 60, NOW_S).after_hold("b", NOW_S + 10, NOW_S)
    assert held.free_at_s("c", 3, NOW_S, 5_000) == NOW_S + 10
    assert held.free_at_s("c", 3, NOW_S, NOW_S + 5) == NOW_S + 5
    assert held.free_at_s("c", 1, NOW_S, 5_000) == 5_000
    assert held.free_at_s("c", 1, NOW_S, None) is None


@given(STEPS, st.integers(1, 3))
def test_nobody_takes_one_too_many(steps: list[tuple[str, str, int]], most: int) -> None:
    """Whoever asks first whether there is room, what is used and held stays within the limit at every moment."""
    uses, now_s = Uses(), NOW_S
    for order, does, passed_s in steps:
        now_s += passed_s
        if uses.taken(order, now_s) < most:
            uses = uses.after_hold(order, now_s + 60, now_s) if does == "hold" else uses.after_use(order, now_s)
        assert uses.taken("", now_s) <= most
