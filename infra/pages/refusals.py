"""`python -m infra.pages.refusals` writes `shared/words/refusals.json`: the client's reactions, for the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.client.reactions import REACTIONS, UNKNOWN, Line, Reaction

PATH = Path(__file__).parent / "shared" / "words" / "refusals.json"
OPERATORS = {
    "terms-frozen": Reaction("final", Line("Published terms stay as they are.", "已发布的条款不能更改。")),
    "revision-conflict": Reaction(
        "final",
        Line("Somebody changed this in the meantime. Please read it again.", "内容已被他人修改，请重新读取。"),
    ),
    "budget-exceeded": Reaction("final", Line("A funder's budget is too small for this.", "出资方预算不足。")),
}
"""Refusals that only operators meet: no app for citizens or shops does."""


def table() -> dict[str, Any]:
    """Each slug with its kind, its line, and the lines of its cases, in both languages."""
    slugs = {slug: _reaction(reaction) for slug, reaction in (REACTIONS | OPERATORS).items()}
    return {"slugs": slugs, "unknown": _reaction(UNKNOWN)}


def text() -> str:
    return json.dumps(table(), ensure_ascii=False, indent=1) + "\n"


def _reaction(reaction: Reaction) -> dict[str, Any]:
    cases = {case: _line(line) for case, line in reaction.cases.items()}
    return {"kind": reaction.kind, "line": _line(reaction.line), "cases": cases}


def _line(line: Line) -> dict[str, str]:
    return {"zh": line.zh, "en": line.en}


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
