"""Coupons inside claim items: the states that allow a redemption, hold, release, give-back or voiding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, Coupon, Use
from coupons.model.scans import Scanned
from coupons.sealing import CouponRef
from coupons.stores.dynamodb import TransactionFailed
from tests.world import KEYS, World

NOW_S, EXPIRES_S = 1_591_408_800, 1_591_495_200
BAR_S, LATER_S = NOW_S + 5, NOW_S + 6
"""The bar of a return at NOW_S, and the first second whose codes it lets through."""
MINE, OTHER = b"m" * 16, b"o" * 16
USE = Use("cafe", 1_000, NOW_S)
PERSON = KEYS.person("ann")


@dataclass
class Pack:
    """Ann's claim of one coupon, and the five things that may happen to it."""

    world: World
    batch: PublishedBatch

    def __post_init__(self) -> None:
        coupon = Coupon("available", NOW_S, EXPIRES_S)
        claim = Claim(self.batch.number, PERSON, "lease:0", NOW_S, 1, (coupon,))
        assert self.world.services.claims.put(self.batch, claim, lambda: True) is None
        self.ref = CouponRef(self.batch.number, PERSON, 0)

    @property
    def coupon(self) -> Coupon:
        claim = self.world.services.claims.get(self.batch, PERSON, consistent=True)
        assert claim is not None
        return claim.coupons[0]

    def redeem(
        self,
        order: bytes = MINE,
        now_s: int = NOW_S,
        extended_s: int = 0,
        issued_at_s: int | None = LATER_S,
        print_no: int = 0,
    ) -> bool:
        """By a code, `issued_at_s` None: without one."""
        by = None if issued_at_s is None else Scanned("", self.ref, issued_at_s, print_no)
        use = USE._replace(at_s=now_s)
        return self._apply(self.world.services.coupons.redeem(self.batch, self.ref, order, by, use, extended_s))

    def hold(
        self,
        order: bytes = MINE,
        until_s: int = NOW_S + 60,
        now_s: int = NOW_S,
        extended_s: int = 0,
        issued_at_s: int = LATER_S,
        print_no: int = 0,
    ) -> bool:
        by = Scanned("", self.ref, issued_at_s, print_no)
        return self._apply(
            self.world.services.coupons.hold(self.batch, self.ref, order, by, until_s, now_s, extended_s)
        )

    def print(self) -> bool:
        return self.world.services.claims.print_coupon(self.batch, self.ref) is not None

    def let_go(self, order: bytes = MINE) -> bool:
        return self._apply(self.world.services.coupons.release(self.batch, self.ref, order))

    def give_back(self, order: bytes = MINE, now_s: int = NOW_S, extended_s: int = 0, returns_max: int = 1) -> bool:
        part = self.world.services.coupons.give_back(self.batch, self.ref, order, now_s, extended_s, returns_max)
        return self._apply(part)

    def void(self, order: bytes = MINE) -> bool:
        return self._apply(self.world.services.coupons.void(self.batch, self.ref, order))

    def _apply(self, part: dict[str, Any]) -> bool:
        try:
            self.world.services.transact([part])
        except TransactionFailed:
            return False
        return True


@pytest.fixture
def pack(season: World, batch: PublishedBatch) -> Pack:
    """Available until a day after the opening."""
    return Pack(season, batch)


AVAILABLE = Coupon("available", NOW_S, EXPIRES_S)
HELD = Coupon("held", NOW_S, EXPIRES_S, MINE, NOW_S + 60)
REDEEMED = Coupon("redeemed", NOW_S, EXPIRES_S, MINE, use=USE)
VOIDED = Coupon("voided", NOW_S, EXPIRES_S, MINE)
RETURNED = replace(AVAILABLE, returns=1, bar_s=BAR_S, print_no=1)
Act = Callable[[Pack], bool]


def acts(*steps: Act) -> Callable[[Pack], None]:
    def run(pack: Pack) -> None:
        for step in steps:
            assert step(pack)

    return run


