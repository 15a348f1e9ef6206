"""Campaign documents, publishing and budgets: each condition alone refuses the whole transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coupons.model.batches import PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.model.ledger import LedgerRecord
from coupons.money import Amounts
from coupons.operate.publication import _freeze, publish
from coupons.refusals import BudgetExceeded, Malformed, RevisionConflict
from coupons.stores import keys
from coupons.stores.attributes import encode
from coupons.stores.documents import StoredCampaign
from tests.world import World, a_batch, campaign, parsed

COSTS = {"city": 5_000, "platform": 3_000, "shop": 2_000}


def stored_campaign(world: World) -> StoredCampaign:
    found = world.services.documents.campaign("season", consistent=True)
    assert found is not None
    return found


@pytest.fixture
def draft(world: World) -> PublishedBatch:
    """A season applied, its batch as publishing would freeze it."""
    world.services.documents.apply(parsed(campaign()), read=None)
    document = stored_campaign(world).document
    return _freeze(world.services, document, document.batches[0], 0)


def budgets(world: World) -> dict[str, tuple[int, int]]:
    return {b.funder_id: (b.reserved_minor, b.left_minor) for b in world.services.budgets.of("season", list(COSTS))}


def funded(**budget: int) -> dict[str, Any]:
    return campaign(
        funders=[
            {"funder_id": name, "title": name, "kind": "government", "budget_minor": budget.get(name, 10_000_000)}
            for name in COSTS
        ]
    )


def test_two_that_create_make_one(world: World) -> None:
    """Both saw no document; the second is told that there is a revision."""
    world.services.documents.apply(parsed(campaign()), read=None)
    before = world.items()
    with pytest.raises(RevisionConflict) as refused:
        world.services.documents.apply(parsed(campaign(title="Another")), read=None)
    assert refused.value.revision == 1
    assert world.items() == before


def test_two_that_edit_make_one(world: World) -> None:
    """Both read revision 1; the second would undo the first."""
    world.services.documents.apply(parsed(campaign()), read=None)
    read = stored_campaign(world)
    stored = world.services.documents.apply(parsed(campaign(title="First")), read=read)
    assert (stored.revision, stored_campaign(world).document) == (2, stored)
    with pytest.raises(RevisionConflict) as refused:
        world.services.documents.apply(parsed(campaign(title="Second")), read=read)
    assert refused.value.revision == 2
    assert stored_campaign(world).document == stored


def test_a_batch_published_meanwhile_refuses_the_edit(world: World, draft: PublishedBatch) -> None:
    """The edit was checked against a document without published batches; the revision is still the same."""
    read = stored_campaign(world)
    assert world.services.documents.publish(draft, read)
    assert stored_campaign(world).published == 1
    with pytest.raises(RevisionConflict):
        world.services.documents.apply(parsed(campaign(title="Edited")), read=read)
    assert world.services.documents.apply(parsed(campaign(title="Edited")), read=stored_campaign(world)).revision == 2
    assert stored_campaign(world).published == 1


@pytest.mark.parametrize(("platform", "is_enough"), [(3_000, True), (2_999, False)])
def test_a_budget_falls_to_what_is_reserved_at_most(
    world: World, draft: PublishedBatch, platform: int, is_enough: bool
) -> None:
    """To the last unit; the funder is named, and nothing of the document is stored."""
    assert publish(world.services, draft.batch_id, 0)
    assert budgets(world)["platform"] == (3_000, 9_997_000)
    read, before = stored_campaign(world), world.items()
    if is_enough:
        world.services.documents.apply(parsed(funded(platform=platform)), read=read)
        assert budgets(world)["platform"] == (3_000, 0)
        return
    with pytest.raises(BudgetExceeded) as refused:
        world.services.documents.apply(parsed(funded(platform=platform)), read=read)
    facts = (refused.value.funder_id, refused.value.available_minor, refused.value.needed_minor)
    assert facts == ("platform", 2_999, 3_000)
    assert world.items() == before


def test_publishing_lays_out_all_of_it(world: World, draft: PublishedBatch) -> None:
    """Batch, number, claim key, control, stock and index, at once."""
    assert world.services.documents.publish(draft, stored_campaign(world))
    assert world.services.catalog.batch("pack") == draft
    assert world.services.catalog.batch_id(draft.number) == "pack"
    assert world.services.catalog.buckets("B#pack") == 16
    assert [(s.remaining, s.sealed) for s in world.services.stock.shards("pack", 2)] == [(5, 1), (5, 1)]
    [line] = world.services.catalog.published()
    assert (line.batch_id, line.last_expiry_s) == ("pack", draft.last_expiry_s)


def put(world: World, key: keys.Key, **fields: object) -> None:
    world.client.put_item(TableName="CatalogTable", Item=encode({**key, **fields}))


def test_a_batch_is_published_once(world: World, draft: PublishedBatch) -> None:
    """A second publishing would lay the stock out again."""
    assert world.services.documents.publish(draft, stored_campaign(world))
    before = world.items()
    assert not world.services.documents.publish(draft, stored_campaign(world))
    assert world.items() == before


def test_a_number_names_one_batch(world: World, draft: PublishedBatch) -> None:
    """Another batch's number, or other buckets of a claim key, are refused; equal values are accepted."""
    put(world, keys.number(draft.number), batch_id="other")
    put(world, keys.claim_key("B#pack"), buckets=16)
    before = world.items()
    assert not world.services.documents.publish(draft, stored_campaign(world))
    assert world.items() == before
    put(world, keys.number(draft.number), batch_id="pack")
    put(world, keys.claim_key("B#pack"), buckets=32)
    before = world.items()
    assert not world.services.documents.publish(draft, stored_campaign(world))
    assert world.items() == before
    assert world.services.documents.publish(replace(draft, buckets=32), stored_campaign(world))


