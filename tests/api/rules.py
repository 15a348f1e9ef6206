"""The table of rules (infra/seasons/README.md), and how tests play its rows.

A play is named after its row and takes the row's document lines out of the page, so that a line which no longer means
what the row says is red. In the end all that the row writes as code, and each status, must have been played: taken as a
document line, sent in a request, or seen in an answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from coupons.refusals import NotEligible
from infra.playing import gateway
from tests.api.cases import opened
from tests.api.stage import Stage
from tests.world import Answered, Person, campaign, order

PAGE = Path(__file__).parents[2] / "infra" / "seasons" / "README.md"
PLAYS: set[str] = set()
"""The rows that are played; importing the modules test_rules_*.py fills it."""
_SPAN = re.compile(r"`([^`]+)`")
_STATUS = re.compile(r"(?<![\d,])[2-5]\d\d(?!\d|,\d| s\b)")
"""Three digits that are not part of a larger number and not seconds."""
REQUEST = re.compile(r"(GET|PUT|POST|DELETE)(?: (\S+))?")


@dataclass(frozen=True)
class Row:
    """One row of the table. `lines`: the code spans of its second cell; `spans`: those of the second and the third."""

    rule: str
    line: str
    answer: str

    @property
    def lines(self) -> list[str]:
        return _SPAN.findall(self.line)

    @property
    def spans(self) -> list[str]:
        return _SPAN.findall(self.line + self.answer)

    @property
    def statuses(self) -> set[str]:
        return set(_STATUS.findall(_SPAN.sub("", self.line + self.answer)))

    def document(self, number: int, *blanks: Any) -> dict[str, Any]:
        """The document line of this number with each `…` replaced; a mapping is written without its braces."""
        text = self.lines[number]
        for blank in blanks:
            written = json.dumps(blank, ensure_ascii=False)
            text = text.replace("…", written[1:-1] if isinstance(blank, dict) else written, 1)
        assert "…" not in text, text
        parsed = yaml.safe_load(text if text.startswith("{") else "{" + text + "}")
        assert isinstance(parsed, dict)
        return parsed


@cache
def table() -> dict[str, Row]:
    """The rows by their rule's name, without its backticks."""
    section = PAGE.read_text("utf-8").partition("\n## Rules\n")[2].partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    found = [Row(rule.replace("`", ""), line, answer) for rule, line, answer in cells[1:]]
    assert len({row.rule for row in found}) == len(found) > 0
    return {row.rule: row for row in found}


