"""A crowd loses nobody, and comes again as apps do."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from infra.rehearsal.crowd import BIN_S, BINS_A_SECOND, Crowd, Habits, Person, arrivals, bin_of

SHARP = Habits(
    window_s=60,
    sharp=0.4,
    early=0.2,
    patience_s=180.0,
    by_hand_s=10.0,
    again=0.0,
    lost=0.0,
    return_for_rest=0.0,
)
OPENS_S = 60
PEOPLE = 1_000_000.0


def made(habits: Habits = SHARP, weight: int = 10) -> Crowd:
    return Crowd(PEOPLE, habits, OPENS_S, weight, Random(1))


def test_everybody_arrives_once() -> None:
    """40 % in the first 3 s, 20 % in the minute before, the rest in the minute."""
    by_second = dict(arrivals(SHARP))
    assert sum(by_second.values()) == pytest.approx(1)
    assert sum(by_second[second] for second in range(3)) == pytest.approx(0.4)
    assert sum(share for second, share in by_second.items() if second < 0) == pytest.approx(0.2)
    even = [share for second, share in arrivals(replace(SHARP, sharp=0.0)) if second >= 0]
    assert even == pytest.approx([0.8 / 60] * 60)
    for window_s in (1, 2, 3, 4):
        assert sum(share for _, share in arrivals(replace(SHARP, window_s=window_s))) == pytest.approx(1)


def test_a_crowd_that_is_turned_away_loses_nobody() -> None:
    """In each bin: people = claimed + left + gave up + waiting; and after their patience all gave up."""
    crowd, pressed = made(), 0.0
    for now in range(bin_of(OPENS_S + 60 + 180 + 20)):
        pressing, _ = crowd.due(now)
        for second, tries, people in pressing:
            pressed += people
            crowd.turned_away(second, tries, people, now)
        if now % BINS_A_SECOND == 9:
            assert crowd.gave_up + crowd.waiting(now + 1) == pytest.approx(PEOPLE, abs=1e-3)
    assert crowd.gave_up == pytest.approx(PEOPLE, abs=1e-3)
    # Five tries in about 3 s and 10 s by hand, for 180 s after the opening.
    assert 60 < pressed / PEOPLE < 80


def test_an_app_tries_five_times_within_the_time_of_its_pauses() -> None:
    """One second's people: the last of the five tries comes at most 6 s after the first."""
    crowd = made(replace(SHARP, by_hand_s=1e9))
    tries: dict[int, float] = {}
    latest = 0.0
    for now in range(bin_of(OPENS_S)):
        for second, attempt, people in crowd.due(now)[0]:
            if second == 0 and people > 1e-3:
                tries[attempt] = tries.get(attempt, 0.0) + people
                latest = now * BIN_S
            crowd.turned_away(second, attempt, people, now)
    assert tries == pytest.approx(dict.fromkeys(range(5), PEOPLE * 0.2 / 60))
    assert latest < 1 + 6 + 5 * BIN_S


def test_a_person_keeps_the_rule_of_apps() -> None:
    """Busy five times, then by hand; a time that was named, and up to 3 s more; patience ends it."""
    crowd, ann = made(), Person(b"ann", 60.0)
    tries = []
    for _ in range(5):
        tries.append(ann.tries)
        crowd.comes_again(ann, 60.0)
    assert (tries, ann.tries) == ([0, 1, 2, 3, 4], 0)
    crowd._known.clear()
    crowd.comes_again(ann, 70.0, after_s=10.0)
    assert 80 <= min(crowd._known) * BIN_S <= 83
    crowd.comes_again(ann, 60.0 + 181)
    assert crowd.gave_up == 10


def test_who_never_saw_the_answer_asks_again_and_counts_once() -> None:
    """A pack is told once, whoever presses again."""
    crowd = made(replace(SHARP, lost=1.0))
    ann, bob = Person(b"ann", 60.0), Person(b"bob", 60.0, is_told=True)
    assert not crowd.has_pack(ann, 61.0)
    assert (crowd.claimed, ann.is_told, sum(map(len, crowd._known.values()))) == (0, False, 1)
    assert not crowd.has_pack(bob, 61.0)
    crowd.has_none(bob, 61.0, None)
    assert (crowd.claimed, crowd.left) == (0, 0)
    crowd.has_none(ann, 62.0, 60.0)  # the app asks which claim there is, before it believes that
    crowd.has_none(Person(b"eve", 60.0), 62.0, None)
    assert (crowd.claimed, crowd.left) == (10, 10)
