"""Campaign documents as everybody sees them."""

from __future__ import annotations

import pytest

from coupons.claim import catalog, merchants
from coupons.damage import Damaged
from coupons.model.campaigns import Campaign
from coupons.refusals import NotFound
from tests.store.faults import Counting
from tests.world import World, campaign


def retitled(season: World, title: str, revision: int) -> None:
    document = campaign(title={"en": title, "zh": title}, revision=revision)
    applied = season.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    assert applied.status == 200, applied.text


def put_back(season: World, text: str) -> None:
    """The stored document is this text, under its old revision."""
    season.client.update_item(
        TableName="CatalogTable",
        Key={"pk": {"S": "CAMPAIGN#season"}, "sk": {"S": "DOCUMENT"}},
        UpdateExpression="SET document = :text",
        ExpressionAttributeValues={":text": {"S": text}},
    )


def test_a_second_reading_within_a_second_asks_nothing(season: World) -> None:
    """Every public route that reads the document shares what one of them read, but for lines of merchants."""
    counting = Counting(season.client)
    services = season.new_services(client=counting)
    [first] = catalog.campaigns(services)
    catalog.campaign(services, "season", season.now_s)
    counting.requests.clear()
    [again] = catalog.campaigns(services)
    document, _ = catalog.campaign(services, "season", season.now_s)
    assert again is first is document
    assert not counting.requests
    merchants.merchants(services, "season", merchants.MerchantFilter(), "")
    assert counting.requests == {"query": 1, "batch_get_item": 1}


def test_what_did_not_change_is_not_validated_again(season: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a second the text is read, compared and found to be the one of before."""
    counting, validated, validate = Counting(season.client), list[str](), Campaign.model_validate_json
    monkeypatch.setattr(Campaign, "model_validate_json", lambda text: validated.append(text) or validate(text))
    services = season.new_services(client=counting)
    for _ in range(3):
        catalog.campaigns(services)
        catalog.campaign(services, "season", season.now_s)
        season.clock.advance(1)
    assert len(validated) == 1
    assert counting.requests["batch_get_item"] >= 3


def test_a_new_revision_is_shown_within_a_second(season: World) -> None:
    """And an old one is never shown beyond it, whichever of the two readings kept it."""
    services = season.new_services()
    [before] = catalog.campaigns(services)
    retitled(season, "Changed", 1)
    assert catalog.campaigns(services) == [before]
    season.clock.advance(1)
    [after] = catalog.campaigns(services)
    assert (after.title.en, after.revision) == ("Changed", 2)
    assert services.shown_documents.get("season") is after


def test_a_text_that_was_mended_under_its_revision_is_read_again(season: World) -> None:
    """The text decides, and not the revision alone: an operator may put an item back."""
    services = season.new_services()
    [before] = catalog.campaigns(services)
    text = services.documents.campaign("season", consistent=True).text.replace("A season", "Mended")
    put_back(season, text)
    season.clock.advance(1)
    [after] = catalog.campaigns(services)
    assert (before.title.en, after.title.en, after.revision) == ("A season", "Mended", before.revision)


def test_what_is_damaged_or_absent_is_not_kept(season: World) -> None:
    """A damaged document is left out of the list and 500 alone; a mended one is shown at once."""
    services = season.new_services()
    text = services.documents.campaign("season", consistent=True).text
    put_back(season, "{")
    assert catalog.campaigns(services) == []
    with pytest.raises(Damaged):
        services.shown_documents.get("season")
    put_back(season, text)
    assert len(catalog.campaigns(services)) == 1
    with pytest.raises(NotFound):
        services.shown_documents.get("never")
