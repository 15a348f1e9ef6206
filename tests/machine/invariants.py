"""What is true of the books at every moment, and of every step from one moment to the next.

Counted from the items themselves, never from what anybody answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from coupons.model.claims import Coupon
from coupons.model.orders import LineAmounts, OrderRecord, order_key
from coupons.sealing import CouponRef
from coupons.times import day_of
from tests.machine.books import Books, Filed
from tests.machine.fitting import counts, limits_of, period_of, status, text
from tests.machine.season import BATCHES, LATE_SCANS, LIMITS, PURSE, TIMEZONE, claim_key
from tests.world import KEYS, seconds


def check(books: Books, now_s: int, numbers: dict[int, str]) -> None:
    """Raises AssertionError. Each rule yields what offends it."""
    for rule in RULES:
        offences = list(rule(books, now_s, numbers))
        assert not offences, f"{rule.__name__}: {offences}"


def check_step(before: Books, after: Books) -> None:
    offences = [*_claims_stay(before, after), *_orders_keep_their_coupon(before, after)]
    offences += _reclaims_are_exact(before, after)
    offences += [f"{place} was changed" for place, filed in before.lines.items() if after.lines.get(place) != filed]
    assert not offences, offences


def _reclaims_are_exact(before: Books, after: Books) -> Iterator[str]:
    for batch_id, control in after.controls.items():
        if before.controls[batch_id].state == "sealing" and control.state == "open":
            remaining = after.remaining(batch_id)
            if remaining + control.claims != control.quantity:
                yield f"{batch_id}: {remaining} left and {control.claims} counted of {control.quantity} after a reclaim"


def packs_are_counted(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """Claims and stock never exceed the quantity; sold out means that every pack is claimed; one pack, one token."""
    claimed = Counter(numbers[claim.batch_number] for claim in books.claims.values())
    tokens = Counter(claim.token for claim in books.claims.values())
    yield from (f"token {token} wrote {times} claims" for token, times in tokens.items() if times > 1)
    for (key, _), claim in books.claims.items():
        if claim_key(numbers[claim.batch_number]) != key:
            yield f"a claim of {numbers[claim.batch_number]} under {key}"
    for batch_id, control in books.controls.items():
        remaining = books.remaining(batch_id)
        if BATCHES[batch_id]["mode"] == "granted" and not control.final:
            remaining = 0  # everyone entitled fits: its stock is not touched before the count after closing
        if remaining + claimed[batch_id] > control.quantity:
            yield f"{batch_id}: {remaining} left and {claimed[batch_id]} claimed of {control.quantity}"
        if control.sold_out and claimed[batch_id] != control.quantity:
            yield f"{batch_id}: sold out with {claimed[batch_id]} claimed of {control.quantity}"


def limits_are_kept(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """What is counted under a limit are the claims there are, and never more than it allows; a group fits its batch."""
    counted = counts(books, numbers)
    if counted != dict(books.counts):
        yield f"claims tell {counted}, the items {dict(books.counts)}"
    yield from (f"{key}: {packs}" for key, packs in counted.items() if packs > LIMITS[key[0]]["packs_max"])
    for group, (entitled, fits) in books.groups.items():
        admitted = sum(1 for of, _ in books.members if of == group)
        is_over = all(now_s >= seconds(BATCHES[b]["closes_at"]) or books.controls[b].stopped for b in fits)
        if entitled != admitted or (entitled > min(fits.values(), default=entitled) and not is_over):
            yield f"{group}: {entitled} entitled, {admitted} admitted, for {fits}"


def uses_are_kept(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """What a limit of uses counts are the orders that use a coupon, or hold one now, never more than it allows."""
    used, held = Counter[tuple[str, str, str]](), dict[tuple[str, str, str], set[tuple[str, int]]]()
    for order in books.orders.values():
        for key in _counted_under(order):
            used[key] += uses_its_coupon(order)
            if order.state == "held" and order.held_until_s > now_s:
                held.setdefault(key, set()).add((f"o:{text(order.key)}", order.held_until_s))
    if any(used[key] for key in used.keys() - books.uses.keys()):
        yield f"orders tell {dict(used)}, the items {dict(books.uses)}"
    for key, uses in books.uses.items():
        live = {(order, until_s) for order, until_s in uses.held.items() if until_s > now_s}
        if (uses.used, live) != (used[key], held.get(key, set())):
            yield f"{key}: {uses}, and orders use {used[key]} and hold {held.get(key)}"
        if uses.used + len(live) > LIMITS[key[0]]["packs_max"]:
            yield f"{key}: {uses} is too much"


def _counted_under(order: OrderRecord) -> Iterator[tuple[str, str, str]]:
    opened = KEYS.open_coupon(order.coupon_id)
    if opened is not None:
        for limit_id in limits_of(order.batch_id, "redemptions"):
            yield limit_id, text(opened[0].person), period_of(LIMITS[limit_id], order.counted_at_s)


def orders_and_coupons_agree(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """A used or voided coupon has its order, an order in use its coupon; a live hold is on both, to the same second."""
    for (_, person), index, coupon, number in _coupons(books):
        coupon_id = KEYS.seal_coupon(CouponRef(number, person, index), 1)
        name = f"{numbers[number]}#{index} {coupon.state}"
        owners = [order for order in books.orders.values() if order.coupon_id == coupon_id]
        mine = [order for order in owners if order_key(order.merchant_id, order.order_no) == coupon.order]
        if coupon.state in ("redeemed", "voided", "held"):
            if len(mine) != 1:
                yield f"{name} by an order that is not there"
            elif not _agree(coupon, mine[0]):
                yield f"{name} until {coupon.held_until_s}, and its order is {mine[0]}"
        existing = [order for order in owners if uses_its_coupon(order)]
        if existing and (coupon.state != "redeemed" or existing != mine):
            yield f"{name}, but used by {[order.order_no for order in existing]}"
        lost = [o for o in owners if o.state == "held" and o.held_until_s > now_s and o not in mine]
        if lost:
            yield f"{name}, but set aside for {[order.order_no for order in lost]}"


def late_scans_are_counted(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """A merchant's day has as many late redemptions as were counted, and no more than its record allows."""
    filed = Counter((filed.merchant_id, filed.day) for filed in books.lines.values() if filed.line.late)
    if filed != Counter(books.lates):
        yield f"lines tell {dict(filed)}, the items {dict(books.lates)}"
    yield from (f"{at}: {times} late" for at, times in filed.items() if times > LATE_SCANS.get(at[0], 0))


