"""What a resumable pass has read of one of its places (`process/passes.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """`value`: what the place comes to so far. It is read up to the sort key `read_to`, or to its end."""

    value: T
    read_to: str = ""
    to_the_end: bool = False
