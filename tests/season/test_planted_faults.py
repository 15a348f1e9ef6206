"""The season can fail: each of these faults in the money, planted in the running code, turns it red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coupons.model import assessment
from coupons.model.days import Sums
from coupons.money import Amounts, FundingLine, split
from coupons.operate import publication
from coupons.schedule import expiry
from coupons.settle import give_back
from coupons.stores.budgets import Budgets
from coupons.till import reversals
from tests.season.season import Season

PEOPLE = 60
Plant = Callable[[pytest.MonkeyPatch], None]


def _one_more(amounts: Amounts) -> Amounts:
    """Of the first funder."""
    return amounts + Amounts({min(amounts): 1})


def gives_a_fen_too_many(patch: pytest.MonkeyPatch) -> None:
    """To the first funder, whenever money is given back."""
    real = Budgets.give_back
    patch.setattr(Budgets, "give_back", lambda self, campaign, amounts: real(self, campaign, _one_more(amounts)))


def releases_a_fen_too_many(patch: pytest.MonkeyPatch) -> None:
    """Reserve, budget and record agree on it."""
    real = give_back._amounts
    patch.setattr(give_back, "_amounts", lambda *facts: _one_more(real(*facts)))


def rolls_over_a_pack_too_many(patch: pytest.MonkeyPatch) -> None:
    real = give_back.packs_for
    patch.setattr(give_back, "packs_for", lambda amounts, pack: real(amounts, pack) + 1)


def reserves_rounded_down(patch: pytest.MonkeyPatch) -> None:
    real = publication.largest_cost

    def cheaper(*facts: Any) -> Amounts:
        return Amounts((funder, cost - cost % 10) for funder, cost in real(*facts).items())

    patch.setattr(publication, "largest_cost", cheaper)


def charges_the_wrong_funder(patch: pytest.MonkeyPatch) -> None:
    """The shares are right, and turned by one."""
    patch.setattr(assessment, "split", lambda amount, weights: split(amount, [*weights[1:], weights[0]]))


def loses_a_fen_of_a_split(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(assessment, "split", lambda amount, weights: [amount * weight // sum(weights) for weight in weights])


def reverses_by_shares(patch: pytest.MonkeyPatch) -> None:
    """Not over what the lines have left: five of six fen, and the third funder gets what it never gave."""
    patch.setattr(reversals, "split_over_left", lambda amount, left: split(amount, [4500, 4500, 1000][: len(left)]))


def reverses_rounded_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        reversals, "_pro_rata", lambda whole, part, payable: -(-whole * part // payable) if payable else whole
    )


def keeps_the_coupon(patch: pytest.MonkeyPatch) -> None:
    """The money alone: an order that is undone in full keeps its coupon."""
    patch.setattr(reversals, "_may_return", lambda *_facts, **_more: False)


def counts_a_used_coupon_as_unused(patch: pytest.MonkeyPatch) -> None:
    """At expiry its money is given back, and was spent."""
    real = expiry.count_coupons

    def forgetful(*facts: Any, **more: Any) -> Any:
        fold = real(*facts, **more)
        for count in fold.by_batch.values() if fold else ():
            count.redeemed = {place: max(number - 1, 0) for place, number in count.redeemed.items()}
        return fold

    patch.setattr(expiry, "count_coupons", forgetful)


def settles_without_reversals(patch: pytest.MonkeyPatch) -> None:
    """The sums of a closed day."""
    real = Sums.take

    def take(self: Sums, line: Any) -> None:
        if line.amounts.payable_minor >= 0:
            real(self, line)

    patch.setattr(Sums, "take", take)


def files_a_line_of_another_funder(patch: pytest.MonkeyPatch) -> None:
    """The order knows the truth, the line says otherwise."""
    real = reversals.reversal_line

    def line(*facts: Any) -> Any:
        made = real(*facts)
        first, *rest = made.amounts.funding
        names = [part.funder_id for part in (*rest, first)]
        parts = zip(names, made.amounts.funding, strict=True)
        funding = tuple(FundingLine(name, part.amount_minor) for name, part in parts)
        return replace(made, amounts=replace(made.amounts, funding=funding))

    patch.setattr(reversals, "reversal_line", line)


SEEN = {
    gives_a_fen_too_many: "reserved, .* for batches",
    releases_a_fen_too_many: "gave back unclaimed.* by the books",
    rolls_over_a_pack_too_many: "gave back unclaimed.*'packs'",
    reserves_rounded_down: "budget-exceeded",
    charges_the_wrong_funder: r"platform pays \d+ of \d+",
    loses_a_fen_of_a_split: "funded of",
    reverses_by_shares: r"has .*: -\d+.* left",
    reverses_rounded_up: "'discount_minor'",
    keeps_the_coupon: "'coupon_returned': False",
    counts_a_used_coupon_as_unused: "reserved, .* spent",
    settles_without_reversals: "lines were answered",
    files_a_line_of_another_funder: "'spent': .* is told",
}
"""Fault → how it is seen."""


@pytest.mark.parametrize("plant", SEEN, ids=lambda plant: plant.__name__)
def test_a_fault_in_the_money_turns_the_season_red(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a check that is there for it."""
    plant(monkeypatch)
    with pytest.raises((AssertionError, ValueError), match=SEEN[plant]):
        Season(PEOPLE, seed=1).play()