def one_coupon_one_use(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """At most one redemption uses a coupon."""
    used = Counter(order.coupon_id for order in books.orders.values() if uses_its_coupon(order))
    yield from (f"{coupon_id} is redeemed {times} times" for coupon_id, times in used.items() if times > 1)


def lines_tell_the_orders(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """One line a redemption and one a reversal, with their amounts, under their day; and none besides."""
    wanted = sorted(map(str, _lines_of(books)))
    found = sorted(map(str, (_told(filed) for filed in books.lines.values())))
    if wanted != found:
        yield f"orders tell {wanted}, lines {found}"


def money_adds_up(books: Books, now_s: int, numbers: dict[int, str]) -> Iterator[str]:
    """No funder below zero, nothing above what was paid, all of it back after a full reversal, none out for a coupon
    that can be used."""
    sums: dict[str, Counter[str]] = {}
    of_coupon: dict[str, Counter[str]] = {}
    for filed in books.lines.values():
        line = filed.line
        for into in (
            sums.setdefault(f"{filed.merchant_id}#{line.order_no}", Counter()),
            of_coupon.setdefault(line.coupon_id, Counter()),
        ):
            into.update(_by_name(line.amounts))
    for name, total in sums.items():
        funded = sum(part for whom, part in total.items() if whom.startswith("funder "))
        if min(total.values()) < 0 or funded != total["discount"]:
            yield f"{name}: {dict(total)}"
        order = books.orders[(name.partition("#")[0], name.partition("#")[2])]
        # A coupon that came back leaves the rest to pay in full, and nobody's money out.
        out = [total[whom] for whom in total if whom != "payable" or left_minor(order) == 0]
        if not uses_its_coupon(order) and any(out):
            yield f"{name} uses no coupon any more: {dict(total)}"
    for (_, person), index, coupon, number in _coupons(books):
        total = of_coupon.get(KEYS.seal_coupon(CouponRef(number, person, index), 1), Counter())
        is_free = status(coupon, books.controls[numbers[number]], now_s) in ("available", "held", "voided")
        if is_free and any(part for whom, part in total.items() if whom != "payable"):
            yield f"{numbers[number]}#{index} is {coupon.state}, and money is out for it: {dict(total)}"


def uses_its_coupon(order: OrderRecord) -> bool:
    """It uses its coupon: redeemed, not given back, not reversed in full."""
    is_back = any(reversal.coupon_returned for reversal in order.reversals)
    return order.state == "redeemed" and left_minor(order) > 0 and not is_back


def left_minor(order: OrderRecord) -> int:
    """Of the payable, to be reversed."""
    return order.amounts.payable_minor - sum(reversal.amounts.payable_minor for reversal in order.reversals)


RULES = (
    packs_are_counted,
    limits_are_kept,
    uses_are_kept,
    orders_and_coupons_agree,
    one_coupon_one_use,
    late_scans_are_counted,
    lines_tell_the_orders,
    money_adds_up,
)


def _agree(coupon: Coupon, order: OrderRecord) -> bool:
    if coupon.state == "held":
        return order.state == "held" and order.held_until_s == coupon.held_until_s
    if coupon.state == "redeemed":
        return uses_its_coupon(order)
    return (
        order.state == "redeemed" and not uses_its_coupon(order) and not any(r.coupon_returned for r in order.reversals)
    )


def _coupons(books: Books) -> Iterator[tuple[tuple[str, bytes], int, Coupon, int]]:
    for at, claim in books.claims.items():
        for index, coupon in enumerate(claim.coupons):
            yield at, index, coupon, claim.batch_number


def _by_name(amounts: LineAmounts) -> dict[str, int]:
    funding = {f"funder {part.funder_id}": part.amount_minor for part in amounts.funding}
    return {
        "discount": amounts.discount_minor,
        "match": amounts.merchant_match_minor,
        "payable": amounts.payable_minor,
        **funding,
    }


def _lines_of(books: Books) -> Iterator[tuple[object, ...]]:
    for order in books.orders.values():
        if order.state != "redeemed":
            continue
        day = day_of(order.at_s, TIMEZONE).isoformat()
        yield *PURSE, order.merchant_id, day, order.order_no, "", order.coupon_id, _by_name(order.amounts)
        for reversal in order.reversals:
            back = {name: -part for name, part in _by_name(reversal.amounts).items()}
            day = day_of(reversal.reversed_at_s, TIMEZONE).isoformat()
            yield *PURSE, order.merchant_id, day, order.order_no, reversal.reversal_no, order.coupon_id, back


def _told(filed: Filed) -> tuple[object, ...]:
    line = filed.line
    return (
        *line.purse,
        filed.merchant_id,
        filed.day,
        line.order_no,
        line.reversal_no,
        line.coupon_id,
        _by_name(line.amounts),
    )


def _claims_stay(before: Books, after: Books) -> Iterator[str]:
    for at, claim in before.claims.items():
        now = after.claims.get(at)
        if now is None or (now.token, now.batch_number, now.claimed_at_s) != (
            claim.token,
            claim.batch_number,
            claim.claimed_at_s,
        ):
            yield f"{claim} became {now}"
            continue
        for was, coupon in zip(claim.coupons, now.coupons, strict=True):
            if (was.valid_from_s, was.expires_at_s) != (coupon.valid_from_s, coupon.expires_at_s):
                yield f"{was} moved to {coupon}"
            if was.state == "voided" and coupon != was:
                yield f"{was} came back as {coupon}"


def _orders_keep_their_coupon(before: Books, after: Books) -> Iterator[str]:
    for at, was in before.orders.items():
        order = after.orders.get(at)
        if order is None or order == was:
            if order is None:
                yield f"{at} is gone"
            continue
        is_same = order.same_content(was.coupon_id, was.fingerprint)
        if was.state == "held" and (order.state == "released" or (order.state == "redeemed" and is_same)):
            continue
        is_one_reversal_more = order.reversals[:-1] == was.reversals and order.amounts == was.amounts
        if was.state == "redeemed" and is_same and is_one_reversal_more:
            continue
        yield f"{was} became {order}"
