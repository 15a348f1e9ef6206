"""Draws of lotteries: what the function `draw` does between two requests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from coupons.model.claims import BookingRecord, Entered
from tests.api.cases import case
from tests.api.money_cases import BUDGETS, SEASON
from tests.api.stage import Stage
from tests.world import Answered, a_batch, a_lottery, campaign

PEOPLE = ("ann", "ben", "eve", "kim")
CLOSED, DRAWN, OPEN = "2020-06-05T10:00:30+08:00", "2020-06-05T20:00:00+08:00", "2020-06-06T10:00:00+08:00"
RESERVE, OVER, FORGOTTEN = "2020-06-08T20:00:31+08:00", "2020-06-20T10:00:00+08:00", "2020-07-22T00:00:00+08:00"
TWO_ROUNDS = {"closes_at": OVER, "quantity": 2, "draw": {"rounds": 2, "claim_for_s": 3 * 86_400}}


def booked_lottery(s: Stage, *names: str, others: Sequence[dict[str, Any]] = (), **changes: Any) -> Stage:
    """A lottery that these people entered (ann, if none is named), in the first second after its window and fence."""
    s.clock.set("2020-06-01T00:00:00+08:00")
    s.publish(campaign(a_lottery(**changes), *others))
    services = s.environments["claim"]
    batch = services.cache.batch("pack")
    for name in names or ("ann",):
        entry = hashlib.sha256(name.encode()).digest()
        record = BookingRecord(batch.number, s.now_s, Entered(entry, 1, 0, b"sealed"))
        assert services.bookings.enter(batch, entry[:16], record, lambda: True) is None
    s.clock.set(CLOSED)
    return s


def local_lottery(s: Stage, *others: dict[str, Any], **changes: Any) -> Stage:
    """The same on the local chain, whose beacon comes by itself; four people entered."""
    s.vary(STAGE="local")
    return booked_lottery(s, *PEOPLE, others=others, **changes)


def drawn_at(s: Stage, moment: str) -> list[str]:
    """The steps of the schedule, and then of the draw, in a process that begins at this moment."""
    s.clock.set(moment)
    s.restart("expire", "draw")
    for _ in range(3):
        s.tick()
        s.clock.advance(31)
    return [did["step"] for did in s.draw()["did"]]


@case(BUDGETS, 200, body=lambda text: '"city"' in text)
def list_that_is_fixed(s: Stage) -> Answered:
    """Its files are put, read in pieces and named by the commitment."""
    counted, listed = booked_lottery(s, *PEOPLE).draw()["did"]
    assert (counted["step"], counted["bookings"]) == ("booked", 4)
    assert (listed["step"], listed["entries"]) == ("committed", 4)
    return s.operator().send(BUDGETS, SEASON)


@case(BUDGETS, 200, body=lambda text: '"step":"unclaimed"' in text)
def draw_from_its_list_to_its_end(s: Stage) -> Answered:
    """Winners who do not claim, a reserve, the final file, and a month later nobody knows whose an entry was."""
    local_lottery(s, **TWO_ROUNDS)
    assert drawn_at(s, CLOSED) == ["booked", "committed"]
    assert drawn_at(s, DRAWN) == ["beacon", "drawn"]
    assert drawn_at(s, RESERVE) == ["reserve-2"]
    assert drawn_at(s, OVER) == ["final"]
    assert drawn_at(s, FORGOTTEN) == ["identities removed"]
    return s.operator().send(BUDGETS, SEASON)


@case(BUDGETS, 200, body=lambda text: '"city"' in text)
def draw_that_credits(s: Stage) -> Answered:
    """Each winner has the pack."""
    local_lottery(s, quantity=2, draw={"credit": True})
    drawn_at(s, CLOSED)
    drawn_at(s, DRAWN)
    assert drawn_at(s, OPEN) == ["credited"]
    return s.operator().send(BUDGETS, SEASON)


@case(BUDGETS, 200, body=lambda text: '"city"' in text)
def draw_of_one_of_several_batches(s: Stage) -> Answered:
    """Claims of the other batches of its exclusive group are told apart from those of the draw."""
    one_of = {"exclusive_group": "one", "closes_at": OVER}
    local_lottery(s, a_batch("other", **one_of), quantity=2, draw={"credit": True}, **one_of)
    drawn_at(s, CLOSED)
    drawn_at(s, DRAWN)
    s.clock.set(OPEN)
    for name in ("sue", "tim", "una"):
        assert s.citizen(name).put_claim("other").status == 201
    assert drawn_at(s, OPEN) == ["credited"]
    assert drawn_at(s, OVER) == ["final"]
    return s.operator().send(BUDGETS, SEASON)
