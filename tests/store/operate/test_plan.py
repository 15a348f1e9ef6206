"""A plan says what PUT would do, and what publishing would: all of it, and it writes nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coupons.model.plans import Plan
from coupons.operate.campaigns import apply
from coupons.operate.plan import plan
from coupons.operate.publication import publish, raise_quantity
from coupons.refusals import BudgetExceeded, Malformed, Refusal
from infra.virtual.store import Store
from tests.store.faults import KilledError, Mortal
from tests.store.funders import document as of_eighty_funders
from tests.world import World, a_batch, campaign, parsed, terms

LIMIT = {"kind": "count", "limit_id": "weekly", "per": "person", "period": "week", "packs_max": 1}
BUDGETS = (0, 4_999, 5_000, 7_500, 12_500, 10_000_000)
"""Ten packs take 5,000 of the city; five, 2,500."""


def stored_document(**changes: Any) -> dict[str, Any]:
    """`pack`, which is to be published, under a limit, and a draft with terms of its own."""
    both = [a_batch(limits=["weekly"]), a_batch("draft", quantity=5, terms=["draft-only"])]
    return campaign(*both, terms=[terms(), terms("draft-only")], limits=[LIMIT], **changes)


def _batch(number: int, **changes: Any) -> Any:
    return lambda document: document["batches"][number].update(changes)


def _budget(number: int, minor: int) -> Any:
    return lambda document: document["funders"][number].update(budget_minor=minor)


EDITS: dict[str, Any] = {
    "title": lambda document: document.update(title="Another"),
    "timezone": lambda document: document.update(timezone="Asia/Tokyo"),
    "currency": lambda document: document.update(currency="JPY"),
    "pack, other title": _batch(0, title="Other"),
    "pack, its quantity after the raise": _batch(0, quantity=12),
    "draft, more packs": _batch(1, quantity=15),
    "draft, taken by another campaign": _batch(1, batch_id="theirs"),
    "pack first dropped": lambda document: document["batches"].pop(0),
    "draft dropped": lambda document: document["batches"].pop(-1),
    "a batch in front": lambda document: document["batches"].insert(0, a_batch("front", quantity=5)),
    "terms of both": lambda document: [one.update(title="Less") for one in document["terms"]],
    "terms, dearer draft": lambda document: document["terms"][1]["discount"].update(amount_minor=2_000),
    "limit": lambda document: document["limits"][0].update(packs_max=2),
    "no merchant": lambda document: document.update(merchants=[]),
    "too many merchants": lambda document: document.update(
        merchants=[{**document["merchants"][0], "merchant_id": f"m{n}"} for n in range(28)],
        funders=[*document["funders"], *({**document["funders"][0], "funder_id": f"f{n}"} for n in range(60))],
    ),
    "a funder more": lambda document: document["funders"].append({**document["funders"][0], "funder_id": "more"}),
    "the last funder dropped": lambda document: document["funders"].pop(-1),
    **{f"budget of city {minor}": _budget(0, minor) for minor in BUDGETS},
    **{f"budget of shop {minor}": _budget(2, minor) for minor in BUDGETS},
}


def _killed(world: World, batch_id: str, nth_write: int, *, applied: bool) -> None:
    services = world.new_services(client=Mortal(world.client, nth_write, applied=applied))
    with suppress(KilledError):
        publish(services, batch_id, world.now_s)


STATES: dict[str, Any] = {
    "nothing stored": lambda world: None,
    "declared": lambda world: apply(world.services, "season", parsed(stored_document()), world.now_s),
    "with one funder more": lambda world: apply(
        world.services,
        "season",
        parsed(stored_document(funders=[*campaign()["funders"], {**campaign()["funders"][0], "funder_id": "idle"}])),
        world.now_s,
    ),
    "published": lambda world: publish(world.services, "pack", world.now_s),
    "raised": lambda world: raise_quantity(world.services, "pack", 12, world.now_s),
    **{
        f"draft killed at {nth_write}, {applied}": (
            lambda world, nth_write=nth_write, applied=applied: _killed(world, "draft", nth_write, applied=applied)
        )
        for nth_write in (1, 2, 3)
        for applied in (False, True)
    },
}
_NEEDS = {"published": ["declared"], "raised": ["declared", "published"], "draft": ["declared", "published"]}


def stack(state: str) -> World:
    """A stack in this state, beside another campaign that declares the batch `theirs`."""
    world = World(Store())
    apply(world.services, "other", parsed(campaign(a_batch("theirs"), campaign_id="other")), world.now_s)
    for step in [*_NEEDS.get(state.split(maxsplit=1)[0], []), state]:
        STATES[step](world)
    return world


def edited(edits: list[str], revision: int | None) -> Any:
    document = stored_document(revision=revision)
    for edit in edits:
        with suppress(IndexError):
            EDITS[edit](document)
    try:
        return parsed(document)
    except ValueError:  # the edits do not fit each other
        return None


@settings(max_examples=300)
@given(
    state=st.sampled_from(sorted(STATES)),
    edits=st.lists(st.sampled_from(sorted(EDITS)), max_size=4, unique=True),
    revision=st.sampled_from([None, 1, 1, 1, 2]),
)
@example(state="draft killed at 2, True", edits=["terms, dearer draft", "budget of city 5000"], revision=1)
@example(state="draft killed at 2, True", edits=["budget of city 5000"], revision=1)
@example(state="published", edits=["budget of city 4999", "budget of shop 0"], revision=1)
@example(state="raised", edits=["too many merchants", "pack, its quantity after the raise"], revision=1)
def test_a_plan_without_refusals_is_what_apply_does(state: str, edits: list[str], revision: int | None) -> None:
    """PUT succeeds exactly if the plan has no refusal; else it gives the plan's first. So does publishing, in order."""
    document = edited(edits, revision)
    if document is None:
        return
    world = stack(state)
    try:
        planned = plan(world.services, "season", document, world.now_s)
    except Malformed:
        with pytest.raises(Refusal):
            apply(world.services, "season", document, world.now_s)
        return
    of_published = [one for one in planned.refusals if one.slug == "terms-frozen" and "belongs" not in one.detail]
    assert ("frozen" in {one.change for one in planned.changes}) == bool(of_published)
    refused, outcome = _applied(world, document)
    if refused is not None:
        assert _told(refused) == _told(planned.refusals[0])
        return
    assert (planned.refusals, planned.outcome) == ([], outcome)
    assert (planned.changes == []) == (outcome == "unchanged")
    _publish_in_order(world, planned)
    again = plan(world.services, "season", document, world.now_s)
    assert (again.outcome, again.refusals, again.changes) == ("unchanged", [], [])


