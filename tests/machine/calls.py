"""What clients ask for: each call is sent as it is until it is answered, and may be sent again any time later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import expire
from coupons.refusals import Busy
from coupons.sealing import CouponRef
from coupons.times import rfc3339
from tests.editing import edit_merchant
from tests.machine.season import HOUSEHOLDS, NAME_OF
from tests.world import KEYS, Answered, Person, order

OVERTAKEN = ("revision-conflict", "terms-frozen")
"""An edit by somebody else, or a raise, was first."""


def citizen(name: str, *, scope: str = "citizen") -> Person:
    home = {"household_id": HOUSEHOLDS[name]} if name in HOUSEHOLDS else {}
    return Person({"sub": name, "scope": scope, "person_id": name, **home})


def operator() -> Person:
    return Person({"sub": "op", "scope": "operator"})


@dataclass(frozen=True)
class Claiming:
    person: str
    batch_id: str

    def send(self) -> Answered:
        return citizen(self.person).put_claim(self.batch_id)


@dataclass(frozen=True)
class Looking:
    """After a claim whose answer was lost."""

    person: str
    batch_id: str

    def send(self) -> Answered:
        return citizen(self.person).send("GET /batches/{batch_id}/claim", {"batch_id": self.batch_id})


@dataclass(frozen=True)
class Printing:
    """At an operator's desk, for somebody without a phone; each print is a new one."""

    ref: CouponRef

    def send(self) -> Answered:
        desk = citizen(NAME_OF[self.ref.person], scope="citizen operator")
        path = {"coupon_id": KEYS.seal_coupon(self.ref, 1)}
        return desk.send("POST /coupons/{coupon_id}/code", path, body={"print": True})


@dataclass(frozen=True)
class AtTheTill:
    """Something that a merchant asks under an order number."""

    merchant_id: str
    order_no: str

    @property
    def till(self) -> Person:
        return Person({"sub": "till", "scope": "merchant", "merchant_id": self.merchant_id})

    @property
    def at(self) -> tuple[str, str]:
        return self.merchant_id, self.order_no


@dataclass(frozen=True)
class Scanned:
    """A coupon's code and the second of its issue, or one of its prints (from 1) and whether the PIN is right."""

    ref: CouponRef
    issued_at_s: int = 0
    print_no: int = 0
    is_pin_right: bool = True

    @property
    def code(self) -> str:
        return KEYS.seal_print(self.ref, self.print_no) if self.print_no else KEYS.seal_code(self.ref, self.issued_at_s)

    @property
    def body(self) -> dict[str, str]:
        if not self.print_no:
            return {"code": self.code}
        pin = KEYS.pin(self.code)
        return {"code": self.code, "pin": pin if self.is_pin_right else f"{(int(pin) + 1) % 1_000_000:06}"}

    @property
    def coupon_id(self) -> str:
        return KEYS.seal_coupon(self.ref, 1)

    def __repr__(self) -> str:
        return f"{NAME_OF[self.ref.person]}'s coupon {self.ref.index} " + (
            f"print {self.print_no} {self.is_pin_right}" if self.print_no else f"scanned at {self.issued_at_s}"
        )


@dataclass(frozen=True)
class Holding(AtTheTill):
    scanned: Scanned
    total_minor: int
    ttl_s: int

    def send(self) -> Answered:
        order_ = order(self.total_minor, store_id=self.merchant_id)
        body = {**self.scanned.body, "order": order_, "ttl_s": self.ttl_s}
        return self.till.send("PUT /orders/{order_no}/hold", {"order_no": self.order_no}, body=body)


@dataclass(frozen=True)
class Redeeming(AtTheTill):
    """`scanned` None: what the order holds. `scanned_at_s`: when a till scanned that was cut off."""

    scanned: Scanned | None
    total_minor: int
    scanned_at_s: int | None = None

    def send(self) -> Answered:
        body = self.scanned.body if self.scanned else {}
        late = {"scanned_at": rfc3339(self.scanned_at_s)} if self.scanned_at_s is not None else {}
        order_ = order(self.total_minor, store_id=self.merchant_id)
        body = {**body, **late, "order": order_}
        return self.till.send("PUT /orders/{order_no}/redemption", {"order_no": self.order_no}, body=body)


@dataclass(frozen=True)
class Releasing(AtTheTill):
    def send(self) -> Answered:
        return self.till.send("DELETE /orders/{order_no}/hold", {"order_no": self.order_no})


@dataclass(frozen=True)
class Reversing(AtTheTill):
    reversal_no: str
    amount_minor: int

    def send(self) -> Answered:
        return self.till.reverse(self.order_no, self.reversal_no, self.amount_minor)


@dataclass(frozen=True)
class Operating:
    """`POST /admin/batches/{batch_id}/pause` and its sisters; `void` is a stop that voids what was issued."""

    action: str
    batch_id: str
    days: int = 0

    def send(self) -> Answered:
        body: dict[str, Any] = {"days": self.days} if self.action == "extend" else {}
        action = "stop" if self.action == "void" else self.action
        if self.action == "void":
            body = {"issued": "void"}
        return operator().send(f"POST /admin/batches/{{batch_id}}/{action}", {"batch_id": self.batch_id}, body=body)


@dataclass(frozen=True)
class Raising:
    batch_id: str
    quantity: int

    def send(self) -> Answered:
        path, body = {"batch_id": self.batch_id}, {"quantity": self.quantity}
        return operator().send("PUT /admin/batches/{batch_id}/quantity", path, body=body)


@dataclass(frozen=True)
class Suspending:
    """A merchant's record is read, and put suspended or not; again where another was first."""

    merchant_id: str
    is_suspended: bool

    def send(self) -> Answered:
        put = edit_merchant(operator(), self.merchant_id, suspended=self.is_suspended)
        return Answered(503, {}, "") if put.slug in OVERTAKEN else put


@dataclass(frozen=True)
class Closing:
    """The campaign's document with these districts suspended; read and put again where another was first."""

    districts: tuple[str, ...]

    def send(self) -> Answered:
        path = {"campaign_id": "season"}
        read = operator().send("GET /admin/campaigns/{campaign_id}", path)
        if read.status != 200:
            return read
        body = {**read.json, "suspended_districts": list(self.districts)}
        put = operator().send("PUT /admin/campaigns/{campaign_id}", path, body=body)
        return Answered(503, {}, "") if put.slug in OVERTAKEN else put


@dataclass(frozen=True)
class Enrolling:
    """Somebody joins or leaves the group."""

    person: str
    is_in: bool

    def send(self) -> Answered:
        body = {"add" if self.is_in else "remove": [self.person]}
        return operator().send("PUT /admin/groups/{group_id}/members", {"group_id": "elders"}, body=body)


@dataclass(frozen=True)
class Ticking:
    """The schedule's minute. A broken invariant raises; what a busy store left undone is asked for again."""

    def send(self) -> Answered:
        try:
            report = expire.handler({}, None)
        except Busy:  # the function fails, and is called again
            return Answered(503, {}, "")
        return Answered(503 if report["more"] else 200, {}, "")
