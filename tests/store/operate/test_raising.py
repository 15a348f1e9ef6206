"""A raise reserves its money first, as publishing does; raises at the same time come before or after it."""

from __future__ import annotations

import pytest

from coupons.audit.audits import audit_batch, audit_campaign
from coupons.clock import FENCE_S
from coupons.money import Amounts
from coupons.operate.campaigns import apply
from coupons.operate.publication import publish, raise_quantity
from coupons.refusals import BudgetExceeded, Stopped, TermsFrozen
from tests.store.books import assert_books
from tests.store.faults import Faulty, KilledError, Mortal
from tests.store.funders import FUNDERS, assert_reserved, budgets, document, nth
from tests.world import World, parsed


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2, 3, 4, 5, 6, 7])
def test_killed_while_it_is_undone_the_next_call_goes_on(town: World, nth_write: int, applied: bool) -> None:
    """The last funder refuses a raise: the next call is refused too, and every funder has its money back."""
    publish(town.services, "pack", town.now_s)
    funders = [{**one, "budget_minor": 1_000 if one["funder_id"] == "f79" else 2_500} for one in document()["funders"]]
    apply(town.services, "season", parsed({**document(), "funders": funders, "revision": 1}), town.now_s)
    dying = town.new_services(client=Mortal(town.client, nth_write, applied=applied))
    with pytest.raises((KilledError, BudgetExceeded)):
        raise_quantity(dying, "pack", 12, town.now_s)
    assert_books(town, "pack")
    with pytest.raises(BudgetExceeded):
        raise_quantity(town.new_services(), "pack", 12, town.now_s)
    assert {b.reserved_minor for b in budgets(town)} == {1_000}
    assert town.services.reserves.get("pack").pending is None
    assert_books(town, "pack")


def left_behind(world: World, quantity: int = 12) -> None:
    """A raise that was killed after half of its funders had reserved."""
    publish(world.services, "pack", world.now_s)
    with pytest.raises(KilledError):
        raise_quantity(world.new_services(client=Mortal(world.client, 2, applied=True)), "pack", quantity, world.now_s)


@pytest.mark.parametrize("after_s", [0, FENCE_S - 1])
def test_a_raise_on_its_way_is_finished_first(town: World, after_s: int) -> None:
    """Its caller may still be at work: both operators get what they asked for, the smaller number first."""
    left_behind(town)
    town.clock.advance(after_s)
    assert raise_quantity(town.new_services(), "pack", 13, town.now_s)[1].quantity == 13
    assert [r.step for r in town.services.reserves.records("season")][-2:] == ["quantity 13"] * 2
    assert_reserved(town, 13, "pack")


def test_a_larger_raise_on_its_way_passes_a_smaller_one(town: World) -> None:
    """The larger raise is finished, and a quantity never falls."""
    left_behind(town)
    with pytest.raises(TermsFrozen):
        raise_quantity(town.new_services(), "pack", 11, town.now_s)
    assert_reserved(town, 12, "pack")


def test_a_raise_on_its_way_that_is_refused_stops_nobody(town: World) -> None:
    """Its last funders have too little for it, and enough for a smaller raise."""
    funders = [{**one, "budget_minor": 1_300 if one["funder_id"] == "f79" else 2_500} for one in document()["funders"]]
    apply(town.services, "season", parsed({**document(), "funders": funders, "revision": 1}), town.now_s)
    left_behind(town, 25)
    raise_quantity(town.new_services(), "pack", 13, town.now_s)
    assert {b.reserved_minor for b in budgets(town)} == {1_300}
    assert_books(town, "pack")


@pytest.mark.parametrize("after_s", [FENCE_S, -1])
def test_a_raise_that_was_left_behind_is_undone(town: World, after_s: int) -> None:
    """After a fence its caller has given up; the same if the clock was set back."""
    left_behind(town)
    town.clock.advance(after_s)
    raise_quantity(town.new_services(), "pack", 13, town.now_s)
    steps = [r.step for r in town.services.reserves.records("season")]
    assert steps == ["publish"] * 2 + ["quantity 12", "quantity 12, undone"] + ["quantity 13"] * 2
    assert_reserved(town, 13, "pack")


