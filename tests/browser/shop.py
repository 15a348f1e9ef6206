"""What the tests of the shop do again and again: a code, a sign-in, an amount with a scan, and the books of the day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM
from tests.browser.journey import Journey
from tests.browser.screen import Screen

SHOP = "qianmen-diner"
_OPEN = datetime.fromisoformat("2020-06-06T10:30:00+08:00")
_APART = timedelta(minutes=15)
"""More than a cut-off till has to redeem late."""
_turns = count()


def code_of(journey: Journey, name: str) -> str:
    """A fresh code of this person's coupon of 10 off 50, which is claimed now.

    The clock never goes back to the time of an earlier code: a page that has been closed may have a request under way,
    and it must not be in time again.
    """
    journey.set_clock((_OPEN + next(_turns) * _APART).isoformat())
    with journey.stack.citizen(name) as citizen:
        claimed = citizen.send("PUT", "/batches/special-0606/claim", {})
        coupon = next(one for one in claimed.json["coupons"] if one["terms_id"] == "meal-50-10")
        return str(citizen.send("POST", f"/coupons/{coupon['coupon_id']}/code", {}).json["code"])


def lines(journey: Journey, before: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Of the day, without those that were there before; they are ordered by their numbers."""
    with journey.stack.merchant(SHOP) as merchant:
        found = merchant.send("GET", "/settlements/2020-06-06").json["lines"]
    return [line for line in found if line not in before]


def signed_in(one: Screen) -> Page:
    page = one.open("/shop")
    page.get_by_role("button", name="登录").click()
    page.get_by_text("前门小馆").first.click()
    expect(page.get_by_label("金额", exact=True)).to_be_visible()
    return page


@contextmanager
def with_camera(journey: Journey, chromium: Browser, *flags: str) -> Iterator[Screen]:
    """A screen of a browser with a camera, which pages may use; at the end it may not have complained."""
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox", *fake, *flags])
    one = Screen(browser, origin=journey.stack.url)
    try:
        yield one
        assert one.complaints == []
    finally:
        one.close()
        browser.close()


def looking_at(picture: bytes, folder: Path) -> str:
    """The flag of a browser whose camera sees nothing but this JPEG."""
    film = folder / "picture.mjpeg"
    film.write_bytes(picture * 10)
    return f"--use-file-for-fake-video-capture={film}"


def keyed(page: Page, amount: str) -> None:
    """By the keys of the page."""
    for key in amount:
        page.get_by_role("button", name=key, exact=True).click()


def quoted(page: Page, code: str, amount: str = "60") -> None:
    """The amount by the keys of the page, the code by a keyboard scanner while the amount has the focus."""
    keyed(page, amount)
    page.get_by_label("金额", exact=True).focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="核销并收 40.00 元")).to_be_visible()
    expect(page.get_by_label("金额", exact=True)).to_have_value(amount)


def number_of(page: Page) -> str:
    """The order number on the screen, also among details that are closed."""
    return str(page.get_by_text(re.compile(r"^单号 ")).text_content()).split()[-1]
