"""Refusals: counted in memory, written seldom, and never by all processes in one second."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import Any

import pytest

from coupons.process.refusal_counter import FLUSH_S, JITTER_S, RefusalCounter
from infra.set_clock import SetClock
from tests.store.faults import Counting, Faulty, request_lost
from tests.world import World

AT_LATEST_S = FLUSH_S + JITTER_S
BEGUN_S = 1_020.0
"""A whole minute: the seconds of two minutes are two writes."""


def test_refusals_are_counted_by_cause_and_written_seldom(season: World) -> None:
    """One write a batch; other batches' refusals are counted apart. Those of each second go out in a turn of their own,
    so that no refusal writes both.
    """
    counting = Counting(season.client)
    services = season.new_services(client=counting)
    for cause in ("drained", "drained", "sold-out"):
        services.refusal_counter.count("pack", cause)
    assert counting.requests["update_item"] == 0
    season.clock.advance(AT_LATEST_S)
    for writes in (1, 2, 2):
        services.refusal_counter.flush()
        assert counting.requests["update_item"] == writes
    assert season.services.refusal_counts.refused("pack") == {"drained": 2, "sold-out": 1}
    assert season.services.refusal_counts.refused("other") == {}
    services.refusal_counter.count("pack", "drained")
    season.clock.advance(AT_LATEST_S)
    services.refusal_counter.count("pack", "drained")
    assert season.services.refusal_counts.refused("pack") == {"drained": 4, "sold-out": 1}


def test_a_statistic_that_cannot_be_written_is_let_go(season: World) -> None:
    """It is tried once, and the refusal is answered all the same."""
    client = Faulty(season.client, "update_item", request_lost)
    services = season.new_services(client=client)
    services.refusal_counter.count("pack", "not-open")
    season.clock.advance(AT_LATEST_S)
    services.refusal_counter.count("pack", "drained")
    assert (client.calls, season.services.refusal_counts.refused("pack")) == (1, {})


class Written:
    """Stands for both stores of one process, and notes when each is written."""

    def __init__(self, clock: SetClock) -> None:
        self._clock = clock
        self.totals_s: list[float] = []
        self.seconds_s: list[float] = []

    def add_refused(self, _batch_id: str, *counted: Any) -> None:
        (self.totals_s if len(counted) == 1 else self.seconds_s).append(self._clock.now_s)


def refuses(seed: int, from_s: float, until_s: float) -> Written:
    """A process that began long before, and refuses ten times a second from `from_s` on."""
    clock = SetClock(BEGUN_S)
    written = Written(clock)
    counter: Any = RefusalCounter(written, lambda: written, clock, random.Random(seed))  # type: ignore[arg-type]
    while from_s <= until_s:
        clock.now_s = from_s
        counter.count("pack", "drained")
        from_s += 0.1
    return written


@pytest.mark.parametrize("from_s", [BEGUN_S, BEGUN_S + 60])
def test_a_thousand_processes_do_not_write_in_one_second(from_s: float) -> None:
    """Neither those that begin together nor those that refuse together later, for the first time or again.

    Spread evenly over the jitter they would be 200 a second.
    """
    processes = [refuses(seed, from_s, from_s + 3 * AT_LATEST_S) for seed in range(1_000)]
    for moments in ([one.totals_s for one in processes], [one.seconds_s for one in processes]):
        by_second = Counter(int(at_s) for of_process in moments for at_s in of_process)
        assert max(by_second.values()) < 300
        assert all(len(of_process) >= 3 for of_process in moments)
        gaps = [after - before for times in moments for before, after in itertools.pairwise(times)]
        assert min(gaps) >= FLUSH_S
        assert max(gaps) <= AT_LATEST_S + 0.3  # the next refusal writes, and not both counts
