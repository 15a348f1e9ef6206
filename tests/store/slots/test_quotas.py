"""Quotas and overlaps hold over booked and waiting slots, and cancelled slots count for nothing."""

from __future__ import annotations

import pytest

from coupons.model.slot_records import OwnSlots
from coupons.refusals import NotEligible
from coupons.slots import booking
from coupons.slots.own_bookings import bookings_of
from tests.court import facility, offer, rule
from tests.store.faults import Faulty, first
from tests.store.slots.conftest import SLOT, Court
from tests.world import KEYS, World

NINE, TEN, ELEVEN = SLOT, "court.2020-06-10.1000", "court.2020-06-10.1100"
HALL = "hall.2020-06-10.0900"


@pytest.fixture
def halls(season: World) -> Court:
    """Two facilities, and two slots a person."""
    two = {"upcoming_max": 2, "per_day_minutes": 600}
    both = [facility(), facility(facility_id="hall")]
    offer(season, facilities=both, booking_rules=[rule(per_person=two)])
    return Court(season, season.services)


def test_an_overlap_names_the_other_slot(halls: Court) -> None:
    """Of any facility, also one that the person only waits for."""
    assert [halls.book(name, HALL) for name in ("bob", "cyd")] == ["booked", "booked"]
    assert halls.wait("ann", HALL) == "waiting 1"
    with pytest.raises(NotEligible) as refused:
        booking.book(halls.services, NINE, KEYS.person("ann"), halls.world.now_s)
    assert (refused.value.reason, refused.value.slot_id) == ("overlap", HALL)


def test_waiting_counts_so_moving_up_breaks_no_quota(halls: Court) -> None:
    """Who waits for one and is booked for another has two of two, before and after moving up."""
    for name in ("bob", "cyd"):
        halls.book(name, NINE)
    assert (halls.wait("ann", NINE), halls.book("ann", TEN), halls.book("ann", ELEVEN)) == (
        "waiting 1",
        "booked",
        "quota",
    )
    halls.leave("bob", NINE)
    assert (halls.state("ann", NINE), halls.book("ann", ELEVEN)) == ("booked", "quota")
    halls.assert_sound()


def test_a_slot_given_back_frees_the_quota_once(halls: Court) -> None:
    """Giving it back twice frees nothing more."""
    assert (halls.book("ann", NINE), halls.book("ann", TEN)) == ("booked", "booked")
    assert (halls.leave("ann", NINE), halls.leave("ann", NINE)) == ("cancelled", "not-found")
    assert (halls.book("ann", ELEVEN), halls.book("ann", NINE)) == ("booked", "quota")


def test_a_slot_that_the_venue_cancelled_counts_for_nothing(halls: Court) -> None:
    """Neither for the quota nor as an overlap; the next write of the diary drops it."""
    assert (halls.book("ann", NINE), halls.book("ann", TEN)) == ("booked", "booked")
    halls.call_off(slot_id=NINE)
    halls.world.clock.advance(1)
    assert halls.book("ann", HALL) == "booked"
    assert sorted(halls.diary("ann").slots) == [TEN, HALL]
    assert halls.state("ann", NINE) == "cancelled"
    halls.assert_sound()


def test_leaving_drops_cancelled_slots_too(halls: Court) -> None:
    """Every write of a diary does."""
    assert (halls.book("ann", NINE), halls.book("ann", TEN)) == ("booked", "booked")
    halls.call_off(slot_id=NINE)
    assert halls.leave("ann", TEN) == "cancelled"
    assert halls.diary("ann").slots == {}
    assert halls.leave("ann", ELEVEN) == "not-found"


def test_two_requests_at_once_pass_no_quota(halls: Court) -> None:
    """Both read one of two; the diary's version lets one of them in."""
    assert halls.book("ann", NINE) == "booked"
    overtaken = Faulty(halls.world.client, "transact_write_items", first(lambda: halls.book("ann", TEN)))
    assert halls.through(overtaken).book("ann", ELEVEN) == "quota"
    assert len(halls.diary("ann").slots) == 2


def test_my_bookings_are_all_that_have_not_ended(halls: Court) -> None:
    """By their start: booked, waiting, and cancelled until the diary is written again; none of anybody else."""
    for name in ("bob", "cyd"):
        halls.book(name, NINE)
    halls.wait("ann", NINE)
    halls.book("ann", TEN)
    halls.call_off(slot_id=TEN)

    def mine() -> list[tuple[str, str, str | None]]:
        found = bookings_of(halls.services, KEYS.person("ann"), halls.world.now_s)
        return [(one.slot.slot_id, one.state, one.reason) for one in found.bookings]

    assert mine() == [(NINE, "waiting", None), (TEN, "cancelled", "rain")]
    halls.at("2020-06-10T10:00:00+08:00")
    assert mine() == [(TEN, "cancelled", "rain")]
    assert bookings_of(halls.services, KEYS.person("eve"), halls.world.now_s) == OwnSlots([], [], 0)
