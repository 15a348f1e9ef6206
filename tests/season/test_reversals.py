"""Redeem, then any series of reversals under any policy, through the handlers: no fen is lost, made or below zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from coupons.clock import SKEW_S
from coupons.model.ledger import balances
from infra.playing.books import Books
from infra.playing.guard import Guard
from tests.folding import movements
from tests.logs import quiet
from tests.season.document import CAMPAIGN_ID, FUNDERS
from tests.world import OPENING, World, a_batch, campaign, order, terms

EXAMPLES = 100
ODD = (4500, 4500, 1000)
DAYS = [f"2020-06-{day:02}" for day in range(6, 13)]
_PACK = {"quantity": 3, "opens_at": OPENING, "closes_at": "2020-06-07T10:00:00+08:00"}


@dataclass(frozen=True)
class Case:
    """An order of `paid_minor` after a discount, matched by so many basis points, and what is asked back of it.

    `waits_s` before each reversal; the coupon is valid for a day.
    """

    discount_minor: int
    paid_minor: int
    asked: tuple[int, ...]
    shares: tuple[int, ...] = ODD
    match_basis_points: int = 0
    policy: str = "never"
    times_max: int = 1
    waits_s: tuple[int, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        shares = [(funder, share) for funder, share in zip(FUNDERS, self.shares, strict=True) if share]
        amount_minor = self.discount_minor
        made = terms(
            "odd",
            discount={"kind": "amount_off", "threshold_minor": amount_minor, "amount_minor": amount_minor},
            validity={"kind": "days_after_claim", "days": 1},
            funding=[{"funder_id": funder, "basis_points": share} for funder, share in shares],
            merchant_match=[{"starts_at": "2020-06-01T00:00:00+08:00", "basis_points": self.match_basis_points}],
            refund={"policy": self.policy, "times_max": self.times_max},
        )
        funders = [{"funder_id": f, "title": f, "kind": f, "budget_minor": 10**13} for f in FUNDERS]
        return campaign(a_batch(terms=["odd"], **_PACK), campaign_id=CAMPAIGN_ID, terms=[made], funders=funders)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    discount = draw(st.integers(1, 12) | st.integers(1, 10**10))
    cuts = sorted(draw(st.lists(st.integers(1, 9999), min_size=2, max_size=2, unique=True)))
    shares = (cuts[0], cuts[1] - cuts[0], 10_000 - cuts[1])
    paid = draw(st.integers(0, 12) | st.integers(0, 10**9))
    return Case(
        discount,
        paid,
        tuple(draw(st.lists(st.integers(0, 12) | st.integers(0, paid + 1), max_size=6))),
        draw(st.sampled_from([ODD, shares, (10_000, 0, 0)])),
        draw(st.sampled_from([0, 5_000, 10_000])),
        draw(st.sampled_from(["never", "full_only", "always"])),
        draw(st.integers(1, 2)),
        tuple(draw(st.lists(st.sampled_from([0, 59, 50_000, 86_399, 86_400]), max_size=6))),
    )


class Shop:
    """One coupon of one person, and the order that uses it, on a watched engine and in books of their own."""

    def __init__(self, case: Case) -> None:
        self.case, self.engine = case, Guard()
        self.world, self.books = World(self.engine), Books(case.document)
        self.world.publish(case.document)
        self.books.published("pack", 3)
        self.ann, self.till = self.world.citizen("ann"), self.world.merchant()
        [self.coupon_id] = self.books.claimed("ann", "pack", self.ann.put_claim("pack").json)

    def redeem(self, order_no: str) -> None:
        """At the price that leaves `paid_minor` to pay."""
        case = self.case
        match_minor = case.discount_minor * case.match_basis_points // 10_000
        total_minor = case.discount_minor + match_minor + case.paid_minor
        answer = self.till.redeem(order_no, self.ann.code(self.coupon_id), order(total_minor))
        assert (answer.status, answer.json["payable_minor"]) == (201, case.paid_minor), answer.text
        self.books.redeemed("diner", answer.json)

    def reverse(self, order_no: str, reversal_no: str, amount_minor: int) -> None:
        """Answered, once and again, or refused with what is left."""
        entry = self.books.orders["diner", order_no]
        nothing = amount_minor == 0 and (self.case.paid_minor > 0 or entry.reversals > 0)
        is_refused = amount_minor > entry.payable_minor or nothing
        answer = self.till.reverse(order_no, reversal_no, amount_minor)
        if is_refused:
            assert (answer.slug, answer.json["left_minor"]) == ("reversal-not-allowed", entry.payable_minor)
            return
        assert answer.status == 201, answer.text
        self.books.reversed(("diner", order_no), answer.json)
        again = self.till.reverse(order_no, reversal_no, amount_minor)
        assert (again.status, again.json) == (200, answer.json), again.text

    def check(self) -> None:
        """The ledger, folded from nothing, is what was answered."""
        assert not self.engine.offence, self.engine.offence
        folded = balances(movements(self.world, CAMPAIGN_ID, ["diner"], DAYS))
        assert sum(folded.values()) == 0
        spent = self.books.spent
        assert {f: folded.get(("due", f, "diner"), 0) for f in FUNDERS} == {f: spent[f] for f in FUNDERS}


@settings(max_examples=EXAMPLES)
@given(cases())
@example(Case(5, 60, ()))  # 2, 2 and 1 fen of three funders
@example(Case(6, 6, (5, 1)))  # 3, 3 and 0 of 6 fen, of which 5 go back: by shares the third would get a fen for nothing
@example(Case(11, 11, (5, 6)))  # 5 fen, then 6
@example(Case(11, 11, (6, 5)))
@example(Case(11, 11, (5, 6), policy="full_only"))  # the coupon comes back with the second
@example(Case(11, 11, (5, 6), policy="always", times_max=2))  # with the first, and the second is the customer's alone
@example(Case(7, 0, (0, 0), policy="full_only"))  # nothing was to pay
@example(Case(1005, 4001, (5, 6, 3990), policy="full_only", waits_s=(0, 86_399, 1)))  # the last one after expiry
def test_any_series_of_reversals_conserves_every_fen(case: Case) -> None:
    """After each step, and again when the coupon that came back was used and undone once more."""
    with quiet():
        shop = Shop(case)
        shop.redeem("o-1")
        waits_s = [*case.waits_s, *[0] * len(case.asked)]
        for number, amount_minor in enumerate(case.asked):
            shop.world.clock.advance(waits_s[number])
            shop.reverse("o-1", f"r{number}", amount_minor)
            shop.check()
        shop.reverse("o-1", "rest", shop.books.orders["diner", "o-1"].payable_minor)
        shop.world.clock.advance(SKEW_S + 1)
        if shop.books.status(shop.coupon_id, shop.world.now_s) == "available":
            shop.redeem("o-2")
            shop.reverse("o-2", "half", case.paid_minor // 2)
            shop.reverse("o-2", "rest", shop.books.orders["diner", "o-2"].payable_minor)
        shop.check()
    assert not any(shop.books.spent.values()), "all of it was reversed"
