"""The states that screens can be in: `infra/pages/states/<app>/<name>.json`, one for each row of `states/README.md`.

A state says what the stack answers and what the person does; the page that is built is shown, not a copy of it:

    {"path": "/#/batches/special-0606",            what is opened
     "at": "2020-06-06T10:00:41+08:00",            what the stack's `Date` says
     "answers": {"GET /batches/special-0606": {"body": {…}}, "PUT …/claim": [{"status": 409, …}, "lost"]},
     "storage": {"season.token": {…}},             sessionStorage, before the page starts
     "chance": 0,                                  what `Math.random` gives
     "camera": "NotAllowedError",                  how the browser refuses it, or "on": a picture without a code
     "without": "indexedDB",                       what this browser lacks
     "device": "k7f2",                             the name of the till in the shop's order numbers
     "does": [{"press": "领取"}, {"fill": "金额", "with": "60"}, {"passes_s": 61},
              {"steps_s": 20},                     second by second: what is sent meanwhile is answered
              {"scan": "AV8g…"},                   a keyboard scanner types it, with Enter
              {"go": "#/queue"}, {"reload": true}, {"open": "更多"}, {"see": "待补"}],
     "see": "暂已发完"}                              text that is on the screen then

Texts are in Chinese; on an English screen each is the word that says it (`spoken.py`).

An answer "lost" breaks the connection, "silent" never comes. A route with its query, as in "GET …/stats?by=day", goes
before the route without.

A body may be {"$ref": "bodies/batch.json", "status": "paused"}: another file, with members replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.spoken import spoken

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.screen import Screen

STATES_DIR = Path(__file__).parents[2] / "infra" / "pages" / "states"
APPS = ["parts", "citizen", "shop", "city"]
_ROW = re.compile(r"^\| `([a-z]+/[a-z0-9-]+)` \|", re.MULTILINE)


@dataclass(frozen=True)
class State:
    app: str
    name: str
    path: str
    see: str = ""
    at: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    storage: dict[str, Any] = field(default_factory=dict)
    camera: str = ""
    without: str = ""
    device: str = ""
    does: list[dict[str, Any]] = field(default_factory=list)
    chance: float | None = None

    def says(self, text: str, language: str) -> re.Pattern[str]:
        """A text of this state as a screen in that language has it."""
        return spoken(text, language, self.app, self.answers)

    def options(self, folder: Path) -> dict[str, Any]:
        return {"folder": folder, "answers": {route: self._dated(said) for route, said in self.answers.items()}}

    def _dated(self, said: Any) -> Any:
        if isinstance(said, list):
            return [self._dated(one) for one in said]
        if isinstance(said, str) or not self.at:
            return said
        date = format_datetime(datetime.fromisoformat(self.at).astimezone(UTC), usegmt=True)
        return {**said, "headers": {"Date": date, **said.get("headers", {})}}


def rows() -> list[str]:
    """`app/name` of each row of the tables in `states/README.md`."""
    return _ROW.findall((STATES_DIR / "README.md").read_text("utf-8"))


def states() -> list[State]:
    """Each file of an application's folder."""
    return [
        State(app=app, name=f"{app}-{path.stem}", **_resolved(json.loads(path.read_text("utf-8"))))
        for app in APPS
        for path in sorted((STATES_DIR / app).glob("*.json"))
    ]


def _resolved(value: Any) -> Any:
    if isinstance(value, list):
        return [_resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        base = json.loads((STATES_DIR / value["$ref"]).read_text("utf-8"))
        value = {**base, **{name: one for name, one in value.items() if name != "$ref"}}
    return {name: _resolved(one) for name, one in value.items()}


def shown(screen: Screen, state: State) -> None:
    """The screen is in the state. Some pages leave it by themselves later, so nobody looks for its text again."""
    page = screen.page
    if any({"passes_s", "steps_s"} & act.keys() for act in state.does):
        page.clock.install()
    if state.storage:
        screen.stored(state.storage)
    for script, value in ((_CAMERA, state.camera), (_DEVICE, state.device), (_WITHOUT, state.without)):
        if value:
            page.add_init_script(script % json.dumps(value))
    if state.chance is not None:
        page.add_init_script(f"Math.random = () => {state.chance}")
    screen.open(state.path)
    for act in state.does:
        name = next(name for name in _ACTS if name in act)
        text = {name: state.says(act[name], screen.language)} if name in TEXTS else {}
        _ACTS[name](page, {**act, **text})
    page.get_by_text(state.says(state.see, screen.language)).first.wait_for()


def _found(page: Page, act: dict[str, Any]) -> Locator:
    name, role = act["press"], act.get("role", "button")
    return page.get_by_text(name) if role == "text" else page.get_by_role(role, name=name)


def _stepped(page: Page, act: dict[str, Any]) -> None:
    for _ in range(act["steps_s"]):
        page.clock.run_for(1_000)
        page.evaluate("1")


TEXTS = ("press", "fill", "open", "see")
"""Acts that name a text of the page."""
_ACTS: dict[str, Callable[[Page, dict[str, Any]], object]] = {
    "press": lambda page, act: _found(page, act).first.click(),
    "fill": lambda page, act: page.get_by_label(act["fill"]).fill(act["with"]),
    "scan": lambda page, act: page.evaluate(SCAN, act["scan"]),
    "open": lambda page, act: page.locator("summary", has_text=act["open"]).click(),
    "go": lambda page, act: page.evaluate(_GO, act["go"]),
    "reload": lambda page, _: page.reload(),
    "see": lambda page, act: page.get_by_text(act["see"]).first.wait_for(),
    "passes_s": lambda page, act: page.clock.run_for(act["passes_s"] * 1_000),
    "steps_s": _stepped,
}
_WITHOUT = "Object.defineProperty(window, %s, { value: undefined })"
# The browser tells of it later; the next act is for the screen that is shown then.
_GO = """(hash) => new Promise((told) => {
  addEventListener("hashchange", () => told(), { once: true });
  location.hash = hash;
})"""
SCAN = """(text) => [...text, "Enter"].forEach((key) =>
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))"""
_DEVICE = """(() => {
  const opening = indexedDB.open("season.shop", 1);
  opening.onupgradeneeded = () => {
    const made = opening.result;
    made.createObjectStore("sales", { keyPath: ["merchant_id", "number"] }).createIndex("merchant", "merchant_id");
    made.createObjectStore("facts").put(%s, "device");
  };
  opening.onsuccess = () => opening.result.close();
})()"""
_CAMERA = """(() => {
  const named = %s;
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 480;
  const draw = () => {
    const picture = canvas.getContext("2d");
    picture.fillStyle = "#40464a";
    picture.fillRect(0, 0, 640, 480);
    picture.fillStyle = "#8c9296";
    picture.fillRect(220, 60, 200, 400);
  };
  navigator.mediaDevices.getUserMedia = () => {
    if (named !== "on") return Promise.reject(new DOMException("", named));
    draw();
    setInterval(draw, 500);
    return Promise.resolve(canvas.captureStream(5));
  };
})()"""

STATES = states()
