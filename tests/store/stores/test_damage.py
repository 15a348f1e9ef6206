"""Every reader with every kind of damaged item: the rest is served, the item is named, and its content is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import expire
from coupons.process.services import replace_services
from infra.virtual.store import Store
from tests.logs import logged
from tests.spoiled import BAD, Look, Place, SpoiledWorld, assert_only_damage, in_few_words
from tests.world import OPENING, a_batch, campaign, order

DAY = "2020-06-06"
AFTER = "2020-06-07T00:01:00+08:00"
SALES = (("ann", "pack", "diner", "o-1"), ("ann", "toys", "diner", "o-2"), ("bo", "toys", "bakery", "o-3"))


class Town(SpoiledWorld):
    """Two campaigns; Ann redeemed a coupon of each at the diner, Bo one at the bakery."""

    def look(self) -> Look:
        """What each reader answers, in few words; from a process that remembers nothing."""
        replace_services(self.new_services())
        ann, diner, operator = self.citizen("ann"), self.merchant(), self.operator()
        seen: Look = {}
        answer = ann.send("GET /campaigns")
        seen["campaigns"] = in_few_words(answer, lambda a: [one["campaign_id"] for one in a["campaigns"]])
        for name in ("fair", "season"):
            answer = ann.send("GET /campaigns/{campaign_id}", {"campaign_id": name})
            seen[name] = in_few_words(answer, lambda a: [one["batch_id"] for one in a["batches"]])
        answer = ann.send("GET /campaigns/{campaign_id}/merchants", {"campaign_id": "fair"})
        seen["merchants"] = in_few_words(answer, lambda a: [one["merchant_id"] for one in a["merchants"]])
        seen["own record"] = in_few_words(self.merchant("bakery").send("GET /merchant"), lambda a: a["title"])
        answer = ann.send("GET /wallet")
        seen["wallet"] = in_few_words(answer, lambda a: ([one["batch_id"] for one in a["coupons"]], a["damaged"]))
        answer = operator.send("POST /admin/persons/lookup", body={"person_id": "ann"})
        seen["lookup"] = in_few_words(answer, lambda a: (len(a["coupons"]), a["damaged"]))
        for shop in (diner, self.merchant("bakery")):
            answer = shop.send("GET /settlements/{day}", {"day": DAY})
            seen[shop.claims["merchant_id"]] = in_few_words(answer, settled)
        answer = operator.send("GET /admin/campaigns/{campaign_id}/budgets", {"campaign_id": "season"})
        seen["budgets"] = in_few_words(answer, lambda a: (len(a["funders"]), len(a["batches"]), a["damaged"]))
        for name, of in (("campaign", "campaign"), ("day", DAY)):
            path = {"campaign_id": "season"}
            answer = operator.send("GET /admin/campaigns/{campaign_id}/budgets", path, query={"audit": of})
            seen[f"audit of the {name}"] = in_few_words(answer, lambda a: a["audit"]["ok"])
        answer = operator.send("GET /admin/batches/{batch_id}/audit", {"batch_id": "pack"})
        seen["audit"] = in_few_words(answer, lambda a: a["ok"])
        return seen

    def tick(self) -> set[tuple[str, str]]:
        replace_services(self.new_services())
        did = expire.handler({}, None)["did"]
        return {(done.get("batch_id") or done.get("day", ""), done["step"]) for done in did}


def settled(answer: Any) -> tuple[list[str], int, bool, int]:
    """Orders, damaged items, whether that is final, and what is due by it."""
    due = sum(sums["due"]["discount_minor"] for sums in answer["sums"])
    return sorted(one["order_no"] for one in answer["lines"]), answer["damaged"], answer["final"], due


def played() -> Town:
    made = Town(Store())
    bakery = {
        "merchant_id": "bakery",
        "title": "Bakery",
        "category": "catering",
        "channels": ["offline"],
        "stores": [{"store_id": "bakery", "region": "beijing"}],
    }
    made.publish(campaign(a_batch(remind_days=14), a_batch("more")))
    fair = campaign(a_batch("toys"), campaign_id="fair")
    made.publish({**fair, "merchants": [*fair["merchants"], bakery]})
    for name, batch_id, shop, order_no in SALES:
        person = made.citizen(name)
        code = person.code(person.put_claim(batch_id).json["coupons"][0]["coupon_id"])
        answer = made.merchant(shop).redeem(order_no, code, order(store_id=shop))
        assert answer.status == 201, answer.text
    withheld = {"withheld": [{"day": DAY, "order_no": "o-2", "reason": "a test"}], "revision": 1}
    path = {"merchant_id": "diner"}
    assert made.operator().send("PUT /admin/merchants/{merchant_id}", path, body=withheld).status == 200
    made.clock.set(AFTER)
    assert (DAY, "closed") in made.tick()
    return made


@pytest.fixture(scope="module")
def season() -> Town:
    return played()


@pytest.fixture
def town(season: Town) -> Iterator[Town]:
    """That season after its first day, as it was stored."""
    kept, wall = dict(season.client.items), season.clock.wall
    yield season
    season.client.restore(kept)
    season.clock.wall = wall


HEALTHY: Look = {
    "campaigns": ["fair", "season"],
    "fair": ["toys"],
    "season": ["pack", "more"],
    "merchants": ["bakery", "diner"],
    "own record": "Bakery",
    "wallet": (["pack", "toys"], 0),
    "lookup": (2, 0),
    "diner": (["o-1", "o-2"], 0, True, 1000),
    "bakery": (["o-3"], 0, True, 1000),
    "budgets": (3, 2, 0),
    "audit of the campaign": True,
    "audit of the day": True,
    "audit": True,
}
CATALOG, CLAIMS, ORDERS = "CATALOG_TABLE", "CLAIMS_TABLE", "ORDERS_TABLE"
_HALF_USED = {"s": {"S": "r"}, "e": {"N": "1592618400"}, "m": {"S": "diner"}, "d": {"N": "1000"}}
USED = (_HALF_USED, _HALF_USED | {"u": {"N": "99999999999999"}})
"""Redeemed coupons that say where they were used, and not when, or at no time of a calendar."""
LEFT_OUT: Look = {"wallet": (["toys"], 1), "lookup": (1, 1)}
"""A pack that cannot be shown is counted where it is missing."""
OF_CAMPAIGN: Look = {"audit of the campaign": False, "audit": False}
ALL_AUDITS: Look = {**OF_CAMPAIGN, "audit of the day": False}
UNKNOWN_BATCH: Look = {**LEFT_OUT, **ALL_AUDITS, "season": ["more"], "lookup": (1, 2)}
"""Whether it took bookings is unknown too."""
DAMAGED: list[tuple[Place, dict[str, Any], Look]] = [
    ((CATALOG, "INDEX", "BATCH#pack"), {"number": BAD}, {}),
    ((CATALOG, "INDEX", "CAMPAIGN#season"), {"ends_at_s": None}, {}),
    (
        (CATALOG, "CAMPAIGN#season", "DOCUMENT"),
        {"document": BAD},
        {"campaigns": ["fair"], "season": 500, "budgets": (0, 0, 1), **ALL_AUDITS},
    ),
    (
        (CATALOG, "BATCH#pack", "RELEASE"),
        {"batch": BAD},
        UNKNOWN_BATCH,
    ),
    (
        (CATALOG, "BATCH#pack", "RELEASE"),
        {"timezone": BAD},
        UNKNOWN_BATCH,
    ),
    ((CATALOG, "BATCH#pack", "CONTROL"), {"round": BAD}, {"season": ["more"], **LEFT_OUT, **ALL_AUDITS}),
    ((CATALOG, "BATCH#pack", "CONTROL"), {"voided": None}, {"season": ["more"], **LEFT_OUT, **ALL_AUDITS}),
    ((CATALOG, "STOCK#pack#0", "STOCK"), {"remaining": BAD}, {"season": ["more"], **OF_CAMPAIGN}),
    ((CATALOG, "BATCH#pack", "RESERVE"), {"version": BAD}, {"budgets": (3, 1, 1), **OF_CAMPAIGN}),
    ((CATALOG, "BATCH#pack", "SPENT#"), {"amounts": BAD}, {"budgets": (3, 1, 1), **ALL_AUDITS}),
    ((CATALOG, "LEDGER#season", "pack#"), {"at_s": BAD}, {"budgets": (3, 2, 1), **OF_CAMPAIGN}),
    (
        (CATALOG, "LEDGER#season", "pack#"),
        {"at_s": {"N": "99999999999999"}},
        {"budgets": (3, 2, 1), **OF_CAMPAIGN},
    ),
    ((CATALOG, "FUNDER#season#city", "BUDGET"), {"left_minor": None}, {"budgets": (2, 2, 1), **OF_CAMPAIGN}),
    ((CATALOG, "REFUSED#pack", "REFUSED"), {"not-open": BAD}, OF_CAMPAIGN),
    ((CATALOG, "MERCHANT#bakery", "RECORD"), {"facts": BAD}, {"merchants": ["diner"], "own record": 500}),
    (
        (CATALOG, "WITHHELD#diner", "RECORD"),
        {"withheld": {"L": [{"M": {"day": BAD}}]}},
        {"diner": (["o-1", "o-2"], 1, False, 0), **ALL_AUDITS},
    ),
    ((CLAIMS, "B#pack#", "CLAIM#"), {"c": None}, {**LEFT_OUT, **ALL_AUDITS}),
    ((CLAIMS, "B#pack#", "CLAIM#"), {"c": {"L": []}}, {**LEFT_OUT, **ALL_AUDITS}),
    *[((CLAIMS, "B#pack#", "CLAIM#"), {"c": {"L": [{"M": used}]}}, {**LEFT_OUT, **ALL_AUDITS}) for used in USED],
    ((CLAIMS, "B#pack#", "CLAIM#"), {"a": {"N": "99999999999999"}}, LEFT_OUT),
    ((CLAIMS, "B#pack#", "CLAIM#"), {"n": {"N": "99"}}, {**LEFT_OUT, **ALL_AUDITS}),
    ((CLAIMS, "B#pack#", "CLAIM#"), {"t": {"N": "1.5"}}, {**LEFT_OUT, **ALL_AUDITS}),
    ((ORDERS, "diner#o-1", "ORDER"), {"reversals": BAD}, ALL_AUDITS),
    ((ORDERS, "diner#2020", "o-1"), {"funding": BAD}, {"diner": (["o-2"], 1, False, 0), **ALL_AUDITS}),
    ((ORDERS, "diner#2020", "o-1"), {"at_s": {"N": "99999999999999"}}, {"diner": (["o-2"], 1, False, 0), **ALL_AUDITS}),
    ((ORDERS, "diner#2020", "o-1"), {"batch_id": {"S": "nobodys"}}, ALL_AUDITS),
    (
        (ORDERS, "DAYS", DAY),
        {"round": BAD},
        {"diner": (["o-1", "o-2"], 1, False, 1000), "bakery": (["o-3"], 1, False, 1000), **ALL_AUDITS},
    ),
    (
        (ORDERS, "DAY#", "MERCHANT#diner#season"),
        {"sums": BAD},
        {"diner": (["o-1", "o-2"], 1, False, 1000), "audit of the campaign": False, "audit of the day": False},
    ),
]


def test_nothing_is_damaged_in_a_season_that_was_played(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Without this the table below would prove nothing."""
    assert town.look() == HEALTHY
    assert logged(caplog) == []


