"""Events: their content, that ids depend on what happened only, and that ten fit one request."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from coupons.model import events
from coupons.model.claims import Claim, Coupon
from coupons.model.event_parts import event_id
from coupons.model.orders import Line, LineAmounts, MerchantLine
from coupons.model.programme_events import AnnouncementPublished
from coupons.model.programme_events import published as published_announcements
from coupons.model.programmes import Announced, ProgrammeHead
from coupons.model.slot_events import SlotCheckedIn, SlotWrite, of_check_in, of_write
from coupons.model.slot_records import SlotRecord
from coupons.model.terms import Terms
from coupons.money import FundingLine
from infra.events.__main__ import SCHEMAS
from tests.court import NOW_S, a_slot
from tests.programmes import alert, parsed_programme
from tests.unit.model.test_points_events import earned
from tests.unit.published import published
from tests.world import KEYS, a_batch, campaign, parsed, seconds, terms

SOURCE = "urn:coupon-season:prod"
CLAIMED_S = seconds("2020-06-06T10:00:00+08:00")
DAY_S = 86_400
IDS = ("A" * 51, "B" * 51)
BATCH = published(parsed(campaign(a_batch(terms=["ten-off", "two-off"]), terms=[terms("ten-off"), terms("two-off")])))
CLAIM = Claim(
    batch_number=1,
    person=b"p" * 16,
    token="t:0",
    claimed_at_s=CLAIMED_S,
    key_version=1,
    coupons=tuple(Coupon("available", CLAIMED_S, CLAIMED_S + 14 * DAY_S) for _ in IDS),
)
AMOUNTS = LineAmounts(1000, 500, 4500, (FundingLine("city", 600), FundingLine("shop", 400)))
LINE = Line("redemption", "o-1", "", IDS[0], BATCH.purse, "pack", "ten-off", AMOUNTS, CLAIMED_S + 60, late=False)
BACK = LineAmounts(-1000, -500, -4500, (FundingLine("city", -600), FundingLine("shop", -400)))
REVERSAL = replace(LINE, kind="reversal", reversal_no="r-1", amounts=BACK, at_s=CLAIMED_S + 90, coupon_returned=True)


def claimed(claim: Claim = CLAIM, extended_s: int = 0, ids: tuple[str, ...] = IDS) -> events.CouponClaimed:
    return events.claimed(SOURCE, BATCH, claim, ids, extended_s)


def moved(line: Line = LINE, merchant_id: str = "diner") -> events.CouponRedeemed | events.CouponReversed:
    return events.moved(SOURCE, BATCH, MerchantLine(merchant_id, line))


def expiring(
    places: tuple[int, ...] = (0, 1), expires_at_s: int = CLAIMED_S + 14 * DAY_S, ids: tuple[str, ...] = IDS
) -> events.CouponExpiring:
    return events.expiring(SOURCE, BATCH, ids, places, expires_at_s, CLAIMED_S + 11 * DAY_S)


def announced(**changes: Any) -> AnnouncementPublished:
    """The event of the alert with these changes, in revision 3."""
    document = parsed_programme(announcements=[alert(**changes), alert(announcement_id="other")])
    head = ProgrammeHead(3, "d" * 32, 1, "Asia/Shanghai")
    (event,) = published_announcements(SOURCE, Announced("season", head, ["rain"], CLAIMED_S), document)
    return event


def slot_events() -> list[events.Event]:
    """Ann gives her place back, Bob, who waited, has it, and Cyd books another."""
    ann, bob, cyd = (KEYS.person(name) for name in ("ann", "bob", "cyd"))
    before = SlotRecord(2, 5, 1, NOW_S, booked={ann: 1}, waiting={bob: 2})
    after = SlotRecord(2, 6, 1, NOW_S, booked={bob: 6, cyd: 6})
    return [*of_write(SOURCE, a_slot(), SlotWrite(a_slot().name, before, after), KEYS)]


def checked_in(order_no: str = "v-1", **changes: Any) -> SlotCheckedIn:
    """The event of Ann's check-in, paid as the coupon of `LINE` is."""
    booking_id = KEYS.seal_booking(a_slot().slot_id, KEYS.person("ann"), 1)
    line = replace(LINE, order_no=order_no, coupon_id=booking_id, slot_id=a_slot().slot_id, **changes)
    return of_check_in(SOURCE, a_slot(), MerchantLine("diner", line))


