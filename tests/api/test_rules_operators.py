"""The rules of operators' actions, row by row: in force everywhere within two seconds, with warm and cold caches."""

from __future__ import annotations

from unittest.mock import patch

from coupons.web.api import Api
from tests.api.rules import Play, plays, told
from tests.court import programme
from tests.editing import edit_merchant
from tests.points import incentives
from tests.world import OPENING, Person, a_batch, campaign, order, seconds

WITHIN_S = 2
EXPIRY = "2020-06-20T10:00:00+08:00"


def warmed(p: Play) -> None:
    """Ann and Bob have a coupon each, and both functions have read the batch within this second."""
    p.opened()
    assert [p.claim("ann"), p.claim("bob"), p.reasons("ann")] == ["201", "201", []]


@plays("pause, resume")
def test_a_pause(p: Play) -> None:
    """Nobody can claim until it is resumed, and issued coupons can be redeemed."""
    warmed(p)
    assert p.operate("POST", "pause").status == 200
    p.s.clock.advance(WITHIN_S)
    assert p.everywhere("claim", lambda: p.claim("cat")) == "409 paused"
    assert p.redeem("o-1") == "201"
    assert p.operate("POST", "resume").status == 200
    p.s.clock.advance(WITHIN_S)
    assert p.claim("cat") == "201"


@plays("stop")
def test_a_stop(p: Play) -> None:
    """Nobody can claim any more, and issued coupons can be redeemed."""
    warmed(p)
    assert p.operate("POST", "stop", p.line(1)).json["status"] == "stopped"
    p.s.clock.advance(WITHIN_S)
    assert p.everywhere("claim", lambda: p.claim("cat")) == "409 stopped"
    assert p.operate("POST", "resume").slug == "stopped"
    assert p.everywhere("verify", lambda: p.reasons("ann")) == []
    assert p.redeem("o-1") == "201"


@plays("stop and void")
def test_a_stop_that_voids(p: Play) -> None:
    """No till takes an issued coupon, and redeemed ones stay redeemed."""
    warmed(p)
    code = p.code("bob")
    assert p.s.merchant().redeem("o-1", code, order()).status == 201
    assert p.operate("POST", "stop", p.line(1)).json["voided"]
    p.s.clock.advance(WITHIN_S)
    assert p.everywhere("verify", lambda: p.redeem("o-2")) == "409 coupon-not-usable voided"
    assert p.everywhere("claim", lambda: p.coupon("ann")["status"]) == "voided"
    assert p.s.merchant().redeem("o-1", code, order()).is_replay
    assert p.coupon("bob")["status"] == "redeemed"


@plays("raise")
def test_a_raise(p: Play) -> None:
    """A drained batch has the additional packs at once, and their largest cost is reserved."""
    p.opened(a_batch(quantity=1))
    assert [p.claim("ann"), p.claim("bob")] == ["201", "409 drained"]
    body = p.line(1)
    assert p.operate("PUT", "quantity", body).status == 200
    warm = p.s.environments["claim"]
    p.s.restart("claim")
    assert p.claim("p2") == "201"
    p.s.environments["claim"] = warm
    p.s.clock.advance(WITHIN_S)
    assert [p.claim(f"p{number}") for number in range(3, body["quantity"] + 1)] == ["201"] * (body["quantity"] - 2)
    assert p.claim("bob") == "409 drained"
    path = {"campaign_id": "season"}
    budgets = p.s.operator().send("GET /admin/campaigns/{campaign_id}/budgets", path).json["funders"]
    assert [funder["reserved_minor"] for funder in budgets] == [part * body["quantity"] for part in (500, 300, 200)]
    assert p.operate("PUT", "quantity", {"quantity": body["quantity"] - 1}).slug == "terms-frozen"
    document = p.s.operator().send("GET /admin/campaigns/{campaign_id}", path).json
    assert document["batches"][0]["quantity"] == body["quantity"]
    for quantity, status in ((1, 409), (body["quantity"], 200)):
        told = campaign(a_batch(quantity=quantity), title="Other", revision=1)
        assert p.s.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=told).status == status


