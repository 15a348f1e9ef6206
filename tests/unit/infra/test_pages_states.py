"""The states of the pages: each has a row on their page and a file. Needs no browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.api.declared import DOCUMENT, operations, responses
from tests.browser.conftest import ROOT
from tests.browser.shots import README
from tests.browser.spoken import spoken
from tests.browser.states import STATES, TEXTS, State, rows


def undeclared(state: State) -> Iterator[str]:
    """Answers of the state that the stack could never give."""
    for asked, said in state.answers.items():
        path = asked.partition("?")[0]
        route = next((one for one in operations() if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)), None)
        # What is no route is a file of the pages, or an address of the issuer.
        for reply in (said if isinstance(said, list) else [said]) if route else ():
            if not isinstance(reply, str):
                yield from (f"{state.name}: {asked}: {fault}" for fault in _faults(str(route), reply))


def _faults(route: str, reply: dict[str, Any]) -> Iterator[str]:
    status = str(reply.get("status", 200))
    declared = responses(route).get(status)
    if declared is None:
        yield f"{status} is not declared"
        return
    media = "application/json" if status < "400" else "application/problem+json"
    schema = declared.get("content", {}).get(media, {}).get("schema")
    if schema is not None:
        whole = {**schema, "components": DOCUMENT["components"]}
        yield from (one.message[:200] for one in Draft202012Validator(whole).iter_errors(reply.get("body", {})))


def test_each_state_has_one_row_and_each_row_its_state() -> None:
    """No row without a file that is shown, no file that no row explains."""
    assert len(rows()) == len(set(rows()))
    assert sorted(rows()) == sorted(state.name.replace("-", "/", 1) for state in STATES)


def test_each_state_says_what_is_seen() -> None:
    """A picture of nothing would pass."""
    assert [state.name for state in STATES if not state.see] == []


def test_each_text_of_a_state_is_found_in_english_too() -> None:
    """So each state can be shown in both languages."""
    for state in STATES:
        for text in [state.see, *(act[name] for act in state.does for name in TEXTS if name in act)]:
            state.says(text, "en")


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("^领取$", "Claim"),
        ("替我领", "Claim for me at 10:00"),
        ("^8$", "8"),
    ],
)
def test_a_text_is_that_of_the_word(text: str, english: str) -> None:
    """The whole word, a part of it, or no word at all."""
    assert spoken(text, "en", "citizen").search(english)
    assert spoken(text, "zh", "citizen").search(text.strip("^$"))


def test_a_text_that_no_word_says_is_seen() -> None:
    """A word that was changed is changed in the states too."""
    with pytest.raises(LookupError):
        spoken("没有这句话", "en", "citizen")


def test_the_stack_could_give_every_answer_of_a_state() -> None:
    """By the OpenAPI document: a page must not be right about answers that nobody gives."""
    assert [fault for state in STATES for fault in undeclared(state)] == []


def test_the_readme_shows_a_picture_of_each_application() -> None:
    """Each with its description, and light; `make shots APPS=readme` takes them."""
    text = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"!\[.{20,}?\]\((infra/pages/shots/\w+\.png)\)", text)
    assert shown == [f"infra/pages/shots/{name.split('-')[0]}.png" for name in README]
    assert [path for path in shown if (ROOT / path).stat().st_size > 150_000] == []


def test_an_answer_that_the_stack_never_gives_is_seen() -> None:
    """Another status, a body without its members; a lost answer is none."""
    route = "GET /batches/special-0606"
    for said in ({"status": 418}, {"body": {"batch_id": "special-0606"}}, {"status": 404, "body": {"type": "x"}}):
        assert list(undeclared(replace(STATES[0], answers={route: ["lost", said]})))
    assert list(undeclared(replace(STATES[0], answers={route: "lost", "GET /config.json": {"body": {}}}))) == []
