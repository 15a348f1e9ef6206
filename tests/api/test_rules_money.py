"""The rules of a batch's money: reserved before the first claim, given back when no more claim is possible."""

from __future__ import annotations

from typing import Any

from tests.api.rules import Play, plays, told
from tests.world import a_batch, campaign

BUDGETS = "GET /admin/campaigns/{campaign_id}/budgets"
FUNDERS = campaign()["funders"]
LATER = {"opens_at": "2020-06-08T10:00:00+08:00", "closes_at": "2020-06-30T10:00:00+08:00"}
SHARES = (500, 300, 200)
"""What a coupon of 10.00 costs each funder."""


def money(p: Play) -> Any:
    return p.s.operator().send(BUDGETS, {"campaign_id": "season"}).json


def of(p: Play, name: str) -> list[int]:
    return [funder[name] for funder in money(p)["funders"]]


def counted(p: Play) -> None:
    """The batch after it has closed and its claims are counted."""
    p.s.clock.set("2020-06-07T10:00:00+08:00")
    p.s.tick()
    p.s.clock.advance(31)
    p.s.tick()


def expired(p: Play, before_s: int = 0) -> None:
    """The schedule runs half a minute after the last coupon that could be claimed has expired."""
    p.s.clock.set("2020-06-21T10:00:30+08:00")
    p.s.clock.advance(-before_s)
    p.s.tick()


@plays("largest cost reserved")
def test_a_publishing(p: Play) -> None:
    """The budget of the poorest funder covers it to the last unit."""
    poor = {**FUNDERS[2], "budget_minor": 1_999}
    assert p.declared(funders=[*FUNDERS[:2], poor]) == "201"
    refused = p.operate("POST", "publish")
    assert told(refused) == "409 budget-exceeded"
    assert (refused.json["funder_id"], refused.json["available_minor"]) == ("shop", 1_999)
    assert of(p, "reserved_minor") == [0, 0, 0]
    p.edit(funders=[*FUNDERS[:2], {**poor, "budget_minor": 2_000}])
    assert told(p.operate("POST", "publish")) == "200"
    assert of(p, "reserved_minor") == [10 * share for share in SHARES]


@plays("what nobody can use goes back")
def test_money_that_goes_back(p: Play) -> None:
    """Of ten packs three are claimed and one is redeemed, in the end only in part."""
    p.opened()
    left = of(p, "left_minor")
    assert [p.claim(name) for name in ("ann", "bob", "cat")] == ["201"] * 3
    assert p.redeem("o-1") == "201"

    def back() -> list[int]:
        return [now - before for now, before in zip(of(p, "left_minor"), left, strict=True)]

    counted(p)
    assert back() == [7 * share for share in SHARES]
    expired(p, before_s=1)
    assert back() == [7 * share for share in SHARES]
    expired(p)
    assert back() == [9 * share for share in SHARES]
    p.s.clock.set("2020-06-21T23:59:59+08:00")
    assert p.s.merchant().reverse("o-1", "r-1", 2_000).status == 201
    p.s.tick()
    assert back() == [9 * share for share in SHARES]
    p.s.clock.set("2020-06-22T00:00:30+08:00")
    p.s.tick()
    assert back() == [9 * share + share // 2 for share in SHARES]


@plays("rollover")
def test_a_rollover(p: Play) -> None:
    """Eight packs become packs of the later batch before it opens, and one more while people claim it."""
    name = p.line(0)["rollover_to"]
    p.opened(a_batch(**p.line(0)), a_batch(name, **LATER))
    assert [p.claim("ann"), p.claim("bob"), p.redeem("o-1")] == ["201"] * 3

    def packs() -> int:
        return int(p.s.citizen("ann").send("GET /batches/{batch_id}", {"batch_id": name}).json["quantity"])

    assert packs() == 10
    counted(p)
    p.s.clock.advance(2)
    assert packs() == 18
    p.s.clock.set(LATER["opens_at"])
    assert p.claim("cat", name) == "201"
    expired(p)
    p.s.clock.advance(2)
    assert packs() == 19
    rolled = [one for one in money(p)["movements"] if one["kind"] == "rollover"]
    assert [(one["batch_id"], one["to_batch_id"], one["packs"], one["step"]) for one in rolled] == [
        ("pack", name, 8, "unclaimed"),
        ("pack", name, 1, "expired"),
    ]
