"""Slots under sixteen threads: nobody is overbooked, half booked or overtaken, whatever the network loses or repeats.

`SLOT_ATTEMPTS=12000` plays so many; `-s` prints the figures.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.concurrency.racing import THREADS, Arena
from tests.concurrency.slot_play import Network, Play, overbooked, overtaken, slots_of
from tests.court import offer, rule
from tests.world import a_batch, campaign

ATTEMPTS = int(os.environ.get("SLOT_ATTEMPTS", "1600"))
A_DAY = 800
UNITS, UPCOMING_MAX = 2, 2
PEOPLE = [f"person-{number}" for number in range(16)]

pytestmark = pytest.mark.timeout(1_200)


def assert_sound(play: Play) -> None:
    """From what is stored, and not from what anybody was told."""
    found = play.records()
    live = {slot_id: record for slot_id, record in found.items() if record.cancelled is None}
    for slot_id, record in found.items():
        assert not set(record.booked) & set(record.waiting), slot_id
    for slot_id, record in live.items():
        assert not record.waiting or record.is_full, f"people wait for a free place of {slot_id}"
    in_slots = [(slot_id, person) for slot_id, found in live.items() for person in [*found.booked, *found.waiting]]
    assert set(in_slots) == {(slot_id, person) for slot_id, person in play.diaries() if slot_id in live}
    assert max(Counter(person for _, person in in_slots).values()) <= UPCOMING_MAX


def test_slots_are_exact_under_sixteen_threads(arena: Arena) -> None:
    """0 overbooked, 0 in the slot or the diary alone, 0 overtaken, 0 who come back after they have left."""
    arena.publish(campaign(a_batch()))
    per_person = {"upcoming_max": UPCOMING_MAX, "per_day_minutes": None}
    offer(arena, booking_rules=[rule(waiting_max=6, per_person=per_person)])
    network, answers, puts = Network(), Counter[str](), 0
    for number in range(ATTEMPTS // A_DAY):
        network.history.clear()
        arena.clock.set(f"2020-06-{6 + number:02}T10:00:00+08:00")
        play = Play(arena, network, slots_of(10 + number), PEOPLE)
        play.run(A_DAY, number)
        network.arrive()
        assert_sound(play)
        for slot_id, record in play.records().items():
            history = network.history.get(slot_id, {})
            assert (overbooked(history, UNITS, record.version), overtaken(history)) == ([], []), slot_id
        play.everybody_leaves()
        assert not [slot_id for slot_id, record in play.records().items() if record.booked or record.waiting]
        assert play.diaries() == set()
        assert network.twice == []
        answers += play.answers
        puts += sum(map(len, network.history.values()))
    said = [f"\n{answers.total():,} attempts by {THREADS} threads, {puts:,} whole slots written; 0 faults of any kind"]
    said += [", ".join(f"{n:,} {what}" for what, n in sorted(counts.items())) for counts in (answers, network.counts)]
    print("\n".join(said))  # noqa: T201 - for `pytest -s`
    assert min(answers["book: booked"], answers["wait: waiting"], network.counts["copies refused"]) > 0
