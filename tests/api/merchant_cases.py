"""A merchant's record: created, edited at its revision, suspended, its lines withheld; what is left out stays."""

from __future__ import annotations

from typing import Any

from tests.api.admin_cases import UNSAID
from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.claim_cases import ANNS
from tests.api.stage import Stage
from tests.api.town import MERCHANT
from tests.world import Answered, order

PUT_MERCHANT, GET_MERCHANT = "PUT /admin/merchants/{merchant_id}", "GET /admin/merchants/{merchant_id}"
BAKERYS = {"merchant_id": "bakery"}
STATE: dict[str, Any] = {"campaigns": ["season"], "suspended": False, "late_scans_per_day": 0, "withheld": []}
STORES = [{**UNSAID, **MERCHANT["stores"][0]}]
BAKERY: dict[str, Any] = {"revision": 1, **MERCHANT, "tags": [], "stores": STORES, **STATE}


def put_merchant(s: Stage, **body: Any) -> Answered:
    return s.operator().send(PUT_MERCHANT, BAKERYS, body=body)


def bakery(s: Stage, **changes: Any) -> Answered:
    """The merchant's record exists, and its order o-1 is redeemed."""
    opened(s).citizen("ann").put_claim("pack")
    created = put_merchant(s, **MERCHANT, **{"campaigns": ["season"], **changes})
    assert s.merchant("bakery").redeem("o-1", s.citizen("ann").code(ANNS), order(store_id="bakery")).status == 201
    return created


@case(PUT_MERCHANT, 201, body={**BAKERY, "campaigns": []}, headers=FIRST)
def a_new_merchant(s: Stage) -> Answered:
    return put_merchant(s, **MERCHANT)


@case(PUT_MERCHANT, 200, body={**BAKERY, "campaigns": []}, headers=REPLAY)
def the_same_merchant_again(s: Stage) -> Answered:
    put_merchant(s, **MERCHANT)
    return put_merchant(s, **MERCHANT)


@case(
    PUT_MERCHANT,
    400,
    "malformed",
    detail="The record would not be whole; see errors.",
    facts={"errors": [{"place": f"body.{name}", "message": "is missing"} for name in ("channels", "stores")]},
)
def a_new_merchant_without_what_it_needs(s: Stage) -> Answered:
    return put_merchant(s, title="Bakery", category="catering")


@case(PUT_MERCHANT, 409, "revision-conflict", facts={"revision": 1})
def a_merchant_that_exists_with_other_content(s: Stage) -> Answered:
    put_merchant(s, **MERCHANT)
    return put_merchant(s, **{**MERCHANT, "title": "Baker"})


@case(PUT_MERCHANT, 409, "revision-conflict", facts={"revision": 2})
def a_merchant_that_somebody_else_has_edited(s: Stage) -> Answered:
    bakery(s)
    put_merchant(s, revision=1, title="Baker")
    return put_merchant(s, revision=1, suspended=True)


@case(PUT_MERCHANT, 409, "revision-conflict", facts={"revision": 0})
def a_merchant_that_is_not_there(s: Stage) -> Answered:
    return put_merchant(s, **MERCHANT, revision=1)


@case(PUT_MERCHANT, 200, body={**BAKERY, "revision": 2, "suspended": True}, headers=FIRST)
def a_suspended_merchant_keeps_all_else(s: Stage) -> Answered:
    bakery(s)
    return put_merchant(s, revision=1, suspended=True)


@case(PUT_MERCHANT, 200, body={**BAKERY, "revision": 2, "suspended": True}, headers=REPLAY)
def the_same_edit_again(s: Stage) -> Answered:
    bakery(s)
    put_merchant(s, revision=1, suspended=True)
    return put_merchant(s, revision=1, suspended=True)


CLERK = {"day": "2020-06-06", "reason": "one clerk, ninety coupons"}
ITS_WHOLE_DAY = {**CLERK, "order_no": None, "decision": None}
ONE_ORDER = {**CLERK, "order_no": "o-1", "decision": "released"}


@case(PUT_MERCHANT, 200, body={**BAKERY, "revision": 2, "withheld": [ITS_WHOLE_DAY, ONE_ORDER]}, headers=FIRST)
def a_merchant_whose_day_is_withheld_but_for_an_order(s: Stage) -> Answered:
    bakery(s)
    return put_merchant(s, revision=1, withheld=[CLERK, ONE_ORDER])


@case(PUT_MERCHANT, 200, body={**BAKERY, "revision": 2, "suspended": True, "withheld": [ITS_WHOLE_DAY]}, headers=FIRST)
def what_is_withheld_stands_when_it_is_not_spoken_of(s: Stage) -> Answered:
    bakery(s, withheld=[CLERK])
    return put_merchant(s, revision=1, suspended=True)


@case(PUT_MERCHANT, 200, body={**BAKERY, "revision": 1, "withheld": [ITS_WHOLE_DAY]}, headers=REPLAY)
def the_same_withholding_again(s: Stage) -> Answered:
    bakery(s, withheld=[CLERK])
    return put_merchant(s, withheld=[ITS_WHOLE_DAY])


@case(PUT_MERCHANT, 200, body={**BAKERY, "revision": 2}, headers=FIRST)
def nothing_is_withheld_any_more(s: Stage) -> Answered:
    bakery(s, withheld=[CLERK])
    return put_merchant(s, revision=1, withheld=[])


@case(
    PUT_MERCHANT,
    400,
    "malformed",
    facts={"errors": [{"place": "body", "message": "withheld: '2020-06-06 o-1' appears twice"}]},
)
def an_order_that_is_withheld_twice(s: Stage) -> Answered:
    bakery(s)
    return put_merchant(s, revision=1, withheld=[ONE_ORDER, {**ONE_ORDER, "reason": "another"}])


@case(
    PUT_MERCHANT,
    400,
    "malformed",
    detail="Only orders that were redeemed can be withheld; see errors.",
    facts={"errors": [{"place": "body.withheld.1.order_no", "message": "no order 'o-2' was redeemed there"}]},
)
def an_order_that_nobody_knows(s: Stage) -> Answered:
    bakery(s)
    return put_merchant(s, revision=1, withheld=[ONE_ORDER, {**CLERK, "order_no": "o-2"}])


@case(GET_MERCHANT, 200, body={**BAKERY, "withheld": [ITS_WHOLE_DAY]})
def the_record_comes_back(s: Stage) -> Answered:
    bakery(s, withheld=[CLERK])
    return s.operator().send(GET_MERCHANT, BAKERYS)


@case(PUT_MERCHANT, 200, body={**BAKERY, "withheld": [ITS_WHOLE_DAY]}, headers=REPLAY)
def what_get_gives_of_a_merchant_put_takes(s: Stage) -> Answered:
    bakery(s, withheld=[CLERK])
    return put_merchant(s, **s.operator().send(GET_MERCHANT, BAKERYS).json)


@case(GET_MERCHANT, 404, "not-found", detail="No merchant 'bakery' has a record.")
def no_record(s: Stage) -> Answered:
    return s.operator().send(GET_MERCHANT, BAKERYS)
