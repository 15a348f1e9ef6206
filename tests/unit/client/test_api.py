"""The transport of every client: what is repeated, how often, how long, and what is never repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.client.api import AGAIN, ATTEMPTS_MAX, BACKOFF_S, Api, ProblemError, UnreachableError
from infra.couponctl.campaigns import publish
from tests.device import StillDevice
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem, scripted_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY = problem(503, "busy")
FIRST = Reply(body={"batch_id": "first"})
GET = "GET /batches/first"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with scripted_stack() as stack:
        yield stack


@pytest.fixture
def device() -> StillDevice:
    return StillDevice()


@pytest.fixture
def api(stack: Stack, device: StillDevice) -> Iterator[Api]:
    with Api(stack.url, device=device, patience_s=60) as api:
        yield api


def busy_for(retry_after: str) -> Reply:
    return Reply(503, BUSY.body, {"Retry-After": retry_after})


def test_busy_is_repeated_after_its_retry_after_and_jitter(stack: Stack, api: Api, device: StillDevice) -> None:
    """At least what the stack asks for, and full jitter that doubles on top of it."""
    stack.on(GET, busy_for("2"), BUSY, FIRST)
    assert api.get("/batches/first").body == FIRST.body
    assert device.waits_s == [2 + 2 * BACKOFF_S, 4 * BACKOFF_S]


def test_jitter_is_full(stack: Stack) -> None:
    """It goes down to nothing, or those who failed together would keep a common pause."""
    device = StillDevice(chance=0.0)
    stack.on(GET, BUSY, FIRST)
    with Api(stack.url, device=device) as api:
        api.get("/batches/first")
    assert device.waits_s == [0.0]


def test_busy_is_not_repeated_for_ever(stack: Stack, api: Api) -> None:
    """The last attempt's refusal is the answer."""
    stack.on(GET, BUSY)
    with pytest.raises(ProblemError) as caught:
        api.get("/batches/first")
    assert (caught.value.status, caught.value.slug) == (503, "busy")
    assert len(stack.asked) == ATTEMPTS_MAX


@pytest.mark.parametrize(("retry_after_s", "attempts"), [(59, 2), (60, 1)])
def test_an_attempt_that_would_come_too_late_is_not_waited_for(
    stack: Stack, device: StillDevice, retry_after_s: int, attempts: int
) -> None:
    """With the jitter it would be later than patience: the refusal is given at once, rather than an early repeat."""
    stack.on(GET, busy_for(str(retry_after_s)), FIRST)
    with Api(stack.url, device=device, patience_s=59 + 2 * BACKOFF_S) as api:
        if attempts == 2:
            assert api.get("/batches/first").status == 200
        else:
            with pytest.raises(ProblemError) as caught:
                api.get("/batches/first")
            assert caught.value.retry_after_s == 60
    assert len(stack.asked) == attempts


def test_patience_bounds_lost_answers_too(stack: Stack, device: StillDevice) -> None:
    """No pause goes beyond it."""
    stack.on(GET, Reply(dropped=True), FIRST)
    with Api(stack.url, device=device, patience_s=2 * BACKOFF_S - 0.01) as api, pytest.raises(UnreachableError):
        api.get("/batches/first")
    assert device.waits_s == []


@pytest.mark.parametrize("lost", [Reply(dropped=True), BUSY])
def test_a_post_is_repeated_only_if_that_is_safe(stack: Stack, api: Api, lost: Reply) -> None:
    """Advancing the clock twice is not advancing it once; publishing twice is publishing once."""
    stack.on("POST /_local/clock", lost, FIRST)
    stack.on("POST /admin/batches/first/publish", lost, FIRST)
    with pytest.raises((ProblemError, UnreachableError)):
        api.post("/_local/clock", {"advance_s": 1})
    assert publish(api, "first") == FIRST.body
    assert stack.routes() == ["POST /_local/clock", *["POST /admin/batches/first/publish"] * 2]


def test_a_connection_that_was_closed_meanwhile_is_opened_again(stack: Stack, api: Api) -> None:
    """A server may close a kept-alive connection at any time."""
    stack.on(GET, FIRST, Reply(dropped=True), FIRST)
    assert [api.get("/batches/first").status for _ in range(2)] == [200, 200]


def test_a_post_that_must_not_be_repeated_takes_a_fresh_connection(stack: Stack, api: Api) -> None:
    """It has one attempt, which must not be lost to a kept-alive connection that is gone already."""
    stack.on("GET /_local/clock", Reply(body={}, last=True))
    stack.on("POST /_local/clock", FIRST)
    api.get("/_local/clock")
    assert api.post("/_local/clock", {"advance_s": 1}).status == 200


def test_an_answer_that_does_not_come_in_time_is_asked_for_again(stack: Stack, device: StillDevice) -> None:
    """On a new connection: the late answer must not be taken for the next one's."""
    stack.on(GET, Reply(silent=True), FIRST)
    with Api(stack.url, timeout_s=0.1, device=device) as api:
        assert api.get("/batches/first").body == FIRST.body


@pytest.mark.parametrize("status", sorted(AGAIN))
def test_what_is_not_the_last_word_is_repeated(stack: Stack, api: Api, status: int) -> None:
    """Throttling, and every answer that leaves open what was done."""
    stack.on(GET, Reply(status, {"message": "Service Unavailable"}), FIRST)
    assert api.get("/batches/first").body == FIRST.body


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 501])
def test_no_other_refusal_is_repeated(stack: Stack, api: Api, status: int) -> None:
    """A refusal is not sent again."""
    stack.on(GET, Reply(status, {"message": "no"}))
    with pytest.raises(ProblemError):
        api.get("/batches/first")
    assert len(stack.asked) == 1


@pytest.mark.parametrize(
    ("earlier", "maybe_done"),
    [
        ([], False),
        ([Reply(429, {"message": "Too Many Requests"})], False),
        ([BUSY], True),
        ([Reply(dropped=True)], True),
        ([Reply(500, {"message": "Internal Server Error"})], True),
    ],
)
def test_a_refusal_says_whether_an_earlier_attempt_may_have_been_done(
    stack: Stack, api: Api, earlier: list[Reply], maybe_done: bool
) -> None:
    """After a lost answer or a 5xx nobody knows; what the gateway throttled has reached nobody."""
    stack.on("PUT /batches/first/claim", *earlier, problem(409, "closed"))
    with pytest.raises(ProblemError) as caught:
        api.put("/batches/first/claim", {})
    assert (caught.value.slug, caught.value.maybe_done) == ("closed", maybe_done)


def test_the_last_attempts_5xx_may_have_been_done_too(stack: Stack, api: Api) -> None:
    """Of a request that has one attempt only."""
    stack.on("POST /_local/tick", BUSY)
    with pytest.raises(ProblemError) as caught:
        api.post("/_local/tick", {})
    assert caught.value.maybe_done
