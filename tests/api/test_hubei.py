"""The Hubei season of the season files: masks in two rounds by store, medicine to the door, statistics by tag."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.couponctl.campaign_files import read_campaign
from infra.couponctl.main import main
from infra.local.settings import checkout
from tests.api import seasons
from tests.api.rules import desk, told
from tests.api.stage import Stage
from tests.bus import Stream
from tests.editing import OPERATOR, edit_merchant
from tests.served import served
from tests.world import Answered, Person

HUBEI = {"campaign_id": "hubei-2020"}
BOOKED_1, OPEN_1, OPEN_2 = "2020-04-06T00:00:00+08:00", "2020-04-08T10:00:00+08:00", "2020-04-15T10:00:00+08:00"
PHARMACY, HANKOU, HUANGGANG = "masks-week-1", "masks-week-1-hankou", "masks-week-1-huanggang"
PRESCRIPTION = {"prescription_no": "RX-31", "pharmacist_id": "zhang"}
PARCEL = {"mode": "delivery", "ref": "parcel-7"}
WEEK_S = 604_800


@pytest.fixture
def season(fresh: Stage) -> Stage:
    """The season at the first minute in which masks can be booked."""
    fresh.clock.set(BOOKED_1)
    return fresh.published(seasons.season("hubei-2020"))


def neighbour(s: Stage, name: str, household_id: str | None = None) -> Person:
    """A person of Hubei, of a household of their own if none is named."""
    return s.citizen(name, region="hubei", household_id=household_id or f"home-of-{name}")


def booked(s: Stage, name: str, batch_id: str) -> None:
    path = {"batch_id": batch_id}
    assert neighbour(s, name).send("PUT /batches/{batch_id}/booking", path, body={}).status == 201


def claimed(s: Stage, name: str, batch_id: str, household_id: str | None = None) -> str:
    return told(neighbour(s, name, household_id).put_claim(batch_id))


def code(s: Stage, name: str, batch_id: str, place: int = 0) -> str:
    mine = neighbour(s, name).send("GET /batches/{batch_id}/claim", {"batch_id": batch_id}).json["coupons"]
    return neighbour(s, name).code(mine[place]["coupon_id"])


def of(store_id: str, total_minor: int, **item: Any) -> dict[str, Any]:
    goods = {"sku": "goods", "category": "goods", "tags": [], "price_minor": total_minor, "quantity": 1, **item}
    return {
        "total_minor": total_minor,
        "store_id": store_id,
        "channel": "offline",
        "region": "hubei",
        "items": [goods],
    }


def collected(s: Stage, name: str, batch_id: str, store_id: str, merchant_id: str = "") -> str:
    """The till's answer when this person asks for the masks there."""
    masks = of(store_id, 1980, sku="mask-pack-10")
    return told(s.merchant(merchant_id or store_id).redeem(f"{batch_id}-{name}", code(s, name, batch_id), masks))


def supplies(s: Stage) -> dict[str, dict[str, Any]]:
    """By batch."""
    found = s.citizen("anybody").send("GET /campaigns/{campaign_id}/supplies", HUBEI).json["supplies"]
    return {supply["batch_id"]: supply for supply in found}


def numbers(s: Stage, batch_id: str) -> tuple[int, ...]:
    """Allotted, booked, claimed, collected, left."""
    row = supplies(s)[batch_id]
    return tuple(row[name] for name in ("allotted", "booked", "claimed", "collected", "left"))


def through(s: Stage, *moments: str) -> None:
    """The schedule runs at each of these moments, until it has nothing to do."""
    for moment in moments:
        s.clock.set(moment)
        for _ in range(4):
            s.tick()


def audited(s: Stage, *batch_ids: str) -> None:
    for batch_id in batch_ids:
        audit = s.operator().send("GET /admin/batches/{batch_id}/audit", {"batch_id": batch_id}).json
        assert [one for one in audit["equations"] if not one["holds"]] == [], batch_id


def test_a_household_has_one_pack_a_round_at_the_store_that_it_booked(season: Stage) -> None:
    """With a booking, one person a household, at one store, and collected nowhere else."""
    for name, batch_id in (("ann", HUANGGANG), ("ann", PHARMACY), ("bob", HUANGGANG), ("cat", HANKOU)):
        booked(season, name, batch_id)
    lodger = {"region": "hubei"}
    path = {"batch_id": PHARMACY}
    assert (
        told(season.citizen("dan", **lodger).send("PUT /batches/{batch_id}/booking", path, body={}))
        == "403 not-eligible household"
    )
    season.clock.set(OPEN_1)
    assert claimed(season, "ann", HUANGGANG) == "201"
    assert claimed(season, "ann", PHARMACY) == "403 not-eligible limit"
    assert claimed(season, "bob", HUANGGANG, "home-of-ann") == "403 not-eligible limit"
    assert claimed(season, "bob", PHARMACY) == "403 not-eligible booking-required"
    assert [claimed(season, "bob", HUANGGANG), claimed(season, "cat", HANKOU)] == ["201", "201"]
    assert collected(season, "cat", HANKOU, "wuhan-pharmacy") == "422 order-not-eligible merchant"
    assert collected(season, "cat", HANKOU, "wuhan-pharmacy-hankou", "wuhan-pharmacy") == "201"
    assert collected(season, "ann", HUANGGANG, "wuhan-pharmacy") == "422 order-not-eligible merchant"
    assert collected(season, "ann", HUANGGANG, "huanggang-pharmacy") == "201"


