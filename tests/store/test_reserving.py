"""A batch's money is set aside at its funders before anything else of it is there: 80 funders, 40 at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.auditing import audit_batch, audit_campaign
from coupons.clock import FENCE_S
from coupons.declaring import apply, publish, raise_quantity
from coupons.ledger import of_kind
from coupons.refusals import BudgetExceeded, RevisionConflict, TermsFrozen
from coupons.reserves import Pending, Reserve
from coupons.stores.budgets import Budget
from tests.machine.engine import Engine
from tests.store.books import assert_books, balances, movements
from tests.store.faults import Faulty, KilledError, Mortal, first
from tests.world import World, batch, campaign, parsed, terms

FUNDERS = [f"f{number:02}" for number in range(80)]
COST = dict.fromkeys(FUNDERS, 1000)
"""Ten packs of eight coupons of 10.00, each of ten other funders, 1.00 from each: 10.00 a funder."""


def document(**changes: Any) -> dict[str, Any]:
    """Eight coupons of ten funders each, every funder with 25.00: two batches are covered, three are not."""
    shares = [[{"funder_id": name, "basis_points": 1_000} for name in FUNDERS[n : n + 10]] for n in range(0, 80, 10)]
    coupons = [terms(f"t{number}", funding=funding) for number, funding in enumerate(shares)]
    names = [coupon["terms_id"] for coupon in coupons]
    funders = [{"funder_id": name, "title": name, "kind": "enterprise", "budget_minor": 2_500} for name in FUNDERS]
    batches = [batch(batch_id, terms=names) for batch_id in ("pack", "second", "third")]
    return campaign(*batches, funders=funders, merchants=[], terms=coupons, **changes)


@pytest.fixture
def town() -> World:
    """The document stands; nothing is published. On the state machine's engine: moto takes a second for 42 items."""
    world = World(Engine())
    apply(world.env, "season", parsed(document()), world.now_s)
    return world


def budgets(world: World) -> list[Budget]:
    return world.env.budgets.of("season", FUNDERS)


def assert_reserved(world: World, packs: int, *batch_ids: str) -> None:
    """Every funder has the same set aside, and every item of the books says so."""
    assert {(b.reserved_minor, b.left_minor) for b in budgets(world)} == {(100 * packs, 2_500 - 100 * packs)}
    assert_books(world, *batch_ids)


def test_eighty_funders_are_asked_forty_at_once(town: World) -> None:
    """Two records of the ledger, one reserve, one publication; a repeat reserves nothing."""
    _, control, is_repeat = publish(town.env, "pack", town.now_s)
    assert (control.quantity, is_repeat) == (10, False)
    records = list(town.env.reserves.records("season"))
    assert [(len(r.amounts), r.kind, r.packs, r.step) for r in records] == [(40, "reserve", 10, "publish")] * 2
    reserve = town.env.reserves.get("pack")
    assert (reserve.reserved, reserve.pending) == (COST, None)
    assert publish(town.env, "pack", town.now_s)[2]
    assert_reserved(town, 10, "pack")


