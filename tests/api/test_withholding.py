"""Withholdings and their decisions: each change is logged with its operator, and campaign documents keep them."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.merchants import Withholding
from coupons.model.payouts import changed
from tests.api.settle_cases import DAY, FRAUD, redeemed, withheld
from tests.api.stage import Stage
from tests.editing import edit_merchant
from tests.world import campaign, order

ONE = {**FRAUD, "order_no": "o-1"}
DECIDED = {**ONE, "decision": "refused"}


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The log lines of withholdings since the last look."""
    names = ("operator", "merchant", "day", "order_no", "reason", "decision")
    found = [{n: getattr(one, n) for n in names} for one in caplog.records if one.message == "withholding"]
    caplog.clear()
    return found


def test_each_decision_is_logged_with_its_operator(fresh: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Each changed withholding has one line; a repeat has none."""
    redeemed(fresh)
    line = {"operator": "op", "merchant": "diner", **ONE, "decision": ""}
    withheld(fresh, ONE)
    assert logged(caplog) == [line]
    withheld(fresh, ONE, {**FRAUD, "day": "2020-06-07"})
    assert logged(caplog) == [{**line, "day": "2020-06-07", "order_no": ""}]
    withheld(fresh, DECIDED, {**FRAUD, "day": "2020-06-07"})
    assert logged(caplog) == [{**line, "decision": "refused"}]
    withheld(fresh, DECIDED, {**FRAUD, "day": "2020-06-07"})
    assert logged(caplog) == []
    withheld(fresh, DECIDED)
    assert logged(caplog) == [{**line, "day": "2020-06-07", "order_no": "", "decision": "released"}]


def test_what_was_released_is_not_released_again() -> None:
    """Removing a released entry from the list changes nothing."""
    released = Withholding.model_validate({**ONE, "decision": "released"})
    assert changed([released], []) == []
    assert changed([released], [released]) == []


def test_a_campaign_document_releases_nothing(fresh: Stage) -> None:
    """A new revision that names the merchant keeps its withholdings."""
    withheld(redeemed(fresh), ONE)
    path, body = {"campaign_id": "season"}, campaign(title="Other", revision=1)
    assert fresh.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=body).status == 200
    assert fresh.environments["admin"].registry.withheld("diner") == [Withholding.model_validate(ONE)]


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ([{**FRAUD, "day": f"20{n:02}-06-06"} for n in range(100)], 200),
        ([ONE, *({**FRAUD, "day": f"20{n:02}-06-06"} for n in range(100))], 400),
        ([{**FRAUD, "reason": "x" * 200}], 200),
        ([{**FRAUD, "reason": "x" * 201}], 400),
        ([{**FRAUD, "reason": ""}], 400),
        ([{**FRAUD, "reason": "two\nlines"}], 400),
        ([{**FRAUD, "day": "2020-06-31"}], 400),
        ([{**FRAUD, "decision": "kept"}], 400),
        ([FRAUD, {**DAY, "reason": "another"}], 400),
    ],
)
def test_what_can_be_withheld(fresh: Stage, entries: list[dict[str, Any]], status: int) -> None:
    """At most a hundred entries, a reason of one line, a real day, each order or day once."""
    fresh.published(campaign())
    assert edit_merchant(fresh.operator(), "diner", withheld=entries).status == status


def test_an_order_that_only_held_a_coupon_has_nothing_to_withhold(fresh: Stage) -> None:
    """A held or released order has no line to withhold."""
    redeemed(fresh)
    coupon_id = fresh.citizen("bob").put_claim("pack").json["coupons"][0]["coupon_id"]
    body = {"code": fresh.citizen("bob").code(coupon_id), "order": order(), "ttl_s": 60}
    path = {"order_no": "o-2"}
    assert fresh.merchant().send("PUT /orders/{order_no}/hold", path, body=body).status == 201
    for _ in range(2):
        answered = edit_merchant(fresh.operator(), "diner", withheld=[ONE, {**ONE, "order_no": "o-2"}])
        assert (answered.status, answered.json["errors"][0]["place"]) == (400, "body.withheld.1.order_no")
        assert fresh.merchant().send("DELETE /orders/{order_no}/hold", path).status == 200