def test_the_rest_of_a_suspended_store_is_in_its_next_round(season: Stage) -> None:
    """What nobody claimed once the batch is counted, and what nobody could collect once the coupons have ended."""
    stream = Stream(season)
    booked(season, "ann", HUANGGANG)
    booked(season, "bob", HUANGGANG)
    season.clock.set(OPEN_1)
    assert [claimed(season, "ann", HUANGGANG), claimed(season, "bob", HUANGGANG)] == ["201", "201"]
    assert collected(season, "ann", HUANGGANG, "huanggang-pharmacy") == "201"
    assert edit_merchant(OPERATOR, "huanggang-pharmacy", suspended=True).status == 200
    assert collected(season, "bob", HUANGGANG, "huanggang-pharmacy") == "422 order-not-eligible merchant"
    season.count(stream.records())
    assert {one: supply["status"] for one, supply in supplies(season).items()} == {
        PHARMACY: "open",
        HANKOU: "open",
        HUANGGANG: "suspended",
        "masks-week-2": "scheduled",
        "masks-week-2-hankou": "scheduled",
        "masks-week-2-huanggang": "suspended",
    }
    assert numbers(season, HUANGGANG) == (8_000, 2, 2, 1, 7_998)
    through(season, "2020-04-08T10:00:30+08:00", "2020-04-15T00:00:00+08:00", "2020-04-15T00:00:31+08:00")
    assert numbers(season, "masks-week-2-huanggang") == (15_998, 0, 0, 0, 15_998)
    assert edit_merchant(OPERATOR, "huanggang-pharmacy", suspended=False).status == 200
    booked(season, "bob", "masks-week-2-huanggang")
    through(season, OPEN_2, "2020-04-15T10:00:31+08:00")
    season.count(stream.records())
    assert numbers(season, "masks-week-2-huanggang") == (15_999, 1, 0, 0, 15_999)
    assert claimed(season, "bob", "masks-week-2-huanggang") == "201"
    assert collected(season, "bob", "masks-week-2-huanggang", "huanggang-pharmacy") == "201"
    audited(season, HUANGGANG, "masks-week-2-huanggang")


def test_a_store_that_is_stopped_for_good_gives_its_rest_too(season: Stage) -> None:
    """Its coupons are void; the packs that were claimed are in the next round once they would have ended."""
    booked(season, "ann", HUANGGANG)
    season.clock.set(OPEN_1)
    assert claimed(season, "ann", HUANGGANG) == "201"
    path, body = {"batch_id": HUANGGANG}, {"issued": "void"}
    assert season.operator().send("POST /admin/batches/{batch_id}/stop", path, body=body).status == 200
    assert collected(season, "ann", HUANGGANG, "huanggang-pharmacy") == "409 coupon-not-usable voided"
    assert supplies(season)[HUANGGANG]["status"] == "stopped"
    through(season, "2020-04-15T00:00:00+08:00", "2020-04-15T00:00:31+08:00")
    assert numbers(season, "masks-week-2-huanggang")[0] == 8_000 + 7_999
    through(season, OPEN_2, "2020-04-15T10:00:31+08:00")
    assert numbers(season, "masks-week-2-huanggang")[0] == 8_000 + 8_000
    audited(season, HUANGGANG, "masks-week-2-huanggang")


