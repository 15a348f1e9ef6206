"""The client against the functions: it handles lost responses correctly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.client import Citizen, ProblemError, Till
from infra.client.till import CUT_OFF_MAX_S
from tests.api.stage import Stage
from tests.device import StillDevice
from tests.editing import allow_late_scans
from tests.served import LOSE, Served, served
from tests.world import a_batch, campaign, order

PUT_CLAIM, GET_CLAIM = "PUT /batches/{batch_id}/claim", "GET /batches/{batch_id}/claim"
PUT, GET = "PUT /orders/{order_no}/redemption", "GET /orders/{order_no}/redemption"


@pytest.fixture
def town(fresh: Stage) -> Iterator[Served]:
    """A minute before the batches `pack` and `last` open; `last` has one pack."""
    fresh.published(campaign(a_batch(), a_batch("last", quantity=1)))
    allow_late_scans(1)
    fresh.clock.advance(-60)
    with served(fresh) as town:
        yield town


def citizen(town: Served, name: str = "ann") -> Citizen:
    return Citizen(town.url, town.token(town.world.citizen(name)), device=StillDevice(town.world.clock))


def till(town: Served, **options: Any) -> Till:
    return Till(town.url, town.token(town.world.merchant()), device=StillDevice(town.world.clock), **options)


def test_a_pack_is_claimed_at_the_opening_shown_and_spent(town: Served) -> None:
    """The client claims, shows a code and redeems, with one request each."""
    with citizen(town) as ann, till(town) as diner:
        (coupon,) = ann.claim_at_opening("pack", wait_s=70)["coupons"]
        code = ann.code(coupon["coupon_id"])["code"]
        assert diner.quote(code, order())["eligible"]
        assert diner.redeem("o-1", order(), code=code)["payable_minor"] == 4_000
        assert [one["status"] for one in ann.wallet("redeemed")["coupons"]] == ["redeemed"]
        assert diner.reverse("o-1", "r-1", 4_000)["coupon_returned"]
        assert [line["kind"] for line in diner.settlement_lines("2020-06-06")] == ["redemption", "reversal"]
    assert [status for route, status in town.said if route == PUT_CLAIM] == [201]


def test_a_claim_whose_answer_was_lost_is_found_by_its_repeat(town: Served) -> None:
    """The repeat returns the same pack."""
    town.world.clock.advance(60)
    with citizen(town) as ann:
        town.faults.append(LOSE)
        claimed = ann.claim("pack")
        assert claimed == ann.my_claim("pack")
    assert town.said[:2] == [(PUT_CLAIM, 201), (PUT_CLAIM, 200)]


def test_a_lost_claim_of_the_last_pack_is_found_though_the_repeat_is_refused(town: Served) -> None:
    """`drained` does not look for an earlier claim, so the client looks for it."""
    town.world.clock.advance(60)
    with citizen(town) as ann:
        town.faults.append(LOSE)
        assert ann.claim("last")["batch_id"] == "last"
    assert town.said == [(PUT_CLAIM, 201), (PUT_CLAIM, 409), (GET_CLAIM, 200)]


def test_who_comes_too_late_hears_so_at_once(town: Served) -> None:
    """`drained` says that packs return later than this person would wait."""
    town.world.clock.advance(60)
    with citizen(town) as ann, citizen(town, "bob") as bob:
        ann.claim("last")
        with pytest.raises(ProblemError) as caught:
            bob.claim("last", wait_s=5)
    assert caught.value.slug == "drained"


def spent_while_cut_off(town: Served, *, seen: bool) -> tuple[dict[str, Any], Citizen]:
    """The journal of a till that got no response. `seen`: the function got the request."""
    town.world.clock.advance(60)
    journal: dict[str, Any] = {}
    with citizen(town) as ann, till(town, journal=journal) as diner:
        (coupon,) = ann.claim("pack")["coupons"]
        code = ann.code(coupon["coupon_id"])["code"]
        diner.quote(code, order())
        if seen:
            town.faults[:] = [LOSE] * 10
            with pytest.raises(Exception, match="gives no answer"):
                diner.redeem("o-1", order(), code=code)
            town.faults.clear()
        else:
            journal["o-1"] = {"order": order(), "code": code, "scanned_at": "2020-06-06T02:00:00+00:00"}
    return journal, ann


def test_a_redemption_that_was_done_unheard_is_found_however_late(town: Served) -> None:
    """A repeat is answered before the age of its code is checked."""
    journal, _ = spent_while_cut_off(town, seen=True)
    town.world.clock.advance(3_600)
    with till(town, journal=journal) as diner:
        (settled,) = diner.settle()
    assert settled.answer is not None
    assert settled.answer["order_no"] == "o-1"
    assert journal == {}


@pytest.mark.parametrize(("later_s", "done"), [(61, True), (CUT_OFF_MAX_S - 1, True), (CUT_OFF_MAX_S, False)])
def test_a_cut_off_tills_scan_counts_for_ten_minutes(town: Served, later_s: float, done: bool) -> None:
    """The scan is taken as late, or refused as too old; then the order number is free again."""
    journal, _ = spent_while_cut_off(town, seen=False)
    town.world.clock.set("2020-06-06T10:00:00+08:00")
    town.world.clock.advance(later_s)
    with till(town, journal=journal) as diner:
        (settled,) = diner.settle()
    assert journal == {}
    if done:
        assert settled.answer is not None
        assert settled.answer["late"] is True  # type: ignore[typeddict-item]
    else:
        assert settled.refusal is not None
        assert settled.refusal.slug == "code-expired"
