"""An operator cancels a slot or changes its places; everybody, a merchant and a stale process see it."""

from __future__ import annotations

import pytest

from coupons.damage import Damaged
from coupons.model.slot_records import SlotDay
from coupons.refusals import Closed, NotFound, Stopped
from coupons.slots import days, venue
from coupons.stores import slot_keys
from tests.court import DAY, offer, programme
from tests.store.faults import Faulty, first
from tests.store.slots.conftest import SLOT, Court
from tests.world import World


def day(court: Court) -> SlotDay:
    return days.day_of_facility(court.services, "court", DAY, court.world.now_s)


def places(found: SlotDay) -> dict[str, tuple[int, int, int]]:
    """Units, booked and waiting by time, of slots that somebody is in."""
    told = {slot.name.hhmm: (r.units, len(r.booked), len(r.waiting)) for slot, r in found.slots}
    return {hhmm: numbers for hhmm, numbers in told.items() if numbers != (2, 0, 0)}


def test_a_day_is_the_schedule_with_who_is_in_it(court: Court) -> None:
    """Thirteen slots; nobody is named."""
    for name in ("ann", "bob"):
        court.book(name)
    court.wait("cyd")
    court.world.clock.advance(1)
    assert len(day(court).slots) == 13
    assert places(day(court)) == {"0900": (2, 2, 1)}


def test_without_a_day_it_is_today(court: Court) -> None:
    """In the zone of the campaign; a day without slots is empty and costs no request."""
    assert days.day_of_facility(court.services, "court", None, court.world.now_s).day == "2020-06-06"
    court.at("2020-06-06T16:00:00Z")
    assert days.day_of_facility(court.services, "court", None, court.world.now_s).day == "2020-06-07"
    assert days.day_of_facility(court.services, "court", "2020-09-01", court.world.now_s).slots == []


def test_only_the_merchant_of_the_venue_sees_its_day(court: Court) -> None:
    """Another merchant's facility is not found."""
    assert days.merchants_day(court.services, "diner", "court", DAY, court.world.now_s) == day(court)
    with pytest.raises(NotFound):
        days.merchants_day(court.services, "other", "court", DAY, court.world.now_s)


def test_the_merchant_sees_its_day_as_of_now(court: Court) -> None:
    """Everybody else reads a day that is up to a second old."""
    assert places(day(court)) == {}
    court.book("ann")
    assert places(day(court)) == {}
    seen = days.merchants_day(court.services, "diner", "court", DAY, court.world.now_s)
    assert places(seen) == {"0900": (2, 1, 0)}


def test_more_places_are_taken_by_who_waits(court: Court) -> None:
    """In the same write; the same number again changes nothing."""
    for name in ("ann", "bob"):
        court.book(name)
    for name in ("cyd", "dan"):
        court.wait(name)
    assert court.units(3).version == 5
    assert court.booked("ann", "bob", "cyd", "dan") == ["ann", "bob", "cyd"]
    assert venue.set_units(court.services, SLOT, 3, court.world.now_s)[1:] == (court.record(), True)
    court.assert_sound()


def test_no_places_close_a_slot_that_nobody_wrote(court: Court) -> None:
    """The first write is the operator's: what it says is the truth from then on."""
    court.units(0)
    court.world.clock.advance(1)
    assert (court.book("ann"), court.wait("ann")) == ("full", "waiting 1")
    court.units(1)
    assert court.state("ann") == "booked"


def test_a_cancel_is_final(court: Court) -> None:
    """A repeat keeps the first reason, and no number of places brings the slot back."""
    court.book("ann")
    assert court.call_off("rain").cancelled == "rain"
    assert venue.cancel(court.services, SLOT, "snow", court.world.now_s)[1:] == (court.record(), True)
    assert court.record().cancelled == "rain"
    with pytest.raises(Stopped):
        court.units(5)


def test_a_slot_that_is_over_stays_as_it_is(court: Court) -> None:
    """From the second of its end on."""
    court.at("2020-06-10T09:59:59+08:00").units(3)
    court.at("2020-06-10T10:00:00+08:00")
    with pytest.raises(Closed):
        court.units(4)
    with pytest.raises(Closed):
        court.call_off()


@pytest.mark.parametrize("act", ["units", "call_off"])
def test_an_operator_writes_over_nobody(court: Court, act: str) -> None:
    """Somebody books between its read and its write: it reads again."""
    court.book("ann")
    through = court.through(Faulty(court.world.client, "put_item", first(lambda: court.book("bob"))))
    through.units(5) if act == "units" else through.call_off()
    assert court.booked("ann", "bob") == ["ann", "bob"]
    court.assert_sound()


def test_a_damaged_slot_is_left_out_and_refuses(court: Court) -> None:
    """The other slots of the day are served."""
    table = court.services.slots._table
    table.put_all([{**slot_keys.slot("court", DAY, "0900"), "v": 1}])
    assert len(day(court).slots) == 12
    with pytest.raises(Damaged):
        court.book("ann")


def test_a_seat_of_what_was_cancelled_is_given_back_at_any_time(season: World) -> None:
    """The activity does not take place, so nobody new has a seat, and nobody is held to theirs."""
    lesson = {"session_id": "one", "starts_at": f"{DAY}T09:00:00+08:00", "ends_at": f"{DAY}T10:00:00+08:00"}
    seats = {"capacity": 2, "by": "slot", "booking_rule": "court"}
    yoga = {"activity_id": "yoga", "kind": "training", "title": "Yoga", "sessions": [lesson], "seats": seats}
    offer(season, activities=[yoga])
    court, seat = Court(season, season.services), f"yoga.{DAY}.0900"
    assert (court.book("ann", seat), court.book("bob", seat)) == ("booked", "booked")
    court.at(f"{DAY}T08:00:00+08:00")
    assert court.leave("ann", seat) == "closed"
    path, off = {"campaign_id": "season"}, programme(activities=[yoga | {"status": "cancelled"}], revision=1)
    assert season.operator().send("PUT /admin/campaigns/{campaign_id}/programme", path, body=off).status == 200
    season.clock.advance(1)
    assert (court.leave("ann", seat), court.book("ann", seat)) == ("cancelled", "stopped")
