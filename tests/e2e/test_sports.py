"""Beijing's sports platform over HTTP, from its first announcement to its last settlement, in the summer of 2022.

Each test goes on where the one before it ended. Ann and Bob visit the same, and their visits are reported in different
orders, twice, or too late.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.city import City, city_of, order

HALL, POOL, JD = "east-gate-badminton", "north-lake-pool", "jd-sports"
NINE, TEN, ELEVEN = (f"east-gate-court.2022-08-08.{hhmm}" for hhmm in ("0900", "1000", "1100"))
NEXT_NINE, NEXT_TEN = "east-gate-court.2022-08-09.0900", "east-gate-court.2022-08-09.1000"
PLAYERS = ["ann", "bob", *(f"player-{number}" for number in range(6))]
PROGRAM = "beijing-sports-points"
POINTS = f"/points?program_id={PROGRAM}"
SWIM, JERSEY = "points-swim-pass", "points-jersey"
END_OF_2023 = "2024-01-01T00:00:00+08:00"


@pytest.fixture(scope="module")
def sports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The evening before the heat of June 2022."""
    with city_of(tmp_path_factory.mktemp("sports"), "beijing-sports", "beijing", "2022-06-15T23:59:00+08:00") as city:
        yield city


def book(city: City, name: str, slot_id: str, what: str = "booking") -> dict[str, Any]:
    return dict(city.citizen(name, "PUT", f"/slots/{slot_id}/{what}").json)


def arrive(city: City, name: str, slot_id: str, number: str = "") -> dict[str, Any]:
    """What the hall is answered when the person shows the slot's code."""
    code = city.citizen(name, "POST", f"/slots/{slot_id}/code").json["code"]
    path = f"/slots/{slot_id}/checkins/{number or f'visit-{name}-{slot_id[-9:]}'}"
    answer = city.shop(HALL, "PUT", path, {"code": code})
    assert answer.status in (200, 201), answer.text
    return {**answer.json, "replay": answer.is_replay}


def report(city: City, partner: str, event_id: str, *names: str, **visit: Any) -> list[dict[str, Any]]:
    """The partner's answers to the same visit of each of these people."""
    answers = []
    for name in names:
        body = {"person_id": name, "quantity": 1, **visit}
        answer = city.partner(partner, "PUT", f"/points/earnings/{event_id}-{name}", body)
        assert answer.status in (200, 201), answer.text
        answers.append({**answer.json, "replay": answer.is_replay})
    return answers


def correct(city: City, partner: str, event_id: str) -> dict[str, Any]:
    answer = city.partner(partner, "PUT", f"/points/corrections/{event_id}", {"reason": "not there"})
    assert answer.status in (200, 201), answer.text
    return dict(answer.json)


def points(city: City, name: str) -> dict[str, Any]:
    """As shown: the entries add up to the balance."""
    shown = dict(city.citizen(name, "GET", POINTS).json)
    assert sum(entry["points"] for entry in shown["entries"]) == shown["balance"]
    assert sum(lot["points"] for lot in shown["by_expiry"]) == shown["balance"] + shown["debt"]
    return shown


def lesson(place: str, day: str, session_id: str) -> tuple[str, dict[str, Any]]:
    """A course's session, worth the most that a day can be."""
    visit = {"activity_id": f"{place}-course", "session_id": session_id, "kind": "training", "quantity": 4}
    return HALL if place == "badminton" else POOL, visit | {"occurred_at": f"{day}T18:00:00+08:00"}


def skipping(day: str) -> dict[str, Any]:
    visit = {"activity_id": "online-rope-skipping", "session_id": "july", "kind": "event", "quantity": 2}
    return visit | {"occurred_at": f"{day}T20:00:00+08:00"}


def test_the_first_announcement(sports: City) -> None:
    """The heat of June, where outdoor events may be put off."""
    assert sports.announced("home", "chaoyang") == []
    sports.at("2022-06-16T00:00:00+08:00")
    assert sports.announced("home", "chaoyang") == ["heat"]
    assert sports.announced("home", "dongcheng") == []


def test_reports_twice_and_out_of_order_change_no_total(sports: City) -> None:
    """Also where a correction comes before its report; a visit that is reported under two numbers earns once."""
    first, second = lesson("swimming", "2022-07-05", "first"), lesson("badminton", "2022-07-06", "july-06")
    sports.at("2022-07-11T12:00:00+08:00")
    jump = skipping("2022-07-10")
    assert [one["points"] for one in report(sports, JD, "jump", "ann", **jump)] == [110]
    for partner, visit in (first, second):
        assert report(sports, partner, visit["session_id"], "ann", **visit)[0]["admitted"] is True
    assert correct(sports, JD, "jump-ann")["points"] == -110
    assert correct(sports, JD, "jump-bob")["points"] == 0
    for partner, visit in (second, second, first):
        (told,) = report(sports, partner, visit["session_id"], "bob", **visit)
    assert report(sports, JD, "jump", "bob", **jump)[0]["reason"] == "voided"
    assert correct(sports, JD, "jump-ann")["points"] == -110
    (again,) = report(sports, POOL, "another-number", "ann", **first[1])
    assert (told["admitted"], again["admitted"], again["reason"]) == (True, False, "repeat")
    ann, bob = points(sports, "ann"), points(sports, "bob")
    assert ann["by_expiry"] == bob["by_expiry"] == [{"expires_at": END_OF_2023, "points": 60 + 60 + 50}]


