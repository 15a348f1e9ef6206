"""Slots and waiting lists in all interleavings of small scopes, and the mutants that show that each rule is needed.

tests/model/slots.pml is the protocol (functions/README.md) in Promela: two places, three people, two slots and a quota
of one. Where it is wider than the code: what was sent may arrive at any later time and any number of times; a person
checks in at any time; a booking is tried though the slot is full. Where it is narrower: all environments see one clock;
a waiting list has no longest length; the units of an unwritten slot are one number; a quota knows no minutes and no
overlap; one strike is a ban without an end, and the venue's cancel after it takes it away in no step of the model; and
attempts that are on their way at the same moment are two (three by night).
"""

from __future__ import annotations

import os
import re

import pytest

from tests.model.spin import MODELS, Search, Searches, assert_caught, assert_reached, assert_safe, name_of

pytestmark = pytest.mark.timeout(600)

PLAIN = "DOORS=0 CHANGING=0 CLOCKS=0"
SCOPES = {
    "one slot": "SLOTS=1 FEWEST=0",
    "two people": "PEOPLE=2 DOORS=1 CHANGING=1 CLOCKS=1 CLOSING=1",
    "two slots": f"{PLAIN} CLOSING=1",
    "strikes": f"PEOPLE=2 STRIKES=1 {PLAIN} CLOSING=1",
    "strikes at a door": "PEOPLE=1 STRIKES=1 DOORS=1 CHANGING=0 CLOCKS=0 CLOSING=1",
}
BY_NIGHT = {
    "two people, all of it": "PEOPLE=2",
    "two slots closing": f"{PLAIN}",
    "one slot changing": "DOORS=1 CHANGING=1 CLOCKS=1 CLOSING=1",
    "strikes of both": f"PEOPLE=2 STRIKES=2 {PLAIN} CLOSING=1",
    "three in the air": "SLOTS=1 PEOPLE=2 AIR=3",
}
if os.environ.get("SLOT_SCOPES") == "all":
    SCOPES |= BY_NIGHT

SMALL = {"one": "SLOTS=1", "quota": f"AIR=1 {PLAIN}", "missed": SCOPES["strikes at a door"]}
MUTANTS = [
    # rule taken away, scope, property that fails then; the model says beside its name where the code has the rule
    ("NO_DIARY_VERSION", "one", "revived"),
    ("NO_KEPT_DIARY", "one", "revived"),
    ("NO_WRITE_ON_NOTHING", "one", "revived"),
    ("NO_CONDITION_ON_NOTHING", "one", "still in"),
    ("NO_VERSION_ON=TAKE", "one", "apart"),
    ("NO_VERSION_ON=WAIT", "one", "apart"),
    ("NO_VERSION_ON=CANCEL", "one", "apart"),
    ("NO_VERSION_ON=LEAVE", "one", "apart"),
    ("NO_VERSION_ON=CHANGE", "one", "overbooked"),
    ("NO_VERSION_ON=CLOSE", "one", "not final"),
    ("NO_VERSION_ON=CHECK_IN", "one", "apart"),
    ("NO_RAISE_BY=BOOK", "one", "apart"),
    ("NO_RAISE_BY=TAKE", "one", "overbooked"),
    ("NO_RAISE_BY=WAIT", "one", "overtaken"),
    ("NO_RAISE_BY=CANCEL", "one", "apart"),
    ("NO_RAISE_BY=LEAVE", "one", "apart"),
    ("NO_RAISE_BY=CHANGE", "one", "overbooked"),
    ("NO_RAISE_BY=CLOSE", "one", "not final"),
    ("NO_RAISE_BY=CHECK_IN", "one", "mark lost"),
    ("NO_ITEM_CAPACITY", "one", "overbooked"),
    ("NO_RANK_BY_VERSION", "one", "overtaken"),
    ("NO_END_OF_THE_LIST", "one", "dead place"),
    ("NO_MOVING_UP", "one", "dead place"),
    ("NO_END_BY_CANCEL", "one", "not final"),
    ("NO_MARK", "one", "mark lost"),
    ("NO_QUOTA", "quota", "quota"),
    ("NO_DROPPING", "quota", "eaten"),
    ("NO_SECOND_LOOK NO_DIARY_VERSION", "one", "miscounted"),
    ("NO_SECOND_LOOK NO_DIARY_VERSION", "one", "twice"),
    ("NO_TURN NO_MOVING_UP", "one", "barged"),
    ("NO_BAN", "missed", "banned"),
    ("NO_DIARY_RAISE_BY=STRIKE", "missed", "banned"),
    ("NO_DIARY_RAISE_BY=STRIKE", "missed", "strike lost"),
    ("NO_DIARY_RAISE_BY=EXCUSE", "missed", "banned"),
    ("NO_DIARY_RAISE_BY=EXCUSE", "missed", "excuse lost"),
    ("NO_VERSION_ON=STRIKE", "missed", "unfair"),
]
SECOND_LINES = [
    # rule that others imply while they hold: the diary's version, and that a free place is nobody's who waits
    ("NO_SECOND_LOOK", "one"),
    ("NO_TURN", "one"),
]


CLEAN = [Search(*scope, model="slots") for scope in SCOPES.items()]
CAUGHT = [Search(scope, SMALL[scope], rule, caught_by, "slots") for rule, scope, caught_by in MUTANTS]
IMPLIED = [Search(scope, SMALL[scope], rule, model="slots") for rule, scope in SECOND_LINES]


@pytest.mark.parametrize("search", CLEAN, ids=name_of)
def test_the_protocol_is_safe_and_complete_in_the_scope(search: Search, searches: Searches) -> None:
    """Every state is seen; in none is a slot overbooked, a diary wrong, a person overtaken or a place dead."""
    assert_safe(search, searches)


@pytest.mark.parametrize("search", CAUGHT, ids=name_of)
def test_without_the_rule_the_property_fails(search: Search, searches: Searches) -> None:
    """One rule less, and a search shows how the named property breaks."""
    assert_caught(search, searches)


@pytest.mark.parametrize("search", IMPLIED, ids=name_of)
def test_a_second_line_is_implied_by_the_other_rules(search: Search, searches: Searches) -> None:
    """Without it no property fails: these conditions are kept for clocks that differ and for writes by hand."""
    assert_safe(search, searches)


def test_every_rule_and_every_property_of_the_model_has_a_mutant() -> None:
    """What can be taken away in the model is taken away in a test, and each property is broken by one."""
    text = (MODELS / "slots.pml").read_text("utf-8")
    taken = {word.partition("=")[0] for rule, _, _ in MUTANTS for word in rule.split()}
    assert set(re.findall(r"(?:ifn?def|defined\()\s*(NO_\w+)", text)) == taken
    properties = set(re.findall(r"^#define (\w+) \d+ ", text, re.MULTILINE)) & set(re.findall(r"MUST\((\w+),", text))
    assert properties == {caught_by.upper().replace(" ", "_") for _, _, caught_by in MUTANTS}


def test_every_statement_of_the_model_is_reached(searches: Searches) -> None:
    """No fault, step or check of the model is one that no scope comes to."""
    assert_reached(CLEAN, searches)
