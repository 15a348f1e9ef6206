"""Merchants' records: each edit at its revision, with what is withheld, all or nothing; documents only enrol."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.merchants import MerchantEdit, MerchantRecord
from coupons.operate.merchants import put, read
from coupons.refusals import Busy, RevisionConflict
from coupons.stores import keys
from coupons.stores.attributes import encode
from tests.logs import logged
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.world import World, campaign, order, parsed

FACTS: dict[str, Any] = {
    "title": "Diner",
    "category": "catering",
    "channels": ["offline"],
    "stores": [{"store_id": "diner", "region": "beijing"}],
}
DAY = {"day": "2020-06-06", "reason": "no goods"}
TWO_STORES = [*FACTS["stores"], {"store_id": "annex", "region": "beijing"}]


def edit(**said: Any) -> MerchantEdit:
    return MerchantEdit.model_validate(said)


@pytest.fixture
def diner(world: World) -> MerchantRecord:
    """A record of its own, at revision 1, of which a day is withheld."""
    return put(world.services, "diner", edit(**FACTS, campaigns=["other"], late_scans_per_day=200, withheld=[DAY]))[0]


@pytest.mark.parametrize(
    "said", [{"suspended": True}, {"withheld": []}, {"title": "D", "withheld": [{**DAY, "reason": "x"}]}]
)
def test_an_edit_of_a_record_that_moved_on_changes_nothing(
    world: World, diner: MerchantRecord, said: dict[str, Any]
) -> None:
    """Another edit between reading and writing is kept: facts, suspension and withheld lines."""

    def other() -> None:
        assert put(world.services, "diner", edit(revision=1, stores=TWO_STORES))[1] == "updated"

    slow = world.new_services(client=Overtaken(world.client, "transact_write_items", "MERCHANT#diner", other))
    with pytest.raises(RevisionConflict) as refused:
        put(slow, "diner", edit(revision=1, **said))
    assert refused.value.revision == 2
    assert read(world.services, "diner") == diner.model_copy(
        update={"revision": 2, "stores": read(world.services, "diner").stores}
    )
    assert [store.store_id for store in read(world.services, "diner").stores] == ["diner", "annex"]


def test_a_creation_that_a_document_overtakes_is_a_conflict(world: World) -> None:
    """A campaign document created the record meanwhile: its facts are not overwritten."""
    slow = world.new_services(
        client=Overtaken(
            world.client,
            "transact_write_items",
            "MERCHANT#diner",
            lambda: world.services.documents.apply(parsed(campaign()), read=None),
        )
    )
    with pytest.raises(RevisionConflict) as refused:
        put(slow, "diner", edit(**FACTS))
    assert refused.value.revision == 1
    assert read(world.services, "diner").channels == ["offline", "online"]


def test_of_two_that_write_the_same_the_second_is_a_repeat(world: World, diner: MerchantRecord) -> None:
    """Whichever of a client's attempts is applied first."""
    again = edit(revision=1, suspended=True)
    slow = world.new_services(
        client=Overtaken(
            world.client, "transact_write_items", "MERCHANT#diner", lambda: put(world.services, "diner", again)
        )
    )
    assert put(slow, "diner", again)[1] == "unchanged"
    assert read(world.services, "diner") == diner.model_copy(update={"revision": 2, "suspended": True})


def test_what_is_withheld_is_read_as_of_the_records_revision(world: World, diner: MerchantRecord) -> None:
    """An edit between the two reads: an old record with a new list would let the next edit undo that list."""

    def other() -> None:
        put(world.services, "diner", edit(revision=1, suspended=True, withheld=[]))

    slow = world.new_services(client=Overtaken(world.client, "get_item", "WITHHELD#diner", other))
    assert read(slow, "diner") == diner.model_copy(update={"revision": 2, "suspended": True, "withheld": []})


def test_a_record_that_changes_at_every_look_is_busy(world: World, diner: MerchantRecord) -> None:
    """After a bounded number of reads."""
    late = encode({**keys.withheld("diner"), "revision": 2, "withheld": []})
    world.client.put_item(TableName="CatalogTable", Item=late)
    with pytest.raises(Busy):
        read(world.services, "diner")


