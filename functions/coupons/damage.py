"""Damage: an item that cannot be what its place says. It is named, counted and left out; the rest goes on.

    item ── cannot be read ──▶ Damaged(table, keys, reason) ──▶ left out of a list ──▶ Damages ──▶ log, metric, alarm
                                                            └─▶ decides money or stock: its batch or day waits

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
"""What reading an item raises that is not as we write it; pydantic's and binascii's errors are ValueErrors."""
NAMED_MAX = 100
"""Of one invocation by name; the others are counted."""


class UnlikeError(ValueError):
    """An item says what it must not. Its text is ours and names attributes and types, never content."""


@dataclass(eq=False)
class Damaged(Exception):
    """The item under `pk`, `sk` of `table` cannot be read, or what it says cannot be true; `reason` without content."""

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
        # Not as its cause: a trace in a log would print what the item says.
        raise Damaged(table, pk, sk, reason_of(error)) from None


@contextmanager
def expected(table: str, pk: str, sk: str) -> Iterator[None]:
    """A batch that this item names is published; else the item is damaged. Read strongly, or it may only be late."""
    try:
        yield
    except NotFound:
        raise Damaged(table, pk, sk, "its batch is not published") from None


def all_of(found: Iterable[T | Damaged]) -> Iterator[T]:
    """Each of them. Raises the first that is damaged."""
    for one in found:
        if isinstance(one, Damaged):
            raise one
        yield one


class Damages:
    """What an invocation found damaged, from any of its threads, each item once."""

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
        """Those that could be read; the others are noted, and listed in `into`."""
        for one in found:
            if not isinstance(one, Damaged):
                yield one
                continue
            with self.left_out(into):
                raise one

    def sound_of(self, found: Mapping[K, T | Damaged], into: list[Damaged] | None = None) -> dict[K, T]:
        """The same of each name's."""
        return {name: sound for name, one in found.items() for sound in self.sound([one], into)}

    def left_out(self, into: list[Damaged] | None = None) -> _LeftOut:
        """A `Damaged` in this block is noted and listed in `into`; the caller goes on after the block."""
        return _LeftOut(self, into)

    def take(self) -> tuple[list[Damaged], int]:
        """Those found since the last taking, and how many they are with those that are not named."""
        with self._lock:
            found, unnamed = list(self._found.values()), self._unnamed
            self._found, self._unnamed = {}, 0
        return found, len(found) + unnamed


class _LeftOut:
    """A class, and no generator: so that type checkers know that it swallows what it is for."""

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
    """`ValueError in coupons.stores.claims.from_item`: where it did not fit, and nothing of what stood there."""
    if isinstance(error, UnlikeError):
        return str(error)
    frame = _innermost(error.__traceback__)
    where = f"{frame.f_globals['__name__']}.{frame.f_code.co_name}" if frame else "code that is not ours"
    # A name that the code itself spells is an attribute's; any other key of a KeyError may be content.
    if frame and isinstance(error, KeyError) and error.args[0] in frame.f_code.co_consts:
        return f"lacks {error.args[0]!r} in {where}"
    return f"{type(error).__name__} in {where}"


def _innermost(trace: TracebackType | None) -> FrameType | None:
    """The innermost function of ours."""
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
