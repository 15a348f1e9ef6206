"""One browser for the suite: Debian's Chromium, driven by the packages of requirements-browser.txt (`make browser`)."""

from __future__ import annotations

import shutil
import site
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.local_stack import LocalStack, new_stack

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "infra" / "pages"
# Behind what is installed already, so nothing of the tests' own packages is replaced.
for _packages in ROOT.glob(".venv-browser/lib/python*/site-packages"):
    site.addsitedir(str(_packages))

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.journey import Journey
    from tests.browser.screen import Screen

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "chromium"
"""The shell is the same engine without windows, whose opening takes the whole browser longer than a page takes."""

PATIENCE_S = 20
"""For what a page shows in the end. Playwright's own five seconds are few where every processor is busy."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Started once; each test has a context of its own."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - the path to it is set above

    expect.set_options(timeout=PATIENCE_S * 1_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Callable[..., Screen]]:
    """Opens screens, whose options `Screen` lists; at the end none may have complained."""
    from tests.browser.screen import Screen  # noqa: PLC0415

    opened: list[Screen] = []

    def open_one(**options: Any) -> Screen:
        opened.append(Screen(chromium, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
    assert [complaint for one in opened for complaint in one.complaints] == []


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The stack of `make run`, with its pages."""
    with new_stack(tmp_path_factory.mktemp("stack")) as one:
        yield one


@pytest.fixture
def journey(stack: LocalStack, chromium: Browser) -> Iterator[Journey]:
    """Screens of several people on that stack; at the end none may have complained."""
    from tests.browser.journey import Journey  # noqa: PLC0415

    one = Journey(stack, chromium)
    yield one
    for screen in one.screens:
        screen.close()
    assert [complaint for screen in one.screens for complaint in screen.complaints] == []


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of all parts, built; it is not served to anybody."""
    folder = tmp_path_factory.mktemp("parts")
    subprocess.run(["node", PAGES / "states" / "build.mjs", folder], check=True, timeout=60)
    return folder
