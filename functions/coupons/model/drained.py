"""A batch without packs in stock: sold out, or drained, with the time at which packs return and the Retry-After."""

from __future__ import annotations

import random

from coupons.clock import FENCE_S
from coupons.model.batches import Control, PublishedBatch
from coupons.refusals import Drained, SoldOut

SCHEDULE_S = 60
"""The schedule runs once a minute."""
RETRY_JITTER_S = 30
"""Added to the Retry-After of each caller, so that not all come back in the same second."""


def refuse_by_stock(batch: PublishedBatch, control: Control, now_s: int, rng: random.Random) -> None:
    """Raises SoldOut if every pack is claimed, Drained if every pack has left the stock and some may return."""
    if control.sold_out:
        raise SoldOut(detail=f"All {control.quantity} packs are claimed.", timezone=batch.timezone)
    if control.drained_at_s or control.state == "sealing":
        returns = returns_at_s(control, now_s)
        raise Drained(
            returns_at_s=returns,
            retry_after_s=returns - now_s + rng.randrange(RETRY_JITTER_S),
            timezone=batch.timezone,
            detail="All packs are handed out; those that were not claimed return then.",
        )


def returns_at_s(control: Control, now_s: int) -> int:
    """The latest time at which unclaimed packs of a drained batch return, if the schedule runs every minute.

    The tick after the drain seals the shards; the first tick after the fence counts the claims and reopens. A time in
    the future was stored before the clock was set back: the next tick then starts again from now.
    """
    if control.sealed_at_s:
        returns = _next_tick_s(min(control.sealed_at_s, now_s) + FENCE_S)
    else:
        returns = _next_tick_s(_next_tick_s(min(control.drained_at_s or now_s, now_s)) + FENCE_S)
    # If a tick is late, say the next one: never a time in the past.
    return returns if returns > now_s else _next_tick_s(now_s)


def _next_tick_s(moment_s: int) -> int:
    return (moment_s // SCHEDULE_S + 1) * SCHEDULE_S
