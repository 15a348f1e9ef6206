"""`make shots`: pictures of every screen in `.local/shots/`, and contact sheets of at most twelve of them.

`APPS="citizen shop"` takes those alone, `LOOKS="zh-light-phone en-dark-desk"` in these looks alone.
`APPS=readme` writes the three pictures of the README into `infra/pages/shots/`.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.conftest import CHROMIUM, PAGES, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.screen import Screen
    from tests.browser.states import State

OUT = ROOT / ".local" / "shots"
README_OUT = PAGES / "shots"
README = {
    "citizen-batch-soon": {"size": (390, 844), "language": "en"},
    "shop-quote": {"size": (390, 844), "language": "en"},
    "city-pause": {"size": (1_280, 900), "language": "en"},
}
"""States that the README shows, and how."""
PER_SHEET, WIDTH = 12, 360
"""Pictures of a contact sheet, and the width of each."""


def main() -> int:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - conftest sets the path to it

    from tests.browser.states import APPS  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as parts, sync_playwright() as playwright:
        subprocess.run(["node", PAGES / "states" / "build.mjs", parts], check=True)
        folders = {app: Path(parts) if app == "parts" else PAGES / "built" for app in APPS}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        wanted = sys.argv[1:] or APPS
        if "readme" in wanted:
            readme(browser, folders)
        for app in APPS:
            if app in wanted:
                walked(browser, app, folders[app])
    return 0


def readme(browser: Browser, folders: dict[str, Path]) -> None:
    """The pictures that the README shows, each as a person sees the screen first."""
    from tests.browser.states import STATES  # noqa: PLC0415

    README_OUT.mkdir(exist_ok=True)
    for state in STATES:
        if state.name in README:
            screen = taken(browser, state, folders[state.app], **README[state.name])
            assert not screen.complaints, screen.complaints
            screen.page.screenshot(path=README_OUT / f"{state.app}.png")
            screen.close()


def walked(browser: Browser, app: str, folder: Path) -> None:
    """Every state of the application in each language, theme and size, and their sheets."""
    from tests.browser.screen import DESK, PHONE  # noqa: PLC0415
    from tests.browser.states import STATES  # noqa: PLC0415

    OUT.mkdir(parents=True, exist_ok=True)
    looks = os.environ.get("LOOKS", "").split()
    for language, theme, (name, size) in product(("zh", "en"), ("light", "dark"), (("phone", PHONE), ("desk", DESK))):
        look = f"{language}-{theme}-{name}"
        if looks and look not in looks:
            continue
        pictures = []
        for state in [state for state in STATES if state.app == app]:
            screen = taken(browser, state, folder, theme=theme, language=language, size=size)
            pictures.append(OUT / f"{state.name}-{look}.png")
            screen.page.screenshot(path=pictures[-1], full_page=True)
            screen.close()
            sys.stdout.write(" ".join([f"  {pictures[-1].name}", *screen.complaints]) + "\n")
            sys.stdout.flush()
        for at in range(0, len(pictures), PER_SHEET):
            sheet(browser, OUT / f"sheet-{app}-{look}-{at // PER_SHEET + 1}.png", pictures[at : at + PER_SHEET])


def taken(browser: Browser, state: State, folder: Path, **look: Any) -> Screen:
    """The screen in the state; where it is another one, that is a complaint."""
    from playwright.sync_api import TimeoutError  # noqa: A004, PLC0415

    from tests.browser.screen import Screen  # noqa: PLC0415
    from tests.browser.states import shown  # noqa: PLC0415

    screen = Screen(browser, **state.options(folder), reduced_motion="reduce", **look)
    try:
        shown(screen, state)
    except TimeoutError as error:
        screen.complaints.append(f"is not shown: {error}")
    return screen


def sheet(browser: Browser, path: Path, pictures: list[Path]) -> None:
    """The pictures side by side, each with its name."""
    figures = "".join(
        f"<figure><figcaption>{picture.stem}</figcaption>"
        f"<img src='data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}'></figure>"
        for picture in pictures
    )
    style = (
        f"body{{display:flex;flex-wrap:wrap;align-items:flex-start;gap:16px;margin:16px;background:#888}}"
        f"figure{{margin:0;width:{WIDTH}px}}img{{width:100%}}figcaption{{font:13px system-ui}}"
    )
    page = browser.new_page(viewport={"width": 6 * (WIDTH + 16) + 32, "height": 900})
    page.set_content(f"<style>{style}</style>{figures}")
    page.screenshot(path=path, full_page=True)
    page.close()
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.exit(main())