@pytest.mark.parametrize("applied", [False, True])
def test_a_killed_edit_leaves_no_half(world: World, diner: MerchantRecord, applied: bool) -> None:
    """Facts, suspension and what is withheld are one write; the repeat finds it done or does it."""
    both = edit(revision=1, suspended=True, withheld=[{**DAY, "decision": "refused"}])
    with pytest.raises(KilledError):
        put(world.new_services(client=Mortal(world.client, 1, applied=applied)), "diner", both)
    found = read(world.services, "diner")
    assert (found == diner) != applied
    assert put(world.services, "diner", both)[1] == ("unchanged" if applied else "updated")
    found = read(world.services, "diner")
    assert (found.suspended, [one.decision for one in found.withheld]) == (True, ["refused"])


def test_a_document_leaves_a_record_as_it_is(world: World, diner: MerchantRecord) -> None:
    """It enrols the merchant; facts, suspension and the campaigns of the record are not changed."""
    put(world.services, "diner", edit(revision=1, suspended=True))
    world.services.documents.apply(parsed(campaign()), read=None)
    found = world.services.registry.merchant("diner")
    assert found is not None
    record, campaigns = found
    assert record == diner.model_copy(update={"revision": 2, "suspended": True, "withheld": []})
    assert campaigns == {"other", "season"}


def test_a_merchant_dropped_from_the_document_leaves_the_campaign(world: World) -> None:
    """Its record stays; only the enrolment by this document is removed."""
    catalog = world.services.documents
    catalog.apply(parsed(campaign()), read=None)
    catalog.apply(parsed({**campaign(), "campaign_id": "other"}), read=None)
    catalog.apply(parsed(campaign(merchants=[])), read=catalog.campaign("season", consistent=True))
    found = world.services.registry.merchant("diner")
    assert found is not None
    assert (found[0].suspended, found[1]) == (False, {"other"})
    assert world.services.registry.merchant("nobody") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"suspended": None},
        {"suspended": {"S": "x"}},
        {"campaigns": None},
        {"campaigns": {"L": [{"N": "7"}]}},
        {"revision": {"S": "x"}},
        {"late_scans_per_day": {"S": "x"}},
        {"facts": {"S": "x"}},
    ],
)
def test_no_default_decides_for_a_merchant(
    world: World, changes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A suspension that cannot be read is not taken for none: tills wait, and the log names the record."""
    world.publish(campaign())
    ann = world.citizen("ann")
    code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
    key, table = encode(keys.merchant("diner")), world.settings["CATALOG_TABLE"]
    item = {**world.client.get_item(TableName=table, Key=key)["Item"], **changes}
    world.client.put_item(TableName=table, Item={name: value for name, value in item.items() if value is not None})
    caplog.clear()
    answers = [
        world.merchant().redeem("o-1", code, order()),
        world.operator().send("GET /admin/merchants/{merchant_id}", {"merchant_id": "diner"}),
    ]
    assert [(answer.status, answer.json["type"]) for answer in answers] == [(500, "about:blank")] * 2
    assert [named[:3] for named in logged(caplog)] == [(table, *keys.merchant("diner").values())] * 2
    assert ann.send("GET /wallet").json["coupons"][0]["status"] == "available"


def test_a_campaign_lists_the_merchants_that_join_it(world: World, diner: MerchantRecord) -> None:
    """Once each, in the order of their ids, as many as are asked for; fifty campaigns are joined by one edit."""
    registry = world.services.registry
    assert registry.joined("other", "", 10) == ["diner"]
    for merchant_id in ("cafe", "bar"):
        put(world.services, merchant_id, edit(**FACTS, campaigns=[*(f"c-{n}" for n in range(49)), "other"]))
    put(world.services, "diner", edit(revision=1, campaigns=["more", "other"]))
    assert registry.joined("other", "", 10) == ["bar", "cafe", "diner"]
    assert [registry.joined("other", "", 2), registry.joined("other", "bar", 1)] == [["bar", "cafe"], ["cafe"]]
    assert [registry.joined(name, "", 9) for name in ("more", "c-48", "none")] == [["diner"], ["bar", "cafe"], []]


def test_a_refused_edit_joins_nothing(world: World, diner: MerchantRecord) -> None:
    """The record and the campaigns' lists change in one transaction."""
    slow = world.new_services(
        client=Overtaken(
            world.client,
            "transact_write_items",
            "MERCHANT#diner",
            lambda: put(world.services, "diner", edit(revision=1, suspended=True)),
        )
    )
    with pytest.raises(RevisionConflict):
        put(slow, "diner", edit(revision=1, campaigns=["more", "other"]))
    assert world.services.registry.joined("more", "", 9) == []