def test_a_late_report_is_told_so(sports: City) -> None:
    """Seven days and no more; the rest of July is reported in time, of one person backwards."""
    sports.at("2022-07-19T20:00:00+08:00")
    july = [
        lesson("swimming", "2022-07-12", "second"),
        lesson("badminton", "2022-07-13", "july-13"),
        lesson("swimming", "2022-07-19", "third"),
    ]
    for partner, visit in july:
        report(sports, partner, visit["session_id"], "ann", **visit)
    for partner, visit in reversed(july):
        report(sports, partner, visit["session_id"], "bob", **visit)
    sports.at("2022-07-25T12:00:00+08:00")
    report(sports, JD, "jump-again", "ann", "bob", **skipping("2022-07-20"))
    late = {**skipping("2022-07-17"), "session_id": "another"}
    (told,) = report(sports, JD, "late", "ann", **late)
    assert (told["admitted"], told["points"], told["reason"]) == (False, 0, "late")
    assert points(sports, "ann")["entries"][0]["reason"] == "late"
    assert [points(sports, name)["balance"] for name in ("ann", "bob")] == [6 * 60 + 2 * 50] * 2


def test_a_court_is_booked_and_waited_for(sports: City) -> None:
    """From seven in the morning, a week ahead; who waits moves up, and one person books what they will miss."""
    sports.at("2022-08-01T06:59:58+08:00")
    assert sports.announced("home") == ["free-day"]
    assert sports.citizen("ann", "PUT", f"/slots/{NINE}/booking").slug == "not-open"
    sports.at("2022-08-01T07:00:00+08:00")
    assert [book(sports, name, NINE)["status"] for name in PLAYERS] == ["booked"] * 8
    full = sports.citizen("wu", "PUT", f"/slots/{NINE}/booking")
    assert (full.slug, full.json["rank_if_joined"]) == ("full", 1)
    assert book(sports, "wu", NINE, "waiting")["status"] == "waiting"
    assert sports.citizen(PLAYERS[-1], "DELETE", f"/slots/{NINE}/booking").json["status"] == "cancelled"
    assert sports.citizen("wu", "GET", f"/slots/{NINE}/booking").json["status"] == "booked"
    assert [book(sports, "mo", slot_id)["status"] for slot_id in (TEN, ELEVEN)] == ["booked", "booked"]
    sports.at("2022-08-02T07:00:00+08:00")
    assert [book(sports, name, NEXT_NINE)["status"] for name in ("mo", "wu")] == ["booked", "booked"]
    assert book(sports, "ann", NEXT_TEN)["status"] == "booked"


def test_on_8_august_the_court_is_free_and_the_hall_is_paid(sports: City) -> None:
    """The bureau pays the whole hour, the person nothing; the visit's points are there at once."""
    sports.at("2022-08-08T08:45:00+08:00")
    for name in ("ann", "bob", "wu"):
        came = arrive(sports, name, NINE)
        paid = [{"funder_id": "sports-bureau", "amount_minor": 6_000}]
        assert (came["subsidy_minor"], came["payable_minor"], came["funding"]) == (6_000, 0, paid)
    assert arrive(sports, "wu", NINE)["replay"] is True
    other = sports.citizen("mo", "POST", f"/slots/{TEN}/code").json["code"]
    assert sports.shop(HALL, "PUT", f"/slots/{NINE}/checkins/other", {"code": other}).slug == "code-invalid"
    shown = points(sports, "ann")
    assert [(shown["entries"][0][name]) for name in ("kind", "points", "session_id")] == ["earn", 2 * 10 + 50, NINE]
    assert sports.citizen("wu", "GET", f"/slots/{NINE}/booking").json["checked_in_at"] is not None


def test_a_swim_for_points(sports: City) -> None:
    """From ten; the pool takes the pass for an entry. A jersey costs more than anybody has."""
    sports.at("2022-08-08T10:00:00+08:00")
    held = points(sports, "ann")["balance"]
    assert held == points(sports, "bob")["balance"] == 530
    refused = sports.citizen("ann", "PUT", f"/batches/{JERSEY}/claim")
    assert (refused.slug, refused.json["balance"], refused.json["price"]) == ("insufficient-points", 530, 2_000)
    assert (refused.json["next"]["batch_id"], refused.json["next"]["missing"]) == (JERSEY, 1_470)
    for name in ("ann", "bob"):
        assert sports.citizen(name, "PUT", f"/batches/{SWIM}/claim").status == 201
        assert sports.citizen(name, "PUT", f"/batches/{SWIM}/claim").is_replay
    shown = points(sports, "ann")
    assert (shown["balance"], shown["entries"][0]["batch_id"], shown["next"]["missing"]) == (30, SWIM, 470)
    swim = order(POOL, 5_000, region="beijing", sku="swim-pass-single")
    body = {"code": sports.code("ann", SWIM), "order": swim}
    swum = sports.shop(POOL, "PUT", "/orders/swim-1/redemption", body).json
    assert (swum["discount_minor"], swum["payable_minor"]) == (5_000, 0)


