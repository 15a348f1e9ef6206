"""A client whose requests others come between, also between the reads of one BatchGetItem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Any

Steps = Sequence[Callable[[], object]]


class Interleaved:
    """Each request, and each key of a BatchGetItem, is a moment; at the moment `at[i]` step `i` of others comes first.

    The keys are read one after the other, in their order or backwards. Steps whose moment does not come are left.
    """

    def __init__(self, client: Any, steps: Steps, at: Sequence[int]) -> None:
        self.is_backward = False
        self._client = client
        self._left = list(zip(at, steps, strict=True))
        self._done: list[object] = []
        self._moment = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            if name == "batch_get_item":
                return self._read_apart(real, parameters)
            self._tick()
            return real(**parameters)

        return call

    def finish(self) -> list[object]:
        """What all steps returned, after those that are left."""
        self._done += [step() for _, step in self._left]
        return self._done

    def _read_apart(self, real: Callable[..., Any], parameters: dict[str, Any]) -> dict[str, Any]:
        asked = [(table, part, key) for table, part in parameters["RequestItems"].items() for key in part["Keys"]]
        found: dict[str, list[Any]] = {table: [] for table in parameters["RequestItems"]}
        for table, part, key in reversed(asked) if self.is_backward else asked:
            self._tick()
            found[table] += real(RequestItems={table: {**part, "Keys": [key]}})["Responses"][table]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _tick(self) -> None:
        while self._left and self._left[0][0] <= self._moment:
            self._done.append(self._left.pop(0)[1]())
        self._moment += 1


def schedules(steps: int, moments: int) -> Iterator[tuple[tuple[int, ...], bool]]:
    """Each way to place so many steps, in their order, at these moments; the second is `is_backward`."""
    for at in combinations_with_replacement(range(moments), steps):
        yield at, False
        yield at, True