@dataclass
class Play:
    """A row that is played at the opening minute, and everything that was sent and returned."""

    s: Stage
    row: Row
    taken: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)
    statuses: set[str] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)

    def line(self, number: int, *blanks: Any) -> dict[str, Any]:
        """A document line of this row, as a part of a document or a body."""
        self.taken.add(self.row.lines[number])
        parsed = self.row.document(number, *blanks)
        self.facts |= set(_facts(parsed))
        return parsed

    def opened(self, *batches: dict[str, Any], **changes: Any) -> Stage:
        return opened(self.s, *batches, **changes)

    def edit(self, **changes: Any) -> None:
        """Put a new revision of the campaign document."""
        path = {"campaign_id": "season"}
        existing = self.s.operator().send("GET /admin/campaigns/{campaign_id}", path).json
        edited = self.s.operator().send("PUT /admin/campaigns/{campaign_id}", path, body={**existing, **changes})
        assert edited.status == 200, edited.text

    def declared(self, **changes: Any) -> str:
        """An operator declares the document on an empty stage; it is not published."""
        path = {"campaign_id": "season"}
        return told(self.s.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=campaign(**changes)))

    def operate(self, method: str, action: str, body: dict[str, Any] | None = None, batch_id: str = "pack") -> Answered:
        key = f"{method} /admin/batches/{{batch_id}}/{action}"
        return self.s.operator().send(key, {"batch_id": batch_id}, **({} if method == "GET" else {"body": body or {}}))

    def claim(self, name: str, batch_id: str = "pack", **claims: str) -> str:
        return told(self.s.citizen(name, **claims).put_claim(batch_id))

    def booking(self, method: str, name: str) -> str:
        body: dict[str, Any] = {"body": {}} if method == "PUT" else {}
        return told(self.s.citizen(name).send(method + " /batches/{batch_id}/booking", {"batch_id": "pack"}, **body))

    def coupon(self, name: str = "ann", batch_id: str = "pack", place: int = 0) -> dict[str, Any]:
        """The coupon as its person sees it."""
        held = self.s.citizen(name).send("GET /batches/{batch_id}/claim", {"batch_id": batch_id}).json
        return dict(held["coupons"][place])

    def code(self, name: str = "ann", batch_id: str = "pack", place: int = 0) -> str:
        """A fresh code of the coupon."""
        return self.s.citizen(name).code(self.coupon(name, batch_id, place)["coupon_id"])

    def redeem(self, order_no: str, name: str = "ann", batch_id: str = "pack", place: int = 0, **changes: Any) -> str:
        """Redeem an order of 60.00 at the diner with a fresh code."""
        return told(self.s.merchant().redeem(order_no, self.code(name, batch_id, place), order(**changes)))

    def reasons(self, name: str = "ann", **changes: Any) -> list[str]:
        """The reasons of a quote."""
        body = {"code": self.code(name), "order": order(**changes)}
        return list(self.s.merchant().send("POST /quotes", body=body).json["reasons"])

    def hold(self, order_no: str, body: dict[str, Any]) -> Answered:
        """Hold Ann's coupon for an order of 60.00 at the diner."""
        body = {**body, "code": self.code(), "order": order()}
        return self.s.merchant().send("PUT /orders/{order_no}/hold", {"order_no": order_no}, body=body)

    def everywhere(self, area: str, ask: Callable[[], Any]) -> Any:
        """The result in warm environments, which must be the same in cold ones."""
        said = ask()
        self.s.restart(area)
        assert ask() == said
        return said

    def heard(self) -> list[dict[str, Any]]:
        """What the schedule put on the bus now."""
        self.s.tick()
        events = self.s.heard.take()
        self.facts |= set(_facts(events))
        return events

    def note(self, made: dict[str, Any], answered: Answered) -> None:
        self.routes.add(made["routeKey"])
        self.statuses.add(str(answered.status))
        claims = made["requestContext"].get("authorizer", {"jwt": {"claims": {}}})["jwt"]["claims"]
        body = json.loads(made.get("body", "null"))
        self.facts |= {*_facts(claims), *_facts(body), *_facts(answered.json), answered.slug}

    def unplayed(self) -> list[str]:
        """The parts of the row that the play did not show."""
        spans = [span for span in self.row.spans if not (span in self.taken or self._is_shown(span))]
        return spans + sorted(self.row.statuses - self.statuses)

    def _is_shown(self, span: str) -> bool:
        if span.startswith("couponctl "):
            return True  # test_rules_table.py knows the commands
        if request := REQUEST.fullmatch(span):
            path = re.escape(request[2] or "…").replace("…", ".*").replace(r"\{id\}", r"\{[a-z_]+\}")
            return any(re.fullmatch(f"{request[1]} {path}", route) for route in self.routes)
        if ": " not in span and not span.startswith("{"):
            return span in self.facts
        parsed = yaml.safe_load(span if span.startswith("{") else "{" + span + "}")
        return all((name if value is None else _pair(name, value)) in self.facts for name, value in parsed.items())


def told(answered: Answered) -> str:
    """A response in short: `201`, or status, slug and the fact that gives the reason."""
    if not answered.slug:
        return str(answered.status)
    facts = answered.json
    why = facts.get("reason") or facts.get("coupon_status") or ", ".join(facts.get("reasons", []))
    return " ".join(filter(None, (str(answered.status), answered.slug, why)))


def refused(reason: str) -> str:
    """The refusal of a person who is not eligible, in the form of `told`."""
    return f"403 {NotEligible.slug} {reason}"


def plays(rule: str) -> Callable[[Callable[[Play], None]], Callable[[Stage], None]]:
    """Declare the decorated function as the play of the row of this name."""
    PLAYS.add(rule)

    def made(play: Callable[[Play], None]) -> Callable[[Stage], None]:
        def played(fresh: Stage) -> None:
            with _noted(Play(fresh, table()[rule])) as p:
                play(p)
            assert p.unplayed() == []

        played.__name__, played.__doc__, played.__module__ = play.__name__, play.__doc__, play.__module__
        return played

    return made


def desk(name: str) -> Person:
    """A token of an operator who acts for this person."""
    return Person({"sub": "desk-1", "scope": "citizen operator", "person_id": name})


@contextmanager
def _noted(p: Play) -> Iterator[Play]:
    def send(made: dict[str, Any]) -> Answered:
        answered = p.s.send(made)
        p.note(made, answered)
        return answered

    with patch.object(gateway, "send", send):
        yield p


def _facts(value: Any) -> Iterator[str]:
    """All names in it, all values, and all `name: value`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield _pair(name, inner)
            yield from _facts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _facts(inner)
    else:
        yield value if isinstance(value, str) else json.dumps(value)


def _pair(name: str, value: Any) -> str:
    return f"{name}: {json.dumps(value, ensure_ascii=False)}"
