"""Money over HTTP, with policies enforced: reserved, spent, rolled over, settled, audited. In August 2019."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.world import a_batch, campaign, order

CAMPAIGN, PATH = "money-2019", "/admin/campaigns/money-2019"
FUNDERS = ("city", "platform", "shop")
DINER = {"merchant_id": "supper-club", "title": "Supper club", "category": "catering", "channels": ["offline"]}
"""A merchant of this campaign alone: its day is closed with this campaign's lines."""


def day(number: int, hour: int = 10, second: int = 0) -> str:
    return f"2019-08-{number:02}T{hour:02}:00:{second:02}+08:00"


@pytest.fixture
def stack_in_august(stack: LocalStack) -> LocalStack:
    """Ten packs on the first, rolling over to ten on the third."""
    stack.set_clock(day(1))
    document = campaign(
        a_batch("supper-0801", opens_at=day(1), closes_at=day(2), rollover_to="supper-0803"),
        a_batch("supper-0803", opens_at=day(3), closes_at=day(4)),
        campaign_id=CAMPAIGN,
        starts_at=day(1, 0),
        ends_at=day(30),
        merchants=[{**DINER, "stores": [{"store_id": "diner", "region": "beijing"}]}],
    )
    stack.publish(document)
    return stack


def money(stack: LocalStack) -> Any:
    with stack.operator() as operator:
        return operator.send("GET", f"{PATH}/budgets").json


def packs_reserved(stack: LocalStack) -> set[float]:
    """By each funder's own share of a pack of 10.00: the same number for all."""
    found = {funder["funder_id"]: funder for funder in money(stack)["funders"]}
    for funder in found.values():
        assert funder["budget_minor"] == funder["reserved_minor"] + funder["left_minor"]
    shares = (500, 300, 200)
    return {found[name]["reserved_minor"] / share for name, share in zip(FUNDERS, shares, strict=True)}


def ticked(stack: LocalStack, moment: str, times: int = 1) -> list[dict[str, Any]]:
    stack.set_clock(moment)
    did = list[dict[str, Any]]()
    for _ in range(times):
        did += stack.tick()
        stack.advance(60)
    return [done for done in did if "supper" in str(done) or "day" in done]


def audited(stack: LocalStack, *of: str) -> str:
    found = stack.couponctl("audit", *of)
    assert found.returncode == 0, found.stdout + found.stderr
    return str(found.stdout)


def test_a_supper_and_what_became_of_its_money(stack_in_august: LocalStack) -> None:
    """Ten packs: one redeemed and settled, one expired, eight rolled over; each fen is said to be somewhere."""
    stack = stack_in_august
    assert packs_reserved(stack) == {20}
    with stack.citizen("supper-bob") as bob:
        assert bob.claim("supper-0801").status == 201
    with stack.citizen("supper-ann") as ann:
        coupon_id = ann.claim("supper-0801").json["coupons"][0]["coupon_id"]
        code = ann.send("POST", f"/coupons/{coupon_id}/code", {}).json["code"]
    with stack.merchant("supper-club") as till:
        assert till.redeem("a-supper", code, order()).status == 201
    did = ticked(stack, day(2, 0, 30))
    assert {"day": "2019-08-01", "step": "closed", "lines": 1} in did
    with stack.merchant("supper-club") as till:
        settled = till.send("GET", "/settlements/2019-08-01").json
    (sums,) = settled["day_sums"]
    assert (settled["final"], sums["campaign_id"], sums["currency"]) == (True, CAMPAIGN, "CNY")
    assert sums["due"]["discount_minor"] == 1_000
    did = ticked(stack, day(2), times=3)
    rolled = [done for done in did if done["step"] == "gave back unclaimed"]
    assert [(done["packs"], done["to"]) for done in rolled] == [(8, "supper-0803")]
    assert packs_reserved(stack) == {20}
    did = ticked(stack, "2019-08-16T10:00:30+08:00", times=4)
    assert {"gave back unclaimed", "gave back expired"} <= {done["step"] for done in did}
    assert packs_reserved(stack) == {1}
    assert [funder["spent_minor"] for funder in money(stack)["funders"]] == [500, 300, 200]
    audited(stack, "supper-0801")
    assert "2019-08-01 is closed" in audited(stack, "--campaign", CAMPAIGN, "--day", "2019-08-01")
    audited(stack, "--campaign", CAMPAIGN)
    shown = stack.couponctl("budgets", CAMPAIGN, "--movements")
    moved = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(one["batch_id"], one["packs"]) for one in moved if one["kind"] == "rollover"] == [("supper-0801", 8)]
