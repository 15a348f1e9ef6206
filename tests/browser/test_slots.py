"""A court on the running stack: full, waited for, moved up to, cancelled by its venue. In July 2022."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.journey import Journey
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


def asked(stack: LocalStack, name: str, method: str = "PUT") -> Answered:
    with stack.citizen(name) as person:
        return person.send(method, f"/slots/{SLOT}/booking", {} if method == "PUT" else None)


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
