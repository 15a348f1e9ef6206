"""The rules of holds, releases and reversals, row by row, each at its limit."""

from __future__ import annotations

from typing import Any

from tests.api.cases import SHARES
from tests.api.rules import Play, desk, plays, refused, told
from tests.world import a_batch, campaign, order, terms


def taken(p: Play, **rules: Any) -> None:
    """Ann's coupon of these terms after order `o-1` used it: 10.00 from the funders, 40.00 payable."""
    p.opened(terms=[terms(**rules)])
    assert [p.claim("ann"), p.redeem("o-1")] == ["201", "201"]


def back(p: Play, order_no: str, reversal_no: str, amount_minor: int) -> tuple[bool, int]:
    """Whether the coupon came back with the reversal, and how much of the funders' money."""
    answered = p.s.merchant().reverse(order_no, reversal_no, amount_minor)
    assert answered.status == 201, answered.text
    p.s.clock.advance(6)  # a code of before that brings the coupon no more
    assert sum(line["amount_minor"] for line in answered.json["funding"]) == answered.json["discount_minor"]
    return answered.json["coupon_returned"], answered.json["discount_minor"]


@plays("hold")
def test_a_hold(p: Play) -> None:
    """Until its last second no other order can use the coupon; at the deadline any order can."""
    p.opened()
    p.claim("ann")
    body = p.line(1)
    assert p.hold("o-1", body).json["held_until"] == "2020-06-06T10:10:00+08:00"
    p.s.clock.advance(body["ttl_s"] - 1)
    assert told(p.hold("o-2", body)) == "409 coupon-not-usable held"
    p.s.clock.advance(1)
    assert told(p.hold("o-2", body)) == "201"


@plays("longest hold")
def test_the_longest_hold(p: Play) -> None:
    """It is what the quote says, whatever the till asks for, and never longer than the coupon."""
    expires_at = "2020-06-20T10:00:00+08:00"
    online = terms("online", **{**p.line(0), "hold_max_s": 604_800}, **p.line(1))
    p.opened(a_batch(terms=["ten-off", "online"]), terms=[terms(**p.line(0)), online])
    p.claim("ann")
    quoted = p.s.merchant().send("POST /quotes", body={"code": p.code(), "order": order()})
    assert quoted.json["hold_max_s"] == 900
    assert p.hold("o-1", {"ttl_s": 86_400}).json["held_until"] == "2020-06-06T10:15:00+08:00"
    for seconds, until in ((0, "2020-06-13T10:00:00+08:00"), (10 * 86_400, expires_at)):
        p.s.clock.advance(seconds)
        body = {"code": p.code(place=1), "order": order(channel="online"), "ttl_s": 604_800}
        held = p.s.merchant().send("PUT /orders/{order_no}/hold", {"order_no": f"o-{seconds}"}, body=body)
        assert held.json["held_until"] == until


