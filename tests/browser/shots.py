"""`make shots`: pictures of every screen in `.local/shots/`, and a contact sheet for each application and theme."""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.browser.conftest import CHROMIUM, PAGES, ROOT

OUT = ROOT / ".local" / "shots"
WIDTH = 360
"""Of a picture on a contact sheet."""


def main() -> int:
    from playwright.sync_api import Browser, sync_playwright  # noqa: PLC0415 - conftest sets the path to it

    from tests.browser.screen import DESK, PHONE, Screen  # noqa: PLC0415
    from tests.browser.states import APPS, STATES, shown  # noqa: PLC0415

    def pictures(browser: Browser, app: str, theme: str) -> Iterator[Path]:
        for language in ("zh", "en"):
            for name, size in (("phone", PHONE), ("desk", DESK)):
                look = {"theme": theme, "language": language, "size": size, "reduced_motion": "reduce"}
                for state in [state for state in STATES if state.app == app]:
                    screen = Screen(browser, **state.options(folders[app]), **look)
                    shown(screen, state)
                    path = OUT / f"{state.name}-{language}-{theme}-{name}.png"
                    screen.page.screenshot(path=path, full_page=True)
                    screen.close()
                    sys.stdout.write(" ".join([f"  {path.name}", *screen.complaints]) + "\n")
                    yield path

    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as parts, sync_playwright() as playwright:
        subprocess.run(["node", PAGES / "states" / "build.mjs", parts], check=True)
        folders = {app: Path(parts) if app == "parts" else PAGES / "built" for app in APPS}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        wanted = sys.argv[1:] or APPS
        for app in APPS:
            shown_here = app in wanted and any(state.app == app for state in STATES)
            for theme in ("light", "dark") if shown_here else ():
                sheet(browser, OUT / f"sheet-{app}-{theme}.png", list(pictures(browser, app, theme)))
    return 0


def sheet(browser: object, path: Path, pictures: list[Path]) -> None:
    """All pictures side by side, each with its name."""
    figures = "".join(
        f"<figure><figcaption>{picture.stem}</figcaption>"
        f"<img src='data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}'></figure>"
        for picture in pictures
    )
    style = (
        f"body{{display:flex;flex-wrap:wrap;align-items:flex-start;gap:16px;margin:16px;background:#888}}"
        f"figure{{margin:0;width:{WIDTH}px}}img{{width:100%}}figcaption{{font:13px system-ui}}"
    )
    page = browser.new_page(viewport={"width": 4 * (WIDTH + 16) + 32, "height": 900})  # type: ignore[attr-defined]
    page.set_content(f"<style>{style}</style>{figures}")
    page.screenshot(path=path, full_page=True)
    page.close()
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.exit(main())
