"""The till beside a plain sale, on the running stack: holds, the day's file, single goods, practice, another reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.journey import Journey
from tests.browser.shop import SHOP, code_of, keyed, lines, number_of, quoted, signed_in, with_camera


def test_a_coupon_that_is_set_aside_is_redeemed_without_a_code_or_released(journey: Journey) -> None:
    """Paid later under the same number; released, the coupon is free, and the page says that the number is used up."""
    code = code_of(journey, "shop-held")
    before = lines(journey)
    page = signed_in(journey.screen())
    numbers = []
    for act in ("放回", "付款"):
        quoted(page, code)
        page.get_by_role("button", name="先留券，稍后付").click()
        expect(page.get_by_role("heading", name="券已留给这一单")).to_be_focused()
        numbers.append(number_of(page))
        page.get_by_role("link", name="看留着的券").click()
        if act == "放回":
            page.get_by_role("button", name="不要了，放回").click()
            expect(page.get_by_text("放回后，这个单号不能再用")).to_be_visible()
            page.get_by_role("button", name="放回这张券").click()
            expect(page.get_by_text("没有留着的券。")).to_be_visible()
            page.get_by_role("link", name="去收款").click()
    page.get_by_role("button", name="已付款，核销").click()
    expect(page.get_by_role("heading", name="已核销")).to_be_focused()
    assert [line["order_no"] for line in lines(journey, before)] == numbers[1:]
    with journey.stack.merchant(SHOP) as merchant:
        answer = merchant.send("GET", f"/orders/{numbers[0]}/redemption")
    assert answer.status == 404


def test_the_settlement_is_saved_as_a_file(journey: Journey) -> None:
    """The whole day, with the names of its columns, and a byte order mark for spreadsheets."""
    code = code_of(journey, "shop-file")
    page = signed_in(journey.screen(accept_downloads=True))
    quoted(page, code)
    page.get_by_role("button", name="核销并收").click()
    expect(page.get_by_role("heading", name="已核销")).to_be_focused()
    page.goto(f"{journey.stack.url}/shop#/settlement")
    with page.expect_download() as saving:
        page.get_by_role("button", name="下载 CSV").click()
    assert saving.value.suggested_filename == f"{SHOP}-2020-06-06.csv"
    head, *rows = Path(saving.value.path()).read_text("utf-8-sig").splitlines()
    assert "order_no" in head.split(",")
    assert len(rows) == len(lines(journey))


def test_goods_one_by_one_are_one_order(journey: Journey) -> None:
    """What is typed of each line is what the stack gets, and its total is their sum."""
    code = code_of(journey, "shop-goods")
    page = signed_in(journey.screen())
    sent: list[dict[str, Any]] = []
    page.on("request", lambda asked: sent.append(asked.post_data_json["order"]) if asked.method == "PUT" else None)
    page.locator("summary", has_text="更多").click()
    page.get_by_role("button", name="逐件录入").click()
    page.get_by_label("单价").fill("25")
    page.get_by_label("数量").fill("2")
    page.get_by_role("button", name="再加一件").click()
    page.get_by_label("单价").nth(1).fill("10")
    page.get_by_label("标签").nth(1).fill("绿色 本地")
    expect(page.get_by_label("金额", exact=True)).to_have_value("60.00")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="看报价").click()
    page.get_by_role("button", name="核销并收 40.00 元").click()
    expect(page.get_by_role("heading", name="已核销")).to_be_focused()
    [order] = sent
    goods = [(item["price_minor"], item["quantity"], item["tags"]) for item in order["items"]]
    assert (order["total_minor"], goods) == (6_000, [(2_500, 2, []), (1_000, 1, ["绿色", "本地"])])


def test_a_practice_sends_nothing(journey: Journey) -> None:
    """From the settings to the last screen: no request leaves, nothing is kept, and a customer's code is not read."""
    code = code_of(journey, "shop-practice")
    page = signed_in(journey.screen())
    page.get_by_role("link", name="设置").click()
    begin = page.get_by_role("button", name="开始练习")
    expect(begin).to_be_visible()  # the part of the page that holds the settings is here
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(f"{asked.method} {asked.url}"))
    begin.click()
    keyed(page, "60")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_text("正在练习：不读顾客的码。").first).to_be_visible()
    page.get_by_role("button", name="用练习券").click()
    page.clock.run_for(1_000)
    page.get_by_role("button", name="核销并收 40.00 元").click()
    expect(page.get_by_role("heading", name="练习完成")).to_be_focused()
    page.get_by_role("button", name="下一位").click()
    expect(page.get_by_text("正在练习", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="0 待补")).to_be_visible()
    assert [url for url in sent if not url.endswith("/favicon.svg")] == []


def test_the_browsers_own_reader_of_codes_is_used_where_there_is_one(journey: Journey, chromium: Browser) -> None:
    """No WebAssembly is loaded then. The browser of these tests has none, so a stub stands for it."""
    code = code_of(journey, "shop-native")
    with with_camera(journey, chromium) as one:
        one.page.add_init_script(_READER % code)
        asked: list[str] = []
        one.page.on("request", lambda request: asked.append(request.url))
        page = signed_in(one)
        page.get_by_role("button", name="打开摄像头").click()
        expect(page.get_by_text("已读到券码").first).to_be_visible(timeout=15_000)
        keyed(page, "60")
        expect(page.get_by_role("button", name="核销并收 40.00 元")).to_be_visible()
        assert [url for url in asked if "zxing" in url or url.endswith(".wasm")] == []
        assert page.evaluate("window.formats") == ["qr_code"]


def test_the_shop_can_be_installed(journey: Journey) -> None:
    """By a manifest of its own, whose start is the till and not the citizens' page."""
    page = journey.screen().open("/shop")
    found = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())")
    assert (found["start_url"], found["scope"], found["id"]) == ("/shop", "/shop", "/shop")


_READER = """window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["ean_13", "qr_code"]); }
  constructor({ formats }) { window.formats = formats; }
  detect() { return Promise.resolve([{ rawValue: "%s" }]); }
};"""