@plays("n uses a person")
def test_uses_a_person(p: Play) -> None:
    """A hold takes the day's use until it lapses or is released, a reversal gives it back, and midnight begins anew."""
    (limit,) = p.line(0)["limits"]
    names = ["pack", "two", "three"]
    assert p.declared(limits=[{**limit, "per": "household"}]) == "400 malformed"
    p.opened(*[a_batch(name, limits=[limit["limit_id"]]) for name in names], limits=[limit])
    assert {p.claim("ann", name) for name in names} == {"201"}
    p.s.clock.set("2020-06-06T23:50:00+08:00")
    assert told(p.hold("o-1", {"ttl_s": 60})) == "201"
    p.s.clock.advance(59)
    assert p.redeem("o-2", batch_id="two") == refused("limit")
    p.s.clock.advance(1)
    assert [told(p.hold("o-3", {"ttl_s": 60})), p.redeem("o-4", batch_id="two")] == ["201", refused("limit")]
    assert told(p.s.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": "o-3"})) == "200"
    assert [p.redeem("o-5", batch_id="two"), p.redeem("o-6", batch_id="three")] == ["201", refused("limit")]
    assert back(p, "o-5", "r-1", 4000)[0]
    assert p.redeem("o-7", batch_id="three") == "201"
    p.s.clock.set("2020-06-06T23:59:59+08:00")
    answer = p.s.merchant().send("POST /quotes", body={"code": p.code("ann", "two"), "order": order()})
    assert (told(answer), answer.json["until"]) == (refused("limit"), "2020-06-07T00:00:00+08:00")
    assert told(p.hold("o-8", {"ttl_s": 60})) == refused("limit")
    p.s.clock.advance(1)
    assert p.redeem("o-9", batch_id="two") == "201"


PRESCRIPTION = {"evidence": {"prescription_no": "RX-31", "pharmacist_id": "zhang"}}
PARCEL = {"fulfilment": {"mode": "delivery", "ref": "parcel-7"}}


@plays("prescription and delivery")
def test_what_an_order_must_state(p: Play) -> None:
    """Each is asked for alone, and the order carries what it first stated."""
    p.opened(terms=[terms(**p.line(0))])
    p.claim("ann")
    assert p.reasons() == ["evidence", "fulfilment"]
    assert [p.reasons(**PRESCRIPTION), p.reasons(**PARCEL)] == [["fulfilment"], ["evidence"]]
    assert p.redeem("o-1", **PRESCRIPTION, **PARCEL) == "201"
    for other in ({"prescription_no": "RX-32"}, {"pharmacist_id": "li"}):
        assert p.redeem("o-1", evidence={**PRESCRIPTION["evidence"], **other}, **PARCEL) == "409 order-conflict"
    for changed in ({"mode": "pickup"}, {"ref": "parcel-8"}):
        assert p.redeem("o-1", **PRESCRIPTION, fulfilment={**PARCEL["fulfilment"], **changed}) == "409 order-conflict"
    assert p.redeem("o-1", **PRESCRIPTION, **PARCEL) == "200"


@plays("held until it is at the door")
def test_a_delivery(p: Play) -> None:
    """The order redeems what it holds in the week's last second; a second later it needs a code."""
    today = [{"weekdays": ["sat"], "starts": "09:00", "ends": "18:00"}]
    p.opened(terms=[terms(**p.line(0), **p.line(1), usable=today)])
    for name in ("ann", "bob"):
        p.claim(name)
        body = {"code": p.code(name), "order": order(channel="online"), "ttl_s": p.line(0)["hold_max_s"]}
        assert told(p.s.merchant().send("PUT /orders/{order_no}/hold", {"order_no": name}, body=body)) == "201"
    p.s.clock.set("2020-06-13T09:59:59+08:00")
    assert told(p.s.merchant().redeem("ann", None, order(channel="online"))) == "201"
    p.s.clock.advance(1)
    assert told(p.s.merchant().redeem("bob", None, order(channel="online"))) == "404 not-found"


@plays("collected at one store")
def test_a_store_that_is_named(p: Play) -> None:
    """Other stores of the merchant and other merchants do not take the coupon, nor are they listed."""
    (diner,) = campaign()["merchants"]
    stores = [{"store_id": name, "region": "beijing"} for name in ("wuhan-pharmacy", "second")]
    others = [{**diner, "merchant_id": name, "stores": stores} for name in ("wuhan-pharmacy", "diner")]
    masks = {"kind": "exchange", "sku": "noodles", "title": "Noodles", "value_minor": 1980}
    p.opened(merchants=others, terms=[terms(discount=masks, **p.line(0))])
    p.claim("ann")
    for merchant_id, store_id, said in (
        ("wuhan-pharmacy", "second", "422 order-not-eligible merchant"),
        ("diner", "wuhan-pharmacy", "422 order-not-eligible merchant"),
        ("wuhan-pharmacy", "wuhan-pharmacy", "201"),
    ):
        assert told(p.s.merchant(merchant_id).redeem("o-1", p.code(), order(store_id=store_id))) == said
    season, query = {"campaign_id": "season"}, {"terms_id": "ten-off"}
    listed = p.s.citizen("ann").send("GET /campaigns/{campaign_id}/merchants", season, query=query).json["merchants"]
    assert [[store["store_id"] for store in one["stores"]] for one in listed] == [["wuhan-pharmacy"]]
    (supply,) = p.s.citizen("ann").send("GET /campaigns/{campaign_id}/supplies", season).json["supplies"]
    told_of = {name: supply[name] for name in ("store_id", "allotted", "booked", "collected", "left")}
    assert told_of == {"store_id": "wuhan-pharmacy", "allotted": 10, "booked": 0, "collected": 0, "left": 10}


@plays("no coupon is spent for nothing")
def test_no_coupon_is_spent_for_nothing(p: Play) -> None:
    """An order without a discount is not quoted, held or redeemed; with one cent off it is."""
    p.opened(terms=[terms(**p.line(0))])
    p.claim("ann")
    assert p.reasons(total_minor=9) == ["no-discount"]
    held = {"code": p.code(), "order": order(9), "ttl_s": 60}
    refused = p.s.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o-1"}, body=held)
    assert [told(refused), p.redeem("o-1", total_minor=9)] == ["422 order-not-eligible no-discount"] * 2
    assert p.redeem("o-1", total_minor=10) == "201"


@plays("exchange")
def test_an_exchange(p: Play) -> None:
    """The coupon is worth the dearest of the goods, though a cheaper one may be first."""
    p.opened(terms=[terms(**p.line(0, "A visit"))])
    for name, prices, worth in (("ann", [500, 3999], 3999), ("bob", [0, 4001], 4000)):
        p.claim(name)
        lines = [{**order()["items"][0], "sku": "gym-visit", "price_minor": price} for price in prices]
        body = {"code": p.code(name), "order": order(5000, items=lines)}
        paid = p.s.merchant().send("PUT /orders/{order_no}/redemption", {"order_no": name}, body=body)
        assert (paid.status, paid.json["discount_minor"]) == (201, worth)


@plays("release")
def test_a_release(p: Play) -> None:
    """The coupon is free at once, and neither order number can be used again."""
    p.opened()
    p.claim("ann")
    assert told(p.hold("o-1", {"ttl_s": 600})) == "201"
    for order_no in ("o-1", "o-2"):
        released = p.s.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": order_no})
        assert (released.status, released.json["status"]) == (200, "released")
        assert [told(p.hold(order_no, {"ttl_s": 600})), p.redeem(order_no)] == ["409 order-conflict"] * 2
    assert p.redeem("o-3") == "201"


@plays("a code buys once")
def test_a_code_whose_coupon_came_back(p: Play) -> None:
    """A code or sheet that was shown for the undone redemption is refused."""
    taken(p)
    code = p.code()
    path, desk_ = {"coupon_id": p.coupon()["coupon_id"]}, desk("ann")
    paper = desk_.send("POST /coupons/{coupon_id}/code", path, body={"print": True}).json
    answered = p.s.merchant().reverse("o-1", "r-1", 4000)
    assert answered.json["coupon_returned"]
    assert told(p.s.merchant().redeem("o-2", code, order())) == "409 code-expired"
    p.s.clock.advance(5)
    assert p.redeem("o-2") == "409 code-expired"
    p.s.clock.advance(1)
    assert told(p.s.merchant().redeem("o-2", paper["code"], order(), pin=paper["pin"])) == "400 code-invalid replaced"
    assert p.redeem("o-2") == "201"


@plays("reversal never")
def test_never(p: Play) -> None:
    """The money goes back to each funder, and the coupon is void."""
    taken(p, **p.line(0))
    answered = p.s.merchant().reverse("o-1", "r-1", 4000)
    assert answered.json["funding"] == SHARES
    assert (answered.json["coupon_returned"], answered.json["discount_minor"]) == (False, 1000)
    assert p.coupon()["status"] == "voided"


@plays("reversal full_only")
def test_full_only(p: Play) -> None:
    """A cent less than all is a partial reversal; with the last cent the coupon comes back, once."""
    taken(p, **p.line(0))
    before = p.coupon()
    assert [back(p, "o-1", "r-1", 3999), back(p, "o-1", "r-2", 1)] == [(False, 999), (True, 1)]
    assert p.coupon() == {**before, "status": "available", "used": None}
    assert p.redeem("o-2") == "201"
    assert back(p, "o-2", "r-1", 4000) == (False, 1000)
    assert p.coupon()["status"] == "voided"


@plays("reversal always")
def test_always(p: Play) -> None:
    """A cent gives back coupon and funding, twice; the third reversal is a partial one."""
    taken(p, **p.line(0))
    assert [back(p, "o-1", "r-1", 1), back(p, "o-1", "r-2", 3999)] == [(True, 1000), (False, 0)]
    assert [p.redeem("o-2"), back(p, "o-2", "r-1", 1)] == ["201", (True, 1000)]
    assert [p.redeem("o-3"), back(p, "o-3", "r-1", 400)] == ["201", (False, 100)]
    assert p.coupon()["status"] == "redeemed"
