"""Visits earn once, whoever reports them, in whatever order, and however often."""

from __future__ import annotations

import random

from coupons.model.visit_reports import VisitReport
from coupons.points.reports import correct, report
from tests.points import incentives, partner
from tests.store.faults import Mortal, Overtaken
from tests.store.points.conftest import Club
from tests.world import KEYS, World

VISIT = {"activity_id": "walk", "session_id": "w0", "kind": "attendance", "quantity": 1}
Message = tuple[tuple[str, str, str, int], str | None]
"""A visit by event, session, time and quantity; and whether it is its correction."""


def test_a_visit_earns_and_its_repeat_says_the_same(club: Club) -> None:
    """201 and 200 with one body, one entry; the balance is what the entries add up to."""
    first = club.earn("e-1")
    assert (first.status, first.json["points"], first.json["admitted"]) == (201, 55, True)
    again = club.earn("e-1")
    assert (again.status, again.is_replay, again.json) == (200, True, first.json)
    assert club.entries() == [("earn", 55, None)]


def test_a_killed_earning_is_made_good_by_its_repeat(club: Club) -> None:
    """Before and after its only write; what is stored then is what an undisturbed report stores."""
    whole = club.world.client.snapshot()
    club.earn("e-1")
    undisturbed = club.world.items()
    for applied in (False, True):
        club.world.client.restore(whole)
        assert club.through(Mortal(club.world.client, 1, applied=applied)).earn("e-1").status == 500
        assert club.again().earn("e-1").json["points"] == 55
        assert club.world.items() == undisturbed


def test_two_reports_of_one_person_at_once_both_count(club: Club) -> None:
    """The second is decided again: its points are what it adds to the first's."""
    other = club.through(Overtaken(club.world.client, "transact_write_items", "e-1", lambda: club.earn("e-2")))
    assert other.earn("e-1", session_id="w1").json["points"] == 5
    assert sorted(points for _, points, _ in club.again().entries()) == [5, 55]


def test_one_visit_under_two_numbers_earns_once(club: Club) -> None:
    """At the same moment too; the person reads why the second earned nothing."""
    other = club.through(Overtaken(club.world.client, "transact_write_items", "e-1", lambda: club.earn("e-2")))
    assert other.earn("e-1").json["reason"] == "repeat"
    assert sorted(club.again().entries()) == [("earn", 0, "repeat"), ("earn", 55, None)]


def test_a_visit_earns_again_once_its_report_was_corrected(club: Club) -> None:
    """Under another number: the person was there, however often the partner mistyped."""
    club.earn("e-1", quantity=3)
    club.correct("e-1")
    assert club.earn("e-2").json["points"] == 55
    assert club.earn("e-3").json["reason"] == "repeat"
    assert [points for _, points, _ in club.entries()] == [65, -65, 55, 0]


def test_a_session_that_is_booked_by_slot_is_one_visit_by_both_names(club: Club) -> None:
    """The course's session and its slot."""
    course = {"activity_id": "course", "kind": "training"}
    assert club.earn("e-1", session_id="first", **course).json["points"] == 65
    assert club.earn("e-2", session_id="course.2020-06-10.1800", **course).json["reason"] == "repeat"


def test_a_session_of_another_activity_is_another_visit(club: Club) -> None:
    """Also if a partner names the slot of a court that it has nothing to do with: that takes nobody's points."""
    slot = "court.2020-06-06.0900"
    assert club.earn("e-1", session_id=slot).json["points"] == 55
    mine = {"activity_id": "court", "kind": "venue_booking"}
    assert club.earn("e-2", session_id=slot, **mine).json["points"] == 60


def test_late_is_by_the_calendar(club: Club) -> None:
    """The last second of the eighth day before is late, the first of the seventh is not; it is told so for good."""
    late = club.earn("e-1", at="2020-05-29T23:59:59+08:00")
    assert (late.json["reason"], late.json["admitted"]) == ("late", False)
    assert club.earn("e-1", at="2020-05-29T23:59:59+08:00").json == late.json
    assert club.earn("e-2", at="2020-05-30T00:00:00+08:00").json["points"] == 55
    assert club.entries() == [("earn", 0, "late"), ("earn", 55, None)]


