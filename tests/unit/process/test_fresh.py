"""What a process remembers for a moment is bounded, however it was read."""

from __future__ import annotations

import pytest

from coupons.process.fresh import Fresh
from tests.world import ManualClock


@pytest.mark.parametrize("at_once", [False, True])
def test_only_those_read_last_are_kept(at_once: bool) -> None:
    """One by one, or several at once."""
    asked: list[int] = []

    def read(key: int) -> int:
        asked.append(key)
        return -key

    fresh = Fresh(ManualClock(), read, most=2)
    for keys in ([1, 2], [3]):
        if at_once:
            assert fresh.get_many(keys, lambda stale: {key: read(key) for key in stale}) == {key: -key for key in keys}
        else:
            assert [fresh.get(key) for key in keys] == [-key for key in keys]
    asked.clear()
    assert [fresh.get(key) for key in (2, 3, 1)] == [-2, -3, -1]
    assert asked == [1]
