"""Packs for points: claimed, refused, given back; earning is in `points_cases.py`."""

from __future__ import annotations

import json
from typing import Any

from tests.api.cases import FIRST, REPLAY, case
from tests.api.points_cases import END, NONE, POINTS, PROGRAM, clubs, correct, earn, entry, shown
from tests.api.stage import Stage
from tests.bus import Stream
from tests.world import OPENING, Answered, a_batch, order


def exchanged(s: Stage, **changes: Any) -> Stage:
    """Ann has had a ball for 50 of her 55 points."""
    earn(clubs(s, a_batch("ball", price_points=50, **changes)))
    assert s.citizen("ann").put_claim("ball").status == 201
    return s


def is_pack(text: str) -> bool:
    return [coupon["status"] for coupon in json.loads(text)["coupons"]] == ["available"]


CLAIM = "PUT /batches/{batch_id}/claim"
AWARD = {"batch_id": "ball", "title": "A pack", "price_points": 50, "missing": 45}
SPENT = {"entry_id": "exchange-ball", "kind": "exchange", "points": -50, "raw": 0, "at": OPENING, "batch_id": "ball"}


@case(POINTS, 200, body=lambda text: _kinds(text) == ["correct", "earn"])
def points_after_they_were_told(s: Stage) -> Answered:
    """What a visit earned is an event; its correction is none."""
    stream = Stream(clubs(s))
    earn(s)
    correct(s)
    [told] = s.announce(stream.records())
    assert (told["type"], told["subject"], told["data"]["points"]) == ("points.earned.v1", PROGRAM, 55)
    return s.citizen("ann").send(POINTS)


@case(CLAIM, 201, body=is_pack, headers=FIRST)
def a_pack_for_points(s: Stage) -> Answered:
    earn(clubs(s, a_batch("ball", price_points=50)))
    return s.citizen("ann").put_claim("ball")


@case(CLAIM, 200, body=is_pack, headers=REPLAY)
def the_same_pack_for_points_again(s: Stage) -> Answered:
    return exchanged(s).citizen("ann").put_claim("ball")


@case(
    CLAIM,
    409,
    "insufficient-points",
    facts={
        "balance": 55,
        "price": 60,
        "next": {"batch_id": "net", "title": "A pack", "price_points": 58, "missing": 3},
    },
    detail="This pack costs 60 points; you have 55.",
)
def a_pack_for_more_points_than_there_are(s: Stage) -> Answered:
    earn(clubs(s, a_batch("ball", price_points=60), a_batch("net", price_points=58)))
    return s.citizen("ann").put_claim("ball")


@case(
    POINTS,
    200,
    body=shown(5, {**NONE, **SPENT}, entry("e-1"), next=AWARD),
)
def points_after_an_exchange(s: Stage) -> Answered:
    return exchanged(s).citizen("ann").send(POINTS)


@case(POINTS, 200, body=lambda text: _kinds(text) == ["earn", "exchange", "give-back"])
def points_of_a_voided_batch(s: Stage) -> Answered:
    """The schedule gives them back half a minute after the voiding."""
    return voided(exchanged(s))


@case(POINTS, 200, body=lambda text: _kinds(text) == ["earn", "exchange", "give-back"])
def points_of_a_voided_batch_of_a_group(s: Stage) -> Answered:
    """Its claims are under the group's key."""
    return voided(exchanged(s, exclusive_group="once"))


def voided(s: Stage) -> Answered:
    path = {"batch_id": "ball"}
    stopped = s.operator().send("POST /admin/batches/{batch_id}/stop", path, body={"issued": "void"})
    assert stopped.status == 200, stopped.text
    s.clock.advance(30)
    assert {**path, "step": "points back", "claims": 1} in s.tick()["did"]
    return s.citizen("ann").send(POINTS)


@case(POINTS, 200, body=lambda text: _kinds(text) == ["earn", "exchange", "give-back"])
def points_of_a_reversed_use(s: Stage) -> Answered:
    """After the coupon's end: it cannot come back, so its points do."""
    use(exchanged(s))
    s.clock.advance(20 * 86_400)
    assert s.merchant().reverse("o-1", "r-1", 4_000).json["coupon_returned"] is False
    return s.citizen("ann").send(POINTS)


def use(s: Stage) -> None:
    ann = s.citizen("ann")
    found = ann.send("GET /batches/{batch_id}/claim", {"batch_id": "ball"}).json
    code = ann.code(found["coupons"][0]["coupon_id"])
    assert s.merchant().redeem("o-1", code, order()).status == 201


def _kinds(text: str) -> list[str]:
    return sorted(one["kind"] for one in json.loads(text)["entries"])


@case(
    "POST /admin/persons/lookup",
    200,
    body=lambda text: (
        json.loads(text)["points"]
        == [{"program_id": PROGRAM, "balance": 55, "debt": 0, "by_expiry": [{"expires_at": END, "points": 55}]}]
    ),
)
def looking_up_points(s: Stage) -> Answered:
    earn(clubs(s))
    return s.operator().send("POST /admin/persons/lookup", body={"person_id": "ann"})
