"""The public board: what is printed, what a plot says to who cannot see it, and a screen on a wall."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import PAGES
from tests.browser.screen import DESK, Screen
from tests.browser.states import STATES, shown

Open = Callable[..., Screen]
WALL = (1_920, 1_080)


def opened(screen: Open, name: str, **options: Any) -> Screen:
    """A screen in this state."""
    state = next(state for state in STATES if state.name == f"city-{name}")
    one = screen(**state.options(PAGES / "built"), **{"size": DESK, **options})
    shown(one, state)
    return one


def test_a_season_that_is_not_there_is_said_in_the_pages_language(screen: Open) -> None:
    """The stack's own sentence too, as on the console; nobody has to sign in."""
    page = opened(screen, "board-unknown").page
    expect(page.get_by_text("没有已发布的活动 “nothing”。")).to_be_visible()


def test_todays_sheet_is_one_page_of_a4(screen: Open) -> None:
    """With every district, and without the buttons of the screen."""
    page = opened(screen, "today").page
    expect(page.get_by_text("1 元补贴带动")).to_be_visible()
    expect(page.locator(".tiles li")).to_have_count(16)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_a_plot_has_its_numbers_as_a_table_and_as_a_file(screen: Open) -> None:
    """As many seconds as were counted; the file begins with a mark for spreadsheet programs."""
    page = opened(screen, "release").page
    plot = page.locator("figure.plot").first
    expect(plot.locator("canvas")).to_be_visible()
    plot.locator("summary").click()
    expect(plot.get_by_role("row").nth(1)).to_contain_text("10:00:38")
    with page.expect_download() as download:
        plot.get_by_role("button", name="下载表格").click()
    assert download.value.suggested_filename == "special-0606-seconds.csv"
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "时间,领取"
    assert lines[-1].startswith("2020-06-06T02:00:38Z,")


def test_a_screen_on_a_wall_goes_round_and_can_be_stopped(screen: Open) -> None:
    """By a button that a keyboard reaches; leaving it restores what the person had chosen."""
    one = opened(screen, "wall", size=WALL)
    page = one.page
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    expect(page.get_by_text("已发出约")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("补贴带动")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "nobody scrolls a wall"
    stop = page.get_by_role("button", name="停住")
    stop.focus()
    page.keyboard.press("Enter")
    expect(stop).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="大屏")).to_be_visible()
    expect(page.locator("html[data-wall], html[data-theme]")).to_have_count(0)
    assert one.sticking_out() == []


def test_a_release_fits_a_wall(screen: Open) -> None:
    """Nobody is there to scroll; its sentence is the one heading."""
    page = opened(screen, "wall-release", size=WALL).page
    expect(page.locator("canvas").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
