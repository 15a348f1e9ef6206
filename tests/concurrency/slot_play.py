"""Sixteen processes that book, wait, give back, change and cancel slots through a network that loses and repeats.

`Network` writes down each slot item that was put, by its version, from the requests that were applied and not from what
anybody was told. So the whole history of a slot's waiting list can be read afterwards.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import Any, NoReturn

from botocore.exceptions import ReadTimeoutError

from coupons.model.slot_records import SlotRecord
from coupons.process.services import Services
from coupons.refusals import NotFound, Refusal
from coupons.slots import booking, cancellation, venue
from coupons.slots.days import slot_of
from coupons.stores import remote
from tests.concurrency.racing import THREADS, Arena, at_once
from tests.court import DAY
from tests.world import KEYS

LOST_ANSWER, LATE, REPEATED = 0.05, 0.05, 0.10
"""Shares of writes: applied and not answered; not answered and applied later; applied, and once more later."""
ACTS = {"book": 40, "wait": 24, "leave": 32, "units": 4, "close": 0.25}
"""In so many of a hundred attempts."""


@dataclass
class Network:
    """What is under way, and what arrived."""

    counts: Counter[str] = field(default_factory=Counter)
    history: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    """By slot and version: the items that were put."""
    twice: list[str] = field(default_factory=list)
    """Slots of which one version was put two times."""
    _under_way: list[Callable[[], Any]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def client(self, real: Any, rng: random.Random) -> Any:
        return _Client(real, rng, self)

    def keep(self, request: Callable[[], Any]) -> None:
        with self._lock:
            self._under_way.append(request)

    def arrive(self, rng: random.Random | None = None) -> None:
        """Some request that is under way is applied now if its conditions let it; without `rng` all of them."""
        with self._lock:
            chosen = [self._under_way.pop(rng.randrange(len(self._under_way)))] if rng and self._under_way else []
            if rng is None:
                chosen, self._under_way = self._under_way, []
        for request in chosen:
            try:
                request()
            except remote.failures():
                self.counts["copies refused"] += 1
            else:
                self.counts["copies applied"] += 1

    def applied(self, operation: str, parameters: dict[str, Any]) -> None:
        puts = [parameters] if operation == "put_item" else [part.get("Put") for part in parameters["TransactItems"]]
        for item in (put["Item"] for put in puts if put and put["Item"]["pk"]["S"].startswith("SLOTS#")):
            _, facility_id, day = item["pk"]["S"].split("#")
            name, version = f"{facility_id}.{day}.{item['sk']['S']}", _number(item, "v")
            with self._lock:
                if version in self.history.setdefault(name, {}):
                    self.twice.append(name)
                self.history[name][version] = item


class _Client:
    def __init__(self, real: Any, rng: random.Random, network: Network) -> None:
        self._real, self._rng, self._network = real, rng, network

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        return self._writing(name, real) if name in ("put_item", "transact_write_items") else real

    def _writing(self, operation: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def send(**parameters: Any) -> Any:
            answer = real(**parameters)
            self._network.applied(operation, parameters)
            return answer

        def call(**parameters: Any) -> Any:
            # Without its token a copy is a request of its own: nothing but the conditions can refuse it.
            copy = {name: value for name, value in parameters.items() if name != "ClientRequestToken"}
            chance = self._rng.random()
            if chance < LATE:
                self._network.keep(lambda: send(**copy))
                self._fall_silent("sent and late")
            answer = send(**copy)
            if chance < LATE + REPEATED:
                self._network.keep(lambda: send(**copy))
                self._network.counts["sent twice"] += 1
            elif chance < LATE + REPEATED + LOST_ANSWER:
                self._fall_silent("applied without an answer")
            return answer

        return call

    def _fall_silent(self, how: str) -> NoReturn:
        self._network.counts[how] += 1
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1")


@dataclass
class Play:
    """One evening at a handful of slots: `attempts` by all threads together."""

    arena: Arena
    network: Network
    slots: list[str]
    people: list[str]
    answers: Counter[str] = field(default_factory=Counter)

    def run(self, attempts: int, seed: int) -> None:
        calls = [self._thread(number, attempts // THREADS, seed) for number in range(THREADS)]
        for answered in at_once(calls):
            assert isinstance(answered, Counter), answered
            self.answers += answered

    def _thread(self, number: int, attempts: int, seed: int) -> Callable[[], Counter[str]]:
        rng = random.Random(1_000 * seed + number)
        services = self.arena.new_services(client=self.network.client(self.arena.clients[number], rng), seed=seed)

        def play() -> Counter[str]:
            answers: Counter[str] = Counter()
            for _ in range(attempts):
                (act,) = rng.choices(list(ACTS), list(ACTS.values()))
                self.arena.clock.advance(0.1)
                answers[f"{act}: {self._attempt(services, rng, act)}"] += 1
                if rng.random() < 0.15:
                    self.network.arrive(rng)
            return answers

        return play

    def _attempt(self, services: Services, rng: random.Random, act: str) -> str:
        slot_id, person, now_s = rng.choice(self.slots), KEYS.person(rng.choice(self.people)), self.arena.now_s
        try:
            if act == "close":  # of two slots alone, so that the others stay in play
                venue.cancel(services, self.slots[rng.randrange(2)], "rain", now_s)
            elif act == "units":
                venue.set_units(services, slot_id, rng.randint(1, 4), now_s)
            elif act == "leave":
                cancellation.leave(services, slot_id, person, now_s)
            else:
                return (booking.book if act == "book" else booking.wait)(services, slot_id, person, now_s)[0].state
        except Refusal as refusal:
            return str(getattr(refusal, "reason", refusal.slug))
        return "done"

    def records(self) -> dict[str, SlotRecord]:
        """By `slot_id`. Whose counts are not its people is Damaged, and fails here."""
        found = {
            slot_id: self.arena.services.slots.get(slot_of(self.arena.services, slot_id)) for slot_id in self.slots
        }
        return {slot_id: record for slot_id, record in found.items() if record.version}

    def diaries(self) -> set[tuple[str, bytes]]:
        """Each slot of this play that is in a diary, and whose."""
        people = [KEYS.person(name) for name in self.people]
        return {
            (slot_id, person)
            for person in people
            for slot_id in self.arena.services.diaries.get("season", person).slots
            if slot_id in self.slots
        }

    def everybody_leaves(self) -> None:
        """Each is taken out of each slot, and asks once more, undisturbed; then what is still under way arrives."""
        services, now_s = self.arena.services, self.arena.now_s
        for slot_id, record in self.records().items():
            for person in [*record.waiting, *record.booked]:
                cancellation.leave(services, slot_id, person, now_s)
        for name in self.people:
            with suppress(NotFound):
                cancellation.leave(services, self.slots[0], KEYS.person(name), now_s)
        self.network.arrive()


def slots_of(day: int) -> list[str]:
    """Six hours of a day of the court."""
    return [f"court.{DAY[:8]}{day:02}.{hour:02}00" for hour in range(9, 15)]


def overtaken(history: dict[int, dict[str, Any]]) -> list[str]:
    """Of a slot's puts by version: who moved up though another had waited longer, and who booked past a list."""
    faults = []
    for version, before in sorted(history.items()):
        waited = {name[2:]: int(rank["N"]) for name, rank in before.items() if name.startswith("w:")}
        if not waited or version + 1 not in history:
            if waited and any(later > version for later in history):
                faults.append(f"version {version + 1} is a booking past {len(waited)} who waited")
            continue
        after = history[version + 1]
        moved_up = [rank for person, rank in waited.items() if f"p:{person}" in after]
        still = [rank for person, rank in waited.items() if f"w:{person}" in after]
        if moved_up and still and max(moved_up) > min(still):
            faults.append(f"version {version + 1} takes {max(moved_up)} before {min(still)}")
    return faults


def overbooked(history: dict[int, dict[str, Any]], units: int, version: int) -> list[str]:
    """Of a slot that began with so many units and is at this version: versions in which more came in than had room.

    A version that nobody put is one booking, for a booking changes the item where it is.
    """
    faults = []
    for put, item in history.items():
        before = history.get(put - 1, item)
        if {name for name in item if name.startswith("p:")} - set(before) and _number(item, "taken") > _number(
            item, "cap"
        ):
            faults.append(f"version {put} has {_number(item, 'taken')} people")
    room = {0: units} | {put: _number(item, "cap") - _number(item, "taken") for put, item in history.items()}
    for put, following in pairwise([*sorted(room), version + 1]):
        if following - put - 1 > max(room[put], 0):
            faults.append(f"{following - put - 1} booked after version {put} with room for {room[put]}")
    return faults


def _number(item: dict[str, Any], name: str) -> int:
    return int(item[name]["N"])
