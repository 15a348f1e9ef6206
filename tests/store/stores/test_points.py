"""Each clause of the conditions on accounts, entries, events, sessions and allotments has a test here that needs it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.model.incentives import Partner
from coupons.model.points_accounts import Account, AccountChange, Lot
from coupons.model.points_entries import Earning, Entry
from coupons.model.visit_reports import Correction, Report, ReportedEvent
from coupons.stores.parts import Part
from coupons.stores.points import PointsStore
from tests.points import partner
from tests.world import KEYS, World

ANN = KEYS.person("ann")
VISIT = Earning("diner.e-1", "attendance", "2020-06-06", 5, "w1", "walk")
REPORT = Report("sports", ANN, b"what was reported", VISIT, 5, None)
CORRECTION = Correction("Wrong person", -5)
PARTNER = Partner.model_validate(partner(points_max=100, points_max_per_day=60))
BEFORE_IT = ReportedEvent(None, CORRECTION)
AFTER_IT = ReportedEvent(REPORT, None)


@pytest.fixture
def store(world: World) -> PointsStore:
    return world.services.points


def applied(world: World, *parts: Part) -> bool:
    return world.services.tries(parts)


def change(version: int, points: int) -> AccountChange:
    lots = {"2020": Lot(2_000_000_000, points)}
    return AccountChange(Account(version, lots), [Entry(f"e-{version}", 1_000, "earn", points, {"2020": points})])


def test_an_account_is_the_one_that_was_read(world: World, store: PointsStore) -> None:
    """Of two changes of one version the second is refused whole, also of the first version."""
    first, second = change(1, 5), change(1, 9)
    assert applied(world, *store.change("sports", ANN, Account(), first))
    assert not applied(world, *store.change("sports", ANN, Account(), second))
    read = store.account("sports", ANN)
    assert read == first.account
    assert applied(world, *store.change("sports", ANN, read, change(2, 7)))
    assert not applied(world, *store.change("sports", ANN, read, change(2, 8)))
    assert store.account("sports", ANN).lots["2020"].points == 7


def test_an_entry_takes_no_others_place(world: World, store: PointsStore) -> None:
    """Of two entries of one second and name the second is refused."""
    entry = Entry("e-1", 1_000, "earn", 0, reason="late")
    assert applied(world, store.putting("sports", ANN, entry))
    assert not applied(world, store.putting("sports", ANN, replace(entry, reason="repeat")))
    assert store.entry("sports", ANN, 1_000, "e-1") == entry


def test_an_event_is_reported_once(world: World, store: PointsStore) -> None:
    """A new one; or one whose correction came first, which stays corrected."""
    assert applied(world, store.reporting("diner", "e-1", REPORT, None))
    for read in (None, BEFORE_IT):
        assert not applied(world, store.reporting("diner", "e-1", replace(REPORT, points=9), read))
    assert store.event("diner", "e-1") == AFTER_IT
    assert applied(world, store.correcting("diner", "e-2", CORRECTION, None))
    voided = replace(REPORT, points=0, reason="voided")
    assert not applied(world, store.reporting("diner", "e-2", voided, None))
    assert applied(world, store.reporting("diner", "e-2", voided, BEFORE_IT))
    assert not applied(world, store.reporting("diner", "e-2", REPORT, BEFORE_IT))
    assert store.event("diner", "e-2") == ReportedEvent(voided, CORRECTION)
    assert not applied(world, store.reporting("diner", "e-3", voided, BEFORE_IT))


def test_an_event_is_corrected_once(world: World, store: PointsStore) -> None:
    """Whether or not it was reported; what was read of it must still hold."""
    assert applied(world, store.reporting("diner", "e-1", REPORT, None))
    assert not applied(world, store.correcting("diner", "e-1", CORRECTION, None))
    assert applied(world, store.correcting("diner", "e-1", CORRECTION, AFTER_IT))
    assert not applied(world, store.correcting("diner", "e-1", replace(CORRECTION, text="Again"), AFTER_IT))
    assert store.event("diner", "e-1") == ReportedEvent(REPORT, CORRECTION)
    assert applied(world, store.correcting("diner", "e-2", CORRECTION, None))
    assert not applied(world, store.correcting("diner", "e-2", CORRECTION, AFTER_IT))
    assert not applied(world, store.correcting("diner", "e-3", CORRECTION, AFTER_IT))


def test_a_visit_earns_for_one_event(world: World, store: PointsStore) -> None:
    """The first; another only in place of the one that was read, which was corrected."""
    assert applied(world, store.visiting(REPORT, "e-1", None))
    assert not applied(world, store.visiting(REPORT, "e-2", None))
    assert applied(world, store.visiting(REPORT, "e-2", "e-1"))
    assert not applied(world, store.visiting(REPORT, "e-3", "e-1"))
    assert store.earned_for(REPORT) == "e-2"
    for other in (replace(VISIT, activity_id="run"), replace(VISIT, session_id="w2")):
        assert applied(world, store.visiting(replace(REPORT, visit=other), "e-3", None))
    assert applied(world, store.visiting(replace(REPORT, person=KEYS.person("bob")), "e-3", None))
    assert applied(world, store.visiting(replace(REPORT, program_id="chess"), "e-3", None))


@pytest.mark.parametrize(
    ("day", "points", "fits"),
    [("2020-06-06", 20, True), ("2020-06-06", 21, False), ("2020-06-07", 60, True), ("2020-06-07", 61, False)],
)
def test_a_partner_stays_within_its_points(world: World, store: PointsStore, day: str, points: int, fits: bool) -> None:
    """At the border of a day, and of all days: 40 points of 60 a day and 100 in all are used on the first day."""
    assert applied(world, store.counting("sports", PARTNER, VISIT, 40, None))
    later = replace(VISIT, day=day)
    assert applied(world, store.counting("sports", PARTNER, later, points, None)) is fits
    assert store.allotment("diner", "sports").covers(PARTNER, day, points) is (fits and points < 20)


def test_a_partners_days_are_few(world: World, store: PointsStore) -> None:
    """A day of which no visit can be reported goes with the next earning; without a maximum a day only counts."""
    free = Partner.model_validate(partner(points_max=100, points_max_per_day=None))
    assert applied(world, store.counting("sports", free, VISIT, 90, None))
    assert not applied(world, store.counting("sports", free, VISIT, 11, None))
    later = replace(VISIT, day="2020-06-20")
    assert applied(world, store.counting("sports", free, later, 10, "2020-06-06"))
    assert store.allotment("diner", "sports").days == {"2020-06-20": 10}
    assert store.allotment("diner", "sports").total == 100
    assert applied(world, store.counting("chess", PARTNER, VISIT, 40, None))
    assert applied(world, store.counting("chess", PARTNER, later, 60, "2020-06-06"))
    assert store.allotment("diner", "chess").days == {"2020-06-20": 60}
