"""The city's desk on the running stack: it signs in, pauses, raises, audits, and edits the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journey import Journey
from tests.browser.screen import Screen
from tests.e2e.local_stack import LocalStack

BATCH = "special-0613"
"""No other journey plays in it."""
CONSOLE = "/city#/console/beijing-2020"
DOCUMENT = "/admin/campaigns/beijing-2020"
DESK = (1_440, 900)


def signed_in(journey: Journey, path: str = CONSOLE, **options: object) -> tuple[Screen, Page]:
    """The city desk at a screen of the console: by the local issuer's page, as everybody."""
    one = journey.screen(own_clock=True, language="en", size=DESK, **options)
    page = one.open(path)
    sign_in(page)
    return one, page


def sign_in(page: Page) -> None:
    page.get_by_role("button", name="Sign in").click()
    # With its style sheet: a link that still moves is missed.
    page.wait_for_url(re.compile("/authorize"), wait_until="load")
    page.get_by_role("link", name=re.compile("City desk")).click()
    expect(page.get_by_role("navigation", name="Parts of the console")).to_be_visible(timeout=20_000)


def read(journey: Journey, path: str) -> Any:
    """As an operator: the JSON of a GET."""
    with journey.stack.operator() as operator:
        return operator.send("GET", path).json


def write(journey: Journey, method: str, path: str, body: Any) -> None:
    with journey.stack.operator() as operator:
        assert operator.send(method, path, body).status == 200


@pytest.fixture
def resumed(stack: LocalStack) -> Iterator[None]:
    """Whatever a test does, others find the batch not paused."""
    yield
    with stack.operator() as operator:
        operator.send("POST", f"/admin/batches/{BATCH}/resume", {})


def test_a_pause_is_in_force_when_the_public_read_says_so(journey: Journey, resumed: None) -> None:
    """Its consequence is said first; citizens read why, and the public page shows it; a resume undoes it."""
    citizen = journey.screen(own_clock=True, language="en").open(f"/#/batches/{BATCH}")
    why = citizen.get_by_text("Paused by the organiser")
    expect(citizen.get_by_role("heading", level=1)).to_be_visible()
    expect(why).to_have_count(0)
    _, page = signed_in(journey, f"{CONSOLE}/batches/{BATCH}")
    page.get_by_role("button", name=re.compile("^Pause")).click()
    expect(page.get_by_text("It can be resumed at any time.")).to_be_visible()
    page.get_by_role("button", name="Pause claims", exact=True).click()
    expect(page.get_by_text("In force everywhere at")).to_be_visible(timeout=20_000)
    assert comes_to_be(journey, page, paused=True)
    journey.leap(3)
    citizen.reload()
    expect(why.first).to_be_visible(timeout=20_000)
    public = journey.screen(own_clock=True, language="en", size=DESK)
    board = public.open("/city#/beijing-2020")
    expect(board.get_by_text("Paused").first).to_be_visible()
    assert public.axe() == []
    page.get_by_role("button", name=re.compile("^Resume")).click()
    page.get_by_role("button", name="Resume claims", exact=True).click()
    expect(page.get_by_text(re.compile("Resumed"))).to_be_visible(timeout=10_000)
    assert comes_to_be(journey, page, paused=False)


def comes_to_be(journey: Journey, page: Page, *, paused: bool) -> bool:
    """Each process of the functions keeps a batch for two seconds: one of them may know an act later than another, and
    after a leap of three all know it."""
    for _ in range(20):
        if (read(journey, f"/batches/{BATCH}")["status"] == "paused") is paused:
            return True
        page.wait_for_timeout(250)
    return False


def test_a_raise_says_what_each_funder_sets_aside_and_does_it(journey: Journey) -> None:
    """The amounts before are those of the budgets afterwards."""
    before = read(journey, f"{DOCUMENT}/budgets")["funders"]
    _, page = signed_in(journey, f"{CONSOLE}/batches/{BATCH}")
    page.get_by_role("button", name=re.compile("^Raise")).click()
    page.get_by_label("Packs to add").fill("20,000")
    expect(page.get_by_role("row", name=re.compile("Beijing Municipality"))).to_contain_text("¥600,000.00")
    page.get_by_role("button", name="Add 20,000 packs").click()
    expect(page.get_by_text("In force everywhere at")).to_be_visible(timeout=20_000)
    after = read(journey, f"{DOCUMENT}/budgets")["funders"]
    added = {
        one["funder_id"]: one["reserved_minor"] - old["reserved_minor"] for one, old in zip(after, before, strict=True)
    }
    assert added == {"government": 60_000_000, "enterprise": 24_000_000, "platform": 36_000_000}


