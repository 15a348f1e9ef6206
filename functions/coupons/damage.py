"""Damage: an item that cannot be read, or cannot be true. It is logged, counted and left out; all others are served.

    item ── cannot be read ──▶ Damaged(table, keys, reason) ──▶ left out of a list ──▶ Damages ──▶ log, metric, alarm
                                                            └─▶ counts for money or stock: its batch or day waits

An item that does not fit raises `Damaged` in two places: where items become values (`stores/values.py`), and where
values become answers or events. A reader of many items leaves the damaged one out with `Damages.sound` or
`Damages.left_out`. A count of money or stock must not leave one out: there `Damaged` passes, and the caller leaves out
the whole batch or day. Logs, metrics and messages name the item by its keys and carry nothing of its content.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from types import FrameType, TracebackType
from typing import TypeVar

from coupons.refusals import NotFound

K = TypeVar("K")
T = TypeVar("T")

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OverflowError, zlib.error)
"""The errors of reading an item that is not as we write it; those of pydantic and binascii are ValueErrors."""
NO_BATCH, NO_SLOT = "its batch is not published", "its programme has no such slot"
NO_PROGRAM = "no programme has its points"
"""What an item lacks whose batch, slot or points are not there."""
NAMED_MAX = 100
"""Damaged items of one invocation that are kept by name; the others are only counted."""


class UnlikeError(ValueError):
    """An attribute is not what it must be. The text names attributes and types, never content."""


@dataclass(eq=False)
class Damaged(Exception):
    """The item under `pk`, `sk` of `table` cannot be read, or cannot be true. `reason` has none of its content."""

    table: str
    pk: str
    sk: str
    reason: str

    def __str__(self) -> str:
        return f"{self.table} {self.pk} {self.sk}: {self.reason}"


@contextmanager
def blamed(table: str, pk: str, sk: str) -> Iterator[None]:
    """An error of reading in this block is reported as damage of that item. Send no requests in it."""
    try:
        yield
    except UNREADABLE as error:
        # Not as its cause: a traceback in a log would print content of the item.
        raise Damaged(table, pk, sk, reason_of(error)) from None


@contextmanager
def expected(table: str, pk: str, sk: str, lacks: str = NO_BATCH) -> Iterator[None]:
    """The item names a published batch, or what `lacks` says: NotFound in this block is reported as damage of it.

    Read what it names strongly, or it may only be late.
    """
    try:
        yield
    except NotFound:
        raise Damaged(table, pk, sk, lacks) from None


def all_of(found: Iterable[T | Damaged]) -> Iterator[T]:
    """All of them. Raises the first that is damaged."""
    for one in found:
        if isinstance(one, Damaged):
            raise one
        yield one


class Damages:
    """The damaged items that an invocation found, from any of its threads, each once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[str, Damaged] = {}
        self._unnamed = 0

    def note(self, one: Damaged) -> None:
        with self._lock:
            if str(one) in self._found or len(self._found) < NAMED_MAX:
                self._found[str(one)] = one
            else:
                self._unnamed += 1

    def sound(self, found: Iterable[T | Damaged], into: list[Damaged] | None = None) -> Iterator[T]:
        """Those that are not damaged; the damaged ones are noted, and appended to `into`."""
        for one in found:
            if not isinstance(one, Damaged):
                yield one
                continue
            with self.left_out(into):
                raise one

    def sound_of(self, found: Mapping[K, T | Damaged], into: list[Damaged] | None = None) -> dict[K, T]:
        """The same for the values of a mapping."""
        return {name: sound for name, one in found.items() for sound in self.sound([one], into)}

    def left_out(self, into: list[Damaged] | None = None) -> _LeftOut:
        """A `Damaged` raised in this block is noted and appended to `into`; the caller goes on after the block."""
        return _LeftOut(self, into)

    def take(self) -> tuple[list[Damaged], int]:
        """Those found since the last call, and how many there are with those that were only counted."""
        with self._lock:
            found, unnamed = list(self._found.values()), self._unnamed
            self._found, self._unnamed = {}, 0
        return found, len(found) + unnamed


class _LeftOut:
    """Not a generator: type checkers must know that it suppresses the exception."""

    def __init__(self, damages: Damages, into: list[Damaged] | None) -> None:
        self._damages, self._into = damages, into

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Damaged):
            return False
        self._damages.note(error)
        if self._into is not None:
            self._into.append(error)
        return True


def reason_of(error: Exception) -> str:
    """`ValueError in coupons.stores.claims.from_item`: the error and the function, without content of the item."""
    if isinstance(error, UnlikeError):
        return str(error)
    frame = _innermost(error.__traceback__)
    where = f"{frame.f_globals['__name__']}.{frame.f_code.co_name}" if frame else "code that is not ours"
    # A name that is a constant of the code is an attribute's name; any other key of a KeyError may be content.
    if frame and isinstance(error, KeyError) and error.args[0] in frame.f_code.co_consts:
        return f"lacks {error.args[0]!r} in {where}"
    return f"{type(error).__name__} in {where}"


def _innermost(trace: TracebackType | None) -> FrameType | None:
    """The innermost function of this project."""
    found = None
    while trace is not None:
        frame = trace.tb_frame
        module = frame.f_globals.get("__name__", "")
        # Not a comprehension: some versions of Python give it a frame of its own.
        is_part = frame.f_code.co_name in ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")
        if module.startswith("coupons.") and module != __name__ and not is_part:
            found = frame
        trace = trace.tb_next
    return found
