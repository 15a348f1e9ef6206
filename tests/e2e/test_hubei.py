"""Hubei's recovery over HTTP, from its first announcement to its last settlement, on a stack that begins in April 2020.

Each test goes on where the one before it ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.city import City, city_of, order

FIRST, SECOND = "masks-week-1", "masks-week-2"
HANKOU, HUANGGANG = "masks-week-1-hankou", "masks-week-1-huanggang"
PRESCRIPTION = {"prescription_no": "RX-31", "pharmacist_id": "zhang"}
PARCEL = {"mode": "delivery", "ref": "parcel-7"}
WEEK_S = 604_800
MASKS = {"sku": "mask-pack-10"}


@pytest.fixture(scope="module")
def hubei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The evening before the season. Ann and Bob live together, the others alone; Gran has no phone."""
    with city_of(tmp_path_factory.mktemp("hubei"), "hubei-2020", "hubei", "2020-03-31T23:59:00+08:00") as city:
        homes = {"ann": "home-1", "bob": "home-1", "cat": "home-2", "gran": "home-3"}
        city.about = {name: {"household_id": home} for name, home in homes.items()}
        yield city


def supply(city: City, batch_id: str) -> tuple[int, ...]:
    """Allotted, booked, claimed, collected, left."""
    found = city.operator("GET", f"/campaigns/{city.campaign_id}/supplies").json["supplies"]
    (row,) = [one for one in found if one["batch_id"] == batch_id]
    return tuple(row[name] for name in ("allotted", "booked", "claimed", "collected", "left"))


def book(city: City, name: str, batch_id: str) -> str:
    answer = city.citizen(name, "PUT", f"/batches/{batch_id}/booking")
    return answer.slug or str(answer.status)


def claim(city: City, name: str, batch_id: str) -> str:
    answer = city.citizen(name, "PUT", f"/batches/{batch_id}/claim")
    return answer.json.get("reason") or answer.slug or str(answer.status)


def collect(city: City, name: str, batch_id: str, merchant_id: str, store_id: str) -> str:
    """The till's answer to who shows the code of the masks there."""
    body = {"code": city.code(name, batch_id), "order": order(store_id, 1980, **MASKS)}
    answer = city.shop(merchant_id, "PUT", f"/orders/{batch_id}-{name}/redemption", body)
    return answer.slug or str(answer.status)


def medicine(**changes: Any) -> dict[str, Any]:
    stated = {"evidence": PRESCRIPTION, "fulfilment": PARCEL}
    return {**order("jd-health", 10_000, channel="online", category="medicine"), **stated, **changes}


def test_the_first_announcement_and_hubeis_goods(hubei: City) -> None:
    """On 1 April goods of Hubei's origin are 20 yuan cheaper, and nothing else is."""
    assert hubei.announced("home") == []
    hubei.at("2020-04-01T00:00:00+08:00")
    assert hubei.announced("home") == ["buy-hubei"]
    hubei.at("2020-04-01T10:00:00+08:00")
    assert claim(hubei, "ann", "buy-hubei-goods") == "201"
    tea = order("yuanan-specialities", 9_900, channel="online", tags=["hubei-origin"])
    body = {"code": hubei.code("ann", "buy-hubei-goods"), "order": order("jd-hubei", 9_900, channel="online")}
    refused = hubei.shop("jd-hubei", "PUT", "/orders/other/redemption", body)
    assert (refused.slug, refused.json["reasons"]) == ("order-not-eligible", ["tag", "min-spend"])
    bought = hubei.shop("yuanan-specialities", "PUT", "/orders/tea/redemption", {**body, "order": tea})
    assert (bought.status, bought.json["discount_minor"], bought.json["payable_minor"]) == (201, 2_000, 7_900)