fresh = acts()
held = acts(Pack.hold)
redeemed = acts(Pack.redeem)
voided = acts(Pack.redeem, Pack.void)
returned = acts(Pack.redeem, Pack.give_back)
used_again = acts(Pack.redeem, Pack.give_back, Pack.redeem)
held_again = (Pack.redeem, Pack.give_back, Pack.hold)
printed = acts(Pack.print)
printed_and_returned = acts(Pack.print, Pack.redeem, Pack.give_back)
printed_again = acts(Pack.print, Pack.redeem, Pack.give_back, Pack.print)
SPENT: dict[str, Any] = {"state": "redeemed", "order": MINE, "use": USE}


def at(coupon: Coupon, moment_s: int) -> Coupon:
    return replace(coupon, use=USE._replace(at_s=moment_s))


DONE: list[tuple[Callable[[Pack], None], Act, Coupon]] = [
    (fresh, Pack.redeem, REDEEMED),
    (fresh, lambda p: p.redeem(now_s=EXPIRES_S - 1), at(REDEEMED, EXPIRES_S - 1)),
    (fresh, lambda p: p.redeem(now_s=EXPIRES_S, extended_s=1), at(REDEEMED, EXPIRES_S)),
    (held, Pack.redeem, REDEEMED),
    (
        held,
        lambda p: p.redeem(OTHER, NOW_S + 60),
        at(replace(REDEEMED, order=OTHER), NOW_S + 60),
    ),  # the hold has lapsed
    (returned, Pack.redeem, replace(RETURNED, **SPENT)),
    (returned, Pack.hold, replace(RETURNED, state="held", order=MINE, held_until_s=NOW_S + 60)),
    (acts(*held_again), lambda p: p.redeem(issued_at_s=None), replace(RETURNED, **SPENT)),
    (returned, lambda p: p.redeem(now_s=NOW_S - 6, issued_at_s=NOW_S), at(replace(RETURNED, **SPENT), NOW_S - 6)),
    (printed, lambda p: p.redeem(issued_at_s=0, print_no=1), replace(REDEEMED, print_no=1)),
    (printed, lambda p: p.hold(issued_at_s=0, print_no=1), replace(HELD, print_no=1)),
    (acts(Pack.print, Pack.redeem), Pack.give_back, replace(RETURNED, print_no=2)),
    (printed_again, lambda p: p.redeem(issued_at_s=0, print_no=3), replace(RETURNED, **SPENT, print_no=3)),
    (fresh, Pack.hold, HELD),
    (fresh, lambda p: p.hold(now_s=EXPIRES_S - 1), HELD),
    (fresh, lambda p: p.hold(now_s=EXPIRES_S, extended_s=1), HELD),
    (held, lambda p: p.hold(until_s=NOW_S + 90), replace(HELD, held_until_s=NOW_S + 90)),
    (held, lambda p: p.hold(OTHER, NOW_S + 90, NOW_S + 60), replace(HELD, order=OTHER, held_until_s=NOW_S + 90)),
    (held, Pack.let_go, AVAILABLE),
    (redeemed, Pack.give_back, RETURNED),
    (redeemed, lambda p: p.give_back(now_s=EXPIRES_S - 1), replace(RETURNED, bar_s=EXPIRES_S + 4)),
    (redeemed, lambda p: p.give_back(now_s=EXPIRES_S, extended_s=1), replace(RETURNED, bar_s=EXPIRES_S + 5)),
    (
        acts(Pack.redeem, Pack.give_back, Pack.redeem),
        lambda p: p.give_back(returns_max=2),
        replace(RETURNED, returns=2, print_no=2),
    ),
    (redeemed, Pack.void, VOIDED),
]

