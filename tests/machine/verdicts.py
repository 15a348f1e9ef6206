"""Whether an invocation said the truth: held against what the judge says of the moments while it was under way.

Alone, an answer is the judge's first reason at some moment (its own writes make moments, too), and a refusal at the
right place. Beside others, reads of one request may see two moments: a refusal's reason must have held at some moment;
a write's hard conditions at the very moment of the write, the others at some moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from coupons.model.orders import OrderRecord
from infra.playing.oracle import assert_shared, worth
from tests.machine.books import Books
from tests.machine.calls import Claiming, Holding, Redeeming, Reversing, Scanned
from tests.machine.effects import has_effect
from tests.machine.fitting import last_claim, terms_of
from tests.machine.judge import No, View, is_late, judged_at_s, refusals, scanned_of
from tests.machine.season import BATCHES, KEY_OF, LIMITS
from tests.machine.stack import Invocation, Moment
from tests.world import Answered

FRESH_S = 1.0
"""A control item, or a campaign's suspended districts, may have been read this long ago."""
_PUTS = (Claiming, Holding, Redeeming, Reversing)
"""201 the first time; what operators put answers 200."""


class Verdicts:
    """`history` grows while the season is played; `numbers`: batch number → batch."""

    def __init__(self, history: Sequence[Moment], numbers: Mapping[int, str]) -> None:
        self._history = history
        self._numbers = numbers

    def check(self, invocation: Invocation) -> None:
        """Raises AssertionError with what would have been true."""
        call, answer = invocation.call, invocation.answer
        wrote = self._wrote(invocation)
        if answer is None:
            return
        assert answer.status != 500, f"{call}: {answer.text}"
        if answer.slug == "busy":
            assert invocation.is_troubled or not invocation.is_alone, f"{call}: busy, though nothing was in the way"
            return
        assert answer.status != 201 or wrote, f"{call}: said to be written, and was not"
        if wrote:
            # Sent twice by the SDK, the second time finds what the first has written.
            right = (201, 200) if invocation.is_troubled or not isinstance(call, _PUTS) else (201,)
            assert answer.status in right, f"{call}: {answer.text}, though it was written"
            self._check_write(invocation, wrote[0])
            return
        views = self._views(invocation, range(invocation.begin, invocation.end + 1))
        possible = [no for view in views for no in (_first(call, view) if invocation.is_alone else _any(call, view))]
        told = f"{call} at {invocation.now_s}: {answer.text}; {possible}"
        assert any(_fits(answer, no) for no in possible), told

    def check_drained(self, place: int) -> None:
        """Drained is marked by somebody who read all shards at zero, of the quantity that it is marked for."""
        moment, before = self._history[place], self._history[place - 1].books
        for batch_id, control in moment.books.controls.items():
            if not control.drained_at_s or before.controls[batch_id].drained_at_s or moment.by is None:
                continue
            seen = [self._history[at].books for at in range(moment.by.begin, place)]
            empty = [books for books in seen if not books.remaining(batch_id)]
            quantities = {books.controls[batch_id].quantity for books in empty}
            assert control.quantity in quantities, f"{batch_id} was marked drained with packs left"

    def _wrote(self, invocation: Invocation) -> list[int]:
        """The moment at which this invocation stored what it was asked for, if it did: once."""
        call, numbers = invocation.call, self._numbers
        found = [
            place
            for place in range(invocation.begin + 1, invocation.end + 1)
            if self._history[place].by is invocation
            and has_effect(call, self._history[place].books, numbers)
            and not has_effect(call, self._history[place - 1].books, numbers)
        ]
        assert len(found) <= 1, f"{call} had its effect {len(found)} times"
        return found

    def _check_write(self, invocation: Invocation, place: int) -> None:
        """At the moment of the write no hard refusal applied, and none of the others at some moment before."""
        call = invocation.call
        hard = [[no for no in refusals(call, v) if no.hard] for v in self._views(invocation, [place - 1])]
        assert [] in hard, f"{call} at {invocation.now_s} was written in spite of {hard}"
        views = self._views(invocation, range(invocation.begin, place))
        soft = [{str(no.facts) + no.slug for no in refusals(call, v) if not no.hard and not no.cheap} for v in views]
        always = set.intersection(*soft)
        assert not always, f"{call} at {invocation.now_s} was written in spite of {always}"
        if isinstance(call, Holding | Redeeming):
            before, order = (self._history[at].books.orders.get(call.at) for at in (place - 1, place))
            assert order is not None, "it was written"
            late = isinstance(call, Redeeming) and is_late(call, before, invocation.now_s)
            assert order.late == late, f"{call}: late {order.late}"
            if before is not None and invocation.now_s < before.held_until_s:
                assert order.amounts == before.amounts, f"{call}: other amounts"
                return
            moment_s = judged_at_s(call, before, invocation.now_s) if isinstance(call, Redeeming) else invocation.now_s
            self._check_amounts(call, moment_s, order)

    def _check_amounts(self, call: Holding | Redeeming, moment_s: int, order: OrderRecord) -> None:
        """The discount by the terms, the match in force, the rest to pay; no funder a unit or more beside its share."""
        scanned = scanned_of(order)
        assert scanned is not None
        amounts = order.amounts
        terms = terms_of(scanned, self._numbers)
        discount_minor, match_minor = worth(terms, call.total_minor, moment_s)
        payable_minor = call.total_minor - discount_minor - match_minor
        found = (amounts.discount_minor, amounts.merchant_match_minor, amounts.payable_minor)
        assert found == (discount_minor, match_minor, payable_minor), f"{call}: {amounts}"
        assert_shared(terms, discount_minor, Counter({line.funder_id: line.amount_minor for line in amounts.funding}))

    def _views(self, invocation: Invocation, places: Sequence[int]) -> list[View]:
        """The books at each of these moments, with everything that caches may hold."""
        first = invocation.begin
        while first > 0 and self._history[first].wall_s > invocation.begin_wall_s - FRESH_S:
            first -= 1
        remembered = [moment.books for moment in self._history[first : invocation.end + 1]]
        closed = list(dict.fromkeys(books.districts["season"] for books in remembered))
        named = self._named(invocation)
        made = []
        for place in places:
            books = self._history[place].books
            batch_ids = sorted(self._deciding(invocation.call, books, named))
            choices = [_distinct(books.controls[batch_id] for books in remembered) for batch_id in batch_ids]
            for controls in product(*choices):
                chosen = dict(zip(batch_ids, controls, strict=True))
                now_s, numbers = invocation.now_s, self._numbers
                made += [View(books, chosen, districts, now_s, numbers, named) for districts in closed]
        return made

    def _named(self, invocation: Invocation) -> Scanned | None:
        at = getattr(invocation.call, "at", ("", ""))
        orders = [moment.books.orders.get(at) for moment in self._history[invocation.begin : invocation.end + 1]]
        return next((scanned for order in orders if (scanned := scanned_of(order)) is not None), None)

    def _deciding(self, call: Any, books: Books, named: Scanned | None) -> set[str]:
        """The batches whose control items may decide about the call."""
        found = {call.batch_id} if hasattr(call, "batch_id") else set()
        if getattr(call, "scanned", None) is not None:
            found.add(self._numbers[call.scanned.ref.batch_number])
        if named is not None:
            found.add(self._numbers[named.ref.batch_number])
        if isinstance(call, Claiming):
            for limit_id in BATCHES[call.batch_id].get("limits", []):
                if LIMITS[limit_id]["kind"] == "one_at_a_time":
                    last = last_claim(books, self._numbers, limit_id, KEY_OF[call.person])
                    found |= {self._numbers[last.batch_number]} if last else set()
        return found or {"care"}


def _distinct(controls: Iterator[Any]) -> list[Any]:
    found: list[Any] = []
    for control in controls:
        if control not in found:
            found.append(control)
    return found


def _first(call: Any, view: View) -> Iterator[No]:
    """What may be said to somebody who is alone: the first reason in order, or a cheap one before it, or `ok`."""
    if has_effect(call, view.books, view.numbers) and not isinstance(call, Claiming):
        yield No("ok")
        return
    for no in refusals(call, view):
        yield no
        if not no.cheap:
            return
    yield No("ok")


def _any(call: Any, view: View) -> Iterator[No]:
    """What may be said beside others, whose writes come between one's reads."""
    yield from refusals(call, view)
    if has_effect(call, view.books, view.numbers) or type(call) not in has_effect.registry:
        yield No("ok")


def _fits(answer: Answered, no: No) -> bool:
    if (answer.slug or "ok") != no.slug:
        return False
    facts = dict(answer.json) if no.facts else {}
    if "reasons" in facts:
        facts["reasons"] = sorted(facts["reasons"])
    return all(facts.get(name) == value for name, value in no.facts.items())
