"""Whether an invocation said the truth: held against what the judge says of the moments while it was under way.

Alone, an answer is the judge's first reason at some moment (its own writes make moments, too), and a refusal at the
right place. Beside others, reads of one request may see two moments: a refusal's reason must have held at some moment;
a write's hard conditions at the very moment of the write, the others at some moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from coupons.orders import OrderRecord
from tests.machine.calls import Holding, Redeeming
from tests.machine.judge import No, View, refusals, scanned_of, stands, terms_of, worth
from tests.machine.stack import Invocation, Moment

FRESH_S = 1.0
"""A control item may have been read this long ago."""


def check(invocation: Invocation, history: Sequence[Moment], batch_id: str | None, numbers: dict[int, str]) -> None:
    """Raises AssertionError with what would have been true. `batch_id` is the batch of the coupon, if there is one."""
    call, answer = invocation.call, invocation.answer
    wrote = _wrote(invocation, history, numbers)
    if answer is None:
        return
    assert answer.status != 500, f"{call}: {answer.text}"
    said = answer.slug or "ok"
    if said == "busy":
        assert invocation.is_troubled or not invocation.is_alone, f"{call}: busy, though nothing was in the way"
        return
    assert answer.status != 201 or wrote, f"{call}: said to be written, and was not"
    if wrote:
        # Sent twice by the SDK, the second time finds what the first has written.
        right = (201, 200) if invocation.is_troubled or not _is_put(call) else (201,)
        assert answer.status in right, f"{call}: {answer.text}, though it was written"
        _check_write(invocation, history, wrote[0], batch_id, numbers)
        return
    window = range(invocation.begin, invocation.end + 1)
    views = [v for place in window for v in _views(invocation, history, place, batch_id, numbers)]
    if invocation.is_alone:
        right = [fitting for view in views for fitting in _first(call, view)]
    else:
        right = [fitting for view in views for fitting in _any(call, view)]
    assert any(_fits(answer, fitting) for fitting in right), f"{call} at {invocation.now_s}: {answer.text}; {right}"


def _is_put(call: Any) -> bool:
    return type(call).__name__ in ("Claiming", "Holding", "Redeeming", "Reversing")


def _wrote(invocation: Invocation, history: Sequence[Moment], numbers: dict[int, str]) -> list[int]:
    """The moments at which this invocation made stand what it was asked for: at most one."""
    found = [
        place
        for place in range(invocation.begin + 1, invocation.end + 1)
        if history[place].by is invocation
        and stands(invocation.call, history[place].books, numbers)
        and not stands(invocation.call, history[place - 1].books, numbers)
    ]
    assert len(found) <= 1, f"{invocation.call} had its effect {len(found)} times"
    return found


def _check_write(
    invocation: Invocation, history: Sequence[Moment], place: int, batch_id: str | None, numbers: dict[int, str]
) -> None:
    call = invocation.call
    before = [list(refusals(call, view)) for view in _views(invocation, history, place - 1, batch_id, numbers)]
    hard = [[no for no in listed if no.hard] for listed in before]
    assert [] in hard, f"{call} at {invocation.now_s} was written in spite of {hard}"
    views = [
        view
        for moment in range(invocation.begin, place)
        for view in _views(invocation, history, moment, batch_id, numbers)
    ]
    soft = [{no.slug for no in refusals(call, view) if not no.hard and not no.cheap} for view in views]
    always = set.intersection(*soft)
    assert not always, f"{call} at {invocation.now_s} was written in spite of {always}"
    if isinstance(call, Holding | Redeeming):
        _check_amounts(call, invocation.now_s, history[place].books.orders[call.at], numbers)


def _check_amounts(call: Holding | Redeeming, now_s: int, order: OrderRecord, numbers: dict[int, str]) -> None:
    """The discount by the terms, the match in force, the rest to pay; no funder a unit or more beside its share."""
    scanned = scanned_of(order)
    assert scanned is not None
    amounts = order.amounts
    discount_minor, match_minor, shares = worth(terms_of(scanned, numbers), call.total_minor, now_s)
    funded = {line.funder_id: line.amount_minor for line in amounts.funding}
    payable_minor = call.total_minor - discount_minor - match_minor
    found = (amounts.discount_minor, amounts.merchant_match_minor, amounts.payable_minor, sum(funded.values()))
    assert found == (discount_minor, match_minor, payable_minor, discount_minor), f"{call}: {amounts}"
    assert all(0 <= funded[name] - whole <= 1 for name, whole in shares.items()), f"{call}: {amounts}"


def _views(
    invocation: Invocation, history: Sequence[Moment], place: int, batch_id: str | None, numbers: dict[int, str]
) -> Iterator[View]:
    """The books of one moment with every control item that a cache may hold then."""
    books = history[place].books
    if batch_id is None:
        yield View(books, None, invocation.now_s, numbers)
        return
    first = invocation.begin
    while first > 0 and history[first].wall_s > invocation.begin_wall_s - FRESH_S:
        first -= 1
    controls = []
    for moment in history[first : invocation.end + 1]:
        control = moment.books.controls[batch_id]
        if control not in controls:
            controls.append(control)
    for control in controls:
        yield View(books, control, invocation.now_s, numbers)


def _first(call: Any, view: View) -> Iterator[No]:
    """What may be said of one view: the first reason in order, or a cheap one before it; `ok` if there is none."""
    if stands(call, view.books, view.numbers) and not any(no.cheap or no.slug for no in _by_time(call, view)):
        yield No("ok")
        return
    for no in refusals(call, view):
        yield no
        if not no.cheap:
            return
    yield No("ok")


def _any(call: Any, view: View) -> Iterator[No]:
    yield from refusals(call, view)
    if stands(call, view.books, view.numbers) or type(call) not in stands.registry:
        yield No("ok")


def _by_time(call: Any, view: View) -> Iterator[No]:
    """Refusals of claims are given without looking for an earlier one."""
    if type(call).__name__ == "Claiming":
        yield from refusals(call, view)


def _fits(answer: Any, no: No) -> bool:
    said = answer.slug or "ok"
    if said != no.slug:
        return False
    facts = dict(answer.json) if no.facts else {}
    if "reasons" in facts:
        facts["reasons"] = sorted(facts["reasons"])
    return all(facts.get(name) == value for name, value in no.facts.items())
