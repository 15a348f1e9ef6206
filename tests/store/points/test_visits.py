"""Check-ins earn, once, whoever calls for it: the door, its repeat, or the day's sweep."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.slots import Slot
from coupons.points.visits import earn_visit, void_visit
from coupons.slots.days import slot_of
from tests.points import incentives, partner
from tests.store.faults import KilledError, Mortal
from tests.store.points.conftest import Club
from tests.world import KEYS, World

ANN = KEYS.person("ann")
COURT, COURSE = "court.2020-06-10.0900", "course.2020-06-10.1800"


BOOKING = {"kind": "venue_booking", "points": 5}


def slot(club: Club, slot_id: str = COURT) -> Slot:
    return slot_of(club.services, slot_id)


def visit(club: Club, slot_id: str = COURT) -> None:
    earn_visit(club.services, slot(club, slot_id), ANN, club.world.now_s, club.world.now_s)


def void(club: Club) -> None:
    void_visit(club.services, slot(club), ANN, club.world.now_s)


def test_a_check_in_earns_once(club: Club) -> None:
    """However often it is called for; its entry names the slot and the facility."""
    for _ in range(3):
        visit(club)
    [entry] = club.points()["entries"]
    told = {"kind": "earn", "points": 60, "session_id": COURT, "activity_id": "court", "reason": None}
    assert told.items() <= entry.items()


def test_a_kill_between_check_in_and_earning_is_made_good(club: Club) -> None:
    """At its only write, before and after: by the next call, which the venue's repeat and the sweep each make."""
    whole = club.world.client.snapshot()
    visit(club)
    undisturbed = club.world.items()
    for applied in (False, True):
        club.world.client.restore(whole)
        with pytest.raises(KilledError):
            visit(club.through(Mortal(club.world.client, 1, applied=applied)))
        visit(club.again())
        assert club.world.items() == undisturbed


def test_a_reversed_check_in_earns_nothing(club: Club) -> None:
    """Whether it had earned before, or not yet: a sweep that comes later finds it void."""
    visit(club)
    void(club)
    void(club)
    visit(club)
    assert club.entries() == [("earn", 60, None), ("correct", -60, None)]
    other = KEYS.person("bob")
    void_visit(club.services, slot(club), other, club.world.now_s)
    earn_visit(club.services, slot(club), other, club.world.now_s, club.world.now_s)
    assert club.entries("bob") == [("earn", 0, "voided")]


def test_a_reversal_after_the_points_ended_takes_nothing(club: Club) -> None:
    """The reversal itself goes on."""
    visit(club)
    club.at("2022-01-01T00:00:00+08:00")
    void(club)
    assert club.entries() == [("earn", 60, None), ("expire", -60, None)]


def test_the_event_of_a_check_in_is_its_bookings_and_no_partner_can_name_it(club: Club) -> None:
    """Sealed, of one slot and person; a number that a partner may choose begins with a letter or a digit."""
    visit(club)
    [event] = club.stored("EVENT#diner#")
    assert event["pk"] == f"EVENT#diner#~{KEYS.seal_booking(COURT, ANN, 1)}"
    assert club.correct(f"~{KEYS.seal_booking(COURT, ANN, 1)}").status == 400


def test_a_session_by_slot_earns_by_the_kind_of_its_activity(club: Club) -> None:
    """And its partner's report of the same session is the same visit."""
    visit(club, COURSE)
    assert club.points()["entries"][0]["points"] == 65
    told = club.earn("e-1", session_id="first", activity_id="course", kind="training")
    assert told.json["reason"] == "repeat"


@pytest.mark.parametrize(
    "own",
    [
        {"partners": []},
        {"partners": [partner(kinds=["attendance", "training"])]},
        {"rules": [{"kind": kind, "points": 5} for kind in ("attendance", "training")], "partners": []},
        {"rules": [{**BOOKING, "from": "2020-06-07"}], "partners": [partner(kinds=["venue_booking"])]},
    ],
    ids=["no partner", "not its kind", "no rule", "no rule that day"],
)
def test_where_nothing_is_earned_nothing_is_written(world: World, published: Any, own: dict[str, Any]) -> None:
    """The venue is no partner, reports no such visits, or no rule rewards them; nor without points in the campaign."""
    world.client.restore(published)
    club = Club(world, world.services)
    club.programme(activities=[], incentives=None)
    visit(club)
    void(club)
    world.clock.advance(2)
    club.programme(activities=[], incentives=incentives(**own))
    visit(club)
    assert club.world.items()["PointsTable"] == []
