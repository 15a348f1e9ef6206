"""What people became in slots, told by the images of each write: once, by district, section, category and tags."""

from __future__ import annotations

import pytest

from coupons.count.recount import recount, replace_differing
from coupons.count.shards import minute_of
from coupons.model.slot_records import CheckInMark
from coupons.model.statistics import OF_STREAM_ALONE, of_claim
from coupons.schedule.minute import run_schedule
from coupons.slots import booking, cancellation, venue
from coupons.slots.days import slot_of
from tests.bus import Record, Stream
from tests.court import DAY, facility, offer, row, rule
from tests.logs import logged
from tests.programmes import course, session
from tests.store.played_hour import DOCUMENT, stored, take
from tests.world import KEYS, World, seconds

NINE, TEN, COURSE = f"court.{DAY}.0900", f"court.{DAY}.1000", f"course.{DAY}.1800"
PROGRAMME, SEASON = "GET /admin/campaigns/{campaign_id}/programme", {"campaign_id": "season"}
FLOWS = {"O": "slot_bookings", "W": "slot_waits", "P": "slot_promotions", "X": "slot_cancellations", "A": "no_shows"}


@pytest.fixture
def season(world: World) -> World:
    """A court of two places of a merchant, and a course of the section `food` in another district, of none."""
    (diner,) = DOCUMENT["merchants"]
    stores = [*diner["stores"], {"store_id": "far", "region": "beijing", "district": "west"}]
    world.publish({**DOCUMENT, "merchants": [{**diner, "stores": stores}]})
    hall = {"venue_id": "hall", "merchant_id": "diner", "store_id": "diner", "district": "dongcheng"}
    seats = {"capacity": 2, "by": "slot", "booking_rule": "court"}
    lesson = course(session(starts_at=f"{DAY}T18:00:00+08:00", ends_at=f"{DAY}T20:00:00+08:00"), seats=seats)
    del lesson["venue_id"]
    lesson |= {"section_id": "food", "district": "west"}
    offer(world, venues=[hall], booking_rules=[rule()], activities=[lesson])
    return world


class People:
    """Each act of a person, with its records."""

    def __init__(self, world: World) -> None:
        self._world, self._stream, self.records = world, Stream(world), list[Record]()

    def act(self, what: str, name: str = "", slot_id: str = NINE) -> None:
        services, person, now_s = self._world.services, KEYS.person(name or "nobody"), self._world.now_s
        match what:
            case "books":
                booking.book(services, slot_id, person, now_s)
            case "waits":
                booking.wait(services, slot_id, person, now_s)
            case "leaves":
                cancellation.leave(services, slot_id, person, now_s)
            case "cancel":
                venue.cancel(services, slot_id, "rain", now_s)
            case _:
                venue.set_units(services, slot_id, int(what), now_s)
        self.records += self._stream.records()
        self._world.clock.advance(1)


def flows(world: World, place: str = "") -> dict[str, int]:
    rows = [row for minute, row in stored(world).items() if minute.startswith("STATS")]
    summed = {flow: sum(row.get(f"{letter}{place}", 0) for row in rows) for letter, flow in FLOWS.items()}
    return {flow.removeprefix("slot_"): number for flow, number in summed.items() if number}


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        (["ann books", "bob books"], {"bookings": 2}),
        (["ann books", "ann books"], {"bookings": 1}),
        (["ann books", "bob books", "cem waits"], {"bookings": 2, "waits": 1}),
        (
            ["ann books", "bob books", "cem waits", "ann leaves"],
            {"bookings": 2, "waits": 1, "promotions": 1, "cancellations": 1},
        ),
        (["ann books", "bob books", "cem waits", "cem leaves"], {"bookings": 2, "waits": 1}),
        (["ann books", "bob books", "cem waits", "dan waits", "4"], {"bookings": 2, "waits": 2, "promotions": 2}),
        (["ann books", "ann leaves", "ann books"], {"bookings": 2, "cancellations": 1}),
        (["ann books", "bob books", "cem waits", "cancel"], {"bookings": 2, "waits": 1, "cancellations": 2}),
        (["ann books", "cancel", "ann leaves"], {"bookings": 1, "cancellations": 1}),
        (["3"], {}),
    ],
)
def test_each_change_of_a_person_is_counted(season: World, acts: list[str], expected: dict[str, int]) -> None:
    """Who leaves a list, a repeat and a change of units count nothing by themselves; who is cancelled counts once."""
    people = People(season)
    for act in acts:
        name, _, what = act.rpartition(" ")
        people.act(what, name)
    for _ in range(2):
        take(season, people.records, "a")
    assert flows(season) == expected


def test_who_waits_when_the_list_has_no_force_books(season: World) -> None:
    """As the events say: nobody moved up."""
    people = People(season)
    for act in ("ann books", "bob books", "cem waits"):
        people.act(act.split()[1], act.split()[0])
    season.clock.set(f"{DAY}T07:30:00+08:00")
    people.act("leaves", "ann")
    people.act("books", "cem")
    take(season, people.records, "a")
    assert flows(season) == {"bookings": 3, "waits": 1, "cancellations": 1}


