"""Check-ins under sixteen threads: each place is paid once, whatever the network loses or repeats.

Tills send the same and other numbers for the same people, while others book, the venue cancels and changes units, and
check-ins are reversed. `CHECK_IN_ATTEMPTS=12000` plays so many; `-s` prints the figures.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable

import pytest

from coupons.audit.audits import audit_batch
from coupons.model.orders import order_key
from coupons.process.services import Services
from coupons.refusals import Refusal
from coupons.sealing import BookingRef
from coupons.slots import booking, venue
from coupons.slots.days import slot_of
from coupons.stores.attributes import decode
from coupons.till import reversals
from coupons.till.check_ins import check_in
from tests.concurrency.racing import THREADS, Arena, at_once
from tests.concurrency.slot_play import Network
from tests.court import DAY, facility, rule
from tests.door import open_door, season
from tests.world import KEYS

ATTEMPTS = int(os.environ.get("CHECK_IN_ATTEMPTS", "1600"))
COURTS, UNITS = 4, 6
SLOTS = [f"court-{number}.{DAY}.0900" for number in range(COURTS)]
PEOPLE = [f"person-{number}" for number in range(20)]
NUMBERS = [f"v-{number}" for number in range(60)]
ACTS = {"check in": 75, "book": 15, "reverse": 6, "units": 3, "cancel": 0.2}

pytestmark = pytest.mark.timeout(1_200)


def attempt(services: Services, rng: random.Random, act: str, now_s: int) -> str:
    """What it came to: done, a repeat, or a slug."""
    number = rng.randrange(len(PEOPLE))
    slot_id, person = SLOTS[number % COURTS] if rng.random() < 0.8 else rng.choice(SLOTS), KEYS.person(PEOPLE[number])
    try:
        if act == "book":
            return booking.book(services, slot_id, person, now_s)[0].state
        if act == "cancel":  # of one slot alone, so that the others stay in play
            venue.cancel(services, SLOTS[0], "rain", now_s)
        elif act == "units":
            venue.set_units(services, slot_id, rng.randint(2, UNITS), now_s)
        elif act == "reverse":
            reversals.reverse(services, "diner", rng.choice(NUMBERS), "r-1", 4_000, now_s)
        else:
            code = KEYS.seal_slot_code(BookingRef(slot_id, person), now_s - rng.choice([0, 30, 90]))
            _, is_repeat = check_in(services, "diner", slot_id, rng.choice(NUMBERS), code, now_s)
            return "repeat" if is_repeat else "done"
    except Refusal as refusal:
        return refusal.slug
    return "done"


def played(arena: Arena, network: Network) -> Counter[str]:
    def thread(number: int) -> Callable[[], Counter[str]]:
        rng = random.Random(number)
        services = arena.new_services(client=network.client(arena.clients[number], rng), seed=number)

        def play() -> Counter[str]:
            answers: Counter[str] = Counter()
            for _ in range(ATTEMPTS // THREADS):
                (act,) = rng.choices(list(ACTS), list(ACTS.values()))
                answers[f"{act}: {attempt(services, rng, act, arena.now_s)}"] += 1
                if rng.random() < 0.15:
                    network.arrive(rng)
            return answers

        return play

    answers: Counter[str] = Counter()
    for found in at_once([thread(number) for number in range(THREADS)]):
        assert isinstance(found, Counter), found
        answers += found
    network.arrive()
    return answers


def test_check_ins_are_exact_under_sixteen_threads(arena: Arena) -> None:
    """Each mark has its order and its line and each of these its mark; nobody is paid for twice; the audit is good."""
    courts = [facility(facility_id=f"court-{n}", units=UNITS, subsidy_batch="courts") for n in range(COURTS)]
    open_door(arena, season(of_batch={"quantity": COURTS * UNITS * 13}), facilities=courts, booking_rules=[rule()])
    for number, name in enumerate(PEOPLE):
        booking.book(arena.services, SLOTS[number % COURTS], KEYS.person(name), arena.now_s)
    arena.clock.set(f"{DAY}T08:35:00+08:00")
    network = Network()
    answers = played(arena, network)

    records = {slot_id: arena.services.slots.get(slot_of(arena.services, slot_id)) for slot_id in SLOTS}
    marks = {
        (slot_id, person, mark.order) for slot_id, found in records.items() for person, mark in found.checked_in.items()
    }
    assert all(set(found.checked_in) <= set(found.booked) for found in records.values()), "a place was lost"
    items = [decode(item) for item in arena.items()[arena.settings["ORDERS_TABLE"]]]
    orders = [item for item in items if item["sk"] == "ORDER"]
    refs = {item["order_no"]: KEYS.open_booking(item["coupon_id"]) for item in orders}
    assert {(ref[0].slot_id, ref[0].person, order_key("diner", number)) for number, ref in refs.items() if ref} == marks
    assert sorted(refs) == sorted(item["order_no"] for item in items if item.get("kind") == "redemption")
    back = [item["order_no"] for item in items if item.get("kind") == "reversal"]
    assert len(back) == len(set(back))
    report = audit_batch(arena.services, "courts", "", arena.now_s, arena.clock.monotonic_s() + 60)
    assert [text for text, holds in report.equations() if not holds] == []

    told = [
        f"\n{answers.total():,} attempts by {THREADS} threads: {len(marks)} check-ins, {len(back)} reversed; 0 faults"
    ]
    told += [", ".join(f"{n:,} {what}" for what, n in sorted(found.items())) for found in (answers, network.counts)]
    print("\n".join(told))  # noqa: T201 - for `pytest -s`
    assert min(answers["check in: done"], answers["check in: coupon-not-usable"], network.counts["copies refused"]) > 0
    assert answers["check in: order-conflict"] > 0
