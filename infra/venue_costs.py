"""What `make costs` plays of venues that are paid: a hall's day with 8 check-ins and 20 people who missed theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from coupons.clock import FENCE_S
from coupons.model.slots import Slot
from coupons.process.services import Services
from coupons.schedule import no_shows
from coupons.sealing import BookingRef
from coupons.settle.day_close import close_days, known_zones
from coupons.settle.venue_years import venue_year
from coupons.slots import booking, strikes
from coupons.slots.days import day_of_facility, slot_of
from coupons.till.check_ins import check_in
from coupons.times import DAY_S, day_of, day_start_s
from infra.set_clock import SetClock
from infra.sports_costs import CAMPAIGN, HALL

COURT, DAY = "east-gate-court", "2022-08-18"
ENDLESS_S = float("inf")


def plays(services: Services, clock: SetClock) -> Iterator[tuple[str, Callable[[], object]]]:
    """After those of `sports_costs.py`, whose season this is; play each before you take the next."""
    slots = [slot_of(services, f"{COURT}.{DAY}.{hhmm}") for hhmm in ("0900", "1000", "1100", "1200")]
    midnight_s = day_start_s(day_of(slots[0].starts_at_s, slots[0].timezone), slots[0].timezone)
    people = [services.keys.person(f"player-{number}") for number in range(28)]
    clock.now_s = midnight_s
    sweep = partial(no_shows.sweep, services, CAMPAIGN, deadline_s=ENDLESS_S)
    close = partial(close_days, services, known_zones(services, services.due_list.read()), deadline_s=ENDLESS_S)
    sweep(now_s=midnight_s)
    close(now_s=midnight_s)
    for place, person in enumerate(people):
        booking.book(services, slots[place // 8].slot_id, person, midnight_s)
    seen = partial(day_of_facility, services, COURT, DAY)
    clock.now_s += 1
    yield "a facility's day that a batch pays", lambda: seen(now_s=midnight_s + 1)
    clock.now_s = slots[0].starts_at_s
    arrivals = [_arrival(services, slots[0], person, number) for number, person in enumerate(people[:8])]
    arrivals[0]()
    yield "check-in under a ceiling", arrivals[1]
    for arrival in arrivals[2:]:
        arrival()
    clock.now_s = midnight_s + DAY_S + FENCE_S
    now_s = int(clock.now_s)
    yield "close of a day with 8 check-ins", lambda: close(now_s=now_s)
    yield "a year at the venues", partial(venue_year, services, CAMPAIGN, 2022, "", now_s)
    yield "missed slots of a day, 20 strikes", lambda: sweep(now_s=now_s)
    excuse = partial(strikes.excuse, services, slots[1].slot_id, people[8], now_s)
    yield "strike of a full slot, excused", partial(excuse, excused=True)


def _arrival(services: Services, slot: Slot, person: bytes, number: int) -> Callable[[], object]:
    code = services.keys.seal_slot_code(BookingRef(slot.slot_id, person), slot.starts_at_s)
    return partial(check_in, services, HALL, slot.slot_id, f"court-{number}", code, slot.starts_at_s)