def test_they_are_counted_by_where_the_slot_is(season: World) -> None:
    """A facility by its venue's district and merchant, an activity by its own district and section."""
    people = People(season)
    people.act("books", "ann")
    people.act("books", "bob", COURSE)
    take(season, people.records, "a")
    for place in ("ddongcheng", "kcatering", "tsmall", "dwest", "sfood"):
        assert flows(season, place) == {"bookings": 1}, place
    assert flows(season) == {"bookings": 2}


def test_a_slot_of_no_programme_is_unknown(season: World, caplog: pytest.LogCaptureFixture) -> None:
    """So is one whose item counts other people than it names, or has another key; the next record is counted."""
    people = People(season)
    people.act("books", "ann")
    people.act("books", "bob")
    people.act("3")
    first, second, third = (one for one in people.records if one["dynamodb"]["Keys"]["pk"]["S"].startswith("SLOTS#"))
    first["dynamodb"]["Keys"]["pk"]["S"] = first["dynamodb"]["NewImage"]["pk"]["S"] = f"SLOTS#nowhere#{DAY}"
    second["dynamodb"]["OldImage"]["taken"] = {"N": "7"}
    third["dynamodb"]["Keys"]["pk"]["S"] = third["dynamodb"]["NewImage"]["pk"]["S"] = "SLOTS#court#soon"
    people.act("books", "cem", TEN)
    take(season, people.records, "a")
    (checkpoint,) = [item for item in season.items()["CatalogTable"] if item["pk"]["S"].startswith("CHECKPOINT#")]
    assert (checkpoint["unknown"], flows(season)) == ({"N": "3"}, {"bookings": 1})
    assert [(one[1], one[3]) for one in logged(caplog)] == [
        (f"SLOTS#nowhere#{DAY}", "its programme has no such slot"),
        (f"SLOTS#court#{DAY}", "counts other people than it names"),
        ("SLOTS#court#soon", "is no slot by its keys"),
    ]


def test_what_a_revision_has_just_brought_is_known(season: World) -> None:
    """A facility, and a row of one, also to a process that read the programme a moment before the revision."""
    later = row(first_day="2020-07-20")
    late = row(first_day="2020-07-20", last_day="2020-07-20", **{"from": "22:00", "to": "23:00"})
    for name, rows, slot in (("hut", [later], "hut.2020-07-20.0900"), ("hut", [later, late], "hut.2020-07-20.2200")):
        older = season.new_services()
        assert older.programmes.current("season") is not None
        stored_now = season.operator().send(PROGRAMME, SEASON).json
        facilities = [one for one in stored_now["facilities"] if one["facility_id"] != name]
        added = facility(facility_id=name, schedule=rows)
        changed = {**stored_now, "facilities": [*facilities, added]}
        told = season.operator().send(PROGRAMME.replace("GET", "PUT"), SEASON, body=changed)
        assert told.status in (200, 201), told.text
        assert slot_of(older, slot).slot_id == slot


def test_a_recount_leaves_them_as_they_are(season: World) -> None:
    """No item says them: they are no difference, and stay in a minute that is replaced."""
    people = People(season)
    people.act("books", "ann")
    season.citizen("bob").put_claim("pack")
    take(season, people.records, "a")  # without the claim
    before = flows(season)
    season.clock.set("2020-06-08T10:00:00+08:00")
    told = recount(season.new_services(), "season", season.now_s)
    minute = minute_of(of_claim(season.services.cache.batch("pack"), seconds("2020-06-06T10:00:00+08:00")))
    assert {one.minute for one in told.differences} == {minute}
    assert not OF_STREAM_ALONE & {one.cell.flow for one in told.differences}
    assert replace_differing(season.new_services(), "season", told, season.now_s) == []
    assert (flows(season), before) == ({"bookings": 1}, {"bookings": 1})
    assert recount(season.new_services(), "season", season.now_s).differences == []


def test_places_that_nobody_used_are_counted_when_check_in_closed(season: World) -> None:
    """Once, in the minute of each slot's own; less by those of a slot that is cancelled after the sweep."""
    people = People(season)
    people.act("books", "ann")
    for name in ("bob", "cem"):
        people.act("books", name, TEN)
    late = f"court.{DAY}.2100"
    people.act("books", "dan", late)
    slot = slot_of(season.services, NINE)
    record = season.services.slots.get(slot)
    marked = record.marked(KEYS.person("ann"), CheckInMark(b"order", slot.starts_at_s))
    assert season.services.slots.tries(season.services.slots.replace(slot, record, marked, slot.starts_at_s))
    season.clock.set(f"{DAY}T21:15:30+08:00")
    run_schedule(season.services, season.now_s, float("inf"))
    people.act("cancel", slot_id=late)
    run_schedule(season.services, season.now_s, float("inf"))
    for _ in range(2):
        take(season, people.records, "a")
    counted = {minute: row["A"] for minute, row in stored(season).items() if row.get("A")}
    assert counted == {f"STATS {seconds(f'{DAY}T10:15:00+08:00')}": 2}
    for place in ("ddongcheng", "kcatering", "tsmall"):
        assert flows(season, place)["no_shows"] == 2, place
