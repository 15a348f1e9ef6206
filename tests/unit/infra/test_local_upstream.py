"""Places for requests to the local cloud: workers start one after the other."""

from __future__ import annotations

import asyncio

import pytest

from infra.local.upstream import Places


class Crowd:
    """Requests that each end when told, on a clock of the test."""

    def __init__(self, most: int) -> None:
        self.now_s = 0.0
        self.places = Places(most, monotonic_s=lambda: self.now_s)
        self.inside: list[int] = []
        self._ends: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def comes(self, *numbers: int) -> None:
        for number in numbers:
            self._ends[number] = asyncio.Event()
            self._tasks[number] = asyncio.create_task(self._request(number))
        await self._settled()

    async def ends(self, *numbers: int) -> None:
        for number in numbers:
            self._ends[number].set()
        await self._settled()

    async def breaks(self, number: int) -> None:
        self._tasks[number].cancel()
        await self._settled()

    async def _request(self, number: int) -> None:
        async with self.places.taken():
            self.inside.append(number)
            try:
                await self._ends[number].wait()
            finally:
                self.inside.remove(number)

    async def _settled(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(10):
            turn = loop.create_future()
            loop.call_soon(turn.set_result, None)
            await turn


def test_a_place_more_at_a_time() -> None:
    """Two, in their order; a third only when the request that had the last place has been answered; then four."""

    async def play() -> None:
        crowd = Crowd(most=4)
        await crowd.comes(*range(1, 10))
        assert crowd.inside == [1, 2]
        await crowd.ends(1)
        assert crowd.inside == [2, 3]
        await crowd.ends(2)
        assert crowd.inside == [3, 4, 5]
        await crowd.ends(5)
        assert crowd.inside == [3, 4, 6, 7]
        await crowd.ends(7)
        assert crowd.inside == [3, 4, 6, 8]
        await crowd.ends(3, 4, 6, 8, 9)
        assert crowd.inside == []

    asyncio.run(play())


@pytest.mark.parametrize(("idle_s", "inside"), [(200, [4, 5, 6]), (300, [4, 5])])
def test_it_begins_again_when_the_workers_are_gone(idle_s: int, inside: list[int]) -> None:
    """ministack ends those that had nothing to do for minutes."""

    async def play() -> None:
        crowd = Crowd(most=8)
        await crowd.comes(1, 2)
        await crowd.ends(1, 2)
        crowd.now_s = idle_s
        await crowd.comes(4, 5, 6, 7)
        assert crowd.inside == inside
        await crowd.ends(4, 5, 6, 7)

    asyncio.run(play())


def test_a_request_that_breaks_off_gives_its_place_back() -> None:
    """Inside, or while it waits."""

    async def play() -> None:
        crowd = Crowd(most=2)
        await crowd.comes(1, 2, 3, 4)
        await crowd.breaks(3)
        await crowd.breaks(1)
        assert crowd.inside == [2, 4]
        await crowd.ends(2, 4)

    asyncio.run(play())
