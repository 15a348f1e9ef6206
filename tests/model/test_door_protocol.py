"""Check-in in all interleavings of a small scope, and the mutants that show that each rule is needed.

tests/model/door.pml is one slot with two people and two order numbers of its merchant, one of which a till also uses
for a coupon. Where it is wider than the code: what was sent may arrive at any later time and any number of times. Where
it is narrower: nobody books anew, all codes are fresh, and an order is reversed whole.
"""

from __future__ import annotations

import re

import pytest

from tests.model.spin import MODELS, Search, Searches, assert_caught, assert_reached, assert_safe, name_of

pytestmark = pytest.mark.timeout(600)

SCOPES = {"two at a door": "AIR=2", "one under three numbers": "PEOPLE=1 NUMBERS=3 TILLS=0", "three": "AIR=3 PEOPLE=1"}
SMALL = "AIR=2"
MUTANTS = [
    ("NO_VERSION", "paid twice"),
    ("NO_VERSION", "not final"),
    ("NO_VERSION", "no place"),
    ("NO_RAISE", "paid twice"),
    ("NO_NEW_NUMBER NO_LINE_ONCE", "apart"),
    ("NO_LOOK_AT_THE_PLACE", "no place"),
    ("NO_LOOK_AT_THE_MARK", "paid twice"),
    ("NO_LOOK_AT_THE_CANCEL", "not final"),
    ("NO_KEY_IN_THE_MARK", "lied"),
    ("NO_REPEAT_FIRST", "refused"),
    ("NO_TRANSACTION", "apart"),
    ("NO_KEPT_MARK", "paid twice"),
    ("NO_REVERSALS_AS_READ", "back twice"),
]
SECOND_LINES = ["NO_NEW_NUMBER", "NO_LINE_ONCE"]
"""Order and line are written together, so either tells that the number is used; both are kept for writes by hand."""

CLEAN = [Search(*scope, model="door") for scope in SCOPES.items()]
CAUGHT = [Search("two at a door", SMALL, rule, caught_by, "door") for rule, caught_by in MUTANTS]
IMPLIED = [Search("two at a door", SMALL, rule, model="door") for rule in SECOND_LINES]


@pytest.mark.parametrize("search", CLEAN, ids=name_of)
def test_check_in_is_safe_and_complete_in_the_scope(search: Search, searches: Searches) -> None:
    """Every state is seen; in none is a mark without its order and line, a place paid twice, or a repeat refused."""
    assert_safe(search, searches)


@pytest.mark.parametrize("search", CAUGHT, ids=name_of)
def test_without_the_rule_the_property_fails(search: Search, searches: Searches) -> None:
    """One rule less, and a search shows how the named property breaks."""
    assert_caught(search, searches)


@pytest.mark.parametrize("search", IMPLIED, ids=name_of)
def test_a_second_line_is_implied_by_the_other(search: Search, searches: Searches) -> None:
    """Without one of the two no property fails."""
    assert_safe(search, searches)


def test_every_rule_and_every_property_of_the_model_has_a_mutant() -> None:
    """What can be taken away in the model is taken away in a test, and each property is broken by one."""
    text = (MODELS / "door.pml").read_text("utf-8")
    taken = {word for rule, _ in MUTANTS for word in rule.split()}
    assert set(re.findall(r"(?:ifn?def|defined\()\s*(NO_\w+)", text)) == taken
    properties = set(re.findall(r"^#define (\w+) \d+ ", text, re.MULTILINE)) & set(re.findall(r"MUST\((\w+),", text))
    assert properties == {caught_by.upper().replace(" ", "_") for _, caught_by in MUTANTS}


def test_every_statement_of_the_model_is_reached(searches: Searches) -> None:
    """No step or check of the model is one that no scope comes to."""
    assert_reached(CLEAN, searches)
