"""What `make costs` plays of a lottery: an entry, its receipt, and the claim of who was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from coupons.claim import booking, packs
from coupons.claim.eligibility import Citizen
from coupons.lottery.minute import run_draws
from coupons.lottery.own import own_draw
from coupons.model.draw_state import Beacon
from coupons.process.services import Services
from coupons.times import epoch_s
from infra.set_clock import SetClock
from infra.virtual.files import MemoryFiles

BATCH = "night-draw"
PEOPLE = 400
"""Four for each pack."""


def plays(services: Services, clock: SetClock) -> Iterator[tuple[str, Callable[[], object]]]:
    """In a warm process. Reads of files are no units of DynamoDB: a claim reads one, and a refusal with a rank more."""
    services.draw_files = MemoryFiles()
    batch = services.cache.batch(BATCH)
    assert batch.document.booking is not None
    assert batch.document.draw is not None
    assert batch.draw is not None
    clock.now_s = epoch_s(batch.document.booking.opens_at)
    people = [_citizen(services, f"p{number}") for number in range(PEOPLE)]
    for one in people[1:]:
        booking.book(services, BATCH, one, int(clock.now_s))
    now_s = int(clock.now_s)
    yield "lottery, entered", partial(booking.book, services, BATCH, people[0], now_s)
    yield "lottery, entered again", partial(booking.book, services, BATCH, people[0], now_s)
    yield "receipt, read", partial(booking.my_booking, services, BATCH, people[0].person, now_s)
    _draw(services, clock, epoch_s(batch.document.booking.closes_at) + 60)
    at_s = epoch_s(batch.document.draw.at)
    services.draws.put_beacon(BATCH, Beacon(batch.draw.round, bytes(48), at_s, "partner"))
    _draw(services, clock, at_s + 60)
    clock.now_s = now_s = batch.opens_at_s
    results = {own_draw(services, BATCH, one.person, one.person_id, now_s).result: one for one in people}
    won, lost = results["won"], results["not-drawn"]
    services.cache.control(BATCH)
    yield "own draw", partial(own_draw, services, BATCH, won.person, won.person_id, now_s)
    yield "claim of who was drawn", partial(packs.claim, services, BATCH, won, now_s)
    yield "claim of who was drawn, repeated", partial(packs.claim, services, BATCH, won, now_s)
    services.refusal_counter.flush()
    yield "claim", partial(packs.claim, services, BATCH, lost, now_s)


def _citizen(services: Services, name: str) -> Citizen:
    return Citizen(services.keys.person(name), None, None, name)


def _draw(services: Services, clock: SetClock, moment_s: int) -> None:
    clock.now_s = moment_s
    while run_draws(services, int(clock.now_s), float("inf")).did:
        clock.now_s += 2
    clock.now_s += 2
