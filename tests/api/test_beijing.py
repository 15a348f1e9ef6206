"""The Beijing season of the season files, claimed and redeemed over the gateway."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import seasons
from tests.api.seasons import beijing, meal, smart_phone
from tests.api.stage import Stage
from tests.world import Answered, Person, seconds

DINER = {"merchant_id": "qianmen-diner"}
DAY_14 = "2020-06-20T10:00:00+08:00"


@pytest.fixture
def season(fresh: Stage) -> Stage:
    """The season at ten o'clock on 6 June 2020."""
    return beijing(fresh)


def li(season: Stage) -> Person:
    return season.citizen("li-hua", person_id="person-li-hua", region="beijing")


def diner(season: Stage) -> Person:
    return season.merchant("qianmen-diner")


def first_coupon(season: Stage) -> str:
    """`meal-50-10` of Li Hua's special pack."""
    (coupon,) = [c for c in li(season).put_claim("special-0606").json["coupons"] if c["terms_id"] == "meal-50-10"]
    return str(coupon["coupon_id"])


def facts(answered: Answered) -> dict[str, Any]:
    """The extension members of a problem."""
    return {
        name: value
        for name, value in answered.json.items()
        if name not in ("type", "title", "status", "detail", "instance")
    }


def test_a_pack_is_three_coupons_for_fourteen_days(season: Stage) -> None:
    """Three coupons of 10, 20 and 30 yuan are valid for 14 × 86,400 s from the claim; a repeat returns the same."""
    first = li(season).put_claim("special-0606")
    assert first.status == 201
    assert [(c["terms_id"], c["title"]["en"], c["status"]) for c in first.json["coupons"]] == [
        ("meal-50-10", "10 yuan off 50", "available"),
        ("meal-100-20", "20 yuan off 100", "available"),
        ("meal-200-30", "30 yuan off 200", "available"),
    ]
    for coupon in first.json["coupons"]:
        assert seconds(coupon["expires_at"]) - seconds(first.json["claimed_at"]) == 14 * 86_400
    season.clock.advance(3600)
    again = li(season).put_claim("special-0606")
    assert (again.status, again.is_replay, again.json) == (200, True, first.json)


def test_before_ten_nothing_is_open(season: Stage) -> None:
    """One second before the opening, the refusal has `opens_at` and a Retry-After a little later."""
    season.clock.advance(-1)
    answered = li(season).put_claim("special-0606")
    assert (answered.status, answered.slug) == (409, "not-open")
    assert answered.json["opens_at"] == "2020-06-06T10:00:00+08:00"
    assert 1 <= int(answered.headers["retry-after"]) == answered.json["retry_after_s"] <= 3


@pytest.mark.parametrize(("first", "second"), [("online", "offline"), ("offline", "online")])
def test_smart_products_online_or_offline(season: Stage, first: str, second: str) -> None:
    """The second batch of the exclusive group is refused and names the first; 18 June is another group."""
    assert li(season).put_claim(f"smart-{first}-0606").status == 201
    refused = li(season).put_claim(f"smart-{second}-0606")
    assert (refused.status, refused.slug) == (409, "already-claimed-group")
    assert refused.json["claimed_batch_id"] == f"smart-{first}-0606"
    season.clock.set("2020-06-18T10:00:00+08:00")
    assert li(season).put_claim(f"smart-{second}-0618").status == 201


def test_sixty_yuan_at_the_diner(season: Stage) -> None:
    """10.00 off, 10.00 matched, 40.00 payable; the funders' shares add up; a repeat has the same body."""
    coupon_id = first_coupon(season)
    code = li(season).code(coupon_id)
    first = diner(season).redeem("order-1", code, meal(6000))
    assert first.status == 201
    assert first.json == {
        "order_no": "order-1",
        "coupon_id": coupon_id,
        "batch_id": "special-0606",
        "terms_id": "meal-50-10",
        "discount_minor": 1000,
        "merchant_match_minor": 1000,
        "payable_minor": 4000,
        "funding": [
            {"funder_id": "government", "amount_minor": 500},
            {"funder_id": "platform", "amount_minor": 300},
            {"funder_id": "enterprise", "amount_minor": 200},
        ],
        "redeemed_at": "2020-06-06T10:00:00+08:00",
        "late": False,
    }
    again = diner(season).redeem("order-1", code, meal(6000))
    assert (again.status, again.is_replay, again.json) == (200, True, first.json)


