"""The sweep of a facility's day: who was booked and did not come has a strike, once, whatever happens in between."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.swept_days import SweptDays
from coupons.points.visits import earn_visit
from coupons.process.services import Services
from coupons.schedule import no_shows
from coupons.schedule.due_list import read_due
from coupons.schedule.minute import run_schedule
from coupons.slots.days import slot_of
from coupons.stores import slot_keys
from tests.court import DAY, facility, offer, row, strict_rule
from tests.points import incentives
from tests.programmes import course, session
from tests.store.faults import Counting, KilledError, Mortal, Overtaken
from tests.store.slots.conftest import SLOT, Court
from tests.world import KEYS, World

NINE, TEN, LAST = SLOT, f"court.{DAY}.1000", f"court.{DAY}.2100"
DUE = f"{DAY}T21:15:30+08:00"
"""A fence after the grace of the day's last slot."""
HALF_DAY = row(to="21:00")
"""Its last slot begins at 20:00."""


def tick(court: Court, services: Services | None = None, deadline_s: float = float("inf")) -> list[dict[str, Any]]:
    """What a call swept."""
    report = run_schedule(services or court.world.new_services(), court.world.now_s, deadline_s)
    return [did for did in report.did if did["step"] in ("swept", "damaged")]


def points(court: Court, name: str) -> list[int]:
    """What the person's entries say."""
    entries = court.world.citizen(name).send("GET /points").json["entries"]
    return [entry["points"] for entry in entries]


def swept(missed: int, strikes: int, day: str = DAY, **facts: Any) -> dict[str, Any]:
    return {"campaign_id": "season", "day": day, "missed": missed, "strikes": strikes, "step": "swept", **facts}


def made(world: World, **changes: Any) -> Court:
    offer(world, **{"booking_rules": [strict_rule()], **changes})
    return Court(world, world.services)


@pytest.fixture
def court(season: World) -> Court:
    """Ann comes at nine and not at ten, Bob does not come at nine; Cyd only waited. All of it is over."""
    court = made(season, facilities=[facility(units=2)], incentives=incentives())
    assert [court.book("ann"), court.book("bob"), court.wait("cyd"), court.book("ann", TEN)] == [
        "booked",
        "booked",
        "waiting 1",
        "booked",
    ]
    court.check_in("ann")
    return court.at(DUE)


def test_who_was_booked_and_did_not_come_has_a_strike(court: Court) -> None:
    """By slot, with its start; neither who came nor who only waited; the slot says how many did not come."""
    assert tick(court) == [swept(2, 2)]
    assert [court.strikes(name) for name in ("ann", "bob", "cyd")] == [[TEN], [NINE], []]
    assert court.diary("bob").strikes == {NINE: 1591750800}
    assert (court.record(NINE).missed, court.record(TEN).missed, court.record(LAST).missed) == (1, 1, None)


def test_a_day_is_swept_a_fence_after_its_last_grace(court: Court) -> None:
    """Not a second earlier, for a check-in may still arrive; then once: later calls write nothing."""
    court.world.clock.advance(-1)
    assert (tick(court), court.strikes("bob")) == ([], [])
    court.at(DUE)
    assert tick(court) == [swept(2, 2)]
    before = court.world.items()
    assert tick(court) == []
    assert court.world.items() == before


def test_a_repeat_gives_no_second_strike(court: Court) -> None:
    """Also when its mark was lost: what stands in the diaries is found."""
    tick(court)
    before = court.world.items()
    for one in court.world.client.scan(TableName=court.world.settings["CATALOG_TABLE"])["Items"]:
        if one["pk"]["S"].startswith("SWEPT#"):
            key = {name: one[name] for name in ("pk", "sk")}
            court.world.client.delete_item(TableName=court.world.settings["CATALOG_TABLE"], Key=key)
    assert tick(court) == [swept(2, 0)]
    assert court.world.items() == before


def test_a_venue_without_one_check_in_gives_none(season: World) -> None:
    """Of that facility on that day: it let nobody in, or forgot to say so."""
    court = made(season, facilities=[facility(), facility(facility_id="hall")])
    court.book("ann")
    court.book("bob", f"hall.{DAY}.1000")
    court.check_in("ann")
    court.at(DUE)
    assert tick(court) == []
    assert (court.strikes("bob"), court.record(NINE).missed) == ([], 0)


def test_a_slot_that_the_venue_cancelled_gives_none(court: Court) -> None:
    """Others of the day do."""
    court.world.clock.set(f"{DAY}T09:30:00+08:00")
    court.call_off(slot_id=NINE)
    court.at(DUE)
    assert tick(court) == [swept(1, 1)]
    assert (court.strikes("bob"), court.strikes("ann")) == ([], [TEN])


