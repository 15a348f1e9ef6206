"""What becomes of a coupon: shown, held, used at a random age, and undone at any other, in one part or several."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from coupons.clock import SKEW_S
from coupons.currencies import money
from coupons.model.scans import LATE_MAX_S
from coupons.sealing import CODE_LIFE_S
from coupons.times import DAY_S, day_of, rfc3339
from infra.playing.baskets import Baskets
from infra.playing.books import Books
from infra.playing.cast import Resident
from infra.playing.diary import Diary
from infra.playing.entries import OrderAt
from infra.playing.gateway import Answered, Person, seconds
from infra.playing.oracle import Document
from infra.playing.stack import Stack

AGES = (
    "in the same minute",
    "on the same day",
    "on a later day",
    "in the last second before expiry",
    "after expiry",
    "after the money was given back",
)
"""Of a reversal, seen from the redemption on."""
USED, REVERSED, AGAIN = 62, 15, 2
"""Per cent of coupons that are used, of orders that are reversed, and that are tried once more."""
PAPER, HELD, LATE = 4, 12, 4
"""Per cent of uses: of a print, held before they are paid, sent late by a till that was offline."""
GIVEN_UP, FORGOTTEN = 15, 10
"""Per cent of holds."""
MISTYPED, ABOVE = 25, 5
"""Per cent of prints, and of reversals, that are tried in a way that has to be refused."""
LATE_S = (CODE_LIFE_S + SKEW_S, LATE_MAX_S - CODE_LIFE_S)
COUNTER_S = 1_800
"""A longer hold is for goods that are brought."""
_REDEEM, _HOLD = "PUT /orders/{order_no}/redemption", "PUT /orders/{order_no}/hold"
_CODE, _REVERSE = "POST /coupons/{coupon_id}/code", "PUT /orders/{order_no}/reversals/{reversal_no}"


@dataclass(frozen=True)
class Use:
    """How a coupon is brought to a till: `paid at once`, `held`, `printed` or `late`."""

    coupon_id: str
    shown_at_s: int | None
    """When its code was issued; None: by no code of a minute."""
    judged_at_s: int | None = None
    """The moment that the terms are judged at; None: of the payment."""
    kind: str = "paid at once"
    held: Document = field(default_factory=dict)
    """What the hold's answer said."""


