"""The seasons as a fuzzer needs them: a token a scope, identifiers that exist, codes that can be scanned now."""

from __future__ import annotations

import time
from typing import Any

from tests.e2e.local_stack import LocalStack

NOON = "2020-06-12T12:00:00+08:00"
"""`special-0606` can be claimed until midnight, and `special-0613` booked."""
DINER = "qianmen-diner"
CITIZEN = "li-hua"
PEOPLE = [f"guest-{number}" for number in range(20)]
CODE_LIFE_S = 20.0
"""A code is good for a minute of the stack's clock, which ticks in real time."""
ORDERS = [f"paid-{number}" for number in range(12)]


class Town:
    """A citizen with a pack, twenty more whose coupons are for the till, and a diner with twelve paid orders."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        stack.set_clock(NOON)
        region = {"region": "beijing"}
        self.tokens = {
            # At an operator's desk, so that codes can be printed too.
            "citizen": stack.token(CITIZEN, "citizen operator", person_id=CITIZEN, **region),
            "merchant": stack.token("till", "merchant", merchant_id=DINER),
            "operator": stack.token("op", "operator"),
        }
        with stack.operator() as operator:
            members = operator.send("PUT", "/admin/groups/care-2020/members", {"add": [CITIZEN]})
            assert members.status == 200, members.text
        self.coupons = self._claimed(CITIZEN)
        self._owners = {coupon: name for name in PEOPLE for coupon in self._claimed(name)}
        self._codes: dict[str, tuple[str, float]] = {}
        self.kept = {"PUT hold": [f"held-{n}" for n in range(20)], "PUT redemption": [f"sold-{n}" for n in range(20)]}
        """Order numbers by what is done with them; each has a coupon of its own, so a repeat is a repeat."""
        numbers = ["", *ORDERS, *(number for kept in self.kept.values() for number in kept)]
        self._of = dict(zip(numbers, self._owners, strict=False))
        with stack.merchant(DINER) as till:
            for order_no in ORDERS:
                paid = till.redeem(order_no, self.code_for(order_no), self.order())
                assert paid.status == 201, paid.text

    def code_for(self, order_no: str) -> str:
        """Of the coupon that is kept for this order; of one that is only quoted, if none is."""
        return self.code(self._of.get(order_no, self._of[""]))

    def code(self, coupon_id: str) -> str:
        """One that is good for half a minute more."""
        code, until_s = self._codes.get(coupon_id, ("", 0.0))
        if time.monotonic() >= until_s:
            with self.stack.citizen(self._owners[coupon_id]) as owner:
                code = owner.send("POST", f"/coupons/{coupon_id}/code", {}).json["code"]
            self._codes[coupon_id] = (code, time.monotonic() + CODE_LIFE_S)
        return code

    def order(self) -> dict[str, Any]:
        """200.00 and more at the diner: each of the three coupons fits."""
        total_minor = 30_000
        item = {"sku": "meal", "category": "meal", "tags": [], "price_minor": total_minor, "quantity": 1}
        place = {"store_id": DINER, "channel": "offline", "region": "beijing"}
        return {"total_minor": total_minor, **place, "items": [item]}

    def _claimed(self, name: str) -> list[str]:
        with self.stack.citizen(name) as citizen:
            claim = citizen.claim("special-0606")
        assert claim.status in (200, 201), claim.text
        return [coupon["coupon_id"] for coupon in claim.json["coupons"]]
