"""Tills race for coupons and orders: one coupon serves one order, one order one coupon, and the books know at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from coupons.model.orders import Reversal
from coupons.process.services import Services
from coupons.refusals import Busy, CouponNotUsable, NotFound, OrderConflict, Refusal, ReversalNotAllowed
from coupons.till import holds, reversals
from tests.concurrency.faults import Conflicts, Stalling
from tests.concurrency.racing import Arena, accepted, an_order, at_once, refusals
from tests.world import a_batch, campaign, terms

T = TypeVar("T")
Step = Callable[[Arena, Services, str], object]
"""Something that is done to the order and the person of this name."""
PEOPLE = [f"person-{number}" for number in range(12)]
REPEATS_MAX = 20


@pytest.fixture
def shop(arena: Arena) -> Arena:
    """Twelve people hold a pack of two coupons each; environments are in conflict as on DynamoDB itself."""
    document = campaign(a_batch(quantity=40, terms=["ten-off", "other"]), terms=[terms(), terms("other")])
    arena.publish(document)
    for person in PEOPLE:
        arena.claim(arena.services, person)
    conflicts = Conflicts()
    arena.clients = [conflicts.client(client) for client in arena.clients]
    return arena


def patient(call: Callable[[], T]) -> T:
    """A till repeats what was `busy`, as the answer says."""
    for _ in range(REPEATS_MAX):
        try:
            return call()
        except Busy:
            continue
    raise AssertionError(f"busy {REPEATS_MAX} times")


def hold(arena: Arena, services: Services, order_no: str, person: str) -> str:
    code, now_s = arena.code(person), arena.now_s
    return holds.hold(services, "diner", order_no, an_order(), code=code, ttl_s=600, now_s=now_s)[0].state


def release(arena: Arena, services: Services, order_no: str) -> str:
    return holds.release(services, "diner", order_no, arena.now_s)[0].state


def redeem(arena: Arena, services: Services, order_no: str, code: str | None) -> str:
    return arena.redeem(services, order_no, code)[0].state


def test_twelve_orders_race_for_one_coupon(shop: Arena) -> None:
    """One order redeems it, eleven are told `coupon-not-usable`, and the settlement has one line."""
    code = shop.code(PEOPLE[0])
    numbered = list(enumerate(shop.environments(12)))
    calls = [
        lambda e=services, n=number: patient(lambda: shop.redeem(e, f"order-{n}", code))
        for number, services in numbered
    ]
    told = at_once(calls)
    ((order, _, replay),) = accepted(told)
    assert not replay
    assert {(type(r), r.coupon_status) for r in refusals(told)} == {(CouponNotUsable, "redeemed")}
    (line,) = shop.lines()
    assert (line.order_no, line.coupon_id, line.amounts) == (order.order_no, order.coupon_id, order.amounts)
    assert shop.coupon(PEOPLE[0]).state == "redeemed"
    assert [shop.services.orders.get("diner", f"order-{n}") is not None for n, _ in numbered].count(True) == 1


def test_one_order_from_eight_tills_is_one_effect_with_one_answer(shop: Arena) -> None:
    """A till that repeats, or two tills on one order: seven replays of the eighth's answer, one line."""
    code = shop.code(PEOPLE[0])
    told = at_once(
        [lambda e=services: patient(lambda: shop.redeem(e, "order-1", code)) for services in shop.environments(8)]
    )
    assert refusals(told) == []
    assert sorted(replay for _, _, replay in accepted(told)) == [False] + [True] * 7
    assert len({order for order, _, _ in accepted(told)}) == 1
    assert len(shop.lines()) == 1


def test_one_order_with_two_coupons_at_once_takes_one(shop: Arena) -> None:
    """Eight tills scan eight people's coupons for one order number: one coupon is used, seven stay available."""
    pairs = list(zip(shop.environments(8), PEOPLE, strict=False))
    told = at_once(
        [
            lambda e=services, p=name: patient(lambda: shop.redeem(e, "order-1", shop.code(p)))
            for services, name in pairs
        ]
    )
    assert len(accepted(told)) == 1
    assert {type(refusal) for refusal in refusals(told)} == {OrderConflict}
    states = sorted(shop.coupon(name).state for _, name in pairs)
    assert states == ["available"] * 7 + ["redeemed"]
    assert len(shop.lines()) == 1