def test_a_partner_has_no_more_than_its_points(world: World, published: dict[object, object]) -> None:
    """Refused whole, not cut; a correction frees nothing; another day has points of its own."""
    world.client.restore(published)
    club = Club.opened(world, partners=[partner(activity_ids=["walk"], points_max=125, points_max_per_day=70)])
    assert club.earn("e-1").json["points"] == 55
    assert club.earn("e-2", "bob").json["reason"] == "allotment"
    assert club.earn("e-3", session_id="w1").json["points"] == 5
    club.correct("e-1")
    assert club.earn("e-4", "bob", "w2").json["reason"] == "allotment"
    club.at("2020-06-07T10:00:00+08:00")
    assert club.earn("e-5", "bob", "w3").json["points"] == 55
    assert club.earn("e-6", "bob", "w4", quantity=3).json["reason"] == "allotment"
    assert club.earn("e-7", "bob", "w5", quantity=2).json["points"] == 10
    assert club.entries("bob")[-1] == ("earn", 10, None)


def test_what_was_decided_stays(club: Club) -> None:
    """A repeat is answered by what was stored, also once its activity is no longer the partner's."""
    first = club.earn("e-1")
    club.programme(incentives=incentives(partners=[partner(activity_ids=["course"])]))
    club.world.clock.advance(2)
    assert club.earn("e-1", at="2020-06-06T10:00:00+08:00").json == first.json
    assert club.earn("e-2", session_id="w1").status == 404


def test_a_person_is_one_in_any_spelling_and_a_report_is_its_content(club: Club) -> None:
    """`ANN` repeats `ann`; another quantity does not."""
    club.earn("e-1")
    assert club.earn("e-1", " ANN").status == 200
    assert club.earn("e-1", quantity=2).slug == "order-conflict"
    assert club.earn("e-1", "bob").slug == "order-conflict"


def test_order_delays_repeats_and_corrections_change_no_total(club: Club) -> None:
    """Eight visits over a year's end, some corrected, in twelve orders, each message sent twice."""
    days = ["2020-12-31T10:00:00+08:00", "2020-12-31T11:00:00+08:00", "2021-01-01T10:00:00+08:00"]
    visits = [(f"e-{number}", f"w{number}", days[number % 3], 1 + 5 * (number % 2)) for number in range(8)]
    messages = [*((visit, None) for visit in visits), *((visit, "void") for visit in visits[:5:2])]
    club.at("2021-01-02T10:00:00+08:00")
    whole, totals = club.world.client.snapshot(), set()
    for seed in range(12):
        club.world.client.restore(whole)
        for (event_id, session_id, at, quantity), void in _shuffled(messages * 2, seed):
            if void is None:
                club.earn(event_id, session_id=session_id, at=at, quantity=quantity)
            else:
                club.correct(event_id)
        found = club.points()
        totals.add((found["balance"], tuple((lot["expires_at"], lot["points"]) for lot in found["by_expiry"])))
    assert len(totals) == 1


def _shuffled(messages: list[Message], seed: int) -> list[Message]:
    found = list(messages)
    random.Random(seed).shuffle(found)
    return found


def test_the_units_of_each(club: Club) -> None:
    """12 write units to earn, 4 to be refused, 8 to correct, 2 to correct first, none for repeats."""
    services, now_s, ann = club.services, club.world.now_s, KEYS.person("ann")

    def earn(event_id: str) -> float:
        told = VisitReport.model_validate({**VISIT, "occurred_at": "2020-06-06T09:00:00+08:00"}, strict=False)
        services.meter.take()
        report(services, "diner", event_id, ann, told, now_s)
        return services.meter.take().write_units

    def void(event_id: str) -> float:
        services.meter.take()
        correct(services, "diner", event_id, "mistaken", now_s)
        return services.meter.take().write_units

    assert [earn("e-0"), earn("e-0"), earn("e-1")] == [12, 0, 4]
    assert [void("e-0"), void("e-0"), void("e-1"), void("e-9")] == [8, 0, 2, 2]
