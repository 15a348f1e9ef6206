"""What somebody may want next, drawn from what there is: mostly what has a chance, sometimes what has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from coupons.sealing import CouponRef
from tests.machine.calls import (
    Claiming,
    Holding,
    Operating,
    Raising,
    Redeeming,
    Releasing,
    Reversing,
    Scanned,
    Suspending,
)
from tests.machine.scene import OrderAt, Scene
from tests.machine.season import BATCHES, MERCHANTS, PEOPLE, TOTALS, document
from tests.machine.stack import FATES, Call, Turn

fates = st.dictionaries(st.integers(0, 12), st.sampled_from(FATES), max_size=2)
unheard = st.frozensets(st.integers(0, 2), max_size=2)
turns = st.lists(st.builds(Turn, st.integers(1, 6), st.sampled_from([0.0, 0.0, 0.0, 1.0, 4.0])), max_size=5)
batches = st.sampled_from(sorted(BATCHES))
claims = st.builds(Claiming, st.sampled_from(PEOPLE), batches)
merchants = st.sampled_from(MERCHANTS)
_mostly = st.sampled_from
_ages_s = _mostly([0, 0, 0, 0, 0, 0, 59, 60, -5, -6])
_totals = _mostly([6_667, 6_667, 6_667, 6_667, *TOTALS])
_lives_s = _mostly([60, 7_200, 86_400, 1])
_numbers = _mostly(["r-1", "r-2", "r-3"])

_KINDS = {
    "": ("hold", "redeem", "hold", "redeem", "release"),
    "held": ("redeem held", "release", "redeem", "hold", "redeem held"),
    "redeemed": ("reverse", "reverse", "reverse", "redeem", "redeem held", "release", "hold"),
    "released": ("hold", "redeem", "redeem held", "release"),
}
"""What is done with an order in each state."""


def at_the_till(data: st.DataObject, scene: Scene, refs: Sequence[CouponRef], orders: Sequence[OrderAt]) -> Call:
    """Something that a merchant does, with one of these coupons and one of these orders."""
    at = data.draw(st.sampled_from(orders))
    standing = scene.books.orders.get(at)
    kind = data.draw(st.sampled_from(_KINDS[standing.state if standing else ""]))
    if kind == "release":
        return Releasing(*at)
    if kind == "reverse":
        return reversal(data, scene, at)
    if kind == "redeem held":
        return Redeeming(*at, None, data.draw(_totals))
    scanned = Scanned(data.draw(st.sampled_from(refs)), scene.now_s - data.draw(_ages_s))
    if kind == "hold":
        return Holding(*at, scanned, data.draw(_totals), data.draw(_lives_s))
    return Redeeming(*at, scanned, data.draw(_totals))


def order(data: st.DataObject, scene: Scene) -> OrderAt:
    """A new one, or one of the last few."""
    known = scene.orders("held", "redeemed") + scene.orders("released")[-1:]
    return data.draw(st.sampled_from([scene.new_order(merchant_id) for merchant_id in MERCHANTS] + known))


def reversal(data: st.DataObject, scene: Scene, at: OrderAt) -> Reversing:
    """All that is left, a part of it, or one unit too many."""
    standing = scene.books.orders[at]
    left_minor = standing.amounts.payable_minor - sum(r.amounts.payable_minor for r in standing.reversals)
    amounts = [left_minor, left_minor, left_minor // 2, 1, left_minor + 1, max(left_minor - 1, 0)]
    return Reversing(*at, data.draw(_numbers), data.draw(st.sampled_from(amounts)))


def at_the_desk(data: st.DataObject, scene: Scene) -> Call:
    """Something that an operator does."""
    action: Any = data.draw(
        st.sampled_from(["pause", "resume", "resume", "extend", "raise", "stop", "suspend", "welcome"])
    )
    if action in ("suspend", "welcome"):
        merchant_id = data.draw(merchants)
        (found,) = [m for m in document()["merchants"] if m["merchant_id"] == merchant_id]
        record = {name: value for name, value in found.items() if name != "merchant_id"}
        return Suspending(merchant_id, record, action == "suspend")
    batch_id = data.draw(batches)
    if action == "raise":
        return Raising(batch_id, scene.books.controls[batch_id].quantity + data.draw(st.integers(-1, 1)))
    return Operating(action, batch_id, data.draw(st.integers(1, 2)) if action == "extend" else 0)
