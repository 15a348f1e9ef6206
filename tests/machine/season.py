"""The season that the machine plays: few packs, more people than packs, short validity, odd shares, every kind of rule.

It opens on Saturday, 6 June 2020, 10:00, so that a day and a week end while it lasts.
"""

from __future__ import annotations

from typing import Any

from tests.editing import allow_late_scans
from tests.world import KEYS, World, a_batch, campaign, terms

TIMEZONE = "Asia/Shanghai"
PURSE = ("season", "CNY")
"""Campaign and currency of every line."""
PEOPLE = ("ann", "bo", "cy", "dee", "eve")
LATE_SCANS = {"diner": 2}
"""A day; the grill may send none."""
HOUSEHOLDS = {"ann": "north", "bo": "north", "cy": "south", "dee": "south"}
"""Eve's token names none."""
MERCHANTS = ("diner", "grill")
DISTRICTS = {"diner": "dongcheng", "grill": "xicheng"}
ELDERS = ("ann", "dee")
KEY_OF = {name: KEYS.person(name) for name in PEOPLE}
NAME_OF = {key: name for name, key in KEY_OF.items()}
HOME_OF = {KEY_OF[name]: KEYS.household(home) for name, home in HOUSEHOLDS.items()}

TOTALS = (2_999, 3_000, 4_999, 5_000, 6_667, 30_000)
"""One unit to each side of the thresholds, an amount that no share divides, and one above the cap."""
HALVED_AT = "2020-06-06T18:00:00+08:00"
"""From here on the merchants match half of the discount only."""
WINDOW = ("2020-06-06T12:00:00+08:00", "2020-06-08T12:00:00+08:00")
HOURS = ("10:00", "21:00")
BLACKOUT = "2020-06-07"
BORDERS = (
    *WINDOW,
    HALVED_AT,
    "2020-06-06T21:00:00+08:00",
    "2020-06-07T00:00:00+08:00",
    "2020-06-08T00:00:00+08:00",
    "2020-06-08T10:00:00+08:00",
)
_FUNDING = [
    {"funder_id": name, "basis_points": share}
    for name, share in (("city", 3_334), ("platform", 3_333), ("shop", 3_333))
]
_MATCHES = [
    {"starts_at": "2020-06-01T00:00:00+08:00", "basis_points": 10_000},
    {"starts_at": HALVED_AT, "basis_points": 5_000},
]


def _days(days: int, **more: Any) -> dict[str, Any]:
    return {"kind": "days_after_claim", "days": days, **more}


TERMS: dict[str, dict[str, Any]] = {
    made["terms_id"]: made
    for made in (
        terms("ten-off", validity=_days(1), funding=_FUNDING, merchant_match=_MATCHES),
        terms(
            "tenth-off",
            discount={"kind": "percent_off", "threshold_minor": 3_000, "basis_points": 1_000, "cap_minor": 2_000},
            validity={"kind": "fixed", "starts_at": WINDOW[0], "ends_at": WINDOW[1]},
            funding=_FUNDING,
            merchant_match=_MATCHES,
            refund={"policy": "always", "times_max": 2},
        ),
        terms("once", validity=_days(1), merchant_match=[], refund={"policy": "never"}),
        terms(
            "daytime",
            validity=_days(3),
            usable=[{"weekdays": ["sat", "sun", "mon"], "starts": HOURS[0], "ends": HOURS[1]}],
            blackout_dates=[BLACKOUT],
        ),
        terms("later", validity=_days(3, starts_after_days=1), refund={"policy": "full_only", "times_max": 2}),
    )
}
LIMITS: dict[str, dict[str, Any]] = {
    "home": {"kind": "count", "limit_id": "home", "per": "household", "period": "day", "packs_max": 1},
    "week": {"kind": "count", "limit_id": "week", "per": "person", "period": "week", "packs_max": 2},
    "next": {"kind": "one_at_a_time", "limit_id": "next"},
    "meal": {
        "kind": "count",
        "limit_id": "meal",
        "per": "person",
        "period": "day",
        "counts": "redemptions",
        "packs_max": 1,
    },
}
_UNTIL_MONDAY = {"closes_at": "2020-06-08T10:00:00+08:00"}
BATCHES: dict[str, dict[str, Any]] = {
    made["batch_id"]: made
    for made in (
        a_batch("pack", quantity=3, terms=["ten-off", "tenth-off"], **_UNTIL_MONDAY),
        a_batch("online", quantity=2, terms=["once"], exclusive_group="smart"),
        a_batch("offline", quantity=2, terms=["daytime", "ten-off"], exclusive_group="smart", limits=["meal"]),
        a_batch("masks", quantity=4, terms=["ten-off"], limits=["home", "week", "meal"], **_UNTIL_MONDAY),
        a_batch("soap", quantity=4, terms=["later"], limits=["home", "week", "next"], **_UNTIL_MONDAY),
        a_batch("rice", quantity=3, terms=["ten-off", "tenth-off"], limits=["next", "week", "meal"], **_UNTIL_MONDAY),
        a_batch(
            "care",
            quantity=3,
            terms=["once"],
            mode="granted",
            eligibility={"group_id": "elders"},
            limits=["next"],
            **_UNTIL_MONDAY,
        ),
    )
}
FOCI = (
    ("pack",),
    ("online", "offline"),
    ("masks", "soap"),
    ("soap", "rice", "masks"),
    ("care", "rice"),
    tuple(BATCHES),
)
"""What people are after in one season: all at once would leave too little of each."""


def document() -> dict[str, Any]:
    """The campaign document: both merchants can take every coupon, at a store of their own name."""
    made = campaign(*BATCHES.values(), terms=list(TERMS.values()), limits=list(LIMITS.values()))
    (diner,) = made["merchants"]
    merchants = [
        {
            **diner,
            "merchant_id": merchant_id,
            "stores": [{"store_id": merchant_id, "region": "beijing", "district": DISTRICTS[merchant_id]}],
        }
        for merchant_id in MERCHANTS
    ]
    return {**made, "merchants": merchants}


def publish(world: World) -> None:
    """The group first: the batch that grants to all of it needs no stock then."""
    members = {"add": list(ELDERS)}
    path = {"group_id": "elders"}
    assert world.operator().send("PUT /admin/groups/{group_id}/members", path, body=members).status == 200
    world.publish(document())
    for merchant_id, late_scans in LATE_SCANS.items():
        allow_late_scans(late_scans, merchant_id)


def claim_key(batch_id: str) -> str:
    """As the design has it: the batch, or the exclusive group of the campaign."""
    group = BATCHES[batch_id].get("exclusive_group")
    return f"G#season#{group}" if group else f"B#{batch_id}"
