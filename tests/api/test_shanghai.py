"""Shanghai's sports coupons: at most three claimed a week, one used a day, three used a week."""

from __future__ import annotations

from typing import Any

from tests.api.cases import opened
from tests.api.rules import refused, told
from tests.api.stage import Stage
from tests.world import a_batch, order, terms

PACKS = [f"p{number}" for number in range(6)]
WINDOW = {"opens_at": "2020-06-06T08:00:00+08:00", "closes_at": "2020-06-20T08:00:00+08:00"}
EACH: dict[str, Any] = {"kind": "count", "per": "person"}
LIMITS = [
    {**EACH, "limit_id": "claimed-weekly", "period": "week", "packs_max": 3},
    {**EACH, "limit_id": "used-daily", "period": "day", "counts": "redemptions", "packs_max": 1},
    {**EACH, "limit_id": "used-weekly", "period": "week", "counts": "redemptions", "packs_max": 3},
]


def test_a_week_in_shanghai(fresh: Stage) -> None:
    """Each of the three at its midnight: the day's, and the Monday's of claims and of uses."""
    names = [str(limit["limit_id"]) for limit in LIMITS]
    week = terms(validity={"kind": "days_after_claim", "days": 7})
    opened(fresh, *[a_batch(pack, limits=names, **WINDOW) for pack in PACKS], limits=LIMITS, terms=[week])
    coupons: dict[str, str] = {}

    def claim(pack: str) -> str:
        answer = fresh.citizen("ann").put_claim(pack)
        if not answer.slug:
            coupons[pack] = answer.json["coupons"][0]["coupon_id"]
        return told(answer)

    def use(pack: str) -> str:
        code = fresh.citizen("ann").code(coupons[pack])
        return told(fresh.merchant().redeem(f"o-{pack}", code, order()))

    fresh.clock.set("2020-06-07T23:59:59+08:00")
    assert claim("p0") == "201"
    fresh.clock.advance(1)
    assert [claim(pack) for pack in PACKS[1:5]] == ["201", "201", "201", refused("limit")]
    days = [f"2020-06-{day:02}" for day in (8, 9, 10)]
    for day, pack, following in zip(days, PACKS, PACKS[1:], strict=False):
        fresh.clock.set(f"{day}T00:00:00+08:00")
        assert [use(pack), use(following)] == ["201", refused("limit")], day
        fresh.clock.set(f"{day}T23:59:59+08:00")
        assert use(following) == refused("limit"), day
    fresh.clock.set("2020-06-14T23:59:59+08:00")
    assert [use("p3"), claim("p4")] == [refused("limit"), refused("limit")]
    quoted = fresh.merchant().send(
        "POST /quotes", body={"code": fresh.citizen("ann").code(coupons["p3"]), "order": order()}
    )
    assert quoted.json["until"] == "2020-06-15T00:00:00+08:00"
    fresh.clock.advance(1)
    assert [claim("p4"), use("p4"), use("p5") if "p5" in coupons else claim("p5")] == ["201", "201", "201"]