def test_two_coupons_of_one_pack_serve_two_orders_at_once(shop: Arena) -> None:
    """They stand in one item, so their transactions conflict; both are through without the till repeating anything."""
    for person in PEOPLE:
        calls = [
            lambda e=services, i=i, p=person: redeem(shop, e, f"{p}-{i}", shop.code(p, i))
            for i, services in enumerate(shop.environments(2))
        ]
        assert at_once(calls) == ["redeemed", "redeemed"]
        assert [shop.coupon(person, i).state for i in range(2)] == ["redeemed", "redeemed"]
    assert len(shop.lines()) == 2 * len(PEOPLE)


def reverse(arena: Arena, services: Services, number: str, amount_minor: int) -> Reversal:
    return reversals.reverse(services, "diner", "order-1", number, amount_minor, arena.now_s)[0]


@pytest.mark.parametrize(("amount_minor", "fit"), [(4000, 1), (1500, 2), (500, 8), (900, 4)])
def test_reversals_with_different_numbers_never_give_back_more_than_was_paid(
    shop: Arena, amount_minor: int, fit: int
) -> None:
    """Eight reversals of one order at once: as many as fit into the 40.00 paid, the rest refused, all sums add up."""
    order, _, _ = shop.redeem(shop.services, "order-1", shop.code(PEOPLE[0]))
    numbered = enumerate(shop.environments(8))
    calls = [
        lambda e=services, n=number: patient(lambda: reverse(shop, e, f"back-{n}", amount_minor))
        for number, services in numbered
    ]
    told = at_once(calls)
    assert len(accepted(told)) == fit
    assert {type(refusal) for refusal in refusals(told)} <= {ReversalNotAllowed}
    lines = shop.lines()
    assert len(lines) == 1 + fit
    assert sum(line.amounts.payable_minor for line in lines) == order.amounts.payable_minor - fit * amount_minor
    for place, whole in enumerate(order.amounts.funding):
        left_minor = sum(line.amounts.funding[place].amount_minor for line in lines)
        assert 0 <= left_minor <= whole.amount_minor
        assert left_minor == 0 or fit * amount_minor < order.amounts.payable_minor
    is_full = fit * amount_minor == order.amounts.payable_minor
    assert shop.coupon(PEOPLE[0]).state == ("available" if is_full else "redeemed")


def test_a_reversal_with_one_number_from_eight_tills_is_one_effect(shop: Arena) -> None:
    """A lost answer repeated, even at once: one line, one amount, the same reversal for all."""
    shop.redeem(shop.services, "order-1", shop.code(PEOPLE[0]))
    calls = [lambda e=services: patient(lambda: reverse(shop, e, "back-1", 1000)) for services in shop.environments(8)]
    assert len(set(at_once(calls))) == 1
    assert len(shop.lines()) == 2


def test_a_hold_and_a_redemption_race_for_one_coupon(shop: Arena) -> None:
    """The online checkout sets it aside or the till uses it: one of them, the other is told why not."""
    online, till = shop.environments(2)
    for person in PEOPLE:
        calls = [
            lambda p=person: patient(lambda: hold(shop, online, f"{p}-online", p)),
            lambda p=person: patient(lambda: redeem(shop, till, f"{p}-till", shop.code(p))),
        ]
        told = at_once(calls)
        (won,) = accepted(told)
        assert won == shop.coupon(person).state
        assert {(type(r), r.coupon_status) for r in refusals(told)} == {(CouponNotUsable, won)}


def test_a_cancel_and_its_redemption_race(shop: Arena) -> None:
    """Either the order is redeemed and its cancel refused, or it is cancelled and its coupon available again."""
    checkout, canceller = shop.environments(2)
    for person in PEOPLE:
        hold(shop, shop.services, person, person)
        calls = [
            lambda p=person: patient(lambda: redeem(shop, checkout, p, None)),
            lambda p=person: patient(lambda: release(shop, canceller, p)),
        ]
        told = at_once(calls)
        _one_of_two(shop, person, told)


