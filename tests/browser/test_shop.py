"""The shop on the running stack: the camera, a till that is cut off, two presses, the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.journey import Journey
from tests.browser.shop import SHOP, code_of, keyed, lines, looking_at, number_of, quoted, signed_in, with_camera

REDEMPTIONS = re.compile(r".*/orders/[^/]+/redemption$")


@contextmanager
def without_answers(page: Page, *, after_effect: bool) -> Iterator[None]:
    """No redemption gets an answer; the first one reaches the stack, or none does."""
    sent = []

    def lost(route: Route) -> None:
        sent.append(route.request.url)
        if after_effect and len(sent) == 1:
            route.fetch()
        route.abort("connectionfailed")

    page.context.route(REDEMPTIONS, lost)
    yield
    page.context.unroute(REDEMPTIONS, lost)


def cut_off(journey: Journey, page: Page) -> None:
    """The sale is confirmed, and every attempt goes by without an answer."""
    page.get_by_role("button", name="核销并收").click()
    for _ in range(20):
        if page.get_by_text("已记下，未核销").count():
            return
        for screen in journey.screens:
            screen.page.clock.run_for(1_000)
    expect(page.get_by_text("已记下，未核销")).to_be_visible()


def late_scans(journey: Journey, count: int) -> None:
    with journey.stack.operator() as operator:
        record = operator.send("GET", f"/admin/merchants/{SHOP}").json
        kept = {name: record[name] for name in record if name not in {"merchant_id", "late_scans_left"}}
        answer = operator.send("PUT", f"/admin/merchants/{SHOP}", {**kept, "late_scans_per_day": count})
    assert answer.status in {200, 201}, answer.text


def test_the_camera_reads_a_code_and_the_sale_is_redeemed_and_reversed(
    journey: Journey, chromium: Browser, tmp_path: Path
) -> None:
    """WebAssembly under the headers of the stack, without another origin; the coupon is back with its owner."""
    code = code_of(journey, "shop-camera")
    drawn = chromium.new_page(viewport={"width": 640, "height": 480})
    drawn.set_content(f"<body style='margin:60px 140px'>{segno.make(code, error='q').svg_inline(scale=8)}</body>")
    picture = drawn.screenshot(type="jpeg", scale="css")
    drawn.close()
    with with_camera(journey, chromium, looking_at(picture, tmp_path)) as one:
        page = signed_in(one)
        page.get_by_role("button", name="打开摄像头").click()
        expect(page.get_by_text("已读到券码").first).to_be_visible(timeout=15_000)
        keyed(page, "60")
        page.get_by_role("button", name="核销并收 40.00 元").click()
        expect(page.get_by_role("heading", name="已核销")).to_be_focused()
        page.get_by_role("link", name="撤销这一单").click()
        expect(page.get_by_text("全额退款后，券会退回")).to_be_visible()
        page.get_by_role("button", name="退款 40.00 元").click()
        expect(page.get_by_text("券已退回顾客券包")).to_be_visible()
    with journey.stack.citizen("shop-camera") as citizen:
        coupons = citizen.send("GET", "/wallet").json["coupons"]
    assert {coupon["status"] for coupon in coupons} == {"available"}


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_till_cut_off_in_the_middle_of_a_sale_loses_and_doubles_nothing(journey: Journey, after_effect: bool) -> None:
    """Whether the first request had arrived or not; the page is even reloaded meanwhile."""
    code = code_of(journey, f"shop-cut-{after_effect}")
    before = lines(journey)
    page = signed_in(journey.screen())
    quoted(page, code)
    with without_answers(page, after_effect=after_effect):
        cut_off(journey, page)
        number = number_of(page)
        assert len(lines(journey, before)) == after_effect
        page.reload()
        expect(page.get_by_role("link", name="1 待补")).to_be_visible()
    page.clock.run_for(6_000)
    expect(page.get_by_role("link", name="0 待补")).to_be_visible()
    added = lines(journey, before)
    assert [(line["order_no"], line["payable_minor"]) for line in added] == [(number, 4_000)]
    page.goto(f"{journey.stack.url}/shop#/orders")
    expect(page.get_by_text(number)).to_be_visible()


@pytest.mark.parametrize(
    ("allowed", "late_s", "seen"), [(5, 120, "断网补录"), (0, 120, "请联系顾客"), (5, 601, "请联系顾客")]
)
def test_what_a_cut_off_till_sends_late_is_redeemed_or_told(
    journey: Journey, allowed: int, late_s: int, seen: str
) -> None:
    """Within ten minutes where the merchant's record allows it; else the clerk is told, and nothing is dropped."""
    late_scans(journey, allowed)
    code = code_of(journey, f"shop-late-{allowed}-{late_s}")
    before = lines(journey)
    page = signed_in(journey.screen())
    quoted(page, code)
    with without_answers(page, after_effect=False):
        cut_off(journey, page)
        number = number_of(page)
        page.get_by_role("button", name="下一位").click()
        journey.leap(late_s)
    page.clock.run_for(6_000)
    redeemed = seen == "断网补录"
    page.get_by_role("link", name="0 待补" if redeemed else "1 待补").wait_for()
    page.get_by_role("link", name="今日" if redeemed else "1 待补").click()
    if not redeemed:
        page.clock.run_for(6_000)
    expect(page.get_by_text(seen).first).to_be_visible()
    assert [(line["order_no"], line["late"]) for line in lines(journey, before)] == [(number, True)] * redeemed


def test_two_presses_are_one_redemption(journey: Journey) -> None:
    """One request leaves, and one line is in the books."""
    code = code_of(journey, "shop-twice")
    before = lines(journey)
    page = signed_in(journey.screen())
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
    quoted(page, code)
    page.get_by_role("button", name="核销并收").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", name="已核销")).to_be_visible()
    number = number_of(page)
    assert [line["order_no"] for line in lines(journey, before)] == [number]
    assert sent == [f"{journey.stack.url}/orders/{number}/redemption"]


def test_a_sale_and_its_reversal_by_the_keyboard_alone(journey: Journey) -> None:
    """Amount, scanner, Tab to the button that charges; then to the sale, and back."""
    code = code_of(journey, "shop-keys")
    page = signed_in(journey.screen())
    expect(page.get_by_label("金额", exact=True)).to_be_focused()
    page.keyboard.type("60", delay=150)
    page.clock.run_for(2_000)
    page.wait_for_timeout(150)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="核销并收 40.00 元")).to_be_visible()
    pressed(page, "核销并收 40.00 元")
    expect(page.get_by_role("heading", name="已核销")).to_be_focused()
    pressed(page, "撤销这一单")
    expect(page.get_by_role("button", name="退款 40.00 元")).to_be_visible()
    pressed(page, "退款 40.00 元")
    expect(page.get_by_text("券已退回顾客券包")).to_be_visible()


def pressed(page: Page, name: str) -> None:
    """By Tab until it has the focus, then Enter."""
    for _ in range(40):
        page.keyboard.press("Tab")
        # An amount does not break from its sign.
        if page.evaluate("document.activeElement.textContent").replace("\u00a0", " ").strip() == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is no stop of the Tab key")
