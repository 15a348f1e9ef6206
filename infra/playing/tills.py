"""What becomes of a coupon: shown, held, used at a random age, and undone at any other, in one part or several."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from coupons.currencies import money
from coupons.times import DAY_S
from infra.playing.baskets import Baskets
from infra.playing.books import Books
from infra.playing.cast import Resident
from infra.playing.diary import Diary
from infra.playing.entries import OrderAt
from infra.playing.gateway import Answered, Person, seconds
from infra.playing.oracle import Document
from infra.playing.stack import Stack

USED, REVERSED, HELD = 62, 12, 12
"""Per cent: of coupons, of orders, and of uses that are held before they are paid."""
COUNTER_S = 1_800
"""A longer hold is for goods that are brought."""
_REDEEM, _HOLD = "PUT /orders/{order_no}/redemption", "PUT /orders/{order_no}/hold"


class Tills:
    """`refused`: how often a till was refused, by slug and reason."""

    def __init__(self, stack: Stack, books: Books, baskets: Baskets, diary: Diary, last_s: int) -> None:
        self._stack, self._books, self._baskets, self._diary, self._last_s = stack, books, baskets, diary, last_s
        self._orders = 0
        self.refused: Counter[str] = Counter()
        self.holds = 0

    def plan(self, resident: Resident, coupon_id: str) -> None:
        """Six of ten are used, or tried: at any age from the first second to the last, a few a second too late."""
        rng, coupon, stack = self._stack.rng, self._books.coupons[coupon_id], self._stack
        first_s, ends_s = max(coupon.valid_from_s, stack.now_s), self._books.expires_at_s(coupon_id)
        terms_id = coupon.terms["terms_id"]
        if not stack.chance(USED) or first_s >= ends_s or not self._baskets.can_be_used(terms_id):
            return
        moment_s = rng.choice([first_s, ends_s - 1, ends_s]) if stack.chance(4) else rng.randrange(first_s, ends_s)
        for _ in range(40):
            if self._baskets.is_open(terms_id, moment_s):
                stack.at(moment_s, partial(self._bring, resident, coupon_id))
                return
            moment_s = rng.randrange(first_s, ends_s)

    def _bring(self, resident: Resident, coupon_id: str) -> None:
        """To a till: most pay at once."""
        coupon = self._books.coupons[coupon_id]
        terms_id = coupon.terms["terms_id"]
        shown = self._stack.ask(resident.person, "POST /coupons/{coupon_id}/code", {"coupon_id": coupon_id}, {})
        if shown.status >= 300:
            self.refused[f"code: {shown.reason}"] += 1
            return
        self._orders += 1
        merchant_id, order = self._baskets.basket(terms_id, self._orders)
        at, body = (merchant_id, f"o-{self._orders}"), {"code": shown.json["code"], "order": order}
        longest_s = self._baskets.hold_max_s(terms_id)
        if longest_s > COUNTER_S or self._stack.chance(HELD):
            self._hold(resident, at, body, min(longest_s, 2 * DAY_S))
        else:
            self._pay(resident, at, body, None)

    def _hold(self, resident: Resident, at: OrderAt, body: Document, for_s: int) -> None:
        """Paid before the hold ends, or given up."""
        held = self._stack.ask(till(at[0]), _HOLD, {"order_no": at[1]}, {**body, "ttl_s": for_s})
        if held.status >= 300:
            self.refused[_reason(held)] += 1
            return
        self.holds += 1
        judged_at_s, wait_s = self._stack.now_s, self._stack.rng.randrange(1, max(for_s - 60, 2))
        if self._stack.chance(15):
            self._stack.later(wait_s, partial(self._give_up, at))
        else:
            paid = {"order": body["order"]}
            self._stack.later(wait_s, partial(self._pay, resident, at, paid, judged_at_s))

    def _give_up(self, at: OrderAt) -> None:
        self._stack.ask(till(at[0]), "DELETE /orders/{order_no}/hold", {"order_no": at[1]})

    def _pay(self, resident: Resident, at: OrderAt, body: Document, judged_at_s: int | None) -> None:
        answer = self._stack.ask(till(at[0]), _REDEEM, {"order_no": at[1]}, body)
        if answer.status >= 300:
            self.refused[_reason(answer)] += 1
            return
        told = answer.json
        self._books.redeemed(at[0], told, judged_at_s)
        off = self._money(told["discount_minor"])
        words = f"redeemed {told['terms_id']} at {at[0]} for {off}, order {at[1]}"
        self._diary.note(resident.name, self._stack.now_s, words)
        if self._stack.chance(REVERSED):
            self._plan_reversals(resident, at)

    def _plan_reversals(self, resident: Resident, at: OrderAt) -> None:
        """One to three, at ages from a minute to ten days."""
        rng = self._stack.rng
        ages_s = sorted(rng.choice([60, 3_600, 2 * DAY_S, 10 * DAY_S]) for _ in range(rng.choice([1, 1, 2, 3])))
        for number, age_s in enumerate(ages_s):
            moment_s = self._stack.now_s + rng.randrange(1, age_s + 1)
            if moment_s < self._last_s:
                is_last = number == len(ages_s) - 1
                self._stack.at(moment_s, partial(self._reverse, resident, at, number, is_last=is_last))

    def _reverse(self, resident: Resident, at: OrderAt, number: int, *, is_last: bool) -> None:
        entry, rng = self._books.orders[at], self._stack.rng
        left_minor = entry.payable_minor
        if left_minor == 0 and entry.reversals:
            return
        amount_minor = left_minor if is_last or left_minor < 2 else rng.randrange(1, left_minor)
        path = {"order_no": at[1], "reversal_no": f"r{number}"}
        route = "PUT /orders/{order_no}/reversals/{reversal_no}"
        answer = self._stack.ask(till(at[0]), route, path, {"amount_minor": amount_minor})
        if answer.status >= 300:
            self.refused[f"reversal: {answer.reason}"] += 1
            return
        self._books.reversed(at, answer.json)
        back = ", the coupon came back" if answer.json["coupon_returned"] else ""
        words = f"reversed {self._money(amount_minor)} of order {at[1]} at {at[0]}{back}"
        self._diary.note(resident.name, seconds(answer.json["reversed_at"]), words)
        if answer.json["coupon_returned"]:
            self._stack.later(60, partial(self.plan, resident, entry.coupon_id))

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._books.purse[1])


def till(merchant_id: str) -> Person:
    return Person({"sub": f"till-{merchant_id}", "scope": "merchant", "merchant_id": merchant_id})


def _reason(answer: Answered) -> str:
    why: Any = answer.json.get("reasons") or answer.json.get("coupon_status") if answer.slug else None
    return f"{answer.slug}: {', '.join(why) if isinstance(why, list) else why}" if why else answer.reason
