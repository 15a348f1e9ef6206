"""The night season over HTTP: rules that need more than one item, with the functions' policies enforced."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.world import Answered

HOTPOT = "guijie-hotpot"
FRIDAY_NIGHT = "2020-06-12T20:00:00+08:00"
DISTRICTS = "/admin/campaigns/night-2020"


@pytest.fixture
def night(stack: LocalStack) -> LocalStack:
    stack.set_clock(FRIDAY_NIGHT)
    return stack


def supper(total_minor: int = 8000, store_id: str = HOTPOT) -> dict[str, Any]:
    item = {"sku": "hotpot", "category": "meal", "tags": [], "price_minor": total_minor, "quantity": 1}
    place = {"store_id": store_id, "channel": "offline", "region": "beijing"}
    return {"total_minor": total_minor, **place, "items": [item]}


def claimed(stack: LocalStack, name: str, batch_id: str, **claims: str) -> Answered:
    with stack.caller(stack.token(name, "citizen", region="beijing", **claims)) as person:
        return person.claim(batch_id)


def code_of(stack: LocalStack, name: str, coupon_id: str) -> str:
    with stack.caller(stack.token(name, "citizen")) as person:
        return str(person.send("POST", f"/coupons/{coupon_id}/code", {}).json["code"])


def redeemed(stack: LocalStack, order_no: str, code: str, store_id: str = HOTPOT, **more: Any) -> Answered:
    with stack.caller(stack.token("till", "merchant", merchant_id=HOTPOT)) as till:
        body = {"code": code, "order": supper(store_id=store_id), **more}
        return till.send("PUT", f"/orders/{order_no}/redemption", body)


def operate(stack: LocalStack, method: str, path: str, body: Any = None) -> Answered:
    with stack.caller(stack.token("op", "operator")) as operator:
        return operator.send(method, path, body)


def test_one_night_pack_a_week_and_two_a_season(night: LocalStack) -> None:
    """Each claim is one transaction with its counts."""
    assert claimed(night, "owl", "night-0612").status == 201
    night.set_clock("2020-06-13T20:00:00+08:00")
    refused = claimed(night, "owl", "night-0613")
    assert (refused.status, refused.json["reason"]) == (403, "limit")
    assert claimed(night, "bat", "night-0613").status == 201
    night.set_clock("2020-06-19T20:00:00+08:00")
    assert claimed(night, "owl", "night-0619").status == 201


def test_a_supper_is_for_weekend_nights(night: LocalStack) -> None:
    """On Friday until two in the morning, not on Monday."""
    coupon_id = claimed(night, "moth", "night-0612").json["coupons"][0]["coupon_id"]
    night.set_clock("2020-06-15T20:00:00+08:00")
    refused = redeemed(night, "monday", code_of(night, "moth", coupon_id))
    assert (refused.slug, refused.json["reasons"]) == ("order-not-eligible", ["window"])
    night.set_clock("2020-06-14T01:59:00+08:00")
    assert redeemed(night, "sunday", code_of(night, "moth", coupon_id)).status == 201


def test_the_next_gym_visit_comes_after_the_last(night: LocalStack) -> None:
    """Not while the first can be used."""
    assert claimed(night, "gym-goer", "gym-june").status == 201
    assert claimed(night, "gym-goer", "gym-july").json["reason"] == "limit"
    night.set_clock("2020-06-19T20:00:00+08:00")
    assert claimed(night, "gym-goer", "gym-july").status == 201


def test_a_desk_helps_a_member_of_the_night_shift(night: LocalStack) -> None:
    """Admitted, claimed for, and printed: the paper is worth nothing without its PIN, and is used once."""
    members = operate(night, "PUT", "/admin/groups/night-shift/members", {"add": ["driver-1", "driver-2"]})
    assert (members.status, members.json["entitled"]) == (200, 2)
    assert claimed(night, "stranger", "night-shift").json["reason"] == "group"
    desk = night.token("desk-1", "citizen operator", person_id="driver-1")
    with night.caller(desk) as operator:
        coupon_id = operator.claim("night-shift").json["coupons"][0]["coupon_id"]
        paper = operator.send("POST", f"/coupons/{coupon_id}/code", {"print": True}).json
    assert redeemed(night, "paper", paper["code"], pin=f"{(int(paper['pin']) + 1) % 10**6:06}").slug == "code-invalid"
    assert redeemed(night, "paper", paper["code"], pin=paper["pin"]).status == 201


def test_a_closed_district_takes_no_coupons(night: LocalStack) -> None:
    """And takes them again when it is open."""
    coupon_id = claimed(night, "southerner", "night-0612").json["coupons"][0]["coupon_id"]
    for suspended, told in ((["fengtai"], "region"), ([], "")):
        document = operate(night, "GET", DISTRICTS).json
        assert operate(night, "PUT", DISTRICTS, {**document, "suspended_districts": suspended}).status == 200
        night.advance(2)
        answer = redeemed(night, "south", code_of(night, "southerner", coupon_id), store_id="fangzhuang-hotpot")
        assert answer.json.get("reasons", [""]) == [told], answer.text
    assert answer.status == 201


def test_a_draw(night: LocalStack) -> None:
    """An entry, its list, the draw by the local chain, and the claim of who won: there is a pack for all."""
    night.set_clock("2020-06-29T00:00:00+08:00")
    with night.caller(night.token("hopeful", "citizen", person_id="hopeful")) as hopeful:
        booked = hopeful.send("PUT", "/batches/night-draw/booking", {})
        assert booked.status == 201
        assert hopeful.send("DELETE", "/batches/night-draw/booking").slug == "closed"
        for moment in ("2020-07-02T00:01:00+08:00", "2020-07-03T20:01:00+08:00"):
            night.set_clock(moment)
            for _ in range(3):
                night.tick()
        mine = hopeful.send("GET", "/batches/night-draw/draw/mine").json
        assert (mine["result"], mine["rank"], mine["receipt"]) == ("won", 1, booked.json["receipt"])
        night.set_clock("2020-07-04T10:00:00+08:00")
        assert hopeful.claim("night-draw").status == 201