EVERY = [claimed(), moved(), moved(REVERSAL), expiring(), announced(), *slot_events(), checked_in(), earned()]


def shown(event: events.Event) -> Any:
    return json.loads(event.model_dump_json())


def test_a_claim_tells_the_whole_pack() -> None:
    """It has the contract's fields in the campaign's time, and nothing about the person."""
    coupon = {"valid_from": "2020-06-06T10:00:00+08:00", "expires_at": "2020-06-20T10:00:00+08:00"}
    event = shown(claimed())
    assert len(event.pop("id")) == 32
    assert event == {
        "specversion": "1.0",
        "source": SOURCE,
        "type": "coupon.claimed.v1",
        "time": "2020-06-06T10:00:00+08:00",
        "subject": "pack",
        "datacontenttype": "application/json",
        "dataschema": "urn:coupon-season:schema:coupon.claimed.v1#/properties/data",
        "data": {
            "campaign_id": "season",
            "batch_id": "pack",
            "claimed_at": "2020-06-06T10:00:00+08:00",
            "coupons": [
                {"coupon_id": IDS[0], "terms_id": "ten-off", **coupon},
                {"coupon_id": IDS[1], "terms_id": "two-off", **coupon},
            ],
        },
    }


def test_a_claim_tells_the_validity_as_it_is_extended() -> None:
    """The same times as the answer to the claim."""
    assert shown(claimed(extended_s=DAY_S))["data"]["coupons"][0]["expires_at"] == "2020-06-21T10:00:00+08:00"


REDEEMED = {
    "campaign_id": "season",
    "batch_id": "pack",
    "coupon_id": IDS[0],
    "terms_id": "ten-off",
    "merchant_id": "diner",
    "order_no": "o-1",
    "discount_minor": 1000,
    "merchant_match_minor": 500,
    "payable_minor": 4500,
    "funding": [{"funder_id": "city", "amount_minor": 600}, {"funder_id": "shop", "amount_minor": 400}],
}


@pytest.mark.parametrize("late", [False, True])
def test_a_redemption_tells_the_line(late: bool) -> None:
    """Amounts, merchant, time, and whether the scan was sent late."""
    event = shown(moved(replace(LINE, late=late)))
    assert (event["type"], event["subject"], event["time"]) == (
        "coupon.redeemed.v1",
        IDS[0],
        "2020-06-06T10:01:00+08:00",
    )
    assert event["data"] == {**REDEEMED, "redeemed_at": "2020-06-06T10:01:00+08:00", "late": late}


def test_an_announcement_tells_what_its_programme_states() -> None:
    """All of it, with the revision that tells two events of one announcement apart."""
    event = shown(announced(link="/help/", audience={"groups": ["nurses"]}))
    assert (event["type"], event["subject"], event["time"]) == (
        "announcement.published.v1",
        "rain",
        "2020-06-06T10:00:00+08:00",
    )
    assert event["data"] == {
        "campaign_id": "season",
        "announcement_id": "rain",
        "revision": 3,
        "placement": "home",
        "kind": "alert",
        "title": {"en": "Rain", "zh": "雨"},
        "body": None,
        "image": None,
        "link": "/help/",
        "audience": {"regions": [], "districts": [], "groups": ["nurses"]},
        "starts_at": "2020-06-06T08:00:00+08:00",
        "ends_at": "2020-06-07T08:00:00+08:00",
        "priority": 0,
    }


@pytest.mark.parametrize("returned", [False, True])
def test_a_reversal_tells_what_went_back(returned: bool) -> None:
    """The negative amounts of the line become positive, and the event says whether the coupon was returned."""
    event = shown(moved(replace(REVERSAL, coupon_returned=returned)))
    assert (event["type"], event["subject"], event["time"]) == (
        "coupon.reversed.v1",
        IDS[0],
        "2020-06-06T10:01:30+08:00",
    )
    told = {"reversal_no": "r-1", "reversed_at": "2020-06-06T10:01:30+08:00", "coupon_returned": returned}
    assert event["data"] == {**REDEEMED, **told}


def test_expiring_soon_tells_the_coupons_at_their_places() -> None:
    """And when they end."""
    event = shown(expiring(places=(1,)))
    assert (event["type"], event["subject"], event["time"]) == (
        "coupon.expiring.v1",
        "pack",
        "2020-06-17T10:00:00+08:00",
    )
    assert event["data"] == {
        "campaign_id": "season",
        "batch_id": "pack",
        "expires_at": "2020-06-20T10:00:00+08:00",
        "coupons": [{"coupon_id": IDS[1], "terms_id": "two-off"}],
    }


