"""Points go back once: of a voided batch by the sweep, of a reversed coupon with its reversal."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from coupons.clock import FENCE_S
from coupons.model.incentives import Incentives
from coupons.model.points_entries import Entry
from coupons.model.points_rules import PointsRules
from coupons.model.points_shares import part_of, share_of
from coupons.operate.controls import stop
from coupons.schedule.minute import run_schedule
from tests.points import incentives
from tests.store.faults import KilledError, Mortal
from tests.store.points.conftest import Club
from tests.world import World, order, terms

BACK = [("earn", 100, None), ("exchange", -60, None), ("give-back", 60, None)]


@pytest.fixture
def club(world: World, published: dict[Any, Any]) -> Club:
    """Ann has had a ball for 60 of her 100 points."""
    world.client.restore(published)
    made = Club.opened(world, caps=[], bonuses=[])
    made.priced()
    assert made.earn("e-1", quantity=20).json["points"] == 100
    assert made.world.citizen("ann").put_claim("ball").status == 201
    return made


def void(club: Club, batch_id: str = "ball") -> None:
    stop(club.services, batch_id, club.world.now_s, void=True)
    club.world.clock.advance(FENCE_S)


def minute(club: Club) -> list[dict[str, Any]]:
    deadline_s = club.services.clock.monotonic_s() + 60
    return [did for did in run_schedule(club.services, club.world.now_s, deadline_s).did if "points" in did["step"]]


def redeem(club: Club, name: str = "ann", batch_id: str = "ball", place: int = 0) -> str:
    citizen = club.world.citizen(name)
    found = citizen.send("GET /batches/{batch_id}/claim", {"batch_id": batch_id}).json
    order_no = f"o-{name}-{place}"
    code = citizen.code(found["coupons"][place]["coupon_id"])
    assert club.world.merchant().redeem(order_no, code, order()).status == 201
    return order_no


def reverse(club: Club, order_no: str) -> Any:
    answered = club.world.merchant().reverse(order_no, "r-1", 4_000)
    assert answered.status == 201, answered.text
    return answered.json


def test_a_voided_batch_gives_its_points_back_once(club: Club) -> None:
    """After the fence, by one sweep of several; the entry names the batch."""
    stop(club.services, "ball", club.world.now_s, void=True)
    club.world.clock.advance(FENCE_S - 1)
    assert minute(club) == []
    club.world.clock.advance(1)
    assert minute(club) == [{"batch_id": "ball", "step": "points back", "claims": 1}]
    for _ in range(3):
        assert minute(club) == []
    assert club.entries() == BACK
    assert club.points()["entries"][0]["batch_id"] == "ball"


def test_a_used_coupon_keeps_its_points(club: Club) -> None:
    """Also after its batch was voided, until its use is reversed, which gives them back."""
    order_no = redeem(club)
    void(club)
    assert minute(club) == []
    assert club.points()["balance"] == 40
    assert reverse(club, order_no)["coupon_returned"] is False
    assert club.entries() == BACK


def test_a_sweep_that_dies_at_any_write_gives_back_once(club: Club) -> None:
    """Before and after each write; the next minute ends as an undisturbed one."""
    void(club)
    whole = club.world.client.snapshot()
    minute(club)
    undisturbed = club.points()
    for nth in range(1, 6):
        for applied in (False, True):
            club.world.client.restore(whole)
            dying = club.through(Mortal(club.world.client, nth, applied=applied))
            with suppress(KilledError):
                minute(dying)
            minute(club.again())
            assert club.points() == undisturbed


def test_points_of_a_voided_batch_pay_debt_first(club: Club) -> None:
    """A correction took what was spent already; what comes back pays that, and the rest fills its lot."""
    club.correct("e-1")
    assert (club.points()["balance"], club.points()["debt"]) == (-60, 60)
    assert club.world.citizen("ann").put_claim("pack").status == 201
    void(club)
    minute(club)
    assert (club.points()["balance"], club.points()["debt"]) == (0, 0)


def test_points_whose_lot_has_ended_come_back_for_the_grace_days(club: Club) -> None:
    """Earned in 2020, spent, given back in 2022: they hold for thirty days more."""
    order_no = redeem(club)
    club.at("2022-03-01T12:00:00+08:00")
    reverse(club, order_no)
    found = club.points()
    assert found["by_expiry"] == [{"expires_at": "2022-04-01T00:00:00+08:00", "points": 60}]
    assert [one["kind"] for one in found["entries"]] == ["give-back", "expire", "exchange", "earn"]


def test_a_reversal_that_returns_the_coupon_returns_no_points(club: Club) -> None:
    """The coupon is there again; once it cannot come back any more, its points do, and only then."""
    order_no = redeem(club)
    assert reverse(club, order_no)["coupon_returned"] is True
    assert club.points()["balance"] == 40
    club.world.clock.advance(10)
    citizen = club.world.citizen("ann")
    coupon = citizen.send("GET /batches/{batch_id}/claim", {"batch_id": "ball"}).json["coupons"][0]
    merchant = club.world.merchant()
    assert merchant.redeem("again", citizen.code(coupon["coupon_id"]), order()).status == 201
    for _ in range(2):
        assert merchant.reverse("again", "r-1", 4_000).json["coupon_returned"] is False
    assert club.entries() == BACK
    void(club)
    assert minute(club) == []


def test_by_the_policy_never_nothing_comes_back(world: World, published: dict[Any, Any]) -> None:
    """Neither the coupon nor its points; a voided batch gives them back all the same."""
    world.client.restore(published)
    club = Club.opened(world, caps=[], bonuses=[])
    path, route = {"campaign_id": "season"}, "/admin/campaigns/{campaign_id}"
    document = world.operator().send(f"GET {route}", path).json
    document["terms"].append(terms("final", refund={"policy": "never"}))
    assert world.operator().send(f"PUT {route}", path, body=document).status == 200
    club.priced(terms=["final"])
    for name in ("ann", "bob"):
        club.earn(f"e-{name}", name, quantity=20)
        assert world.citizen(name).put_claim("ball").status == 201
    reverse(club, redeem(club))
    assert club.points()["balance"] == 40
    void(club)
    minute(club)
    assert (club.points()["balance"], club.points("bob")["balance"]) == (40, 100)


def test_each_coupon_of_a_pack_gives_its_share_back(club: Club) -> None:
    """Of two coupons for 61 points one is used and reversed after the batch was voided: 30 go back, then 31."""
    club.priced("pair", 61, terms=["ten-off", "ten-off"])
    club.earn("e-2", "bob", quantity=20)
    assert club.world.citizen("bob").put_claim("pair").status == 201
    order_no = redeem(club, "bob", "pair")
    void(club, "pair")
    minute(club)
    assert club.points("bob")["balance"] == 69
    reverse(club, order_no)
    assert club.points("bob")["balance"] == 100
    assert [points for _, points, _ in club.entries("bob")] == [100, -61, 30, 31]


RULES = PointsRules(Incentives.model_validate(incentives()), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("before", "points", "moved"),
    [
        (0, 60, {"2021": -30, "2020": -20, "grace": -10}),
        (0, 40, {"2021": -30, "2020": -10}),
        (30, 25, {"2020": -20, "grace": -5}),
        (40, 20, {"2020": -10, "grace": -10}),
        (55, 5, {"grace": -5}),
    ],
)
def test_a_part_is_of_the_lots_that_end_last(before: int, points: int, moved: dict[str, int]) -> None:
    """After what went back before."""
    exchange = Entry("x", 0, "exchange", -60, {"grace": -10, "2020": -20, "2021": -30})
    found = part_of(RULES, exchange, before, points)
    assert (found.points, found.moved) == (-points, moved)


def test_shares_add_up_to_the_price() -> None:
    """The larger come first."""
    assert [share_of(10, 3, [place]) for place in range(3)] == [4, 3, 3]
    assert share_of(10, 3, [0, 2]) == 7
