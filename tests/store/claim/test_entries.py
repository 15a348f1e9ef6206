"""Booking of a lottery: who can enter, when, and what the receipt proves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from coupons.claim.booking import book
from coupons.claim.eligibility import Citizen
from coupons.clock import LEASE_S
from coupons.model.draw_terms import rules_hash
from coupons.model.entries import entry, receipt_message
from coupons.operate.members import change_members
from coupons.refusals import Busy, Closed
from coupons.sealing import Keys
from coupons.stores.dynamodb import NoAnswer
from tests.store.faults import Counting, Faulty
from tests.store.lots import BOOKING, CLOSED, COMMITTED, FENCED, PATH, Lots, lots
from tests.world import KEYS

ANN = KEYS.person("ann")


@pytest.fixture
def lottery(tmp_path: Path) -> Lots:
    return lots(tmp_path)


def put(made: Lots, name: str = "ann", **claims: str) -> Any:
    return made.world.citizen(name, **claims).send("PUT /batches/{batch_id}/booking", PATH, body={})


def get(made: Lots, name: str = "ann") -> Any:
    return made.world.citizen(name).send("GET /batches/{batch_id}/booking", PATH)


def verified(made: Lots, receipt: dict[str, Any]) -> bool:
    """By published bytes alone: the batch's key, the rules, the receipt."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(receipt["receipt_key"]))
    of = (bytes.fromhex(receipt["rules_hash"]), bytes.fromhex(receipt["entry"]))
    message = receipt_message("pack", *of, receipt["weight"], receipt["share"], receipt["booked_at_s"])
    try:
        key.verify(bytes.fromhex(receipt["signature"]), message)
    except InvalidSignature:
        return False
    return made.batch.draw is not None and made.batch.draw.receipt_key == key.public_bytes_raw()


def test_a_booking_is_an_entry_with_a_receipt(lottery: Lots) -> None:
    """A repeat and a read give the same receipt, which verifies; changed in any place it does not."""
    lottery.world.clock.set(BOOKING)
    first = put(lottery)
    lottery.world.clock.advance(100)
    again, read = put(lottery), get(lottery)
    assert (first.status, again.status, read.status) == (201, 200, 200)
    assert first.json == again.json == read.json
    receipt = first.json["receipt"]
    assert verified(lottery, receipt)
    assert receipt["rules_hash"] == rules_hash(lottery.batch, 2).hex()
    nonce = KEYS.nonce(1, "pack", ANN)
    assert receipt["entry"] == entry("pack", "ann", nonce).hex()
    changes: dict[str, Any] = {"weight": 2, "share": 1, "booked_at_s": 1, "entry": "00" * 32, "rules_hash": "00" * 32}
    assert not any(verified(lottery, receipt | {name: value}) for name, value in changes.items())


def test_a_receipt_outlives_a_rotation_of_keys(lottery: Lots) -> None:
    """The version that publishing froze signs for ever, in another process too."""
    lottery.book("ann")
    before = get(lottery).json
    rotated = Keys({**KEYS.masters, 2: b"the next master secret, of no worth"})
    lottery.services._keys = rotated
    assert get(lottery).json == before
    lottery.book("bob", at="2020-06-02T11:00:00+08:00")
    receipt = get(lottery, "bob").json["receipt"]
    assert verified(lottery, receipt)
    assert receipt["receipt_key"] == before["receipt"]["receipt_key"]


def test_an_entry_costs_one_write_unit(tmp_path: Path) -> None:
    """One put, also with all shares and weights and the longest identity; groups are read in one request."""
    groups = [f"group-{number}" for number in range(8)]
    draw = {
        "weights": [{"group_id": one, "weight": 32} for one in groups],
        "shares": [{"group_id": f"share-{n}", "title": "x", "quantity": 1} for n in range(8)],
    }
    made = lots(tmp_path, quantity=8, draw=draw, eligibility={"group_id": "group-7"})
    change_members(made.services, "group-7", ["\U00020000" * 128], [], made.world.now_s)
    made.world.clock.set(BOOKING)
    counting = Counting(made.world.client)
    services = made.world.new_services(client=counting)
    person = KEYS.person("\U00020000" * 128)
    services.cache.batch("pack"), services.cache.control("pack"), services.draw_states.get("pack")
    counting.requests.clear()
    services.meter.take()
    booked, _ = book(services, "pack", Citizen(person, None, None, "\U00020000" * 128), made.world.now_s)
    assert booked.record.entered is not None
    assert (booked.record.entered.weight, booked.record.entered.share) == (32, 0)
    assert counting.requests == {"batch_get_item": 1, "put_item": 1}
    assert services.meter.take().write_units == 1


