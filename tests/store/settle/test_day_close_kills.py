"""A close that is killed, repeated, throttled or out of time ends with the sums of an undisturbed one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest

from coupons.process.services import PATIENT_ATTEMPTS
from coupons.schedule.due_list import read_due
from coupons.schedule.minute import run_schedule
from coupons.settle import day_close
from coupons.settle.day_close import close_days
from infra.virtual.store import Store
from tests.store.faults import Counting, Faulty, KilledError, Mortal, first, throttled
from tests.store.ledgers import CLOSED, DAY, DUE, FOREVER, LAST_SECOND, LINES, added, file, final, line, mark, tick
from tests.world import ManualClock, World, campaign


@dataclass
class Ticking(ManualClock):
    """Each read of the monotonic clock advances it by a second."""

    def monotonic_s(self) -> float:
        self.monotonic += 1
        return self.monotonic


@pytest.fixture
def town() -> World:
    """Four merchants, and enough lines of one for several records of a shard, on the engine of the state machine.

    moto would take seconds for the hundred writes of a close.
    """
    filed = World(Store())
    filed.publish(campaign())
    filed.clock.set(LAST_SECOND)
    file(filed, *LINES)
    file(filed, *(line(f"n-{n}", n) for n in range(40)), merchant_id="mall")
    file(filed, line("b-1", batch_id="other"), line("b-2"), merchant_id="bakery")
    mark(filed, filed.services, "kiosk")
    filed.clock.set(DUE)
    return filed


ZONES = {"Asia/Shanghai"}
MALL = added(*(line(f"n-{n}", n) for n in range(40)))
SPENT = {"city": 60 + sum(range(40)) + 100, "platform": 43}


def assert_closed(town: World) -> None:
    assert [final(town, m) for m in ("diner", "mall", "kiosk")] == [added(*LINES), MALL, added()]
    assert final(town, "bakery") == added(line("b-1", batch_id="other"), line("b-2"))
    assert town.services.day_folds.spent("pack") == {DAY: SPENT}
    assert town.services.day_folds.spent("other") == {DAY: {"city": 100, "platform": 1}}


@pytest.mark.parametrize("segment", [1, 2, 5_000])
def test_every_line_is_added_up_once(town: World, segment: int) -> None:
    """Whether a shard takes one record or several, also if the last record ends with the last line."""
    with patch.object(day_close, "SEGMENT_LINES", segment):
        assert tick(town) == [{**CLOSED, "lines": 44}]
    assert_closed(town)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2, 9, 17, 18, 40, 70, 100])
def test_a_killed_close_is_finished_by_the_next(town: World, nth_write: int, applied: bool) -> None:
    """Killed at any write, and what was recorded is not read again."""
    with patch.object(day_close, "SEGMENT_LINES", 2):
        with pytest.raises(KilledError):
            tick(town, town.new_services(client=Mortal(town.client, nth_write, applied=applied)))
        assert final(town) is None
        assert tick(town) == [{**CLOSED, "lines": 44}]
    assert_closed(town)


@pytest.mark.parametrize("operation", ["put_item", "update_item", "batch_get_item", "query"])
def test_two_closes_side_by_side_are_one(town: World, operation: str) -> None:
    """Wherever one call overtakes the other, the slow one resumes from what is recorded and reports nothing."""
    fast: list[object] = []
    client = Faulty(town.client, operation, first(lambda: fast.extend(tick(town, town.new_services(seed=2)))))
    with patch.object(day_close, "SEGMENT_LINES", 2):
        assert tick(town, town.new_services(client=client)) == []
    assert len(fast) == 1
    assert_closed(town)


def test_what_a_twin_recorded_of_a_shard_is_gone_on_with(town: World) -> None:
    """The record of the slower call is refused, and no line is added up twice."""

    def overtaken(real: Any, parameters: dict[str, Any]) -> Any:
        with patch.object(day_close, "SEGMENT_LINES", 3), pytest.raises(KilledError):
            tick(town, town.new_services(client=Mortal(town.client, 30, applied=True), seed=3))
        return real(**parameters)

    with patch.object(day_close, "SEGMENT_LINES", 1):
        tick(town, town.new_services(client=Faulty(town.client, "put_item", *([overtaken] * 2))))
    assert_closed(town)


def test_without_time_nothing_is_closed(town: World) -> None:
    """The call asks for another one, and no reader sees half a close."""
    report = run_schedule(town.services, town.now_s, town.clock.monotonic)
    assert (report.did, report.more) == ([], True)
    did, more = close_days(town.services, ZONES, town.now_s, town.clock.monotonic)
    assert (did, more, final(town)) == ([], True, None)


def test_a_deadline_in_the_middle_keeps_what_was_recorded(town: World) -> None:
    """Each call resumes; in the end the day is closed with the sums of all lines."""
    for _ in range(60):
        services = town.new_services(clock=Ticking(monotonic=0))
        if not close_days(services, ZONES, town.now_s, 12.0)[1]:
            break
    else:
        raise AssertionError("it never ends")
    assert_closed(town)


def test_a_throttled_close_is_left_for_the_next_call(town: World) -> None:
    """The schedule reports that there is more to do, and its next run does it."""
    read_due(town.services, town.now_s)
    services = town.new_services(client=Faulty(town.client, "put_item", *[throttled] * PATIENT_ATTEMPTS))
    report = run_schedule(services, town.now_s, FOREVER)
    assert (report.did, report.more) == ([], True)
    assert tick(town) == [{**CLOSED, "lines": 44}]


def test_a_tick_with_nothing_due_asks_once(town: World) -> None:
    """One Query, before and after the close."""
    for moment in (LAST_SECOND, DUE):
        town.clock.set(moment)
        tick(town)
        counting = Counting(town.client)
        assert close_days(town.new_services(client=counting), [], town.now_s, FOREVER) == ([], False)
        assert counting.requests == {"query": 1}
