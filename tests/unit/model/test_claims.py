"""The status of a coupon, by its stored state and the clock."""

from __future__ import annotations

import json

import pytest

from coupons.model.claims import BAR_AHEAD_S, Coupon, Ruling, expiry_s, fresh_coupon
from coupons.model.terms import Terms
from tests.world import seconds, terms

EXPIRES_S = 1_000_000


@pytest.mark.parametrize(
    ("stored", "held_until", "extended_s", "now", "status"),
    [
        ("available", 0, 0, -1, "available"),
        ("available", 0, 0, 0, "expired"),
        ("available", 0, 0, 1, "expired"),
        ("available", 0, 86_400, 86_399, "available"),
        ("available", 0, 86_400, 86_400, "expired"),
        ("held", -10, 0, -11, "held"),
        ("held", -10, 0, -10, "available"),
        ("held", -10, 0, -9, "available"),
        ("held", 10, 0, -1, "held"),
        ("held", 10, 0, 0, "expired"),
        ("held", 10, 86_400, 9, "held"),
        ("held", 10, 86_400, 10, "available"),
        ("held", 10, 86_400, 86_400, "expired"),
        ("redeemed", 0, 0, -1, "redeemed"),
        ("redeemed", 0, 0, 1, "redeemed"),
        ("voided", 0, 0, -1, "voided"),
        ("voided", 0, 0, 1, "voided"),
    ],
)
def test_status(stored: str, held_until: int, extended_s: int, now: int, status: str) -> None:
    """At the seconds around the expiry; a hold ends at its deadline, and never after the coupon."""
    coupon = Coupon(stored, 0, EXPIRES_S, held_until_s=EXPIRES_S + held_until)  # type: ignore[arg-type]
    assert coupon.status(EXPIRES_S + now, Ruling(extended_s)) == status


@pytest.mark.parametrize("now", [-1, 0])
@pytest.mark.parametrize(
    ("stored", "status"),
    [("available", "voided"), ("held", "voided"), ("redeemed", "redeemed"), ("voided", "voided")],
)
def test_a_ruling_voids_what_was_not_redeemed(stored: str, status: str, now: int) -> None:
    """Before and after its date; what was redeemed stays redeemed."""
    coupon = Coupon(stored, 0, EXPIRES_S, held_until_s=EXPIRES_S)  # type: ignore[arg-type]
    assert coupon.status(EXPIRES_S + now, Ruling(voided=True)) == status


def made(**validity: object) -> Terms:
    return Terms.model_validate_json(json.dumps(terms(validity=validity)))


def test_days_count_from_the_claims_second() -> None:
    """14 days are 14 × 86,400 s from the claim, not from a midnight."""
    coupon = fresh_coupon(made(kind="days_after_claim", days=14), 1_591_408_801, "Asia/Shanghai")
    assert coupon == Coupon("available", 1_591_408_801, 1_591_408_801 + 14 * 86_400)


@pytest.mark.parametrize(
    ("claimed", "timezone", "after_days", "valid_from"),
    [
        ("2020-06-06T10:00:00+08:00", "Asia/Shanghai", 0, "2020-06-06T10:00:00+08:00"),
        ("2020-06-06T00:00:00+08:00", "Asia/Shanghai", 1, "2020-06-07T00:00:00+08:00"),
        ("2020-06-06T23:59:59+08:00", "Asia/Shanghai", 1, "2020-06-07T00:00:00+08:00"),
        ("2020-06-07T00:00:00+08:00", "Asia/Shanghai", 1, "2020-06-08T00:00:00+08:00"),
        ("2020-06-06T23:59:59+08:00", "UTC", 1, "2020-06-07T00:00:00+00:00"),
        ("2020-06-06T10:00:00+08:00", "Asia/Shanghai", 30, "2020-07-06T00:00:00+08:00"),
        # a day of 23 hours, and one of 25
        ("2020-03-29T00:00:00+01:00", "Europe/Berlin", 1, "2020-03-30T00:00:00+02:00"),
        ("2020-10-25T00:00:00+02:00", "Europe/Berlin", 1, "2020-10-26T00:00:00+01:00"),
        # midnight is skipped
        ("2020-10-03T12:00:00-04:00", "America/Asuncion", 1, "2020-10-04T01:00:00-03:00"),
        ("2020-10-03T12:00:00-04:00", "America/Asuncion", 2, "2020-10-05T00:00:00-03:00"),
    ],
)
def test_a_delayed_start_is_the_beginning_of_a_day(
    claimed: str, timezone: str, after_days: int, valid_from: str
) -> None:
    """Of the k-th calendar day after the claim's, where the campaign is; the expiry stays days × 86,400 s away."""
    terms = made(kind="days_after_claim", days=31, starts_after_days=after_days)
    coupon = fresh_coupon(terms, seconds(claimed), timezone)
    assert coupon == Coupon("available", seconds(valid_from), seconds(claimed) + 31 * 86_400)


def test_a_fixed_window_does_not_look_at_the_claim() -> None:
    """It starts and ends at the same time for every claim."""
    window = {"starts_at": "2020-06-18T00:00:00+08:00", "ends_at": "2020-06-21T00:00:00+08:00"}
    coupon = fresh_coupon(made(kind="fixed", **window), 5, "Asia/Shanghai")
    assert coupon == Coupon("available", seconds(window["starts_at"]), seconds(window["ends_at"]))


def test_the_last_expiry_is_of_a_claim_in_the_windows_last_second() -> None:
    """No coupon ends later, so the schedule can count from it."""
    assert expiry_s(made(kind="days_after_claim", days=1), 1_000) == 1_000 + 86_400
    window = {"starts_at": "2020-06-18T00:00:00Z", "ends_at": "2020-06-21T00:00:00Z"}
    assert expiry_s(made(kind="fixed", **window), 1_000) == seconds("2020-06-21T00:00:00Z")


@pytest.mark.parametrize(("ahead_s", "wait_s"), [(-1, 0), (0, 1), (BAR_AHEAD_S, BAR_AHEAD_S + 1), (BAR_AHEAD_S + 1, 0)])
def test_a_fresh_code_waits_for_the_bar_of_a_return(ahead_s: int, wait_s: int) -> None:
    """Until the second after the bar; a bar that no clock of ours can have set bars nothing."""
    assert Coupon("available", 0, 10_000, bar_s=1_000 + ahead_s).fresh_code_in_s(1_000) == wait_s
