"""What a sheet says of a coupon: its worth, hours and places in plain English and Chinese."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.terms import Scope
from infra.couponctl import coupon_words as words
from infra.couponctl.coupon_words import LANGUAGES
from infra.couponctl.sheets import SHOPS_MAX, Season, shops
from tests.api.seasons import season
from tests.unit.couponctl.care import DINER, SEASON, TERMS
from tests.world import parsed


def amount_off(threshold_minor: int, amount_minor: int) -> dict[str, Any]:
    return {"kind": "amount_off", "threshold_minor": threshold_minor, "amount_minor": amount_minor}


def percent_off(threshold_minor: int, basis_points: int) -> dict[str, Any]:
    return {
        "kind": "percent_off",
        "threshold_minor": threshold_minor,
        "basis_points": basis_points,
        "cap_minor": 40_000,
    }


VISIT = {"kind": "exchange", "sku": "gym", "title": {"en": "One visit", "zh": "单次入场"}, "value_minor": 4_000}


@pytest.mark.parametrize(
    ("discount", "currency", "short", "en", "zh"),
    [
        (amount_off(10_000, 2_000), "CNY", "20元", "20 yuan off from 100 yuan", "满100元减20元"),
        (amount_off(0, 1_050), "CNY", "10.50元", "10.50 yuan off", "立减10.50元"),
        (amount_off(200_000, 500), "EUR", "5欧元", "5 euros off from 2,000 euros", "满2,000欧元减5欧元"),
        (amount_off(100, 100), "EUR", "1欧元", "1 euro off from 1 euro", "满1欧元减1欧元"),
        (amount_off(0, 500), "JPY", "500日元", "500 Japanese yen off", "立减500日元"),
        (amount_off(0, 1_500), "KWD", "1.500科威特第纳尔", "1.500 Kuwaiti dinars off", "立减1.500科威特第纳尔"),
        (
            *(percent_off(200_000, 1_000), "CNY", "9折"),
            *("10 % off from 2,000 yuan, 400 yuan at most", "满2,000元打9折，最多减400元"),
        ),
        (percent_off(0, 1_550), "CNY", "8.45折", "15.5 % off, 400 yuan at most", "打8.45折，最多减400元"),
        (VISIT, "CNY", "兑换", "One visit for nothing, worth 40 yuan at most", "免费兑换单次入场，最高值40元"),
    ],
)
def test_a_discount_is_told_in_plain_words(
    discount: dict[str, Any], currency: str, short: str, en: str, zh: str
) -> None:
    """The number for the stub, and the sentence with its conditions."""
    parts, whole = words.worth(discount, currency)
    assert ("".join(parts["zh"]), whole) == (short, {"en": en, "zh": zh})


@pytest.mark.parametrize(
    ("days", "en", "zh"),
    [
        ("mon tue wed thu fri sat sun", "Every day", "每天"),
        ("mon tue wed thu fri", "Mon to Fri", "周一至周五"),
        ("sun sat", "Sat, Sun", "周六、周日"),
        ("fri mon tue wed sun", "Mon to Wed, Fri, Sun", "周一至周三、周五、周日"),
    ],
)
def test_days_in_a_row_are_a_range(days: str, en: str, zh: str) -> None:
    """Three and more; in the order of the week, however they were written."""
    assert words.weekdays(days.split()) == {"en": en, "zh": zh}


def test_hours_end_on_their_day_or_the_next() -> None:
    """As the till reads them; days on which it cannot be used only if they are in the validity."""
    terms = {
        "usable": [
            {"weekdays": ["fri"], "starts": "18:00", "ends": "02:00"},
            {"weekdays": ["sat"], "starts": "18:00", "ends": "18:00"},
            {"weekdays": ["sun"], "starts": "18:00", "ends": "24:00"},
        ],
        "blackout_dates": ["2020-06-05", "2020-06-20", "2020-06-21"],
    }
    told = words.hours(terms, "2020-06-06T10:00:00+08:00", "2020-06-20T10:00:00+08:00")
    assert told == [
        {"en": "Fri 18:00 to 02:00 the next day", "zh": "周五 18:00至次日02:00"},
        {"en": "Sat 18:00 to 18:00 the next day", "zh": "周六 18:00至次日18:00"},
        {"en": "Sun 18:00 to 24:00", "zh": "周日 18:00至24:00"},
        {"en": "Not on 20 June 2020", "zh": "2020年6月20日不可用"},
    ]


def test_times_name_their_zone() -> None:
    """As people call it, or else as CLDR does; by the clock of the campaign."""
    assert words.zone("Asia/Shanghai") == {"en": "Beijing time", "zh": "北京时间"}
    until = words.validity("2020-07-01T00:00:00+02:00", "2020-07-15T23:59:59+02:00", "Europe/Paris")[1]
    assert until == {
        "en": "until 15 July 2020, 23:59 (Central European Time)",
        "zh": "2020年7月15日 23:59止（中欧时间）",
    }


def scope(**lists: list[str]) -> dict[str, Any]:
    return Scope(**lists).model_dump(mode="json")  # type: ignore[arg-type]


def test_a_scope_is_told_and_a_long_list_is_cut() -> None:
    """What does not restrict is not told; districts that are suspended are."""
    told = words.scope(scope(item_categories=[f"kind-{n}" for n in range(10)], channels=["online"]), ["east"])
    assert [text["en"] for text in told] == [
        "Online only",
        "For kind-0, kind-1, kind-2, kind-3 and 6 more",
        "For now not in east",
    ]
    assert words.scope(scope(), []) == []
    assert words.scope(scope(channels=["online", "offline"]), []) == []


def names(found: list[words.Words]) -> list[str]:
    return [text["en"] for text in found]


def test_the_stores_of_a_coupon_are_named() -> None:
    """With their region if the coupon is not of that one alone; without any, the sheet says no name."""
    assert names(shops([DINER], ["beijing"])) == ["Diner (east)"]
    assert names(shops([DINER], ["beijing", "hubei"])) == ["Diner (east, beijing)"]
    assert names(shops([DINER, DINER | {"stores": []}], [])) == ["Diner (east, beijing)"]
    assert names(shops([], [])) == ["All shops that take part"]


def test_a_store_is_named_with_its_address() -> None:
    """In each language, in place of its district and region."""
    stores = [{"store_id": "s", "region": "beijing", "district": "east", "address": {"en": "1 Gate", "zh": "门1号"}}]
    told = shops([DINER | {"stores": stores}], [])
    assert told == [{"en": "Diner (1 Gate)", "zh": "小馆（门1号）"}]


def test_a_long_list_of_stores_is_cut() -> None:
    """A page has room for eight."""
    stores = [{"store_id": f"s{n}", "region": "beijing", "title": f"No. {n}"} for n in range(SHOPS_MAX + 1)]
    told = names(shops([DINER | {"stores": stores}], []))
    assert (len(told), told[0], told[-1]) == (SHOPS_MAX + 1, "Diner, No. 0 (beijing)", "and other shops that take part")
    assert len(shops([DINER | {"stores": stores[:SHOPS_MAX]}], [])) == SHOPS_MAX


def test_a_title_in_one_language_makes_an_english_sheet() -> None:
    """Its campaign's; nobody can tell which language a plain text is in. What the title says is not said again."""
    facts = {
        "terms_id": "care-100",
        "title": "20 yuan off from 100 yuan",
        "status": "expired",
        "code": None,
        "pin": None,
    }
    facts |= {"valid_from": "2020-06-06T10:00:00+08:00", "expires_at": "2020-06-20T10:00:00+08:00"}
    claim: Any = {"batch_id": "care", "claimed_at": "2020-06-06T10:00:00+08:00"}
    made = Season(SEASON | {"title": "Plain"}, {"care-100": TERMS}, {"care-100": []}).sheet(claim, [facts])
    head = ["Plain", "care: Claimed on 6 June 2020, 10:00"]
    assert made.lines([])[:5] == [*head, "", "1. 20 yuan off from 100 yuan", "   Expired"]


@pytest.mark.parametrize("name", ["beijing-2020", "beijing-sports", "hubei-2020", "night-2020"])
def test_every_coupon_of_the_seasons_can_be_told(name: str) -> None:
    """In both languages, from its terms as the API answers them."""
    document = parsed(season(name))
    for terms in document.terms:
        stated = terms.model_dump(mode="json")
        _, whole = words.worth(stated["discount"], document.currency)
        told = [whole, *words.hours(stated, "2020-06-06T10:00:00+08:00", "2020-12-06T10:00:00+08:00")]
        told += words.scope(stated["scope"], [])
        assert all(text[language] for text in told for language in LANGUAGES)
