"""A day's settlement: lines and sums of an open and a closed day, and withheld lines."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from tests.api.cases import SHARES, TEN_OFF, case, coupon
from tests.api.claim_cases import ANNS
from tests.api.reverse_cases import redeemed
from tests.api.stage import Stage
from tests.editing import edit_merchant, register
from tests.world import OPENING, Answered, a_batch, campaign, order

SETTLE = "GET /settlements/{day}"
DAY = {"day": "2020-06-06"}
AS_FILE = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": 'attachment; filename="settlement-diner-2020-06-06.csv"',
    "link": None,
}
CLOSED = "2020-06-07T00:00:30+08:00"
"""Half a minute after midnight."""
LINE = {
    "kind": "redemption",
    "order_no": "o-1",
    "reversal_no": None,
    "coupon_id": ANNS,
    "campaign_id": "season",
    "batch_id": "pack",
    "terms_id": "ten-off",
    "currency": "CNY",
    **TEN_OFF,
    "funding": SHARES,
    "at": OPENING,
    "late": False,
    "coupon_returned": False,
    "slot_id": None,
    "reasons": [],
    "withheld": None,
    "decision": None,
    "fulfilment": None,
    "evidence": False,
}


NOT_LATE = {"lines": 0, "share_basis_points": 0, "discount_minor": 0}
SEASON, TOKYO = {"campaign_id": "season", "currency": "CNY"}, {"campaign_id": "tokyo", "currency": "JPY"}


def part(numerator: int, lines: int, redemptions: int = 1, **others: Any) -> dict[str, Any]:
    """The totals of this many quarters of the order's money."""
    funding = [{"funder_id": s["funder_id"], "amount_minor": int(s["amount_minor"]) * numerator // 4} for s in SHARES]
    money = {name: amount * numerator // 4 for name, amount in TEN_OFF.items()}
    return {"lines": lines, "redemptions": redemptions, **money, "funding": funding, "late": NOT_LATE, **others}


NOTHING = part(0, 0, 0, funding=[])


def all_of_it(payout: str, whole: dict[str, Any] | None = None, **purse: str) -> dict[str, Any]:
    """The sums of a campaign whose lines are all `due`, all `withheld` or all `refused`."""
    whole = whole or part(4, 1)
    parts = {"due": NOTHING, "withheld": NOTHING, "refused": NOTHING, payout: whole}
    return {**SEASON, **purse, **whole, **parts}


WHOLE_PAGE = {"damaged": 0, "lost": [], "next": None}
EMPTY = {
    "merchant_id": "diner",
    **DAY,
    **WHOLE_PAGE,
    "lines": [],
    "sums": [],
    "final": False,
    "day_sums": None,
    "uses": [],
}


def settled(s: Stage, merchant_id: str = "diner", day: str = "2020-06-06", **more: Any) -> Answered:
    return s.merchant(merchant_id).send(SETTLE, {"day": day}, **more)


def closed(s: Stage, moment: str = CLOSED) -> Stage:
    """The schedule runs after the day has ended, in a cold function."""
    s.clock.set(moment)
    s.restart("expire")
    s.tick()
    return s


@case(SETTLE, 200, body=EMPTY)
def a_day_without_lines(s: Stage) -> Answered:
    return settled(s.published(campaign()))


REVERSAL = {
    **LINE,
    "kind": "reversal",
    "reversal_no": "r-1",
    "discount_minor": -250,
    "merchant_match_minor": -250,
    "payable_minor": -1000,
    "funding": [{**share, "amount_minor": -int(share["amount_minor"]) // 4} for share in SHARES],
}


@case(SETTLE, 200, body={**EMPTY, "lines": [LINE, REVERSAL], "sums": [all_of_it("due", part(3, 2))]})
def a_redemption_and_its_partial_reversal(s: Stage) -> Answered:
    redeemed(s).merchant().reverse("o-1", "r-1", 1000)
    return settled(s)


WHOLE = [all_of_it("due")]


@case(SETTLE, 200, body={**EMPTY, "lines": [LINE], "sums": WHOLE, "final": True, "day_sums": WHOLE})
def a_day_that_is_closed(s: Stage) -> Answered:
    return settled(closed(redeemed(s)))


@case(SETTLE, 200, body={**EMPTY, "lines": [LINE], "sums": WHOLE})
def a_day_a_second_before_it_is_closed(s: Stage) -> Answered:
    return settled(closed(redeemed(s), "2020-06-07T00:00:29+08:00"))


@case(SETTLE, 200, body={**EMPTY, "merchant_id": "bakery", "final": True, "day_sums": []})
def a_closed_day_without_lines(s: Stage) -> Answered:
    closed(redeemed(s))
    register("bakery")
    return settled(s, "bakery")


@case(SETTLE, 200, body={**EMPTY, "lines": [LINE], "sums": WHOLE, "final": True, "day_sums": WHOLE})
def a_day_that_a_later_reversal_leaves_alone(s: Stage) -> Answered:
    closed(redeemed(s)).merchant().reverse("o-1", "r-1", 4000)
    return settled(closed(s, "2020-06-08T00:00:30+08:00"))


BACK = [all_of_it("due", part(-4, 1, 0))]
BACK_LINE = {
    **LINE,
    "kind": "reversal",
    "reversal_no": "r-1",
    **{name: -amount for name, amount in TEN_OFF.items()},
    "funding": part(-4, 1)["funding"],
    "at": CLOSED,
    "coupon_returned": True,
}


@case(
    SETTLE,
    200,
    body={**EMPTY, "day": "2020-06-07", "lines": [BACK_LINE], "sums": BACK, "final": True, "day_sums": BACK},
)
def a_later_reversal_on_its_own_day(s: Stage) -> Answered:
    closed(redeemed(s)).merchant().reverse("o-1", "r-1", 4000)
    return settled(closed(s, "2020-06-08T00:00:30+08:00"), day="2020-06-07")


def withheld(s: Stage, *entries: dict[str, Any]) -> Stage:
    """An operator withholds lines of the diner."""
    assert edit_merchant(s.operator(), "diner", withheld=list(entries)).status == 200
    return s


FRAUD = {**DAY, "reason": "no goods, says the customer"}
HELD_LINE = {**LINE, "withheld": FRAUD["reason"]}


@case(SETTLE, 200, body={**EMPTY, "lines": [HELD_LINE], "sums": [all_of_it("withheld")]})
def an_order_that_is_withheld(s: Stage) -> Answered:
    return settled(withheld(redeemed(s), {**FRAUD, "order_no": "o-1"}))


@case(SETTLE, 200, body={**EMPTY, "lines": [LINE], "sums": WHOLE})
def another_day_that_is_withheld(s: Stage) -> Answered:
    return settled(withheld(redeemed(s), {**FRAUD, "day": "2020-06-07"}))


REFUSED = [all_of_it("refused")]


@case(
    SETTLE,
    200,
    body={
        **EMPTY,
        "lines": [{**HELD_LINE, "decision": "refused"}],
        "sums": REFUSED,
        "final": True,
        "day_sums": REFUSED,
    },
)
def a_closed_day_that_is_refused(s: Stage) -> Answered:
    return settled(withheld(closed(redeemed(s)), {**FRAUD, "decision": "refused"}))


RELEASED = [{**SEASON, **part(8, 2, 2), "due": part(4, 1), "withheld": part(4, 1), "refused": NOTHING}]


def says_that_one_of_two_orders_is_released(text: str) -> bool:
    """The day's sums are those of two lines, one due and one withheld with its day."""
    said = json.loads(text)
    decisions = {line["order_no"]: (line["withheld"], line["decision"]) for line in said["lines"]}
    return (decisions, said["sums"], said["day_sums"], said["final"]) == (
        {"o-1": (FRAUD["reason"], "released"), "o-2": (FRAUD["reason"], None)},
        RELEASED,
        RELEASED,
        True,
    )


@case(SETTLE, 200, body=says_that_one_of_two_orders_is_released)
def a_closed_day_that_is_withheld_but_for_an_order(s: Stage) -> Answered:
    s.merchant().redeem("o-2", coupon(redeemed(s), "bob")[1], order())
    return settled(withheld(closed(s), FRAUD, {**FRAUD, "order_no": "o-1", "decision": "released"}))


def in_two_currencies(s: Stage) -> Stage:
    """A closed day of one merchant in two campaigns with funders of the same ids; one order is withheld."""
    redeemed(s).publish(campaign(a_batch("tokyo-pack"), **TOKYO))
    s.restart()
    bob = s.citizen("bob")
    (sushi,) = (coupon["coupon_id"] for coupon in bob.put_claim("tokyo-pack").json["coupons"])
    assert s.merchant().redeem("o-2", bob.code(sushi), order()).status == 201
    return withheld(closed(s), {**FRAUD, "order_no": "o-2"})


def says_that_two_currencies_do_not_add_up(text: str) -> bool:
    """The withheld order is in the sums of its own campaign only."""
    said = json.loads(text)
    of_lines = {line["order_no"]: (line["campaign_id"], line["currency"]) for line in said["lines"]}
    for payout in ("due", "withheld", "refused"):
        owed = said["day_sums"][1][payout]["funding"]
        said["day_sums"][1][payout]["funding"] = [share for share in owed if share["amount_minor"]]
    wanted = [all_of_it("due"), all_of_it("withheld", **TOKYO)]
    assert of_lines == {"o-1": tuple(SEASON.values()), "o-2": tuple(TOKYO.values())}
    return (said["sums"], said["day_sums"]) == (wanted, wanted)


@case(SETTLE, 200, body=says_that_two_currencies_do_not_add_up)
def a_closed_day_in_two_currencies(s: Stage) -> Answered:
    return settled(in_two_currencies(s))


def are_two_rows_of_two_currencies(text: str) -> bool:
    rows = sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["order_no"])
    return [(row["campaign_id"], row["currency"], row["discount_minor"]) for row in rows] == [
        ("season", "CNY", "1000"),
        ("tokyo", "JPY", "1000"),
    ]


@case(SETTLE, 200, body=are_two_rows_of_two_currencies, headers=AS_FILE)
def the_day_in_two_currencies_as_a_file(s: Stage) -> Answered:
    return settled(in_two_currencies(s), headers={"accept": "text/csv"})


HEADER = (
    "kind,order_no,reversal_no,coupon_id,campaign_id,batch_id,terms_id,currency,discount_minor,merchant_match_minor,"
    "payable_minor,at,late,coupon_returned,funding,withheld,decision,fulfilment,evidence,slot_id,reasons\r\n"
)
ROW = (
    f"redemption,o-1,,{ANNS},season,pack,ten-off,CNY,1000,1000,4000,{OPENING},false,false,"
    "city:500 platform:300 shop:200"
)


@case(SETTLE, 200, body=lambda text: text == f"{HEADER}{ROW},,,,false,,\r\n", headers=AS_FILE)
def the_day_as_a_file(s: Stage) -> Answered:
    return settled(redeemed(s), headers={"accept": "text/csv"})


@case(SETTLE, 200, body=lambda text: text == f"\ufeff{HEADER}{ROW},,,,false,,\r\n", headers=AS_FILE)
def the_day_as_a_file_for_a_spreadsheet_program(s: Stage) -> Answered:
    return settled(redeemed(s), headers={"accept": "TEXT/csv;q=0.5"}, query={"bom": "true"})


@case(SETTLE, 200, body=lambda text: text == f'{HEADER}{ROW},"{FRAUD["reason"]}",refused,,false,,\r\n', headers=AS_FILE)
def the_day_as_a_file_with_a_line_that_is_refused(s: Stage) -> Answered:
    withheld(redeemed(s), {**FRAUD, "order_no": "o-1", "decision": "refused"})
    return settled(s, headers={"accept": "text/csv"})