def _applied(world: World, document: Any) -> tuple[Refusal | None, str]:
    try:
        return None, apply(world.services, "season", document, world.now_s)[1]
    except Refusal as refused:
        return refused, ""


def _publish_in_order(world: World, planned: Plan) -> None:
    for batch in planned.batches:
        refused = None
        try:
            publish(world.services, batch.batch_id, world.now_s)
        except BudgetExceeded as error:
            refused = error
        assert (refused and _told(refused)) == (batch.refusal and _told(batch.refusal)), batch.batch_id
    found = world.services.budgets.of("season", [one.funder_id for one in planned.budgets])
    if not any(batch.refusal for batch in planned.batches):
        assert [one.left_minor for one in planned.budgets] == [one.left_minor for one in found]


def _told(refusal: Refusal) -> dict[str, Any]:
    return {"slug": refusal.slug, **vars(refusal)}


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_plan_writes_nothing(state: str) -> None:
    """No write unit is consumed, and every table is as before; a killed publishing keeps what it has reserved."""
    world = stack(state)
    before, _ = world.items(), world.services.meter.take()
    planned = plan(world.services, "season", parsed(stored_document(title="Another", revision=1)), world.now_s)
    assert planned.outcome == ("created" if state == "nothing stored" else "updated")
    consumed = world.services.meter.take()
    assert (consumed.write_units, consumed.read_units > 0) == (0, True)
    assert world.items() == before


def test_every_refusal_is_named_not_only_the_first() -> None:
    """Another campaign's batch, two published things, the revision, and two budgets."""
    world = stack("with one funder more")
    publish(world.services, "pack", world.now_s)
    document = edited(["draft, taken by another campaign", "pack, other title", "budget of city 0"], 7)
    refusals = plan(world.services, "season", document, world.now_s).refusals
    assert [one.detail.partition(":")[0] for one in refusals] == [
        "Batch 'theirs' belongs to campaign 'other'.",
        "Funder 'idle' may owe for published batches and cannot be dropped.",
        "Batch 'pack' is published",
        "The campaign has another revision; read it, merge, and send its revision.",
        "More than the new budget of 'city' is reserved already.",
    ]


def test_money_of_many_funders_that_a_killed_publishing_holds(town: World) -> None:
    """Half of eighty funders have reserved: the plan counts what is still to be set aside."""
    services = town.new_services(client=Mortal(town.client, 2, applied=True))
    with pytest.raises(KilledError):
        publish(services, "pack", town.now_s)
    planned = plan(town.services, "season", parsed(of_eighty_funders(revision=1)), town.now_s)
    pack = planned.batches[0]
    assert sum(minor > 0 for minor in pack.to_reserve.values()) == 40
    _publish_in_order(town, planned)
