"""Journeys on the running stack: the real pages, the real headers, the real answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.journey import Journey
from tests.browser.shop import SHOP, keyed, looking_at, with_camera
from tests.browser.test_citizen import BATCH, OPEN, opened
from tests.browser.test_city import CONSOLE, signed_in

PERSON = "is-seen-by-all"


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


def test_a_citizen_a_shop_and_the_city_see_the_same_coupon(journey: Journey, chromium: Browser, tmp_path: Path) -> None:
    """Claimed, read by the shop's camera off the citizen's own screen, redeemed, reversed: the city sees each step."""
    journey.set_clock(OPEN)
    citizen = opened(journey, PERSON, BATCH)
    expect(citizen.get_by_role("button", name="领取", exact=True)).to_be_visible()
    _, desk = signed_in(journey, f"{CONSOLE}/batches/special-0606")
    journey.leap(3)
    before = _handed_out(journey)
    expect(desk.get_by_text(f"{before:,} of 2,000,000")).to_be_visible(timeout=15_000)
    citizen.get_by_role("button", name="领取", exact=True).click()
    citizen.get_by_role("link", name=re.compile("少付 10 元")).click()
    expect(citizen.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    shown_at = journey.stack.now()
    picture = citizen.screenshot(type="jpeg", scale="css")
    journey.leap(3)
    expect(desk.get_by_text(f"{before + 1:,} of 2,000,000")).to_be_visible(timeout=15_000)
    assert _coupons_by_hotline(desk) == ["Valid"] * 3
    with _till_before(journey, chromium, picture, tmp_path) as till:
        till.get_by_role("button", name="打开摄像头").click()
        expect(till.get_by_text("已读到券码").first).to_be_visible(timeout=15_000)
        # However long the camera took: the code lives a minute by the stack's clock.
        journey.set_clock(shown_at)
        keyed(till, "60")
        till.get_by_role("button", name="核销并收 40.00 元").click()
        expect(till.get_by_role("heading", name="已核销")).to_be_focused()
        journey.leap(4)
        expect(citizen.get_by_text("已使用", exact=True)).to_be_visible()
        assert _coupons_by_hotline(desk) == ["Valid", "Valid", "Used"]
        till.get_by_role("link", name="撤销这一单").click()
        till.get_by_role("button", name="退款 40.00 元").click()
        expect(till.get_by_text("券已退回顾客券包")).to_be_visible()
    assert _coupons_by_hotline(desk) == ["Valid"] * 3


def test_the_city_pauses_and_a_waiting_citizen_reads_why(journey: Journey) -> None:
    """The page that is open already says it by itself; when claims are resumed the button is there again."""
    journey.set_clock(OPEN)
    citizen = opened(journey, "reads-why", BATCH)
    claim = citizen.get_by_role("button", name="领取", exact=True)
    expect(claim).to_be_visible()
    _, desk = signed_in(journey, f"{CONSOLE}/batches/special-0606")
    try:
        desk.get_by_role("button", name=re.compile("^Pause")).click()
        desk.get_by_role("button", name="Pause claims", exact=True).click()
        expect(desk.get_by_text("In force everywhere at")).to_be_visible(timeout=20_000)
        journey.leap_until(citizen.get_by_text("主办方暂停发放"), within_s=100)
        expect(claim).to_have_count(0)
    finally:
        with journey.stack.operator() as operator:
            operator.send("POST", "/admin/batches/special-0606/resume", {})
    journey.leap_until(claim, within_s=100)


def _handed_out(journey: Journey) -> int:
    """Packs of the batch by now: what was read earlier is older than two seconds."""
    with journey.stack.operator() as operator:
        batch = operator.send("GET", "/batches/special-0606").json
    return int(batch["quantity"] - batch["remaining"])


def _coupons_by_hotline(desk: Page) -> list[str]:
    """The states of the person's coupons, as the console shows them."""
    desk.evaluate("location.hash = '#/console/beijing-2020/hotline'")
    desk.get_by_label("The person's real-name identity").fill(PERSON)
    with desk.expect_response("**/admin/persons/lookup"):
        desk.get_by_role("button", name="Look up, and log it").click()
    expect(desk.get_by_role("heading", name="Coupons: 3")).to_be_visible()
    return desk.locator("main .lines .chip").all_inner_texts()


@contextmanager
def _till_before(journey: Journey, chromium: Browser, picture: bytes, folder: Path) -> Iterator[Page]:
    """A till of the shop, signed in, whose camera looks at the picture."""
    with with_camera(journey, chromium, looking_at(picture, folder)) as one:
        one.stored(journey.signed_in("clerk", "merchant", merchant_id=SHOP))
        yield one.open("/shop")


def _seconds(journey: Journey) -> float:
    return datetime.fromisoformat(journey.stack.now()).timestamp()