REFUSED: list[tuple[str, Callable[[Pack], None], Act]] = [
    ("redeem: expired this second", fresh, lambda p: p.redeem(now_s=EXPIRES_S)),
    ("redeem: the extension is over", fresh, lambda p: p.redeem(now_s=EXPIRES_S + 1, extended_s=1)),
    ("redeem: my hold, but expired", held, lambda p: p.redeem(now_s=EXPIRES_S)),
    ("redeem: my hold without a code, but expired", held, lambda p: p.redeem(now_s=EXPIRES_S, issued_at_s=None)),
    ("redeem: without a code what nobody holds", returned, lambda p: p.redeem(issued_at_s=None)),
    ("redeem: without a code another's lapsed hold", held, lambda p: p.redeem(OTHER, NOW_S + 60, issued_at_s=None)),
    ("redeem: another order's hold", held, lambda p: p.redeem(OTHER, NOW_S + 59)),
    ("redeem: redeemed by another", redeemed, lambda p: p.redeem(OTHER)),
    ("redeem: redeemed by this order", redeemed, Pack.redeem),
    ("redeem: redeemed by this order, without a code", redeemed, lambda p: p.redeem(issued_at_s=None)),
    ("redeem: voided", voided, Pack.redeem),
    ("hold: expired this second", fresh, lambda p: p.hold(now_s=EXPIRES_S)),
    ("hold: another order's hold", held, lambda p: p.hold(OTHER, now_s=NOW_S + 59)),
    ("hold: redeemed by another", redeemed, lambda p: p.hold(OTHER)),
    ("hold: redeemed by this order", redeemed, Pack.hold),
    ("hold: voided", voided, Pack.hold),
    ("redeem: a code of the bar's second", returned, lambda p: p.redeem(issued_at_s=BAR_S)),
    ("redeem: the same, as far ahead as clocks differ", returned, lambda p: p.redeem(now_s=NOW_S - 5, issued_at_s=0)),
    ("redeem: a print of before the return", printed_and_returned, lambda p: p.redeem(print_no=1)),
    ("redeem: a print of before another", acts(Pack.print, Pack.print), lambda p: p.redeem(print_no=1)),
    ("hold: a code of the bar's second", returned, lambda p: p.hold(issued_at_s=BAR_S)),
    ("hold: the same, as far ahead as clocks differ", returned, lambda p: p.hold(now_s=NOW_S - 5, issued_at_s=0)),
    ("hold: a print of before the return", printed_and_returned, lambda p: p.hold(print_no=1)),
    ("release: another order's hold", held, lambda p: p.let_go(OTHER)),
    ("release: redeemed by this order", redeemed, Pack.let_go),
    ("release: not held", fresh, Pack.let_go),
    ("give back: another order's", redeemed, lambda p: p.give_back(OTHER)),
    ("give back: held by this order", held, Pack.give_back),
    ("give back: voided", voided, Pack.give_back),
    ("give back: expired this second", redeemed, lambda p: p.give_back(now_s=EXPIRES_S)),
    ("give back: the extension is over", redeemed, lambda p: p.give_back(now_s=EXPIRES_S + 1, extended_s=1)),
    ("give back: as often as allowed", used_again, Pack.give_back),
    ("void: another order's", redeemed, lambda p: p.void(OTHER)),
    ("void: held by this order", held, Pack.void),
    ("void: twice", voided, Pack.void),
]


@pytest.mark.parametrize(("before", "act", "after"), DONE)
def test_a_coupon_moves(pack: Pack, before: Callable[[Pack], None], act: Act, after: Coupon) -> None:
    """From each state that allows it, at the last second that allows it."""
    before(pack)
    assert act(pack)
    assert pack.coupon == after


@pytest.mark.parametrize(("before", "act"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_coupon_stays(pack: Pack, before: Callable[[Pack], None], act: Act) -> None:
    """In each state that forbids it, from the first second that forbids it; nothing is written."""
    before(pack)
    unchanged = pack.coupon
    assert not act(pack)
    assert pack.coupon == unchanged


PREPARED: dict[str, tuple[Callable[[Pack], None], Act]] = {
    "redeem": (fresh, Pack.redeem),
    "hold": (fresh, Pack.hold),
    "release": (held, Pack.let_go),
    "give back": (redeemed, Pack.give_back),
    "void": (redeemed, Pack.void),
}


@pytest.mark.parametrize(("before", "act"), PREPARED.values(), ids=PREPARED)
def test_another_batch_of_the_group_is_not_touched(pack: Pack, before: Callable[[Pack], None], act: Act) -> None:
    """Its claim is under the same key, with another batch number."""
    before(pack)
    unchanged, pack.batch = pack.coupon, replace(pack.batch, number=pack.batch.number + 1)
    assert not act(pack)
    assert pack.coupon == unchanged


@pytest.mark.parametrize("act", [act for _, act in PREPARED.values()], ids=PREPARED)
def test_no_claim_no_coupon(pack: Pack, act: Act) -> None:
    """Nothing is written for a person without a claim."""
    pack.ref = CouponRef(pack.batch.number, KEYS.person("bo"), 0)
    before = pack.world.items()
    assert not act(pack)
    assert pack.world.items() == before