def test_the_notary_alone_can_tell_who_booked(lottery: Lots) -> None:
    """The identity is sealed by a key of its own; it appears nowhere in the item."""
    lottery.book("Ann Sealed 1002X")
    stored = lottery.services.bookings.get(lottery.batch, KEYS.person("Ann Sealed 1002X"))
    assert stored is not None
    assert stored.entered is not None
    assert stored.entered.sealed is not None
    assert KEYS.open_notary(1, "pack", stored.entered.sealed) == "ann sealed 1002x"
    assert b"sealed 1002x" not in repr(lottery.world.client.snapshot()).encode().lower()


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({}, "201"),
        ({"person_id": ""}, "403 forbidden"),
        ({"person_id": "x" * 129}, "403 forbidden"),
        ({"region": "tianjin"}, "403 not-eligible region"),
        ({"person_id": "stranger"}, "403 not-eligible group"),
    ],
)
def test_who_can_enter(tmp_path: Path, claims: dict[str, str], told: str) -> None:
    """A person, not an account; of the region and of the group, which are looked at now."""
    made = lots(tmp_path, eligibility={"group_id": "care", "regions": ["beijing"]})
    change_members(made.services, "care", ["ann", "x" * 129], [], made.world.now_s)
    made.world.clock.set(BOOKING)
    answer = put(made, **{"region": "beijing", **claims})
    assert " ".join([str(answer.status), answer.slug or "", answer.json.get("reason", "")]).strip() == told


def test_weight_and_share_are_those_of_the_moment(tmp_path: Path) -> None:
    """The first in the list that fits; a later change of the group changes nothing."""
    draw = {
        "weights": [{"group_id": "long", "weight": 5}, {"group_id": "short", "weight": 2}],
        "shares": [
            {"title": "Families", "group_id": "families", "quantity": 1},
            {"title": "The north", "regions": ["north"], "quantity": 1},
        ],
    }
    made = lots(tmp_path, draw=draw)
    change_members(made.services, "long", ["ann"], [], made.world.now_s)
    change_members(made.services, "short", ["ann", "bob"], [], made.world.now_s)
    change_members(made.services, "families", ["ann"], [], made.world.now_s)
    made.book("ann", "bob", region="north")
    made.book("cy")
    change_members(made.services, "short", [], ["bob"], made.world.now_s)
    change_members(made.services, "long", ["cy"], [], made.world.now_s)
    found = [get(made, name).json["receipt"] for name in ("ann", "bob", "cy")]
    assert [(one["weight"], one["share"]) for one in found] == [(5, 1), (2, 2), (1, 0)]
    again = put(made, "cy").json["receipt"]
    assert again == found[2]


@pytest.mark.parametrize("moment", [BOOKING, CLOSED])
def test_an_entry_cannot_be_cancelled(lottery: Lots, moment: str) -> None:
    """A receipt is conclusive, because nobody can take their entry back."""
    lottery.book("ann")
    lottery.world.clock.set(moment)
    answer = lottery.world.citizen("ann").send("DELETE /batches/{batch_id}/booking", PATH)
    assert (answer.status, answer.slug) == (409, "closed")
    assert get(lottery).status == 200


