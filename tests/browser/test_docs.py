"""The API reference: every route is there to be read, by everybody; nobody signs in and nothing is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.declared import DOCUMENT
from tests.browser.conftest import PAGES
from tests.browser.screen import DESK, NARROW, Screen

Open = Callable[..., Screen]
ROUTES = [f"{method.upper()}{path}" for path, found in DOCUMENT["paths"].items() for method in found]


@pytest.fixture
def reference(screen: Open) -> Callable[..., Screen]:
    """Opens it, with every route shown."""

    def opened(path: str = "/docs", **options: Any) -> Screen:
        answers = {"GET /openapi.json": {"body": json.loads(json.dumps(DOCUMENT))}}
        one = screen(folder=PAGES / "built", answers=answers, language="en", reduced_motion="reduce", **options)
        one.open(path)
        expect(one.page.locator(".opblock")).to_have_count(len(ROUTES), timeout=60_000)
        return one

    return opened


def route(page: Page, name: str) -> Any:
    """The row of a route, which opens and closes it."""
    return page.locator(f"[id='operations-{name}'] .opblock-summary-control")


@pytest.mark.parametrize(("theme", "size"), [("light", DESK), ("dark", NARROW)])
def test_a_reader_finds_nothing_to_complain_of(
    reference: Callable[..., Screen], theme: str, size: tuple[int, int]
) -> None:
    """axe, with a route and the schemas open; nothing is wider than the screen; one heading of the page."""
    one = reference(theme=theme, size=size)
    page = one.page
    route(page, "claim-put_claim").click()
    page.get_by_role("button", name="Schemas").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API reference")
    assert (one.axe(), one.sticking_out()) == ([], [])


def test_the_reference_is_there_to_be_read(reference: Callable[..., Screen]) -> None:
    """Every route once, its scope beside it; nothing to sign in with and nothing to send."""
    page = reference(size=DESK).page
    rows = page.locator(".opblock-summary-control")
    shown = rows.evaluate_all(
        """(rows) => rows.map((row) => [".opblock-summary-method", ".opblock-summary-path"]
          .map((part) => row.querySelector(part).textContent.replace(/\\u200b/g, "")).join(""))"""
    )
    assert sorted(shown) == sorted(ROUTES)
    claim = route(page, "claim-put_claim")
    expect(claim).to_contain_text("token: citizen")
    expect(route(page, "catalog-get_campaigns")).not_to_contain_text("token")
    claim.click()
    for word in ("Authorize", "Try it out", "Execute"):
        expect(page.get_by_role("button", name=word)).to_have_count(0)
    expect(page.locator("#reference input:visible, #reference textarea:visible")).to_have_count(0)
    expect(page.locator(".scheme-container")).to_be_hidden()


def test_a_route_is_opened_by_keyboard_and_has_an_address(reference: Callable[..., Screen]) -> None:
    """Enter opens it; its address, when somebody else follows it, opens it again."""
    page = reference().page
    route(page, "catalog-get_campaigns").focus()
    page.keyboard.press("Enter")
    expect(route(page, "catalog-get_campaigns")).to_have_attribute("aria-expanded", "true")
    address = page.evaluate("location.pathname + location.hash")
    assert address == "/docs#/catalog/get_campaigns"
    other = reference(address)
    expect(route(other.page, "catalog-get_campaigns")).to_have_attribute("aria-expanded", "true")
    # Names of routes have "_", which swagger-ui takes for an old way to write a space.
    other.complaints[:] = [said for said in other.complaints if "deep link whitespace" not in said]
