"""How the moment changes what a coupon is worth: hours, days, its first second, and the match in force."""

from __future__ import annotations

import pytest

from coupons.model.claims import Coupon
from tests.unit.model.test_assessment import NOW_S, judge, till
from tests.world import order, seconds


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        ("2020-06-05T23:59:59+08:00", ()),
        ("2020-06-06T00:00:00+08:00", ("window",)),
        ("2020-06-06T23:59:59+08:00", ("window",)),
        ("2020-06-07T00:00:00+08:00", ()),
        ("2020-06-08T11:59:59+08:00", ()),
        ("2020-06-08T12:00:00+08:00", ("window",)),
    ],
)
def test_outside_its_hours_and_on_a_blackout_date_a_coupon_cannot_be_used(now: str, reasons: object) -> None:
    """Mondays until noon, the other days all day, and not on 6 June: by the clock of the campaign's time zone."""
    days = ["tue", "wed", "thu", "fri", "sat", "sun"]
    usable = [
        {"weekdays": ["mon"], "starts": "00:00", "ends": "12:00"},
        {"weekdays": days, "starts": "00:00", "ends": "24:00"},
    ]
    coupon = Coupon("available", 0, NOW_S + 10 * 86_400)
    term = {"usable": usable, "blackout_dates": ["2020-06-06"]}
    assert judge(term, order(), till(), coupon=coupon, now_s=seconds(now)).reasons == reasons


def test_a_coupon_can_be_too_early_on_a_wrong_day_at_once() -> None:
    """Both reasons of time are given."""
    coupon = Coupon("available", NOW_S + 1, NOW_S + 86_400)
    found = judge({"blackout_dates": ["2020-06-06"]}, order(), till(), coupon=coupon)
    assert found.reasons == ("window", "not-yet-valid")


@pytest.mark.parametrize(("now_s", "reasons"), [(-1, ("not-yet-valid",)), (0, ()), (1, ())])
def test_a_coupon_is_valid_from_its_first_second(now_s: int, reasons: object) -> None:
    """`valid_from_s <= now_s`, to the second."""
    coupon = Coupon("available", NOW_S, NOW_S + 86_400)
    assert judge({}, order(), till(), coupon=coupon, now_s=NOW_S + now_s).reasons == reasons


@pytest.mark.parametrize(
    ("now", "match_minor"),
    [
        ("2020-06-05T23:59:59+08:00", 0),
        ("2020-06-06T00:00:00+08:00", 1000),
        ("2020-07-31T23:59:59+08:00", 1000),
        ("2020-08-01T00:00:00+08:00", 333),
    ],
)
def test_the_match_in_force_is_the_last_that_started(now: str, match_minor: int) -> None:
    """A ratio applies from its second until the next one starts; before the first there is none; it rounds down."""
    ratios = [
        {"starts_at": "2020-06-06T00:00:00+08:00", "basis_points": 10_000},
        {"starts_at": "2020-08-01T00:00:00+08:00", "basis_points": 3_333},
    ]
    coupon = Coupon("available", 0, seconds(now) + 1)
    found = judge({"merchant_match": ratios}, order(), till(), coupon=coupon, now_s=seconds(now))
    assert (found.amounts.merchant_match_minor, found.amounts.payable_minor) == (match_minor, 5000 - match_minor)
