"""`couponctl assist` against a scripted stack: the sheet for a person without a phone."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.unit.couponctl.scripted_stack import Reply, Stack, problem

CLAIM, FOUND = "PUT /batches/care/claim", "GET /batches/care/claim"
UNTIL = "2020-08-31T23:59:59+08:00"


def coupon(number: int, status: str = "available") -> dict[str, Any]:
    return {
        "coupon_id": f"A{number}",
        "batch_id": "care",
        "terms_id": "care-100",
        "title": {"en": "100 yuan", "zh": "100元"} if number == 1 else "50 yuan",
        "status": status,
        "valid_from": "2020-06-06T10:00:00+08:00",
        "expires_at": "2020-06-20T10:00:00+08:00",
    }


def claimed(*coupons: dict[str, Any]) -> dict[str, Any]:
    return {"batch_id": "care", "claimed_at": "2020-06-06T10:00:00+08:00", "coupons": list(coupons)}


@pytest.fixture
def stack(stack: Stack) -> Stack:
    stack.on(CLAIM, Reply(201, claimed(coupon(1), coupon(2))))
    for number in (1, 2):
        printed = {"code": f"P{number}", "pin": f"{number:06d}", "expires_at": UNTIL}
        stack.on(f"POST /coupons/A{number}/code", Reply(body=printed))
    return stack


SHEET = """\
Coupons of care, claimed 2020-06-06 10:00

1. 100 yuan / 100元
   code    P1
   PIN     000001
   valid   2020-06-06 10:00 to 2020-08-31 23:59

2. 50 yuan
   code    P2
   PIN     000002
   valid   2020-06-06 10:00 to 2020-08-31 23:59

Anyone who has the code and the PIN can use the coupon. Keep this sheet like cash.
凭券码和PIN即可使用，请像现金一样保管。
"""


def test_a_sheet_is_printed(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Claimed and printed with one token of both scopes that speaks for the person; no name is on the sheet."""
    assert stack.run("assist", "care", "grandma-wang", "--region", "beijing", "--household", "h-1") == 0
    token, claim, first, _ = stack.asked
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
        ("P1", "000001", UNTIL),
        ("P2", "000002", UNTIL),
    ]


@pytest.mark.parametrize("slug", ["closed", "drained", "stopped", "not-eligible"])
def test_a_second_sheet_is_of_the_same_claim(stack: Stack, slug: str) -> None:
    """Also after the window, when a claim is refused: what was claimed before is found."""
    stack.on(CLAIM, problem(409, slug))
    stack.on(FOUND, Reply(200, claimed(coupon(1))))
    assert stack.run("assist", "care", "wang") == 0
    assert stack.routes() == ["POST /_local/token", CLAIM, FOUND, "POST /coupons/A1/code"]


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


@pytest.mark.parametrize(("status", "prints"), [("available", 1), ("held", 1), ("redeemed", 0), ("expired", 0)])
def test_a_coupon_that_is_spent_gets_no_code(
    stack: Stack, capsys: pytest.CaptureFixture[str], status: str, prints: int
) -> None:
    """The sheet says what became of it."""
    stack.on(CLAIM, Reply(200, claimed(coupon(1, status))))
    assert stack.run("assist", "care", "wang") == 0
    assert stack.routes().count("POST /coupons/A1/code") == prints
    assert (f"   {status}\n" in capsys.readouterr().out) == (not prints)


def test_a_stack_that_prints_no_codes_is_named(stack: Stack) -> None:
    """A code without a PIN is one of sixty seconds, which must not go on paper."""
    stack.on("POST /coupons/A1/code", Reply(body={"code": "C1", "expires_at": UNTIL}))
    assert stack.run("assist", "care", "wang") == 3


def jwt(**claims: str) -> str:
    stated = {"scope": "citizen operator", **claims}
    payload = base64.urlsafe_b64encode(json.dumps(stated).encode()).rstrip(b"=").decode()
    return f"x.{payload}.x"


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
