"""A batch's status, when its packs return, and its number of shards and buckets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.batches import Control, PublishedBatch, batch_status
from coupons.model.drained import returns_at_s
from coupons.model.shards import buckets_for, shards_for, spread
from tests.world import a_batch, campaign, parsed

OPENS_S, CLOSES_S = 1_591_408_800, 1_591_495_200
BOOKING = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-05T10:00:00+08:00"}
BOOKS_S, BOOKED_S = OPENS_S - 5 * 86_400, OPENS_S - 86_400
OPEN = Control("open", 1, 10)


def released(**changes: object) -> PublishedBatch:
    document = parsed(campaign(a_batch(**changes)))
    return PublishedBatch(
        campaign_id="season",
        timezone="Asia/Shanghai",
        currency="CNY",
        number=1,
        claim_key="B#pack",
        buckets=16,
        booking_buckets=16,
        shards=2,
        published_at_s=0,
        document=document.batches[0],
        terms=tuple(document.terms),
    )


@pytest.mark.parametrize(
    ("now_s", "control", "expected"),
    [
        (BOOKS_S - 1, OPEN, "scheduled"),
        (BOOKS_S, OPEN, "booking"),
        (BOOKED_S - 1, OPEN, "booking"),
        (BOOKED_S, OPEN, "scheduled"),
        (OPENS_S - 1, OPEN, "scheduled"),
        (OPENS_S, OPEN, "open"),
        (CLOSES_S - 1, OPEN, "open"),
        (CLOSES_S, OPEN, "closed"),
        (OPENS_S, replace(OPEN, drained_at_s=OPENS_S), "drained"),
        (OPENS_S, replace(OPEN, state="sealing"), "drained"),
        (OPENS_S, replace(OPEN, sold_out=True), "sold_out"),
        (OPENS_S, replace(OPEN, sold_out=True, drained_at_s=OPENS_S), "sold_out"),
        (OPENS_S, replace(OPEN, sold_out=True, paused=True), "paused"),
        (OPENS_S, replace(OPEN, sold_out=True, paused=True, stopped=True), "stopped"),
        (OPENS_S - 1, replace(OPEN, paused=True), "paused"),
        (BOOKS_S, replace(OPEN, stopped=True), "stopped"),
        (CLOSES_S, replace(OPEN, paused=True, sold_out=True), "closed"),
        (CLOSES_S, replace(OPEN, stopped=True), "stopped"),
    ],
)
def test_status(now_s: int, control: Control, expected: str) -> None:
    """One word; if several apply, the one that explains a refusal for longest."""
    assert batch_status(released(booking=BOOKING), control, now_s) == expected


def test_without_a_booking_window_nothing_is_booked() -> None:
    """A batch that takes no bookings waits as `scheduled`."""
    assert batch_status(released(), OPEN, BOOKS_S) == "scheduled"


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


@pytest.mark.parametrize(
    ("claims", "buckets"),
    [(1, 16), (16_000, 16), (16_001, 32), (32_000, 32), (2_000_000, 2048), (65_536_000, 65_536), (10**9, 65_536)],
)
def test_buckets(claims: int, buckets: int) -> None:
    """A power of two, at least 16, about 1,000 expected claims each, and bounded."""
    assert buckets_for(claims) == buckets


@pytest.mark.parametrize(
    ("environments", "shards"), [(1, 2), (8, 2), (191, 2), (192, 3), (1_000, 15), (1_024, 16), (100_000, 16)]
)
def test_shards(environments: int, shards: int) -> None:
    """One for 64 environments, from 2 to 16."""
    assert shards_for(environments) == shards


@given(st.integers(0, 10**9), st.integers(1, 16))
def test_spread_is_even_and_loses_nothing(packs: int, shards: int) -> None:
    """As many parts as shards, their sum the packs, no two further apart than one."""
    parts = spread(packs, shards)
    assert (len(parts), sum(parts)) == (shards, packs)
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize("name", ["drained_at_s", "sealed_at_s"])
def test_what_was_written_before_the_clock_was_set_back_is_not_waited_for(name: str) -> None:
    """The item says two weeks ahead, and the answer is at most two minutes."""
    control = Control("open", 1, 10, **{name: 1_000_000 + 14 * 86_400})
    assert returns_at_s(control, 1_000_000) - 1_000_000 <= 120
