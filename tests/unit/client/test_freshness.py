"""What a client keeps and for how long: the catalogue for a second, a code while a shop can still scan it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.client import Citizen
from infra.client.catalogue import KEPT_MAX
from infra.client.citizen import CODES_MAX, RENEW_BEFORE_S
from infra.client.server_time import rfc3339
from tests.device import StillDevice
from tests.unit.couponctl.scripted_stack import Reply, Stack, scripted_stack
from tests.world import ManualClock

BATCH, CODE = "GET /batches/pack", "POST /coupons/A1/code"
LOST = Reply(dropped=True)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def stack(clock: ManualClock) -> Iterator[Stack]:
    with scripted_stack() as stack:
        stack.now_s = clock.wall_s
        stack.on(BATCH, Reply(body={"batch_id": "pack"}))
        yield stack


@pytest.fixture
def ann(stack: Stack, clock: ManualClock) -> Iterator[Citizen]:
    with Citizen(stack.url, "anns-token", device=StillDevice(clock)) as ann:
        yield ann


def test_a_batch_is_asked_for_at_most_once_a_second(ann: Citizen, stack: Stack, clock: ManualClock) -> None:
    """By the device's monotonic clock; each batch has its own second."""
    stack.on("GET /batches/other", Reply(body={"batch_id": "other"}))
    for _ in range(3):
        ann.batch("pack")
        ann.batch("other")
    assert len(stack.asked) == 2
    clock.advance(0.9)
    ann.batch("pack")
    assert len(stack.asked) == 2
    clock.advance(0.1)
    ann.batch("pack")
    assert stack.routes() == [BATCH, "GET /batches/other", BATCH]


def test_what_is_kept_of_the_catalogue_is_bounded(ann: Citizen, stack: Stack) -> None:
    """The oldest goes first."""
    for number in range(KEPT_MAX + 1):
        stack.on(f"GET /batches/b-{number}", Reply(body={}))
        ann.batch(f"b-{number}")
    ann.batch("b-1")
    assert len(stack.asked) == KEPT_MAX + 1
    ann.batch("b-0")
    assert len(stack.asked) == KEPT_MAX + 2


def test_what_was_asked_for_last_is_kept_longest(ann: Citizen, stack: Stack, clock: ManualClock) -> None:
    """A batch that is looked at again and again is young, however long ago the first look was."""
    for number in range(KEPT_MAX + 2):
        stack.on(f"GET /batches/b-{number}", Reply(body={}))
    for number in range(KEPT_MAX):
        ann.batch(f"b-{number}")
    clock.advance(1)
    for number in (1, KEPT_MAX, KEPT_MAX + 1):
        ann.batch(f"b-{number}")
    stack.asked.clear()
    ann.batch("b-1")
    assert stack.asked == []


def code_until(lives_s: float, clock: ManualClock) -> Reply:
    return Reply(body={"code": f"C{lives_s}", "expires_at": rfc3339(clock.wall + lives_s)})


@pytest.mark.parametrize(("after_s", "asked"), [(60 - RENEW_BEFORE_S - 1, 1), (60 - RENEW_BEFORE_S, 2)])
def test_a_code_is_renewed_before_it_is_too_old_to_be_scanned(
    ann: Citizen, stack: Stack, clock: ManualClock, after_s: float, asked: int
) -> None:
    """By the server's clock; until then the same code is shown again."""
    stack.on(CODE, code_until(60, clock), code_until(120, clock))
    first = ann.code("A1")
    clock.advance(after_s)
    assert (ann.code("A1") == first) == (asked == 1)
    assert stack.routes() == [CODE] * asked


def test_a_lost_code_is_asked_for_again(ann: Citizen, stack: Stack, clock: ManualClock) -> None:
    """It is a POST that writes nothing."""
    stack.on(CODE, LOST, code_until(60, clock))
    assert ann.code("A1")["code"] == "C60"


def test_codes_are_bounded_and_stay_in_memory(ann: Citizen, stack: Stack, clock: ManualClock) -> None:
    """The oldest goes first."""
    for number in range(CODES_MAX + 1):
        stack.on(f"POST /coupons/K{number}/code", code_until(60, clock))
        ann.code(f"K{number}")
    ann.code("K1")
    assert len(stack.asked) == CODES_MAX + 1
    ann.code("K0")
    assert len(stack.asked) == CODES_MAX + 2
