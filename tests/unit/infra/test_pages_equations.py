"""The city's Chinese words of equations: of all that an audit says, and of nothing else. Needs no browser."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from tests.api.declared import DOCUMENT

ROOT = Path(__file__).parents[3]
PHRASES = json.loads((ROOT / "infra" / "pages" / "city" / "words" / "equations.json").read_text("utf-8"))
STATUSES = DOCUMENT["components"]["schemas"]["CouponStatus"]["enum"]
"""An equation names the coupons of a pack by them."""
_ANY = "|".join(re.escape(phrase) for phrase in sorted(PHRASES, key=len, reverse=True))
_PHRASE = re.compile(rf"(?<![a-z-])(?:{_ANY})(?![a-z-])")
"""As `equations.ts` finds them."""


class Texts(ast.NodeVisitor):
    """`found` has the texts of a source but for docstrings, with a zero where something is inserted."""

    def __init__(self, path: str) -> None:
        self.found: list[str] = []
        self.visit(ast.parse((ROOT / "functions" / "coupons" / path).read_text("utf-8")))

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.found.append("".join(part.value if isinstance(part, ast.Constant) else "0" for part in node.values))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.found.append(node.value)


SAID = [
    *Texts("audit/equations.py").found,
    *Texts("audit/draw_equations.py").found,
    # Elsewhere a text without a space is a name.
    *(text for path in ("audit/audits.py", "model/findings.py") for text in Texts(path).found if " " in text),
    *STATUSES,
]


def without_words(texts: list[str]) -> list[str]:
    """Those of which a word would stay English."""
    return [text for text in texts if re.search("[a-z]", _PHRASE.sub("", text.replace(" x ", " ")))]


def test_every_word_of_an_equation_has_a_chinese_one() -> None:
    """A text that is half in English would be marked as Chinese."""
    assert without_words(["quantity 0 = remaining 0", "quantity 0 by surprise"]) == ["quantity 0 by surprise"]
    assert without_words(SAID) == []


def test_every_phrase_is_of_an_equation() -> None:
    """One that nothing says is removed."""
    said = {phrase for text in SAID for phrase in _PHRASE.findall(text)}
    assert [phrase for phrase in PHRASES if phrase not in said] == []
