"""The claim's one conditional put: lost answers, and the use of the token inside the item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, fresh_coupon
from coupons.refusals import Busy, Drained
from coupons.stores import keys
from coupons.stores.dynamodb import NoAnswer, NotApplied
from tests.store.faults import Counting, Faulty, answer_lost, fault, request_lost, throttled
from tests.world import KEYS, World, a_batch, campaign


def ann() -> Citizen:
    return Citizen(KEYS.person("ann"), None)


def counts(world: World) -> tuple[int, int]:
    """Claim items, and packs left in the stock."""
    claims = world.client.scan(TableName="ClaimsTable")["Count"]
    return claims, sum(shard.remaining for shard in world.services.stock.shards("pack", 2))


def test_a_put_whose_answer_is_lost_is_one_claim(season: World) -> None:
    """The second attempt is refused by the claim's own token: it is written, one claim and one pack, not a repeat."""
    faulty = Faulty(season.client, "put_item", answer_lost)
    held, replay = claim(season.new_services(client=faulty), "pack", ann(), season.now_s)
    assert (replay, faulty.calls) == (False, 2)
    assert counts(season) == (1, 9)
    assert claim(season.services, "pack", ann(), season.now_s)[0].claim == held.claim
    assert counts(season) == (1, 9), "the repeat gave its own pack back, and only that"


def test_a_claim_without_limits_is_one_put(season: World) -> None:
    """Not a transaction, which would consume twice the units; its lease is one update."""
    counting = Counting(season.client)
    services = season.new_services(client=counting)
    claim(services, "pack", ann(), season.now_s)
    writes = {name: n for name, n in counting.requests.items() if "get" not in name and name != "query"}
    assert writes == {"update_item": 1, "put_item": 1}


def test_the_claim_that_is_there_comes_before_its_limits(season: World) -> None:
    """A transaction that both refuse finds the person's claim."""
    batch = season.services.cache.batch("pack")
    held, _ = claim(season.services, "pack", ann(), season.now_s)
    stored = season.services.documents.campaign("season", consistent=True)
    assert stored is not None
    never = season.services.documents.still_declared("pack", stored)  # it is published
    again = replace(held.claim, token="another:1")
    assert season.services.claims.put(batch, again, lambda: True, never) == held.claim


def test_a_lost_request_is_sent_again(season: World) -> None:
    """A put that never arrived is written by the second attempt."""
    faulty = Faulty(season.client, "put_item", request_lost)
    _, replay = claim(season.new_services(client=faulty), "pack", ann(), season.now_s)
    assert (replay, counts(season)) == (False, (1, 9))


def test_a_token_is_burnt_when_no_attempt_is_answered(season: World) -> None:
    """After three unknown attempts the pack is not handed out again: it stays out of the stock until the reclaim."""
    faulty = Faulty(season.client, "put_item", request_lost, request_lost, answer_lost)
    with pytest.raises(NoAnswer):
        claim(season.new_services(client=faulty), "pack", ann(), season.now_s)
    assert counts(season) == (1, 9)


def test_an_unknown_attempt_followed_by_a_throttled_one_burns_the_token(season: World) -> None:
    """Throttling says nothing about the attempt before it."""
    faulty = Faulty(season.client, "put_item", answer_lost, throttled)
    with pytest.raises(NoAnswer):
        claim(season.new_services(client=faulty), "pack", ann(), season.now_s)
    assert (faulty.calls, counts(season)) == (2, (1, 9))


def test_a_throttled_put_gives_its_pack_back_and_is_busy_at_once(season: World) -> None:
    """A throttled put without an unknown attempt before was certainly not applied: the pack is given back at once."""
    faulty = Faulty(season.client, "put_item", throttled)
    with pytest.raises(Busy):
        claim(season.new_services(client=faulty), "pack", ann(), season.now_s)
    assert (faulty.calls, counts(season)) == (1, (0, 10))


def test_a_lapsed_lease_writes_nothing(season: World) -> None:
    """Ten seconds after the lease was requested its token may not be used, not even for a second attempt."""

    def slow_loss(_real: Callable[..., Any], _parameters: dict[str, Any]) -> Any:
        season.clock.advance(10)
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1")

    faulty = Faulty(season.client, "put_item", slow_loss)
    with pytest.raises(NoAnswer):
        claim(season.new_services(client=faulty), "pack", ann(), season.now_s)
    assert (faulty.calls, counts(season)) == (1, (0, 9))


def test_lost_answers_never_oversell(world: World) -> None:
    """Every first answer is lost; three people and two packs still make two claims."""
    world.publish(campaign(a_batch(quantity=2)))
    outcomes = []
    for name in ("ann", "bo", "cy"):
        services = world.new_services(client=Faulty(world.client, "put_item", answer_lost), seed=len(outcomes))
        try:
            outcomes.append(claim(services, "pack", Citizen(KEYS.person(name), None), world.now_s)[1])
        except Drained:
            outcomes.append(None)
    assert outcomes == [False, False, None]
    assert counts(world) == (2, 0)


def test_another_put_of_the_same_pack_carries_another_name(season: World, batch: PublishedBatch) -> None:
    """A pack given back goes to the next person; DynamoDB refuses a name that it saw with other content."""
    sent: list[str] = []

    def conflict(_real: Any, parameters: dict[str, Any]) -> Any:
        sent.append(parameters["ClientRequestToken"])
        raise fault("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])

    store = season.new_services(client=Faulty(season.client, "transact_write_items", conflict, conflict)).claims
    for name in ("ann", "bob"):
        coupons = (fresh_coupon(batch.terms[0], season.now_s, batch.timezone),)
        wanted = Claim(batch.number, KEYS.person(name), "lease:0", season.now_s, 1, coupons)
        part = season.services.limits.count(keys.limit("season", "two", wanted.person, "all"), 2)
        with pytest.raises(NotApplied):
            store.put(batch, wanted, lambda: True, [part])
    assert len(set(sent)) == 2
