"""Courts on the running stack: waited for, moved up to; cancelled by the venue, or checked in for points. In 2022."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.journey import Journey
from tests.browser.states import SCAN
from tests.browser.test_citizen import opened
from tests.e2e.caller import from_many_clients
from tests.e2e.local_stack import LocalStack, new_stack
from tests.world import Answered

UNITS = 8
PEOPLE = [f"plays-{number}" for number in range(24)]
FACILITY, DAY, HHMM = "east-gate-court", "2022-07-02", "1900"
SLOT = f"{FACILITY}.{DAY}.{HHMM}"
PAGE = f"/#/seasons/beijing-sports/facilities/{FACILITY}/{DAY}/{HHMM}"
REASON = "屋顶漏水"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own: what ends before 2022 ends in it."""
    with new_stack(tmp_path_factory.mktemp("court")) as one:
        yield one


def asked(stack: LocalStack, name: str, method: str = "PUT", slot: str = SLOT) -> Answered:
    with stack.citizen(name) as person:
        return person.send(method, f"/slots/{slot}/booking", {} if method == "PUT" else None)


def test_who_waits_moves_up_and_reads_why_the_venue_cancels(journey: Journey) -> None:
    """Eight of 24 have a place; the page that stays open tells each news, and so do my bookings."""
    journey.set_clock("2022-07-01T10:00:00+08:00")
    answers = dict(zip(PEOPLE, from_many_clients(lambda name: asked(journey.stack, name), PEOPLE), strict=True))
    booked = [name for name, answer in answers.items() if answer.status in (200, 201)]
    full = [name for name, answer in answers.items() if answer.slug == "full"]
    assert (len(booked), len(full)) == (UNITS, len(PEOPLE) - UNITS)
    page = opened(journey, full[0], PAGE)
    page.get_by_role("button", name="候补", exact=True).click()
    expect(page.get_by_text("候补第 1 位")).to_be_visible()
    assert asked(journey.stack, booked[0], "DELETE").status == 200
    journey.leap_until(page.get_by_text("候补成功，已为您订好"), within_s=40)
    page.evaluate("location.hash = '#/bookings'")
    card = page.get_by_role("link", name=re.compile("羽毛球场地"))
    expect(card).to_contain_text("候补成功")
    card.click()
    expect(page.get_by_text("候补成功，已为您订好")).to_be_visible()
    with journey.stack.operator() as operator:
        cancelled = operator.send("PUT", f"/admin/slots/{SLOT}", {"cancelled": REASON})
    assert cancelled.status == 200, cancelled.text
    journey.leap_until(page.get_by_text("场馆取消了这个场次"), within_s=60)
    expect(page.get_by_text(f"原因：{REASON}")).to_be_visible()
    page.evaluate("location.hash = '#/bookings'")
    expect(card).to_contain_text("场馆取消")
    expect(card).to_contain_text(f"原因：{REASON}")


COURT = f"{FACILITY}.2022-08-13.1800"
ACTIVITY = {"event": "street-basketball", "attendance": "open-run-0808"}


def test_a_court_is_booked_waited_for_and_checked_in_and_its_points_appear(journey: Journey) -> None:
    """A place comes to who waited; the venue scans the code of the page, which tells it; 10 points and 50 for the
    first time are on the page of points, where a swim is 440 points away.
    """
    journey.set_clock("2022-08-12T10:00:00+08:00")
    people = [f"plays-in-august-{number}" for number in range(UNITS)]
    booked = from_many_clients(lambda name: asked(journey.stack, name, slot=COURT), people)
    assert [answer.status for answer in booked] == [201] * UNITS
    page = opened(journey, "waits-in-august", f"/#/seasons/beijing-sports/facilities/{COURT.replace('.', '/')}")
    page.get_by_role("button", name="候补", exact=True).click()
    expect(page.get_by_text("候补第 1 位")).to_be_visible()
    assert asked(journey.stack, people[0], "DELETE", slot=COURT).status == 200
    journey.leap_until(page.get_by_text("候补成功，已为您订好"), within_s=40)
    journey.set_clock("2022-08-13T17:35:00+08:00")
    page.reload()
    page.get_by_role("link", name="出示签到码").click()
    expect(page.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    page.get_by_text("扫不出来？").click()
    code = "".join(page.locator(".letters").inner_text().split())
    with journey.stack.merchant("east-gate-badminton") as venue:
        checked_in = venue.send("PUT", f"/slots/{COURT}/checkins/door-1", {"code": code})
    assert (checked_in.status, checked_in.json["status"]) == (201, "checked-in"), checked_in.text
    journey.leap_until(page.get_by_text("已签到", exact=True), within_s=16)
    page.get_by_role("link", name="看我的积分").click()
    expect(page.get_by_role("main")).to_contain_text("60")
    expect(page.get_by_text("赚到 · 羽毛球场地 18:00")).to_be_visible()
    expect(page.get_by_text("含第一次参加的奖励 50 分")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("积分兑换游泳票"))).to_contain_text("还差 440 分")


