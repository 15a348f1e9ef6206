"""Every state of every screen: it shows what it has to, and has no fault, in both themes and languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PAGES
from tests.browser.screen import NARROW, Screen
from tests.browser.states import SCAN, STATES, State, shown

Open = Callable[..., Screen]
BUILT = PAGES / "built"


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
@pytest.mark.parametrize(("theme", "language"), [("light", "zh"), ("dark", "en")])
def test_a_state_is_shown_and_axe_finds_nothing(
    screen: Open, parts: Path, state: State, theme: str, language: str
) -> None:
    """On the narrowest screen too nothing is wider than it; nor is an amount wider than its box."""
    options = state.options(parts if state.app == "parts" else BUILT)
    one = screen(**options, theme=theme, language=language, size=NARROW, reduced_motion="reduce")
    shown(one, state)
    assert one.page.locator(".button.act:visible").count() <= 1, "one thing to do now"
    assert (one.axe(), one.sticking_out(), one.running()) == ([], [], 0)
    one.enlarged()
    assert (one.sticking_out(), one.cut_off(), one.edgeless()) == ([], [], []), "text of 200 %, and forced colours"


def test_a_code_that_is_read_right_after_a_practice_begins_is_the_practices(screen: Open) -> None:
    """The press moves to the sale at once, not when the browser tells of the new address."""
    state = next(one for one in STATES if one.name == "shop-practice-real-code")
    begin, scan = (next(act[name] for act in state.does if name in act) for name in ("press", "scan"))
    one = screen(**state.options(BUILT))
    shown(one, replace(state, does=state.does[:2], see=begin))
    pressed = one.page.get_by_role("button", name=state.says(begin, one.language)).element_handle()
    one.page.evaluate(f"([pressed, text]) => {{ pressed.click(); ({SCAN})(text); }}", [pressed, scan])
    expect(one.page.get_by_text(state.says(state.see, one.language)).first).to_be_visible()
