"""Live statistics over HTTP: they follow the season within seconds, and a recount of the tables agrees. In May 2019."""

from __future__ import annotations

import time
from typing import Any

from infra.couponctl.main import main
from tests.e2e.local_stack import LocalStack
from tests.world import a_batch, campaign, order

FOLLOWS_WITHIN_S = 30
BATCH, SEASON = "counted", "counted-season"


def document() -> dict[str, Any]:
    window = {"opens_at": "2019-05-01T10:00:00+08:00", "closes_at": "2019-05-02T10:00:00+08:00"}
    dates = {"starts_at": "2019-05-01T00:00:00+08:00", "ends_at": "2019-09-01T00:00:00+08:00"}
    return campaign(a_batch(BATCH, **window), campaign_id=SEASON, **dates)


def stats(stack: LocalStack, by: str) -> dict[str, Any]:
    with stack.operator() as anybody:
        answered = anybody.send("GET", f"/campaigns/{SEASON}/stats?by={by}")
    assert answered.status == 200, answered.text
    return dict(answered.json)


def test_statistics_follow_and_a_recount_agrees(stack: LocalStack) -> None:
    """Three claims, a redemption and its reversal; then the clock goes on, and couponctl recounts the tables."""
    stack.set_clock("2019-05-01T10:00:00+08:00")
    stack.publish(document())
    codes = []
    for name in ("counted-1", "counted-2", "counted-3"):
        with stack.citizen(name) as citizen:
            coupon_id = citizen.claim(BATCH).json["coupons"][0]["coupon_id"]
            codes.append(citizen.send("POST", f"/coupons/{coupon_id}/code", {}).json["code"])
    with stack.merchant("diner") as shop:
        assert shop.redeem("counted-o-1", codes[0], order()).status == 201
        assert shop.send("PUT", "/orders/counted-o-1/reversals/r-1", {"amount_minor": 1000}).status == 201
    wanted = {"claims": 3, "redemptions": 1, "reversals": 1}
    deadline_s = time.monotonic() + FOLLOWS_WITHIN_S
    while (found := stats(stack, "minute"))["total"].items() & wanted.items() != wanted.items():
        assert time.monotonic() < deadline_s, found
    assert [(one["left"], one["quantity"]) for one in found["packs"]] == [(7, 10)]
    assert sum(second["claims"] for second in stats(stack, "second")["seconds"]) == 3
    stack.set_clock("2019-05-01T12:00:00+08:00")
    assert main(["--url", stack.url, "stats", SEASON, "--rebuild"]) == 0
