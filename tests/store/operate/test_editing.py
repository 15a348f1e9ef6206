"""A document is edited while others raise, extend and edit merchants' records: no change is lost."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.audit.audits import audit_campaign
from coupons.model.merchants import MerchantEdit
from coupons.operate import campaigns
from coupons.operate.campaigns import apply, read, warnings
from coupons.operate.merchants import put
from coupons.operate.publication import publish, raise_quantity
from coupons.refusals import NotFound, RevisionConflict, TermsFrozen
from coupons.stores import keys
from coupons.stores.attributes import encode
from tests.store import books
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.store.funders import assert_reserved, document
from tests.world import World, a_batch, campaign, parsed

EDITS: list[dict[str, Any]] = [{}, {"title": "Another", "revision": 1}]
"""The document as it is, and with something else changed."""


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 2, 3, 4])
@pytest.mark.parametrize("edit", EDITS, ids=["equal", "edited"])
def test_an_apply_beside_a_killed_raise_keeps_its_money(
    town: World, edit: dict[str, Any], nth_write: int, applied: bool
) -> None:
    """The repeated raise continues with its reserved money, and the books add up at each step."""
    publish(town.services, "pack", town.now_s)
    with pytest.raises(KilledError):
        raise_quantity(
            town.new_services(client=Mortal(town.client, nth_write, applied=applied)), "pack", 12, town.now_s
        )
    now = town.services.cache.control_now("pack").quantity
    assert now == (12 if (nth_write, applied) == (4, True) else 10)
    told = document(**edit)
    told["batches"][0]["quantity"] = now
    assert apply(town.new_services(), "season", parsed(told), town.now_s)[1] == ("updated" if edit else "unchanged")
    books.assert_books(town, "pack")
    assert audit_campaign(town.new_services(), "season", "", town.now_s, float("inf")).ok
    raise_quantity(town.new_services(), "pack", 12, town.now_s)
    assert_reserved(town, 12, "pack")
    assert "quantity 12, undone" not in [record.step for record in town.services.reserves.records("season")]


def test_a_document_states_the_quantity_of_now(world: World) -> None:
    """After a raise and a rollover the document is read with that number, and refused with any other."""
    world.publish(books.rolling())
    raise_quantity(world.services, "later", 15, world.now_s)
    world.clock.set(books.CLOSED)
    books.tick(world, times=3)
    found = read(world.services, "season")
    assert [one.quantity for one in found.batches] == [10, 25]
    assert apply(world.services, "season", found, world.now_s)[1] == "unchanged"
    stale = parsed(books.rolling() | {"revision": 1, "title": "Another"})
    with pytest.raises(TermsFrozen, match="has 25 packs now, the document states 10"):
        apply(world.services, "season", stale, world.now_s)
    edited = found.model_copy(update={"title": "Another"})
    assert apply(world.services, "season", edited, world.now_s)[1] == "updated"
    assert [one.quantity for one in read(world.services, "season").batches] == [10, 25]


def test_a_raise_during_an_edit_is_kept(season: World) -> None:
    """The raise is stored between the edit's read and write: the stored document is old, readers see the new number."""
    slow = season.new_services(
        client=Overtaken(
            season.client,
            "transact_write_items",
            "CAMPAIGN#season",
            lambda: raise_quantity(season.new_services(), "pack", 20, season.now_s),
        )
    )
    assert apply(slow, "season", parsed(campaign(title="Another", revision=1)), season.now_s)[1] == "updated"
    found = read(season.services, "season")
    assert (found.title, found.batches[0].quantity) == ("Another", 20)
    books.assert_books(season, "pack")


def test_of_two_that_apply_the_same_the_second_is_a_repeat(season: World) -> None:
    """If another attempt of the same request was first, the answer is `unchanged`, not a conflict."""
    again = parsed(campaign(title="Another", revision=1))
    slow = season.new_services(
        client=Overtaken(
            season.client,
            "transact_write_items",
            "CAMPAIGN#season",
            lambda: apply(season.new_services(), "season", again, season.now_s),
        )
    )
    stored, outcome = apply(slow, "season", again, season.now_s)
    assert (stored.revision, outcome) == (2, "unchanged")