@pytest.mark.parametrize(("place", "changes", "otherwise"), DAMAGED)
def test_one_damaged_item_is_named_and_the_rest_is_served(
    town: Town,
    place: Place,
    changes: dict[str, Any],
    otherwise: Look,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By its keys, in log and metric; no log, trace or answer has its content, and no request fails unexpectedly."""
    key = town.spoil(place, changes)
    seen = town.look()
    town.tick()
    assert {name: seen[name] for name in seen if seen[name] != HEALTHY[name]} == otherwise
    assert_only_damage(key, caplog, capsys)


def test_a_line_that_cannot_be_read_is_a_row_of_the_file(town: Town) -> None:
    """With its numbers alone, so that no merchant takes the file for complete."""
    town.spoil((ORDERS, "diner#2020", "o-1"), {"funding": BAD})
    answer = town.merchant().send("GET /settlements/{day}", {"day": DAY}, headers={"accept": "text/csv"})
    assert [line.split(",")[:3] for line in answer.text.splitlines()[1:]] == [
        ["redemption", "o-2", ""],
        ["damaged", "o-1", ""],
    ]
    answer = town.merchant().send("GET /settlements/{day}", {"day": DAY})
    assert (answer.json["lost"], answer.json["day_sums"]) == ([{"order_no": "o-1", "reversal_no": None}], None)


@pytest.mark.parametrize(
    ("route", "path", "body", "place", "attribute"),
    [
        ("GET /batches/{batch_id}", {"batch_id": "pack"}, None, (CATALOG, "BATCH#pack", "RELEASE"), "batch"),
        ("GET /batches/{batch_id}/claim", {"batch_id": "pack"}, None, (CLAIMS, "B#pack#", "CLAIM#"), "c"),
        ("PUT /batches/{batch_id}/claim", {"batch_id": "pack"}, {}, (CLAIMS, "B#pack#", "CLAIM#"), "c"),
    ],
)
def test_what_is_asked_for_itself_is_an_honest_500(
    town: Town,
    route: str,
    path: dict[str, str],
    body: Any,
    place: Place,
    attribute: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is counted as damage, and the answer has no content of it."""
    key = town.spoil(place, {attribute: None})
    town.clock.set(OPENING)
    replace_services(town.new_services())
    answer = town.citizen("ann").send(route, path, body=body)
    assert (answer.status, answer.json["type"]) == (500, "about:blank")
    assert {one[:3] for one in logged(caplog)} == {key}
    assert not any(part in answer.text for part in key)


@pytest.mark.parametrize("coupons", [None, {"L": []}, {"L": [{"M": {"s": BAD}}]}])
def test_a_till_is_told_nothing_of_a_damaged_coupon(
    town: Town, coupons: dict[str, Any] | None, caplog: pytest.LogCaptureFixture
) -> None:
    """500, counted as damage; the other customer's coupon is redeemed."""
    town.clock.set(OPENING)
    cid, dan = (town.citizen(name) for name in ("cid", "dan"))
    codes = [person.code(person.put_claim("more").json["coupons"][0]["coupon_id"]) for person in (cid, dan)]
    key = town.spoil((CLAIMS, "B#more#", "CLAIM#"), {"c": coupons})
    found = [town.merchant().redeem(f"till-{number}", code, order()).status for number, code in enumerate(codes)]
    assert sorted(found) == [201, 500]
    assert {one[:3] for one in logged(caplog)} == {key}
    assert [record for record in caplog.records if record.message == "surprise"] == []


def test_a_pack_that_meets_a_damaged_claim_is_handed_out_to_others(town: Town) -> None:
    """However often the person repeats the claim, no pack is lost."""
    town.spoil((CLAIMS, "B#pack#", "CLAIM#"), {"c": None})
    town.clock.set(OPENING)
    replace_services(town.new_services())
    for _try in range(20):
        assert town.citizen("ann").put_claim("pack").status == 500
    others = [town.citizen(f"p{number}").put_claim("pack").status for number in range(10)]
    assert others == [201] * 9 + [409]