@plays("extend")
def test_an_extension(p: Play) -> None:
    """At the old second of expiry every coupon is valid at every till; at the new one none is."""
    warmed(p)
    p.s.clock.set(EXPIRY)
    p.s.clock.advance(-WITHIN_S)
    assert [p.reasons(name) for name in ("ann", "bob")] == [[], []]
    days = p.line(1)
    assert [p.operate("POST", "extend", days).is_replay for _ in range(2)] == [False, True]
    p.s.clock.advance(WITHIN_S)
    assert p.everywhere("verify", lambda: [p.reasons(name) for name in ("ann", "bob")]) == [[], []]
    later_s = {seconds(p.coupon(name)["expires_at"]) - seconds(EXPIRY) for name in ("ann", "bob")}
    assert later_s == {days["days"] * 86_400}
    p.s.clock.advance(days["days"] * 86_400 - 1)
    assert p.redeem("o-1") == "201"
    over = p.coupon("bob")["expires_at"]
    p.s.clock.advance(1)
    refused = p.s.merchant().redeem("o-2", p.code("bob"), order())
    assert (told(refused), refused.json["expires_at"]) == ("409 coupon-not-usable expired", over)


@plays("suspend a merchant")
def test_a_suspended_merchant(p: Play) -> None:
    """It cannot redeem until the suspension ends."""
    warmed(p)
    for body, said in ((p.line(1), "422 order-not-eligible merchant"), ({"suspended": False}, "201")):
        assert edit_merchant(p.s.operator(), "diner", **body).status == 200
        p.s.clock.advance(WITHIN_S)
        assert p.redeem("o-1") == said
        p.s.restart("verify")
        assert p.redeem("o-2", "bob") == said


@plays("suspend a district")
def test_a_suspended_district(p: Play) -> None:
    """Stores in it cannot redeem until it is opened again; other stores can, and repeats are answered."""
    (diner,) = campaign()["merchants"]
    elsewhere = {"store_id": "elsewhere", "region": "beijing", "district": "chaoyang"}
    p.opened(merchants=[{**diner, "stores": [{**diner["stores"][0], **p.line(0)}, elsewhere]}])
    assert [p.claim("ann"), p.claim("bob")] == ["201", "201"]
    code = p.code("bob")
    assert p.s.merchant().redeem("o-1", code, order()).status == 201
    p.edit(**p.line(1))
    p.s.clock.advance(WITHIN_S)
    assert p.everywhere("verify", p.reasons) == ["region"]
    assert p.reasons(store_id="elsewhere") == []
    again = p.s.merchant().redeem("o-1", code, order())
    assert (again.status, again.is_replay) == (200, True)
    p.edit(suspended_districts=[])
    p.s.clock.advance(WITHIN_S)
    assert p.everywhere("verify", p.reasons) == []


@plays("hotline")
def test_the_hotline(p: Play) -> None:
    """An operator sees what the person sees, and the look is logged with operator and person."""
    p.opened(a_batch(booking={"opens_at": "2020-06-06T09:00:00+08:00", "closes_at": OPENING}))
    p.s.clock.advance(-60)
    bob = Person({"sub": "bob", "scope": "citizen"})
    bob.send("PUT /batches/{batch_id}/booking", {"batch_id": "pack"}, body={})
    p.s.clock.advance(60)
    p.claim("ann")
    with patch.object(Api, "log") as log:
        anns, bobs = (p.s.operator().send("POST /admin/persons/lookup", body=p.line(n)) for n in (1, 2))
    assert (anns.json["coupons"], anns.json["bookings"]) == ([p.coupon("ann")], [])
    assert (bobs.json["coupons"], [one["batch_id"] for one in bobs.json["bookings"]]) == ([], ["pack"])
    for _, facts in log.call_args_list:
        assert facts["operator"] == "op"
        assert facts["person"]
        assert not {"ann", "bob", "sub:bob"} & set(facts.values())


@plays("a price in points")
def test_a_price_in_points(p: Play) -> None:
    """Who has too few points reads how many, and what comes next; nothing else earns them than the programme."""
    p.opened(a_batch(**p.line(0)))
    refused = p.s.citizen("ann").put_claim("pack")
    assert told(refused) == "409 insufficient-points"
    assert (refused.json["balance"], refused.json["price"]) == (0, 500)
    route = "PUT /admin/campaigns/{campaign_id}/programme"
    path = {"campaign_id": "season"}
    assert told(p.s.operator().send(route, path, body=programme())) == "400 malformed"
    assert p.s.operator().send(route, path, body=programme(incentives=incentives())).status == 201
    p.s.clock.advance(WITHIN_S)
    assert p.s.citizen("ann").put_claim("pack").json["next"]["missing"] == 500
