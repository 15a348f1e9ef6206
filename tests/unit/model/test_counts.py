"""What a sweep counts, and how its folds add up."""

from __future__ import annotations

import copy
import random

from hypothesis import given
from hypothesis import strategies as st

from coupons.model.claims import Claim, Coupon, Ruling
from coupons.model.counts import Count, Fold, total

NOW_S = 1_000


def claim(batch_number: int, *coupons: Coupon) -> Claim:
    return Claim(batch_number, b"p" * 16, "t:0", 0, 1, coupons)


def test_a_fold_counts_claims_and_coupons_by_batch() -> None:
    """Each coupon in the state that the clock gives it, its batch's extension included."""
    fold = Fold()
    spent, fresh, used = Coupon("available", 0, NOW_S), Coupon("available", 0, NOW_S + 1), Coupon("redeemed", 0, 1)
    fold.take(claim(7, spent, fresh, used), NOW_S, Ruling())
    fold.take(claim(7, spent, spent), NOW_S, Ruling(extended_s=1))
    fold.take(claim(8, spent), NOW_S, Ruling())
    assert fold.of(7) == Count(2, {"expired": 1, "available": 3, "redeemed": 1}, {2: 1}, used=1)
    assert fold.of(8) == Count(1, {"expired": 1})
    assert fold.of(9) == Count(0, {})


def test_a_claim_under_another_key_is_counted_twice() -> None:
    """As a claim, and as one that is astray."""
    fold = Fold()
    fold.take(claim(7), NOW_S, Ruling(), in_place=False)
    fold.take(claim(7), NOW_S, Ruling())
    assert (fold.of(7).claims, fold.of(7).astray) == (2, 1)


counts = st.builds(
    Count,
    st.integers(0, 99),
    st.dictionaries(st.sampled_from(["available", "expired", "voided"]), st.integers(0, 99)),
    st.dictionaries(st.integers(0, 7), st.integers(0, 99)),
    st.integers(0, 99),
    st.integers(0, 99),
)
folds = st.lists(st.builds(Fold, st.dictionaries(st.integers(1, 3), counts)), max_size=6)


@given(folds, st.randoms(use_true_random=False))
def test_the_order_of_folds_does_not_matter(parts: list[Fold], rng: random.Random) -> None:
    """Any order gives the same sum, number by number, and leaves the folds as they were."""
    before = copy.deepcopy(parts)
    whole = total(parts)
    assert parts == before
    rng.shuffle(parts)
    assert total(parts) == whole
    for number in (1, 2, 3):
        assert whole.of(number).claims == sum(fold.of(number).claims for fold in parts)
        for state in ("available", "expired", "voided"):
            expected = sum(fold.of(number).coupons.get(state, 0) for fold in parts)
            assert whole.of(number).coupons.get(state, 0) == expected


def test_nothing_counted_is_zero() -> None:
    """A sweep of an empty claim key."""
    assert total([]) == Fold()
    assert total([Fold(), Fold()]).of(1).claims == 0
