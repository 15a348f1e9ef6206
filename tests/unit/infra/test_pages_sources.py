"""What no source of the pages may contain, each rule with an offender that it sees."""

from __future__ import annotations

import re

import pytest

from tests.unit.infra.test_pages_words import sources

FORBIDDEN = {
    "a thing to press that is neither a button nor a link": (
        re.compile(r"<(?!button\b|a\b|Button\b|Tag\b)\w+\b(?:[^<>]|=>)*?\sonClick="),
        '<div class="x" onClick={() => go()}>',
    ),
    "an inline style, which the policy refuses": (re.compile(r"\sstyle=|\.style\b(?!\.css)"), '<p style="color: red">'),
    "written HTML, which trusted types refuse": (
        re.compile(r"innerHTML|insertAdjacentHTML|dangerously"),
        "a.innerHTML = b",
    ),
    "a question of the browser's own, which freezes a camera": (
        re.compile(r"(?<![\w.])(?:window\.)?(?:alert|confirm|prompt)\("),
        "if (confirm(x)) y();",
    ),
    "the device's time of day": (re.compile(r"new Date\(\)|Date\.now\(\)"), "const now = Date.now();"),
    "an address of another origin": (
        re.compile(r"""["'`]https?://(?!127\.0\.0\.1)"""),
        'fetch("https://cdn.example/x")',
    ),
}
WALL = {"session.ts"}
"""It reads the time of day, but uses only how much of it passed between two loads of a page."""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_contains(what: str) -> None:
    """In no source; the offender is seen."""
    pattern, offender = FORBIDDEN[what]
    assert pattern.search(offender)
    exempt = WALL if "time of day" in what else set()
    code = {path: re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL) for path, text in sources()}
    found = {path.name: pattern.findall(text) for path, text in code.items() if path.name not in exempt}
    assert {name: hits for name, hits in found.items() if hits} == {}
