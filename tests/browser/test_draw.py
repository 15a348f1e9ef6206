"""A lottery on the running stack, from an entry to the claim, as a person, the city and a stranger see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infra.verify_draw.checks import Verification, read_receipt
from tests.browser.journey import Journey
from tests.browser.test_citizen import opened
from tests.browser.test_city import signed_in
from tests.e2e.local_stack import LocalStack, new_stack

BATCH = "night-draw"
OTHERS = ["enters-too", "never-claims"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own: its clock goes to July."""
    with new_stack(tmp_path_factory.mktemp("draw")) as one:
        yield one


def test_a_person_enters_a_draw_reads_the_result_has_it_proved_and_claims(journey: Journey, tmp_path: Path) -> None:
    """The receipt is kept as a file; the city announces the digits; with both a stranger recomputes the public draw."""
    journey.set_clock("2020-06-29T09:00:00+08:00")
    page = opened(journey, "enters-first", f"/#/batches/{BATCH}")
    expect(page.get_by_text("登记后不能取消")).to_be_visible()
    page.get_by_role("button", name="登记摇号", exact=True).click()
    expect(page.get_by_text("本页已核对签名，收据是真的。")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="存为文件").click()
    receipt = read_receipt(Path(saving.value.path()))
    for name in OTHERS:
        with journey.stack.citizen(name) as person:
            assert person.send("PUT", f"/batches/{BATCH}/booking", {}).status == 201

    journey.set_clock("2020-07-02T00:05:00+08:00")
    journey.stack.tick()
    journey.leap_until(page.get_by_text("名单已封存，共 3 人"), within_s=160)
    _, desk = signed_in(journey, f"/city#/console/night-2020/batches/{BATCH}")
    expect(desk.get_by_role("heading", name="The digits to announce")).to_be_visible()
    announced = "".join(desk.locator(".letters").first.inner_text().split())
    assert re.fullmatch("[0-9a-f]{64}", announced)

    journey.set_clock("2020-07-03T20:00:30+08:00")
    journey.stack.tick()
    journey.stack.tick()
    journey.leap_until(page.get_by_text("您中签了"), within_s=160)
    page.get_by_role("link", name="看公开的摇号过程").click()
    expect(page.get_by_role("heading", name="中签线", exact=True)).to_be_visible()
    assert "".join(page.locator(".letters").first.inner_text().split()) == announced
    loaded = journey.stack.couponctl(
        "verify-draw", str(tmp_path), "--download", BATCH, "--commitment", announced, "--local"
    )
    verified = Verification(tmp_path, announced, local=True, receipt=receipt).run()
    assert verified.is_good, (loaded.stdout, verified.answers)

    journey.set_clock("2020-07-04T10:05:00+08:00")
    page.go_back()
    journey.leap_until(page.get_by_role("button", name="领取", exact=True), within_s=160)
    page.get_by_role("button", name="领取", exact=True).click()
    expect(page.get_by_role("heading", name="已领到")).to_be_visible()
    expect(page.get_by_text("您的分数不高于中签线，所以中签。")).to_be_visible()
