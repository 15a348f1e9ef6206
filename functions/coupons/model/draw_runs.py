"""A run: the entries of some buckets of bookings as one sorted file, and where in it each part begins."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from coupons.model.commitments import PARTS
from coupons.model.entries import RECORD_BYTES


@dataclass(frozen=True, slots=True)
class Run:
    """`offsets`: 257, in records; part b is from `offsets[b]` to `offsets[b + 1]`."""

    offsets: tuple[int, ...]
    file: str

    @property
    def count(self) -> int:
        return self.offsets[-1]

    def place_of(self, parts: range) -> tuple[int, int]:
        """Where these parts are in the file: offset and length in bytes."""
        first, end = self.offsets[parts.start], self.offsets[parts.stop]
        return first * RECORD_BYTES, (end - first) * RECORD_BYTES


def offsets_of(records: Sequence[bytes]) -> tuple[int, ...]:
    """Where each part begins in sorted records, and where the last one ends."""
    return (*(bisect_left(records, bytes([part])) for part in range(PARTS)), len(records))