@pytest.mark.parametrize(
    ("changes", "missed"),
    [({"no_show": None}, 2), ({"no_show": None, "check_in": None}, None)],
    ids=["no ban", "no door"],
)
def test_a_rule_that_bans_nobody_gives_none(season: World, changes: dict[str, Any], missed: int | None) -> None:
    """Places that nobody used are counted all the same, unless nobody is checked in at all."""
    court = made(season, booking_rules=[strict_rule() | changes])
    for name, slot_id in (("ann", NINE), ("bob", NINE), ("ann", TEN)):
        court.book(name, slot_id)
    court.check_in("ann")
    court.at(DUE)
    assert tick(court) == ([swept(missed, 0)] if missed else [])
    assert court.strikes("bob") == []


def test_seats_by_slot_are_swept_as_slots(season: World) -> None:
    """Not those of an activity that does not take place."""
    nine, ten = (
        session(session_id=f"at-{hour}", starts_at=f"{DAY}T{hour}:00:00+08:00", ends_at=f"{DAY}T{hour}:50:00+08:00")
        for hour in ("09", "10")
    )
    seats = {"capacity": 2, "by": "slot", "booking_rule": "court"}
    both = [course(nine, seats=seats), course(ten, seats=seats, activity_id="yoga")]
    court = made(season, activities=both)
    for name, slot_id in (("ann", f"course.{DAY}.0900"), ("bob", f"course.{DAY}.0900"), ("cyd", f"yoga.{DAY}.1000")):
        assert court.book(name, slot_id) == "booked"
    court.check_in("ann", f"course.{DAY}.0900")
    court.at(f"{DAY}T09:15:30+08:00")
    assert tick(court) == [swept(1, 1)]
    assert (court.strikes("bob"), court.strikes("cyd")) == ([f"course.{DAY}.0900"], [])


KILLED_AT = range(1, 24)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_killed_sweep_is_made_good(court: Court, applied: bool) -> None:
    """At any of its writes; the next call ends as an undisturbed one, with one write of each diary."""
    read_due(court.services, court.world.now_s)
    stored, died = court.world.client.snapshot(), 0
    for nth in KILLED_AT:
        court.world.client.restore(dict(stored))
        try:
            tick(court, court.world.new_services(client=Mortal(court.world.client, nth, applied=applied)))
        except KilledError:
            died += 1
        tick(court)
        court.assert_sound()
        assert [court.strikes(name) for name in ("ann", "bob", "cyd")] == [[TEN], [NINE], []]
        assert (court.record(NINE).missed, court.record(TEN).missed) == (1, 1)
        assert points(court, "ann") == [60], "the door had not let her visit earn"
        assert [court.diary(name).version for name in ("ann", "bob", "cyd")] == [3, 2, 1]
        assert tick(court) == []
    assert 15 < died < len(KILLED_AT), "the sweep has ended before the last"


def test_each_visit_has_earned_once(court: Court) -> None:
    """Of who came, by the sweep or by the door before it; nothing of who did not."""
    slot, person = slot_of(court.services, NINE), KEYS.person("ann")
    earn_visit(court.services, slot, person, court.world.now_s, court.world.now_s)
    tick(court)
    assert [points(court, name) for name in ("ann", "bob", "cyd")] == [[60], [], []]


def test_a_damaged_account_keeps_its_visits_day_open(court: Court) -> None:
    """Strikes are given all the same, and the visit earns when the account is mended."""
    slot, person = slot_of(court.services, NINE), KEYS.person("ann")
    whole = court.world.client.snapshot()
    earn_visit(court.services, slot, person, court.world.now_s, court.world.now_s)
    balance = next(one for one in court.world.items()["PointsTable"] if one["sk"]["S"].startswith("BALANCE#"))
    court.world.client.restore(dict(whole))
    key = {name: balance[name] for name in ("pk", "sk")}
    court.world.client.put_item(TableName=court.world.settings["POINTS_TABLE"], Item={**key, "v": {"S": "1"}})
    (did,) = tick(court)
    assert (did["step"], court.strikes("bob")) == ("damaged", [NINE])
    court.world.client.delete_item(TableName=court.world.settings["POINTS_TABLE"], Key=key)
    tick(court)
    assert points(court, "ann") == [60]


def test_a_sweep_ends_in_time_and_goes_on(court: Court) -> None:
    """A deadline leaves the rest to the next call, which is asked for at once."""
    report = run_schedule(court.world.new_services(), court.world.now_s, 0)
    assert (report.did, report.more, court.strikes("bob")) == ([], True, [])
    assert tick(court) == [swept(2, 2)]


