"""The crowd before a release: who was never admitted is a number, who was admitted once is a person with a key.

Numbers are kept by the second of the first press and by the try. A press that is turned away comes again as
infra/client/README.md has it: within 0.4, 0.8, 1.6, 3.2 s; people spread evenly over a time are two entries of a
difference array. After five tries the app gives up, and its owner presses again by hand, after 10 s on average, until
their patience ends.

    crowd.due(bin) ──▶ numbers and persons that press in this tenth of a second
        turned_away(…) ◀── the gate, or Lambda         admitted ──▶ a Person for each `weight` people
        has_pack(…), has_none(…), comes_again(…) ◀── what the person was answered
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp
from random import Random

BIN_S = 0.1
BINS_A_SECOND = 10
TRIES = 5
PAUSES_S = (0.4, 0.8, 1.6, 3.2)
"""The app waits up to so long after each of the first four tries."""
LATE_S = 3.0
"""And so long at most after the time at which it was asked to come back."""
FIRST_S = 3
"""`sharp` presses in these seconds."""
EARLY_S = 60
"""Who comes early presses in this time before the opening."""
NOTHING = 1e-9
"""Of a person: what is left of sums of fractions."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Of people. Shares are of 1."""

    window_s: int
    sharp: float
    """The share of all that presses in the first 3 s; 0: evenly over the window."""
    early: float
    patience_s: float
    by_hand_s: float
    again: float
    """Press again although they have a pack."""
    lost: float
    """Never see an answer that was sent."""
    return_for_rest: float
    """Of those who read "all handed out": come again when packs may return."""


@dataclass(slots=True)
class Person:
    key: bytes
    pressed_s: float
    """For the first time."""
    tries: int = 0
    is_lost: bool = False
    """An answer with their pack never arrived."""
    is_told: bool = False
    """Counted already: what they do now is extra."""


@dataclass(slots=True)
class _Line:
    """People of one second of first presses at one try. `per_bin` of them press in this bin."""

    second: int
    tries: int
    per_bin: float = 0.0
    changes: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))

    def spread(self, people: float, first: int, bins: int) -> None:
        self.changes[first] += people / bins
        self.changes[first + bins] -= people / bins

    def ahead(self, now: int) -> float:
        """People who press from this bin on."""
        level, then, people = self.per_bin, now, 0.0
        for place in sorted(self.changes):
            people += level * (place - then)
            level, then = level + self.changes[place], place
        return people