@pytest.mark.parametrize("poor", [0, 39, 40, 79])
def test_a_funder_with_too_little_gets_everybody_theirs_back(town: World, poor: int) -> None:
    """It is named, nothing stays reserved, and the ledger holds both ways of what had moved."""
    budget = {**document()["funders"][poor], "budget_minor": 999}
    funders = [budget if one["funder_id"] == budget["funder_id"] else one for one in document()["funders"]]
    apply(town.env, "season", parsed({**document(), "funders": funders, "revision": 1}), town.now_s)
    with pytest.raises(BudgetExceeded) as refused:
        publish(town.env, "pack", town.now_s)
    assert (refused.value.funder_id, refused.value.available_minor) == (FUNDERS[poor], 999)
    assert refused.value.needed_minor == 1_000
    assert {b.reserved_minor for b in budgets(town)} == {0}
    assert town.env.catalog.release("pack") is None
    assert not any(town.env.reserves.get("pack").open.values())
    assert [r.step for r in town.env.reserves.records("season")] == ["publish", "publish, undone"] * (poor // 40)
    assert not any(balance for _, balance in of_kind(balances(movements(town)), "reserved", "pack"))


def test_what_is_covered_to_the_last_unit_is_published(town: World) -> None:
    """Twice ten of 25; the third time nothing is changed, and a raise by five takes the rest."""
    publish(town.env, "pack", town.now_s)
    publish(town.env, "second", town.now_s)
    with pytest.raises(BudgetExceeded):
        publish(town.env, "third", town.now_s)
    assert_reserved(town, 20, "pack", "second")
    with pytest.raises(BudgetExceeded):
        raise_quantity(town.env, "pack", 16, town.now_s)
    assert_reserved(town, 20, "pack", "second")
    raise_quantity(town.env, "pack", 15, town.now_s)
    assert_reserved(town, 25, "pack", "second")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2, 3, 4])
def test_killed_at_any_write_the_next_call_publishes(town: World, nth_write: int, applied: bool) -> None:
    """And sets nothing aside twice; in between every fen that moved is in the books."""
    with pytest.raises(KilledError):
        publish(town.environment(client=Mortal(town.client, nth_write, applied=applied)), "pack", town.now_s)
    assert_books(town, "pack")
    assert (town.env.catalog.release("pack") is not None) == (nth_write == 4 and applied)
    publish(town.environment(), "pack", town.now_s)
    assert_reserved(town, 10, "pack")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2, 3, 4, 5, 6, 7])
def test_killed_while_it_is_undone_the_next_call_goes_on(town: World, nth_write: int, applied: bool) -> None:
    """A raise that the last funder refuses: whoever comes next is refused too, and everybody has theirs."""
    publish(town.env, "pack", town.now_s)
    funders = [{**one, "budget_minor": 1_000 if one["funder_id"] == "f79" else 2_500} for one in document()["funders"]]
    apply(town.env, "season", parsed({**document(), "funders": funders, "revision": 1}), town.now_s)
    dying = town.environment(client=Mortal(town.client, nth_write, applied=applied))
    with pytest.raises((KilledError, BudgetExceeded)):
        raise_quantity(dying, "pack", 12, town.now_s)
    assert_books(town, "pack")
    with pytest.raises(BudgetExceeded):
        raise_quantity(town.environment(), "pack", 12, town.now_s)
    assert {b.reserved_minor for b in budgets(town)} == {1_000}
    assert town.env.reserves.get("pack").pending is None
    assert_books(town, "pack")


def left_behind(world: World, quantity: int = 12) -> None:
    """A raise of the batch that died when half of its funders had been asked."""
    publish(world.env, "pack", world.now_s)
    with pytest.raises(KilledError):
        raise_quantity(world.environment(client=Mortal(world.client, 2, applied=True)), "pack", quantity, world.now_s)


@pytest.mark.parametrize("after_s", [0, FENCE_S - 1])
def test_a_raise_on_its_way_is_finished_first(town: World, after_s: int) -> None:
    """It may be somebody's yet: both operators get what they asked for, in the order of their numbers."""
    left_behind(town)
    town.clock.advance(after_s)
    assert raise_quantity(town.environment(), "pack", 13, town.now_s)[1].quantity == 13
    assert [r.step for r in town.env.reserves.records("season")][-2:] == ["quantity 13"] * 2
    assert_reserved(town, 13, "pack")


def test_a_larger_raise_on_its_way_passes_a_smaller_one(town: World) -> None:
    """It is finished, and a quantity never falls."""
    left_behind(town)
    with pytest.raises(TermsFrozen):
        raise_quantity(town.environment(), "pack", 11, town.now_s)
    assert_reserved(town, 12, "pack")


