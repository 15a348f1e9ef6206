"""What was read less than a second ago by both clocks of the process (`clock.Stamp`).

Its age counts from before the request that read it, so it is never younger here than in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from coupons.clock import Clock, Stamp

FRESH_S = 1.0
K = TypeVar("K")
T = TypeVar("T")


class Fresh(Generic[K, T]):
    """Values by key, each read again by `read` once it is `fresh_s` old. At most `most` are kept: those read last."""

    def __init__(self, clock: Clock, read: Callable[[K], T], fresh_s: float = FRESH_S, most: int | None = None) -> None:
        self._clock = clock
        self._read = read
        self._fresh_s = fresh_s
        self._most = most
        self._kept: dict[K, tuple[T, Stamp]] = {}

    def get(self, key: K) -> T:
        """At most `fresh_s` old."""
        kept = self._kept.get(key)
        if kept is not None and kept[1].is_younger(self._clock, self._fresh_s):
            return kept[0]
        return self.get_now(key, self._read)

    def get_now(self, key: K, read: Callable[[K], T]) -> T:
        """Read by `read`, past what is kept, and kept from now on. If `read` raises, what was kept stays."""
        stamp = Stamp.now(self._clock)
        value = read(key)
        self._keep(key, value, stamp)
        return value

    def get_many(self, keys: Iterable[K], read: Callable[[list[K]], Mapping[K, T]]) -> dict[K, T]:
        """Several, each at most `fresh_s` old; `read` gets the keys that are not fresh, and may leave some out."""
        wanted = list(dict.fromkeys(keys))
        kept = {key: self._kept[key] for key in wanted if key in self._kept}
        fresh = {key: value for key, (value, stamp) in kept.items() if stamp.is_younger(self._clock, self._fresh_s)}
        stale = [key for key in wanted if key not in fresh]
        if stale:
            stamp = Stamp.now(self._clock)
            found = read(stale)
            for key, value in found.items():
                self._keep(key, value, stamp)
            fresh |= found
        return {key: fresh[key] for key in wanted if key in fresh}

    def _keep(self, key: K, value: T, stamp: Stamp) -> None:
        self._kept.pop(key, None)
        self._kept[key] = value, stamp
        if self._most is not None and len(self._kept) > self._most:
            self._kept.pop(next(iter(self._kept)))
