"""A till against a scripted stack: what it keeps until answered, what it says twice, and when it says it late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.client import ProblemError, Till, UnansweredError, UnreachableError
from infra.client.api import ATTEMPTS_MAX
from infra.client.till import CUT_OFF_MAX_S
from tests.device import StillDevice
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem, scripted_stack
from tests.world import OPENING, ManualClock, order, seconds

PUT, GET = "PUT /orders/o-1/redemption", "GET /orders/o-1/redemption"
REVERSAL = "PUT /orders/o-1/reversals/r-1"
REDEEMED = Reply(201, {"order_no": "o-1", "payable_minor": 4_000})
LOST = Reply(dropped=True)
ABSENT = problem(404, "not-found")
TOO_OLD = problem(409, "code-expired")
SCANNED = "2020-06-06T02:00:00+00:00"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall=float(seconds(OPENING)))


@pytest.fixture
def stack(clock: ManualClock) -> Iterator[Stack]:
    with scripted_stack() as stack:
        stack.now_s = clock.wall_s
        stack.on("POST /quotes", Reply(body={"eligible": True}))
        yield stack


@pytest.fixture
def till(stack: Stack, clock: ManualClock) -> Iterator[Till]:
    """It knows the time: it has quoted already."""
    with Till(stack.url, "tills-token", device=StillDevice(clock, chance=0.0)) as till:
        till.quote("C1", order())
        stack.asked.clear()
        yield till


def bodies(stack: Stack) -> list[Any]:
    """Of the redemptions that were sent."""
    return [asked.body for asked in stack.asked if asked.method == "PUT"]


def cut_off(till: Till, stack: Stack) -> None:
    """A redemption that got no answer."""
    stack.on(PUT, LOST)
    with pytest.raises(UnreachableError):
        till.redeem("o-1", order(), code="C1")
    stack.asked.clear()


def test_a_redemption_is_written_down_before_it_is_sent_and_struck_out_when_answered(till: Till, stack: Stack) -> None:
    """A power cut in between must not lose the number."""
    seen: list[dict[str, Any]] = []
    reply = stack.reply
    stack.reply = lambda asked: (seen.append(dict(till.journal)), reply(asked))[1]  # type: ignore[method-assign]
    stack.on(PUT, REDEEMED)
    assert till.redeem("o-1", order(), code="C1") == REDEEMED.body
    assert seen == [{"o-1": {"order": order(), "code": "C1", "pin": None, "scanned_at": SCANNED}}]
    assert json.loads(json.dumps(seen)) == seen
    assert till.journal == {}


def test_a_lost_answer_is_repeated_with_the_same_content(till: Till, stack: Stack) -> None:
    """The order number makes it the same redemption."""
    stack.on(PUT, LOST, Reply(200, REDEEMED.body, {"Idempotent-Replay": "true"}))
    assert till.redeem("o-1", order(), code="C1") == REDEEMED.body
    assert bodies(stack) == [{"order": order(), "code": "C1"}] * 2


def test_an_order_that_holds_a_coupon_is_redeemed_without_a_code(till: Till, stack: Stack) -> None:
    """No null is sent: the field is absent."""
    stack.on(PUT, REDEEMED)
    till.redeem("o-1", order())
    assert bodies(stack) == [{"order": order()}]


@pytest.mark.parametrize("slug", ["coupon-not-usable", "order-not-eligible", "not-found"])
def test_after_a_lost_answer_a_refusal_is_believed_only_once_it_was_read_back(
    till: Till, stack: Stack, slug: str
) -> None:
    """The first attempt may have been through by then."""
    stack.on(PUT, LOST, problem(409, slug))
    stack.on(GET, Reply(200, REDEEMED.body))
    assert till.redeem("o-1", order(), code="C1") == REDEEMED.body
    stack.on(PUT, LOST, problem(409, slug))
    stack.on(GET, ABSENT)
    with pytest.raises(ProblemError) as caught:
        till.redeem("o-1", order(), code="C1")
    assert (caught.value.slug, till.journal) == (slug, {})


def test_a_refusal_without_a_lost_answer_is_believed(till: Till, stack: Stack) -> None:
    """And the number is free for the customer's next coupon."""
    stack.on(PUT, TOO_OLD)
    with pytest.raises(ProblemError):
        till.redeem("o-1", order(), code="C1")
    assert (stack.routes(), till.journal) == ([PUT], {})


