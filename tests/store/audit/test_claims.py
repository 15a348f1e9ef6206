"""One claim a person and claim key: a second one must have a key that is not the person's, and is found."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_letters

import pytest

from coupons.stores import keys
from tests.store.audited import ask, claim, claim_place, drop, get, put, wrong
from tests.world import World

CLAIMS = "CLAIMS_TABLE"


def in_another_bucket(world: World) -> tuple[str, str]:
    pk, sk = claim_place(world, "gus", "later")
    buckets = world.services.cache.batch("later").buckets
    number = int(pk.rpartition("#")[2])
    return keys.claim_bucket(keys.claim_key_of(pk), (number + 1) % buckets), sk


def spelt_otherwise(world: World) -> tuple[str, str]:
    """Base64 of a person leaves bits of the last character unused."""
    pk, sk = claim_place(world, "gus", "later")
    others = (sk[:-1] + letter for letter in ascii_letters if letter != sk[-1])
    return pk, next(other for other in others if keys.person_of(other) == keys.person_of(sk))


@pytest.mark.parametrize("place", [in_another_bucket, spelt_otherwise])
def test_a_second_claim_of_a_person_fails(books: World, place: Callable[[World], tuple[str, str]]) -> None:
    """Also if the numbers add up, because another person's claim is missing."""
    claim(books, "gus", "later")
    claim(books, "hal", "later")
    put(books, CLAIMS, get(books, CLAIMS, *claim_place(books, "gus", "later")), *place(books))
    drop(books, CLAIMS, *claim_place(books, "hal", "later"))
    astray = "1 of 4 claims under another key than their person's"
    assert wrong(ask(books, "later")) == [astray]
    assert wrong(ask(books, "campaign")) == [f"batch later: {astray}"]
