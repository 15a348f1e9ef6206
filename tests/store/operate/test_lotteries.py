"""A lottery is published with its rules, and its quantity is final before anybody books."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from coupons.clock import FENCE_S
from coupons.model.draw_terms import draw_terms, rules_hash
from coupons.operate.members import change_members
from coupons.operate.publication import raise_quantity
from coupons.refusals import TermsFrozen
from coupons.settle.give_back import RolloverTarget, _target
from coupons.stores import keys
from tests.store.books import assert_books, of, opened, quantity, tick
from tests.store.faults import KilledError, Mortal
from tests.world import KEYS, World, a_batch, a_lottery, campaign, parsed, seconds

BOOKING_OPENS = seconds("2020-06-01T10:00:00+08:00")
FINAL = BOOKING_OPENS - FENCE_S
CAMPAIGN = {"campaign_id": "season"}


def test_publishing_fixes_the_rules_of_a_draw(world: World) -> None:
    """They are read back as they were fixed, also by a process that meets them later; claims need no stock."""
    document = campaign(a_lottery(), a_batch("other"))
    world.publish(document)
    fixed = draw_terms(parsed(document).batches[0], KEYS, "quicknet")
    for services in (world.services, world.new_services()):
        batch = services.cache.batch("pack")
        assert (batch.draw, batch.from_stock) == (fixed, False)
        assert (services.cache.batch("other").draw, services.cache.batch("other").from_stock) == (None, True)
    assert fixed is not None
    assert (
        rules_hash(batch, 10)
        == hashlib.sha256(
            f'{{"batch":{fixed.document_text},"chain_hash":"52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",'
            f'"draw_key_sha256":"{fixed.draw_key_hash.hex()}","format":"cs-rules-1","quantity":10,'
            f'"receipt_key":"{fixed.receipt_key.hex()}","round":{fixed.round}}}'.encode()
        ).digest()
    )


def undrawn() -> dict[str, Any]:
    return {name: value for name, value in a_lottery().items() if name != "draw"}


def test_a_lottery_without_a_draw_is_refused(world: World) -> None:
    """In a document, in its plan, and when a draft that was stored before is published."""
    operator, document = world.operator(), campaign(undrawn())
    expected = [{"place": "body.batches.0.draw", "message": "a lottery needs draw: when it is drawn, and how"}]
    for request in ("PUT /admin/campaigns/{campaign_id}", "POST /admin/campaigns/{campaign_id}/plan"):
        answer = operator.send(request, CAMPAIGN, body=document)
        assert (answer.slug, answer.json["errors"]) == ("malformed", expected)
    world.services.documents.apply(parsed(document), read=None)
    answer = operator.send("POST /admin/batches/{batch_id}/publish", {"batch_id": "pack"}, body={})
    assert (answer.slug, answer.json["errors"]) == ("malformed", expected)


def test_a_lottery_that_was_published_before_there_were_draws_is_read(world: World) -> None:
    """It has no draw, its document can be edited, and its quantity can be raised as before."""
    world.publish(campaign())
    table, operator = world.settings["CATALOG_TABLE"], world.operator()
    for key, name in ((keys.batch("pack"), "batch"), (keys.campaign("season"), "document")):
        found = world.client.get_item(TableName=table, Key={n: {"S": v} for n, v in key.items()})["Item"]
        old = json.dumps(undrawn() if name == "batch" else campaign(undrawn(), revision=1))
        world.client.put_item(TableName=table, Item={**found, name: {"S": old}})
    world.services = world.new_services()
    assert world.services.cache.batch("pack").draw is None
    document = operator.send("GET /admin/campaigns/{campaign_id}", CAMPAIGN).json
    edited = operator.send("PUT /admin/campaigns/{campaign_id}", CAMPAIGN, body={**document, "title": "Other"})
    assert (edited.status, edited.json.get("title")) == (200, "Other")
    assert raise_quantity(world.services, "pack", 12, world.now_s)[1].quantity == 12


@pytest.mark.parametrize("changes", [{"draw": {"rounds": 2}}, {"draw": {"at": "2020-06-05T20:00:03+08:00"}}])
def test_a_published_draw_is_frozen(world: World, changes: dict[str, Any]) -> None:
    """PUT refuses another draw with the place, and the plan says the same."""
    world.publish(campaign(a_lottery()))
    other, operator = campaign(a_lottery(**changes), revision=1), world.operator()
    refused = operator.send("PUT /admin/campaigns/{campaign_id}", CAMPAIGN, body=other)
    [name] = changes["draw"]
    assert (refused.slug, [one["place"] for one in refused.json["differences"]]) == (
        "terms-frozen",
        [f"body.batches.0.draw.{name}"],
    )
    planned = operator.send("POST /admin/campaigns/{campaign_id}/plan", CAMPAIGN, body=other)
    assert [one["slug"] for one in planned.json["refusals"]] == ["terms-frozen"]


def test_the_quantity_is_final_before_booking_opens(world: World) -> None:
    """Half a minute before, so that no raise that was sent earlier overtakes a receipt; a repeat is still a repeat."""
    world.clock.wall = FINAL - 1
    world.publish(campaign(a_lottery()))
    put, path = "PUT /admin/batches/{batch_id}/quantity", {"batch_id": "pack"}
    assert world.operator().send(put, path, body={"quantity": 11}).status == 200
    world.clock.advance(1)
    refused = world.operator().send(put, path, body={"quantity": 12})
    assert (refused.status, refused.slug, "final" in refused.json["detail"]) == (409, "terms-frozen", True)
    assert world.operator().send(put, path, body={"quantity": 11}).status == 200
    assert_books(world, "pack")


def test_a_raise_that_took_too_long_is_refused(world: World) -> None:
    """What counts is the moment before the write, and not that of the request."""
    world.clock.wall = FINAL - 5
    world.publish(campaign(a_lottery()))
    asked_s = world.now_s
    world.clock.advance(5)
    with pytest.raises(TermsFrozen):
        raise_quantity(world.services, "pack", 12, asked_s)


def test_a_killed_raise_gives_its_money_back_when_the_quantity_is_final(world: World) -> None:
    """The same call again is refused, and what its first try had reserved is the funders'."""
    world.clock.wall = FINAL - 1
    world.publish(campaign(a_lottery()))
    with pytest.raises(KilledError):
        raise_quantity(world.new_services(client=Mortal(world.client, 2, applied=False)), "pack", 12, world.now_s)
    assert world.services.reserves.get("pack").pending is not None
    world.clock.advance(FENCE_S)
    with pytest.raises(TermsFrozen):
        raise_quantity(world.services, "pack", 12, world.now_s)
    assert world.services.reserves.get("pack").pending is None
    assert_books(world, "pack")