@pytest.mark.parametrize("wanted", [12, 13])
def test_a_raise_of_a_number_that_others_changed_meanwhile_is_begun_anew(town: World, wanted: int) -> None:
    """A pack rolled over to the batch meanwhile: the money was reserved for two on top of ten, and there are eleven."""
    left_behind(town)
    control, read = town.services.controls.get("pack", consistent=True), town.services.reserves.get("pack")
    assert control is not None
    rolled = town.services.stock.raising("pack", control, 11, [1])
    town.services.transact(
        [*rolled, town.services.reserves.part("pack", read, read.grown(Amounts(dict.fromkeys(FUNDERS, 100))))]
    )
    raise_quantity(town.new_services(), "pack", wanted, town.now_s)
    assert town.services.reserves.get("pack").reserved == dict.fromkeys(FUNDERS, wanted * 100)


def test_a_raise_that_others_have_passed_is_given_up(town: World) -> None:
    """More packs rolled over to the batch meanwhile than the raise asked for."""
    left_behind(town)
    control, read = town.services.controls.get("pack", consistent=True), town.services.reserves.get("pack")
    assert control is not None
    rolled = town.services.stock.raising("pack", control, 13, [3])
    town.services.transact(
        [*rolled, town.services.reserves.part("pack", read, read.grown(Amounts(dict.fromkeys(FUNDERS, 300))))]
    )
    raise_quantity(town.new_services(), "pack", 14, town.now_s)
    assert town.services.reserves.get("pack").reserved == dict.fromkeys(FUNDERS, 1_400)


@pytest.mark.parametrize(("after_s", "is_kept"), [(FENCE_S - 1, True), (FENCE_S, False)])
def test_a_raise_to_what_is_there_clears_what_was_left_behind(town: World, after_s: int, is_kept: bool) -> None:
    """The batch has the quantity already, so the reserved money goes back, unless its caller may still be at work."""
    left_behind(town)
    town.clock.advance(after_s)
    assert raise_quantity(town.new_services(), "pack", 10, town.now_s)[2]
    assert (town.services.reserves.get("pack").pending is not None) == is_kept
    assert_books(town, "pack")


def test_the_same_raise_goes_on_at_once(town: World) -> None:
    """A repeat continues the raise in progress."""
    left_behind(town)
    raise_quantity(town.new_services(), "pack", 12, town.now_s)
    assert_reserved(town, 12, "pack")
    assert [r.step for r in town.services.reserves.records("season")] == ["publish"] * 2 + ["quantity 12"] * 2


def test_an_audit_bears_with_a_raise_on_its_way(town: World) -> None:
    """Half of its funders have reserved: the audit accounts for every amount."""
    left_behind(town)
    found = audit_batch(town.new_services(), "pack", "", town.now_s, float("inf"))
    assert [text for text, holds in found.equations() if not holds] == []
    assert any("f00 2.00 CNY, " in text and "of a raise on its way" in text for text, _ in found.equations())
    report = audit_campaign(town.new_services(), "season", "", town.now_s, float("inf"))
    assert report.ok


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_count_that_begins_during_a_raise_does_not_reserve_twice(town: World, number: int) -> None:
    """The final transaction is refused, its money goes back, and is reserved again for the new state."""
    publish(town.services, "pack", town.now_s)

    def seal() -> None:
        control = town.services.controls.get("pack", consistent=True)
        assert control is not None
        assert town.services.stock.begin_sealing("pack", control)

    slow = Faulty(town.client, "transact_write_items", *nth(number, seal))
    raise_quantity(town.new_services(client=slow), "pack", 12, town.now_s)
    control = town.services.controls.get("pack", consistent=True)
    assert control is not None
    assert (control.state, control.quantity) == ("sealing", 12)
    assert_reserved(town, 12, "pack")


def test_a_raise_that_a_stop_overtakes_leaves_nothing_reserved(town: World) -> None:
    """The final transaction is refused because a count began, and then the batch is stopped."""
    publish(town.services, "pack", town.now_s)

    def stop() -> None:
        control = town.services.controls.get("pack", consistent=True)
        assert control is not None
        assert town.services.stock.begin_sealing("pack", control)
        assert town.services.controls.stop("pack", town.now_s)

    slow = Faulty(town.client, "transact_write_items", *nth(4, stop))
    with pytest.raises(Stopped):
        raise_quantity(town.new_services(client=slow), "pack", 12, town.now_s)
    assert town.services.reserves.get("pack").pending is None
    assert_reserved(town, 10, "pack")