def test_a_batch_that_is_stopped_and_voided_gives_its_points_back(sports: City) -> None:
    """To who has not used it."""
    stopped = sports.operator("POST", f"/admin/batches/{SWIM}/stop", {"issued": "void"})
    assert stopped.status == 200, stopped.text
    sports.through("2022-08-08T10:10:00+08:00")
    assert [points(sports, name)["balance"] for name in ("ann", "bob")] == [30, 530]
    assert points(sports, "bob")["entries"][0]["kind"] == "give-back"
    refused = sports.citizen("wu", "PUT", f"/batches/{SWIM}/claim")
    assert refused.slug == "stopped"


def test_three_missed_slots_are_a_ban_that_an_excuse_ends(sports: City) -> None:
    """Counted after each day on which somebody came."""
    sports.at("2022-08-09T09:50:00+08:00")
    came = arrive(sports, "ann", NEXT_TEN)
    assert (came["subsidy_minor"], came["payable_minor"]) == (3_000, 3_000)
    sports.through("2022-08-09T21:16:00+08:00")
    mine = sports.citizen("mo", "GET", "/bookings").json["strikes"]
    assert sorted(one["slot_id"] for one in mine) == sorted([TEN, ELEVEN, NEXT_NINE])
    wanted = "east-gate-court.2022-08-12.0900"
    banned = sports.citizen("mo", "PUT", f"/slots/{wanted}/booking")
    assert (banned.json["reason"], banned.json["until"]) == ("banned", "2022-08-23T09:00:00+08:00")
    excused = sports.operator("PUT", "/admin/strikes", {"person_id": "mo", "slot_id": TEN, "excused": True})
    assert (excused.json["strikes"], excused.json["banned_until"]) == (2, None)
    assert book(sports, "mo", wanted)["status"] == "booked"
    assert sports.citizen("mo", "DELETE", f"/slots/{wanted}/booking").status == 200
    (seen,) = sports.operator("POST", "/admin/persons/lookup", {"person_id": "ann"}).json["points"]
    assert (seen["program_id"], seen["balance"]) == (PROGRAM, points(sports, "ann")["balance"])


def test_the_hall_is_settled_by_closed_days(sports: City) -> None:
    """Lines, sums, and uses of its court; the bureau's form of the year says the same."""
    sports.through("2022-08-10T00:01:00+08:00")
    for day, visits, subsidy_minor in (("2022-08-08", 3, 18_000), ("2022-08-09", 1, 3_000)):
        settled = sports.settled(HALL, day)
        (uses,) = settled["uses"]
        (sums,) = settled["day_sums"]
        assert (sums["lines"], sums["discount_minor"]) == (visits, subsidy_minor)
        assert (uses["facility_id"], uses["visits"], uses["subsidy_minor"]) == (
            "east-gate-court",
            visits,
            subsidy_minor,
        )
    printed = sports.stack.couponctl("venues", "beijing-sports", "--year", "2022")
    assert printed.returncode == 0, printed.stdout + printed.stderr
    rows = {one["facility_id"]: one for one in json.loads(printed.stdout)["facilities"]}
    court = rows["east-gate-court"]
    assert (court["visits"], court["subsidy_minor"]) == (4, 21_000)


def test_what_points_come_to(sports: City) -> None:
    """As the stream counts them, and as all accounts are recounted."""
    held = sum(points(sports, name)["balance"] for name in ("ann", "bob", "wu"))

    def liability() -> list[tuple[str, int, int]]:
        told = sports.operator("GET", f"/admin/programs/{PROGRAM}/points").json
        return [(one["expires_at"], one["points"], one["amount_minor"]) for one in told["liability"]]

    sports.follows(liability, [(END_OF_2023, held, 10 * held)])
    for arguments in (("points", PROGRAM), ("audit", "--program", PROGRAM)):
        told = sports.stack.couponctl(*arguments)
        assert told.returncode == 0, told.stdout + told.stderr


def test_the_last_settlement(sports: City) -> None:
    """The venue batches end with August and give back what closed days did not spend; every audit is true."""
    sports.through("2022-09-01T00:00:31+08:00")
    sports.through("2022-11-15T00:00:31+08:00")
    assert sports.settled(POOL, "2022-08-08")["day_sums"][0]["discount_minor"] == 5_000
    sports.assert_audited()
    assert sports.assert_only_spent_is_reserved() == {"sports-bureau": 3 * 6_000 + 3_000 + 2_500, "jd": 2_500}