def test_an_audit_says_each_equation(journey: Journey) -> None:
    """Of the whole season, counted on the running stack."""
    one, page = signed_in(journey, f"{CONSOLE}/audit")
    page.get_by_role("button", name="Count now").click()
    expect(page.get_by_text(re.compile(r"All \d+ equations hold"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("^budgets .* = reserved"))).to_be_visible()
    assert one.axe() == []


def test_the_document_is_edited_and_what_is_frozen_is_said(journey: Journey) -> None:
    """An untouched document changes nothing; a typing error has its line; a change is compared, then applied."""
    _, page = signed_in(journey, f"{CONSOLE}/document")
    field = page.get_by_label("Document (YAML)")
    compare = page.get_by_role("button", name="Compare")
    compare.click()
    expect(page.get_by_text("Nothing changes")).to_be_visible()
    text = field.input_value()
    field.fill(text.replace("amount_minor: 1000\n", "amount_minor: ten\n", 1))
    compare.click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("must be a whole number")
    line = text[: text.index("amount_minor: 1000\n")].count("\n") + 1
    alert.get_by_role("link", name=f"Line {line}").click()
    expect(field).to_be_focused()
    assert field.evaluate("(it) => it.value.slice(it.selectionStart, it.selectionEnd)") == "ten"
    field.fill(text.replace("amount_minor: 1000\n", "amount_minor: 900\n", 1))
    compare.click()
    expect(page.get_by_text("It cannot be applied")).to_be_visible()
    assert page.get_by_role("button", name=re.compile("^Apply")).count() == 0
    field.fill(text.replace("en: Beijing Consumption Season\n", "en: Beijing Season\n", 1))
    compare.click()
    page.get_by_role("button", name=re.compile("^Apply as revision")).click()
    expect(page.get_by_text("Applied; it is revision")).to_be_visible()
    stored = read(journey, DOCUMENT)
    assert stored["title"]["en"] == "Beijing Season"
    title = stored["title"] | {"en": "Beijing Consumption Season"}
    write(journey, "PUT", DOCUMENT, stored | {"title": title})


def test_a_text_does_not_change_while_it_is_compared(journey: Journey) -> None:
    """What is typed meanwhile would be in no comparison, and lost when that is applied."""
    _, page = signed_in(journey, f"{CONSOLE}/document")
    page.route("**/plan", lambda _: None)
    expect(page.get_by_label("Document (YAML)")).to_be_editable()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_label("Document (YAML)")).not_to_be_editable()


def test_an_unsaved_text_outlives_a_reload_and_somebody_elses_edit(journey: Journey) -> None:
    """After the reload one signs in again and goes on; both changes are carried into one text."""
    _, page = signed_in(journey, f"{CONSOLE}/document")
    field = page.get_by_label("Document (YAML)")
    text = field.input_value()
    field.fill(text.replace("en: JD Mall", "en: JD"))
    page.reload()
    sign_in(page)
    expect(page.get_by_text("This is your text that is not applied yet.")).to_be_visible()
    stored = read(journey, DOCUMENT)
    budget = stored["funders"][0]["budget_minor"]
    stored["funders"][0]["budget_minor"] = budget + 100
    page.get_by_role("button", name="Compare").click()
    apply = page.get_by_role("button", name=re.compile("^Apply as revision"))
    expect(apply).to_be_visible()
    write(journey, "PUT", DOCUMENT, stored)
    apply.click()
    page.get_by_role("button", name="Keep both changes").click()
    merged = field.input_value()
    assert f"budget_minor: {budget + 100}" in merged
    page.get_by_role("button", name="Compare").click()
    apply.click()
    expect(page.get_by_text("Applied; it is revision")).to_be_visible()
    after = read(journey, DOCUMENT)
    assert after["funders"][0]["budget_minor"] == budget + 100


def test_a_release_is_on_the_board_within_seconds(journey: Journey) -> None:
    """A pack that is claimed is counted: the board says as many as the statistics, and its season has a total."""
    journey.set_clock("2020-06-06T10:00:30+08:00")
    with journey.stack.citizen("board-watcher") as citizen:
        assert citizen.send("PUT", "/batches/special-0606/claim", {}).status in {200, 201}
    public = journey.screen(own_clock=True, language="en", size=DESK)
    page = public.open("/city#/beijing-2020")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("[1-9][0-9,]* claimed"), timeout=30_000)
    expect(page.locator("canvas").first).to_be_visible(timeout=20_000)
    packs = read(journey, "/campaigns/beijing-2020/stats?by=second")["packs"]
    claims = next(one["claims"] for one in packs if one["batch_id"] == "special-0606")
    expect(page.locator(".figures .value").first).to_have_text(f"{claims:,}")
    assert (public.axe(), public.sticking_out()) == ([], [])