def test_another_order_for_the_same_coupon_is_refused(season: Stage) -> None:
    """The refusal is 409 with the coupon's status, and the settlement has one line."""
    coupon_id = first_coupon(season)
    diner(season).redeem("order-1", li(season).code(coupon_id), meal(6000))
    other = diner(season).redeem("order-2", li(season).code(coupon_id), meal(6000))
    assert (other.status, other.slug) == (409, "coupon-not-usable")
    assert facts(other) == {"coupon_status": "redeemed", "expires_at": DAY_14}
    lines = diner(season).send("GET /settlements/{day}", {"day": "2020-06-06"}).json["lines"]
    assert [line["order_no"] for line in lines] == ["order-1"]


@pytest.mark.parametrize(("age_s", "status", "slug"), [(0, 201, ""), (59, 201, ""), (60, 409, "code-expired")])
def test_a_code_lives_sixty_seconds(season: Stage, age_s: int, status: int, slug: str) -> None:
    """A code is accepted 59 seconds after its issue and refused after 60."""
    code = li(season).code(first_coupon(season))
    season.clock.advance(age_s)
    answered = diner(season).redeem("order-1", code, meal(6000))
    assert (answered.status, answered.slug) == (status, slug)


def test_a_code_of_sixty_one_seconds_says_since_when(season: Stage) -> None:
    """The refusal `code-expired` has the time of expiry, and a fresh code of the same coupon is accepted."""
    coupon_id = first_coupon(season)
    code = li(season).code(coupon_id)
    season.clock.advance(61)
    refused = diner(season).redeem("order-1", code, meal(6000))
    assert (refused.status, refused.slug) == (409, "code-expired")
    assert seconds(refused.json["expired_at"]) == season.now_s - 1
    assert diner(season).redeem("order-1", li(season).code(coupon_id), meal(6000)).status == 201


@pytest.mark.parametrize(
    ("bill", "reasons"),
    [
        (meal(4900), ["min-spend"]),
        (meal(4999), ["min-spend"]),
        (meal(6000, channel="online"), ["channel"]),
        (meal(6000, region="hubei"), ["region"]),
        (meal(6000, store_id="elsewhere"), ["merchant"]),
        (meal(4900, region="hubei"), ["region", "min-spend"]),
    ],
    ids=["49.00", "49.99", "online", "another region", "another store", "two reasons"],
)
def test_an_order_that_does_not_fit(season: Stage, bill: dict[str, Any], reasons: list[str]) -> None:
    """The refusal is 422 with every reason, and the coupon stays available."""
    code = li(season).code(first_coupon(season))
    before = season.items()
    refused = diner(season).redeem("order-1", code, bill)
    assert (refused.status, refused.slug, facts(refused)) == (422, "order-not-eligible", {"reasons": reasons})
    assert season.items() == before
    assert diner(season).redeem("order-1", code, meal(5000)).status == 201


def test_a_digital_shop_is_no_restaurant(season: Stage) -> None:
    """The terms' scope has the merchant categories catering and shopping."""
    code = li(season).code(first_coupon(season))
    refused = season.merchant("haidian-digital").redeem("o", code, meal(6000, store_id="haidian-digital"))
    assert facts(refused) == {"reasons": ["category"]}


