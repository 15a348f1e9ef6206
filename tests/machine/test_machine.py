"""A season played by chance: whoever does whatever, in any order, at once, at any time, with anything going wrong.

`make test` plays the same seasons each time, so that what is red is red again. More and new ones:

    MACHINE_EXAMPLES=2000 .venv/bin/python -m pytest tests/machine

What is assumed as simple here is searched elsewhere: puts that land late (tests/simulation, tests/model), a real engine
under threads (tests/concurrency), clocks that are set back (tests/store).
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.machine import wishes
from tests.machine.calls import Claiming, Holding, Redeeming, Releasing, Scanned, Ticking
from tests.machine.scene import Scene
from tests.machine.stack import Fate, Turn

EXAMPLES = 60
LONGER = int(os.environ.get("MACHINE_EXAMPLES", "0"))
"""So many seasons, new ones each time."""
STEPS = 30


class Season(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene()

    @initialize(claims=st.lists(wishes.claims, min_size=1, max_size=4))
    def first_claims(self, claims: list[Claiming]) -> None:
        for claim in claims:
            self.scene.play(claim)

    @rule(claim=wishes.claims, fates=wishes.fates, unheard=wishes.unheard)
    def claim(self, claim: Claiming, fates: dict[int, Fate], unheard: frozenset[int]) -> None:
        self.scene.play(claim, fates=fates, unheard=unheard)

    @rule(claims=st.lists(wishes.claims, min_size=2, max_size=3), turns=wishes.turns, fates=wishes.fates)
    def claims_at_once(self, claims: list[Claiming], turns: list[Turn], fates: dict[int, Fate]) -> None:
        self.scene.play(*claims, turns=turns, fates=fates)

    @precondition(lambda self: self.scene.books.claims)
    @rule(
        data=st.data(), merchant_id=wishes.merchants, life_s=st.sampled_from([1, 60, 7_200, 86_400]), fates=wishes.fates
    )
    def hold(self, data: st.DataObject, merchant_id: str, life_s: int, fates: dict[int, Fate]) -> None:
        scanned = Scanned(data.draw(st.sampled_from(self.scene.coupons())), self.scene.now_s)
        self.scene.play(Holding(*self.scene.new_order(merchant_id), scanned, 6_667, life_s), fates=fates)

    @precondition(lambda self: self.scene.books.claims)
    @rule(data=st.data(), merchant_id=wishes.merchants, fates=wishes.fates, unheard=wishes.unheard)
    def redeem(self, data: st.DataObject, merchant_id: str, fates: dict[int, Fate], unheard: frozenset[int]) -> None:
        scanned = Scanned(data.draw(st.sampled_from(self.scene.coupons())), self.scene.now_s)
        call = Redeeming(*self.scene.new_order(merchant_id), scanned, 6_667)
        self.scene.play(call, fates=fates, unheard=unheard)

    @precondition(lambda self: self.scene.orders("held"))
    @rule(data=st.data(), is_paid=st.booleans(), fates=wishes.fates)
    def end_a_hold(self, data: st.DataObject, is_paid: bool, fates: dict[int, Fate]) -> None:
        at = data.draw(st.sampled_from(self.scene.orders("held")))
        self.scene.play(Redeeming(*at, None, 6_667) if is_paid else Releasing(*at), fates=fates)

    @precondition(lambda self: self.scene.orders("redeemed"))
    @rule(data=st.data(), fates=wishes.fates)
    def reverse(self, data: st.DataObject, fates: dict[int, Fate]) -> None:
        at = data.draw(st.sampled_from(self.scene.orders("redeemed")))
        self.scene.play(wishes.reversal(data, self.scene, at), fates=fates)

    @precondition(lambda self: self.scene.books.claims)
    @rule(data=st.data(), fates=wishes.fates, unheard=wishes.unheard)
    def at_a_till(self, data: st.DataObject, fates: dict[int, Fate], unheard: frozenset[int]) -> None:
        """Old codes, small orders, order numbers with a past."""
        call = wishes.at_the_till(data, self.scene, self.scene.coupons(), [wishes.order(data, self.scene)])
        self.scene.play(call, fates=fates, unheard=unheard)

    @precondition(lambda self: self.scene.books.claims)
    @rule(data=st.data(), turns=wishes.turns, fates=wishes.fates)
    def tills_at_once(self, data: st.DataObject, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """Two or three callers over one or two coupons and one or two orders."""
        refs = data.draw(st.lists(st.sampled_from(self.scene.coupons()), min_size=1, max_size=2))
        orders = [wishes.order(data, self.scene) for _ in range(data.draw(st.integers(1, 2)))]
        callers = range(data.draw(st.integers(2, 3)))
        calls = [wishes.at_the_till(data, self.scene, refs, orders) for _ in callers]
        self.scene.play(*calls, turns=turns, fates=fates)

    @precondition(lambda self: self.scene.sent)
    @rule(data=st.data(), fates=wishes.fates)
    def repeat(self, data: st.DataObject, fates: dict[int, Fate]) -> None:
        """What was sent before comes again, as it was."""
        self.scene.play(data.draw(st.sampled_from(self.scene.sent[-12:])), fates=fates)

    @rule(data=st.data(), fates=wishes.fates)
    def operate(self, data: st.DataObject, fates: dict[int, Fate]) -> None:
        self.scene.play(wishes.at_the_desk(data, self.scene), fates=fates)

    @rule(data=st.data(), turns=wishes.turns, fates=wishes.fates)
    def beside_an_operator(self, data: st.DataObject, turns: list[Turn], fates: dict[int, Fate]) -> None:
        """An operator or the schedule at work while somebody claims or pays."""
        scene = self.scene
        other = Ticking() if data.draw(st.booleans()) else wishes.at_the_desk(data, scene)
        if scene.books.claims and data.draw(st.booleans()):
            mine = wishes.at_the_till(data, scene, scene.coupons(), [wishes.order(data, scene)])
        else:
            mine = data.draw(wishes.claims)
        scene.play(other, mine, turns=turns, fates=fates)

    @rule()
    def reclaim(self) -> None:
        """The schedule's minutes go by undisturbed."""
        for _ in range(3):
            self.scene.play(Ticking())
            self.scene.stack.world.clock.advance(31)

    @rule(by_s=st.sampled_from([0.4, 1.0, 9.0, 31.0, 61.0, 3_600.0]))
    def pass_time(self, by_s: float) -> None:
        self.scene.stack.world.clock.advance(by_s)

    @rule(data=st.data(), beside_s=st.sampled_from([0, -1, 1]))
    def jump(self, data: st.DataObject, beside_s: int) -> None:
        """To a border, or one second to a side of it."""
        wall_s = self.scene.stack.world.clock.wall
        ahead = [moment for moment in self.scene.borders() if moment + beside_s > wall_s]
        if ahead:
            self.scene.stack.world.clock.advance(data.draw(st.sampled_from(ahead[:3])) + beside_s - wall_s)

    @rule()
    def environment_ends(self) -> None:
        self.scene.stack.replace_one_environment()

    def teardown(self) -> None:
        """In the end whatever the clock says can be used is used: no hold is stuck."""
        self.scene.try_every_coupon()


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
