"""The README's rules of orders that hold, let go and give back, row by row, each at its border."""

from __future__ import annotations

from typing import Any

from tests.api.cases import SHARES
from tests.api.rules import Play, plays, told
from tests.world import terms


def taken(p: Play, **rules: Any) -> None:
    """Ann's coupon of these terms is used by order `o-1`: 10.00 of the funders, 40.00 payable."""
    p.opened(terms=[terms(**rules)])
    assert [p.claim("ann"), p.redeem("o-1")] == ["201", "201"]


def back(p: Play, order_no: str, reversal_no: str, amount_minor: int) -> tuple[bool, int]:
    """Whether the coupon came back with it, and how much of the funders'."""
    answered = p.s.merchant().reverse(order_no, reversal_no, amount_minor)
    assert answered.status == 201, answered.text
    assert sum(line["amount_minor"] for line in answered.json["funding"]) == answered.json["discount_minor"]
    return answered.json["coupon_returned"], answered.json["discount_minor"]


@plays("hold")
def test_a_hold(p: Play) -> None:
    """Until its last second no other order has the coupon; at the deadline any has."""
    p.opened()
    p.claim("ann")
    body = p.line(1)
    assert p.hold("o-1", body).json["held_until"] == "2020-06-06T10:10:00+08:00"
    p.s.clock.advance(body["ttl_s"] - 1)
    assert told(p.hold("o-2", body)) == "409 coupon-not-usable held"
    p.s.clock.advance(1)
    assert told(p.hold("o-2", body)) == "201"


@plays("release")
def test_a_release(p: Play) -> None:
    """The coupon is free at once; neither number is ever good for an order again."""
    p.opened()
    p.claim("ann")
    assert told(p.hold("o-1", {"ttl_s": 600})) == "201"
    for order_no in ("o-1", "o-2"):
        released = p.s.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": order_no})
        assert (released.status, released.json["status"]) == (200, "released")
        assert [told(p.hold(order_no, {"ttl_s": 600})), p.redeem(order_no)] == ["409 order-conflict"] * 2
    assert p.redeem("o-3") == "201"


@plays("reversal never")
def test_never(p: Play) -> None:
    """The money goes back, each funder's too, and the coupon is gone."""
    taken(p, **p.line(0))
    answered = p.s.merchant().reverse("o-1", "r-1", 4000)
    assert answered.json["funding"] == SHARES
    assert (answered.json["coupon_returned"], answered.json["discount_minor"]) == (False, 1000)
    assert p.coupon()["status"] == "voided"


@plays("reversal full_only")
def test_full_only(p: Play) -> None:
    """A cent less than all is a part; with the last cent the coupon comes back, as it was, and not a second time."""
    taken(p, **p.line(0))
    before = p.coupon()
    assert [back(p, "o-1", "r-1", 3999), back(p, "o-1", "r-2", 1)] == [(False, 999), (True, 1)]
    assert p.coupon() == {**before, "status": "available"}
    assert p.redeem("o-2") == "201"
    assert back(p, "o-2", "r-1", 4000) == (False, 1000)
    assert p.coupon()["status"] == "voided"


@plays("reversal always")
def test_always(p: Play) -> None:
    """A cent gives coupon and all funding back, twice; the third time it is a part like any."""
    taken(p, **p.line(0))
    assert [back(p, "o-1", "r-1", 1), back(p, "o-1", "r-2", 3999)] == [(True, 1000), (False, 0)]
    assert [p.redeem("o-2"), back(p, "o-2", "r-1", 1)] == ["201", (True, 1000)]
    assert [p.redeem("o-3"), back(p, "o-3", "r-1", 400)] == ["201", (False, 100)]
    assert p.coupon()["status"] == "redeemed"
