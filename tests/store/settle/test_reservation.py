"""A batch's money is reserved before the batch is published: 80 funders, 40 at a time."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from coupons.audit.audits import audit_campaign
from coupons.model.ledger import balances_of
from coupons.model.reserves import PendingReservation, Reserve
from coupons.money import NOTHING, Amounts
from coupons.operate.campaigns import apply
from coupons.operate.publication import publish, raise_quantity
from coupons.refusals import BudgetExceeded, Busy, NotFound, RevisionConflict
from tests.store.books import assert_books, balances, movements
from tests.store.faults import Faulty, KilledError, Mortal, Overtaken
from tests.store.funders import COST, FUNDERS, assert_reserved, budgets, document, nth
from tests.world import World, parsed, terms


def test_eighty_funders_are_asked_forty_at_once(town: World) -> None:
    """Two ledger records, one reserve, one publication; a repeat reserves nothing."""
    _, control, is_repeat = publish(town.services, "pack", town.now_s)
    assert (control.quantity, is_repeat) == (10, False)
    records = list(town.services.reserves.records("season"))
    assert [(len(r.amounts), r.kind, r.packs, r.step) for r in records] == [(40, "reserve", 10, "publish")] * 2
    reserve = town.services.reserves.get("pack")
    assert (reserve.reserved, reserve.pending) == (COST, None)
    assert publish(town.services, "pack", town.now_s)[2]
    assert_reserved(town, 10, "pack")


@pytest.mark.parametrize("poor", [0, 39, 40, 79])
def test_a_funder_with_too_little_gets_everybody_theirs_back(town: World, poor: int) -> None:
    """The funder is named, nothing stays reserved, and the ledger has each movement and its undoing."""
    budget = {**document()["funders"][poor], "budget_minor": 999}
    funders = [budget if one["funder_id"] == budget["funder_id"] else one for one in document()["funders"]]
    apply(town.services, "season", parsed({**document(), "funders": funders, "revision": 1}), town.now_s)
    with pytest.raises(BudgetExceeded) as refused:
        publish(town.services, "pack", town.now_s)
    assert (refused.value.funder_id, refused.value.available_minor) == (FUNDERS[poor], 999)
    assert refused.value.needed_minor == 1_000
    assert {b.reserved_minor for b in budgets(town)} == {0}
    assert town.services.catalog.batch("pack") is None
    assert not any(town.services.reserves.get("pack").open.values())
    assert [r.step for r in town.services.reserves.records("season")] == ["publish", "publish, undone"] * (poor // 40)
    assert balances_of(balances(movements(town)), "reserved", "pack").is_zero


def test_what_is_covered_to_the_last_unit_is_published(town: World) -> None:
    """Ten packs twice, of 25; a third ten change nothing, and a raise by five takes the rest."""
    publish(town.services, "pack", town.now_s)
    publish(town.services, "second", town.now_s)
    with pytest.raises(BudgetExceeded):
        publish(town.services, "third", town.now_s)
    assert_reserved(town, 20, "pack", "second")
    with pytest.raises(BudgetExceeded):
        raise_quantity(town.services, "pack", 16, town.now_s)
    assert_reserved(town, 20, "pack", "second")
    raise_quantity(town.services, "pack", 15, town.now_s)
    assert_reserved(town, 25, "pack", "second")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2, 3, 4])
def test_killed_at_any_write_the_next_call_publishes(town: World, nth_write: int, applied: bool) -> None:
    """It reserves nothing twice, and after each kill the books have every fen."""
    with pytest.raises(KilledError):
        publish(town.new_services(client=Mortal(town.client, nth_write, applied=applied)), "pack", town.now_s)
    assert_books(town, "pack")
    assert (town.services.catalog.batch("pack") is not None) == (nth_write == 4 and applied)
    publish(town.new_services(), "pack", town.now_s)
    assert_reserved(town, 10, "pack")


def edited(**batch_changes: Any) -> dict[str, Any]:
    changed = document(revision=1)
    changed["batches"][0] |= batch_changes
    return changed


def cheaper() -> dict[str, Any]:
    """As many packs of the same coupons at half the discount."""
    changed = document(revision=1)
    half = {"kind": "amount_off", "threshold_minor": 5_000, "amount_minor": 500}
    return {**changed, "terms": [{**coupon, "discount": half} for coupon in changed["terms"]]}


@pytest.mark.parametrize(("changed", "each"), [(edited(quantity=8), 800), (cheaper(), 500)], ids=["fewer", "cheaper"])
def test_a_batch_that_was_changed_meanwhile_is_reserved_anew(town: World, changed: dict[str, Any], each: int) -> None:
    """Half of the money was reserved when the call was killed; the edited batch costs less."""
    with pytest.raises(KilledError):
        publish(town.new_services(client=Mortal(town.client, 2, applied=True)), "pack", town.now_s)
    apply(town.services, "season", parsed(changed), town.now_s)
    publish(town.new_services(), "pack", town.now_s)
    assert {budget.reserved_minor for budget in budgets(town)} == {each}
    assert_books(town, "pack")


def test_a_batch_that_is_dropped_leaves_nothing_reserved(town: World) -> None:
    """What the killed call had reserved is given back when the document drops the batch."""
    with pytest.raises(KilledError):
        publish(town.new_services(client=Mortal(town.client, 2, applied=True)), "pack", town.now_s)
    assert sum(b.reserved_minor for b in budgets(town)) == 40 * 1_000
    smaller = document(revision=1)
    smaller["batches"] = smaller["batches"][1:]
    apply(town.services, "season", parsed(smaller), town.now_s)
    assert sum(b.reserved_minor for b in budgets(town)) == 0
    assert balances_of(balances(movements(town)), "reserved", "pack").is_zero


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_two_that_publish_side_by_side_reserve_once(town: World, number: int) -> None:
    """The second call comes before any transaction of the first; both answer that it is published."""

    def other() -> None:
        publish(town.new_services(), "pack", town.now_s)

    slow = Faulty(town.client, "transact_write_items", *nth(number, other))
    _, control, is_repeat = publish(town.new_services(client=slow), "pack", town.now_s)
    assert (control.quantity, is_repeat) == (10, True)
    assert_reserved(town, 10, "pack")
    assert [r.step for r in town.services.reserves.records("season")] == ["publish"] * 2


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_edit_while_it_is_published_takes_the_reservation_back(town: World, number: int) -> None:
    """Either the edited batch is published and reserved, or publishing is refused."""

    def edit() -> None:
        apply(town.new_services(), "season", parsed(edited(quantity=8)), town.now_s)

    slow = Faulty(town.client, "transact_write_items", *nth(number, edit))
    with suppress(RevisionConflict):
        assert publish(town.new_services(client=slow), "pack", town.now_s)[1].quantity == 8
        assert_reserved(town, 8, "pack")
    assert {budget.reserved_minor for budget in budgets(town)} <= {0, 800}
    publish(town.new_services(), "pack", town.now_s)
    assert_reserved(town, 8, "pack")


def dropping() -> dict[str, Any]:
    smaller = document(revision=1)
    return {**smaller, "batches": smaller["batches"][1:]}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_drop_while_it_is_published_leaves_nothing_reserved(town: World, number: int) -> None:
    """The batch is no longer declared, so publishing ends and nothing stays reserved."""

    def drop() -> None:
        apply(town.new_services(), "season", parsed(dropping()), town.now_s)

    slow = Faulty(town.client, "transact_write_items", *nth(number, drop))
    with pytest.raises((NotFound, RevisionConflict)):
        publish(town.new_services(client=slow), "pack", town.now_s)
    assert {budget.reserved_minor for budget in budgets(town)} == {0}
    assert town.services.reserves.get("pack").pending is None


@pytest.mark.parametrize("nth_read", [1, 2])
def test_a_publishing_that_begins_while_an_edit_looks_is_never_left_behind(town: World, nth_read: int) -> None:
    """Either the edit undoes the reservation, or the reservation does not begin after the edit."""

    def begin() -> None:
        with pytest.raises(KilledError):
            publish(town.new_services(client=Mortal(town.client, 2, applied=True)), "pack", town.now_s)

    between = town.new_services(client=Overtaken(town.client, "get_item", "RESERVE", begin, nth=nth_read))
    apply(between, "season", parsed(dropping()), town.now_s)
    assert town.services.reserves.get("pack").pending is None
    assert {budget.reserved_minor for budget in budgets(town)} == {0}


@pytest.mark.parametrize("changed", [dropping(), cheaper()], ids=["dropped", "cheaper"])
def test_an_edit_waits_for_who_publishes_what_it_changes(town: World, changed: dict[str, Any]) -> None:
    """A reservation that begins after the edit's read makes the edit fail; its repeat undoes the reservation."""

    def begin() -> None:
        with pytest.raises(KilledError):
            publish(town.new_services(client=Mortal(town.client, 2, applied=True)), "pack", town.now_s)

    slow = Faulty(town.client, "transact_write_items", *nth(1, begin))
    with pytest.raises(Busy):
        apply(town.new_services(client=slow), "season", parsed(changed), town.now_s)
    assert town.services.reserves.get("pack").pending is not None
    apply(town.new_services(), "season", parsed(changed), town.now_s)
    assert {budget.reserved_minor for budget in budgets(town)} == {0}


