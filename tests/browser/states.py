"""The states that screens can be in: `infra/pages/states/<app>/<name>.json`, one for each row of `states/README.md`.

A state says what the stack answers and what the person does; the page that is built is shown, not a copy of it:

    {"path": "/#/batches/special-0606",            what is opened
     "at": "2020-06-06T10:00:41+08:00",            what the stack's `Date` says
     "answers": {"GET /batches/special-0606": {"body": {…}}, "PUT …/claim": [{"status": 409, …}, "lost"]},
     "storage": {"season.token": {…}},             sessionStorage, before the page starts
     "does": [{"press": "领取"}, {"fill": "金额", "with": "60"}, {"key": "Tab"}, {"passes_s": 61}],
     "chance": 0,                                  what `Math.random` gives
     "see": "暂已发完"}                              text that is on the screen then; in Chinese

An answer "lost" breaks the connection, "silent" never comes.

A body may be {"$ref": "bodies/batch.json", "status": "paused"}: another file, with members replaced.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    does: list[dict[str, Any]] = field(default_factory=list)
    chance: float | None = None

    def options(self, folder: Path) -> dict[str, Any]:
        return {"folder": folder, "answers": {route: self._dated(said) for route, said in self.answers.items()}}

    def _dated(self, said: Any) -> Any:
        if isinstance(said, list):
            return [self._dated(one) for one in said]
        if isinstance(said, str) or not self.at:
            return said
        date = format_datetime(datetime.fromisoformat(self.at).astimezone(tz=None)).rpartition(" ")[0] + " GMT"
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
    """The screen is in the state."""
    if any("passes_s" in act for act in state.does):
        screen.page.clock.install()
    if state.storage:
        text = json.dumps({name: json.dumps(value) for name, value in state.storage.items()})
        screen.page.add_init_script(f"Object.entries({text}).forEach(([n, v]) => sessionStorage.setItem(n, v))")
    if state.chance is not None:
        screen.page.add_init_script(f"Math.random = () => {state.chance}")
    page = screen.open(state.path)
    for act in state.does:
        if act.get("role") == "text":
            page.get_by_text(re.compile(act["press"])).first.click()
        elif "press" in act:
            page.get_by_role(act.get("role", "button"), name=re.compile(act["press"])).first.click()
        elif "fill" in act:
            page.get_by_label(act["fill"]).fill(act["with"])
        elif "key" in act:
            page.keyboard.press(act["key"])
        else:
            page.clock.run_for(act["passes_s"] * 1_000)


STATES = states()