def test_medicine_is_sent_with_its_prescription_and_paid_at_the_door(hubei: City) -> None:
    """To members of the group; the insurance pays 70 of 100 yuan, and the next refill is thirty days away."""
    members = {"add": ["dan"]}
    assert hubei.operator("PUT", "/admin/groups/chronic-patients/members", members).status == 200
    assert [claim(hubei, name, "chronic-medicine") for name in ("ann", "dan")] == ["group", "201"]
    hold = {"code": hubei.code("dan", "chronic-medicine"), "ttl_s": WEEK_S}
    for missing in ("evidence", "fulfilment"):
        asked = {**hold, "order": medicine(**{missing: None})}
        assert hubei.shop("jd-health", "PUT", "/orders/rx-1/hold", asked).json["reasons"] == [missing]
    held = hubei.shop("jd-health", "PUT", "/orders/rx-1/hold", {**hold, "order": medicine()})
    assert (held.status, held.json["held_until"][:16]) == (201, "2020-04-08T10:00"), held.text
    hubei.at("2020-04-05T09:00:00+08:00")
    brought = hubei.shop("jd-health", "PUT", "/orders/rx-1/redemption", {"order": medicine()})
    assert (brought.status, brought.json["payable_minor"]) == (201, 3_000), brought.text
    assert brought.json["funding"] == [{"funder_id": "medical-insurance", "amount_minor": 7_000}]
    again = {"code": hubei.code("dan", "chronic-medicine", 1), "ttl_s": WEEK_S, "order": medicine()}
    assert hubei.shop("jd-health", "PUT", "/orders/rx-2/hold", again).json["reason"] == "limit"


def test_masks_of_the_first_week_are_one_a_household_at_the_booked_store(hubei: City) -> None:
    """Announced and booked from the 6th, claimed and collected from the 8th, also by somebody else with the paper."""
    hubei.at("2020-04-06T00:00:00+08:00")
    assert hubei.announced(f"batch:{FIRST}") == ["masks-by-booking"]
    booked = [("ann", FIRST), ("bob", FIRST), ("cat", HANKOU)]
    assert [book(hubei, *one) for one in booked] == ["201"] * 3
    assert book(hubei, "lodger", FIRST) == "not-eligible"
    assert hubei.desk("gran", "PUT", f"/batches/{FIRST}/booking").status == 201
    hubei.at("2020-04-06T20:00:00+08:00")
    assert claim(hubei, "cat", "live-show-0406") == "201"
    hubei.at("2020-04-08T10:00:00+08:00")
    assert [claim(hubei, "ann", FIRST), claim(hubei, "bob", FIRST)] == ["201", "limit"]
    assert [claim(hubei, "cat", FIRST), claim(hubei, "cat", HANKOU)] == ["booking-required", "201"]
    (coupon,) = hubei.desk("gran", "PUT", f"/batches/{FIRST}/claim").json["coupons"]
    paper = hubei.desk("gran", "POST", f"/coupons/{coupon['coupon_id']}/code", {"print": True}).json
    assert collect(hubei, "ann", FIRST, "wuhan-pharmacy", "wuhan-pharmacy-hankou") == "order-not-eligible"
    assert collect(hubei, "ann", FIRST, "wuhan-pharmacy", "wuhan-pharmacy") == "201"
    sheet = {"code": paper["code"], "order": order("wuhan-pharmacy", 1980, **MASKS)}
    path, wrong = "/orders/by-proxy/redemption", f"{(int(paper['pin']) + 1) % 10**6:06}"
    assert hubei.shop("wuhan-pharmacy", "PUT", path, {**sheet, "pin": wrong}).slug == "code-invalid"
    assert hubei.shop("wuhan-pharmacy", "PUT", path, {**sheet, "pin": paper["pin"]}).status == 201
    hubei.follows(lambda: supply(hubei, FIRST), (12_000, 3, 2, 2, 11_998))
    hubei.follows(lambda: supply(hubei, HANKOU), (10_000, 1, 1, 0, 9_999))


