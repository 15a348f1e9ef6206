"""The states of the pages: each has a row on their page and a file. Needs no browser."""

from __future__ import annotations

from tests.browser.states import STATES, rows


def test_each_state_has_one_row_and_each_row_its_state() -> None:
    """No row without a file that is shown, no file that no row explains."""
    assert len(rows()) == len(set(rows()))
    assert sorted(rows()) == sorted(state.name.replace("-", "/", 1) for state in STATES)


def test_each_state_says_what_is_seen() -> None:
    """A picture of nothing would pass."""
    assert [state.name for state in STATES if not state.see] == []