@pytest.mark.parametrize(
    ("event", "again"),
    [
        (claimed(), claimed(extended_s=DAY_S)),
        (moved(), moved(replace(LINE, at_s=LINE.at_s + 1))),
        (moved(REVERSAL), moved(replace(REVERSAL, coupon_returned=False))),
        (expiring(), expiring(places=(1,))),
    ],
)
def test_the_same_movement_has_the_same_id(event: events.Event, again: events.Event) -> None:
    """The id stays the same if other fields change between repeats."""
    assert event.id == again.id


def test_different_movements_have_different_ids() -> None:
    """Another coupon, order, reversal, merchant, expiry or type gives another id."""
    others = [
        *EVERY,
        claimed(ids=IDS[::-1]),
        moved(replace(LINE, order_no="o-2")),
        moved(merchant_id="other"),
        moved(replace(REVERSAL, reversal_no="r-2")),
        moved(replace(REVERSAL, order_no="o-2")),
        expiring(expires_at_s=CLAIMED_S + 14 * DAY_S + 1),
        expiring(ids=IDS[::-1]),
        checked_in("v-2"),
    ]
    assert len({event.id for event in others}) == len(others)


@given(st.lists(st.text("ab-", max_size=3), min_size=1, max_size=4), st.lists(st.text("ab-", max_size=3), min_size=1))
def test_no_two_movements_are_spelled_alike(one: list[str], other: list[str]) -> None:
    """Parts that join to the same text give different ids."""
    assert (event_id("t", *one) == event_id("t", *other)) == (one == other)


@pytest.mark.parametrize("event", EVERY, ids=lambda event: event.type)
def test_an_event_fits_its_schema(event: events.Event) -> None:
    """An independent validator accepts each event, and refuses a missing, renamed or negative field."""
    schema = json.loads((SCHEMAS / f"{event.type}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert event.dataschema == f"{schema['$id']}#/properties/data"
    validator = Draft202012Validator(schema)
    validator.validate(shown(event))
    for name in shown(event):
        assert not validator.is_valid({key: value for key, value in shown(event).items() if key != name}), name
    for name in shown(event)["data"]:
        data = {key: value for key, value in shown(event)["data"].items() if key != name}
        assert not validator.is_valid({**shown(event), "data": data}), name
    assert not validator.is_valid({**shown(event), "type": "coupon.lost.v1"})


@pytest.mark.parametrize("event", EVERY, ids=lambda event: event.type)
def test_an_event_is_read_back(event: events.Event) -> None:
    """An unknown field is ignored; a wrong type is refused."""
    assert events.ANY_EVENT.validate_json(event.model_dump_json()) == event
    later = {**shown(event), "extension": 1, "data": {**shown(event)["data"], "more": 1}}
    assert events.ANY_EVENT.validate_json(json.dumps(later)) == event
    for broken in ({**shown(event), "id": 1}, {**shown(event), "type": "coupon.lost.v1"}, {**shown(event), "id": "x"}):
        with pytest.raises(ValidationError):
            events.ANY_EVENT.validate_json(json.dumps(broken))


def test_ten_of_the_largest_fit_one_request() -> None:
    """Ten of the largest events stay below the 256 KB of PutEvents."""
    long = "a" * 64
    largest = Terms.model_validate_json(json.dumps(terms(long)))
    batch = replace(
        BATCH,
        campaign_id=long,
        terms=(largest,) * 8,
        document=BATCH.document.model_copy(update={"batch_id": long}),
    )
    claim = replace(CLAIM, coupons=CLAIM.coupons[:1] * 8)
    ids = ["A" * 160] * 8
    most = LineAmounts(-(10**11), -(10**12), -(10**11), (FundingLine(long, -(10**11)),) * 10)
    line = Line(
        "reversal", long, long, "A" * 160, BATCH.purse, long, long, most, CLAIMED_S, late=False, coupon_returned=True
    )
    for event in (
        events.claimed("urn:coupon-season:" + "a" * 16, batch, claim, ids, 0),
        events.moved("urn:coupon-season:" + "a" * 16, batch, MerchantLine(long, line)),
        events.expiring(SOURCE, batch, ids, range(8), CLAIMED_S, CLAIMED_S),
    ):
        assert len(event.model_dump_json().encode()) < 25_000
