"""The age of a lease, by both clocks."""

from __future__ import annotations

import pytest

from coupons.clock import Stamp
from coupons.process.leases import Lease, Token
from tests.world import ManualClock

LEASE = Lease("lease", "pack", 0, 1, packs=2, taken_at=Stamp(1_000.0, 50.0))


@pytest.mark.parametrize(
    ("wall_s", "monotonic_s", "is_live"),
    [
        (0, 0, True),
        (9.999, 9.999, True),
        (10, 10, False),
        (10, 0, False),  # the wall clock was set forward, or the process was frozen in a snapshot
        (0, 10, False),  # the wall clock was held back
        (-0.001, 0, False),
        (-3_600, 5, False),  # the wall clock was set back: its age can no longer be told
        (5, -0.001, False),  # another machine's monotonic clock
        (9.999, 0, True),
        (0, 9.999, True),
    ],
)
def test_a_lease_lives_while_both_clocks_say_so(wall_s: float, monotonic_s: float, is_live: bool) -> None:
    """Either at ten seconds, or stepped back, ends it."""
    clock = ManualClock(1_000.0 + wall_s, 50.0 + monotonic_s)
    assert LEASE.is_live(clock) is is_live


def test_a_token_names_its_lease_and_its_place_in_it() -> None:
    """`lease-uuid:ordinal`, what the claim item holds."""
    assert [Token(LEASE, ordinal).name for ordinal in (0, 1)] == ["lease:0", "lease:1"]
