"""What becomes of a coupon: shown, held, used at a random age, and undone at any other, in one part or several."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any

from coupons.clock import SKEW_S
from coupons.times import DAY_S, rfc3339, wall_clock
from infra.playing.books import Books
from infra.playing.entries import OrderAt
from tests.season.document import DAYS, MERCHANTS, TIMEZONE, Document, at_s
from tests.season.town import Town
from tests.world import Answered, Person, order, seconds

AGES = (
    "in the same minute",
    "on the same day",
    "on a later day",
    "in the last second before expiry",
    "after expiry",
    "after the money was given back",
)
"""Of a reversal, seen from the redemption on; the last that is true counts."""
LAST_REVERSAL_S = at_s(DAYS + 1)


class Tills:
    def __init__(self, town: Town, books: Books) -> None:
        self._town, self._books = town, books
        self._orders = 0
        self._returned_s: dict[str, int] = {}
        """When each coupon came back last."""
        self.reversals: Counter[str] = Counter()
        """By age."""
        self.uses: Counter[str] = Counter()
        """How coupons were used, and what was refused."""

    def plan(self, person: Person, coupon_id: str) -> None:
        """Six of ten are used, or tried: at any age from the first second to the last, a few a second too late."""
        rng, coupon = self._town.rng, self._books.coupons[coupon_id]
        if not self._town.chance(62):
            return
        first_s = max(coupon.valid_from_s, self._town.now_s)
        ends_s = self._books.expires_at_s(coupon_id)
        if first_s >= ends_s:
            return
        ages = [first_s, ends_s - 1, ends_s] if self._town.chance(8) else [rng.randrange(first_s, ends_s)]
        moment_s = rng.choice(ages)
        for _ in range(40):
            if _in_hours(coupon.terms, moment_s):
                self._town.agenda.put(moment_s, lambda: self._bring(person, coupon_id))
                return
            moment_s = rng.randrange(first_s, ends_s)

    def _bring(self, person: Person, coupon_id: str) -> None:
        """To a till: most pay at once."""
        kind = self._town.rng.random()
        if kind < 0.12:
            self._hold(person, coupon_id)
        elif kind < 0.16:
            self._use_paper(person, coupon_id)
        elif kind < 0.20:
            code = self._code(person, coupon_id)
            scanned_at = rfc3339(self._town.now_s, TIMEZONE)
            wait_s = self._town.rng.randrange(60, 600)
            self._town.later(wait_s, lambda: self._use(person, coupon_id, code=code, scanned_at=scanned_at))
        else:
            self._use(person, coupon_id, code=self._code(person, coupon_id))

    def _code(self, person: Person, coupon_id: str) -> str:
        path = {"coupon_id": coupon_id}
        return str(self._town.ask(person, "POST /coupons/{coupon_id}/code", path, body={}).json["code"])

    def _use_paper(self, person: Person, coupon_id: str) -> None:
        """Printed at an operator's desk."""
        desk = Person({**person.claims, "scope": "citizen operator"})
        path = {"coupon_id": coupon_id}
        answer = self._town.ask(desk, "POST /coupons/{coupon_id}/code", path, body={"print": True})
        self._use(person, coupon_id, code=answer.json["code"], pin=answer.json["pin"])

    def _hold(self, person: Person, coupon_id: str) -> None:
        """For 15 minutes; then it is paid, cancelled, or forgotten."""
        merchant_id, order_no = self._new_order(coupon_id)
        body = {"code": self._code(person, coupon_id), "order": self._order(coupon_id, merchant_id), "ttl_s": 900}
        path, held_at_s = {"order_no": order_no}, self._town.now_s
        answer = self._town.put(self._till(merchant_id), "PUT /orders/{order_no}/hold", path, body)
        if not self._was_fair(coupon_id, answer, held_at_s):
            return
        self.uses["held"] += 1
        held_until_s = seconds(answer.json["held_until"])
        end = self._town.rng.random()
        wait_s = self._town.rng.randrange(max(held_until_s - self._town.now_s, 1))
        if end < 0.6:
            self._town.later(wait_s, lambda: self._pay(person, merchant_id, body["order"], answer, held_at_s=held_at_s))
        elif end < 0.85:
            self._town.later(wait_s, lambda: self._cancel(person, coupon_id, merchant_id, path))
        else:
            self._town.later(900, lambda: self._use(person, coupon_id))

    def _pay(self, person: Person, merchant_id: str, order_: Any, held: Answered, *, held_at_s: int) -> None:
        """What is paid in time costs what the hold said."""
        if self._town.now_s >= seconds(held.json["held_until"]):
            return
        path, coupon_id = {"order_no": held.json["order_no"]}, held.json["coupon_id"]
        answer = self._town.put(self._till(merchant_id), "PUT /orders/{order_no}/redemption", path, {"order": order_})
        if self._was_fair(coupon_id, answer, None):
            for name in ("discount_minor", "merchant_match_minor", "payable_minor"):
                assert answer.json[name] == held.json[name], f"{answer.text} for {held.text}"
            self._used(person, merchant_id, answer, held_at_s)

    def _cancel(self, person: Person, coupon_id: str, merchant_id: str, path: dict[str, str]) -> None:
        answer = self._town.ask(self._till(merchant_id), "DELETE /orders/{order_no}/hold", path)
        assert answer.status == 200, answer.text
        self.uses["cancelled"] += 1
        self._town.later(self._town.rng.randrange(DAY_S), lambda: self._use(person, coupon_id))

    def _use(self, person: Person, coupon_id: str, *, code: str | None = None, **more: str) -> None:
        if not _in_hours(self._books.coupons[coupon_id].terms, self._town.now_s):
            return
        code = code or self._code(person, coupon_id)
        shown_at_s = seconds(more["scanned_at"]) if "scanned_at" in more else self._town.now_s
        merchant_id, order_no = self._new_order(coupon_id)
        body = {"code": code, "order": self._order(coupon_id, merchant_id), **more}
        path = {"order_no": order_no}
        answer = self._town.put(self._till(merchant_id), "PUT /orders/{order_no}/redemption", path, body)
        if self._was_fair(coupon_id, answer, None if "pin" in more else shown_at_s):
            self.uses["late"] += "scanned_at" in more
            self.uses["printed"] += "pin" in more
            self._used(person, merchant_id, answer, shown_at_s if "scanned_at" in more else None)

    def _was_fair(self, coupon_id: str, answer: Answered, shown_at_s: int | None) -> bool:
        """Whatever the books call available is taken, and nothing else, nor by a code of before it came back.

        `shown_at_s` None: by none, or by paper. True if it was.
        """
        status = self._books.status(coupon_id, self._town.now_s)
        is_barred = shown_at_s is not None and shown_at_s <= self._returned_s.get(coupon_id, 0) + SKEW_S
        if answer.status == 201:
            assert not is_barred, answer.text
            return True
        if answer.slug == "code-expired":
            assert is_barred, answer.text
            self.uses["refused as shown before it came back"] += 1
            return False
        assert answer.slug == "coupon-not-usable", answer.text
        # The books know of no holds; a repeat may have taken the clock over the expiry.
        assert answer.json["coupon_status"] in (status, "held"), f"{status}: {answer.text}"
        self.uses[f"refused as {answer.json['coupon_status']}"] += 1
        return False

    def _used(self, person: Person, merchant_id: str, answer: Answered, judged_at_s: int | None) -> None:
        at = self._books.redeemed(merchant_id, answer.json, judged_at_s)
        if self._town.chance(2):
            self._town.later(self._town.rng.randrange(DAY_S), lambda: self._use(person, answer.json["coupon_id"]))
        if self._town.chance(35):
            self._plan_reversals(person, at)

    def _plan_reversals(self, person: Person, at: OrderAt) -> None:
        """One to three, each at an age of its own."""
        rng = self._town.rng
        moments = sorted(self._moment_s(at, rng.choice(AGES)) for _ in range(rng.choice([1, 1, 1, 2, 2, 3])))
        for number, moment_s in enumerate(moments):
            is_last = number == len(moments) - 1
            if moment_s < LAST_REVERSAL_S:
                self._town.agenda.put(moment_s, partial(self._reverse, person, at, number, is_last=is_last))

    def _moment_s(self, at: OrderAt, age: str) -> int:
        rng, entry = self._town.rng, self._books.orders[at]
        from_s, expires_s = entry.redeemed_at_s, self._books.expires_at_s(entry.coupon_id)
        match age:
            case "in the same minute":
                return from_s + rng.randrange(60)
            case "on the same day":
                return from_s + rng.randrange(60, 3 * 3600)
            case "on a later day":
                return from_s + rng.randrange(DAY_S, 4 * DAY_S)
            case "in the last second before expiry":
                return expires_s - 1
            case "after expiry":
                return expires_s + rng.choice([0, 1, rng.randrange(2 * DAY_S)])
        return self._books.batches[entry.batch_id].last_expiry_s + rng.randrange(300, 6 * DAY_S)

    def _reverse(self, person: Person, at: OrderAt, number: int, *, is_last: bool) -> None:
        entry, rng = self._books.orders[at], self._town.rng
        left_minor = entry.payable_minor
        if left_minor == 0 and entry.reversals:
            return
        amount_minor = left_minor
        if not is_last or self._town.chance(25):
            # Five fen, then six: what shares alone would take below zero.
            amount_minor = min(rng.choice([1, 5, 6, rng.randrange(left_minor + 1) or 1]), left_minor)
        path = {"order_no": at[1], "reversal_no": f"r{number}"}
        route, till = "PUT /orders/{order_no}/reversals/{reversal_no}", self._till(at[0])
        if self._town.chance(4):
            above = {**path, "reversal_no": "above"}
            refused = self._town.ask(till, route, above, body={"amount_minor": left_minor + 1})
            assert (refused.slug, refused.json["left_minor"]) == ("reversal-not-allowed", left_minor), refused.text
        age = self._age(at)
        answer = self._town.put(till, route, path, {"amount_minor": amount_minor})
        assert answer.status == 201, answer.text
        self._books.reversed(at, answer.json)
        self.reversals[age] += 1
        if answer.json["coupon_returned"]:
            self.uses["came back"] += 1
            self._returned_s[entry.coupon_id] = seconds(answer.json["reversed_at"])
            self.plan(person, entry.coupon_id)

    def _age(self, at: OrderAt) -> str:
        entry, now_s = self._books.orders[at], self._town.now_s
        expires_s, age_s = self._books.expires_at_s(entry.coupon_id), now_s - entry.redeemed_at_s
        if "gave back expired" in self._books.batches[entry.batch_id].steps:
            return AGES[5]
        if now_s >= expires_s:
            return AGES[4]
        if now_s == expires_s - 1:
            return AGES[3]
        if age_s < 60:
            return AGES[0]
        is_same_day = _day(now_s) == _day(entry.redeemed_at_s)
        return AGES[1] if is_same_day else AGES[2]

    def _new_order(self, coupon_id: str) -> OrderAt:
        self._orders += 1
        scope = self._books.coupons[coupon_id].terms.get("scope", {})
        return self._town.rng.choice(scope.get("merchants", list(MERCHANTS))), f"o-{self._orders}"

    def _order(self, coupon_id: str, merchant_id: str) -> dict[str, Any]:
        """That the coupon fits; snacks cost cents as often as yuan, so that five and six fen are to be shared."""
        rng, terms = self._town.rng, self._books.coupons[coupon_id].terms
        discount = terms["discount"]
        more = {"store_id": merchant_id, "channel": rng.choice(["offline", "online"]), "region": "north"}
        if discount["kind"] == "exchange":
            price = rng.choice([1999, 2501, 3000])
            return order(price, **more) | {"items": [_item("swim", price)]}
        if terms["terms_id"] == "snack" and self._town.chance(50):
            return order(rng.randrange(50, 70), **more)
        return order(discount["threshold_minor"] + rng.choice([0, 1, rng.randrange(9999)]), **more)

    def _till(self, merchant_id: str) -> Person:
        return self._town.world.merchant(merchant_id)


def _item(sku: str, price_minor: int) -> dict[str, Any]:
    return {"sku": sku, "category": "visit", "tags": [], "price_minor": price_minor, "quantity": 1}


def _in_hours(terms: Document, moment_s: int) -> bool:
    """The hours of the night, where there are any."""
    hour = wall_clock(moment_s, TIMEZONE).hour
    return "usable" not in terms or hour >= 18 or hour < 2


def _day(moment_s: int) -> datetime:
    return wall_clock(moment_s, TIMEZONE).replace(hour=0, minute=0, second=0)