def test_small_firms_open_again(hubei: City) -> None:
    """Fifteen of fifty yuan, 60 to 40 by the two."""
    assert hubei.announced("section:local-business", "wuhan") == ["stores-open"]
    assert claim(hubei, "bob", "sme-recovery") == "201"
    body = {"code": hubei.code("bob", "sme-recovery"), "order": order("wuhan-noodles", 5_000)}
    eaten = hubei.shop("wuhan-noodles", "PUT", "/orders/noodles/redemption", body).json
    paid = {one["funder_id"]: one["amount_minor"] for one in eaten["funding"]}
    assert (eaten["discount_minor"], paid) == (1_500, {"hubei-government": 900, "jd": 600})


def test_what_nobody_claimed_or_collected_is_in_the_second_week(hubei: City) -> None:
    """Each store's own rest; the household has its next pack."""
    hubei.through("2020-04-15T00:00:00+08:00")
    assert supply(hubei, SECOND)[0] == 12_000 + 11_998
    assert supply(hubei, f"{SECOND}-huanggang")[0] == 8_000 + 8_000
    assert hubei.announced(f"batch:{SECOND}") == ["masks-second-week"]
    assert [book(hubei, "bob", SECOND), book(hubei, "cat", f"{SECOND}-hankou")] == ["201", "201"]
    hubei.through("2020-04-15T10:00:00+08:00")
    assert supply(hubei, f"{SECOND}-hankou")[0] == 10_000 + 10_000
    assert [claim(hubei, "bob", SECOND), claim(hubei, "cat", f"{SECOND}-hankou")] == ["201", "201"]
    assert collect(hubei, "bob", SECOND, "wuhan-pharmacy", "wuhan-pharmacy") == "201"
    rows = hubei.operator("GET", f"/campaigns/{hubei.campaign_id}/supplies").json["supplies"]
    assert len(rows) == 6
    hubei.follows(lambda: supply(hubei, SECOND), (23_998, 1, 1, 1, 23_997))
    assert [supply(hubei, one["batch_id"])[0] for one in rows] == [one["claimed"] + one["left"] for one in rows]


def test_the_second_refill_is_of_the_next_thirty_days(hubei: City) -> None:
    """From midnight; one that is on its way when its hold ends can be sent again."""
    hubei.at("2020-05-01T00:00:00+08:00")
    sent = {"code": hubei.code("dan", "chronic-medicine", 1), "ttl_s": WEEK_S, "order": medicine()}
    assert hubei.shop("jd-health", "PUT", "/orders/rx-3/hold", sent).status == 201
    assert hubei.shop("jd-health", "DELETE", "/orders/rx-3/hold").status == 200
    sent["code"] = hubei.code("dan", "chronic-medicine", 1)
    assert hubei.shop("jd-health", "PUT", "/orders/rx-4/hold", sent).status == 201
    assert hubei.shop("jd-health", "PUT", "/orders/rx-4/redemption", {"order": medicine()}).status == 201


def test_the_last_settlement(hubei: City) -> None:
    """All is over: each day is final, what is reserved is what was spent, every audit is true."""
    for moment in ("2020-07-01T00:00:00+08:00", "2020-07-02T00:00:00+08:00"):
        hubei.through(moment)
    for merchant_id, day, discount_minor in (
        ("yuanan-specialities", "2020-04-01", 2_000),
        ("jd-health", "2020-04-05", 7_000),
        ("wuhan-pharmacy", "2020-04-08", 2 * 1_980),
        ("wuhan-noodles", "2020-04-08", 1_500),
        ("wuhan-pharmacy", "2020-04-15", 1_980),
        ("jd-health", "2020-05-01", 7_000),
    ):
        (sums,) = hubei.settled(merchant_id, day)["day_sums"]
        assert sums["discount_minor"] == discount_minor
    hubei.assert_audited()
    assert hubei.assert_only_spent_is_reserved() == {
        "medical-insurance": 14_000,
        "hubei-government": 3 * 1_980 + 900,
        "jd": 2_000 + 600,
    }
    by_tag = hubei.operator("GET", f"/campaigns/{hubei.campaign_id}/stats?by=tag").json["rows"]
    redeemed = {row["name"]: row["redemptions"] for row in by_tag}
    assert redeemed.items() >= {"hubei-goods": 1, "poor-area-speciality": 1, "sme": 1}.items()
