"""Tokens as gateways hand them over: nothing is nothing, and what was no text names nobody and widens nothing."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.refusals import Refusal
from coupons.web.callers import Caller, caller_of
from coupons.web.problems import problem_of

TOKEN = {"sub": "li-hua", "scope": "citizen merchant", "merchant_id": "diner"}
ABSENT = ["", " ", "\u3000", "null", "<nil>", None]
"""`null` is a local gateway's, `<nil>` Go's; the last stands for a gateway that hands over what stood in the token."""
MISREAD = [
    # API Gateway's (github.com/aws/aws-lambda-go/issues/591, /570), local gateways', and the token's own values.
    "[a b]",
    "[110105]",
    "[]",
    "[<nil>]",
    "map[key:value]",
    "map[]",
    '["a","b"]',
    '{"key": "value"}',
    "{}",
    "1.10105E+17",
    "1.10105199003071e+17",
    "1e+17",
    "true",
    "false",
    ["a", "b"],
    [],
    {"key": "value"},
    1.10105199003071e17,
    110105,
    True,
    False,
]
IDENTITIES = ["person_id", "household_id"]
WORDS = ["region", "merchant_id"]


def said(claims: dict[str, Any], scope: Any = "citizen") -> Caller | int:
    """The caller, or the status of the refusal."""
    try:
        return caller_of({**TOKEN, **claims}, scope)
    except Refusal as refusal:
        return problem_of(type(refusal)).status


@pytest.mark.parametrize("name", IDENTITIES + WORDS)
@pytest.mark.parametrize("value", ABSENT, ids=ascii)
def test_nothing_is_absent(name: str, value: Any) -> None:
    """As if the claim were not there; a merchant that is nothing may do nothing."""
    without = {claim: stated for claim, stated in TOKEN.items() if claim != name}
    assert said({name: value}) == caller_of(without, "citizen")
    assert (said({name: value}, "merchant") == 403) == (name == "merchant_id")


@pytest.mark.parametrize("name", IDENTITIES + WORDS)
@pytest.mark.parametrize("value", MISREAD, ids=ascii)
def test_what_was_no_text_is_forbidden(name: str, value: Any) -> None:
    """Absent would be eligible everywhere, counted nowhere, or another person."""
    assert (said({name: value}), said({name: value}, "merchant")) == (403, 403)


@pytest.mark.parametrize("value", [*ABSENT, *MISREAD], ids=ascii)
def test_a_subject_that_was_no_text_is_no_token(value: Any) -> None:
    """401, whatever else the token states; nor is a token without one."""
    assert said({"sub": value, "person_id": "110105"}) == 401
    assert said({"sub": value, "scope": "none"}) == 401


def test_without_a_subject_is_no_token() -> None:
    """However well it is scoped."""
    with pytest.raises(Refusal, match="bearer token"):
        caller_of({"scope": "citizen", "person_id": "110105"}, "citizen")


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("value", ["a\u200bb", "a\x00b", "\ud800", "NULL", "sub:li-hua", "SUB:li-hua", " sub:li-hua"])
def test_what_no_identity_holds_is_forbidden(name: str, value: str) -> None:
    """A name that looks like a subject's, too: it would be claimed under, and no file could name it."""
    assert said({name: value}) == 403


@pytest.mark.parametrize("name", IDENTITIES)
def test_an_identity_is_its_normal_form(name: str) -> None:
    """Digits are a text as good as any: a gateway may have made it of a number, and nobody can tell."""
    for value, normal in ((" 1002\uff38", "1002x"), ("110105", "110105")):
        found = said({name: value})
        assert isinstance(found, Caller)
        assert getattr(found, name) == normal


def test_the_person_is_the_identity_or_else_the_subject() -> None:
    """The subject byte for byte."""
    for claims, name in (
        ({"person_id": "1002X"}, "1002x"),
        ({"sub": " Li\uff38"}, "sub: Li\uff38"),
        ({"sub": "110105", "person_id": "null"}, "sub:110105"),
    ):
        found = said(claims)
        assert isinstance(found, Caller)
        assert found.person_name == name


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "citizen operator"}, "citizen operator"),
        ({"scope": "[citizen operator]"}, "citizen operator"),
        ({"scope": ["citizen", "operator"]}, "citizen operator"),
        ({"scope": "null", "scp": "[citizen operator]"}, "citizen operator"),
        ({"scope": "", "scp": ["citizen"]}, "citizen"),
        ({"scope": None, "scp": "citizen"}, "citizen"),
        ({"scope": "citizen", "scp": "operator"}, "citizen"),
    ],
)
def test_scopes_may_be_a_list(claims: dict[str, Any], scopes: str) -> None:
    """`scp` is read where there is no `scope`, and only there."""
    found = said(claims)
    assert isinstance(found, Caller)
    assert found.scopes == frozenset(scopes.split())


@pytest.mark.parametrize(
    "scope", ["[]", "[operator]", "citizens", "[[citizen]]", "{citizen}", '["citizen"]', {"citizen": 1}, True]
)
def test_what_is_no_scope_opens_nothing(scope: Any) -> None:
    """An empty list is a list of scopes: `scp` is not read in its place."""
    assert said({"scope": scope, "scp": "citizen"}) == 403
