"""The season can fail: each of these faults in the money, planted in the running code, turns it red."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from coupons.model import assessment, events
from coupons.model.batches import Control, Ruling
from coupons.model.days import Sums
from coupons.model.payouts import DaysWithholdings
from coupons.model.points_rules import PointsRules
from coupons.model.scans import Scanned
from coupons.model.slot_records import SlotDay
from coupons.money import Amounts, FundingLine, split
from coupons.operate import publication
from coupons.schedule import expiry, relay
from coupons.settle import give_back
from coupons.stores.budgets import Budgets
from coupons.stores.controls import Controls
from coupons.till import pins, reversals
from infra.couponctl.campaign_files import read_campaign
from infra.local.settings import checkout
from infra.playing.season import Season
from tests.season.document import document

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


def relays_all_but_some(patch: pytest.MonkeyPatch) -> None:
    """One record in ten makes no event."""
    real = relay._events
    patch.setattr(relay, "_events", lambda *facts: [] if facts[1].sequence_number[-1] == "7" else real(*facts))


def names_events_anew(patch: pytest.MonkeyPatch) -> None:
    """A repeat has another id, so that subscribers hear it twice."""
    number = itertools.count()
    patch.setattr(events, "event_id", lambda *_what: f"{next(number):032x}")


def takes_any_pin(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pins, "hmac", SimpleNamespace(compare_digest=lambda *_: True))


def takes_late_scans_as_fresh(patch: pytest.MonkeyPatch) -> None:
    """They count against no limit, and no merchant's day shows them."""
    patch.setattr(Scanned, "is_late", property(lambda _self: False))


def stops_nothing(patch: pytest.MonkeyPatch) -> None:
    """The operator is answered, and the claims go on."""
    patch.setattr(Controls, "stop", lambda *_facts: True)


def pauses_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Controls, "set_paused", lambda *_facts: True)


def voids_nothing(patch: pytest.MonkeyPatch) -> None:
    """Coupons of a voided batch are as before at every till."""
    patch.setattr(Control, "ruling", property(lambda self: Ruling(self.extended_s, voided=False)))


def extends_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Control, "ruling", property(lambda self: Ruling(0, self.voided)))


def withholds_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DaysWithholdings, "of", lambda *_facts: None)


def forgets_the_caps_of_days(patch: pytest.MonkeyPatch) -> None:
    """A visit of four times 30 counts whole."""
    patch.setattr(PointsRules, "month_points", lambda _self, _month, raw: sum(raw.days.values()))


def admits_late_visits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PointsRules, "is_late", lambda *_: False)


def forgives_who_stayed_away(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SlotDay, "absent", lambda _self: {})


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
    files_a_line_of_another_funder: "spent on closed days|more came back than was spent",
    relays_all_but_some: r"coupon\.\w+\.v1: .* changes answered; \d+ differ",
    names_events_anew: r"coupon\.\w+\.v1: .* changes answered; \d+ differ",
    takes_any_pin: "wrong PINs refused",
    takes_late_scans_as_fresh: "was late",
    stops_nothing: "paused or stopped, and later: [1-9]",
    pauses_nothing: "paused or stopped, and later: [1-9]",
    voids_nothing: "refused: .*voided|coupons told .*voided|used a coupon|wallets",
    extends_nothing: "days later than the terms say; [1-9]|is available, and refused: .*expired",
    withholds_nothing: "settled .* = due by lines",
}
"""Fault → how it is seen."""
SEEN_IN_SPORTS: dict[Plant, str] = {
    forgets_the_caps_of_days: "by the points book .* differ|is refused .* points: ",
    admits_late_visits: "'admitted': True",
    forgives_who_stayed_away: "bookings that nobody came to .* differ",
}


def told_of(season: Season) -> str:
    """What the season ends on, if it is red: the false equations, and the answer that cannot be."""
    seen = ""
    try:
        season.play()
    except (AssertionError, ValueError) as error:
        seen = str(error)
    return "\n".join([*(f"{one.of}: {one.text}" for one in season.verdicts.broken), seen])


@pytest.mark.parametrize("plant", SEEN, ids=lambda plant: plant.__name__)
def test_a_fault_turns_the_season_red(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a check that is there for it: an answer that cannot be, or an equation that is false."""
    plant(monkeypatch)
    told = told_of(Season(document(PEOPLE), None, PEOPLE, seed=1))
    assert re.search(SEEN[plant], told), told or "nobody saw it"


@pytest.mark.parametrize("plant", SEEN_IN_SPORTS, ids=lambda plant: plant.__name__)
def test_a_fault_in_points_or_slots_turns_the_season_red(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a check that is there for it."""
    plant(monkeypatch)
    file = read_campaign(checkout() / "infra" / "seasons" / "beijing-sports.yaml")
    told = told_of(Season(file.document, file.programme, PEOPLE, seed=1))
    assert re.search(SEEN_IN_SPORTS[plant], told), told or "nobody saw it"