def test_a_document_that_moved_on_is_not_published(world: World, draft: PublishedBatch) -> None:
    """The batch would be frozen as an older revision declared it."""
    read = stored_campaign(world)
    world.services.documents.apply(parsed(campaign(a_batch(quantity=11))), read=read)
    before = world.items()
    with pytest.raises(RevisionConflict) as refused:
        world.services.documents.publish(draft, read)
    assert refused.value.revision == 2
    assert world.items() == before


def test_a_raise_names_the_funder_that_refuses_it(season: World) -> None:
    """The refused part tells which funder, beside the parts of the shards."""
    path = {"batch_id": "pack"}
    answer = season.operator().send("PUT /admin/batches/{batch_id}/quantity", path, body={"quantity": 30_000})
    assert (answer.slug, answer.json["funder_id"]) == ("budget-exceeded", "city")
    assert answer.json["needed_minor"] == (30_000 - 10) * 500


def test_suspended_districts_are_those_of_the_document_that_stands(world: World) -> None:
    """Each revision sets them, and a refused document changes none."""
    documents, catalog = world.services.documents, world.services.catalog
    assert catalog.suspended_districts("season") == frozenset()
    documents.apply(parsed(campaign(suspended_districts=["old-town", "port"])), read=None)
    assert catalog.suspended_districts("season") == {"old-town", "port"}
    assert catalog.suspended_districts("other") == frozenset()
    first = stored_campaign(world)
    documents.apply(parsed(campaign(suspended_districts=["port"])), read=first)
    with pytest.raises(RevisionConflict):
        documents.apply(parsed(campaign(suspended_districts=["old-town"])), read=first)
    assert catalog.suspended_districts("season") == {"port"}
    documents.apply(parsed(campaign()), read=stored_campaign(world))
    assert catalog.suspended_districts("season") == frozenset()


def document_of(prefix: str, merchants: int, funders: int) -> Campaign:
    merchant, funder = campaign()["merchants"][0], campaign()["funders"][0]
    more = [{**funder, "funder_id": f"{prefix}{n}"} for n in range(funders - len(COSTS))]
    named = [{**merchant, "merchant_id": f"{prefix}{n}"} for n in range(merchants)]
    return parsed(campaign(merchants=named, funders=[*campaign()["funders"], *more]))


@pytest.mark.parametrize(("merchants", "funders", "fits"), [(28, 41, True), (28, 42, False), (0, 97, True)])
def test_a_document_is_one_transaction(world: World, merchants: int, funders: int, fits: bool) -> None:
    """Three items, one for a changed budget, two for a merchant: above DynamoDB's 100 it is malformed."""
    document = document_of("new", merchants, funders)
    if fits:
        assert world.services.documents.apply(document, read=None).revision == 1
        return
    before = world.items()
    with pytest.raises(Malformed) as refused:
        world.services.documents.apply(document, read=None)
    assert "42 changed budgets, 28 new merchants" in refused.value.errors[0]["message"]
    assert world.items() == before


@pytest.mark.parametrize(("funders", "fits"), [(13, True), (14, False)])
def test_merchants_that_leave_are_counted_too(world: World, funders: int, fits: bool) -> None:
    """28 merchants in place of 28 others take 84 parts; unchanged budgets take none."""
    world.services.documents.apply(document_of("old", 28, 3), read=None)
    new = document_of("new", 28, funders + 3)
    if fits:
        assert world.services.documents.apply(new, read=stored_campaign(world)).revision == 2
        return
    with pytest.raises(Malformed):
        world.services.documents.apply(new, read=stored_campaign(world))


def test_merchants_that_stay_take_no_part_of_the_transaction(world: World) -> None:
    """Sixty new funders fit beside the 28 merchants of the revision before."""
    world.services.documents.apply(document_of("same", 28, 3), read=None)
    assert world.services.documents.apply(document_of("same", 28, 63), read=stored_campaign(world)).revision == 2


def test_a_draft_is_still_declared_at_the_revision_that_was_read(world: World, draft: PublishedBatch) -> None:
    """Another revision refuses the reservation for it, and so does its publication."""
    read, services = stored_campaign(world), world.services
    stale = replace(read, document=read.document.model_copy(update={"revision": read.revision + 1}))
    assert services.tries(services.documents.still_declared("pack", read))
    assert not services.tries(services.documents.still_declared("pack", stale))
    assert services.documents.publish(draft, read)
    assert not services.tries(services.documents.still_declared("pack", read))


def test_a_funder_gets_back_at_most_what_is_reserved(world: World, draft: PublishedBatch) -> None:
    """A larger amount is refused and changes no budget."""
    services = world.services
    assert services.tries(services.budgets.reserve("season", Amounts({"city": 100})))
    assert not services.tries(services.budgets.give_back("season", Amounts({"city": 101})))
    assert budgets(world)["city"] == (100, 9_999_900)
    assert services.tries(services.budgets.give_back("season", Amounts({"city": 100})))
    assert budgets(world)["city"] == (0, 10_000_000)


def test_a_ledger_record_is_written_once(world: World) -> None:
    """A second movement under its key is refused."""
    reserves, record = (
        world.services.reserves,
        LedgerRecord("pack~000001~reserve", "reserve", "pack", Amounts(COSTS), 1, 9),
    )
    assert world.services.tries([reserves._record("season", record)])
    assert not world.services.tries([reserves._record("season", replace(record, packs=2))])
    assert list(reserves.records("season")) == [record]