def test_a_funder_that_leaves_takes_back_what_it_had_set_aside(town: World) -> None:
    """A killed call reserved money before anything was published; the edit changes terms and funders."""
    with pytest.raises(KilledError):
        publish(town.new_services(client=Mortal(town.client, 2, applied=True)), "pack", town.now_s)
    alone = terms("alone", funding=[{"funder_id": "f40", "basis_points": 10_000}])
    funders = [funder for funder in document()["funders"] if funder["funder_id"] == "f40"]
    changed = {**document(revision=1), "terms": [alone], "funders": funders}
    changed["batches"] = [{**one, "terms": ["alone"]} for one in changed["batches"]]
    apply(town.services, "season", parsed(changed), town.now_s)
    assert {budget.reserved_minor for budget in budgets(town)} == {0}
    assert audit_campaign(town.new_services(), "season", "", town.now_s, float("inf")).ok


def test_the_next_funders_are_the_first_forty_that_are_left() -> None:
    """In the order of their ids, each once; undone in the same order."""
    pending = PendingReservation(10, 10, 0, Amounts(reversed(COST.items())))
    first_chunk, one = Reserve().begun(pending).moved()
    second_chunk, two = one.moved()
    assert [*first_chunk, *second_chunk] == FUNDERS
    assert (two.reserved, two.pending) == (COST, PendingReservation(10, 10, 0, NOTHING, Amounts(COST)))
    third_chunk, three = two.undoing().moved()
    assert three.open == {name: 0 if name in third_chunk else 1_000 for name in FUNDERS}
    assert three.pending == PendingReservation(10, 10, 0, NOTHING, second_chunk, undoing=True)
    assert [state.version for state in (one, two, three)] == [2, 3, 5]
