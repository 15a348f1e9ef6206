"""Public reads of programmes: what a process asks the store for, how soon an edit is seen, and damage."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.claim import listings
from coupons.model.listings import ActivityFilter
from coupons.operate import campaigns
from coupons.process.services import replace_services
from tests.listed import VENUES, activity, document, facility
from tests.logs import logged
from tests.world import OPENING, Answered, World, a_batch, campaign, parsed

CHUNK = "CHUNK#"


def declare(world: World, campaign_id: str = "season", **lists: Any) -> None:
    path = {"campaign_id": campaign_id}
    answered = world.operator().send("PUT /admin/campaigns/{campaign_id}/programme", path, body=document(**lists))
    assert answered.status in (200, 201), answered.text


def listed(world: World, campaign_id: str = "season", what: str = "activities") -> Answered:
    return world.citizen("ann").send(f"GET /campaigns/{{campaign_id}}/{what}", {"campaign_id": campaign_id})


def ids(answered: Answered) -> list[str]:
    return [one["activity_id"] for one in answered.json["activities"]]


def reads(world: World) -> float:
    """Read units of a list that this process gives now."""
    world.services.meter.take()
    listings.activities(world.services, "season", ActivityFilter(), "", world.now_s)
    return world.services.meter.take().read_units


def test_a_process_reads_the_programme_once(season: World) -> None:
    """Within a second nothing is read; after it the index, the head, the batch of seats and the venue's merchant."""
    seats = {"capacity": 10, "by": "batch", "batch_id": "pack"}
    declare(season, activities=[activity("show", venue_id="hall", seats=seats), activity()])
    season.services = season.new_services()
    assert reads(season) > 2
    assert reads(season) == 0
    season.clock.advance(1)
    # Half a unit for the index, the head, a control item and a merchant's record; one for each of two shards.
    assert reads(season) == 4 * 0.5 + 2


def test_what_no_list_needs_is_not_read(season: World) -> None:
    """The packs of a batch that is not published, and the merchant of a venue that says its title and address."""
    stored = campaigns.read(season.services, "season")
    draft = parsed(campaign(a_batch(), a_batch("more"))).batches[1]
    edited = stored.model_copy(update={"batches": [*stored.batches, draft]})
    campaigns.apply(season.services, "season", edited, season.now_s)
    venues = [{**VENUES[0], "title": "Hall", "address": "1 Hall Street"}]
    seats = {"capacity": 10, "by": "batch", "batch_id": "more"}
    declare(season, activities=[activity("show", venue_id="hall", seats=seats)], venues=venues)
    season.services = season.new_services()
    reads(season)
    assert reads(season) == 0
    season.clock.advance(1)
    # Half a unit for the index and for the head.
    assert reads(season) == 2 * 0.5


def test_an_edit_is_seen_within_a_second(season: World) -> None:
    """By a process that read the programme a moment before."""
    declare(season, activities=[activity("old")])
    replace_services(season.new_services())
    assert ids(listed(season)) == ["old"]
    declare(season, activities=[activity("new")], revision=1)
    season.clock.advance(1)
    assert ids(listed(season)) == ["new"]


def test_a_venue_says_what_its_store_says_now(season: World) -> None:
    """An edit of the merchant's record is seen within a second; a venue's own title stands."""
    declare(season, facilities=[facility(), facility("lane", "pool", "swimming")])
    replace_services(season.new_services())

    def titles() -> list[str]:
        return [one["venue"]["title"] for one in listed(season, what="facilities").json["facilities"]]

    assert titles() == ["Diner", "Pool"]
    path = {"merchant_id": "diner"}
    edited = season.operator().send(
        "PUT /admin/merchants/{merchant_id}", path, body={"revision": 1, "title": "New Diner"}
    )
    assert edited.status == 200
    season.clock.advance(1)
    assert titles() == ["New Diner", "Pool"]


@pytest.mark.parametrize("what", ["activities", "facilities", "announcements"])
def test_a_damaged_chunk_stops_no_other_campaign(season: World, what: str, caplog: pytest.LogCaptureFixture) -> None:
    """Its own lists are an honest 500, named in the log; its batches and the other campaign's lists are served."""
    season.clock.set(OPENING)
    season.publish(campaign(a_batch("toys"), campaign_id="fair"))
    for name in ("season", "fair"):
        declare(season, name, activities=[activity(f"of-{name}")])
    table = season.settings["CATALOG_TABLE"]
    (chunk,) = (
        one
        for one in season.client.scan(TableName=table)["Items"]
        if one["pk"]["S"] == "PROGRAMME#fair" and one["sk"]["S"].startswith(CHUNK)
    )
    season.client.put_item(TableName=table, Item={**chunk, "part": {"B": b"not compressed"}})
    replace_services(season.new_services())
    assert (listed(season, "fair", what).status, listed(season, "season", what).status) == (500, 200)
    assert season.citizen("ann").send("GET /campaigns/{campaign_id}", {"campaign_id": "fair"}).status == 200
    assert {one[1] for one in logged(caplog)} == {"PROGRAMME#fair"}
