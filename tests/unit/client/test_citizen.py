"""A citizen's app against a scripted stack: when it asks, when it comes back, and when it never does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.client import Citizen, OpensLaterError, ProblemError, UnreachableError
from infra.client.api import ATTEMPTS_MAX
from infra.client.reactions import REACTIONS
from infra.client.session import COME_BACK_S, JITTER_S
from tests.device import StillDevice
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem, scripted_stack
from tests.world import OPENING, ManualClock, seconds

PUT, GET, BATCH = "PUT /batches/pack/claim", "GET /batches/pack/claim", "GET /batches/pack"
CLAIMED = Reply(201, {"batch_id": "pack", "claimed_at": OPENING, "coupons": []})
LOST = Reply(dropped=True)
ABSENT = problem(404, "not-found")
CLOSED = problem(409, "closed")


@pytest.fixture
def clock() -> ManualClock:
    """A minute before the opening."""
    return ManualClock(wall=float(seconds(OPENING)) - 60)


@pytest.fixture
def device(clock: ManualClock) -> StillDevice:
    return StillDevice(clock)


@pytest.fixture
def stack(clock: ManualClock) -> Iterator[Stack]:
    with scripted_stack() as stack:
        stack.now_s = clock.wall_s
        stack.on(BATCH, Reply(body={"batch_id": "pack", "opens_at": OPENING}))
        yield stack


@pytest.fixture
def ann(stack: Stack, device: StillDevice) -> Iterator[Citizen]:
    with Citizen(stack.url, "anns-token", device=device) as ann:
        yield ann


def refused(ann: Citizen, **options: Any) -> str:
    """The slug that a claim ends with."""
    with pytest.raises(ProblemError) as caught:
        ann.claim("pack", **options)
    return caught.value.slug


def test_the_claim_is_sent_after_the_opening_and_nothing_meanwhile(
    ann: Citizen, stack: Stack, device: StillDevice
) -> None:
    """One look at the batch, one sleep to the opening and its jitter beyond, one claim."""
    stack.on(PUT, CLAIMED)
    assert ann.claim_at_opening("pack", wait_s=100) == CLAIMED.body
    assert stack.routes() == [BATCH, PUT]
    assert device.waits_s == [60 + JITTER_S]
    assert stack.asked[-1].token == "anns-token"


def test_the_countdown_is_by_the_servers_clock(ann: Citizen, stack: Stack, clock: ManualClock) -> None:
    """The device's wall clock may be a year wrong."""
    stack.now_s = lambda: seconds(OPENING) - 10 + (clock.monotonic - 1_000)
    clock.wall += 365 * 86_400
    ann.batch("pack")
    assert ann.seconds_until(OPENING) == 10


@pytest.mark.parametrize(("wait_s", "waits"), [(63.0, True), (62.9, False)])
def test_an_opening_further_away_than_the_bound_is_not_waited_for(
    ann: Citizen, stack: Stack, device: StillDevice, wait_s: float, waits: bool
) -> None:
    """The caller is told when it opens and does what it likes."""
    stack.on(PUT, CLAIMED)
    if waits:
        ann.claim_at_opening("pack", wait_s=wait_s)
        return
    with pytest.raises(OpensLaterError) as caught:
        ann.claim_at_opening("pack", wait_s=wait_s)
    assert (caught.value.opens_at, caught.value.opens_in_s) == (OPENING, 60)
    assert (stack.routes(), device.waits_s) == ([BATCH], [])


def test_an_open_batch_is_claimed_at_once(ann: Citizen, stack: Stack, clock: ManualClock, device: StillDevice) -> None:
    """There is no crowd to be spread."""
    clock.set(OPENING)
    stack.on(PUT, CLAIMED)
    ann.claim_at_opening("pack", wait_s=0)
    assert device.waits_s == []


def test_the_bound_holds_for_opening_and_refusals_together(ann: Citizen, stack: Stack, device: StillDevice) -> None:
    """What the wait for the opening took is not waited again."""
    stack.on(PUT, Reply(409, problem(409, "paused").body))
    with pytest.raises(ProblemError):
        ann.claim_at_opening("pack", wait_s=63 + COME_BACK_S + JITTER_S)
    assert device.waits_s == [63, COME_BACK_S + JITTER_S]


@pytest.mark.parametrize(
    ("refusal", "wait_s"),
    [
        (Reply(409, problem(409, "not-open", opens_at=OPENING).body, {"Retry-After": "62"}), 62),
        (problem(409, "not-open", opens_at=OPENING), 60),
        (problem(409, "drained", returns_at="2020-06-06T10:04:00+08:00"), 300),
        (Reply(409, problem(409, "drained", returns_at=OPENING).body, {"Retry-After": "90"}), 90),
        (problem(409, "paused"), COME_BACK_S),
        (problem(503, "busy"), COME_BACK_S),
    ],
)
def test_what_passes_is_waited_for_within_the_callers_bound(
    ann: Citizen, stack: Stack, device: StillDevice, refusal: Reply, wait_s: float
) -> None:
    """As long as the answer says, or else until the moment it names, and jitter; not at all without a bound."""
    times = ATTEMPTS_MAX if refusal.status == 503 else 1
    stack.on(PUT, *[refusal] * times, CLAIMED)
    assert ann.claim("pack", wait_s=wait_s + JITTER_S + 10) == CLAIMED.body
    assert device.waits_s[-1] == wait_s + JITTER_S
    stack.on(PUT, *[refusal] * times, CLAIMED)
    assert refused(ann) == refusal.body["type"].rpartition("/")[2]


