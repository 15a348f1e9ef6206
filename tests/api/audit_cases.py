"""Audits of a batch, of an open and a closed day, and of a campaign."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.api.cases import case, coupon
from tests.api.money_cases import BUDGETS, SEASON, money
from tests.api.operate_cases import PACK, declared
from tests.api.reverse_cases import redeemed
from tests.api.settle_cases import closed, in_two_currencies
from tests.api.stage import Stage
from tests.door import arrive, at, book, open_door
from tests.world import Answered

AUDIT = "GET /admin/batches/{batch_id}/audit"
SWEEP = "0123456789abcdef"
SPENT = "city 5.00 CNY, platform 3.00 CNY, shop 2.00 CNY"
RESERVED = "city 50.00 CNY, platform 30.00 CNY, shop 20.00 CNY"
BUDGET = "city 100,000.00 CNY, platform 100,000.00 CNY, shop 100,000.00 CNY"
LEFT = "city 99,950.00 CNY, platform 99,970.00 CNY, shop 99,980.00 CNY"
LINES = [
    "lines 1 = 1 redemptions + 0 reversals, as their orders say",
    "orders of 1 lines have all their lines",
    "coupons 1 carry the orders that keep them",
    f"spent by lines: {SPENT} less 0.00 CNY = by orders: {SPENT}",
]


def of(purse: str, *equations: str) -> list[str]:
    return [f"{purse}: {text}" for text in equations]


def holding(*equations: str) -> list[dict[str, Any]]:
    return [{"equation": equation, "holds": True} for equation in equations]


@case(
    AUDIT,
    200,
    body={
        "batch_id": "pack",
        "sweep": SWEEP,
        "complete": True,
        "ok": True,
        "quantity": 10,
        "remaining": 8,
        "claims": 2,
        "unclaimed": 0,
        "booked": None,
        "coupons": {"available": 1, "redeemed": 1},
        "equations": holding(
            "claims 2 <= quantity 10",
            "quantity 10 = remaining 8 + claims 2 + unclaimed 0, unclaimed >= 0",
            "claims 2 x 1 coupons = 1 available + 1 redeemed",
            "0 of 2 claims under another key than their person's",
            *LINES,
            "coupons used 1 = redemptions 1 - 0 that came back",
            "0 closed days: lines 0.00 CNY = recorded 0.00 CNY",
            f"reserved {RESERVED} = 10 packs of {SPENT}",
            f"reserve by its records {RESERVED} = {RESERVED}",
            f"0 <= spent {SPENT} <= reserve {RESERVED}",
        ),
        "refused": {},
        "expired": {},
    },
)
def an_audit(s: Stage) -> Answered:
    coupon(redeemed(s), "bob")
    return s.operator().send(AUDIT, PACK, query={"sweep": SWEEP})


@case(AUDIT, 404, "not-found", detail="No published batch 'pack'.")
def an_audit_of_nothing(s: Stage) -> Answered:
    return s.operator().send(AUDIT, PACK)


def said(of: str, *equations: str) -> Any:
    """The `audit` of the budgets, in which every equation holds."""
    return {"of": of, "sweep": SWEEP, "complete": True, "ok": True, "equations": holding(*equations)}


def asked(s: Stage, of: str) -> Answered:
    return s.operator().send(BUDGETS, SEASON, query={"audit": of, "sweep": SWEEP})


@case(
    BUDGETS,
    200,
    body=money(audit=said("2020-06-06", "2020-06-06 is not closed: 1 merchants, 1 lines", *of("season CNY", *LINES))),
)
def an_audit_of_an_open_day(s: Stage) -> Answered:
    return asked(redeemed(s), "2020-06-06")


WHOLE = "(1 lines, 0 late, 10.00 CNY off, 10.00 CNY match, 40.00 CNY paid)"
NONE = "(0 lines, 0 late, 0.00 CNY off, 0.00 CNY match, 0.00 CNY paid)"
DAY_MONEY = (
    f"merchants {SPENT} = 1 batches {SPENT}",
    f"due {WHOLE} + withheld {NONE} + refused {NONE} = recorded {WHOLE}",
    f"settled {SPENT} = due by lines {SPENT}",
)


CLOSED_DAY = [
    "2020-06-06 is closed: 1 merchants, 1 lines",
    *of("season CNY", *LINES, *DAY_MONEY),
    f"1 merchants' days, all campaigns: season CNY {WHOLE} = recorded season CNY {WHOLE}",
]


@case(BUDGETS, 200, body=money(spent=1, audit=said("2020-06-06", *CLOSED_DAY)))
def an_audit_of_a_closed_day(s: Stage) -> Answered:
    return asked(closed(redeemed(s)), "2020-06-06")


OF_PACK = [
    "claims 1 <= quantity 10",
    "quantity 10 = remaining 9 + claims 1 + unclaimed 0, unclaimed >= 0",
    "claims 1 x 1 coupons = 1 redeemed",
    "0 of 1 claims under another key than their person's",
    *LINES,
    "coupons used 1 = redemptions 1 - 0 that came back",
    f"1 closed days: lines {SPENT} = recorded {SPENT}",
    f"reserved {RESERVED} = 10 packs of {SPENT}",
    f"reserve by its records {RESERVED} = {RESERVED}",
    f"0 <= spent {SPENT} <= reserve {RESERVED}",
]


@case(
    BUDGETS,
    200,
    body=money(
        spent=1,
        audit=said(
            "campaign",
            *(f"batch pack: {text}" for text in OF_PACK),
            f"1 merchants' days, all campaigns: season CNY {WHOLE} = recorded season CNY {WHOLE}",
            f"budgets {BUDGET} = reserved {RESERVED} + left {LEFT}",
            f"reserved of budgets {RESERVED} = reserved for 1 batches {RESERVED}",
            "ledger outside -300,000.00 CNY + left 299,900.00 CNY + reserved 90.00 CNY"
            " + due 0.00 CNY + settled 10.00 CNY + refused 0.00 CNY = 0",
            f"ledger left {LEFT} = budgets left {LEFT}",
            "ledger reserved city 45.00 CNY, platform 27.00 CNY, shop 18.00 CNY"
            f" + due 0.00 CNY + settled {SPENT} + refused 0.00 CNY"
            f" = budgets reserved {RESERVED}",
            "ledger due of closed days 0.00 CNY = withheld 0.00 CNY",
            "0 of 15 accounts below zero",
        ),
    ),
)
def an_audit_of_a_campaign(s: Stage) -> Answered:
    return asked(closed(redeemed(s)), "campaign")


def yen(text: str) -> str:
    """The same minor units in JPY, which has no others."""
    return re.sub(r"([0-9]+)\.([0-9]{2}) CNY", lambda found: f"{int(found[1] + found[2]):,} JPY", text)


HELD = f"due {NONE} + withheld {WHOLE} + refused {NONE} = recorded {WHOLE}"
BOTH = f"season CNY {WHOLE}; tokyo JPY {yen(WHOLE)}"
IN_TWO_CURRENCIES = [
    "2020-06-06 is closed: 1 merchants, 2 lines",
    *of("season CNY", *LINES, *DAY_MONEY),
    *of("tokyo JPY", *map(yen, (*LINES, DAY_MONEY[0], HELD)), "settled 0 JPY = due by lines 0 JPY"),
    f"1 merchants' days, all campaigns: {BOTH} = recorded {BOTH}",
]


@case(BUDGETS, 200, body=lambda text: json.loads(text)["audit"] == said("2020-06-06", *IN_TWO_CURRENCIES))
def an_audit_of_a_day_in_two_currencies(s: Stage) -> Answered:
    return asked(in_two_currencies(s), "2020-06-06")


@case(BUDGETS, 404, "not-found", detail="No campaign 'season'.")
def an_audit_of_no_campaign(s: Stage) -> Answered:
    return asked(s, "campaign")


@case(BUDGETS, 200, body=money(audit=said("2020-06-07", "2020-06-07 is not closed: 0 merchants, 0 lines")))
def an_audit_of_a_day_without_lines(s: Stage) -> Answered:
    return asked(redeemed(s), "2020-06-07")


OUT_OF_RANGE = {"place": "query.audit", "message": "day is out of range for month"}


@case(BUDGETS, 400, "malformed", facts={"errors": [OUT_OF_RANGE]})
def an_audit_of_no_day(s: Stage) -> Answered:
    return asked(declared(s), "2020-06-31")


@case(AUDIT, 200, body=lambda text: '"ok":true' in text and "persons marked in its slots 1 = check-ins 1" in text)
def an_audit_of_a_batch_that_pays_venues(s: Stage) -> Answered:
    open_door(s)
    book(s, "ann")
    assert arrive(at(s)).status == 201
    return s.operator().send(AUDIT, {"batch_id": "courts"})
