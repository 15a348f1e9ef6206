"""A batch's largest cost is never exceeded by a split; money pays for whole packs only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coupons.model.reserves import Reserve, coupon_cost, largest_cost, packs_for
from coupons.model.terms import Terms
from coupons.money import Amounts, split
from tests.world import a_batch, campaign, parsed, terms


def made(amount_minor: int, *shares: int) -> Terms:
    funding = [{"funder_id": f"f{place}", "basis_points": share} for place, share in enumerate(shares)]
    discount = {"kind": "amount_off", "threshold_minor": amount_minor, "amount_minor": amount_minor}
    return Terms.model_validate_json(json.dumps(terms(discount=discount, funding=funding)))


@given(st.integers(1, 10_000), st.integers(1, 9_998), st.integers(0, 10_000))
def test_no_discount_costs_a_funder_more_than_was_reserved(largest: int, share: int, less: int) -> None:
    """Neither the largest discount nor a smaller one."""
    shares = [share, 9_999 - share, 1]
    reserved = list(coupon_cost(made(largest, *[s for s in shares if s]), 1).values())
    parts = split(max(largest - less, 0), [s for s in shares if s])
    assert all(part <= cost for part, cost in zip(parts, reserved, strict=True))


def test_a_packs_cost_is_that_of_its_coupons() -> None:
    """A funder's share is rounded up for each coupon, then multiplied by the packs."""
    assert coupon_cost(made(5, 4_500, 4_500, 1_000), 2) == {"f0": 6, "f1": 6, "f2": 2}
    assert largest_cost([made(5, 4_500, 4_500, 1_000), made(10, 10_000)], 3) == {"f0": 39, "f1": 9, "f2": 3}


@pytest.mark.parametrize(
    ("money", "pack", "packs"),
    [
        ({"a": 30, "b": 20}, {"a": 10, "b": 10}, 2),
        ({"a": 30, "b": 19}, {"a": 10, "b": 10}, 1),
        ({"a": 30}, {"a": 10, "b": 1}, 0),
        ({"a": 30, "b": 5}, {"a": 10, "b": 0}, 3),
        ({"a": 30, "b": 5}, {"a": 10}, 3),
        ({"a": 9}, {"a": 10}, 0),
        ({"a": 9}, {}, 0),
    ],
)
def test_whole_packs_that_money_pays_for(money: dict[str, int], pack: dict[str, int], packs: int) -> None:
    """Each funder pays its own share, and one unit too little is one pack less."""
    assert packs_for(Amounts(money), Amounts(pack)) == packs


def test_a_reserve_knows_what_is_open() -> None:
    """It is what was reserved less what was given back; a clock that was set back reserves it again."""
    reserve = Reserve().grown(Amounts({"a": 10})).grown(Amounts({"a": 5, "b": 1})).given(Amounts({"a": 6}))
    assert (reserve.open, reserve.version) == ({"a": 9, "b": 1}, 3)
    assert (reserve.taken_back().open, reserve.taken_back().version) == ({"a": 15, "b": 1}, 4)


LATER = {"opens_at": "2020-06-08T10:00:00+08:00"}


@pytest.mark.parametrize(
    ("batches", "good"),
    [
        ([a_batch(rollover_to="later"), a_batch("later", closes_at="2020-06-07T10:00:01+08:00")], True),
        ([a_batch(rollover_to="later"), a_batch("later")], False),
        ([a_batch(rollover_to="pack")], False),
        ([a_batch(rollover_to="nowhere")], False),
    ],
)
def test_money_rolls_over_forwards_only(batches: list[dict[str, Any]], good: bool) -> None:
    """Only to a batch of the same document that closes at least a second later."""
    if good:
        assert parsed(campaign(*batches)).batches[0].rollover_to == "later"
        return
    with pytest.raises(ValidationError, match="is no batch that closes later"):
        parsed(campaign(*batches))
