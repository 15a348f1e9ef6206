"""Every part of the pages: for readers, for keyboards, in both themes and languages, on narrow and enlarged screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.screen import NARROW, Screen

Open = Callable[..., Screen]
LOOKS = [(theme, language) for theme in ("light", "dark") for language in ("zh", "en")]


@pytest.mark.parametrize(("theme", "language"), LOOKS)
def test_a_reader_finds_nothing_to_complain_of(screen: Open, parts: Path, theme: str, language: str) -> None:
    """axe, on all parts at once, under the policy of production."""
    # A seal that settles is half transparent for a moment.
    one = screen(folder=parts, theme=theme, language=language, reduced_motion="reduce")
    expect(one.open("/parts.html").get_by_role("timer")).to_have_text("00:01:15", timeout=5_000)
    assert one.axe() == []


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_a_theme_that_was_chosen_goes_before_the_systems(screen: Open, parts: Path, chosen: str) -> None:
    """And is remembered over a reload."""
    one = screen(folder=parts, theme={"light": "dark", "dark": "light"}[chosen], language="en")
    page = one.open("/parts.html")
    page.get_by_role("button", name=chosen.capitalize(), exact=True).click()
    page.reload()
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == {"light": "rgb(247, 244, 238)", "dark": "rgb(19, 18, 17)"}[chosen]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_scrolls_sideways_at_320_pixels(screen: Open, parts: Path, language: str, large: bool) -> None:
    """Nor with text twice as large."""
    one = screen(folder=parts, size=NARROW, language=language)
    one.open("/parts.html")
    if large:
        one.enlarged()
    assert one.sticking_out() == []


def test_large_text_is_a_press_away(screen: Open, parts: Path) -> None:
    """1.3 times, and remembered over a reload."""
    page = screen(folder=parts, language="en").open("/parts.html")
    page.get_by_role("button", name="Larger").click()
    page.reload()
    expect(page.get_by_role("button", name="Larger")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20.8px"


def test_the_language_follows_the_switch(screen: Open, parts: Path) -> None:
    """The document says which it is, for a reader's voice."""
    page = screen(folder=parts).open("/parts.html")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(page.get_by_role("heading", level=1)).to_have_text("Coupons of the capital")


def test_the_countdown_speaks_at_its_thresholds_and_ends_as_a_state(screen: Open, parts: Path) -> None:
    """The timer itself is no live region; at zero there is another state, never a number below."""
    one = screen(folder=parts)
    one.page.clock.install()
    page = one.open("/parts.html")
    timer = page.get_by_role("timer")
    expect(timer).to_have_text("00:01:15")
    assert timer.get_attribute("aria-live") is None
    page.clock.run_for(16_000)
    expect(page.get_by_text("还有 1 分钟")).to_have_count(1)
    page.clock.run_for(60_000)
    expect(timer).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="可以领取了")).to_be_visible()


def test_a_sheet_keeps_the_focus_and_gives_it_back(screen: Open, parts: Path) -> None:
    """By keyboard alone: open, go round, close."""
    page = screen(folder=parts).open("/parts.html")
    opener = page.get_by_role("button", name="加入日历")
    opener.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_focused()
    for name in ("关闭", "下载日历文件", "关闭"):
        page.keyboard.press("Tab")
        expect(sheet.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(opener).to_be_focused()


def test_tabs_move_by_arrows(screen: Open, parts: Path) -> None:
    """One stop of the Tab key; the panel is named by its tab."""
    page = screen(folder=parts, language="en").open("/parts.html")
    page.get_by_role("tab", name="Valid").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Expired")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Expired")).to_be_visible()


def test_a_summary_of_faults_takes_the_focus_and_leads_to_the_field(screen: Open, parts: Path) -> None:
    """The field says its fault too."""
    page = screen(folder=parts, language="en").open("/parts.html")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    field = page.get_by_label("Amount")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Enter the amount, for example 60.00.")


def test_a_busy_button_keeps_its_focus_and_does_nothing(screen: Open, parts: Path) -> None:
    """A disabled one would lose it, and a reader with it."""
    button = screen(folder=parts, language="en").open("/parts.html").get_by_role("button", name="Claiming")
    button.focus()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-disabled", "true")


def test_those_who_want_no_motion_see_none(screen: Open, parts: Path) -> None:
    """The test would see one: others do."""
    still, moving = (screen(folder=parts, reduced_motion=wish) for wish in ("reduce", "no-preference"))
    for one in (still, moving):
        one.open("/parts.html")
    assert (still.running(), moving.running() > 0) == (0, True)


def test_a_code_is_black_on_white_and_wide_enough_in_the_dark(screen: Open, parts: Path) -> None:
    """At least 280 pixels, with four modules of white around, on the narrowest screen too."""
    page = screen(folder=parts, theme="dark", size=NARROW).open("/parts.html")
    code = page.locator("svg.qr")
    colours = code.evaluate("(it) => [getComputedStyle(it).backgroundColor, getComputedStyle(it.firstChild).fill]")
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    box = code.bounding_box()
    assert box is not None
    assert box["width"] >= 280
    assert code.evaluate("(it) => it.firstChild.getBBox().x") == 4


def test_forced_colours_leave_edges(screen: Open, parts: Path) -> None:
    """What was told by a ground alone has a line then."""
    page = screen(folder=parts, forced_colors="active").open("/parts.html")
    for part in (".ticket .paper", ".notice", ".button"):
        assert page.locator(part).first.evaluate("(it) => getComputedStyle(it).borderTopWidth") == "1px"


@pytest.mark.parametrize(
    ("offence", "seen"),
    [
        ("document.body.setAttribute('style', 'color: red')", "style-src"),
        ("document.body.innerHTML = '<b>x</b>'", "TrustedHTML"),
        ("fetch('https://example.org/x').catch(() => null)", "connect-src"),
    ],
)
def test_a_breach_of_the_policy_is_a_complaint(screen: Open, parts: Path, offence: str, seen: str) -> None:
    """An inline style, a written document, a foreign request."""
    one = screen(folder=parts)
    page = one.open("/parts.html")
    page.evaluate(f"async () => {{ try {{ await ({offence}) }} catch {{}} }}")
    assert seen in "".join(one.complaints)
    one.complaints.clear()


def test_a_button_that_is_none_and_a_pale_text_are_violations(screen: Open, parts: Path) -> None:
    """axe runs with the rules that see them."""
    one = screen(folder=parts)
    one.open("/parts.html").evaluate(
        """() => {
          const offender = document.createElement("div");
          offender.setAttribute("role", "button");
          offender.textContent = "a text that is too pale";
          offender.style.color = "#727272";  // 4.4 on the ground
          offender.style.background = "#f7f4ee";
          document.querySelector("main").append(offender, document.createElement("button"));
        }"""
    )
    found = "".join(one.axe())
    assert "button-name" in found
    assert "color-contrast" in found