class Tills:
    """`refused`: how often a till was refused, by slug and reason. `uses`: how coupons were used.

    `reversals`: by age.
    """

    def __init__(self, stack: Stack, books: Books, baskets: Baskets, diary: Diary, last_s: int) -> None:
        self._stack, self._books, self._baskets, self._diary, self._last_s = stack, books, baskets, diary, last_s
        self._timezone = diary.timezone
        self._orders = 0
        self._returned_s: dict[str, int] = {}
        """When each coupon came back last."""
        self.refused: Counter[str] = Counter()
        self.uses: Counter[str] = Counter()
        self.reversals: Counter[str] = Counter()

    def plan(self, resident: Resident, coupon_id: str) -> None:
        """Six of ten are used, or tried: at any age from the first second to the last, a few a second too late."""
        rng, coupon, stack = self._stack.rng, self._books.coupons[coupon_id], self._stack
        first_s, ends_s = max(coupon.valid_from_s, stack.now_s), self._books.expires_at_s(coupon_id)
        terms_id = coupon.terms["terms_id"]
        if not stack.chance(USED) or first_s >= ends_s or not self._baskets.can_be_used(terms_id):
            return
        moment_s = rng.choice([first_s, ends_s - 1, ends_s]) if stack.chance(8) else rng.randrange(first_s, ends_s)
        for _ in range(40):
            if self._baskets.is_open(terms_id, moment_s):
                stack.at(moment_s, partial(self._bring, resident, coupon_id))
                return
            moment_s = rng.randrange(first_s, ends_s)

    def _bring(self, resident: Resident, coupon_id: str) -> None:
        """To a till: most pay at once, some hold first, some bring paper, and some tills send the scan late."""
        stack, terms_id = self._stack, self._books.coupons[coupon_id].terms["terms_id"]
        kind, longest_s = stack.rng.random() * 100, self._baskets.hold_max_s(terms_id)
        if kind < PAPER and longest_s <= COUNTER_S:
            self._use_paper(resident, coupon_id)
            return
        code = self._code(resident, coupon_id)
        if not code:
            return
        at, body = self._order(coupon_id, {"code": code})
        if longest_s > COUNTER_S or kind < PAPER + HELD:
            self._hold(resident, coupon_id, at, body, min(longest_s, 2 * DAY_S))
        elif kind < PAPER + HELD + LATE:
            body["scanned_at"] = rfc3339(stack.now_s, self._timezone)
            use = Use(coupon_id, stack.now_s, judged_at_s=stack.now_s, kind="late")
            stack.later(stack.rng.randrange(*LATE_S), partial(self._pay, resident, at, body, use))
        else:
            self._pay(resident, at, body, Use(coupon_id, stack.now_s))

    def _code(self, resident: Resident, coupon_id: str) -> str:
        """Empty: refused."""
        shown = self._stack.ask(resident.person, _CODE, {"coupon_id": coupon_id}, {})
        if shown.status >= 300:
            self.refused[f"code: {shown.reason}"] += 1
            return ""
        return str(shown.json["code"])

    def _order(self, coupon_id: str, body: Document) -> tuple[OrderAt, Document]:
        self._orders += 1
        merchant_id, order = self._baskets.basket(self._books.coupons[coupon_id].terms["terms_id"], self._orders)
        return (merchant_id, f"o-{self._orders}"), {**body, "order": order}

    def _use_paper(self, resident: Resident, coupon_id: str) -> None:
        """Printed at an operator's desk; sometimes the PIN is mistyped first."""
        desk = Person({**resident.person.claims, "scope": "citizen operator"})
        printed = self._stack.ask(desk, _CODE, {"coupon_id": coupon_id}, {"print": True})
        if printed.status >= 300:
            self.refused[f"print: {printed.reason}"] += 1
            return
        pin = str(printed.json["pin"])
        at, body = self._order(coupon_id, {"code": printed.json["code"], "pin": pin})
        if self._stack.chance(MISTYPED):
            wrong = {**body, "pin": f"{(int(pin) + 1) % 10 ** len(pin):0{len(pin)}}"}
            refused = self._stack.ask(till(at[0]), _REDEEM, {"order_no": at[1]}, wrong)
            self.uses["wrong PINs"] += 1
            self.uses["wrong PINs refused"] += refused.slug in ("code-invalid", "coupon-not-usable")
        self._pay(resident, at, body, Use(coupon_id, None, kind="printed"))

    def _hold(self, resident: Resident, coupon_id: str, at: OrderAt, body: Document, for_s: int) -> None:
        """Paid before the hold ends, given up, or forgotten and paid with another code."""
        use = Use(coupon_id, self._stack.now_s)
        held = self._stack.ask(till(at[0]), _HOLD, {"order_no": at[1]}, {**body, "ttl_s": for_s})
        if not self._was_fair(held, use):
            return
        self.uses["held"] += 1
        wait_s, kind = self._stack.rng.randrange(1, max(for_s - 60, 2)), self._stack.rng.random() * 100
        if kind < GIVEN_UP:
            self._stack.later(wait_s, partial(self._give_up, at))
        elif kind < GIVEN_UP + FORGOTTEN:
            self._stack.later(for_s, partial(self._come_again, resident, coupon_id))
        else:
            paid = Use(coupon_id, None, judged_at_s=use.shown_at_s, kind="held", held=held.json)
            self._stack.later(wait_s, partial(self._pay, resident, at, {"order": body["order"]}, paid))

    def _come_again(self, resident: Resident, coupon_id: str) -> None:
        """In hours, and unless it is used by now."""
        now_s, coupon = self._stack.now_s, self._books.coupons[coupon_id]
        if self._books.status(coupon_id, now_s) == "available" and self._baskets.is_open(
            coupon.terms["terms_id"], now_s
        ):
            self._bring(resident, coupon_id)

    def _give_up(self, at: OrderAt) -> None:
        gone = self._stack.ask(till(at[0]), "DELETE /orders/{order_no}/hold", {"order_no": at[1]})
        assert gone.status == 200 or (self._stack.repeated and gone.status == 404), gone.text
        self.uses["given up"] += 1

    def _pay(self, resident: Resident, at: OrderAt, body: Document, use: Use) -> None:
        answer = self._stack.ask(till(at[0]), _REDEEM, {"order_no": at[1]}, body)
        if not self._was_fair(answer, use):
            return
        told = answer.json
        for name in ("discount_minor", "merchant_match_minor", "payable_minor") if use.held else ():
            assert told[name] == use.held[name], f"{answer.text} after the hold {use.held}"
        assert told["late"] == (use.kind == "late"), f"{at} was {use.kind}: {answer.text}"
        self._books.redeemed(at[0], told, use.judged_at_s)
        self.uses[use.kind] += 1
        off = self._money(told["discount_minor"])
        words = f"redeemed {told['terms_id']} at {at[0]} for {off}, order {at[1]}"
        self._diary.note(resident.name, self._stack.now_s, words)
        if self._stack.chance(AGAIN):
            self._stack.later(self._stack.rng.randrange(DAY_S), partial(self._try_used, resident, use.coupon_id))
        if self._stack.chance(REVERSED):
            self._plan_reversals(resident, at)

    def _try_used(self, resident: Resident, coupon_id: str) -> None:
        """It is used, unless it came back by now."""
        if self._baskets.is_open(self._books.coupons[coupon_id].terms["terms_id"], self._stack.now_s):
            self._bring(resident, coupon_id)

    def _was_fair(self, answer: Answered, use: Use) -> bool:
        """Whatever the books call available is taken, and nothing else, nor by a code of before it came back.

        True: it was taken. Raises AssertionError at an answer that cannot be.
        """
        now_s, shown_s = self._stack.now_s, use.shown_at_s
        status = self._books.status(use.coupon_id, now_s)
        is_barred = shown_s is not None and shown_s <= self._returned_s.get(use.coupon_id, 0) + SKEW_S
        if answer.status < 300:
            assert not is_barred, f"a code of {shown_s} is taken: {answer.text}"
            return True
        batch = self._books.batches[self._books.coupons[use.coupon_id].batch_id]
        truths = {
            # The books know of no holds; repeats may have taken the clock over the expiry.
            "coupon-not-usable": answer.json.get("coupon_status") in (status, "held"),
            "code-expired": is_barred or (shown_s is not None and now_s >= shown_s + CODE_LIFE_S - SKEW_S),
            "code-invalid": use.kind == "printed",
            "not-eligible": bool(batch.document.get("limits")),
            "not-found": use.kind == "held" and now_s >= seconds(use.held["held_until"]),
        }
        assert truths.get(answer.slug, False), f"{use} is {status}, and refused: {answer.text}"
        self.refused[_reason(answer)] += 1
        return False

    def _plan_reversals(self, resident: Resident, at: OrderAt) -> None:
        """One to three, each at an age of its own."""
        rng = self._stack.rng
        moments = sorted(self._moment_s(at, rng.choice(AGES)) for _ in range(rng.choice([1, 1, 1, 2, 2, 3])))
        for number, moment_s in enumerate(moments):
            if moment_s < self._last_s:
                is_last = number == len(moments) - 1
                self._stack.at(moment_s, partial(self._reverse, resident, at, number, is_last=is_last))

    def _moment_s(self, at: OrderAt, age: str) -> int:
        rng, entry = self._stack.rng, self._books.orders[at]
        from_s, expires_s = entry.redeemed_at_s, self._books.expires_at_s(entry.coupon_id)
        return {
            AGES[0]: from_s + rng.randrange(60),
            AGES[1]: from_s + rng.randrange(60, 3 * 3_600),
            AGES[2]: from_s + rng.randrange(DAY_S, 4 * DAY_S),
            AGES[3]: expires_s - 1,
            AGES[4]: expires_s + rng.choice([0, 1, rng.randrange(2 * DAY_S)]),
            AGES[5]: self._books.batches[entry.batch_id].last_expiry_s + rng.randrange(300, 6 * DAY_S),
        }[age]

    def _age(self, at: OrderAt) -> str:
        """The last that is true."""
        entry, now_s = self._books.orders[at], self._stack.now_s
        expires_s, age_s = self._books.expires_at_s(entry.coupon_id), now_s - entry.redeemed_at_s
        is_same_day = day_of(now_s, self._timezone) == day_of(entry.redeemed_at_s, self._timezone)
        given_back = "gave back expired" in self._books.batches[entry.batch_id].steps
        truths = (age_s < 60, is_same_day and age_s >= 60, not is_same_day, now_s == expires_s - 1)
        is_true = dict(zip(AGES, (*truths, now_s >= expires_s, given_back), strict=True))
        return next(age for age in reversed(AGES) if is_true[age])

    def _reverse(self, resident: Resident, at: OrderAt, number: int, *, is_last: bool) -> None:
        entry, rng = self._books.orders[at], self._stack.rng
        left_minor = entry.payable_minor
        if left_minor == 0 and entry.reversals:
            return
        amount_minor = left_minor
        if not is_last or self._stack.chance(25):
            # Five of the minor units, then six: what shares alone would take below zero.
            amount_minor = min(rng.choice([1, 5, 6, rng.randrange(left_minor + 1) or 1]), left_minor)
        if self._stack.chance(ABOVE):
            above = {"order_no": at[1], "reversal_no": "above"}
            refused = self._stack.ask(till(at[0]), _REVERSE, above, {"amount_minor": left_minor + 1})
            assert (refused.slug, refused.json["left_minor"]) == ("reversal-not-allowed", left_minor), refused.text
            self.refused["reversal: of more than is left"] += 1
        path = {"order_no": at[1], "reversal_no": f"r{number}"}
        answer, age = self._stack.ask(till(at[0]), _REVERSE, path, {"amount_minor": amount_minor}), self._age(at)
        assert answer.status < 300, f"{at}: {answer.text}"
        self._books.reversed(at, answer.json)
        self.reversals[age] += 1
        back = ", the coupon came back" if answer.json["coupon_returned"] else ""
        words = f"reversed {self._money(amount_minor)} of order {at[1]} at {at[0]}{back}"
        self._diary.note(resident.name, seconds(answer.json["reversed_at"]), words)
        if answer.json["coupon_returned"]:
            self._returned_s[entry.coupon_id] = seconds(answer.json["reversed_at"])
            self.plan(resident, entry.coupon_id)

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._books.purse[1])


def till(merchant_id: str) -> Person:
    return Person({"sub": f"till-{merchant_id}", "scope": "merchant", "merchant_id": merchant_id})


def _reason(answer: Answered) -> str:
    why: Any = answer.json.get("reasons") or answer.json.get("coupon_status") if answer.slug else None
    return f"{answer.slug}: {', '.join(why) if isinstance(why, list) else why}" if why else answer.reason
