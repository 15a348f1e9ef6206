"""The town's own books: kept from what was answered alone, by arithmetic of their own.

Whatever the stack stores, settles, audits or gives back is held against these. Nothing here reads an item or calls a
domain function: a fault in those would be in both, and nobody would see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from infra.playing.entries import BatchEntry, CouponEntry, LineEntry, OrderAt, OrderEntry, money, total
from infra.playing.gateway import seconds
from infra.playing.oracle import Document, Money, assert_shared, is_ration, worth
from infra.playing.points_book import PointsBook
from infra.playing.rations import Rations

KNOWN_S = 2
"""After so many seconds every environment knows what an operator did."""


class Books:
    def __init__(self, document: Document, programme: Document | None = None) -> None:
        self.purse = (document["campaign_id"], document["currency"])
        """Campaign and currency of every line."""
        self.budgets: Money = Counter({f["funder_id"]: f["budget_minor"] for f in document["funders"]})
        self.limits = Rations(document)
        terms = {one["terms_id"]: one for one in document["terms"]}
        self.batches = {
            one["batch_id"]: BatchEntry(one, [terms[terms_id] for terms_id in one["terms"]])
            for one in document["batches"]
        }
        self.coupons: dict[str, CouponEntry] = {}
        self.claims: dict[tuple[str, str], str] = {}
        """Claim key and person → batch."""
        self.packs: dict[tuple[str, str], list[str]] = {}
        """Claim key and person → coupon ids."""
        self.orders: dict[OrderAt, OrderEntry] = {}
        self.check_ins: dict[OrderAt, tuple[str, str]] = {}
        """The id of the booking of each, and the batch that pays; empty: none does."""
        self.bookings: dict[tuple[str, str], str] = {}
        """Those that stand, by batch and person: the day of the booking."""
        self.claim_days: Counter[tuple[str, str]] = Counter()
        """Claims by batch and day."""
        self.lines: dict[tuple[str, str], list[LineEntry]] = {}
        """Merchant and day."""
        self.withheld: dict[tuple[str, str], dict[str, str | None]] = {}
        """Merchant and day → order number, or empty for the whole day → decision, None while it is open."""
        self.closed_days: set[str] = set()
        """Those that were reported as closed."""
        self.points = PointsBook(programme)

    @property
    def all_lines(self) -> list[LineEntry]:
        return [line for lines in self.lines.values() for line in lines]

    @property
    def rations(self) -> list[str]:
        """Batches whose pack is one material of one store."""
        return [of for of, batch in self.batches.items() if is_ration(batch.terms) and not batch.is_of_venues]

    @property
    def reserved(self) -> Money:
        return total(batch.reserved for batch in self.batches.values())

    @property
    def spent(self) -> Money:
        return total(batch.spent for batch in self.batches.values())

    @property
    def left(self) -> Money:
        """Of each funder's budget, to be reserved."""
        left = self.budgets.copy()
        left.subtract(self.reserved)
        return left

    def spent_on(self, days: Collection[str], batch_id: str) -> Money:
        """By the lines of these days."""
        of_days = (lines for (_, day), lines in self.lines.items() if day in days)
        return total(line.funding for lines in of_days for line in lines if line.batch_id == batch_id)

    def published(self, batch_id: str, quantity: int) -> None:
        """Or raised: the funders reserve the largest cost of each pack."""
        batch = self.batches[batch_id]
        assert quantity > batch.quantity, f"{batch_id}: {quantity} after {batch.quantity}"
        batch.reserved.update(batch.cost(quantity - batch.quantity))
        batch.quantity = quantity

    def raised(self, batch_id: str, quantity: int, now_s: int) -> None:
        """By an operator."""
        batch = self.batches[batch_id]
        batch.raised, batch.changed_s = batch.raised + quantity - batch.quantity, now_s
        self.published(batch_id, quantity)

    def stopped(self, batch_id: str, now_s: int, *, is_void: bool) -> None:
        """For good; the points of coupons that are voided go back."""
        batch = self.batches[batch_id]
        batch.stopped_s, batch.is_void = now_s, is_void
        mine = (one for one in self.coupons.values() if one.batch_id == batch_id and one.status == "available")
        for coupon in mine if is_void else ():
            self.points.spent[coupon.holder] -= coupon.points

    def booked(self, person: str, batch_id: str, answer: dict[str, Any]) -> None:
        self.bookings[batch_id, person] = _day(answer["booked_at"])

    def claimed(self, person: str, batch_id: str, answer: dict[str, Any]) -> list[str]:
        """The pack's coupon ids."""
        batch = self.batches[batch_id]
        at = (batch.claim_key, person)
        assert at not in self.claims, f"{person} has claimed {self.claims[at]} and now {batch_id}"
        self.claims[at] = batch_id
        self.claim_days[batch_id, _day(answer["claimed_at"])] += 1
        batch.claims += 1
        since_s = [moment_s for moment_s in (batch.paused_s, batch.stopped_s) if moment_s is not None]
        batch.claims_too_late += any(seconds(answer["claimed_at"]) > moment_s + KNOWN_S for moment_s in since_s)
        assert batch.claims <= batch.quantity, f"{batch_id}: {batch.claims} claims of {batch.quantity}"
        assert [one["terms_id"] for one in answer["coupons"]] == batch.document["terms"]
        price, number = batch.document.get("price_points") or 0, len(answer["coupons"])
        for place, one in enumerate(answer["coupons"]):
            ends_s = seconds(one["expires_at"]) - batch.extended_s
            from_s, share = seconds(one["valid_from"]), (price + number - 1 - place) // number
            entry = CouponEntry(batch_id, place, batch.terms[place], from_s, ends_s, person, share)
            assert self.coupons.setdefault(one["coupon_id"], entry) is entry, "one coupon id, two coupons"
        self.points.spent[person] += price
        self.packs[at] = [one["coupon_id"] for one in answer["coupons"]]
        return self.packs[at]

    def expires_at_s(self, coupon_id: str) -> int:
        coupon = self.coupons[coupon_id]
        return coupon.expires_at_s + self.batches[coupon.batch_id].extended_s

    def status(self, coupon_id: str, now_s: int) -> str:
        """As its holder should see it."""
        coupon = self.coupons[coupon_id]
        if coupon.status in ("redeemed", "voided"):
            return coupon.status
        if self.batches[coupon.batch_id].is_void:
            return "voided"
        return "expired" if now_s >= self.expires_at_s(coupon_id) else "available"

    def redeemed(self, merchant_id: str, answer: dict[str, Any], judged_at_s: int | None = None) -> OrderAt:
        """`judged_at_s`: of what was held, or scanned before, the moment that its terms are judged at.

        Raises AssertionError if the answer cannot be: used before, over, or money that does not add up.
        """
        at, coupon_id = (merchant_id, answer["order_no"]), answer["coupon_id"]
        now_s, coupon, funding = seconds(answer["redeemed_at"]), self.coupons[coupon_id], money(answer["funding"])
        moment_s = now_s if judged_at_s is None else judged_at_s
        assert self.status(coupon_id, now_s) == "available", f"{at} used a coupon that was {coupon}"
        assert at not in self.orders, f"{at} was redeemed before"
        assert (answer["batch_id"], answer["terms_id"]) == (coupon.batch_id, coupon.terms["terms_id"])
        discount_minor = answer["discount_minor"]
        assert_shared(coupon.terms, discount_minor, funding)
        match_minor, payable_minor = answer["merchant_match_minor"], answer["payable_minor"]
        assert min(discount_minor, match_minor, payable_minor) >= 0, answer
        total_minor = discount_minor + match_minor + payable_minor
        wanted = worth(coupon.terms, total_minor, moment_s)
        assert (discount_minor, match_minor) == wanted, f"{answer}: {wanted} off {total_minor} by {coupon.terms}"
        coupon.status = "redeemed"
        batch = self.batches[coupon.batch_id]
        self.limits.used(coupon.holder, batch.document, moment_s)
        batch.spent.update(funding)
        self.orders[at] = OrderEntry(
            coupon_id,
            coupon.batch_id,
            now_s,
            answer["payable_minor"],
            discount_minor,
            answer["merchant_match_minor"],
            funding,
            (discount_minor, answer["payable_minor"]),
            moment_s,
        )
        self._file(merchant_id, "redemption", answer["redeemed_at"], coupon_id, coupon.batch_id, answer, 1)
        return at

    def reversed(self, at: OrderAt, answer: dict[str, Any]) -> None:
        """Raises AssertionError if more came back than was there, or the coupon against its policy."""
        order, back, now_s = self.orders[at], money(answer["funding"]), seconds(answer["reversed_at"])
        coupon = self.coupons[order.coupon_id]
        order.payable_minor -= answer["amount_minor"]
        order.discount_minor -= answer["discount_minor"]
        order.merchant_match_minor -= answer["merchant_match_minor"]
        order.funding.subtract(back)
        order.reversals += 1
        assert sum(back.values()) == answer["discount_minor"], answer
        assert min([*back.values(), answer["discount_minor"], answer["merchant_match_minor"]]) >= 0, answer
        left = [order.payable_minor, order.discount_minor, order.merchant_match_minor, *order.funding.values()]
        assert min(left) >= 0, f"{at} has {left} left"
        is_full = order.payable_minor == 0
        may_return = self._may_return(order, coupon, now_s, is_full=is_full)
        assert answer["coupon_returned"] == may_return, f"{at}: {answer} of {coupon}"
        if is_full or answer["coupon_returned"]:
            assert not any(left[1:]), f"{at} is undone, and {left} is left"
        elif not order.coupon_returned:
            discount, payable = order.whole
            back_minor = discount - order.discount_minor
            assert back_minor == discount * (payable - order.payable_minor) // payable, f"{at}: {answer}"
        if (answer["coupon_returned"] or is_full) and not order.coupon_returned:
            document = self.batches[order.batch_id].document
            self.limits.used(coupon.holder, document, order.judged_at_s, times=-1)
        if answer["coupon_returned"]:
            coupon.status, coupon.returns, order.coupon_returned = "available", coupon.returns + 1, True
        elif is_full and not order.coupon_returned:
            coupon.status = "voided"
            if coupon.terms["refund"]["policy"] != "never":
                self.points.spent[coupon.holder] -= coupon.points
        self.batches[order.batch_id].spent.subtract(back)
        self._file(at[0], "reversal", answer["reversed_at"], order.coupon_id, order.batch_id, answer, -1)

    def checked_in(self, merchant_id: str, due: str, price_minor: int, answer: dict[str, Any]) -> bool:
        """`due`: the batch that pays the slot; empty: none does. False: it is in the books."""
        at = (merchant_id, answer["checkin_no"])
        if at in self.check_ins:
            return False
        discount_minor, funding = answer["subsidy_minor"], money(answer["funding"])
        batch_id = due if discount_minor else ""
        self.check_ins[at] = (answer["booking_id"], batch_id)
        assert sum(funding.values()) == discount_minor, answer
        is_paid = due and not answer["reasons"]
        wanted_minor = worth(self.batches[due].terms[0], price_minor, 0)[0] if is_paid else 0
        assert (discount_minor, answer["payable_minor"]) == (wanted_minor, price_minor - wanted_minor), answer
        if batch_id:
            batch = self.batches[batch_id]
            batch.spent.update(funding)
            batch.claims += 1
            assert_shared(batch.terms[0], discount_minor, funding)
        facts = {**answer, "order_no": at[1], "discount_minor": discount_minor, "merchant_match_minor": 0}
        self._file(merchant_id, "redemption", answer["checked_in_at"], answer["booking_id"], batch_id, facts, 1)
        return True

    def undone(self, merchant_id: str, answer: dict[str, Any]) -> None:
        """A check-in's reversal."""
        booking_id, batch_id = self.check_ins[merchant_id, answer["order_no"]]
        self.points.corrected(booking_id)
        if batch_id:
            self.batches[batch_id].spent.subtract(money(answer["funding"]))
        self._file(merchant_id, "reversal", answer["reversed_at"], booking_id, batch_id, answer, -1)

    def _may_return(self, order: OrderEntry, coupon: CouponEntry, now_s: int, *, is_full: bool) -> bool:
        refund, batch = coupon.terms["refund"], self.batches[order.batch_id]
        fits = refund["policy"] == "always" or (refund["policy"] == "full_only" and is_full)
        is_over = batch.is_void or now_s >= self.expires_at_s(order.coupon_id)
        return fits and not is_over and not order.coupon_returned and coupon.returns < refund["times_max"]

    def _file(
        self, merchant_id: str, kind: str, at: str, coupon_id: str, batch_id: str, answer: dict[str, Any], sign: int
    ) -> None:
        funding = Counter({funder: sign * amount for funder, amount in money(answer["funding"]).items()})
        line = LineEntry(
            kind,
            answer["order_no"],
            answer.get("reversal_no"),
            batch_id,
            coupon_id,
            sign * answer["discount_minor"],
            sign * answer["merchant_match_minor"],
            sign * answer["amount_minor" if kind == "reversal" else "payable_minor"],
            funding,
            answer.get("late", False),
            answer.get("coupon_returned", False),
        )
        self.lines.setdefault((merchant_id, _day(at)), []).append(line)


def _day(at: str) -> str:
    return str(datetime.fromisoformat(at).date())
