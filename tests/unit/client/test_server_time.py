"""The server's time as clients know it: from `Date` alone, never ahead, and mended when it was wrong."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from infra.client.api import Api
from infra.client.server_time import ServerTime, epoch_s, rfc3339
from tests.device import StillDevice
from tests.unit.couponctl.scripted_stack import Reply, scripted_stack
from tests.world import OPENING, ManualClock, seconds

TEN = seconds(OPENING)


def told(time: ServerTime, server_s: float, *, sent_s: float, received_s: float, age: str | None = None) -> None:
    """An answer whose Date was written when it was `server_s` there."""
    time.learn(formatdate(int(server_s), usegmt=True), age, sent_s, received_s)


@pytest.fixture
def clock() -> ManualClock:
    """Of the device; its wall clock is an hour wrong, which must not matter."""
    return ManualClock(wall=TEN + 3_600.0, monotonic=500.0)


@pytest.fixture
def time(clock: ManualClock) -> ServerTime:
    return ServerTime(clock.monotonic_s)


def test_nothing_is_known_before_the_first_answer(time: ServerTime) -> None:
    """Better no time than the device's."""
    assert not time.is_known
    with pytest.raises(LookupError):
        time.now_s()


def test_the_time_is_never_ahead_of_the_servers(time: ServerTime, clock: ManualClock) -> None:
    """A slow answer counts as said just when it arrived: until then it was on its way for an unknown time."""
    told(time, TEN - 10, sent_s=492.0, received_s=500.0)
    assert (time.is_known, time.now_s()) == (True, TEN - 10)
    clock.advance(3.5)
    assert time.now_s() == TEN - 6.5
    assert time.at_s(500.0) == TEN - 10


def test_answers_narrow_it_to_less_than_a_second(time: ServerTime) -> None:
    """Date has whole seconds; the answer that came right after a full one tells most."""
    told(time, TEN - 9.1, sent_s=499.0, received_s=499.1)
    assert time.now_s() == pytest.approx(TEN - 9.1)
    told(time, TEN - 9.0, sent_s=499.1, received_s=499.2)
    assert time.now_s() == pytest.approx(TEN - 8.2)
    told(time, TEN - 8.1, sent_s=500.0, received_s=500.0)
    assert time.now_s() == pytest.approx(TEN - 8.2)


@pytest.mark.parametrize("by_s", [-3_600, -1, 3_600])
def test_a_contradiction_means_that_the_clock_was_set(time: ServerTime, by_s: int) -> None:
    """Or that the device slept, whose monotonic clock may stand still meanwhile: the new answer counts alone."""
    told(time, TEN, sent_s=499.9, received_s=500.0)
    told(time, TEN + by_s, sent_s=500.0, received_s=500.0)
    assert time.now_s() == TEN + by_s


def test_what_a_cache_hands_out_later_is_no_contradiction(time: ServerTime) -> None:
    """`Age: 1` is one to two seconds old, so its Date does not set anything back."""
    told(time, TEN, sent_s=500.0, received_s=500.0)
    told(time, TEN - 2, sent_s=500.0, received_s=500.0, age="1")
    assert time.now_s() == TEN
    told(time, TEN - 2, sent_s=500.0, received_s=500.0)
    assert time.now_s() == TEN - 2


@pytest.mark.parametrize(("at_s", "left_s"), [(-1.5, 1.5), (0.0, 0.0), (1.0, 0.0)])
def test_the_countdown_ends_at_nothing(time: ServerTime, clock: ManualClock, at_s: float, left_s: float) -> None:
    """Whatever the offset in which the moment is written."""
    told(time, TEN, sent_s=500.0, received_s=500.0)
    clock.monotonic += at_s
    for moment in (OPENING, "2020-06-06T02:00:00Z"):
        assert time.seconds_until(moment) == left_s


@pytest.mark.parametrize("date", [None, "", "soon"])
def test_an_answer_without_a_date_teaches_nothing(time: ServerTime, date: str | None) -> None:
    """It is no reason to fail either."""
    time.learn(date, None, 500.0, 500.0)
    assert not time.is_known


def test_moments_are_read_with_their_offset_and_said_in_utc() -> None:
    """A moment without offset is nobody's."""
    assert rfc3339(epoch_s(OPENING) + 0.9) == "2020-06-06T02:00:00+00:00"
    with pytest.raises(ValueError, match="no offset"):
        epoch_s("2020-06-06T10:00:00")


def test_every_answer_of_a_stack_tells_its_time(clock: ManualClock) -> None:
    """Refusals too."""
    with scripted_stack() as stack, Api(stack.url, device=StillDevice(clock)) as api:
        stack.now_s = lambda: TEN
        stack.on("GET /campaigns", Reply(body={}))
        api.get("/campaigns")
        assert api.time.now_s() == TEN
