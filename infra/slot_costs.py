"""What the operations of slots consume, for `make costs`: a court of one place, so that the second person waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coupons.metering import Consumed
from coupons.model.programmes import Programme
from coupons.operate import programme
from coupons.process.services import Services
from coupons.slots import booking, cancellation, days, own_bookings, venue
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
        }
    ],
}


def played_on_a_court(
    services: Services, clock: SetClock, *, row: Callable[[str, Callable[[], object]], tuple[str, Consumed]]
) -> Iterator[tuple[str, Consumed]]:
    """Each operation of a slot once, in a warm process."""
    now_s = int(clock.now_s)
    programme.apply(services, "night-2020", Programme.model_validate(_COURT, strict=False), now_s)
    ann, bob, cyd = (services.keys.person(name) for name in ("li-hua", "wang-fang", "owl"))
    clock.now_s += 1

    def day() -> object:
        return days.day_of_facility(services, "court", _DAY, now_s)

    day()
    yield row("slot, booked", lambda: booking.book(services, _SLOT, ann, now_s))
    yield row("slot, booked again", lambda: booking.book(services, _SLOT, ann, now_s))
    yield row("slot, waited for", lambda: booking.wait(services, _SLOT, bob, now_s))
    clock.now_s += 1
    yield row("a facility's day", day)
    yield row("slot, full", lambda: booking.book(services, _SLOT, cyd, now_s))
    yield row("slot, given back; one moves up", lambda: cancellation.leave(services, _SLOT, ann, now_s))
    yield row("slot, given back by nobody in it", lambda: cancellation.leave(services, _SLOT, cyd, now_s))
    services.cache.published()
    yield row("a person's slots", lambda: own_bookings.bookings_of(services, bob, now_s))
    yield row("slot, other places", lambda: venue.set_units(services, _SLOT, 8, now_s))
