"""What clients were told: a plain dictionary from the name of a write to the first answer that anybody heard.

A repeat has the same answer; what was promised stays in the books.
"""

from __future__ import annotations

from typing import Any

from tests.machine.books import Books
from tests.machine.calls import Claiming, Holding, Looking, Redeeming, Releasing, Reversing
from tests.machine.effects import has_effect
from tests.machine.stack import Invocation
from tests.world import seconds

_CLAIM_FACTS = ("coupon_id", "terms_id", "valid_from")
"""What never changes of a coupon; its status and, by an extension, its expiry do."""


class Promises:
    def __init__(self) -> None:
        self.kept: dict[tuple[Any, ...], tuple[Any, Any]] = {}
        """Name of the write → call and answer."""

    def hear(self, invocation: Invocation) -> None:
        """An answer arrived. Raises AssertionError if it is not the one that was given before."""
        answer, call = invocation.answer, invocation.call
        name = _name(call)
        if answer is None or answer.status not in (200, 201) or name is None:
            return
        body = _lasting(call, answer.json)
        if isinstance(call, Holding) and invocation.now_s >= seconds(body["held_until"]):
            # Its deadline is over: what the order pays by now may be another bargain.
            return
        _, before = self.kept.setdefault(name, (call, body))
        assert body == before, f"{call}: told {body}, and before {before}"

    def check(self, books: Books, numbers: dict[int, str]) -> None:
        """What was promised is there."""
        for call, body in self.kept.values():
            if isinstance(call, Looking):
                continue
            if isinstance(call, Holding) and books.orders[call.at].state == "released":
                continue
            assert has_effect(call, books, numbers), f"{call} was acknowledged with {body} and is not there"


def _name(call: Any) -> tuple[Any, ...] | None:
    match call:
        case Claiming() | Looking():
            return ("claim", call.person, call.batch_id)
        case Holding():
            return ("hold", *call.at)
        case Redeeming():
            return ("redemption", *call.at)
        case Releasing():
            return ("release", *call.at)
        case Reversing():
            return ("reversal", *call.at, call.reversal_no)
    return None


def _lasting(call: Any, body: Any) -> Any:
    if isinstance(call, Claiming | Looking):
        coupons = [{name: coupon[name] for name in _CLAIM_FACTS} for coupon in body["coupons"]]
        return body["claimed_at"], coupons
    return body
