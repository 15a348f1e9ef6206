"""Journeys on the running stack: the real pages, the real headers, the real answers."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser.journey import Journey


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_page_opens_without_a_complaint(journey: Journey, theme: str) -> None:
    """From the bucket, under its own headers: a heading, the season's days, nothing for axe to find."""
    one = journey.screen(theme=theme, language="en")
    page = one.open("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("time").first).to_be_visible()
    assert (one.axe(), one.sticking_out()) == ([], [])


def test_a_leap_moves_the_stack_and_the_pages_alike(journey: Journey) -> None:
    """The monotonic clock of a page, a timer of it, and the `Date` of the stack: an hour in no time."""
    page = journey.screen().open("/")
    page.evaluate("() => { window.due = false; setTimeout(() => { window.due = true }, 3_599_000); }")
    before_s, stack_before = page.evaluate("performance.now()") / 1_000, _seconds(journey)
    journey.leap(3_600)
    assert page.evaluate("window.due")
    assert page.evaluate("performance.now()") / 1_000 - before_s == pytest.approx(3_600, abs=20)
    assert _seconds(journey) - stack_before == pytest.approx(3_600, abs=20)


def _seconds(journey: Journey) -> float:
    return datetime.fromisoformat(journey.stack.now()).timestamp()
