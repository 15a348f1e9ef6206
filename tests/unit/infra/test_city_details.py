"""The stack's own sentences in Chinese, for the city's pages: `infra/pages/city/words/details.json` has each of them.

`city.test.ts` plays how a sentence is found and its facts are put in.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COUPONS = ROOT / "functions" / "coupons"
WORDS: dict[str, str] = json.loads((ROOT / "infra" / "pages" / "city" / "words" / "details.json").read_text("utf-8"))
SOURCES = [
    "bls.py",
    "claim/catalog.py",
    "count/reads.py",
    "drand.py",
    "fields.py",
    "faults.py",
    "lottery/beacon.py",
    "lottery/committing.py",
    "lottery/ending.py",
    "lottery/listing.py",
    "model/accounts.py",
    "model/campaigns.py",
    "model/coverage.py",
    "model/declared_batches.py",
    "model/declared_times.py",
    "model/draw_oversights.py",
    "model/draws.py",
    "model/frozen.py",
    "model/oversights.py",
    "model/scope_names.py",
    "model/terms.py",
    "operate/campaigns.py",
    "operate/controls.py",
    "operate/publication.py",
    "points/programs.py",
    "process/cache.py",
    "process/documents.py",
    "settle/budgets.py",
    "settle/reservation.py",
    "slots/days.py",
    "slots/strikes.py",
    "slots/venue.py",
    "slots/writes.py",
    "stores/catalog.py",
    "stores/documents.py",
    "stores/dynamodb.py",
    "web/published.py",
    "web/requests.py",
]
"""Which write the sentences that the public page and the console can show."""
NOT_SAID = {
    "sixteen collisions among four-byte numbers",  # a fault of the program
    "the last attempt returns or raises",  # another
    "the route accepts only ids of this form",  # another
    "not applied",  # an outcome
    "claim key",  # a kind of item
    "only a lottery is drawn",  # a fault of the program
    "a lottery is booked",  # another
    "a draw with cohorts is committed",  # another
    "its person has no entry",  # a fault of an item
    "identities removed",  # a step of a tick
    "Value error, ",  # cut off
}
PLACE = re.compile(r"\{\d\}")
EXPRESSION = re.compile(r" :[a-z]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def sentences(source: str) -> Iterator[str]:
    """Each text of some words in a module, but for its docstrings and the store's expressions; a fact is `{}`."""
    tree = ast.parse(source)
    parts = {
        part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part != node
    }
    parts |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = _text(node) if node not in parts else ""
        if EXPRESSION.search(text):
            continue
        if len(re.findall(r"[A-Za-z]+", text.replace("{}", ""))) > 1 and " " in text.strip():
            yield text


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_said(text: str) -> bool:
    """A sentence of the list, or a part of one that the code puts together; what follows `batch {}: ` is one too."""
    shape = re.escape(text.removeprefix("batch {}: ").strip(" ,;")).replace(r"\{\}", r".*?")
    return text in NOT_SAID or any(re.search(rf"(?<![a-z]){shape}(?![a-z])", said) for said in WORDS)


@pytest.mark.parametrize("module", SOURCES)
def test_each_sentence_of_the_stack_has_its_chinese(module: str) -> None:
    """What a page tells after a refusal, at a place of a document, and as a warning."""
    assert [text for text in sentences((COUPONS / module).read_text("utf-8")) if not is_said(text)] == []


def test_a_sentence_without_chinese_is_seen() -> None:
    """Beside one that has it, with its facts elsewhere; a docstring is none."""
    source = '"""Some words here."""\nf"{name!r} has closed."\nraise Closed(detail=f"{name} has lost its {key}.")\n'
    assert [text for text in sentences(source) if not is_said(text)] == ["{} has lost its {}."]


@pytest.mark.parametrize("said", WORDS)
def test_the_chinese_keeps_every_fact(said: str) -> None:
    """In an order of its own, which the numbers tell."""
    facts = PLACE.findall(said)
    assert facts == [f"{{{number}}}" for number in range(1, len(facts) + 1)]
    assert set(PLACE.findall(WORDS[said])) == set(facts)
    assert CHINESE.search(WORDS[said])
