"""A season's programme on the running stack: what takes place in a district on a day, and what is announced."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.journey import Journey
from tests.browser.screen import NARROW
from tests.browser.test_citizen import BEFORE_TEN, OPEN, opened, tabbed_to


def test_a_citizen_finds_what_a_district_has_on_a_day(journey: Journey) -> None:
    """From `/` in two presses to today; a district, another day; a reload and the way back keep the choice.

    Name and district of a venue flow as one text.
    """
    journey.set_clock(BEFORE_TEN)
    one = journey.screen(size=NARROW)
    page = one.open("/")
    page.get_by_role("link", name=re.compile("北京消费季")).click()
    page.get_by_role("link", name=re.compile("今天的活动")).click()
    expect(page.get_by_role("heading", name="消费券线下服务台")).to_be_visible()
    page.get_by_label("地区").select_option("石景山区")
    expect(page.get_by_role("main").get_by_role("heading", level=3)).to_have_text(
        ["首钢工业遗产导览", "首钢园高炉夜市"]
    )
    expect(page.get_by_text("首钢园 · 石景山区").first).to_have_css("display", "block")
    page.get_by_role("button", name="6月7日").click()
    expect(page.get_by_role("main").get_by_role("heading", level=3)).to_have_text(["首钢园高炉夜市"])
    page.reload()
    expect(page.get_by_role("main").get_by_role("heading", level=3)).to_have_text(["首钢园高炉夜市"])
    assert one.sticking_out() == []
    page.go_back()
    expect(page.get_by_role("link", name=re.compile("今天的活动"))).to_be_visible()


def test_a_day_without_anything_leads_to_the_next_one_that_has_some(journey: Journey) -> None:
    """One press; the times are of the campaign's zone, wherever the device is."""
    journey.set_clock(BEFORE_TEN)
    page = journey.screen(zone="America/New_York").open("/#/seasons/beijing-2020/activities/2020-06-06/haidian")
    page.get_by_role("button", name="看 8月8日周六").click()
    expect(page.get_by_role("heading", name="炫·彩生活月启动仪式")).to_be_visible()
    expect(page.locator("time").filter(has_text="19:00")).to_be_visible()


def test_days_are_chosen_by_keyboard(journey: Journey) -> None:
    """Tab and Enter; the day that was pressed keeps the focus."""
    journey.set_clock(BEFORE_TEN)
    page = journey.screen(own_clock=True).open("/#/seasons/beijing-2020/activities/2020-06-06/shijingshan")
    expect(page.get_by_role("heading", name="首钢工业遗产导览")).to_be_visible()
    tabbed_to(page, "周日")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="首钢工业遗产导览")).to_have_count(0)
    expect(page.get_by_role("button", name="6月7日")).to_be_focused()


def test_a_broadcast_on_air_and_an_announcement_lead_where_the_city_says(journey: Journey) -> None:
    """The address of the broadcast is that of the document; an announcement's own path opens the batch."""
    journey.set_clock(BEFORE_TEN)
    page = journey.screen().open("/#/seasons/beijing-2020/activities")
    live = page.get_by_role("link", name="看直播：北京消费季启动仪式")
    expect(live).to_have_attribute("href", "https://live.example/beijing-2020/launch")
    page.get_by_role("link", name="北京消费季", exact=True).click()
    expect(page.get_by_text("谨防倒卖消费券")).to_be_visible()
    page.get_by_role("link", name="消费券10:00开放领取").click()
    expect(page.get_by_role("heading", name="6月6日专项消费券")).to_be_visible()


def test_a_session_that_is_booked_leads_to_its_seat(journey: Journey) -> None:
    """One press from the day's list to the slot, and one to the seat; a session that has begun has no way."""
    journey.set_clock(OPEN)
    page = opened(journey, "tours", "/#/seasons/beijing-2020/activities/2020-06-13/shijingshan")
    page.get_by_role("link", name="预订 14:00 这场").click()
    expect(page.get_by_role("heading", name="首钢工业遗产导览")).to_be_visible()
    page.get_by_role("button", name="预订", exact=True).click()
    expect(page.get_by_text("已订", exact=True)).to_be_visible()
    journey.set_clock("2020-06-06T14:30:00+08:00")
    begun = journey.screen().open("/#/seasons/beijing-2020/activities/2020-06-06/shijingshan")
    expect(begun.get_by_text("要预约，每场 30 人")).to_be_visible()
    expect(begun.get_by_role("link", name=re.compile("这场"))).to_have_count(0)
