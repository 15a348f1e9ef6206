"""`couponctl assist` against a scripted stack: the sheet for a person without a phone."""

from __future__ import annotations

import json

import pytest

from tests.unit.couponctl.care import CLAIM, FOUND, SHOPS, UNTIL, claimed, coupon, with_care
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem, token_of


@pytest.fixture
def stack(stack: Stack) -> Stack:
    return with_care(stack)


SHEET = """\
消费季 / A season
care: 2020年6月6日 10:00领取 / Claimed on 6 June 2020, 10:00

1. 100元 / 100 yuan
   满100元减20元 / 20 yuan off from 100 yuan

   code    P1__ abcd

   PIN     000001

   valid   2020年6月6日 10:00起 / from 6 June 2020, 10:00
           2020年8月31日 23:59止（北京时间） / until 31 August 2020, 23:59 (Beijing time)
   hours   不限时段 / At any hour
   places  限到店使用 / In shops only, not online
           地区：beijing / In beijing
           商家类别：catering / Shops for catering
           小馆（east） / Diner (east)

2. 50 yuan
   满100元减20元 / 20 yuan off from 100 yuan

   code    P2__ abcd

   PIN     000002

   valid   2020年6月6日 10:00起 / from 6 June 2020, 10:00
           2020年8月31日 23:59止（北京时间） / until 31 August 2020, 23:59 (Beijing time)
   hours   不限时段 / At any hour
   places  限到店使用 / In shops only, not online
           地区：beijing / In beijing
           商家类别：catering / Shops for catering
           小馆（east） / Diner (east)

结账前请出示二维码，再告诉店员PIN。无法扫码时，由店员手动输入券码：不加空格，区分大小写。
Before paying, show the QR code, then say the PIN. If it cannot be scanned, the shop types the code without blanks; \
capitals matter.
凭券码和PIN即可使用，请像现金一样保管。
Anyone who has the code and the PIN can use the coupon. Keep this sheet like cash.
"""