@pytest.mark.parametrize(
    ("at", "status", "facts_"),
    [
        ("2020-06-20T09:59:59+08:00", 201, None),
        (DAY_14, 409, {"coupon_status": "expired", "expires_at": DAY_14}),
        ("2020-06-21T10:00:00+08:00", 409, {"coupon_status": "expired", "expires_at": DAY_14}),
    ],
    ids=["last second", "first second after", "day 15"],
)
def test_fourteen_days_and_no_second_more(season: Stage, at: str, status: int, facts_: Any) -> None:
    """The fourteenth day ends with the second of the claim; then the coupon is `expired`, in the wallet too."""
    coupon_id = first_coupon(season)
    season.clock.set(at)
    answered = diner(season).redeem("order-1", li(season).code(coupon_id), meal(6000))
    assert answered.status == status
    if facts_:
        assert (answered.slug, facts(answered)) == ("coupon-not-usable", facts_)
        shown = li(season).send("GET /wallet").json["coupons"]
        assert {coupon["status"] for coupon in shown} == {"expired"}


@pytest.mark.parametrize(
    ("total_minor", "discount_minor"), [(200_000, 20_000), (399_999, 39_999), (400_000, 40_000), (900_000, 40_000)]
)
def test_ten_percent_off_a_phone_up_to_four_hundred_yuan(season: Stage, total_minor: int, discount_minor: int) -> None:
    """The discount is rounded down, capped and not matched, and the three funders' shares add up."""
    held = li(season).put_claim("smart-online-0606").json["coupons"]
    code = li(season).code(held[0]["coupon_id"])
    bill = smart_phone(total_minor, "online", "jd-mall")
    answered = season.merchant("jd-mall").redeem("order-1", code, bill)
    assert (answered.status, answered.json["discount_minor"]) == (201, discount_minor)
    assert answered.json["payable_minor"] == total_minor - discount_minor
    assert sum(line["amount_minor"] for line in answered.json["funding"]) == discount_minor


def test_from_august_the_match_is_half(season: Stage) -> None:
    """For a care pack claimed in August the merchant adds half of the discount."""
    members = {"group_id": "care-2020"}
    season.operator().send("PUT /admin/groups/{group_id}/members", members, body={"add": ["person-li-hua"]})
    season.clock.set("2020-08-01T00:00:00+08:00")
    held = li(season).put_claim("care-2020").json["coupons"]
    answered = diner(season).redeem("order-1", li(season).code(held[0]["coupon_id"]), meal(6000))
    assert (answered.json["merchant_match_minor"], answered.json["payable_minor"]) == (500, 4500)


def test_a_full_refund_returns_the_coupon_once(season: Stage) -> None:
    """The first full reversal returns the coupon with the same expiry, the second voids it."""
    coupon_id = first_coupon(season)
    for number, returned in (("1", True), ("2", False)):
        diner(season).redeem(f"order-{number}", li(season).code(coupon_id), meal(6000))
        back = diner(season).reverse(f"order-{number}", "r", 4000)
        assert (back.status, back.json["coupon_returned"]) == (201, returned)
        season.clock.advance(6)
    (coupon,) = [c for c in li(season).send("GET /wallet").json["coupons"] if c["coupon_id"] == coupon_id]
    assert (coupon["status"], coupon["expires_at"]) == ("voided", DAY_14)


@pytest.mark.parametrize(
    ("season_id", "batches"),
    [
        ("beijing-2020", 9),
        ("beijing-sports", 3),
        ("hubei-2020", 12),
        ("night-2020", 7),
    ],
)
def test_the_public_sees_every_season(fresh: Stage, season_id: str, batches: int) -> None:
    """The campaign and the batches of each season file can be read, and each response is declared."""
    fresh.published(seasons.season(season_id))
    anybody = Person(None)  # type: ignore[arg-type]
    shown = anybody.send("GET /campaigns/{campaign_id}", {"campaign_id": season_id}).json["batches"]
    assert len(shown) == batches
    for batch in shown:
        alone = anybody.send("GET /batches/{batch_id}", {"batch_id": batch["batch_id"]}).json
        own = {"coupons": None, "draw": None}  # what the list leaves out
        assert {**alone, **own} == {**batch, **own}
        assert alone["coupons"]
