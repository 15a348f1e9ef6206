"""What venues were paid: a day's close records how facilities were used, and adds it to the merchant's total once."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.days import SettlementDay
from coupons.model.facility_uses import UsesTotal
from coupons.process.ceilings import ceiling_left_minor
from coupons.refusals import Busy
from infra.virtual.store import Store
from tests.court import DAY
from tests.door import NEXT_SLOT, arrive, at, book, checked_in, open_door, season, unpaid
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.store.ledgers import page, tick
from tests.world import World

NEXT_DAY = "2020-06-11"
LATER_SLOT = f"court.{NEXT_DAY}.0900"
DUE = f"{NEXT_DAY}T00:00:30+08:00"
TWO_DAYS = {"closes_at": "2020-06-12T00:00:00+08:00", "quantity": 52}
VENUES = "GET /admin/campaigns/{campaign_id}/venues"
NINE, TEN = f"{DAY}T09:00:00+08:00", f"{DAY}T10:00:00+08:00"


def capped(most: int | None = None, **changes: Any) -> dict[str, Any]:
    """The season, whose two days are paid, with a ceiling of the diner."""
    document = season(of_batch=TWO_DAYS, **changes)
    [diner] = document["merchants"]
    return document | {"merchants": [diner | ({} if most is None else {"subsidy_max_minor": most})]}


def opened(most: int | None = None) -> World:
    world = World(Store())
    open_door(world, capped(most))
    return world


@pytest.fixture
def world() -> World:
    """Ann and Bob were checked in at nine, Cyd at ten; the day is over and not closed."""
    world = opened()
    book(world, "ann", "bob")
    book(world, "cyd", slot_id=NEXT_SLOT)
    at(world, NINE)
    assert [arrive(world, name, f"v-{name}").status for name in ("ann", "bob")] == [201, 201]
    at(world, TEN)
    assert arrive(world, "cyd", "v-cyd", slot_id=NEXT_SLOT).status == 201
    world.clock.set(DUE)
    return world


def uses(world: World) -> list[dict[str, Any]]:
    answer = world.merchant().send("GET /settlements/{day}", {"day": DAY})
    assert answer.status == 200, answer.text
    return answer.json["uses"]


def total(world: World) -> int:
    return world.services.venue_payments.total_minor("season", "diner")


USED = {"facility_id": "court", "campaign_id": "season", "slots": 2, "visits": 3, "subsidy_minor": 6_000}


def test_the_close_records_how_a_facility_was_used(world: World) -> None:
    """Slots, visits and what is paid for them, once no line can come any more."""
    assert uses(world) == []
    tick(world)
    assert uses(world) == [USED | {"currency": "CNY"}]
    assert total(world) == 6_000


def test_a_reversal_takes_money_back_and_no_visit(world: World) -> None:
    """The person was let in all the same."""
    world.clock.set(f"{DAY}T12:00:00+08:00")
    assert world.merchant().reverse("v-ann", "r-1", 4_000).status == 201
    world.clock.set(DUE)
    tick(world)
    assert uses(world) == [USED | {"subsidy_minor": 4_000, "currency": "CNY"}]
    assert total(world) == 4_000


def test_an_unpaid_visit_counts_as_one(world: World) -> None:
    """Of 0 minor units, with the reasons of its line."""
    other = opened()
    book(other, "ann")
    apply(other, 0)
    other.clock.advance(2)
    at(other, NINE)
    assert arrive(other).json == unpaid("ceiling")
    other.clock.set(DUE)
    tick(other)
    assert uses(other) == [USED | {"slots": 1, "visits": 1, "subsidy_minor": 0, "currency": "CNY"}]


def apply(world: World, most: int | None) -> dict[str, Any]:
    """The ceiling is this one; the document as it is stored."""
    path = {"campaign_id": "season"}
    read = world.operator().send("GET /admin/campaigns/{campaign_id}", path).json
    document = capped(most) | {"revision": read["revision"]}
    answer = world.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=document)
    assert answer.status == 200, answer.text
    return answer.json


def test_lines_of_coupons_are_no_uses(world: World) -> None:
    """A till's day has none."""
    world.clock.set("2020-06-06T10:00:00+08:00")
    other = opened()
    assert other.merchant().send("GET /settlements/{day}", {"day": DAY}).json["uses"] == []


def test_a_day_is_added_once(world: World) -> None:
    """By its round: the same round again changes nothing, a later one adds what differs, an earlier one nothing."""
    payments = world.services.venue_payments

    def record(round_: int, minor: int, day: str = DAY) -> int:
        payments.record(SettlementDay(day, round_, 0, 0), "season", "diner", {"court": UsesTotal(1, 1, minor)})
        return total(world)

    assert [record(1, 500), record(1, 900), record(2, 700), record(1, 100), record(2, 1)] == [500, 500, 700, 700, 700]
    assert record(1, 40, NEXT_DAY) == 740
    assert payments.of_year("season", "diner", 2020) == {"court": UsesTotal(2, 2, 740)}
    assert payments.of_year("season", "diner", 2021) == {}
    assert payments.total_minor("season", "other") == payments.total_minor("other", "diner") == 0