def test_a_number_that_carries_other_content_is_not_read_back_as_ours(till: Till, stack: Stack) -> None:
    """The stored redemption is of another sale."""
    stack.on(PUT, LOST, problem(409, "order-conflict"))
    stack.on(GET, Reply(200, {"order_no": "o-1", "payable_minor": 1}))
    with pytest.raises(ProblemError) as caught:
        till.redeem("o-1", order(), code="C1")
    assert (caught.value.slug, till.journal) == ("order-conflict", {})
    assert GET not in stack.routes()


@pytest.mark.parametrize(
    "open_still", [LOST, problem(503, "busy"), Reply(401, {"message": "Unauthorized"}), Reply(429, {"message": "Slow"})]
)
def test_what_is_no_answer_stays_in_the_journal(till: Till, stack: Stack, open_still: Reply) -> None:
    """Silence, `busy`, throttling and a token that has run out say nothing about the redemption."""
    stack.on(PUT, open_still)
    with pytest.raises((UnreachableError, ProblemError)):
        till.redeem("o-1", order(), code="C1")
    assert list(till.journal) == ["o-1"]
    with pytest.raises((UnreachableError, ProblemError)):
        till.redeem("o-1", order(), code="C1")
    assert GET not in stack.routes()
    stack.on(PUT, REDEEMED)
    assert till.redeem("o-1", order(), code="C1") == REDEEMED.body
    assert till.journal == {}


@pytest.mark.parametrize(
    ("total_minor", "code", "pin"), [(6_001, "C1", None), (6_000, "C2", None), (6_000, None, None), (6_000, "C1", "1")]
)
def test_a_number_without_answer_takes_no_other_content(
    till: Till, stack: Stack, total_minor: int, code: str | None, pin: str | None
) -> None:
    """Nothing is sent: settle the first one before."""
    cut_off(till, stack)
    with pytest.raises(UnansweredError):
        till.redeem("o-1", order(total_minor), code=code, pin=pin)
    assert stack.asked == []
    assert till.journal["o-1"]["code"] == "C1"


@pytest.mark.parametrize(("later_s", "says_when"), [(CUT_OFF_MAX_S - 1, True), (CUT_OFF_MAX_S, False)])
def test_a_till_that_was_cut_off_says_when_it_scanned_for_ten_minutes(
    till: Till, stack: Stack, clock: ManualClock, later_s: float, says_when: bool
) -> None:
    """Only if the code is too old by now, and only by the server's clock."""
    cut_off(till, stack)
    clock.set(OPENING)
    clock.advance(later_s)
    stack.on(PUT, TOO_OLD, REDEEMED)
    stack.on(GET, ABSENT)
    (settled,) = till.settle()
    first = {"order": order(), "code": "C1"}
    assert till.journal == {}
    if says_when:
        assert bodies(stack) == [first, first | {"scanned_at": SCANNED}]
        assert (settled.number, settled.answer, settled.refusal) == ("o-1", REDEEMED.body, None)
    else:
        assert stack.routes() == [PUT, GET]
        assert settled.answer is None
        assert settled.refusal is not None
        assert settled.refusal.slug == "code-expired"


def test_a_code_that_grew_too_old_while_answers_were_lost_is_said_to_be_scanned_in_time(
    till: Till, stack: Stack
) -> None:
    """In the same call: the line came back after a minute."""
    stack.on(PUT, LOST, TOO_OLD, REDEEMED)
    assert till.redeem("o-1", order(), code="C1") == REDEEMED.body
    assert [body.get("scanned_at") for body in bodies(stack)] == [None, None, SCANNED]


def test_without_the_servers_time_no_scan_can_be_dated(stack: Stack, clock: ManualClock) -> None:
    """A proxy that takes `Date` away costs the ten minutes, not the till."""
    dateless = Reply(TOO_OLD.status, TOO_OLD.body, {"Date": ""})
    stack.on(PUT, LOST, dateless, REDEEMED)
    stack.on(GET, Reply(ABSENT.status, ABSENT.body, {"Date": ""}))
    with Till(stack.url, "t", device=StillDevice(clock)) as till, pytest.raises(ProblemError) as caught:
        till.redeem("o-1", order(), code="C1")
    assert caught.value.slug == "code-expired"


@pytest.mark.parametrize("facts", [{}, {"reason": "late-not-allowed"}, {"reason": "late-limit"}])
def test_a_late_scan_that_is_refused_is_refused(till: Till, stack: Stack, facts: dict[str, str]) -> None:
    """It is said once, not for ever; with the reason, if there is one."""
    cut_off(till, stack)
    stack.on(PUT, TOO_OLD, problem(409, "code-expired", **facts))
    stack.on(GET, ABSENT)
    (settled,) = till.settle()
    assert settled.refusal is not None
    assert settled.refusal.problem.get("reason") == facts.get("reason")
    assert stack.routes() == [PUT, PUT, GET]