def test_somebody_else_collects_with_the_printed_code(
    season: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`couponctl assist` prints the code of a person without a phone; with its PIN whoever brings it has the masks."""
    masks, grandma = of("wuhan-pharmacy", 1980, sku="mask-pack-10"), desk("grandma")
    grandma.claims.update(region="hubei", household_id="home-of-grandma")
    with served(season) as town:
        monkeypatch.setenv("COUPONCTL_TOKEN", town.token(grandma))
        assert main(["--url", town.url, "--json", "assist", PHARMACY, "grandma", "--book"]) == 0
        season.clock.set(OPEN_1)
        assert main(["--url", town.url, "--json", "assist", PHARMACY, "grandma"]) == 0
    (sheet,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"pin"' in line]
    (coupon,) = sheet["coupons"]
    till = season.merchant("wuhan-pharmacy")
    wrong = "000000" if coupon["pin"] != "000000" else "000001"
    assert told(till.redeem("o-1", coupon["code"], masks)) == "400 code-invalid pin-required"
    assert told(till.redeem("o-1", coupon["code"], masks, pin=wrong)) == "400 code-invalid pin-wrong"
    season.clock.set("2020-04-15T09:59:59+08:00")
    assert told(till.redeem("o-1", coupon["code"], masks, pin=coupon["pin"])) == "201"


def refill(s: Stage, order_no: str, place: int, **changes: Any) -> Answered:
    """Ann's refill is on its way for a week."""
    body = {"code": code(s, "ann", "chronic-medicine", place), "order": medicine(**changes), "ttl_s": WEEK_S}
    return s.merchant("jd-health").send("PUT /orders/{order_no}/hold", {"order_no": order_no}, body=body)


def medicine(**changes: Any) -> dict[str, Any]:
    stated = {"channel": "online", "evidence": PRESCRIPTION, "fulfilment": PARCEL}
    return {**of("jd-health", 10_000, category="medicine"), **stated, **changes}


def test_medicine_comes_to_the_door_once_in_thirty_days(season: Stage) -> None:
    """By prescription, paid by the insurance but for the own part; a refill on its way is the cycle's."""
    members = {"add": ["ann"], "remove": []}
    path = {"group_id": "chronic-patients"}
    assert season.operator().send("PUT /admin/groups/{group_id}/members", path, body=members).status == 200
    assert claimed(season, "bob", "chronic-medicine") == "403 not-eligible group"
    assert claimed(season, "ann", "chronic-medicine") == "201"
    season.clock.set("2020-04-27T09:00:00+08:00")
    assert told(refill(season, "o-1", 0, evidence=None)) == "422 order-not-eligible evidence"
    assert told(refill(season, "o-1", 0, fulfilment=None)) == "422 order-not-eligible fulfilment"
    held = refill(season, "o-1", 0)
    assert (held.status, held.json["held_until"]) == (201, "2020-05-04T09:00:00+08:00")
    assert told(refill(season, "o-2", 1)) == "403 not-eligible limit"
    season.clock.set("2020-04-30T23:59:59+08:00")
    assert told(refill(season, "o-2", 1)) == "403 not-eligible limit"
    paid = season.merchant("jd-health").redeem("o-1", None, medicine())
    assert (paid.status, paid.json["payable_minor"]) == (201, 3_000)
    assert paid.json["funding"] == [{"funder_id": "medical-insurance", "amount_minor": 7_000}]
    season.clock.advance(1)
    assert told(refill(season, "o-2", 1)) == "201"


def test_statistics_show_hubei_goods_small_firms_and_poor_areas(season: Stage) -> None:
    """To the unit, by the tags of the merchants at which coupons were used."""
    stream = Stream(season)
    season.clock.set(OPEN_1)
    goods = {"tags": ["hubei-origin"], "category": "food"}
    uses = [
        ("ann", "buy-hubei-goods", "jd-hubei", {**of("jd-hubei", 9_900, **goods), "channel": "online"}),
        (
            "bob",
            "buy-hubei-goods",
            "yuanan-specialities",
            {**of("yuanan-specialities", 12_000, **goods), "channel": "online"},
        ),
        ("ann", "sme-recovery", "wuhan-noodles", of("wuhan-noodles", 5_000)),
        (
            "bob",
            "sme-recovery",
            "yuanan-specialities",
            {**of("yuanan-specialities", 5_000), "channel": "online"},
        ),
    ]
    for name, batch_id, merchant_id, bought in uses:
        assert claimed(season, name, batch_id) == "201"
        used = season.merchant(merchant_id).redeem(f"{batch_id}-{name}", code(season, name, batch_id), bought)
        assert used.status == 201, used.text
    season.count(stream.records())
    rows = season.citizen("anybody").send("GET /campaigns/{campaign_id}/stats", HUBEI, query={"by": "tag"}).json["rows"]
    said = {
        row["name"]: tuple(row[flow] for flow in ("redemptions", "discount_minor", "consumption_minor")) for row in rows
    }
    assert said == {
        "hubei-goods": (3, 5_500, 26_900),
        "poor-area-speciality": (2, 3_500, 17_000),
        "sme": (1, 1_500, 5_000),
    }


def test_each_live_show_opens_its_batch_at_its_first_minute() -> None:
    """And is on air as long as it takes."""
    file = read_campaign(checkout() / "infra" / "seasons" / "hubei-2020.yaml")
    assert file.programme is not None
    opens = {batch["batch_id"]: batch["opens_at"] for batch in file.document["batches"]}
    shows = [one for one in file.programme["activities"] if one["kind"] == "broadcast"]
    assert [one["activity_id"] for one in shows] == ["live-show-0406", "live-show-0412", "live-show-0606"]
    for show in shows:
        (session,) = show["sessions"]
        assert opens[show["seats"]["batch_id"]] == session["starts_at"] == show["live"]["starts_at"]
