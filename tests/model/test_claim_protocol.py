"""The claim protocol in all interleavings of small scopes, and the mutants that show that each rule is needed.

tests/model/claim.pml is the protocol (design section 4) in Promela. Where it is wider than the code: k is any number
up to the scope's (the growth rule chooses among them); a cached control item may be of any age; a refused lease is
tried for ever; a token that is not used goes back to memory or to its shard, whichever; packs at hand are handed out
whatever the cache says; leases and returns may be on their way for ever, puts as long as the assumption allows; the
schedule's own requests with a lost answer are a killed invocation and its twin. Where it is narrower: a put has two
attempts, not three; a sweep counts in one step; the window closes between two requests; and what is past two
environments, two shards, three packs and four people is left to the simulation.
"""

from __future__ import annotations

import re

import pytest

from tests.model.spin import MODELS, Search, Searches, assert_caught, assert_reached, assert_safe, name_of

pytestmark = pytest.mark.timeout(300)

ONE = "ENVIRONMENTS=1 LARGEST_LEASE=1 PACKS=1"
SCOPES = {
    "slow clocks": "PACKS=1 LARGEST_LEASE=1 REQUESTS=2 UNDUE=1 LOST_UPDATES=0 SLOW=1",
    "early fence": "PACKS=1 LARGEST_LEASE=1 REQUESTS=2 ATTEMPTS=1 UNDUE=1 LOST_UPDATES=0 SLOW=0",
    "two environments": "PACKS=2 LARGEST_LEASE=2 REQUESTS=2",
    "one pack": f"{ONE} REQUESTS=3",
    "three requests": "ENVIRONMENTS=1 PACKS=2 LARGEST_LEASE=2 PEOPLE=3 REQUESTS=3",
    "four people": "ENVIRONMENTS=1 PACKS=3 LARGEST_LEASE=2 PEOPLE=4 REQUESTS=4 ATTEMPTS=1 LOST_UPDATES=0",
    "two reclaims": f"{ONE} REQUESTS=2 RECLAIMERS=2 UNDUE=1 LOST_UPDATES=0",
    "two raises": f"{ONE} LARGEST_LEASE=2 REQUESTS=2 RAISES=2 LOST_UPDATES=0",
    "raise and two reclaims": f"{ONE} REQUESTS=1 RAISES=1 PAUSES=1 RECLAIMERS=2",
    "sister batch": "ENVIRONMENTS=1 PACKS=2 LARGEST_LEASE=2 PEOPLE=3 REQUESTS=3 SISTERS=2 LOST_UPDATES=0 SLOW=0",
}

MUTANTS = [
    # rule taken away, scope, property that fails then; the model says beside its name where the code has the rule
    ("NO_TOKEN_ID", "one pack", "oversold"),
    ("NO_BURN", "one pack", "oversold"),
    ("NO_EARLIER_UNKNOWN", "one pack", "oversold"),
    ("NO_TAKING_OUT", "one pack", "oversold"),
    ("NO_HONEST_UNKNOWN", "one pack", "success lie"),
    ("NO_PUT_CONDITION", "one pack", "twice"),
    ("NO_LEASE_AGE", "slow clocks", "oversold"),
    ("NO_AGE_FROM_BEFORE", "slow clocks", "oversold"),
    ("NO_AGE_EACH_ATTEMPT", "slow clocks", "oversold"),
    ("NO_LEASE_ROUND", "one pack", "inexact"),
    ("NO_FENCE", "early fence", "oversold"),
    ("NO_FENCE_FROM_THE_LAST_SEAL", "early fence", "oversold"),
    ("NO_ZEROING", "two environments", "inexact"),
    ("NO_SEAL_CONDITION", "two reclaims", "inexact"),
    ("NO_CONSISTENT_COUNT", "one pack", "oversold"),
    ("NO_FOLD_ROUND", "slow clocks", "oversold"),
    ("NO_TRANSACTION", "two environments", "inexact"),
    ("NO_COUNT_BEFORE_SOLD_OUT", "one pack", "sold-out lie"),
    ("NO_SINGLE_RETURN", "one pack", "oversold"),
    ("NO_RETURN_ROUND", "one pack", "inexact"),
    ("NO_SERIAL_RAISE", "two raises", "inexact"),
    ("NO_QUANTITY_CONDITION", "two raises", "sold-out lie"),
    ("NO_QUANTITY_CONDITION", "raise and two reclaims", "inexact"),
    ("NO_COMMON_BUCKETS", "sister batch", "twice"),
    ("NO_FILTER", "sister batch", "sold-out lie"),
    ("NO_FILTER", "sister batch", "inexact"),
    ("NO_UNIQUE_TOKEN", "sister batch", "success lie"),
]
BEYOND_THE_ASSUMPTION = [
    ("TIMEOUT=2", "slow clocks", "oversold"),
    ("SLOW=2 EARLY=0", "slow clocks", "oversold"),
    ("SLOW=1 EARLY=1", "early fence", "oversold"),
]


def searches_of(cases: list[tuple[str, str, str]]) -> list[Search]:
    return [Search(scope, SCOPES[scope], rule, caught_by) for rule, scope, caught_by in cases]


CLEAN = [Search(*scope) for scope in SCOPES.items()]


@pytest.mark.parametrize("search", CLEAN, ids=name_of)
def test_the_protocol_is_safe_and_complete_in_the_scope(search: Search, searches: Searches) -> None:
    """Every state is seen; none oversells, claims twice, is inexact after a reclaim, lies, or is stuck."""
    assert_safe(search, searches)


@pytest.mark.parametrize("search", searches_of(MUTANTS), ids=name_of)
def test_without_the_rule_the_property_fails(search: Search, searches: Searches) -> None:
    """One rule less, and the scope that is clean with it shows how the named property breaks."""
    assert_caught(search, searches)


@pytest.mark.parametrize("search", searches_of(BEYOND_THE_ASSUMPTION), ids=name_of)
def test_the_stated_bounds_are_no_wider_than_needed(search: Search, searches: Searches) -> None:
    """A put that applies ten seconds too late, or clocks that spend ten seconds more than the slack, oversell."""
    assert_caught(search, searches)


def test_every_rule_of_the_model_has_a_mutant() -> None:
    """A rule that can be taken away in the model is taken away in a test."""
    text = "".join((MODELS / name).read_text("utf-8") for name in ("claim.pml", "environment.pml", "reclaim.pml"))
    assert set(re.findall(r"#ifn?def (NO_\w+)", text)) == {rule for rule, _, _ in MUTANTS}


def test_every_statement_of_the_model_is_reached(searches: Searches) -> None:
    """No fault, step or check of the model is one that no scope comes to."""
    assert_reached(CLEAN, searches)
