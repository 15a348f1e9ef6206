"""Paths that few requests take, and that no other case does: each reads or writes under a key of its own."""

from __future__ import annotations

from typing import Any

from tests.api.cases import case, coupon, opened
from tests.api.money_cases import BUDGETS, LATER, SEASON
from tests.api.stage import Stage
from tests.world import Answered, a_batch, campaign, order, terms

CODE = "POST /coupons/{coupon_id}/code"
PUBLISH = "POST /admin/batches/{batch_id}/publish"


@case(CODE, 200, body=lambda text: '"expires_at"' in text)
def code_of_a_pack_that_this_process_never_saw(s: Stage) -> Answered:
    """The number in the coupon's id identifies the batch."""
    coupon_id, _ = coupon(opened(s))
    s.restart("claim")
    return s.citizen("ann").send(CODE, {"coupon_id": coupon_id}, body={})


def unclaimed(s: Stage) -> Answered:
    """The budgets after the schedule has counted a batch without claims."""
    s.clock.set("2020-06-07T10:00:00+08:00")
    s.tick()
    s.clock.advance(31)
    s.tick()
    return s.operator().send(BUDGETS, SEASON)


@case(BUDGETS, 200, body=lambda text: '"rollover"' not in text and '"released":[]' in text)
def rollover_that_waits_for_its_batch(s: Stage) -> Answered:
    """The later batch of the document is not published yet."""
    document = campaign(a_batch(rollover_to="later"), a_batch("later", **LATER))
    s.operator().send("PUT /admin/campaigns/{campaign_id}", SEASON, body=document)
    assert s.operator().send(PUBLISH, {"batch_id": "pack"}, body={}).status == 200
    return unclaimed(s)


@case(BUDGETS, 200, body=lambda text: '"rollover"' in text)
def rollover_to_a_whole_group(s: Stage) -> Answered:
    """The group can grow by the packs that its batch gets."""
    granted = a_batch("later", mode="granted", eligibility={"group_id": "care"}, **LATER)
    s.publish(campaign(a_batch(rollover_to="later"), granted))
    return unclaimed(s)


def rested(amounts: Any) -> dict[str, Any]:
    return {"batch_id": "pack", "step": "gave back rest", "amounts": amounts, "currency": "CNY"}


@case(BUDGETS, 200, body=lambda text: '"step":"rest"' in text)
def rest_after_the_last_day(s: Stage) -> Answered:
    """The discount is a tenth of 60.00, of 10.00 reserved; the closed day has what was spent."""
    tenth = {"kind": "percent_off", "threshold_minor": 1_000, "basis_points": 1_000, "cap_minor": 1_000}
    opened(s, a_batch(quantity=1), terms=[terms(discount=tenth)])
    assert s.merchant().redeem("o-1", coupon(s)[1], order()).status == 201
    unclaimed(s)
    s.clock.set("2020-06-21T10:00:30+08:00")
    s.tick()
    s.clock.set("2020-06-22T00:00:30+08:00")
    s.restart("expire")
    assert rested({"city": 200, "platform": 120, "shop": 80}) in s.tick()["did"]
    return s.operator().send(BUDGETS, SEASON)


@case(BUDGETS, 200, body=lambda text: '"step":"rest"' in text)
def rest_of_a_campaign_that_was_over(s: Stage) -> Answered:
    """Its batch had left the due list, and comes back with the day of a reversal."""
    opened(s, a_batch(quantity=1), ends_at="2020-07-01T00:00:00+08:00")
    assert s.merchant().redeem("o-1", coupon(s)[1], order(6_000)).status == 201
    unclaimed(s)
    for moment in ("2020-06-21T10:00:30+08:00", "2020-06-22T00:00:30+08:00", "2020-07-04T00:00:00+08:00"):
        s.clock.set(moment)
        s.tick()
    s.clock.set("2020-08-05T12:00:00+08:00")
    s.tick()
    assert s.merchant().reverse("o-1", "r-1", 2_000).status == 201
    s.clock.set("2020-08-06T00:00:30+08:00")
    assert [done["step"] for done in s.tick()["did"]] == ["closed", "gave back rest"]
    s.clock.advance(60)
    s.tick()
    return s.operator().send(BUDGETS, SEASON)
