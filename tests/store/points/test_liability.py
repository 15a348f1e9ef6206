"""What a program's points come to: counted from the stream, equal to the accounts, and recounted by an audit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from coupons.audit.programs import audit_program
from coupons.model.points_accounts import given_back, spent
from coupons.model.points_sums import PointsSums
from coupons.stores.attributes import encode
from tests.bus import Record, Stream
from tests.points import points_rules
from tests.store.played_hour import take
from tests.store.points.conftest import PROGRAM, Club
from tests.world import KEYS

ROUTE = "GET /admin/programs/{program_id}/points"


class Counted:
    """A club whose points are counted, act by act or later."""

    def __init__(self, club: Club) -> None:
        self.club, self.stream, self.records = club, Stream(club.world), list[Record]()

    def count(self) -> Counted:
        """What is new is counted, and all before arrives once more."""
        self.records += self.stream.records()
        take(self.club.world, self.records, "a")
        return self

    def shown(self, **query: str) -> Any:
        answered = self.club.world.operator().send(ROUTE, {"program_id": PROGRAM}, query=query)
        assert answered.status == 200, answered.text
        return answered.json

    def audit(self) -> Any:
        found = self.shown(recount="accounts")["audit"]
        while not found["complete"]:
            found = self.shown(recount="accounts", sweep=found["sweep"])["audit"]
        return found

    def failing(self) -> list[str]:
        return [one["equation"] for one in self.audit()["equations"] if not one["holds"]]

    def exchange(self, price: int, name: str = "ann") -> Any:
        services, person, now_s = self.club.services, KEYS.person(name), self.club.world.now_s
        read = services.points.account(PROGRAM, person)
        change = spent(read, price, f"x{read.version}", now_s, "award")
        assert change is not None
        services.transact(list(services.points.change(PROGRAM, person, read, change)))
        return change.entry

    def give_back(self, exchange: Any, name: str = "ann") -> None:
        services, person, now_s = self.club.services, KEYS.person(name), self.club.world.now_s
        read = services.points.account(PROGRAM, person)
        change = given_back(points_rules(), read, exchange, f"g{read.version}", now_s)
        services.transact(list(services.points.change(PROGRAM, person, read, change)))


@pytest.fixture
def counted(club: Club) -> Counted:
    return Counted(club)


def numbers(found: Any) -> dict[str, int]:
    return {name: found[name] for name in ("earned", "spent", "expired", "debt")}


def test_nothing_is_counted_yet(counted: Counted) -> None:
    """The sums are 0, and their equations hold."""
    found = counted.shown()
    assert (found["as_of"], found["liability"]) == (None, [])
    assert numbers(found) == {"earned": 0, "spent": 0, "expired": 0, "debt": 0}
    assert [one["holds"] for one in found["equations"]] == [True] * 3


def test_points_are_counted_once_by_when_they_end(counted: Counted) -> None:
    """However often records arrive; corrections, an exchange, a debt and its payment among them."""
    club = counted.club
    club.earn("e1")
    club.earn("e2", name="bob", session_id="w1")
    first = counted.count().shown()
    end = "2022-01-01T00:00:00+08:00"
    assert first["liability"] == [{"expires_at": end, "points": 110, "amount_minor": 1_100}]
    assert first["as_of"] == "2020-06-06T10:00:00+08:00"
    exchange = counted.exchange(50)
    club.correct("e1")
    found = counted.count().shown()
    assert numbers(found) == {"earned": 55, "spent": 50, "expired": 0, "debt": 50}
    assert [one["points"] for one in found["liability"]] == [55]
    counted.give_back(exchange)
    assert numbers(counted.count().shown()) == {"earned": 55, "spent": 0, "expired": 0, "debt": 0}


def test_points_that_ended_are_no_liability(counted: Counted) -> None:
    """From that second on, before any account was written, and the same after it was."""
    counted.club.earn("e1")
    counted.count()
    counted.club.at("2021-12-31T23:59:59+08:00")
    assert [one["points"] for one in counted.shown()["liability"]] == [55]
    for _ in range(2):
        counted.club.at("2022-01-01T00:00:00+08:00")
        found = counted.count().shown()
        assert (found["liability"], found["expired"], found["earned"]) == ([], 55, 55)
        assert all(one["holds"] for one in found["equations"])
        assert counted.failing() == []
        counted.club.earn("e2", at="2022-01-01T00:00:00+08:00")
        counted.club.correct("e2")


def test_an_audit_recounts_every_account(counted: Counted) -> None:
    """People with and without points, refused visits, corrections, debts: every equation holds and is told."""
    club = counted.club
    for number in range(6):
        club.earn(f"e{number}", name=f"p{number}", session_id=f"w{number}")
    club.earn("again", name="p0", session_id="w0")
    counted.exchange(30, "p1")
    club.correct("e1")
    club.earn("late", name="p9", at="2020-05-01T10:00:00+08:00")
    found = counted.count().audit()
    assert counted.failing() == ["batch award: exchanges 1 = claims 0"]
    told = [one["equation"] for one in found["equations"]]
    assert told == [
        "7 accounts: entries earned 275 - spent 30 - expired 0 = lots 275 - debt 30",
        "7 accounts: earned by entries 275 = recomputed from raw points",
        "7 accounts: entries of visits = reported events",
        "batch award: exchanges 1 = claims 0",
        "batch award: points given back by entries 0 = by claims 0",
        "accounts by expiry 275 = counted 275, 1 dates",
        "earned of accounts 275 = counted 275",
        "spent of accounts 30 = counted 30",
        "expired by entries 0 = counted 0",
        "debt of accounts 30 = counted 30",
        "partner diner: earned before corrections 330 = counted 330",
    ]


def test_an_audit_begins_and_goes_on(counted: Counted) -> None:
    """A call without time counts nothing; the next with its name finishes."""
    services = counted.club.world.services
    counted.club.earn("e1")
    counted.count()
    begun = audit_program(services, PROGRAM, "", services.clock.monotonic_s())
    assert not begun.complete
    done = audit_program(services, PROGRAM, begun.sweep, services.clock.monotonic_s() + 100)
    assert (done.complete, done.ok, done.sweep) == (True, True, begun.sweep)


def test_an_audit_that_goes_on_keeps_what_was_counted_when_it_began(counted: Counted) -> None:
    """Whatever was counted since: the equations allow for what was moved meanwhile."""
    folds = counted.club.services.points_folds
    first = PointsSums(Counter({1_640_966_400: 55}), earned=55, entries=1, volume=55, as_of_s=1_591_408_800)
    assert folds.begin("audit#a", first) == first
    assert folds.begin("audit#a", replace(first, earned=110, entries=2)) == first


PLANTS: list[tuple[str, str, str, Any, str]] = [
    ("BALANCE", "l", "lots", {"2020": [1_640_966_400, 56]}, "= lots"),
    ("BALANCE", "d", "debt", 1, "= lots"),
    ("BALANCE", "m", "months", {"2020-06": 6}, "recomputed from raw points"),
    ("BALANCE", "n", "visits", {}, "recomputed from raw points"),
    ("MONTH", "r", "raw points", {"06": 6}, "recomputed from raw points"),
    ("ENTRY", "p", "points", 54, "= lots"),
    ("ENTRY", "y", "counted", {"2020": 54}, "recomputed from raw points"),
    ("EVENT", "p", "points of the event", 54, "reported events"),
    ("EVENT", "u", "person of the event", b"somebody else's!", "reported events"),
    ("ALLOTMENT", "t", "counted for the partner", 54, "partner diner"),
]


@pytest.mark.parametrize(("kind", "name", "what", "value", "says"), PLANTS, ids=[one[2] for one in PLANTS])
def test_each_wrong_number_is_found(counted: Counted, kind: str, name: str, what: str, value: Any, says: str) -> None:
    """A number that is changed in the table fails the equation that is about it."""
    counted.club.earn("e1")
    counted.count()
    assert counted.failing() == []
    [item] = [one for one in counted.club.world.items()["PointsTable"] if _is_of(kind, one)]
    counted.club.world.client.put_item(TableName="PointsTable", Item={**item, **encode({name: value})})
    assert any(says in one for one in counted.failing()), what


def test_what_the_stream_did_not_bring_is_found(counted: Counted) -> None:
    """The accounts are ahead of what is counted."""
    counted.club.earn("e1")
    assert [one for one in counted.failing() if "counted 0" in one] == [
        "accounts by expiry 55 = counted 0, 1 dates",
        "earned of accounts 55 = counted 0",
    ]


def test_a_damaged_account_is_the_only_finding(counted: Counted) -> None:
    """It is named by its keys."""
    counted.club.earn("e1")
    [item] = [one for one in counted.club.world.items()["PointsTable"] if _is_of("BALANCE", one)]
    del item["l"]
    counted.club.world.client.put_item(TableName="PointsTable", Item=item)
    [told] = counted.audit()["equations"]
    assert not told["holds"]
    assert item["sk"]["S"] in told["equation"]


def test_points_are_in_the_seasons_statistics_by_kind(counted: Counted) -> None:
    """Earned less corrected by kind of visit, spent by batch; a refused visit is in none."""
    club = counted.club
    club.earn("e1")
    club.earn("e2", session_id="w1")
    club.earn("e3", session_id="w1")
    counted.exchange(20)
    club.correct("e2")
    counted.count()
    by_kind = club.world.citizen("anybody").send(
        "GET /campaigns/{campaign_id}/stats", {"campaign_id": "season"}, query={"by": "kind"}
    )
    assert [(row["name"], row["points_earned"]) for row in by_kind.json["rows"]] == [("attendance", 55)]
    assert (by_kind.json["total"]["points_earned"], by_kind.json["total"]["points_spent"]) == (55, 20)


def test_no_program_of_this_name(counted: Counted) -> None:
    """404, also for the name that a programme had before anybody could earn."""
    answered = counted.club.world.operator().send(ROUTE, {"program_id": "other"})
    assert (answered.status, answered.json["detail"]) == (404, "No points of a program 'other'.")


def _is_of(kind: str, item: dict[str, Any]) -> bool:
    return any(item[name]["S"].startswith(f"{kind}#") for name in ("pk", "sk"))
