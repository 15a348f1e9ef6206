"""Whether what a call wants is there already: a repeat finds it, whatever would be said to somebody new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, singledispatch
from typing import Any

from coupons.model.orders import Order, fingerprint
from tests.machine.books import Books
from tests.machine.calls import (
    Claiming,
    Enrolling,
    Holding,
    Looking,
    Operating,
    Raising,
    Redeeming,
    Releasing,
    Reversing,
)
from tests.machine.fitting import DAY_S
from tests.machine.season import KEY_OF, claim_key
from tests.world import order


@singledispatch
def has_effect(call: Any, books: Books, numbers: Mapping[int, str]) -> bool:
    """Whether what the call wants is there: a repeat finds it."""
    return False


@has_effect.register(Claiming)
@has_effect.register(Looking)
def _(call: Claiming | Looking, books: Books, numbers: Mapping[int, str]) -> bool:
    existing = books.claims.get((claim_key(call.batch_id), KEY_OF[call.person]))
    return existing is not None and numbers[existing.batch_number] == call.batch_id


@has_effect.register
def _(call: Holding, books: Books, numbers: Mapping[int, str]) -> bool:
    existing = books.orders.get(call.at)
    is_same = existing is not None and existing.same_content(call.scanned.coupon_id, content_of(call))
    return existing is not None and is_same and existing.held_until_s > 0


@has_effect.register
def _(call: Redeeming, books: Books, numbers: Mapping[int, str]) -> bool:
    existing = books.orders.get(call.at)
    if existing is None or existing.state != "redeemed" or existing.fingerprint != content_of(call):
        return False
    return call.scanned is None or call.scanned.coupon_id == existing.coupon_id


@has_effect.register
def _(call: Releasing, books: Books, numbers: Mapping[int, str]) -> bool:
    existing = books.orders.get(call.at)
    return existing is not None and existing.state == "released"


@has_effect.register
def _(call: Reversing, books: Books, numbers: Mapping[int, str]) -> bool:
    existing = books.orders.get(call.at)
    wanted = (call.reversal_no, call.amount_minor)
    return existing is not None and any((r.reversal_no, r.amounts.payable_minor) == wanted for r in existing.reversals)


@has_effect.register
def _(call: Operating, books: Books, numbers: Mapping[int, str]) -> bool:
    control = books.controls[call.batch_id]
    return {
        "pause": control.paused and not control.stopped,
        "resume": not control.paused and not control.stopped,
        "stop": control.stopped,
        "void": control.stopped and control.voided,
        "extend": control.extended_s == call.days * DAY_S,
    }[call.action]


@has_effect.register
def _(call: Raising, books: Books, numbers: Mapping[int, str]) -> bool:
    return books.controls[call.batch_id].quantity == call.quantity


@has_effect.register
def _(call: Enrolling, books: Books, numbers: Mapping[int, str]) -> bool:
    return books.members.get(("elders", KEY_OF[call.person]), False) == call.is_in


def content_of(call: Holding | Redeeming) -> str:
    return _fingerprint(call.merchant_id, call.total_minor)


@cache
def _fingerprint(merchant_id: str, total_minor: int) -> str:
    return fingerprint(Order.model_validate_json(json.dumps(order(total_minor, store_id=merchant_id))))
