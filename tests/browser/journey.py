"""A journey on the running stack: screens of several people, and one clock for the stack and all of them.

The pages sleep by `performance.now` and learn the time from `Date`. So `leap` moves the stack's clock and the pages'
together; nobody waits.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from playwright.sync_api import Browser, Locator, expect

from tests.browser.screen import Screen
from tests.e2e.local_stack import LocalStack

_PIECE_S = 8
_ANSWERED_WITHIN_S = 10


class Journey:
    """`stack` runs and serves the pages. Screens that are opened here have a clock that only `leap` moves quickly."""

    def __init__(self, stack: LocalStack, browser: Browser) -> None:
        self.stack = stack
        self._browser = browser
        self.screens: list[Screen] = []
        self._moved: list[Screen] = []

    def screen(self, *, own_clock: bool = False, **options: Any) -> Screen:
        """Another person's screen. `own_clock`: it keeps the browser's clock, and `leap` does not move it."""
        one = Screen(self._browser, origin=self.stack.url, **options)
        self.screens.append(one)
        if not own_clock:
            one.page.clock.install()
            self._moved.append(one)
        return one

    def signed_in(self, sub: str, scope: str, **claims: str) -> dict[str, Any]:
        """What a page's `sessionStorage` holds after this person's sign-in."""
        return {"season.token": {"token": self.stack.token(sub, scope, **claims), "leftS": 86_400, "storedAtS": 9e11}}

    def leap(self, seconds: int) -> None:
        """The stack's clock and every page's are this much later; what was due meanwhile has happened, in order."""
        self.stack.advance(seconds)
        for one in self._moved:
            one.page.clock.run_for(seconds * 1_000)

    def leap_until(self, seen: Locator, within_s: int) -> None:
        """It is seen at most so much later. In pieces, each after all answers: a request's limit of time leaps too."""
        for _ in range(0, within_s, _PIECE_S):
            self._await_answers()
            if seen.is_visible():
                break
            self.leap(_PIECE_S)
        expect(seen).to_be_visible()

    def _await_answers(self) -> None:
        until_s = monotonic() + _ANSWERED_WITHIN_S
        for one in self._moved:
            while one.under_way and monotonic() < until_s:
                one.page.wait_for_timeout(20)

    def set_clock(self, moment: str) -> None:
        """The stack's clock shows this time. Pages learn it from their next answer, as after a sleep of the device."""
        self.stack.set_clock(moment)
