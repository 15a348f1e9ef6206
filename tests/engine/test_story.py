"""Our engine answers and stores what moto does, request after request: a season in small, through the handlers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

import expire
from infra.virtual.store import Store
from tests.world import Answered, World, a_batch, campaign, order

BOOKING = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": "2020-06-06T12:00:00+08:00"}


def story(world: World) -> Iterator[Answered]:
    """Every kind of request that the stores send, most of them refused once too."""
    world.publish(campaign(a_batch(quantity=2, booking=BOOKING, terms=["ten-off", "ten-off"]), a_batch("other")))
    till, operator = world.merchant(), world.operator()
    for name in ("ann", "bo", "cy", "ann"):
        citizen = world.citizen(name)
        yield citizen.send("PUT /batches/{batch_id}/booking", {"batch_id": "pack"}, body={})
        yield citizen.put_claim("pack")
    yield world.citizen("cy").send("DELETE /batches/{batch_id}/booking", {"batch_id": "pack"})
    members = {"add": ["ann", "bo"], "remove": ["cy"]}
    yield operator.send("PUT /admin/groups/{group_id}/members", {"group_id": "all"}, body=members)
    yield operator.send("PUT /admin/batches/{batch_id}/quantity", {"batch_id": "pack"}, body={"quantity": 3})
    yield operator.send("POST /admin/batches/{batch_id}/extend", {"batch_id": "pack"}, body={"days": 2})
    one, two = (c["coupon_id"] for c in world.citizen("ann").send("GET /wallet").json["coupons"])
    codes = [world.citizen("ann").code(coupon_id) for coupon_id in (one, two)]
    for order_no, code in (("o-1", codes[0]), ("o-1", codes[1]), ("o-2", codes[0]), ("o-3", codes[1])):
        body = {"code": code, "order": order(), "ttl_s": 300}
        yield till.send("PUT /orders/{order_no}/hold", {"order_no": order_no}, body=body)
        yield till.redeem(order_no, code, order())
        yield till.send("DELETE /orders/{order_no}/hold", {"order_no": order_no})
    for reversal_no, amount_minor in (("r-1", 1_000), ("r-1", 1_000), ("r-1", 2), ("r-2", 3_001), ("r-3", 3_000)):
        yield till.reverse("o-1", reversal_no, amount_minor)
    yield till.redeem("o-4", codes[0], order())
    with patch("coupons.settle.statements.PAGE_LINES", 2):
        page = till.send("GET /settlements/{day}", {"day": "2020-06-06"})
        yield page
        yield till.send("GET /settlements/{day}", {"day": "2020-06-06"}, query={"cursor": page.json["next"]})
    for _ in range(3):
        world.clock.advance(90_000)
        expire.handler({}, None)
    yield operator.send("GET /admin/batches/{batch_id}/audit", {"batch_id": "pack"}, query={"sweep": "0" * 16})


def told(client: Any) -> tuple[list[tuple[int, str]], Any]:
    """All answers, and all items in the end; tokens count up instead of being drawn."""
    numbers = iter(range(1_000))
    world = World(client)
    world.services.name = lambda: f"lease-{next(numbers)}"
    answers = [(answer.status, answer.text) for answer in story(world)]
    return answers, world.items()


@pytest.fixture(scope="module")
def by_moto() -> Any:
    with mock_aws():
        return told(boto3.client("dynamodb"))


def test_the_engine_answers_and_stores_what_moto_does(by_moto: Any) -> None:
    """The same requests, the same answers, the same items."""
    assert told(Store()) == by_moto
    assert {status for status, _ in by_moto[0]} == {200, 201, 409}
