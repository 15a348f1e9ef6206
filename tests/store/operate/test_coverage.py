"""A batch that pays venues covers all places of its slots: when it is published, in every later programme, and by hand.

So a check-in asks no counter whether there is money.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.model.programmes import Programme
from coupons.operate import programme as operate_programme
from coupons.operate.publication import publish
from coupons.refusals import BudgetExceeded, Busy
from infra.virtual.store import Store
from tests.court import DAY, facility, offer, programme, row
from tests.store.faults import Overtaken
from tests.venues import PLACES, act, apply, courts, document, paid_programme, put_programme, raised
from tests.world import Answered, World, a_batch


@pytest.fixture
def declared() -> World:
    """The season and its programme, before anything is published."""
    world = World(Store())
    assert [apply(world).status, put_programme(world).status] == [201, 201]
    return world


def more(revision: int = 1, **changes: Any) -> dict[str, Any]:
    """A programme whose court has a third place, from the 13th on: a date that is not open yet."""
    schedule = [row(last_day="2020-06-13"), row(first_day="2020-06-14", to="23:00")]
    return paid_programme(schedule=schedule, **changes) | {"revision": revision}


def reserved(world: World) -> int:
    return sum(one.reserved_minor for one in world.services.budgets.of("season", ["city", "platform"]))


def test_publishing_reserves_and_lays_out_stock(declared: World) -> None:
    """As ever: each place at the largest discount; all packs in the stock."""
    assert act(declared, "publish").status == 200
    assert reserved(declared) == PLACES * 2_000
    batch = declared.services.cache.batch("courts")
    assert sum(one.remaining for one in declared.services.stock.shards("courts", batch.shards)) == PLACES
    assert act(declared, "publish").is_replay


@pytest.mark.parametrize(("quantity", "status"), [(PLACES - 1, 409), (PLACES, 200)])
def test_publishing_checks_that_it_covers_its_slots(quantity: int, status: int) -> None:
    """To the last place; a refusal reserves nothing, and says what its first funder lacks."""
    world = World(Store())
    apply(world, document(a_batch(), courts(quantity=quantity)))
    put_programme(world)
    answer = act(world, "publish")
    assert answer.status == status
    assert reserved(world) == (PLACES * 2_000 if status == 200 else 0)
    if status == 409:
        assert (answer.slug, answer.json["funder_id"]) == ("budget-exceeded", "city")
        assert answer.json["needed_minor"] - answer.json["available_minor"] == 1_000


def test_without_a_programme_there_is_nothing_to_cover() -> None:
    """The programme comes later, and is then held against what is published."""
    world = World(Store())
    apply(world, document(a_batch(), courts(quantity=PLACES - 1)))
    assert act(world, "publish").status == 200
    assert put_programme(world).slug == "budget-exceeded"
    assert raised(world, PLACES).status == 200
    assert put_programme(world).status == 201


def test_a_later_programme_is_held_against_what_is_published(declared: World) -> None:
    """Two places more need two check-ins more, which a raise pays."""
    act(declared, "publish")
    refused = put_programme(declared, more())
    assert (refused.status, refused.slug) == (409, "budget-exceeded")
    assert "'courts' pays for 182 check-ins; its slots have 184 places" in refused.json["detail"]
    raised(declared, PLACES + 1)
    assert put_programme(declared, more()).slug == "budget-exceeded"
    raised(declared, PLACES + 2)
    assert put_programme(declared, more()).status == 200
    assert put_programme(declared, paid_programme() | {"revision": 2}).status == 200


def test_a_programme_before_publishing_is_held_against_nothing(declared: World) -> None:
    """The document's quantity can still be changed."""
    assert put_programme(declared, more()).status == 200
    assert act(declared, "publish").slug == "budget-exceeded"


def test_other_refusals_come_first(declared: World) -> None:
    """An old revision is told before a quantity that is too small."""
    act(declared, "publish")
    assert put_programme(declared, more(revision=7)).slug == "revision-conflict"


def published(world: World, meanwhile: Callable[[], object]) -> bool:
    """Publishing by a process that somebody else overtakes, just before its last transaction."""
    rushed = Overtaken(world.client, "transact_write_items", "CONTROL", meanwhile)
    return not publish(world.new_services(client=rushed), "courts", world.now_s)[2]


def test_a_programme_that_changed_meanwhile(declared: World) -> None:
    """Publishing holds only for the programme that it covers: one that came first is read again, and refuses."""
    with pytest.raises(BudgetExceeded):
        published(declared, lambda: put_programme(declared, more()))
    assert reserved(declared) == 0
    assert declared.services.reserves.get("courts").pending is None


