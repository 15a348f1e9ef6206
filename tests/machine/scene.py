"""One season under way: plays what it is told, and holds what follows against promises, rules and invariants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from hypothesis import note

from coupons.process.services import replace_services
from coupons.sealing import CouponRef
from tests import due
from tests.logs import quiet
from tests.machine import invariants
from tests.machine.books import Books
from tests.machine.calls import AtTheTill, Claiming, Looking, Redeeming, Scanned, citizen
from tests.machine.effects import has_effect
from tests.machine.fitting import status
from tests.machine.invariants import left_minor
from tests.machine.judge import scanned_of
from tests.machine.promises import Promises
from tests.machine.season import BATCHES, BORDERS, MERCHANTS, PEOPLE, claim_key, publish
from tests.machine.stack import Call, Fate, Stack, Turn
from tests.machine.verdicts import Verdicts
from tests.world import KEYS, seconds

OrderAt = tuple[str, str]


class Scene:
    def __init__(self) -> None:
        self.stack = Stack(publish)
        self.promises = Promises()
        self.sent: list[Call] = []
        self.numbers = _numbers()
        self.focus: tuple[str, ...] = tuple(BATCHES)
        """The batches that people are after."""
        self._orders = 0
        self._checked = 0
        self._verdicts = Verdicts(self.stack.history, self.numbers)

    @property
    def books(self) -> Books:
        return self.stack.books

    @property
    def now_s(self) -> int:
        return self.stack.now_s

    def play(
        self,
        *calls: Call,
        turns: Sequence[Turn] = (),
        fates: Mapping[int, Fate] | None = None,
        unheard: frozenset[int] = frozenset(),
    ) -> None:
        """The calls, to their answers. Raises AssertionError: an untruth, a broken promise, a broken invariant."""
        note(f"{self.now_s}: {calls} {list(turns)} {dict(fates or {})} {set(unheard)}")
        invocations = self.stack.play(calls, turns, fates, unheard)
        self.sent += [call for call in calls if call not in self.sent]
        history = self.stack.history
        for place in range(self._checked + 1, len(history)):
            invariants.check_step(history[place - 1].books, history[place].books)
            invariants.check(history[place].books, int(history[place].wall_s), self.numbers)
            self._verdicts.check_drained(place)
        self._checked = len(history) - 1
        for invocation in invocations:
            self._verdicts.check(invocation)
            self.promises.hear(invocation)
        self.promises.check(self.books, self.numbers)
        due.assert_nothing_is_missing(self.stack.engine.items, self.now_s)
        for call in calls:
            if isinstance(call, Claiming) and (fates or unheard):
                # As the contract has it: a refusal by time or stock is given without looking for what was written.
                self.play(Looking(call.person, call.batch_id))

    def try_every_coupon(self) -> None:
        """What the clock says can be used is used, and nothing else: no hold is stuck."""
        for ref in self.coupons():
            self.play(Redeeming(*self.new_order(MERCHANTS[0]), Scanned(ref, self.now_s), 6_667))

    def ask_everybody(self) -> None:
        """Wallets show each coupon's status, and each day's settlement its merchant's lines: neither less nor more."""
        replace_services(self.stack.world.services)
        with quiet():
            wallets = {name: citizen(name).send("GET /wallet").json["coupons"] for name in PEOPLE}
            days = {(filed.merchant_id, filed.day) for filed in self.books.lines.values()}
            told = {at: AtTheTill(at[0], "").till.send("GET /settlements/{day}", {"day": at[1]}).json for at in days}
        shown = {coupon["coupon_id"]: coupon["status"] for coupons in wallets.values() for coupon in coupons}
        assert shown == {KEYS.seal_coupon(ref, 1): self._status(ref) for ref in self.coupons()}
        for at, page in told.items():
            lines = [filed.line for filed in self.books.lines.values() if (filed.merchant_id, filed.day) == at]
            paid_minor = sum(line.amounts.payable_minor for line in lines)
            names = ("campaign_id", "currency", "lines", "payable_minor")
            assert [[one[name] for name in names] for one in page["sums"]] == [
                ["season", "CNY", len(lines), paid_minor]
            ]

    def coupons(self) -> list[CouponRef]:
        """Every coupon that was ever claimed."""
        return [
            CouponRef(claim.batch_number, person, index)
            for (_, person), claim in self.books.claims.items()
            for index in range(len(claim.coupons))
        ]

    def reversible(self) -> list[OrderAt]:
        """Redeemed orders of which something is left."""
        return [at for at in self.orders("redeemed") if left_minor(self.books.orders[at]) > 0]

    def usable(self) -> list[CouponRef]:
        """Those that the clock says are available."""
        return [ref for ref in self.coupons() if self._status(ref) == "available"]

    def coupon_of(self, at: OrderAt) -> CouponRef:
        scanned = scanned_of(self.books.orders[at])
        assert scanned is not None
        return scanned.ref

    def prints(self, ref: CouponRef) -> tuple[int, int]:
        """How often the coupon's code was printed, and the tries of the last print."""
        return self.books.prints[claim_key(self.numbers[ref.batch_number]), ref.person][ref.index]

    def pass_time(self, by_s: float) -> None:
        self.stack.world.clock.advance(by_s)

    def _status(self, ref: CouponRef) -> str:
        batch_id = self.numbers[ref.batch_number]
        coupon = self.books.claims[claim_key(batch_id), ref.person].coupons[ref.index]
        return status(coupon, self.books.controls[batch_id], self.now_s)

    def holders(self, batch_id: str) -> list[str]:
        """Who has claimed the batch."""
        return [name for name in PEOPLE if has_effect(Claiming(name, batch_id), self.books, self.numbers)]

    def last_packs(self) -> list[str]:
        """The batches of which one pack is left, with somebody who has one and somebody who has none."""
        return [
            batch_id
            for batch_id in self.focus
            if self.books.remaining(batch_id) == 1
            and not self.books.controls[batch_id].drained_at_s
            and 0 < len(self.holders(batch_id)) < len(PEOPLE)
        ]

    def new_order(self, merchant_id: str) -> OrderAt:
        self._orders += 1
        return merchant_id, f"o-{self._orders}"

    def orders(self, *states: str) -> list[OrderAt]:
        """The last few orders in one of these states."""
        return [at for at, order in self.books.orders.items() if order.state in states][-3:]

    def borders(self) -> list[int]:
        """The seconds ahead at which something begins or ends, in order."""
        found = [seconds(moment) for moment in BORDERS]
        found += [seconds(made[end]) for made in BATCHES.values() for end in ("opens_at", "closes_at")]
        return sorted({moment for moment in found if moment > self.now_s})

    def borders_of(self, ref: CouponRef) -> list[int]:
        """Those of one coupon: its expiry, most of all."""
        batch_id = self.numbers[ref.batch_number]
        coupon = self.books.claims[claim_key(batch_id), ref.person].coupons[ref.index]
        expires_at_s = coupon.expires_at_s + self.books.controls[batch_id].extended_s
        return [expires_at_s, *(moment for moment in [coupon.valid_from_s, *self.borders()[:2]] if moment > self.now_s)]


@cache
def _numbers() -> dict[int, str]:
    """Batch number → batch."""
    live = Stack(publish).world.services.cache
    return {live.batch(batch_id).number: batch_id for batch_id in BATCHES}