def test_points_are_exchanged_for_a_swim_and_the_pool_takes_its_code(journey: Journey) -> None:
    """Short at first; what a partner reports fills the account; it pays, and the coupon is used at the door."""
    journey.set_clock("2022-08-14T12:00:00+08:00")
    page = opened(journey, "swims", "/#/batches/points-swim-pass")
    expect(page.get_by_text("还差 500 分", exact=True)).to_be_visible(timeout=20_000)
    with journey.stack.caller(journey.stack.token("gate", "partner", merchant_id="jd-sports")) as partner:
        for kind, days in (("event", range(7, 15)), ("attendance", range(8, 15))):
            for day in days:
                visit = {"person_id": "swims", "activity_id": ACTIVITY[kind], "session_id": f"{kind}-{day}"}
                visit |= {"kind": kind, "quantity": 2, "occurred_at": f"2022-08-{day:02}T08:00:00+08:00"}
                told = partner.send("PUT", f"/points/earnings/{kind}-{day}", visit)
                assert told.status == 201, told.text
    page.get_by_role("button", name="刚赚了分？再查一次").click()
    page.get_by_role("button", name="用 500 积分兑换").click()
    expect(page.get_by_role("heading", name="已领到")).to_be_focused()
    expect(page.get_by_text("用了 500 分，还剩")).to_be_visible()
    page.get_by_role("link", name="去看券").click()
    page.get_by_role("link", name=re.compile("游泳馆单次入场")).click()
    page.get_by_text("看不清？报给店员").click()
    code = "".join(page.locator(".letters").inner_text().split())
    item = {"sku": "swim-pass-single", "category": "swimming", "tags": [], "price_minor": 5_000, "quantity": 1}
    order = {"total_minor": 5_000, "store_id": "north-lake-pool", "channel": "offline", "region": "beijing"}
    with journey.stack.merchant("north-lake-pool") as pool:
        used = pool.send("PUT", "/orders/swim-1/redemption", {"code": code, "order": {**order, "items": [item]}})
    assert (used.status, used.json["payable_minor"]) == (201, 0), used.text
    journey.leap_until(page.get_by_text("已使用", exact=True), within_s=16)
    page.evaluate("location.hash = '#/points'")
    expect(page.get_by_text("兑换 · 积分兑换游泳票")).to_be_visible()
    expect(page.get_by_text("已到上限，这一笔不再加分。").first).to_be_visible()


EVENING = f"{FACILITY}.2022-08-15.1800"


def test_a_venue_checks_in_who_booked_by_a_code_that_was_read_in_the_sale(journey: Journey) -> None:
    """Too early first, then done, as the settlement says too; another scan of the same person pays nobody twice."""
    journey.set_clock("2022-08-15T10:00:00+08:00")
    assert asked(journey.stack, "comes-to-the-door", slot=EVENING).status == 201
    journey.set_clock("2022-08-15T17:20:00+08:00")
    one = journey.screen()
    one.stored(journey.signed_in("gate-till", "merchant", merchant_id="east-gate-badminton"))
    page = one.open("/shop")
    expect(page.get_by_label("金额", exact=True)).to_be_visible()
    page.evaluate(SCAN, slot_code(journey, "comes-to-the-door"))
    expect(page.get_by_text("这是场馆签到码")).to_be_visible()
    page.get_by_role("link", name="去签到").click()
    expect(page.get_by_text("17:30 开始签到。")).to_be_visible(timeout=20_000)
    journey.set_clock("2022-08-15T17:35:00+08:00")
    page.get_by_role("button", name="下一位").click()
    expect(page.get_by_text("已订 1/8 · 已到 0")).to_be_visible()
    page.evaluate(SCAN, slot_code(journey, "comes-to-the-door"))
    expect(page.get_by_role("heading", name="已签到")).to_be_focused(timeout=20_000)
    expect(page.get_by_text("活动付给本馆")).to_be_visible()
    number = page.get_by_role("link", name="单号").inner_text().split()[-1]
    with journey.stack.merchant("east-gate-badminton") as venue:
        lines = venue.send("GET", "/settlements/2022-08-15").json["lines"]
    assert [(line["order_no"], line["slot_id"]) for line in lines] == [(number, EVENING)]
    page.get_by_role("button", name="下一位").click()
    expect(page.get_by_text("已订 1/8 · 已到 1")).to_be_visible()
    page.evaluate(SCAN, slot_code(journey, "comes-to-the-door"))
    expect(page.get_by_text("这个人已经签到过")).to_be_visible(timeout=20_000)


def slot_code(journey: Journey, name: str) -> str:
    with journey.stack.citizen(name) as person:
        return str(person.send("POST", f"/slots/{EVENING}/code", {}).json["code"])