def test_a_programme_that_still_fits_meanwhile(declared: World) -> None:
    """One that needs no more places is read again, and the batch is published."""
    fewer = paid_programme(units=1) | {"revision": 1}
    assert published(declared, lambda: put_programme(declared, fewer))


def test_a_first_programme_meanwhile() -> None:
    """Publishing without a programme holds only while there is none."""
    world = World(Store())
    apply(world, document(a_batch(), courts(quantity=1)))
    with pytest.raises(BudgetExceeded):
        published(world, lambda: put_programme(world))


def test_a_batch_that_was_published_meanwhile(declared: World) -> None:
    """A programme that was read beside no published batch is refused; the next attempt is told why."""
    rushed = Overtaken(declared.client, "transact_write_items", "HEAD", lambda: act(declared, "publish"))
    offered = Programme.model_validate(more())
    with pytest.raises(Busy):
        operate_programme.apply(declared.new_services(client=rushed), "season", offered, declared.now_s)
    assert put_programme(declared, more()).slug == "budget-exceeded"


def test_a_damaged_batch_lets_no_programme_pass(declared: World) -> None:
    """Its quantity is not known, so nothing says that it covers the new slots."""
    act(declared, "publish")
    place = {"pk": {"S": "BATCH#courts"}, "sk": {"S": "CONTROL"}}
    item = declared.client.get_item(TableName="CatalogTable", Key=place)["Item"]
    declared.client.put_item(TableName="CatalogTable", Item=item | {"quantity": {"S": "many"}})
    assert put_programme(declared, more()).status == 500


UNITS, BOOK = "PUT /admin/slots/{slot_id}", "PUT /slots/{slot_id}/booking"
DAY_OF = "GET /facilities/{facility_id}/slots"


def units(world: World, number: int, hhmm: str = "0900", day: str = DAY) -> Answered:
    return world.operator().send(UNITS, {"slot_id": f"court.{day}.{hhmm}"}, body={"units": number})


@pytest.mark.parametrize("is_published", [False, True])
def test_units_fall_and_rise_again_to_the_schedules(declared: World, is_published: bool) -> None:
    """Never above: one place more would be paid by nobody. What is refused stays as it was."""
    if is_published:
        act(declared, "publish")
    assert [units(declared, number).status for number in (1, 0, 2)] == [200, 200, 200]
    refused = units(declared, 3)
    assert (refused.status, refused.slug) == (409, "budget-exceeded")
    assert (refused.json["available_minor"], refused.json["needed_minor"]) == (2_000, 3_000)
    assert refused.json["detail"] == "Where 'courts' pays, a slot has at most the 2 places of its schedule, not 3."
    assert units(declared, 2).is_replay


def test_units_of_a_slot_that_is_over_are_refused_for_that(declared: World) -> None:
    """Also above the schedule's."""
    declared.clock.set(f"{DAY}T23:00:00+08:00")
    assert units(declared, 3).slug == "closed"


def test_units_that_nobody_pays_rise_as_ever(season: World) -> None:
    """An operator knows the hall."""
    offer(season)
    assert units(season, 3).status == 200


def test_places_that_were_added_before_are_not_booked(season: World) -> None:
    """An item can have more places than the schedule by the time a batch pays for them: they are shown to nobody, and
    the first booking takes them away.
    """
    offer(season)
    slot_id = "court.2020-06-14.0900"
    season.operator().send(UNITS, {"slot_id": slot_id}, body={"units": 4})
    apply(season, document() | {"revision": 1})
    later = [row(last_day="2020-06-13"), row(first_day="2020-06-14", subsidy_batch="courts")]
    assert put_programme(season, programme(facilities=[facility(schedule=later)]) | {"revision": 1}).status == 200
    assert act(season, "publish").status == 200
    season.clock.set("2020-06-07T10:00:00+08:00")
    [shown, *_] = (
        season.citizen("ann").send(DAY_OF, {"facility_id": "court"}, query={"day": "2020-06-14"}).json["slots"]
    )
    assert (shown["slot_id"], shown["units"]) == (slot_id, 2)
    answers = [season.citizen(name).send(BOOK, {"slot_id": slot_id}, body={}) for name in ("ann", "bob", "cyd")]
    assert [one.slug if one.status == 409 else one.status for one in answers] == [201, 201, "full"]
    assert units(season, 3, "0900", "2020-06-14").slug == "budget-exceeded"