@pytest.mark.parametrize(("wait_s", "comes_back"), [(90 + JITTER_S, True), (90 + JITTER_S - 0.1, False)])
def test_the_bound_is_kept_to_the_second(
    ann: Citizen, stack: Stack, device: StillDevice, wait_s: float, comes_back: bool
) -> None:
    """A wait that would go beyond it is not begun."""
    stack.on(PUT, Reply(409, problem(409, "drained", returns_at=OPENING).body, {"Retry-After": "90"}))
    assert refused(ann, wait_s=wait_s) == "drained"
    assert len(device.waits_s) == comes_back


NEVER = sorted(slug for slug, reaction in REACTIONS.items() if reaction.kind not in ("wait", "repeat"))


@pytest.mark.parametrize("slug", NEVER)
def test_a_refusal_that_cannot_change_is_never_repeated(
    ann: Citizen, stack: Stack, device: StillDevice, slug: str
) -> None:
    """However long the caller would wait."""
    stack.on(PUT, problem(409, slug), CLAIMED)
    assert refused(ann, wait_s=86_400) == slug
    assert (stack.routes(), device.waits_s) == ([PUT], [])


SETTLED_BY_A_LOOK = ["not-open", "closed", "paused", "stopped", "drained", "sold-out", "not-eligible"]


@pytest.mark.parametrize("slug", SETTLED_BY_A_LOOK)
def test_after_a_lost_answer_the_claim_is_looked_for_before_a_refusal_is_believed(
    ann: Citizen, stack: Stack, slug: str
) -> None:
    """Such refusals are given without looking for an earlier claim; the first attempt may have been it."""
    stack.on(PUT, LOST, problem(409, slug))
    stack.on(GET, Reply(200, CLAIMED.body))
    assert ann.claim("pack") == CLAIMED.body
    assert stack.routes() == [PUT, PUT, GET]


@pytest.mark.parametrize("slug", SETTLED_BY_A_LOOK)
def test_if_no_claim_is_found_the_refusal_stands(ann: Citizen, stack: Stack, slug: str) -> None:
    """The lost attempt had not come through."""
    stack.on(PUT, LOST, problem(409, slug))
    stack.on(GET, ABSENT)
    assert refused(ann) == slug


def test_without_a_lost_answer_a_refusal_is_believed(ann: Citizen, stack: Stack) -> None:
    """A refusal costs the stack nothing, and must not bring a read with it."""
    stack.on(PUT, Reply(429, {"message": "Too Many Requests"}), CLOSED)
    assert refused(ann) == "closed"
    assert stack.routes() == [PUT, PUT]


@pytest.mark.parametrize("lost", [LOST, problem(503, "busy"), Reply(500, {"message": "Internal Server Error"})])
def test_what_one_call_left_open_the_next_one_finds(ann: Citizen, stack: Stack, lost: Reply) -> None:
    """Also when the person presses the button again only after the window."""
    stack.on(PUT, lost)
    with pytest.raises((UnreachableError, ProblemError)):
        ann.claim("pack")
    stack.on(PUT, CLOSED)
    stack.on(GET, Reply(200, CLAIMED.body))
    assert ann.claim("pack") == CLAIMED.body


def test_what_was_answered_is_open_no_more(ann: Citizen, stack: Stack) -> None:
    """Another batch's lost answer says nothing about this one."""
    stack.on("PUT /batches/other/claim", LOST)
    with pytest.raises(UnreachableError):
        ann.claim("other")
    stack.on(PUT, CLOSED)
    assert refused(ann) == "closed"
    assert GET not in stack.routes()


@pytest.mark.parametrize("refusal", [Reply(401, {"message": "Unauthorized"}), problem(400, "malformed")])
def test_a_refusal_that_is_not_about_the_claim_needs_no_look(ann: Citizen, stack: Stack, refusal: Reply) -> None:
    """A look with the same token would be refused as well."""
    stack.on(PUT, LOST, refusal)
    with pytest.raises(ProblemError):
        ann.claim("pack")
    assert stack.routes() == [PUT, PUT]


def test_a_look_that_fails_is_neither_a_claim_nor_none(ann: Citizen, stack: Stack) -> None:
    """`busy` at the look is what the caller hears, and it is waited for like any."""
    stack.on(PUT, LOST, CLOSED)
    stack.on(GET, *[problem(503, "busy")] * ATTEMPTS_MAX, Reply(200, CLAIMED.body))
    assert refused(ann) == "busy"
    assert ann.claim("pack", wait_s=60) == CLAIMED.body


def test_silence_is_waited_for_within_the_bound(ann: Citizen, stack: Stack) -> None:
    """A train in a tunnel."""
    stack.on(PUT, *[LOST] * ATTEMPTS_MAX, CLAIMED)
    assert ann.claim("pack", wait_s=60) == CLAIMED.body


def test_cancelling_twice_by_a_lost_answer_is_cancelling(ann: Citizen, stack: Stack) -> None:
    """The repeat says `not-found`; without a lost answer that is news."""
    stack.on("DELETE /batches/pack/booking", LOST, ABSENT)
    ann.cancel_booking("pack")
    with pytest.raises(ProblemError):
        ann.cancel_booking("pack")
    stack.on("DELETE /batches/pack/booking", LOST, CLOSED)
    with pytest.raises(ProblemError):
        ann.cancel_booking("pack")


def test_the_latest_answer_says_whether_it_was_a_replay(ann: Citizen, stack: Stack) -> None:
    """For those who want to know more than the body."""
    stack.on(PUT, Reply(200, CLAIMED.body, {"Idempotent-Replay": "true"}))
    ann.claim("pack")
    assert ann.last is not None
    assert (ann.last.status, ann.last.replayed) == (200, True)