def test_a_sheet_is_printed(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Claimed and printed with one token of both scopes that speaks for the person; no name is on the sheet."""
    assert stack.run("assist", "care", "grandma-wang", "--region", "beijing", "--household", "h-1") == 0
    token, claim, *_, first, _ = stack.asked
    assert token.body == {
        "sub": "couponctl",
        "scope": "citizen operator",
        "person_id": "grandma-wang",
        "region": "beijing",
        "household_id": "h-1",
    }
    assert (claim.token, claim.body, first.body) == ("local-token", {}, {"print": True})
    captured = capsys.readouterr()
    assert captured.out == SHEET
    assert "grandma-wang" in captured.err


def test_a_sheet_for_machines(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as JSON."""
    assert stack.run("--json", "assist", "care", "wang") == 0
    sheet = json.loads(capsys.readouterr().out)
    assert sheet["batch_id"] == "care"
    assert [(one["code"], one["pin"], one["expires_at"]) for one in sheet["coupons"]] == [
        ("P1__abcd", "000001", UNTIL),
        ("P2__abcd", "000002", UNTIL),
    ]


@pytest.mark.parametrize("slug", ["closed", "drained", "stopped", "not-eligible"])
def test_a_second_sheet_is_of_the_same_claim(stack: Stack, slug: str) -> None:
    """Also after the window, when a claim is refused: what was claimed before is found."""
    stack.on(CLAIM, problem(409, slug))
    stack.on(FOUND, Reply(200, claimed(coupon(1))))
    assert stack.run("assist", "care", "wang") == 0
    read = ["GET /batches/care", "GET /admin/campaigns/season", SHOPS]
    assert stack.routes() == ["POST /_local/token", CLAIM, FOUND, *read, "POST /coupons/A1/code"]


def test_without_a_claim_the_refusal_is_told(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Not that there is no claim, but why none could be made."""
    stack.on(CLAIM, problem(409, "closed"))
    assert stack.run("assist", "care", "wang") == 1
    assert "refused with 409 closed" in capsys.readouterr().err


def test_a_refused_token_needs_no_look(stack: Stack) -> None:
    """It would be refused there too."""
    stack.on(CLAIM, Reply(403, {"message": "Forbidden"}))
    assert stack.run("assist", "care", "wang") == 1
    assert FOUND not in stack.routes()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("available", None),
        ("held", None),
        ("redeemed", "已使用 / Already used"),
        ("expired", "已过期 / Expired"),
        ("voided", "已作废 / No longer valid"),
    ],
)
def test_a_coupon_that_is_spent_gets_no_code(
    stack: Stack, capsys: pytest.CaptureFixture[str], status: str, said: str | None
) -> None:
    """The sheet says what became of it."""
    stack.on(CLAIM, Reply(200, claimed(coupon(1, status))))
    assert stack.run("assist", "care", "wang") == 0
    assert stack.routes().count("POST /coupons/A1/code") == (said is None)
    told = capsys.readouterr().out
    assert (said is None) == ("PIN     " in told)
    assert said is None or f"   {said}\n" in told


def test_a_stack_that_prints_no_codes_is_named(stack: Stack) -> None:
    """A code without a PIN is one of sixty seconds, which must not go on paper."""
    stack.on("POST /coupons/A1/code", Reply(body={"code": "C1", "expires_at": UNTIL}))
    assert stack.run("assist", "care", "wang") == 3


def jwt(**claims: str) -> str:
    return token_of(**{"scope": "citizen operator", **claims})


@pytest.mark.parametrize(
    ("token", "person", "code"),
    [
        (jwt(sub="op-7", person_id="wang"), "wang", 0),
        (jwt(sub="op-7", person_id=" \uff37ang"), "WANG", 0),
        (jwt(sub="Wang"), "sub:Wang", 0),
        (jwt(sub="Wang"), "sub:wang", 2),
        (jwt(sub="wang"), "wang", 2),
        (jwt(sub="wang", person_id="li"), "wang", 2),
        (jwt(sub="op-7", person_id="wang"), "sub:op-7", 2),
        (jwt(sub="op-7", person_id="wang"), "wa\u200bng", 2),
        (jwt(sub="op-7", person_id="li", scope="operator"), "wang", 0),
        (jwt(sub="op-7", person_id="[li wang]"), "wang", 0),
        ("opaque", "wang", 0),
        ("a.!.c", "wang", 0),
    ],
)
def test_a_given_token_must_speak_for_the_person(
    stack: Stack, capsys: pytest.CaptureFixture[str], token: str, person: str, code: int
) -> None:
    """A sheet of somebody else's coupons is worse than none; a token that cannot be read, or speaks for nobody, is the
    stack's to judge."""
    assert stack.run("--token", token, "assist", "care", person) == code
    if code:
        assert stack.asked == []
        assert ("not for" in capsys.readouterr().err) == ("\u200b" not in person)


def test_a_local_token_speaks_for_an_account(stack: Stack) -> None:
    """Whose subject it is, letter by letter, without an identity."""
    assert stack.run("assist", "care", "sub:Wang") == 0
    assert stack.asked[0].body == {"sub": "Wang", "scope": "citizen operator"}


BOOKING = "PUT /batches/care/booking"


def test_a_person_is_booked_before_the_batch_opens(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """With the same token as for the sheet; nothing is claimed or printed yet."""
    stack.on(BOOKING, Reply(201, {"batch_id": "care", "booked_at": UNTIL}))
    assert stack.run("assist", "care", "wang", "--book", "--household", "h-1") == 0
    assert stack.routes() == ["POST /_local/token", BOOKING]
    assert (stack.asked[0].body["person_id"], stack.asked[0].body["household_id"]) == ("wang", "h-1")
    assert capsys.readouterr().out == "care: booked for wang; print the sheet once the batch is open\n"


def test_a_refused_booking_is_told(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The window of bookings is over."""
    stack.on(BOOKING, problem(409, "closed"))
    assert stack.run("assist", "care", "wang", "--book") == 1
    assert "refused with 409 closed" in capsys.readouterr().err
