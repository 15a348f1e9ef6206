"""What clients ask for: each call is sent as it is until it is answered, and may be sent again any time later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import expire
from coupons.refusals import Busy
from coupons.sealing import CouponRef
from tests.machine.season import NAME_OF
from tests.world import KEYS, Answered, Person, order


@dataclass(frozen=True)
class Claiming:
    person: str
    batch_id: str

    def send(self) -> Answered:
        return Person({"sub": self.person, "scope": "citizen"}).put_claim(self.batch_id)


@dataclass(frozen=True)
class Looking:
    """After a claim whose answer was lost."""

    person: str
    batch_id: str

    def send(self) -> Answered:
        citizen = Person({"sub": self.person, "scope": "citizen"})
        return citizen.send("GET /batches/{batch_id}/claim", {"batch_id": self.batch_id})


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
    """A coupon's code, and the second of its issue."""

    ref: CouponRef
    issued_at_s: int

    @property
    def code(self) -> str:
        return KEYS.seal_code(self.ref, self.issued_at_s)

    @property
    def coupon_id(self) -> str:
        return KEYS.seal_coupon(self.ref, 1)

    def __repr__(self) -> str:
        return f"{NAME_OF[self.ref.person]}'s coupon {self.ref.index} scanned at {self.issued_at_s}"


@dataclass(frozen=True)
class Holding(AtTheTill):
    scanned: Scanned
    total_minor: int
    ttl_s: int

    def send(self) -> Answered:
        order_ = order(self.total_minor, store_id=self.merchant_id)
        body = {"code": self.scanned.code, "order": order_, "ttl_s": self.ttl_s}
        return self.till.send("PUT /orders/{order_no}/hold", {"order_no": self.order_no}, body=body)


@dataclass(frozen=True)
class Redeeming(AtTheTill):
    """`scanned` None: what the order holds."""

    scanned: Scanned | None
    total_minor: int

    def send(self) -> Answered:
        code = self.scanned.code if self.scanned else None
        return self.till.redeem(self.order_no, code, order(self.total_minor, store_id=self.merchant_id))


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
    """`POST /admin/batches/{batch_id}/pause` and its sisters."""

    action: str
    batch_id: str
    days: int = 0

    def send(self) -> Answered:
        body = {"days": self.days} if self.action == "extend" else {}
        path = {"batch_id": self.batch_id}
        operator = Person({"sub": "op", "scope": "operator"})
        return operator.send(f"POST /admin/batches/{{batch_id}}/{self.action}", path, body=body)


@dataclass(frozen=True)
class Raising:
    batch_id: str
    quantity: int

    def send(self) -> Answered:
        operator = Person({"sub": "op", "scope": "operator"})
        path, body = {"batch_id": self.batch_id}, {"quantity": self.quantity}
        return operator.send("PUT /admin/batches/{batch_id}/quantity", path, body=body)


@dataclass(frozen=True)
class Suspending:
    """A merchant's record is put, suspended or not."""

    merchant_id: str
    record: dict[str, Any]
    is_suspended: bool

    def send(self) -> Answered:
        operator = Person({"sub": "op", "scope": "operator"})
        body = {**self.record, "suspended": self.is_suspended}
        return operator.send("PUT /admin/merchants/{merchant_id}", {"merchant_id": self.merchant_id}, body=body)


@dataclass(frozen=True)
class Ticking:
    """The schedule's minute. A broken invariant raises; what a busy store left undone is asked for again."""

    def send(self) -> Answered:
        try:
            report = expire.handler({}, None)
        except Busy:  # the function fails, and is called again
            return Answered(503, {}, "")
        return Answered(503 if report["more"] else 200, {}, "")
