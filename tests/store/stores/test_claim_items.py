"""Claim items: their size, their buckets, and reading them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, Coupon, Use
from coupons.model.scans import Scanned
from coupons.sealing import CouponRef, bucket_of
from coupons.stores.attributes import encode
from coupons.stores.claims import to_item
from tests.world import KEYS, World

NOW_S = 1_591_408_800
PERSON = KEYS.person("ann")
USE = Use("m" * 21, 10**11 - 1, 1_599_999_999)
"""A long one: of a merchant whose id has 21 characters."""


def size_of(attributes: dict[str, Any]) -> int:
    """Bytes of an item: names and values (DynamoDB Developer Guide, "Item sizes and formats")."""
    return sum(len(name.encode()) + value_size(value) for name, value in attributes.items())


def value_size(value: dict[str, Any]) -> int:
    (kind, content), *_ = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":  # about one byte for two significant digits, and one more
            return (len(content.strip("0")) + 1) // 2 + 1
        case "B":
            return len(content)
        case "L":  # three bytes, and one an element
            return 3 + sum(1 + value_size(element) for element in content)
        case "M":
            return 3 + len(content) + size_of(content)
    return 1


def longest(batch: PublishedBatch) -> PublishedBatch:
    """The longest names that a document may have, in the group with the most buckets."""
    return replace(batch, claim_key=f"G#{'c' * 64}#{'g' * 64}", buckets=65_536, number=2**32 - 1)


def pack_of_eight(batch: PublishedBatch, person: bytes = PERSON) -> Claim:
    coupons = tuple(Coupon("available", 1_591_408_801 + n, 1_599_999_999) for n in range(8))
    return Claim(batch.number, person, "lease-of-16-char:63", NOW_S, 255, coupons)


def test_eight_redeemed_coupons_cost_one_write_unit(season: World, batch: PublishedBatch) -> None:
    """With the longest names of the catalog, each printed, given back and redeemed again, it is under 1,024 bytes."""
    batch, coupons = longest(batch), season.services.coupons
    assert season.services.claims.put(batch, pack_of_eight(batch), lambda: True) is None
    for index in range(8):
        ref, order = CouponRef(batch.number, PERSON, index), bytes(range(index, index + 16))
        by = Scanned("", ref, NOW_S + 6)
        for _ in range(98):
            season.services.claims.print_coupon(batch, ref)
        season.services.claims.try_pin(batch, ref, 98)
        season.services.transact([coupons.redeem(batch, ref, order, by, USE._replace(at_s=NOW_S), 0)])
        season.services.transact([coupons.give_back(batch, ref, order, NOW_S, 0, 9)])
        [item] = season.client.scan(TableName="ClaimsTable")["Items"]
        assert "w" not in item["c"]["L"][index]["M"], "tries are of the last print, and it has none"
        season.services.transact([coupons.hold(batch, ref, order, by, 1_599_999_999, NOW_S, 0)])
        season.services.claims.try_pin(batch, ref, 99)
    [item] = season.client.scan(TableName="ClaimsTable")["Items"]
    assert size_of(item) < 1_024, "held, with a deadline each, and printed 98 times"
    for index in range(8):
        ref = CouponRef(batch.number, PERSON, index)
        season.services.transact(
            [coupons.redeem(batch, ref, bytes(range(index, index + 16)), None, USE._replace(at_s=NOW_S + 1), 0)]
        )
    [item] = season.client.scan(TableName="ClaimsTable")["Items"]
    assert 500 < size_of(item) < 1_024
    assert [set(coupon["M"]) for coupon in item["c"]["L"]] == [{*"seforbpwmdu"}] * 8


def test_a_claim_reads_back_as_it_was_written(season: World, batch: PublishedBatch) -> None:
    """One coupon valid from the claim, one from later on."""
    coupons = (Coupon("available", NOW_S, NOW_S + 9), Coupon("available", NOW_S + 5, NOW_S + 9))
    claim = Claim(batch.number, PERSON, "lease:0", NOW_S, 1, coupons)
    assert season.services.claims.put(batch, claim, lambda: True) is None
    assert season.services.claims.get(batch, PERSON, consistent=True) == claim
    assert "f" not in encode(to_item(batch, claim))["c"]["L"][0]["M"], "it is the claim's second"
    assert season.services.claims.get(batch, KEYS.person("bo"), consistent=True) is None


def test_a_second_claim_is_refused_with_the_first(season: World, batch: PublishedBatch) -> None:
    """`attribute_not_exists`: one claim a person and claim key."""
    mine = pack_of_eight(batch)
    assert season.services.claims.put(batch, mine, lambda: True) is None
    assert season.services.claims.put(batch, replace(mine, token="lease:1"), lambda: True) == mine
    assert season.client.scan(TableName="ClaimsTable")["Count"] == 1


def test_every_claim_stands_in_the_bucket_of_its_person(season: World, batch: PublishedBatch) -> None:
    """The buckets together hold each claim once, and no booking."""
    people = [KEYS.person(f"p{n}") for n in range(20)]
    for person in people:
        assert season.services.claims.put(batch, pack_of_eight(batch, person), lambda: True) is None
    season.services.bookings.put(batch, people[0], NOW_S)
    found = {b: [c.person for c in season.services.claims.in_bucket(batch.claim_key, b)] for b in range(batch.buckets)}
    assert sorted(person for bucket in found.values() for person in bucket) == sorted(people)
    assert all(bucket_of(person, batch.buckets) == bucket for bucket in found for person in found[bucket])


@pytest.mark.parametrize("others", [0, 150])
def test_a_wallet_finds_claims_among_many_keys(season: World, batch: PublishedBatch, others: int) -> None:
    """More claim keys than one request takes, most of them absent."""
    claim = pack_of_eight(batch)
    assert season.services.claims.put(batch, claim, lambda: True) is None
    wanted = [(f"B#other-{n}", 16) for n in range(others)] + [(batch.claim_key, batch.buckets)]
    assert list(season.services.claims.wallet(wanted, PERSON).values()) == [claim]
    assert season.services.claims.wallet(wanted, KEYS.person("bo")) == {}


def test_points_go_back_once(season: World, batch: PublishedBatch) -> None:
    """Of each coupon: what was read of those that went back before must still hold; it is read back by its places."""
    claims = season.services.claims
    coupons = tuple(Coupon("available", NOW_S, NOW_S + 1) for _ in range(3))
    read = Claim(batch.number, PERSON, "token", NOW_S, 1, coupons)
    assert claims.put(batch, read, lambda: True) is None
    first = claims.refunding(batch, read, [1])
    assert season.services.tries([first])
    assert not season.services.tries([first])
    again = claims.get(batch, PERSON, consistent=True)
    assert again is not None
    assert again.refunded == (1,)
    assert season.services.tries([claims.refunding(batch, again, [1, 2])])
    assert not season.services.tries([claims.refunding(batch, again, [0, 1])])
    done = claims.get(batch, PERSON, consistent=True)
    assert done is not None
    assert done.refunded == (1, 2)
    other = replace(batch, number=batch.number + 1)
    assert not season.services.tries([claims.refunding(other, done, [0, 1, 2])])
