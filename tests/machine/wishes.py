"""What somebody may want next, drawn from what there is: mostly what has a chance, sometimes what has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from coupons.sealing import CouponRef
from tests.machine.calls import (
    Closing,
    Enrolling,
    Holding,
    Operating,
    Raising,
    Redeeming,
    Releasing,
    Reversing,
    Scanned,
    Suspending,
)
from tests.machine.invariants import left_minor
from tests.machine.scene import OrderAt, Scene
from tests.machine.season import DISTRICTS, MERCHANTS, PEOPLE, TOTALS
from tests.machine.stack import FATES, Call, Turn

Data = st.DataObject
fates = st.dictionaries(st.sampled_from([2, 3, 1, 4, 0, 5, 6, 8, 10, 12]), st.sampled_from(FATES), max_size=2)
"""By number of the request: most calls send three to six."""
unheard = st.frozensets(st.integers(0, 2), max_size=2)
_turn = st.builds(Turn, st.sampled_from([3, 4, 5, 2, 6, 1, 7]), st.sampled_from([0.0, 0.0, 0.0, 0.0, 1.0, 4.0]))
turns = st.lists(_turn, min_size=2, max_size=5)
"""At least two, mostly long enough that one has read what it needs when the other goes on."""
short_turns = st.lists(st.builds(Turn, st.sampled_from([2, 3, 4, 1])), min_size=2, max_size=5)
"""For those who read one thing and write."""
people = st.sampled_from(PEOPLE)
merchants = st.sampled_from(MERCHANTS)
lives_s = st.sampled_from([60, 7_200, 86_400, 1])
FITTING = 6_667
"""A total that every coupon takes."""
_mostly = st.sampled_from
_ages_s = _mostly([0, 0, 0, 0, 0, 0, 59, 60, -5, -6])
_totals = _mostly([FITTING, FITTING, FITTING, FITTING, *TOTALS])
_numbers = _mostly(["r-1", "r-2", "r-3"])
_late_s = _mostly([None, None, None, 0, 30, 599, 600])

_KINDS = {
    "": ("hold", "redeem", "hold", "redeem", "release"),
    "held": ("redeem held", "release", "redeem", "hold", "redeem held"),
    "redeemed": ("reverse", "reverse", "reverse", "redeem", "redeem held", "release", "hold"),
    "released": ("hold", "redeem", "redeem held", "release"),
}
"""What is done with an order in each state."""
_ACTIONS = ("merchant", "district", "pause", "resume", "extend", "raise", "stop", "void", "group", "merchant", "resume")


def at_the_till(data: Data, scene: Scene, refs: Sequence[CouponRef], orders: Sequence[OrderAt]) -> Call:
    """Anything that a merchant does, with one of these coupons and one of these orders."""
    at = data.draw(st.sampled_from(orders))
    existing = scene.books.orders.get(at)
    kind = data.draw(st.sampled_from(_KINDS[existing.state if existing else ""]))
    if kind == "release":
        return Releasing(*at)
    if kind == "reverse":
        return reversal(data, scene, at)
    late_s = data.draw(_late_s)
    scanned_at_s = None if late_s is None else scene.now_s - late_s
    if kind == "redeem held":
        return Redeeming(*at, None, data.draw(_totals), scanned_at_s)
    scanned = scan(data, scene, data.draw(st.sampled_from(refs)), late_s or 0)
    if kind == "hold":
        return Holding(*at, scanned, data.draw(_totals), data.draw(lives_s))
    return Redeeming(*at, scanned, data.draw(_totals), scanned_at_s)


def scan(data: Data, scene: Scene, ref: CouponRef, late_s: int) -> Scanned:
    """A print if there is one, the last or an older one; or a code, mostly of now."""
    prints, _ = scene.prints(ref)
    if prints and data.draw(st.booleans()):
        print_no = data.draw(st.sampled_from([prints, prints, max(prints - 1, 1)]))
        return Scanned(ref, print_no=print_no, is_pin_right=data.draw(st.booleans()))
    return Scanned(ref, scene.now_s - late_s - data.draw(_ages_s))


def a_use(data: Data, scene: Scene, refs: Sequence[CouponRef], at: OrderAt) -> Call:
    """A hold or a redemption with nothing against it but others."""
    scanned = Scanned(data.draw(st.sampled_from(refs)), scene.now_s)
    if data.draw(st.booleans()):
        return Redeeming(*at, scanned, FITTING)
    return Holding(*at, scanned, FITTING, data.draw(lives_s))


def order(data: Data, scene: Scene) -> OrderAt:
    """A new one, or one of the last few."""
    known = scene.orders("held", "redeemed") + scene.orders("released")[-1:]
    return data.draw(st.sampled_from([scene.new_order(merchant_id) for merchant_id in MERCHANTS] + known))


def reversal(data: Data, scene: Scene, at: OrderAt) -> Reversing:
    """All that is left, a part of it, or one unit too many."""
    whole = left_minor(scene.books.orders[at])
    amounts = [whole, whole // 2 + 1, max(whole - 1, 0), 1, whole, whole + 1]
    return Reversing(*at, data.draw(_numbers), data.draw(st.sampled_from(amounts)))


def after_a_word(data: Data, scene: Scene, word: Call) -> Call | None:
    """A use of a coupon where the operator's word is felt, if there is one that could be used."""
    refs = [ref for ref in scene.usable() if scene.numbers[ref.batch_number] == getattr(word, "batch_id", "")]
    refs = refs or scene.usable()
    if not refs or getattr(word, "action", "") in ("pause", "resume", "stop"):
        return None
    merchant_id = getattr(word, "merchant_id", "") or data.draw(merchants)
    if isinstance(word, Closing) and word.districts:
        (merchant_id,) = (name for name, district in DISTRICTS.items() if district in word.districts)
    return a_use(data, scene, refs, scene.new_order(merchant_id))


def at_the_desk(data: Data, scene: Scene) -> Call:
    """Something that an operator does."""
    action: Any = data.draw(st.sampled_from(_ACTIONS))
    if action == "merchant":
        return Suspending(data.draw(merchants), data.draw(st.sampled_from([True, False, True])))
    if action == "district":
        return Closing(data.draw(st.sampled_from([(), (), *((name,) for name in DISTRICTS.values())])))
    if action == "group":
        return Enrolling(data.draw(people), data.draw(st.booleans()))
    batch_id = data.draw(st.sampled_from(scene.focus))
    if action == "raise":
        return Raising(batch_id, scene.books.controls[batch_id].quantity + data.draw(st.integers(-1, 1)))
    return Operating(action, batch_id, data.draw(st.integers(1, 2)) if action == "extend" else 0)