class Crowd:
    """Times are seconds since the beginning, in bins of a tenth; the release opens at `opens_s`."""

    def __init__(self, people: float, habits: Habits, opens_s: int, weight: int, rng: Random) -> None:
        self.people, self.habits, self.weight = people, habits, weight
        self.claimed = self.left = self.gave_up = 0.0
        """People: were told of their pack; were told that there is none; were told nothing in time."""
        self.admitted = 0.0
        """Of those who were never admitted, what has not become a person yet: less than `weight`."""
        self.in_flight = 0
        """Persons whose request is under way and who are counted nowhere yet."""
        self._opens_s = opens_s
        self._rng = rng
        self._lines: dict[tuple[int, int], _Line] = {}
        self._by_hand: defaultdict[int, float] = defaultdict(float)
        self._known: defaultdict[int, list[Person]] = defaultdict(list)
        self._presses_by_hand = 1 - exp(-1 / habits.by_hand_s)
        for second, share in arrivals(habits):
            self._line(opens_s + second, 0).spread(people * share, bin_of(opens_s + second), bin_of(1))

    def due(self, now: int) -> tuple[list[tuple[int, int, float]], list[Person]]:
        """Who presses in this bin: (second of the first press, try, people), and persons."""
        if now % BINS_A_SECOND == 0:
            self._press_by_hand(now)
        pressing = [(line.second, line.tries, line.per_bin) for line in self._stepped(now)]
        return pressing, self._known.pop(now, [])

    def _press_by_hand(self, now: int) -> None:
        """Who presses by hand in this second, by second of the first press; or has no patience left."""
        for second, people in self._by_hand.items():
            if self._is_over(second, now * BIN_S):
                self.gave_up += people
                self._by_hand[second] = 0.0
            elif people > NOTHING:
                self._by_hand[second] -= people * self._presses_by_hand
                self._line(second, 0).spread(people * self._presses_by_hand, now, BINS_A_SECOND)

    def _stepped(self, now: int) -> Iterator[_Line]:
        for line in self._lines.values():
            if now in line.changes:
                line.per_bin += line.changes.pop(now)
            if line.per_bin > NOTHING:
                yield line

    def turned_away(self, second: int, tries: int, people: float, now: int) -> None:
        """People who pressed in this bin were not admitted."""
        if self._is_over(second, now * BIN_S):
            self.gave_up += people
        elif tries + 1 < TRIES:
            self._line(second, tries + 1).spread(people, now + 1, bin_of(PAUSES_S[tries]))
        else:
            self._by_hand[second] += people

    def comes_again(self, person: Person, now_s: float, after_s: float | None = None) -> None:
        """By the app after a failed try, or when it was asked to; by hand after five tries; or never."""
        if not person.is_told and now_s - person.pressed_s > self.habits.patience_s:
            self.gave_up += self.weight
            return
        if after_s is not None:
            person.tries, after_s = 0, after_s + self._rng.uniform(0, LATE_S)
        elif person.tries + 1 < TRIES:
            after_s = self._rng.uniform(0, PAUSES_S[person.tries])
            person.tries += 1
        else:
            person.tries, after_s = 0, self._rng.expovariate(1 / self.habits.by_hand_s)
        self._known[max(bin_of(now_s + after_s), bin_of(now_s) + 1)].append(person)

    def has_pack(self, person: Person, now_s: float) -> bool:
        """The person was answered with a pack. False: the answer was lost, or it is not their first."""
        if not person.is_told and self._rng.random() < self.habits.lost:
            person.is_lost = True
            self.comes_again(person, now_s)
            return False
        is_first, person.is_told = not person.is_told, True
        if is_first:
            self.claimed += self.weight
            if self._rng.random() < self.habits.again:
                self.comes_again(person, now_s, self._rng.expovariate(1 / self.habits.by_hand_s))
        return is_first

    def has_none(self, person: Person, now_s: float, returns_after_s: float | None) -> None:
        """The person read that all packs are handed out; some come again for those that may return.

        After a lost answer the app asks which claim there is, before it believes that.
        """
        if person.is_told:
            return
        if person.is_lost:
            person.is_told = True
            self.claimed += self.weight
        elif returns_after_s is not None and self._rng.random() < self.habits.return_for_rest:
            self.comes_again(person, now_s, returns_after_s)
        else:
            self.left += self.weight

    def waiting(self, now: int) -> float:
        """People who have been told nothing for good before this bin."""
        numbers = sum(line.ahead(now) for line in self._lines.values()) + sum(self._by_hand.values())
        persons = sum(not person.is_told for due in self._known.values() for person in due)
        return numbers + self.admitted + self.weight * (persons + self.in_flight)

    def _is_over(self, second: int, now_s: float) -> bool:
        # Nobody's patience ends before there was anything to have.
        return now_s - max(second, self._opens_s) > self.habits.patience_s

    def _line(self, second: int, tries: int) -> _Line:
        line = self._lines.get((second, tries))
        if line is None:
            line = self._lines[second, tries] = _Line(second, tries)
        return line


def bin_of(time_s: float) -> int:
    return int(time_s / BIN_S + 1e-6)


def arrivals(habits: Habits) -> Iterator[tuple[int, float]]:
    """First presses: second since the opening, and the share of all people. A window of 3 s or less is even."""
    for second in range(-EARLY_S, 0):
        yield second, habits.early / EARLY_S
    rest = 1 - habits.early
    is_sharp = habits.sharp > 0 and habits.window_s > FIRST_S
    sharp, first_s = (min(habits.sharp, rest), FIRST_S) if is_sharp else (0.0, 0)
    for second in range(habits.window_s):
        if second < first_s:
            yield second, sharp / first_s
        else:
            yield second, (rest - sharp) / (habits.window_s - first_s)
