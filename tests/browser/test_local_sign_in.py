"""The page of the local issuer in a browser: the first screen that a visitor sees when she signs in."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from infra.local.sign_in import CLIENT_ID, challenge
from tests.browser.journey import Journey
from tests.browser.screen import NARROW, PHONE


def asked(journey: Journey, **changes: str) -> str:
    """The address to which a page sends a person who wants to sign in."""
    query = {
        "client_id": CLIENT_ID,
        "redirect_uri": f"{journey.stack.url}/",
        "response_type": "code",
        "scope": "citizen",
        "code_challenge": challenge("v" * 43),
        "code_challenge_method": "S256",
        "state": "state",
        "ui_locales": "zh",
    }
    return f"{journey.stack.issuer_url}/authorize?{urlencode(query | changes)}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
@pytest.mark.parametrize("changes", [{}, {"ui_locales": "en", "scope": "merchant"}, {"client_id": "other"}])
def test_the_page_is_for_everybody(
    journey: Journey, changes: dict[str, str], size: tuple[int, int], theme: str
) -> None:
    """Nothing for axe to find, in both languages and as a refusal; nothing scrolls sideways; targets are 48 px high."""
    one = journey.screen(own_clock=True, size=size, theme=theme)
    one.page.goto(asked(journey, **changes))
    assert (one.axe(), one.sticking_out()) == ([], [])
    for link in one.page.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 48


def test_a_person_is_chosen_by_keyboard(journey: Journey) -> None:
    """Two languages on the page itself; Enter on a name, and the application is called with code and state."""
    one = journey.screen(own_clock=True)
    one.page.goto(asked(journey))
    one.page.get_by_role("link", name="English").press("Enter")
    expect(one.page.get_by_role("heading", level=1)).to_have_text("Who are you?")
    one.page.keyboard.press("Tab")
    focused = one.page.locator(":focus")
    expect(focused).to_contain_text("Li Hua")
    with one.page.expect_request(lambda request: "code=" in request.url) as called:
        one.page.keyboard.press("Enter")
    address = urlsplit(called.value.url)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{journey.stack.url}/"
    assert parse_qs(address.query)["state"] == ["state"]