def test_a_process_that_stood_still_enters_nobody(lottery: Lots) -> None:
    """Between its look at the clock and its put: nothing is sent any more, by either clock."""
    for clock in ("wall", "monotonic"):
        lottery.world.clock.set("2020-06-05T09:59:59+08:00")
        now_s = lottery.world.now_s
        services = lottery.world.new_services(client=(counting := Counting(lottery.world.client)))
        services.cache.batch("pack")
        groups = services.groups.of_person

        def stood_still(*asked: Any, clock: str = clock, groups: Any = groups) -> Any:
            setattr(lottery.world.clock, clock, getattr(lottery.world.clock, clock) + LEASE_S)
            return groups(*asked)

        services.keys.nonce  # noqa: B018
        services.bookings.enter = late(services.bookings.enter, lambda: stood_still([], ANN))  # type: ignore[method-assign]
        with pytest.raises(Busy):
            book(services, "pack", Citizen(ANN, None, None, "ann"), now_s)
        assert "put_item" not in counting.requests, clock


def late(real: Callable[..., Any], act: Callable[[], object]) -> Callable[..., Any]:
    """`real`, behind `act`."""

    def call(*given: Any) -> Any:
        act()
        return real(*given)

    return call


@pytest.mark.parametrize("is_committed", [False, True])
def test_a_put_behind_the_fence_gets_no_receipt(lottery: Lots, *, is_committed: bool) -> None:
    """The clock was read in time, and the put arrived when the list had been read: no receipt, and no win."""
    lottery.book("bob")
    lottery.world.clock.set("2020-06-05T09:59:59+08:00")
    now_s = lottery.world.now_s

    def stood_still(real: Callable[..., Any], parameters: dict[str, Any]) -> Any:
        lottery.world.clock.set(FENCED)
        if is_committed:
            lottery.commit()
        return real(**parameters)

    services = lottery.world.new_services(client=Faulty(lottery.world.client, "put_item", stood_still))
    with pytest.raises(NoAnswer):
        book(services, "pack", Citizen(ANN, None, None, "ann"), now_s)
    assert get(lottery).json["receipt"] is None
    assert put(lottery).json["receipt"] is None
    if not is_committed:
        assert get(lottery, "bob").json["receipt"] is not None


def test_an_entry_that_the_list_lacks_has_no_receipt(lottery: Lots) -> None:
    """Once there is a list it decides; those in it keep theirs."""
    lottery.book("ann", "bob")
    before = get(lottery).json["receipt"]
    lottery.commit()
    booked = lottery.booking("bob")
    assert booked.entered is not None
    cy = booked._replace(entered=booked.entered._replace(entry=b"\0" * 32))
    lottery.services.bookings.enter(lottery.batch, KEYS.person("cy"), cy, lambda: True)
    assert get(lottery).json["receipt"] == before
    assert get(lottery, "cy").json["receipt"] is None


def test_an_entry_of_the_last_minute_waits_for_the_list(lottery: Lots) -> None:
    """It has its receipt when it is booked; after closing it may have come behind the fence, until the list tells."""
    lottery.book("ann", at="2020-06-05T09:59:00+08:00")
    lottery.book("bob", at="2020-06-05T09:58:59+08:00")
    before = get(lottery).json["receipt"]
    assert before is not None
    lottery.world.clock.set(CLOSED)
    assert [get(lottery, name).json["receipt"] is None for name in ("ann", "bob")] == [True, False]
    lottery.commit()
    assert get(lottery).json["receipt"] == before


def test_no_booking_is_taken_once_the_list_is_committed(lottery: Lots) -> None:
    """Whatever the clock says: it is set back into the window. Who is in the list is answered as before."""
    lottery.book("ann")
    lottery.commit()
    lottery.world.clock.set("2020-06-03T10:00:00+08:00")
    assert (put(lottery).status, put(lottery, "bob").slug) == (200, "closed")
    with pytest.raises(Closed):
        book(lottery.world.new_services(), "pack", Citizen(KEYS.person("bob"), None, None, "bob"), lottery.world.now_s)
    assert len(lottery.records()) == 1


def test_no_booking_is_taken_once_the_draw_is_over(lottery: Lots) -> None:
    """A draw that missed its commitment is void, and takes no entries for another."""
    lottery.world.clock.set(COMMITTED)
    lottery.end("void")
    lottery.world.clock.set(BOOKING)
    assert put(lottery).slug == "closed"