def test_two_that_record_a_day_at_once_add_it_once(world: World) -> None:
    """Each reads the day before; the second finds it there."""
    day, uses_ = SettlementDay(DAY, 1, 0, 0), {"court": UsesTotal(1, 1, 500)}

    def other() -> None:
        world.new_services().venue_payments.record(day, "season", "diner", uses_)

    rushed = world.new_services(client=Overtaken(world.client, "transact_write_items", "PAID#", other))
    rushed.venue_payments.record(day, "season", "diner", uses_)
    assert total(world) == 500


def test_it_gives_up_for_now_if_others_always_come_first(world: World) -> None:
    """The next minute goes on."""
    rounds = iter(range(1, 10))

    def other() -> None:
        day = SettlementDay(DAY, next(rounds), 0, 0)
        world.new_services().venue_payments.record(day, "season", "diner", {"court": UsesTotal(1, 1, 1)})

    client: Any = world.client
    for nth in (1, 2, 3):
        client = Overtaken(client, "transact_write_items", "PAID#", other, nth)
    with pytest.raises(Busy):
        world.new_services(client=client).venue_payments.record(SettlementDay(DAY, 9, 0, 0), "season", "diner", {})


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_killed_while_the_day_is_added(world: World, applied: bool) -> None:
    """The merchant's sums are not final before its total is, so the next call adds the day or finds it added."""
    dying = world.new_services(client=Mortal(world.client, 1, applied=applied, word="PAID#"))
    with pytest.raises(KilledError):
        tick(world, dying)
    assert page(world, day=DAY).day_sums is None
    tick(world, world.new_services())
    assert total(world) == 6_000
    assert uses(world) == [USED | {"currency": "CNY"}]


def test_a_day_that_is_closed_again_adds_what_differs(world: World) -> None:
    """The clock was set back, and somebody else was checked in."""
    tick(world)
    assert total(world) == 6_000
    at(world, f"{DAY}T08:40:00+08:00")
    tick(world)
    book(world, "dan", slot_id=f"court.{DAY}.1100")
    at(world, f"{DAY}T11:00:00+08:00")
    assert arrive(world, "dan", "v-dan", slot_id=f"court.{DAY}.1100").status == 201
    world.clock.set(DUE)
    tick(world)
    assert total(world) == 8_000
    assert uses(world) == [USED | {"slots": 3, "visits": 4, "subsidy_minor": 8_000, "currency": "CNY"}]


def test_a_ceiling_is_reached_by_closed_days() -> None:
    """Until the day that reaches it is closed, more is paid; from then on who comes pays in full."""
    world = opened(most=2_000)
    book(world, "ann", "bob")
    book(world, "cyd", slot_id=LATER_SLOT)
    at(world, NINE)
    assert arrive(world).json == checked_in()
    assert arrive(world, "bob", "v-2").json["subsidy_minor"] == 2_000
    assert ceiling_left_minor(world.services, "season", "diner") == 2_000
    world.clock.set(DUE)
    tick(world)
    assert ceiling_left_minor(world.services, "season", "diner") == 0
    at(world, f"{NEXT_DAY}T09:00:00+08:00")
    later = arrive(world, "cyd", "v-3", slot_id=LATER_SLOT).json
    assert (later["subsidy_minor"], later["payable_minor"], later["reasons"]) == (0, 6_000, ["ceiling"])


def test_a_ceiling_is_changed_at_any_time() -> None:
    """Raised, lowered or taken away by a later revision; the merchant's own record knows nothing of it."""
    world = opened(most=0)
    left = []
    for most in (0, 5_000, None):
        apply(world, most)
        world.clock.advance(2)
        left.append(ceiling_left_minor(world.services, "season", "diner"))
    assert left == [0, 5_000, None]
    record = world.operator().send("GET /admin/merchants/{merchant_id}", {"merchant_id": "diner"})
    assert (record.status, "subsidy_max_minor" in record.json) == (200, False)
    assert "warnings" not in apply(world, 7)


def test_a_year_at_the_venues(world: World) -> None:
    """Days and minutes of the schedule until yesterday; visits and money of closed days, page by page."""
    tick(world)

    def ask(**query: str) -> Any:
        answer = world.operator().send(VENUES, {"campaign_id": "season"}, query=query)
        return answer.json if answer.status == 200 else answer.slug

    found = ask(year="2020")
    [court] = found["facilities"]
    assert (found["through"], found["currency"], found["next"]) == (DAY, "CNY", None)
    assert (court["days_open"], court["minutes_open"]) == (10, 10 * 13 * 60)
    assert (court["slots"], court["visits"], court["subsidy_minor"]) == (2, 3, 6_000)
    assert (court["merchant_id"], court["venue_id"], court["sport"]) == ("diner", "hall", "badminton")
    [before] = ask(year="2019")["facilities"]
    assert (before["days_open"], before["visits"]) == (0, 0)
    [ahead] = ask(year="2021")["facilities"]
    assert (ahead["days_open"], ahead["visits"]) == (0, 0)
    assert ask(year="2020", cursor="court")["facilities"] == []
    assert world.operator().send(VENUES, {"campaign_id": "other"}, query={"year": "2020"}).slug == "not-found"