def test_a_strike_is_of_the_slot_as_it_was_read(court: Court) -> None:
    """The venue cancels while its day is swept: no strike is given, and the next call sees the cancel."""
    court.world.clock.set(f"{DAY}T21:30:00+08:00")
    late = f"court.{DAY}.2100"
    court.world.clock.set(f"{DAY}T19:00:00+08:00")
    court.book("bob", late)
    court.at(DUE)
    client = Overtaken(court.world.client, "transact_write_items", late, lambda: court.call_off(slot_id=late))
    services = court.world.new_services(client=client)
    report = run_schedule(services, court.world.now_s, float("inf"))
    assert report.more
    assert late not in court.strikes("bob")
    tick(court)
    assert court.strikes("bob") == [NINE]


def test_a_cancel_after_the_sweep_takes_its_strikes_away(court: Court) -> None:
    """The last slot may still be going on; a repeat of the cancel does what a killed one left."""
    late = f"court.{DAY}.2100"
    court.world.clock.set(f"{DAY}T19:00:00+08:00")
    court.book("bob", late)
    tick(court.at(DUE))
    assert court.strikes("bob") == [NINE, late]
    with pytest.raises(KilledError):
        court.through(Mortal(court.world.client, 1, applied=True)).call_off(slot_id=late)
    assert court.strikes("bob") == [NINE, late]
    court.call_off(slot_id=late)
    assert court.strikes("bob") == [NINE]


@pytest.mark.parametrize("what", ["slot", "diary"])
def test_one_damaged_item_stops_nobody_else(court: Court, what: str) -> None:
    """Its day stays open, and is done when it is mended."""
    key = slot_keys.slot("court", DAY, "1000") if what == "slot" else slot_keys.diary("season", KEYS.person("ann"))
    table = court.services.slots._table
    whole = table.items([key], consistent=True)
    table.put_all([{**key, "v": 1}])
    for _ in range(2):
        (did,) = tick(court)
        assert (did["step"], did["missed"]) == ("damaged", 1 if what == "slot" else 2)
        assert court.strikes("bob") == [NINE]
    table.put_all(whole)
    assert tick(court) == [swept(2, 1)]
    assert court.strikes("ann") == [TEN]


def test_nothing_is_read_again_while_nothing_is_due(court: Court) -> None:
    """Only the programme's head: no facility, no mark, no diary."""
    services = court.world.new_services(client=(counting := Counting(court.world.client)))
    run_schedule(services, court.world.now_s, float("inf"))
    court.world.clock.advance(60)
    counting.requests.clear()
    no_shows.sweep(services, "season", court.world.now_s, float("inf"))
    assert counting.requests == {"get_item": 1}


def test_a_clock_that_was_set_back_counts_nothing_twice(court: Court) -> None:
    """The day is played again: who comes now has no strike, who misses it again has one; a lost place has none."""
    assert tick(court) == [swept(2, 2)]
    court.at(f"{DAY}T09:10:00+08:00")
    tick(court)
    court.check_in("bob")
    court.at(DUE)
    assert tick(court) == [swept(1, 0)]
    assert (court.strikes("bob"), court.strikes("ann"), court.record(NINE).missed) == ([], [TEN], 0)
    assert tick(court) == []


def test_a_clock_that_was_set_back_for_weeks_is_followed(court: Court) -> None:
    """Days that were done are done again once they are over again."""
    tick(court.at("2020-06-30T12:00:00+08:00"))
    assert court.strikes("bob") == [NINE]
    court.at("2020-06-07T12:00:00+08:00")
    tick(court)
    assert court.leave("bob", f"court.{DAY}.1100") == "not-found"
    assert court.strikes("bob") == [], "it is of a day to come"
    tick(court.at(DUE))
    assert court.strikes("bob") == [NINE]


def test_what_is_swept_is_written_over_by_nobody(court: Court) -> None:
    """Of two calls that read the same, the second is refused; so is a first one after the first."""
    store = court.services.swept_day_store
    assert store.read("season") == SweptDays()
    assert store.replace("season", SweptDays(), SweptDays(through="2020-06-01"))
    assert not store.replace("season", SweptDays(), SweptDays(through="2020-06-02"))
    read = store.read("season")
    assert read == SweptDays(1, "2020-06-01")
    assert store.replace("season", read, SweptDays(through="2020-06-03"))
    assert not store.replace("season", read, SweptDays(through="2020-06-02"))
    assert store.read("season") == SweptDays(2, "2020-06-03")