def test_a_raise_on_its_way_that_is_refused_stops_nobody(town: World) -> None:
    """Its last funders have too little for it, and enough for a smaller one."""
    funders = [{**one, "budget_minor": 1_300 if one["funder_id"] == "f79" else 2_500} for one in document()["funders"]]
    apply(town.env, "season", parsed({**document(), "funders": funders, "revision": 1}), town.now_s)
    left_behind(town, 25)
    raise_quantity(town.environment(), "pack", 13, town.now_s)
    assert {b.reserved_minor for b in budgets(town)} == {1_300}
    assert_books(town, "pack")


@pytest.mark.parametrize("after_s", [FENCE_S, -1])
def test_a_raise_that_was_left_behind_is_undone(town: World, after_s: int) -> None:
    """After a fence nobody is at work on it; nor where the clock was set back."""
    left_behind(town)
    town.clock.advance(after_s)
    raise_quantity(town.environment(), "pack", 13, town.now_s)
    steps = [r.step for r in town.env.reserves.records("season")]
    assert steps == ["publish"] * 2 + ["quantity 12", "quantity 12, undone"] + ["quantity 13"] * 2
    assert_reserved(town, 13, "pack")


@pytest.mark.parametrize("wanted", [12, 13])
def test_a_raise_of_a_number_that_others_changed_meanwhile_is_begun_anew(town: World, wanted: int) -> None:
    """Packs rolled over to the batch since: what was set aside is for two on top of ten, and there are eleven."""
    left_behind(town)
    control, read = town.env.controls.get("pack", consistent=True), town.env.reserves.get("pack")
    assert control is not None
    rolled = town.env.stock.raising("pack", control, 11, [1])
    town.env.transact([*rolled, town.env.reserves.part("pack", read, read.grown(dict.fromkeys(FUNDERS, 100)))])
    raise_quantity(town.environment(), "pack", wanted, town.now_s)
    assert town.env.reserves.get("pack").reserved == dict.fromkeys(FUNDERS, wanted * 100)


def test_a_raise_that_others_have_passed_is_given_up(town: World) -> None:
    """Packs rolled over to the batch since, more than it asked for."""
    left_behind(town)
    control, read = town.env.controls.get("pack", consistent=True), town.env.reserves.get("pack")
    assert control is not None
    rolled = town.env.stock.raising("pack", control, 13, [3])
    town.env.transact([*rolled, town.env.reserves.part("pack", read, read.grown(dict.fromkeys(FUNDERS, 300)))])
    raise_quantity(town.environment(), "pack", 14, town.now_s)
    assert town.env.reserves.get("pack").reserved == dict.fromkeys(FUNDERS, 1_400)


def test_the_same_raise_goes_on_at_once(town: World) -> None:
    """Whoever repeats it wants what is on its way."""
    left_behind(town)
    raise_quantity(town.environment(), "pack", 12, town.now_s)
    assert_reserved(town, 12, "pack")
    assert [r.step for r in town.env.reserves.records("season")] == ["publish"] * 2 + ["quantity 12"] * 2


def test_an_audit_bears_with_a_raise_on_its_way(town: World) -> None:
    """Half of its funders have been asked: every fen is somewhere, and is said to be."""
    left_behind(town)
    found = audit_batch(town.environment(), "pack", "", town.now_s, float("inf"))
    assert [text for text, holds in found.equations() if not holds] == []
    assert any("f00 200, " in text and "of a raise on its way" in text for text, _ in found.equations())
    report = audit_campaign(town.environment(), "season", "", town.now_s, float("inf"))
    assert report.ok


def edited(**batch_changes: Any) -> dict[str, Any]:
    changed = document(revision=1)
    changed["batches"][0] |= batch_changes
    return changed


def test_a_batch_that_was_changed_meanwhile_is_reserved_anew(town: World) -> None:
    """Half of ten packs was set aside when the publishing died; eight are declared now."""
    with pytest.raises(KilledError):
        publish(town.environment(client=Mortal(town.client, 2, applied=True)), "pack", town.now_s)
    apply(town.env, "season", parsed(edited(quantity=8)), town.now_s)
    publish(town.environment(), "pack", town.now_s)
    assert_reserved(town, 8, "pack")