def test_a_cancel_that_overtakes_its_redemption_wins(shop: Arena) -> None:
    """Without a hold before: a tombstone or a redemption, and the coupon's state agrees with the order's."""
    checkout, canceller = shop.environments(2)
    for person in PEOPLE:
        calls = [
            lambda p=person: patient(lambda: redeem(shop, checkout, p, shop.code(p))),
            lambda p=person: patient(lambda: release(shop, canceller, p)),
        ]
        _one_of_two(shop, person, at_once(calls))


def test_a_lapsed_hold_is_taken_by_one_of_those_who_race_for_it(shop: Arena) -> None:
    """After the deadline the first order's late redemption, another till and a cancel meet: one owner of the coupon."""
    first, other, canceller = shop.environments(3)
    for person in PEOPLE:
        hold(shop, shop.services, person, person)
    shop.clock.advance(600)
    for person in PEOPLE:
        calls = [
            lambda p=person: patient(lambda: redeem(shop, first, p, None)),
            lambda p=person: patient(lambda: redeem(shop, other, f"{p}-other", shop.code(p))),
            lambda p=person: patient(lambda: release(shop, canceller, p)),
        ]
        told = at_once(calls)
        mine, theirs = shop.services.orders.get("diner", person), shop.services.orders.get("diner", f"{person}-other")
        assert mine is not None
        states = [mine.state, theirs.state if theirs else ""]
        assert states.count("redeemed") == 1, told
        assert shop.coupon(person).state == "redeemed"
    assert len(shop.lines()) == len(PEOPLE)


def _redeem_scanned(arena: Arena, services: Services, name: str) -> object:
    return arena.redeem(services, name, arena.code(name))[0]


def _redeem_held(arena: Arena, services: Services, name: str) -> object:
    return arena.redeem(services, name, None)[0]


def _hold(arena: Arena, services: Services, name: str) -> object:
    return hold(arena, services, name, name)


def _release(arena: Arena, services: Services, name: str) -> object:
    return release(arena, services, name)


def _reverse(arena: Arena, services: Services, name: str) -> object:
    return reversals.reverse(services, "diner", name, "back-1", 4000, arena.now_s)[0]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (None, _redeem_scanned),
        (_hold, _redeem_scanned),
        (_hold, _redeem_held),
        (None, _hold),
        (None, _release),
        (_hold, _release),
        (_redeem_scanned, _reverse),
    ],
)
def test_a_request_that_stalls_while_its_twin_is_through_has_the_same_answer(
    shop: Arena, before: Step | None, step: Step
) -> None:
    """Whichever two of its requests the twin comes between: one effect, and both are told the same."""
    for point, name in enumerate(PEOPLE, 1):
        if before:
            before(shop, shop.services, name)
        told: list[object] = []
        stalling = Stalling(shop.clients[1], point, lambda p=name, t=told: t.append(step(shop, shop.services, p)))
        answer = step(shop, shop.new_services(client=stalling), name)
        if not stalling.stalled:
            break
        assert told == [answer]
    assert point > 2, "some were in between"
    redeemed = step in (_redeem_scanned, _redeem_held)
    assert len(shop.lines()) == (point if redeemed else 2 * point if step is _reverse else 0)


def _one_of_two(arena: Arena, order_no: str, told: list[str | Refusal]) -> None:
    """Order `order_no` of the person of that name: (redeemed, refused) or (refused, released), and all is one story."""
    order, coupon = arena.services.orders.get("diner", order_no), arena.coupon(order_no)
    assert order is not None
    if order.state == "redeemed":
        assert (told[0], type(told[1])) == ("redeemed", OrderConflict)
        assert coupon.state == "redeemed"
    else:
        assert (order.state, told[1]) == ("released", "released")
        assert type(told[0]) in (OrderConflict, NotFound)
        assert coupon.state == "available"
