"""What others read of a check-in, whose coupon is the id of a booking: events, statistics, statements, a recount."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import events
from coupons.count.recount import recount
from coupons.process.services import replace_services
from infra.events.__main__ import documents
from tests.bus import Stream
from tests.court import programme
from tests.door import SLOT, arrive, at, book, checked_in, open_door
from tests.store.played_hour import stored, take
from tests.world import World

REDEEMED = ("redemptions", "reversals", "check_ins", "discount_minor", "consumption_minor")


@pytest.fixture(params=["paid", "unpaid"])
def door(world: World, request: pytest.FixtureRequest) -> World:
    """Ann and Bob have booked the slot at nine, and it is nine; its batch pays, or none does."""
    open_door(world, **(programme() if request.param == "unpaid" else {}))
    book(world, "ann", "bob")
    return at(world)


def told(world: World, stream: Stream) -> list[dict[str, Any]]:
    """The events of what was written since, each as its schema says."""
    assert events.handler({"Records": stream.records()}, None)["failed"] == 0
    found = world.heard.take()
    for event in found:
        Draft202012Validator(documents()[event["type"]]).validate(event)
    return found


def test_a_check_in_is_told_once_and_names_nobody(door: World) -> None:
    """One event, as it was answered; a repeat tells nothing; a reversal is told if money moved."""
    stream = Stream(door)
    answered = arrive(door).json
    (event,) = told(door, stream)
    data = event["data"]
    assert (event["type"], event["subject"]) == ("slot.checked-in.v1", answered["booking_id"])
    same = ("slot_id", "checkin_no", "booking_id", "checked_in_at", "subsidy_minor", "payable_minor", "reasons")
    assert {name: data[name] for name in same} == {name: answered[name] for name in same}
    assert "ann" not in json.dumps(event)
    arrive(door)
    assert told(door, stream) == []
    door.merchant().reverse("v-1", "r-1", answered["payable_minor"])
    is_paid = bool(answered["subsidy_minor"])
    reversed_ = told(door, stream)
    assert [one["type"] for one in reversed_] == (["coupon.reversed.v1"] if is_paid else [])
    assert all(one["data"]["discount_minor"] == 2_000 for one in reversed_)


def test_it_is_counted_from_its_line_and_recounted_to_the_unit(door: World) -> None:
    """In its minute, by the place of its venue; a reversal takes the money off, and no check-in."""
    stream = Stream(door)
    answered = arrive(door).json
    door.merchant().reverse("v-1", "r-1", answered["payable_minor"])
    take(door, stream.records(), "a")
    (row,) = [row for minute, row in stored(door).items() if minute.startswith("STATS")]
    assert (row["R"], row["U"], row["I"], row.get("D", 0), row.get("T", 0)) == (1, 1, 1, 0, 0)
    assert row["Ideast"] == row["Ikcatering"] == 1
    assert row.get("Ibcourts", 0) == (1 if answered["subsidy_minor"] else 0)
    found = recount(door.services, "season", door.now_s + 600)
    assert (found.differences, found.minutes > 0) == ([], True)


def test_a_statement_says_the_slot_and_why_nothing_is_paid(door: World) -> None:
    """In the campaign's zone, with sums of its purse; also once the day is closed."""
    answered = arrive(door).json
    read = door.merchant().send("GET /settlements/{day}", {"day": "2020-06-10"}).json
    (line,) = read["lines"]
    assert (line["slot_id"], line["coupon_id"], line["reasons"]) == (SLOT, answered["booking_id"], answered["reasons"])
    assert (line["at"], line["discount_minor"]) == (answered["checked_in_at"], answered["subsidy_minor"])
    assert [one["campaign_id"] for one in read["sums"]] == ["season"]
    assert read["sums"][0]["payable_minor"] == answered["payable_minor"]


def test_the_wallet_and_the_coupons_code_know_nothing_of_it(door: World) -> None:
    """The id of a booking is no coupon's."""
    booking_id = arrive(door).json["booking_id"]
    ann = door.citizen("ann")
    assert ann.send("GET /wallet").json["coupons"] == []
    assert ann.send("POST /coupons/{coupon_id}/code", {"coupon_id": booking_id}, body={}).slug == "not-found"
    assert door.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": "v-1"}).slug == "order-conflict"


def test_another_process_reads_it_back(door: World) -> None:
    """By its own caches, as a redemption and as a check-in."""
    answered = arrive(door).json
    replace_services(door.new_services())
    shop, path = door.merchant(), {"slot_id": SLOT, "checkin_no": "v-1"}
    assert shop.send("GET /slots/{slot_id}/checkins/{checkin_no}", path).json == answered
    read = shop.send("GET /orders/{order_no}/redemption", {"order_no": "v-1"}).json
    assert (read["coupon_id"], read["discount_minor"], read["redeemed_at"]) == (
        answered["booking_id"],
        answered["subsidy_minor"],
        checked_in()["checked_in_at"],
    )