def test_a_venue_cancels_a_slot_and_everybody_reads_why(journey: Journey) -> None:
    """Who reads the reason is said before; the public read of the day shows it."""
    _, page = signed_in(journey, "/city#/console/beijing-sports/slots")
    page.get_by_label("Facility").select_option("east-gate-court")
    page.get_by_label("Day").fill("2022-08-10")
    page.get_by_role("button", name=re.compile("^18:00")).click()
    expect(page.get_by_text("It cannot be undone.")).to_be_visible()
    page.get_by_label("Reason").fill("The hall is being repaired")
    page.get_by_role("button", name="Cancel 18:00").click()
    expect(page.get_by_text("Cancelled: The hall is being repaired")).to_be_visible(timeout=20_000)
    journey.leap(2)  # a process keeps a day for a second
    day = read(journey, "/facilities/east-gate-court/slots?day=2022-08-10")
    assert [one["reason"] for one in day["slots"] if one["status"] == "cancelled"] == ["The hall is being repaired"]


def test_by_keyboard_alone_a_batch_is_paused_and_resumed(journey: Journey, resumed: None) -> None:
    """Sign in, find the batch, read what a pause does, pause; the focus is never lost on the way."""
    page = journey.screen(own_clock=True, language="en", size=DESK).open(CONSOLE)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    pressed(page, "Sign in")
    page.wait_for_url(re.compile("/authorize"), wait_until="load")
    pressed(page, "City desk", by="contains")
    expect(page.get_by_role("navigation", name="Parts of the console")).to_be_visible(timeout=20_000)
    pressed(page, "Special pack of 13 June")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    pressed(page, "Pause", by="begins")
    expect(page.get_by_text("It can be resumed at any time.")).to_be_visible()
    pressed(page, "Pause claims")
    expect(page.get_by_text("In force everywhere at")).to_be_visible(timeout=20_000)
    assert page.evaluate("document.activeElement !== document.body"), "the focus has a place"
    pressed(page, "Resume", by="begins")
    expect(page.get_by_text(re.compile("packs are left"))).to_be_visible()
    pressed(page, "Resume claims")
    expect(page.get_by_text(re.compile("Resumed"))).to_be_visible(timeout=20_000)


def test_by_keyboard_alone_a_document_is_edited_and_the_season_counted(journey: Journey) -> None:
    """Find a fault by its link, mend it, compare, apply; then the audit, whose kind is chosen by arrows."""
    _, page = signed_in(journey, f"{CONSOLE}/document")
    expect(page.get_by_label("Document (YAML)")).to_be_editable()
    focused(page, "", "#document")
    page.keyboard.press("Control+End")
    page.keyboard.type("description_of: x")
    pressed(page, "Compare, and see what it does")
    expect(page.get_by_role("alert")).to_be_focused()
    pressed(page, "Line", by="begins")
    expect(page.get_by_label("Document (YAML)")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+Home")
    title = "en: Beijing Consumption Season"
    page.evaluate("(it) => { const a = document.activeElement, at = a.value.indexOf(it); "
                  "a.setSelectionRange(at, at + it.length) }", title)  # fmt: skip
    page.keyboard.type("en: Beijing Season, by keys")
    pressed(page, "Compare, and see what it does")
    expect(page.get_by_role("button", name=re.compile("^Apply as revision"))).to_be_visible()
    pressed(page, "Apply as revision", by="begins")
    expect(page.get_by_text("Applied; it is revision")).to_be_visible()
    stored = read(journey, DOCUMENT)
    assert stored["title"]["en"] == "Beijing Season, by keys"
    write(journey, "PUT", DOCUMENT, stored | {"title": stored["title"] | {"en": "Beijing Consumption Season"}})
    pressed(page, "Audit")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    focused(page, "", "#audit-of")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    pressed(page, "Count now")
    expect(page.get_by_text(re.compile(r"All \d+ equations hold"))).to_be_visible(timeout=60_000)


def focused(page: Page, name: str, selector: str = "", by: str = "is") -> None:
    """By Tab until what has this name, or is this element, has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(selector) => [document.activeElement.innerText, selector && document.activeElement.matches(selector)]",
            selector,
        )
        text = str(found[0]).strip()
        fits = {"is": text == name, "begins": text.startswith(name), "contains": name in text}[by]
        if found[1] if selector else fits:
            return
    raise AssertionError(f"{name or selector} is no stop of the Tab key")


def pressed(page: Page, name: str, by: str = "is") -> None:
    """By Tab until it has the focus, then Enter."""
    focused(page, name, by=by)
    page.keyboard.press("Enter")


def test_the_token_is_in_no_store_and_the_address_has_no_code(journey: Journey) -> None:
    """What a shared computer of an office would keep."""
    _, page = signed_in(journey)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in kept
    assert "code=" not in page.url
