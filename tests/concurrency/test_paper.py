"""Many tills at one printed code: five wrong PINs together, and one use."""

from __future__ import annotations

import random

import pytest

from coupons.claim import codes
from coupons.process.services import Services
from coupons.refusals import Busy, CodeInvalid, Refusal
from coupons.till import redemptions
from tests.concurrency.racing import THREADS, Arena, accepted, an_order, at_once, refusals
from tests.world import KEYS, a_batch, campaign

BUSY_MAX = 50


@pytest.fixture
def paper(arena: Arena) -> tuple[str, str]:
    """Ann's coupon as printed: code and PIN."""
    arena.publish(campaign(a_batch()))
    arena.claim(arena.services, "ann")
    coupon_id = KEYS.seal_coupon(arena.ref("ann"), KEYS.current)
    code, pin, _, _ = codes.print_code(arena.services, coupon_id, KEYS.person("ann"))
    return code, pin


def try_pin(arena: Arena, services: Services, order_no: str, code: str, pin: str) -> str:
    for _ in range(BUSY_MAX):
        try:
            redemptions.redeem(
                services, "diner", order_no, an_order(), code=code, pin=pin, scanned_at_s=None, now_s=arena.now_s
            )
        except Busy:
            continue
        return order_no
    raise AssertionError("busy for ever")


@pytest.mark.parametrize("seed", [1, 2])
def test_sixteen_tills_guess_five_pins_together(arena: Arena, paper: tuple[str, str], seed: int) -> None:
    """Five are told that the PIN is wrong, whatever their order; then nobody is told anything, the owner neither."""
    code, pin = paper
    wrong = [
        guess for guess in random.Random(seed).sample([f"{n:06}" for n in range(10**6)], 3 * THREADS) if guess != pin
    ]
    envs = arena.environments(seed=seed)

    def guess_three(number: int) -> list[str]:
        told = []
        for place in range(3):
            with pytest.raises(Refusal) as refused:
                try_pin(arena, envs[number], f"o-{number}-{place}", code, wrong[3 * number + place])
            told.append(str(refused.value))
        return told

    outcomes = at_once([lambda n=number: guess_three(n) for number in range(len(wrong) // 3)])
    told = [detail for details in accepted(outcomes) for detail in details]
    assert told.count("The PIN is wrong.") == 5
    assert set(told) == {"The PIN is wrong.", "Too many wrong PINs; have the coupon printed again."}
    with pytest.raises(CodeInvalid):
        try_pin(arena, arena.services, "o-owner", code, pin)


def test_a_print_is_used_by_one_of_four_tills(arena: Arena, paper: tuple[str, str]) -> None:
    """All with the right PIN, at once: one order has the coupon, and the right PIN spoils nothing."""
    code, pin = paper
    envs = arena.environments()
    outcomes = at_once([lambda n=number: try_pin(arena, envs[n], f"o-{n}", code, pin) for number in range(4)])
    assert len(accepted(outcomes)) == 1
    assert len(refusals(outcomes)) == 3
    assert len(arena.lines()) == 1
