"""The rules of batches that pay venues, row by row."""

from __future__ import annotations

from typing import Any

from tests.api.rules import Play, plays, told
from tests.court import DAY, facility, programme, row
from tests.door import arrive, book, slot_code
from tests.venues import act, apply, court_terms, courts, document, put_programme
from tests.world import a_batch, terms

BOOKING, SLOTS = "PUT /slots/{slot_id}/booking", "GET /facilities/{facility_id}/slots"
NEXT_DAY = "2020-06-11"


def booking(p: Play, name: str) -> str:
    return told(p.s.citizen(name).send(BOOKING, {"slot_id": f"court.{DAY}.0900"}, body={}))


def at_nine(p: Play, day: str = DAY) -> None:
    p.s.clock.set(f"{day}T09:00:00+08:00")


@plays("venues are paid for whom they let in")
def test_a_venue_batch_pays_for_check_ins(p: Play) -> None:
    """Nobody finds or claims it; new bookings wait for it to be published, and for the end of a pause."""
    named = p.line(1)
    batch_id = named["subsidy_batch"]
    apply(p.s, document(a_batch(), courts() | {"batch_id": batch_id} | p.line(0)))
    put_programme(p.s, programme(facilities=[facility(**named)]))
    act(p.s, "publish", "pack")
    assert booking(p, "ann") == "409 not-open"
    act(p.s, "publish", batch_id)
    p.s.clock.advance(2)
    assert booking(p, "ann") == "201"
    act(p.s, "pause", batch_id)
    p.s.clock.advance(2)
    assert booking(p, "bob") == "409 paused"
    path = {"batch_id": batch_id}
    assert told(p.s.citizen("ann").send("GET /batches/{batch_id}", path)) == "404 not-found"
    assert p.claim("ann", batch_id) == "404 not-found"
    at_nine(p)
    assert arrive(p.s).json["subsidy_minor"] == 2_000


@plays("a venue batch covers its slots")
def test_a_quantity_covers_all_places(p: Play) -> None:
    """A week has 2,912 places with 32 courts, and 3,003 with 33, or with seven more on its last day."""
    quantity = p.line(0)
    apply(p.s, document(a_batch(), courts(**quantity), courts(**quantity) | {"batch_id": "short"}))
    court = facility(subsidy_batch="courts", units=32)
    yard = facility(facility_id="yard", subsidy_batch="short", units=33)
    last_day = [row(first_day="2020-06-14", last_day="2020-06-14")]
    garden = facility(facility_id="garden", subsidy_batch="courts", units=7, schedule=last_day)
    assert told(put_programme(p.s, programme(facilities=[court, yard]))) == "201"
    assert [told(act(p.s, "publish", one)) for one in ("courts", "short")] == ["200", "409 budget-exceeded"]
    more = programme(facilities=[court, yard, garden], revision=1)
    assert told(put_programme(p.s, more)) == "409 budget-exceeded"
    key, path = "PUT /admin/slots/{slot_id}", {"slot_id": f"court.{DAY}.0900"}
    assert told(p.s.operator().send(key, path, body={"units": 33})) == "409 budget-exceeded"
    assert told(p.s.operator().send(key, path, body={"units": 31})) == "200"
    assert told(act(p.s, "extend", days=1)) == "409 terms-frozen"


@plays("a free day")
def test_a_visitor_pays_nothing_on_a_free_day(p: Play) -> None:
    """A row of one day names a batch whose exchange is worth the price; the days around cost what they cost."""
    named, free = p.line(1), court_terms(**p.line(0, "An hour on a court"))
    batch_id, sku = named["subsidy_batch"], free["discount"]["sku"]
    schedule = [row(last_day="2020-06-09"), row(first_day=DAY, last_day=DAY, **named), row(first_day=NEXT_DAY)]
    of_day = {"opens_at": f"{DAY}T00:00:00+08:00", "closes_at": f"{NEXT_DAY}T00:00:00+08:00"}
    apply(p.s, document(a_batch(), courts(**of_day) | {"batch_id": batch_id}, terms=[terms(), free]))
    put_programme(p.s, programme(facilities=[facility(facility_id=sku, schedule=schedule)]))
    for one in ("pack", batch_id):
        act(p.s, "publish", one)
    p.s.clock.advance(2)
    payable = [{one["payable_minor"] for one in seen(p, sku, day)} for day in (DAY, NEXT_DAY)]
    assert payable == [{0}, {6_000}]
    slot_id = f"{sku}.{DAY}.0900"
    book(p.s, "ann", slot_id=slot_id)
    at_nine(p)
    paid = arrive(p.s, slot_id=slot_id, code=slot_code(p.s, "ann", slot_id)).json
    assert (paid["subsidy_minor"], paid["payable_minor"]) == (6_000, 0)


def seen(p: Play, facility_id: str, day: str) -> list[dict[str, Any]]:
    answer = p.s.citizen("ann").send(SLOTS, {"facility_id": facility_id}, query={"day": day})
    return list(answer.json["slots"])


@plays("a firm's ceiling")
def test_a_merchant_is_paid_up_to_its_ceiling(p: Play) -> None:
    """Both of a day at 60,000.00 each are paid; when that day is closed, nothing is left."""
    whole = {"discount": {"kind": "amount_off", "threshold_minor": 6_000_000, "amount_minor": 6_000_000}}
    said = document(a_batch(), courts(), terms=[terms(), court_terms(**whole)])
    rich = [one | {"budget_minor": 200 * 6_000_000} for one in said["funders"]]
    apply(p.s, said | {"funders": rich, "merchants": [said["merchants"][0] | p.line(0)]})
    put_programme(p.s, programme(facilities=[facility(subsidy_batch="courts", price_minor=6_000_000)]))
    for one in ("pack", "courts"):
        act(p.s, "publish", one)
    p.s.clock.advance(2)
    book(p.s, "ann", "bob")
    book(p.s, "cyd", slot_id=f"court.{NEXT_DAY}.0900")
    at_nine(p)
    assert [arrive(p.s, name, f"v-{name}").json["subsidy_minor"] for name in ("ann", "bob")] == [6_000_000] * 2
    p.s.clock.set(f"{NEXT_DAY}T00:00:30+08:00")
    p.s.tick()
    at_nine(p, NEXT_DAY)
    last = arrive(p.s, "cyd", "v-cyd", slot_id=f"court.{NEXT_DAY}.0900")
    assert (last.status, last.json["subsidy_minor"], last.json["reasons"]) == (201, 0, ["ceiling"])
