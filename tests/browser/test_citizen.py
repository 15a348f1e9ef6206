"""A citizen's journeys on the running stack: book, wait, claim, show a code; and what goes wrong on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.journey import Journey
from tests.browser.screen import NARROW
from tests.e2e.local_stack import LocalStack
from tests.world import a_batch, campaign

BEFORE_TEN = "2020-06-06T09:52:00+08:00"
OPEN = "2020-06-06T11:00:00+08:00"
BATCH = "/#/batches/special-0606"


# The body has the focus between the last stop and the first.
_FOCUSED = "document.activeElement === document.body ? '' : document.activeElement.textContent"


def opened(journey: Journey, sub: str, path: str, **options: object) -> Page:
    """The screen of a person who is signed in."""
    one = journey.screen(**options)
    one.stored(journey.signed_in(sub, "citizen", person_id=sub, region="beijing"))
    return one.open(path)


def published(stack: LocalStack, document: dict[str, Any]) -> None:
    """Everybody sees it: the catalog remembers documents for a second, so two pass."""
    stack.publish(document)
    stack.advance(2)


def test_a_citizen_books_waits_claims_and_shows_a_code(journey: Journey) -> None:
    """From `/` in two presses; signed in at the issuer; the page claims at ten by itself; the till takes the code."""
    journey.set_clock(BEFORE_TEN)
    page = journey.screen().open("/")
    page.get_by_role("link", name=re.compile("北京消费季")).click()
    page.get_by_role("link", name=re.compile("6月6日专项消费券")).click()
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_role("link", name=re.compile("李华")).click()
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.get_by_text("已预约")).to_be_visible()
    page.get_by_role("button", name="10:00 替我领").click()
    expect(page.get_by_text("请不要关闭本页")).to_be_visible()
    # A page that asks during a leap would learn the time after it: in the last minute it asks nothing.
    journey.set_clock("2020-06-06T09:59:20+08:00")
    page.reload()
    expect(page.get_by_text("请不要关闭本页")).to_be_visible()
    journey.leap(50)
    expect(page.get_by_role("heading", name="已领到")).to_be_focused()
    page.get_by_role("link", name="去看券").click()
    expect(page.get_by_role("tab", name=re.compile("可用"))).to_contain_text("3")
    page.get_by_role("link", name=re.compile("少付 10 元")).click()
    expect(page.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    page.get_by_text("看不清？报给店员").click()
    code = "".join(page.locator(".letters").inner_text().split())
    item = {"sku": "noodles", "category": "meal", "tags": [], "price_minor": 6_000, "quantity": 1}
    order = {
        "total_minor": 6_000,
        "store_id": "qianmen-diner",
        "channel": "offline",
        "region": "beijing",
        "items": [item],
    }
    with journey.stack.merchant("qianmen-diner") as till:
        sold = till.send("PUT", "/orders/browser-1/redemption", {"code": code, "order": order})
    assert (sold.status, sold.json["payable_minor"]) == (201, 4_000), sold.text
    journey.leap(4)
    expect(page.get_by_text("已使用", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="前门小馆")).to_contain_text("省 10.00 元")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_lost_answer_loses_and_doubles_nothing(journey: Journey, after: bool) -> None:
    """The connection breaks before the claim arrives, or when its answer is on its way: one pack in the end."""
    journey.set_clock(OPEN)
    page = opened(journey, f"lost-{after}", BATCH)
    sent: list[Route] = []

    def broken(route: Route) -> None:
        if route.request.method != "PUT":
            return route.fallback()
        sent.append(route)
        if len(sent) > 1:
            return None
        if after:
            route.fetch()
        return route.abort("connectionfailed")

    page.route("**/batches/special-0606/claim", broken)
    page.get_by_role("button", name="领取", exact=True).click()
    expect(page.get_by_text("正在核实是否已领到")).to_be_visible()
    journey.leap(3)
    while len(sent) < 2:
        page.wait_for_timeout(50)
    sent[1].continue_()
    expect(page.get_by_role("heading", name="已领到")).to_be_visible()
    assert len(sent) == 2
    with journey.stack.citizen(f"lost-{after}") as person:
        assert len(person.send("GET", "/wallet").json["coupons"]) == 3


def test_a_reload_in_the_middle_finds_what_was_claimed(journey: Journey) -> None:
    """The page had no answer when it was thrown away; the next one looks, and says so."""
    journey.set_clock(OPEN)
    page = opened(journey, "reloads", BATCH)

    done: list[int] = []

    def silent(route: Route) -> None:
        if route.request.method == "PUT":
            done.append(route.fetch().status)
        else:
            route.fallback()

    page.route("**/batches/special-0606/claim", silent)
    page.get_by_role("button", name="领取", exact=True).click()
    expect(page.get_by_role("button", name="正在领取")).to_be_visible()
    while not done:
        page.wait_for_timeout(50)
    page.reload()
    expect(page.get_by_role("heading", name="已领到")).to_be_visible()


def test_a_drained_batch_gives_what_returns(journey: Journey) -> None:
    """The time that the answer states, no button until then; the page tries once more by itself."""
    window = {"opens_at": "2020-06-06T10:00:00+08:00", "closes_at": "2020-06-08T10:00:00+08:00"}
    document = campaign(a_batch("browser-few", quantity=1, **window), campaign_id="browser-few")
    journey.set_clock(OPEN)
    published(journey.stack, document)
    with journey.stack.citizen("first") as first:
        assert first.claim("browser-few").status in (200, 201)
    page = opened(journey, "second", "/#/batches/browser-few")
    page.get_by_role("button", name=re.compile("^(领取|问问何时放回)$")).click()
    expect(page.get_by_text("未领走的可能在")).to_be_visible()
    expect(page.get_by_role("button", name="领取", exact=True)).to_have_count(0)
    page.get_by_role("button", name=re.compile("自动替我再试一次")).click()
    expect(page.get_by_text("替您再试一次")).to_be_visible()
    with journey.stack.operator() as operator:
        assert operator.send("PUT", "/admin/batches/browser-few/quantity", {"quantity": 40}).status == 200
    journey.leap_until(page.get_by_role("heading", name="已领到"), within_s=200)


def test_a_paused_batch_says_so_and_goes_on_by_itself(journey: Journey) -> None:
    """Nobody presses again: the page looks, and shows the button when the organiser resumes."""
    journey.set_clock(OPEN)
    page = opened(journey, "waits", "/#/batches/smart-online-0606")
    claim = page.get_by_role("button", name="领取", exact=True)
    expect(claim).to_be_visible()
    with journey.stack.operator() as operator:
        assert operator.send("POST", "/admin/batches/smart-online-0606/pause", {}).status == 200
        journey.leap(3)
        claim.click()
        expect(page.get_by_text("主办方暂停发放")).to_be_visible()
        assert operator.send("POST", "/admin/batches/smart-online-0606/resume", {}).status == 200
    journey.leap(40)
    expect(claim).to_be_visible()


def test_by_keyboard_alone_a_code_is_shown(journey: Journey) -> None:
    """Sign in, claim, show the code and its letters: Tab and Enter; past the head the claim is the first stop."""
    journey.set_clock(OPEN)
    page = journey.screen(own_clock=True).open(BATCH)
    expect(page.get_by_role("main").get_by_role("button", name="登录")).to_be_visible()
    assert tabbed_to(page, "登录") == ["跳到正文", "消费季", "券包", "预订", "大字版", "English", "北京消费季", "登录"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("王芳"))).to_be_visible()
    tabbed_to(page, "王芳")
    page.keyboard.press("Enter")
    claim = page.get_by_role("button", name="领取", exact=True)
    expect(page.get_by_text("已登录")).to_be_visible()
    expect(claim).to_be_visible()
    tabbed_to(page, "跳到正文")
    for key in ("Enter", "Tab"):
        page.keyboard.press(key)
    expect(claim).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="已领到")).to_be_focused()
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert tabbed_to(page, "看不清") == ["看不清？报给店员"]
    page.keyboard.press("Enter")
    expect(page.locator(".letters")).to_be_visible()


def tabbed_to(page: Page, name: str) -> list[str]:
    """By Tab, until what has the focus begins with the name; the stops on the way, and it."""
    stops: list[str] = []
    while not (stops and stops[-1].startswith(name)):
        assert len(stops) < 40, stops
        page.keyboard.press("Tab")
        stops.append(str(page.evaluate(_FOCUSED)).strip())
    return stops


def test_signing_out_leaves_nothing_of_the_person(journey: Journey) -> None:
    """Two people can share a phone: the wallet is shut, and the token is gone."""
    journey.set_clock(OPEN)
    page = journey.screen(own_clock=True).open("/#/wallet")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_role("link", name=re.compile("王芳")).click()
    expect(page.get_by_role("tablist")).to_be_visible()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("link", name="券包").click()
    expect(page.get_by_text("登录后看您的券")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('season.token')") is None


@pytest.fixture(scope="module")
def tomorrow(stack: LocalStack) -> None:
    """A season whose next batch opens a day later than `BEFORE_TEN`."""
    window = {"opens_at": "2020-06-07T20:00:00+08:00", "closes_at": "2020-06-08T20:00:00+08:00"}
    batch = a_batch("tomorrow", title={"zh": "晚上的券", "en": "Evening pack"}, **window)
    stack.set_clock(BEFORE_TEN)
    published(stack, campaign(batch, campaign_id="tomorrow", title={"zh": "明日消费季", "en": "Season of tomorrow"}))


@pytest.mark.parametrize(
    ("language", "presses", "found"),
    [
        ("zh", ["明日消费季", "晚上的券"], "6月7日.*20:00 开抢"),
        ("zh", ["北京消费季", "哪里能用"], "前门小馆"),
        ("zh", ["没有手机怎么办"], "去服务点"),
        ("en", ["Season of tomorrow", "Evening pack"], "Opens 7 June 20:00"),
        ("en", ["Beijing Consumption", "accepted"], "Qianmen"),
        ("en", ["Without a phone"], "At a counter"),
    ],
)
def test_what_people_look_for_is_three_presses_away(
    journey: Journey, tomorrow: None, language: str, presses: list[str], found: str
) -> None:
    """From `/`: tomorrow's release, where a coupon is accepted, what to do without a phone; on the narrowest screen."""
    journey.set_clock(BEFORE_TEN)
    one = journey.screen(language=language, size=NARROW)
    page = one.open("/")
    assert len(presses) <= 3
    for name in presses:
        page.get_by_role("link", name=re.compile(name)).click()
    expect(page.get_by_text(re.compile(found)).first).to_be_visible()
    assert one.sticking_out() == []
