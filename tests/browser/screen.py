"""A screen of one person: pages from a folder, answers from a table, no network; or both from a running stack."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route

ORIGIN = "http://127.0.0.1:8230"
"""Nothing listens there: every request is answered here."""
_TEMPLATE = (Path(__file__).parents[2] / "template.yaml").read_text("utf-8")
_STATED = re.compile(
    r"^  (\w+Headers):$.*?(default-src .*?)\n +(?:- Origins|ContentTypeOptions)", re.MULTILINE | re.DOTALL
)
POLICIES = {name: " ".join(text.split()) for name, text in _STATED.findall(_TEMPLATE)}
"""Of the pages, as the template states them."""
POLICY_OF = {"docs": "DocsHeaders", "shop": "ShopHeaders"}
"""An application's, where it is not that of all."""
PHONE, DESK, NARROW = (390, 844), (1_280, 900), (320, 640)
EDGED = """.button, .notice, .chip, .card, .faults, .editor, .amount-field, select,
  input:not([type=radio], [type=checkbox], .amount-field *)"""
"""What has a ground of its own; the browser draws boxes and circles to be ticked."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that axe notes, of rules that passed too, would take as long to hand over as the rules take.
_VIOLATIONS = """async (options) => (await axe.run(options)).violations
  .map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])"""


class Screen:
    """`page` is Playwright's; `complaints` has what the console said, what was refused, and who else was asked.

    `worker`: whether the pages' service worker runs.
    """

    def __init__(
        self,
        browser: Browser,
        *,
        folder: Path | None = None,
        origin: str = ORIGIN,
        answers: Mapping[str, Any] | None = None,
        size: tuple[int, int] = PHONE,
        theme: str = "light",
        language: str = "zh",
        zone: str = "Asia/Shanghai",
        worker: bool = False,
        **context: Any,
    ) -> None:
        width, height = size
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.origin = origin
        self.language = language
        self._folder = folder
        self._answers: dict[str, list[Any]] = {
            route: list(replies) if isinstance(replies, list) else [replies]
            for route, replies in (answers or {}).items()
        }
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale={"zh": "zh-CN", "en": "en-GB"}[language],
            timezone_id=zone,
            service_workers="allow" if worker else "block",
            **context,
        )
        self.page: Page = self.context.new_page()
        self.under_way: set[Request] = set()
        """Requests that have no answer yet."""
        self.page.on("request", self._asked)
        self.page.on("requestfinished", self._ended)
        self.page.on("requestfailed", self._ended)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))
        if folder is not None:
            self.context.route("**/*", self._answer)
        else:
            self.context.on("request", self._left)

    def close(self) -> None:
        self.context.close()

    def open(self, path: str) -> Page:
        self.page.goto(self.origin + path, wait_until="load")
        return self.page

    def stored(self, storage: Mapping[str, Any]) -> None:
        """`sessionStorage` holds this before each page starts."""
        text = json.dumps({name: json.dumps(value) for name, value in storage.items()})
        self.page.add_init_script(f"Object.entries({text}).forEach(([n, v]) => sessionStorage.setItem(n, v))")

    def axe(self) -> list[str]:
        """Violations of accessibility: rule, and the elements that break it."""
        self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(
            _VIOLATIONS, {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        )
        return [f"{rule}: {elements}" for rule, elements in found]

    def sticking_out(self) -> list[str]:
        """Elements that make the screen scroll sideways, with their right edge."""
        return list(
            self.page.evaluate(
                """() => document.documentElement.scrollWidth <= innerWidth ? [] :
                  [...document.body.querySelectorAll("*")]
                    .map((it) => [it.getBoundingClientRect().right, it.outerHTML.slice(0, 80)])
                    .filter(([right]) => right > innerWidth)
                    .map(([right, html]) => `${Math.round(right)}: ${html}`)"""
            )
        )

    def cut_off(self) -> list[str]:
        """Amounts that are wider than their own box."""
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll("#amount, .amount, .numbers, strong")]
                  .filter((it) => getComputedStyle(it).display !== "inline" && it.scrollWidth > it.clientWidth + 1)
                  .map((it) => it.outerHTML.slice(0, 120))"""
            )
        )

    def enlarged(self) -> None:
        """Text is twice as large from now on."""
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")

    def edgeless(self) -> list[str]:
        """Under forced colours: what was told by its ground alone and has no line then."""
        self.page.emulate_media(forced_colors="active")
        return list(
            self.page.evaluate(
                """(edged) => [...document.querySelectorAll(edged)]
                  .filter((it) => it.getClientRects().length > 0)
                  .filter((it) => {
                    const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(it);
                    return borderTopWidth === "0px" || borderTopColor === backgroundColor;
                  })
                  .map((it) => it.outerHTML.slice(0, 80))""",
                EDGED,
            )
        )

    def running(self) -> int:
        """Animations and transitions that run."""
        found = "document.getAnimations().filter((one) => one.playState === 'running').length"
        return int(self.page.evaluate(found))

    def _said(self, message: ConsoleMessage) -> None:
        # A refusal is an answer: the page shows it, and the browser cannot be kept from reporting its status too. The
        # second is said where `worker` is false.
        expected = ("Failed to load resource", "Service Worker registration blocked by Playwright")
        if message.type in {"error", "warning"} and not any(text in message.text for text in expected):
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        self.under_way.add(request)

    def _ended(self, request: Request) -> None:
        self.under_way.discard(request)

    def _left(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}:
            self.complaints.append(f"another origin: {request.url}")

    def _answer(self, route: Route) -> None:
        request = route.request
        address = urlsplit(request.url)
        if f"{address.scheme}://{address.netloc}" != ORIGIN:
            self.complaints.append(f"another origin: {request.url}")
            return route.abort()
        name = f"{request.method} {address.path}"
        if (asked := f"{name}?{address.query}") in self._answers:
            name = asked
        if name in self._answers:
            self.asked.append(name)
            replies = self._answers[name]
            return _fulfil(route, replies.pop(0) if len(replies) > 1 else replies[0])
        assert self._folder is not None
        file = self._folder / address.path.strip("/")
        for candidate in (file, file.with_suffix(".html"), self._folder / "citizen.html"):
            if candidate.is_file() and (candidate is file or "." not in file.name):
                kind = mimetypes.guess_type(candidate.name)[0] or "application/octet-stream"
                policy = POLICIES[POLICY_OF.get(candidate.stem, "PageHeaders")].replace("${Origins}", "")
                headers = {"Content-Type": kind, "Content-Security-Policy": policy}
                return route.fulfill(body=candidate.read_bytes(), headers=headers)
        if file.name == "favicon.ico":
            return route.fulfill(status=204)
        self.complaints.append(f"nothing answers {name}")
        return route.fulfill(status=404)


def _fulfil(route: Route, reply: Any) -> None:
    """`{status, body, headers}`; `"lost"`: the connection breaks; `"silent"`: no answer comes."""
    if reply == "lost":
        return route.abort("connectionfailed")
    if reply == "silent":
        return None
    status = reply.get("status", 200)
    kind = "application/json" if status < 400 else "application/problem+json"
    headers = {"Content-Type": kind, **reply.get("headers", {})}
    return route.fulfill(status=status, headers=headers, body=json.dumps(reply.get("body", {})))
