"""A season played by chance: anybody does anything, in any order, at once, at any time, with anything going wrong.

`make test` plays the same seasons each time, so that what is red is red again. More and new ones:

    MACHINE_EXAMPLES=2000 .venv/bin/python -m pytest tests/machine

What is assumed as simple here is searched elsewhere: puts that land late (tests/simulation, tests/model), a real engine
under threads (tests/concurrency), clocks that are set back (tests/store).
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.machine import wishes
from tests.machine.calls import Claiming, Holding, Printing, Raising, Redeeming, Releasing, Reversing, Scanned, Ticking
from tests.machine.scene import Scene
from tests.machine.season import BATCHES, FOCI, PEOPLE
from tests.machine.stack import Call, Fate, Turn
from tests.machine.wishes import FITTING, Data
from tests.world import seconds

EXAMPLES = 70
LONGER = int(os.environ.get("MACHINE_EXAMPLES", "0"))
"""So many seasons, new ones each time."""
STEPS = 30
claims_there = precondition(lambda season: season.scene.books.claims)
usable = precondition(lambda season: season.scene.usable())
held = precondition(lambda season: season.scene.orders("held"))
redeemed = precondition(lambda season: season.scene.orders("redeemed"))


class Season(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene()

    @initialize(data=st.data(), focus=st.sampled_from(FOCI), number=st.sampled_from([3, 2, 4, 1]))
    def first_claims(self, data: Data, focus: tuple[str, ...], number: int) -> None:
        self.scene.focus = focus
        for _ in range(number):
            self.scene.play(self._claim(data), fates=data.draw(wishes.fates))

    @rule(data=st.data(), fates=wishes.fates, unheard=wishes.unheard)
    def claim(self, data: Data, fates: dict[int, Fate], unheard: frozenset[int]) -> None:
        self.scene.play(self._claim(data), fates=fates, unheard=unheard)

    @rule(data=st.data(), turns=wishes.turns)
    def everybody_claims(self, data: Data, turns: list[Turn]) -> None:
        """The last packs go, and one too few are there."""
        batch_id = data.draw(st.sampled_from(self.scene.focus))
        crowd = [Claiming(name, batch_id) for name in data.draw(st.permutations(PEOPLE))]
        for claim in crowd[:3]:
            self.scene.play(claim)
        raising = Raising(batch_id, self.scene.books.controls[batch_id].quantity + 1)
        last = [*crowd[3:], raising] if data.draw(st.booleans()) else crowd[3:]
        self.scene.play(*last, turns=turns)

    @precondition(lambda season: season.scene.last_packs())
    @rule(data=st.data(), requests=st.sampled_from([3, 4, 2]))
    def the_last_pack(self, data: Data, requests: int) -> None:
        """Leased for somebody who has one, missed by another, sealed by the schedule, and only then put back."""
        batch_id = data.draw(st.sampled_from(self.scene.last_packs()))
        holders = self.scene.holders(batch_id)
        again = Claiming(data.draw(st.sampled_from(holders)), batch_id)
        new = Claiming(data.draw(st.sampled_from(sorted({*PEOPLE} - {*holders}))), batch_id)
        self.scene.play(again, new, Ticking(), turns=[Turn(requests), Turn(40), Turn(60)])
        self._reclaim(data, batch_id)

    @rule(data=st.data(), number=st.integers(2, 3), turns=wishes.turns, fates=wishes.fates)
    def claims_at_once(self, data: Data, number: int, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """Of one person, one household, or anybody."""
        names = data.draw(st.sampled_from([("ann",), ("ann", "bo"), PEOPLE]))
        batch_ids = data.draw(st.permutations(self.scene.focus))
        calls = [Claiming(data.draw(st.sampled_from(names)), batch_ids[n % len(batch_ids)]) for n in range(number)]
        self.scene.play(*calls, turns=turns, fates=fates)

    @usable
    @rule(data=st.data(), merchant_id=wishes.merchants, life_s=wishes.lives_s, fates=wishes.fates)
    def hold(self, data: Data, merchant_id: str, life_s: int, fates: dict[int, Fate]) -> None:
        scanned = Scanned(data.draw(st.sampled_from(self.scene.usable())), self.scene.now_s)
        self.scene.play(Holding(*self.scene.new_order(merchant_id), scanned, FITTING, life_s), fates=fates)

    @claims_there
    @rule(data=st.data(), merchant_id=wishes.merchants, fates=wishes.fates, unheard=wishes.unheard)
    def redeem(self, data: Data, merchant_id: str, fates: dict[int, Fate], unheard: frozenset[int]) -> None:
        scanned = Scanned(data.draw(st.sampled_from(self.scene.coupons())), self.scene.now_s)
        call = Redeeming(*self.scene.new_order(merchant_id), scanned, FITTING)
        self.scene.play(call, fates=fates, unheard=unheard)

    @held
    @rule(data=st.data(), is_paid=st.booleans(), fates=wishes.fates)
    def end_a_hold(self, data: Data, is_paid: bool, fates: dict[int, Fate]) -> None:
        """And its hold may be asked for once more."""
        at = data.draw(st.sampled_from(self.scene.orders("held")))
        self.scene.play(Redeeming(*at, None, FITTING) if is_paid else Releasing(*at), fates=fates)
        for call in list(self.scene.sent):
            if isinstance(call, Holding) and call.at == at:
                self.scene.play(call)

    @redeemed
    @rule(data=st.data(), fates=wishes.fates)
    def reverse(self, data: Data, fates: dict[int, Fate]) -> None:
        at = data.draw(st.sampled_from(self.scene.orders("redeemed")))
        self.scene.play(wishes.reversal(data, self.scene, at), fates=fates)

    @claims_there
    @rule(data=st.data(), fates=wishes.fates, unheard=wishes.unheard)
    def anything_at_a_till(self, data: Data, fates: dict[int, Fate], unheard: frozenset[int]) -> None:
        """Old codes, prints, small orders, late tills, order numbers with a past."""
        call = wishes.at_the_till(data, self.scene, self.scene.coupons(), [wishes.order(data, self.scene)])
        self.scene.play(call, fates=fates, unheard=unheard)

    @claims_there
    @rule(data=st.data(), turns=wishes.turns, fates=wishes.fates)
    def anything_at_once(self, data: Data, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """Two or three callers over one or two coupons and one or two orders."""
        refs = data.draw(st.lists(st.sampled_from(self.scene.coupons()), min_size=1, max_size=2))
        orders = [wishes.order(data, self.scene) for _ in range(data.draw(st.integers(1, 2)))]
        calls = [wishes.at_the_till(data, self.scene, refs, orders) for _ in range(data.draw(st.integers(2, 3)))]
        self.scene.play(*calls, turns=turns, fates=fates)

    @usable
    @rule(data=st.data(), number=st.integers(2, 3), turns=wishes.turns, fates=wishes.fates)
    def one_coupon_at_several_tills(self, data: Data, number: int, turns: list[Turn], fates: dict[int, Fate]) -> None:
        ref = data.draw(st.sampled_from(self.scene.usable()))
        orders = [self.scene.new_order(data.draw(wishes.merchants)) for _ in range(number)]
        calls = [wishes.a_use(data, self.scene, [ref], at) for at in orders]
        self.scene.play(*calls, turns=turns, fates=fates)

    @usable
    @rule(data=st.data(), turns=wishes.turns, fates=wishes.fates)
    def one_order_several_times(self, data: Data, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """With one coupon or two, and perhaps it is cancelled as well."""
        at = self.scene.new_order(data.draw(wishes.merchants))
        refs = data.draw(st.permutations(self.scene.usable()))
        calls = [wishes.a_use(data, self.scene, [ref], at) for ref in (refs[0], refs[-1])]
        paid = Redeeming(*at, Scanned(refs[0], self.scene.now_s), FITTING)
        also = data.draw(st.sampled_from([[paid], [Releasing(*at)], [paid], []]))
        self.scene.play(*data.draw(st.permutations([*calls, *also])), turns=turns, fates=fates)

    @held
    @rule(data=st.data(), turns=wishes.turns, fates=wishes.fates)
    def a_hold_ends_in_several_ways(self, data: Data, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """Paid, cancelled, and its coupon wanted by another order, at once."""
        at = data.draw(st.sampled_from(self.scene.orders("held")))
        ref = self.scene.coupon_of(at)
        ways = [Redeeming(*at, None, FITTING), Redeeming(*at, Scanned(ref, self.scene.now_s), FITTING), Releasing(*at)]
        calls = data.draw(st.lists(st.sampled_from(ways), min_size=1, max_size=2))
        other = wishes.a_use(data, self.scene, [ref], self.scene.new_order(data.draw(wishes.merchants)))
        self.scene.play(*data.draw(st.permutations([*calls, other])), turns=turns, fates=fates)

    @held
    @rule(data=st.data(), requests=st.integers(2, 6))
    def a_payment_overtakes_its_reversal(self, data: Data, requests: int) -> None:
        """It was sent twice: the first one is paid and reversed while the second is under way."""
        at = data.draw(st.sampled_from(self.scene.orders("held")))
        paid, amount_minor = Redeeming(*at, None, FITTING), self.scene.books.orders[at].amounts.payable_minor
        turns = [Turn(requests), Turn(40), Turn(40)]
        self.scene.play(paid, paid, Reversing(*at, "r-1", amount_minor), turns=turns)

    @precondition(lambda season: season.scene.reversible())
    @rule(data=st.data(), number=st.sampled_from([2, 3, 1]), turns=wishes.short_turns, fates=wishes.fates)
    def reversals_at_once(self, data: Data, number: int, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """And somebody who waits for the coupon to come back."""
        at = data.draw(st.sampled_from(self.scene.reversible()))
        names = data.draw(st.sampled_from([("r-1", "r-2", "r-3"), ("r-4", "r-5", "r-6"), ("r-1", "r-1", "r-2")]))
        calls: list[Call] = [
            replace(wishes.reversal(data, self.scene, at), reversal_no=name) for name in names[:number]
        ]
        if number < 3:
            calls.append(wishes.a_use(data, self.scene, [self.scene.coupon_of(at)], self.scene.new_order("diner")))
        self.scene.play(*calls, turns=turns, fates=fates)

    @precondition(lambda self: self.scene.sent)
    @rule(data=st.data(), fates=wishes.fates)
    def repeat(self, data: Data, fates: dict[int, Fate]) -> None:
        """What was sent before comes again, as it was."""
        self.scene.play(data.draw(st.sampled_from(self.scene.sent[-12:])), fates=fates)

    @rule(data=st.data(), fates=wishes.fates)
    def in_the_office(self, data: Data, fates: dict[int, Fate]) -> None:
        """An operator's word and somebody who meets it, a printed code, or the schedule's minutes, undisturbed."""
        what = data.draw(st.sampled_from(["word", "word", "schedule", "print"]))
        if what == "word":
            word = wishes.at_the_desk(data, self.scene)
            self.scene.play(word, fates=fates)
            self.scene.pass_time(data.draw(st.sampled_from([1.0, 0.0])))
            self.scene.play(wishes.after_a_word(data, self.scene, word) or self._claim(data))
        elif what == "print" and self.scene.coupons():
            self.scene.play(Printing(data.draw(st.sampled_from(self.scene.coupons()))), fates=fates)
        else:
            self._reclaim(data, data.draw(st.sampled_from(self.scene.focus)))

    @rule(data=st.data(), turns=wishes.turns, fates=wishes.fates)
    def beside_an_operator(self, data: Data, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """An operator or the schedule at work while somebody claims or pays."""
        scene = self.scene
        other = Ticking() if data.draw(st.booleans()) else wishes.at_the_desk(data, scene)
        if scene.usable() and data.draw(st.booleans()):
            mine = wishes.a_use(data, scene, scene.usable(), scene.new_order(data.draw(wishes.merchants)))
        else:
            mine = self._claim(data)
        scene.play(*data.draw(st.permutations([other, mine])), turns=turns, fates=fates)

    @rule(data=st.data(), is_restart=st.booleans())
    def time_passes(self, data: Data, is_restart: bool) -> None:
        """A while, or to a border or one second to a side of it; a process may end meanwhile."""
        if is_restart:
            self.scene.stack.replace_one_environment()
        way = data.draw(st.sampled_from(["a while", "to the close", "to a border", "a while"]))
        if way == "a while":
            self.scene.pass_time(data.draw(st.sampled_from([0.4, 1.0, 9.0, 31.0, 61.0, 3_600.0])))
        elif way == "to the close":
            self._close(data)
        elif self._go_to(data, self.scene.borders()[:5]):
            self.scene.play(self._claim(data))

    @usable
    @rule(data=st.data())
    def until_the_last_second(self, data: Data) -> None:
        """Somebody comes with a coupon in the last second of something, or one later."""
        ref = data.draw(st.sampled_from(self.scene.usable()))
        if self._go_to(data, self.scene.borders_of(ref)):
            at = self.scene.new_order(data.draw(wishes.merchants))
            self.scene.play(wishes.a_use(data, self.scene, [ref], at))

    @held
    @rule(data=st.data())
    def until_the_deadline(self, data: Data) -> None:
        """The order that holds the coupon is paid, or another one comes with it."""
        at = data.draw(st.sampled_from(self.scene.orders("held")))
        self._go_to(data, [self.scene.books.orders[at].held_until_s])
        other = wishes.a_use(data, self.scene, [self.scene.coupon_of(at)], self.scene.new_order("diner"))
        for call in data.draw(st.sampled_from([(other, Releasing(*at)), (other,), (Redeeming(*at, None, FITTING),)])):
            self.scene.play(call)

    def teardown(self) -> None:
        """In the end whatever the clock says can be used is used: no hold is stuck."""
        self.scene.ask_everybody()
        self.scene.try_every_coupon()
        self.scene.ask_everybody()

    def _reclaim(self, data: Data, batch_id: str) -> None:
        """Seal, wait, count; perhaps the quantity is raised while it is counted."""
        self.scene.play(Ticking())
        self.scene.pass_time(31)
        if data.draw(st.sampled_from([True, True, False])):
            raising = Raising(batch_id, self.scene.books.controls[batch_id].quantity + 1)
            self.scene.play(Ticking(), raising, turns=[Turn(data.draw(st.integers(5, 30))), Turn(40)])
        self.scene.play(Ticking())

    def _close(self, data: Data) -> None:
        """Somebody claims again in the last second; the schedule seals the stock before that is answered."""
        batch_id = data.draw(st.sampled_from(self.scene.focus))
        closes_at_s = seconds(BATCHES[batch_id]["closes_at"])
        if closes_at_s > self.scene.now_s:
            self.scene.pass_time(closes_at_s - 1 - self.scene.stack.world.clock.wall)
            claim = Claiming(data.draw(st.sampled_from(self.scene.holders(batch_id) or PEOPLE)), batch_id)
            requests = data.draw(st.sampled_from([3, 4, 2]))
            self.scene.play(claim, Ticking(), turns=[Turn(requests, 1.0), Turn(60)])
            self._reclaim(data, batch_id)

    def _go_to(self, data: Data, borders: list[int]) -> bool:
        """To one of them, or a second to a side of it; False if there is none."""
        if borders:
            moment = data.draw(st.sampled_from(borders)) + data.draw(st.sampled_from([0, -1, 1]))
            self.scene.pass_time(max(moment - self.scene.stack.world.clock.wall, 0))
        return bool(borders)

    def _claim(self, data: Data) -> Claiming:
        return Claiming(data.draw(wishes.people), data.draw(st.sampled_from(self.scene.focus)))


Season.TestCase.settings = settings(
    max_examples=LONGER or EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not LONGER,
    # A season is drawn step by step, from what the steps before it have left: that takes its time.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    report_multiple_bugs=False,
)
# Shrinking a red season may take minutes.
TestSeason = pytest.mark.timeout(0)(Season.TestCase)
