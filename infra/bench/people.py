"""People, their order and their environments, drawn from a seed before anything is measured."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from coupons.sealing import PERSON_BYTES

REPEAT_SHARE = 0.2
PEOPLE_PER_PACK = 1.2
SLICE_ATTEMPTS = 1_200
"""Attempts in a protocol's turn: about two seconds, so that noise of the machine affects all protocols alike."""


@dataclass(frozen=True, slots=True)
class Size:
    packs: int
    environments: int = 8
    attempt_s: float = 0.010
    """The time of an attempt by its environment's clock (ATTEMPT_MS), however long it takes on this machine.

    Leases follow the pace. Here eight environments and the store share a few processors, so by the machine's own time
    demand would look low. A warm invocation is assumed to take 2 ms of CPU (1 GB of memory is half a processor) and a
    write of a few milliseconds. A lease and a read of the control item are both due about once a second, so slower
    invocations cost more requests a claim: 1.04 at 10 ms, 1.05 at 18 ms, 1.07 at 30 ms.
    """

    @property
    def people(self) -> int:
        return int(self.packs * PEOPLE_PER_PACK)

    @property
    def repeats(self) -> int:
        """People who come a second time."""
        return int(self.people * REPEAT_SHARE)

    @property
    def late(self) -> int:
        """People who come after the batch is drained, each once."""
        return self.packs


def key_of(number: int) -> bytes:
    """A person's key, spread over the buckets like real keys."""
    return hashlib.blake2b(number.to_bytes(8, "big"), digest_size=PERSON_BYTES).digest()


def spike(size: Size, seed: int) -> list[list[int]]:
    """Attempts in slices: every person once and every fifth of them twice, in one shuffled order."""
    line = [*range(size.people), *random.Random(seed).sample(range(size.people), size.repeats)]
    random.Random(seed + 1).shuffle(line)
    slice_attempts = min(SLICE_ATTEMPTS, max(len(line) // 4, 1))
    return [line[start : start + slice_attempts] for start in range(0, len(line), slice_attempts)]


def latecomers(size: Size) -> list[int]:
    """New people, who come after the batch is drained."""
    return list(range(size.people, size.people + size.late))


def dealt(people: Sequence[int], environments: int) -> list[list[int]]:
    """Deals the attempts to the environments in turn, as a gateway would."""
    return [list(people[place::environments]) for place in range(environments)]
