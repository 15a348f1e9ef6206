"""The rules of batches that pay venues, row by row."""

from __future__ import annotations

from tests.api.rules import Play, plays
from tests.court import DAY
from tests.door import SLOT, arrive, book, open_door, season
from tests.venues import PLACES, act, apply, courts, document, paid_programme, paying, put_programme, raised
from tests.world import a_batch

BOOKING = "PUT /slots/{slot_id}/booking"


def booking(p: Play, name: str) -> str:
    answer = p.s.citizen(name).send(BOOKING, {"slot_id": SLOT}, body={})
    return str(answer.status) if answer.status < 300 else f"{answer.status} {answer.slug}"


@plays("venues are paid for whom they let in")
def test_a_venue_batch_pays_for_check_ins(p: Play) -> None:
    """Nobody finds or claims it; new bookings wait for it to be published, and for the end of a pause."""
    apply(p.s)
    put_programme(p.s)
    act(p.s, "publish", "pack")
    assert booking(p, "ann") == "409 not-open"
    act(p.s, "publish")
    p.s.clock.advance(2)
    assert booking(p, "ann") == "201"
    act(p.s, "pause")
    p.s.clock.advance(2)
    assert booking(p, "bob") == "409 paused"
    assert p.s.citizen("ann").send("GET /batches/{batch_id}", {"batch_id": "courts"}).slug == "not-found"
    assert p.s.citizen("ann").put_claim("courts").slug == "not-found"
    p.s.clock.set(f"{DAY}T09:00:00+08:00")
    assert arrive(p.s).json["subsidy_minor"] == 2_000


@plays("a venue batch covers its slots")
def test_a_quantity_covers_all_places(p: Play) -> None:
    """When it is published, in a later programme, and for each slot by hand; a raise makes room."""
    apply(p.s, document(a_batch(), courts(quantity=PLACES - 1)))
    assert act(p.s, "publish").status == 200
    assert put_programme(p.s).slug == "budget-exceeded"
    assert raised(p.s, PLACES).status == 200
    assert put_programme(p.s).status == 201
    unit = {"slot_id": SLOT}
    assert p.s.operator().send("PUT /admin/slots/{slot_id}", unit, body={"units": 3}).slug == "budget-exceeded"
    apply(p.s, document(a_batch(), courts(quantity=PLACES), courts_too()) | {"revision": 1})
    shared = paid_programme(units=3)["facilities"][0] | {"facility_id": "other", "subsidy_batch": "more"}
    both = [*paid_programme()["facilities"], shared]
    assert put_programme(p.s, paid_programme() | {"facilities": both, "revision": 1}).status == 200
    assert act(p.s, "publish", "more").slug == "budget-exceeded"


def courts_too() -> dict[str, object]:
    return courts(quantity=PLACES) | {"batch_id": "more"}


@plays("a venue batch keeps its window")
def test_its_coupons_are_neither_extended_nor_voided(p: Play) -> None:
    """Its coverage was reckoned by the window, and who holds a place is paid for."""
    paying(p.s)
    assert act(p.s, "extend", days=1).slug == "terms-frozen"
    assert act(p.s, "stop", issued="void").slug == "terms-frozen"
    assert act(p.s, "stop", issued="keep").status == 200


@plays("a firm's ceiling")
def test_a_merchant_is_paid_up_to_its_ceiling(p: Play) -> None:
    """By the total of closed days: on the day itself both are paid."""
    said = season(of_batch={"closes_at": "2020-06-12T00:00:00+08:00", "quantity": 52})
    open_door(p.s, said | {"merchants": [said["merchants"][0] | {"subsidy_max_minor": 3_000}]})
    book(p.s, "ann", "bob")
    book(p.s, "cyd", slot_id="court.2020-06-11.0900")
    p.s.clock.set(f"{DAY}T09:00:00+08:00")
    assert [arrive(p.s, name, f"v-{name}").json["subsidy_minor"] for name in ("ann", "bob")] == [2_000, 2_000]
    p.s.clock.set("2020-06-11T00:00:30+08:00")
    p.s.tick()
    p.s.clock.set("2020-06-11T09:00:00+08:00")
    last = arrive(p.s, "cyd", "v-cyd", slot_id="court.2020-06-11.0900").json
    assert (last["subsidy_minor"], last["reasons"]) == (0, ["ceiling"])
