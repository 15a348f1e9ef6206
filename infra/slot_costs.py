"""What the operations of slots consume, for `make costs`: a court of one place, so that the second person waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from coupons.model.programmes import Programme
from coupons.operate import programme
from coupons.process.services import Services
from coupons.sealing import BookingRef
from coupons.slots import booking, cancellation, codes, days, own_bookings, venue
from coupons.till.check_ins import check_in
from coupons.till.reversals import reverse
from infra.set_clock import SetClock

_DAY, _SLOT = "2020-06-20", "court.2020-06-20.1000"
_ROW = {"weekdays": ["sat"], "from": "10:00", "to": "22:00", "slot_minutes": 60, "first_day": _DAY, "last_day": _DAY}
_COURT = {
    "venues": [
        {"venue_id": "hall", "merchant_id": "guijie-hotpot", "store_id": "guijie-hotpot", "district": "dongcheng"}
    ],
    "facilities": [
        {
            "facility_id": "court",
            "venue_id": "hall",
            "sport": "badminton",
            "units": 1,
            "schedule": [_ROW],
            "booking_rule": "week",
        }
    ],
    "booking_rules": [
        {
            "booking_rule_id": "week",
            "opens_days_ahead": 21,
            "opens_at": "00:00",
            "per_person": {"upcoming_max": 4},
            "waiting_max": 20,
            "promote_until_minutes": 120,
            "cancel_until_minutes": 60,
            "check_in": {"opens_minutes_before": 30, "grace_minutes": 15},
        }
    ],
}


def plays(services: Services, clock: SetClock) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each operation of a slot once, in a warm process; play each before you take the next."""
    now_s = int(clock.now_s)
    programme.apply(services, "night-2020", Programme.model_validate(_COURT, strict=False), now_s)
    ann, bob, cyd = (services.keys.person(name) for name in ("li-hua", "wang-fang", "owl"))
    clock.now_s += 1
    day = partial(days.day_of_facility, services, "court", _DAY, now_s)
    day()
    yield "slot, booked", partial(booking.book, services, _SLOT, ann, now_s)
    yield "slot, booked again", partial(booking.book, services, _SLOT, ann, now_s)
    yield "slot, waited for", partial(booking.wait, services, _SLOT, bob, now_s)
    clock.now_s += 1
    yield "a facility's day", day
    yield "slot, full", partial(booking.book, services, _SLOT, cyd, now_s)
    yield "slot, given back; one moves up", partial(cancellation.leave, services, _SLOT, ann, now_s)
    yield "slot, given back by nobody in it", partial(cancellation.leave, services, _SLOT, cyd, now_s)
    services.cache.published()
    yield "a person's slots", partial(own_bookings.bookings_of, services, bob, now_s)
    yield "slot, other places", partial(venue.set_units, services, _SLOT, 8, now_s)
    clock.now_s += 1
    booking.book(services, _SLOT, cyd, now_s)
    yield "a slot's code", partial(codes.slot_code, services, _SLOT, bob, now_s)
    yield from _check_ins(services, clock, bob, cyd)


def _check_ins(services: Services, clock: SetClock, *people: bytes) -> Iterator[tuple[str, Callable[[], object]]]:
    """At the slot's start; the first one marks the merchant's day."""
    before_s, clock.now_s = clock.now_s, days.slot_of(services, _SLOT).starts_at_s
    calls = []
    for number, person in enumerate(people):
        code = services.keys.seal_slot_code(BookingRef(_SLOT, person), int(clock.now_s))
        calls.append(partial(check_in, services, "guijie-hotpot", _SLOT, f"v-{number}", code, int(clock.now_s)))
    calls[0]()
    yield "check-in", calls[1]
    yield "check-in, again", calls[1]
    yield "check-in, reversed", partial(reverse, services, "guijie-hotpot", "v-1", "r-1", 0, int(clock.now_s))
    clock.now_s = before_s