def test_a_batch_published_during_an_edit_is_a_conflict(season: World) -> None:
    """The edit was checked while the batch was a draft."""
    drafted = campaign(a_batch(), a_batch("later"), revision=1)
    apply(season.services, "season", parsed(drafted), season.now_s)
    slow = season.new_services(
        client=Overtaken(
            season.client,
            "transact_write_items",
            "CAMPAIGN#season",
            lambda: publish(season.new_services(), "later", season.now_s),
        )
    )
    edited = campaign(a_batch(), a_batch("later", title="Later"), revision=2)
    with pytest.raises(RevisionConflict):
        apply(slow, "season", parsed(edited), season.now_s)
    assert read(season.services, "season").batches[1].title == "A pack"


def test_of_two_campaigns_that_declare_a_batch_one_publishes_it(season: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two documents applied at the same moment can name one batch: for the other it does not exist."""
    monkeypatch.setattr(campaigns, "_taken", lambda *_: [])
    apply(season.services, "another", parsed(campaign(campaign_id="another")), season.now_s)
    with pytest.raises(NotFound, match="belongs to campaign 'season'"):
        publish(season.services, "pack", season.now_s)


def test_the_wallet_remembers_a_campaign_that_ends_later(season: World) -> None:
    """The wallet follows the campaign's end as it is now, moved later or earlier."""
    season.citizen("ann").put_claim("pack")
    season.clock.set("2020-10-01T00:00:00+08:00")
    seen = []
    for revision, ends_at in enumerate(["2020-10-01T00:00:01+08:00", "2020-10-01T00:00:00+08:00"] * 2, 1):
        edited = parsed(campaign(ends_at=ends_at, revision=revision))
        apply(season.services, "season", edited, season.now_s)
        season.clock.advance(1)
        season.clock.advance(-1)
        seen.append(len(season.citizen("ann").send("GET /wallet").json["coupons"]))
    assert seen == [1, 0, 1, 0]


def test_a_document_writes_merchants_that_join_or_leave_and_no_other(season: World) -> None:
    """A store that an operator added, and a campaign that a merchant left, stay as they are."""
    two = [*campaign()["merchants"][0]["stores"], {"store_id": "annex", "region": "beijing"}]
    put(season.services, "diner", MerchantEdit.model_validate({"revision": 1, "stores": two}))
    edited = parsed(campaign(suspended_districts=["port"], revision=1))
    apply(season.services, "season", edited, season.now_s)
    found = season.services.registry.record("diner")
    assert found is not None
    assert ([store.store_id for store in found.stores], found.revision) == (["diner", "annex"], 2)
    [warned] = warnings(season.services, edited, season.now_s)
    assert warned.place == "body.merchants.0.stores"
    assert "the record of 'diner' says" in warned.message
    bakery = {**campaign()["merchants"][0], "merchant_id": "bakery"}
    joined = parsed(campaign(merchants=[bakery], revision=2))
    apply(season.services, "season", joined, season.now_s)
    enrolled = {name: season.services.registry.merchant(name) for name in ("diner", "bakery")}
    assert {name: one[1] for name, one in enrolled.items() if one} == {"diner": frozenset(), "bakery": {"season"}}
    assert warnings(season.services, joined, season.now_s) == []


def test_a_document_is_answered_beside_a_damaged_record(season: World) -> None:
    """The document is stored, the other merchants' facts are compared, and the damage is recorded."""
    bakery = {**campaign()["merchants"][0], "merchant_id": "bakery"}
    edited = campaign(merchants=[campaign()["merchants"][0], {**bakery, "category": "bread"}], revision=1)
    put(season.services, "bakery", MerchantEdit.model_validate({n: bakery[n] for n in bakery if n != "merchant_id"}))
    season.client.update_item(
        TableName="CatalogTable",
        Key=encode(keys.merchant("diner")),
        UpdateExpression="SET facts = :broken",
        ExpressionAttributeValues=encode({":broken": "{"}),
    )
    answered = season.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=edited)
    assert answered.status == 200
    assert [warned["place"] for warned in answered.json["warnings"]] == ["body.merchants.1.category"]
