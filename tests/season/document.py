"""The season that is played: three funders, shares that divide nothing evenly, every kind of batch, thirty days.

It begins on 10 July 2020 and ends with 8 August; from 1 August on merchants match half of the discount only. Days are
counted from 0. Quantities are per cent of the people, so that a season of any size has the same shape.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from infra.playing.oracle import Document, costs
from tests.world import a_batch, seconds

TIMEZONE = "Asia/Shanghai"
CAMPAIGN_ID = "summer-2020"
FIRST_DAY = date(2020, 7, 10)
DAYS = 30
FUNDERS = ("government", "platform", "enterprise")
ELDERS, NIGHT_SHIFT = "elders", "night-shift"
REGIONS = ("north", "south")
MERCHANTS = {"diner": "catering", "mall": "department-store", "books": "bookshop", "pool": "sports"}


def moment(day: int, clock: str = "00:00") -> str:
    """RFC 3339, of a day of the season (the first is 0)."""
    return f"{FIRST_DAY + timedelta(days=day)}T{clock}:00+08:00"


def at_s(day: int, clock: str = "00:00") -> int:
    return seconds(moment(day, clock))


def day_name(day: int) -> str:
    return str(FIRST_DAY + timedelta(days=day))


def _amount_off(threshold_minor: int, amount_minor: int) -> Document:
    return {"kind": "amount_off", "threshold_minor": threshold_minor, "amount_minor": amount_minor}


def _percent_off(threshold_minor: int, basis_points: int, cap_minor: int) -> Document:
    return {
        "kind": "percent_off",
        "threshold_minor": threshold_minor,
        "basis_points": basis_points,
        "cap_minor": cap_minor,
    }


def _days(days: int, starts_after_days: int = 0) -> Document:
    return {"kind": "days_after_claim", "days": days, "starts_after_days": starts_after_days}


def _terms(
    terms_id: str, discount: Document, validity: Document, shares: tuple[int, ...], policy: str, **more: Any
) -> Document:
    refund = {"policy": policy, "times_max": more.pop("times_max", 1)}
    funding = [{"funder_id": f, "basis_points": share} for f, share in zip(FUNDERS, shares, strict=True) if share]
    made = {
        "terms_id": terms_id,
        "title": terms_id,
        "discount": discount,
        "validity": validity,
        "funding": funding,
        "refund": refund,
        "merchant_match": [
            {"starts_at": moment(0), "basis_points": 10_000},
            {"starts_at": "2020-08-01T00:00:00+08:00", "basis_points": 5_000},
        ],
    }
    return {**made, **more}


TERMS = (
    _terms("meal", _amount_off(5000, 1005), _days(5), (4500, 4500, 1000), "full_only"),
    _terms("snack", _percent_off(10, 1000, 997), _days(5), (4500, 4500, 1000), "always", times_max=2),
    _terms(
        "phone",
        _percent_off(3000, 1500, 9999),
        {"kind": "fixed", "starts_at": moment(1, "10:00"), "ends_at": moment(14)},
        (3334, 3333, 3333),
        "full_only",
        times_max=2,
    ),
    _terms("care", _amount_off(2000, 1999), _days(6), (3333, 3334, 3333), "never"),
    _terms(
        "supper",
        _amount_off(6000, 2003),
        _days(6, starts_after_days=1),
        (4500, 4500, 1000),
        "always",
        times_max=2,
        usable=[{"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "starts": "18:00", "ends": "02:00"}],
    ),
    _terms("mask", _amount_off(7, 7), _days(4), (4500, 4500, 1000), "full_only"),
    _terms(
        "swim",
        {"kind": "exchange", "sku": "swim", "title": "A swim", "value_minor": 2501},
        _days(5),
        (7000, 3000, 0),
        "always",
        scope={"merchants": ["pool"]},
        merchant_match=[],
    ),
)
LIMITS = (
    {"kind": "count", "limit_id": "home", "per": "household", "period": "week", "packs_max": 1},
    {"kind": "one_at_a_time", "limit_id": "next-swim"},
)

LATE_BATCH = "extra"
"""Refused at first: its enterprise has not the money."""


def batches(people: int) -> list[Document]:
    """In the order of their opening, or near it. A chain of rollover runs from the first to `last`."""

    def made(batch_id: str, opens: tuple[int, str], closes: tuple[int, str], percent: int, *terms: str, **more: Any):
        quantity = max(people * percent // 100, 3)
        window = {"opens_at": moment(*opens), "closes_at": moment(*closes)}
        return a_batch(batch_id, title=batch_id, quantity=quantity, terms=list(terms), **window, **more)

    def booking(opens: tuple[int, str], closes: tuple[int, str], **more: Any) -> Document:
        return {"opens_at": moment(*opens), "closes_at": moment(*closes), **more}

    return [
        made(
            *("welcome", (0, "10:00"), (2, "22:00"), 60, "meal", "snack"),
            booking=booking((0, "00:00"), (0, "10:00")),
            rollover_to="second",
        ),
        made(
            *("fair", (0, "12:00"), (2, "12:00"), 10, "meal"),
            eligibility={"regions": ["north"]},
            rollover_to=LATE_BATCH,
        ),
        made("online", (1, "10:00"), (4, "00:00"), 10, "phone", exclusive_group="smart", rollover_to="second"),
        made("offline", (1, "10:00"), (4, "00:00"), 30, "phone", "snack", exclusive_group="smart", rollover_to=ELDERS),
        made(ELDERS, (2, "00:00"), (12, "00:00"), 15, "care", mode="granted", eligibility={"group_id": ELDERS}),
        made(
            *(NIGHT_SHIFT, (3, "18:00"), (9, "00:00"), 6, "supper"),
            mode="granted",
            eligibility={"group_id": NIGHT_SHIFT},
        ),
        made("masks", (3, "10:00"), (17, "10:00"), 20, "mask", limits=["home"]),
        made("swim", (4, "10:00"), (11, "00:00"), 10, "swim", limits=["next-swim"], rollover_to="swim-again"),
        made("swim-again", (6, "10:00"), (18, "00:00"), 10, "swim", "swim", limits=["next-swim"]),
        made(
            *("draw", (4, "10:00"), (6, "10:00"), 5, "meal", "meal"),
            mode="lottery",
            booking=booking((1, "00:00"), (3, "00:00")),
            draw={"at": moment(3, "20:00")},
            rollover_to="third",
        ),
        made("points", (5, "10:00"), (8, "10:00"), 2, "meal", price_points=100),
        made(LATE_BATCH, (4, "10:00"), (15, "10:00"), 8, "meal"),
        made("recall", (5, "10:00"), (9, "10:00"), 10, "snack", rollover_to="third"),
        made(
            *("second", (8, "10:00"), (11, "22:00"), 15, "meal", "snack"),
            booking=booking((6, "10:00"), (8, "09:00"), required=True),
            rollover_to="third",
        ),
        made("third", (9, "10:00"), (20, "22:00"), 25, "snack", "meal", rollover_to="last"),
        made("last", (19, "10:00"), (24, "00:00"), 20, "meal", "snack"),
    ]


def document(people: int) -> Document:
    """Budgets cover everything but half of what the late batch costs the enterprise."""
    made, terms = batches(people), {one["terms_id"]: one for one in TERMS}
    whole: Counter[str] = Counter()
    for one in made:
        cost = costs([terms[terms_id] for terms_id in one["terms"]], one["quantity"])
        whole.update(cost)
        if one["batch_id"] == LATE_BATCH:
            whole["enterprise"] -= cost["enterprise"] // 2
    return {
        "campaign_id": CAMPAIGN_ID,
        "title": "Thirty days of summer",
        "timezone": TIMEZONE,
        "currency": "CNY",
        "starts_at": moment(0),
        "ends_at": moment(DAYS),
        "funders": [{"funder_id": f, "title": f, "kind": f, "budget_minor": whole[f]} for f in FUNDERS],
        "merchants": [
            {
                "merchant_id": merchant_id,
                "title": merchant_id,
                "category": category,
                "channels": ["offline", "online"],
                "stores": [{"store_id": merchant_id, "region": "north"}],
            }
            for merchant_id, category in MERCHANTS.items()
        ],
        "limits": list(LIMITS),
        "terms": list(TERMS),
        "batches": made,
    }