def rolling(closes_at: str) -> dict[str, Any]:
    early = a_batch(opens_at="2020-05-25T10:00:00+08:00", closes_at=closes_at, rollover_to="later")
    return campaign(early, a_lottery("later"), starts_at="2020-05-20T00:00:00+08:00")


def test_packs_roll_into_a_lottery_until_its_quantity_is_final(world: World) -> None:
    """A second before, they do; from then on it gets none, published or not."""
    world.clock.set("2020-05-25T10:00:00+08:00")
    world.publish(rolling("2020-05-31T10:00:00+08:00"))
    batch = world.services.cache.batch("pack")
    world.clock.wall = FINAL - 1
    assert isinstance(_target(world.services, batch, world.now_s), RolloverTarget)
    assert isinstance(_target(world.services, batch, world.now_s - 60), RolloverTarget)
    world.clock.advance(1)
    assert _target(world.services, batch, world.now_s) is None
    assert _target(world.services, batch, world.now_s - 60) is None, "the minute began before, and the write would not"


def test_what_comes_too_late_for_a_lottery_is_the_funders(world: World) -> None:
    """The step is done, the books are true, and the lottery has the packs of its rules."""
    world.clock.set("2020-05-25T10:00:00+08:00")
    world.publish(rolling("2020-06-01T10:00:00+08:00"))
    world.clock.set("2020-06-01T10:00:31+08:00")
    done = [one for one in tick(world, times=4) if one["batch_id"] == "pack"]
    assert [(one["step"], "packs" in one) for one in done] == [("gave back unclaimed", False)]
    assert quantity(world) == 10
    assert (opened(world, "pack"), opened(world, "later")) == (of(0), of(10))
    assert_books(world, "pack", "later")


def test_a_lottery_of_a_group_does_not_bound_the_group(world: World) -> None:
    """It grants to nobody by itself, so the group may grow beyond its packs, also after a raise."""
    world.clock.wall = FINAL - 1
    world.publish(campaign(a_lottery(quantity=1, eligibility={"group_id": "care"})))
    raise_quantity(world.services, "pack", 2, world.now_s)
    assert change_members(world.services, "care", ["ann", "bob", "cat"], [], world.now_s).entitled == 3