def test_a_till_that_was_started_without_a_line_still_knows_when_it_scanned(stack: Stack, clock: ManualClock) -> None:
    """From how long ago it was, once the first answer tells the time."""
    with Till(stack.url, "t", device=StillDevice(clock, chance=0.0)) as till:
        cut_off(till, stack)
        assert till.journal["o-1"]["scanned_at"] is None
        clock.advance(300)
        stack.on(PUT, TOO_OLD, REDEEMED)
        till.settle()
    assert bodies(stack)[-1]["scanned_at"] == SCANNED


def test_a_journal_that_outlives_the_till_is_settled_by_the_next_one(
    till: Till, stack: Stack, clock: ManualClock
) -> None:
    """After a restart the time of the scan is what was written down; without one it cannot be said."""
    cut_off(till, stack)
    kept: dict[str, Any] = json.loads(json.dumps(dict(till.journal)))
    kept["o-2"] = kept["o-1"] | {"scanned_at": None}
    stack.on(PUT, TOO_OLD, REDEEMED)
    stack.on("PUT /orders/o-2/redemption", TOO_OLD)
    with Till(stack.url, "t", journal=kept, device=StillDevice(clock, chance=0.0)) as next_till:
        first, second = next_till.settle()
    assert first.answer == REDEEMED.body
    assert second.refusal is not None
    assert [body.get("scanned_at") for body in bodies(stack)] == [None, SCANNED, None]
    assert kept == {}


def test_settling_stops_where_there_is_still_no_answer(till: Till, stack: Stack) -> None:
    """What was settled before is told; the rest waits in the journal."""
    cut_off(till, stack)
    for number, reply in (("o-2", LOST), ("o-3", REDEEMED)):
        till.journal[number] = dict(till.journal["o-1"])
        stack.on(f"PUT /orders/{number}/redemption", reply)
    stack.on(PUT, REDEEMED)
    assert [settled.number for settled in till.settle()] == ["o-1"]
    assert list(till.journal) == ["o-2", "o-3"]
    stack.on("PUT /orders/o-2/redemption", problem(503, "busy"))
    assert till.settle() == []
    assert list(till.journal) == ["o-2", "o-3"]


def test_a_reversal_is_kept_and_repeated_alike(till: Till, stack: Stack) -> None:
    """Under its own number; another amount under the same number is not sent."""
    stack.on(REVERSAL, LOST)
    with pytest.raises(UnreachableError):
        till.reverse("o-1", "r-1", 4_000)
    assert till.journal == {"o-1/r-1": {"amount_minor": 4_000}}
    assert stack.routes() == [REVERSAL] * ATTEMPTS_MAX
    with pytest.raises(UnansweredError):
        till.reverse("o-1", "r-1", 3_999)
    stack.on(REVERSAL, LOST, Reply(200, {"reversal_no": "r-1"}))
    (settled,) = till.settle()
    assert (settled.number, settled.answer) == ("o-1/r-1", {"reversal_no": "r-1"})
    assert till.journal == {}


def test_a_refused_reversal_is_struck_out(till: Till, stack: Stack) -> None:
    """Its number may carry another amount then."""
    stack.on(REVERSAL, problem(409, "reversal-not-allowed", left_minor=10), Reply(201, {"reversal_no": "r-1"}))
    with pytest.raises(ProblemError):
        till.reverse("o-1", "r-1", 11)
    assert till.reverse("o-1", "r-1", 10) == {"reversal_no": "r-1"}


def test_the_lines_of_a_day_come_page_by_page(till: Till, stack: Stack) -> None:
    """Until there is no next."""
    day = "GET /settlements/2020-06-06"
    stack.on(day, Reply(body={"lines": [{"n": 1}, {"n": 2}], "next": "3~x"}), Reply(body={"lines": [], "next": None}))
    assert list(till.settlement_lines("2020-06-06")) == [{"n": 1}, {"n": 2}]
    assert [asked.query for asked in stack.asked] == [{}, {"cursor": ["3~x"]}]


def test_pages_that_do_not_end_are_left(till: Till, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound on everything."""
    monkeypatch.setattr("infra.client.session.PAGES_MAX", 3)
    stack.on("GET /settlements/2020-06-06", Reply(body={"lines": [], "next": "3~x"}))
    with pytest.raises(UnreachableError):
        list(till.settlement_lines("2020-06-06"))
    assert len(stack.asked) == 3