def test_a_batch_that_is_dropped_leaves_nothing_reserved(town: World) -> None:
    """What its publishing had set aside when it died goes back with the document that drops it."""
    with pytest.raises(KilledError):
        publish(town.environment(client=Mortal(town.client, 2, applied=True)), "pack", town.now_s)
    assert sum(b.reserved_minor for b in budgets(town)) == 40 * 1_000
    smaller = document(revision=1)
    smaller["batches"] = smaller["batches"][1:]
    apply(town.env, "season", parsed(smaller), town.now_s)
    assert sum(b.reserved_minor for b in budgets(town)) == 0
    assert not any(balance for _, balance in of_kind(balances(movements(town)), "reserved", "pack"))


def nth(number: int, act: Callable[[], object]) -> list[Any]:
    """Faults of a client before whose n-th transaction somebody else acts."""
    return [lambda real, parameters: real(**parameters)] * (number - 1) + [first(act)]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_two_that_publish_side_by_side_reserve_once(town: World, number: int) -> None:
    """The other one comes in before any of its transactions; both are told that it is published."""

    def other() -> None:
        publish(town.environment(), "pack", town.now_s)

    slow = Faulty(town.client, "transact_write_items", *nth(number, other))
    _, control, is_repeat = publish(town.environment(client=slow), "pack", town.now_s)
    assert (control.quantity, is_repeat) == (10, True)
    assert_reserved(town, 10, "pack")
    assert [r.step for r in town.env.reserves.records("season")] == ["publish"] * 2


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_edit_while_it_is_published_takes_the_reservation_back(town: World, number: int) -> None:
    """The publishing is refused, for it would freeze what nobody declares any more; the next one is of the new."""

    def edit() -> None:
        apply(town.environment(), "season", parsed(edited(quantity=8)), town.now_s)

    slow = Faulty(town.client, "transact_write_items", *nth(number, edit))
    with pytest.raises(RevisionConflict):
        publish(town.environment(client=slow), "pack", town.now_s)
    assert sum(b.reserved_minor for b in budgets(town)) == 0
    publish(town.environment(), "pack", town.now_s)
    assert_reserved(town, 8, "pack")


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_count_that_begins_during_a_raise_does_not_reserve_twice(town: World, number: int) -> None:
    """The raise's last word is refused, its money goes back, and it is taken again for the state that stands then."""
    publish(town.env, "pack", town.now_s)

    def seal() -> None:
        control = town.env.controls.get("pack", consistent=True)
        assert control is not None
        assert town.env.stock.begin_sealing("pack", control)

    slow = Faulty(town.client, "transact_write_items", *nth(number, seal))
    raise_quantity(town.environment(client=slow), "pack", 12, town.now_s)
    control = town.env.controls.get("pack", consistent=True)
    assert control is not None
    assert (control.state, control.quantity) == ("sealing", 12)
    assert_reserved(town, 12, "pack")


def test_the_next_funders_are_the_first_forty_that_are_left() -> None:
    """In the order of their names, each once; undone the same way."""
    pending = Pending(10, 10, 0, dict(reversed(COST.items())))
    first_chunk, one = Reserve().begun(pending).moved()
    second_chunk, two = one.moved()
    assert [*first_chunk, *second_chunk] == FUNDERS
    assert (two.reserved, two.pending) == (COST, Pending(10, 10, 0, {}, COST))
    third_chunk, three = two.undoing().moved()
    assert three.open == {name: 0 if name in third_chunk else 1_000 for name in FUNDERS}
    assert three.pending == Pending(10, 10, 0, {}, second_chunk, undoing=True)
    assert [state.version for state in (one, two, three)] == [2, 3, 5]
