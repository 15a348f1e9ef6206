"""Every state of every screen: it shows what it has to, and has no fault, in both themes and languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import PAGES
from tests.browser.screen import NARROW, Screen
from tests.browser.states import STATES, State, shown

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
