"""Claims as gateways hand them over: a missing value is absent, and a value that was not text gives no rights."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.refusals import Refusal
from coupons.web.callers import Caller, caller_of
from coupons.web.problems import problem_of

TOKEN = {"sub": "li-hua", "scope": "citizen merchant", "merchant_id": "diner"}
ABSENT = ["", " ", "\u3000", "null", "<nil>", None]
"""`null` is of the local gateway, `<nil>` of Go; None of a gateway that hands over the token's own value."""
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
    """A missing value counts as absent; without `merchant_id` merchant routes are refused."""
    without = {claim: stated for claim, stated in TOKEN.items() if claim != name}
    assert said({name: value}) == caller_of(without, "citizen")
    assert (said({name: value}, "merchant") == 403) == (name == "merchant_id")


@pytest.mark.parametrize("name", IDENTITIES + WORDS)
@pytest.mark.parametrize("value", MISREAD, ids=ascii)
def test_what_was_no_text_is_forbidden(name: str, value: Any) -> None:
    """They are refused: absent would be eligible everywhere, counted nowhere, or another person."""
    assert (said({name: value}), said({name: value}, "merchant")) == (403, 403)


@pytest.mark.parametrize("value", [*ABSENT, *MISREAD], ids=ascii)
def test_a_subject_that_was_no_text_is_no_token(value: Any) -> None:
    """A token without a valid subject is 401, whatever its other claims."""
    assert said({"sub": value, "person_id": "110105"}) == 401
    assert said({"sub": value, "scope": "none"}) == 401


def test_without_a_subject_is_no_token() -> None:
    """Its scope and identity do not help."""
    with pytest.raises(Refusal, match="bearer token"):
        caller_of({"scope": "citizen", "person_id": "110105"}, "citizen")


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("value", ["a\u200bb", "a\x00b", "\ud800", "NULL", "sub:li-hua", "SUB:li-hua", " sub:li-hua"])
def test_what_no_identity_holds_is_forbidden(name: str, value: str) -> None:
    """An identity that starts like a subject is refused too: it would be another person's key."""
    assert said({name: value}) == 403


@pytest.mark.parametrize("name", IDENTITIES)
def test_an_identity_is_its_normal_form(name: str) -> None:
    """Digits are accepted as text: a gateway may have made them from a number, and nobody can tell."""
    for value, normal in ((" 1002\uff38", "1002x"), ("110105", "110105")):
        found = said({name: value})
        assert isinstance(found, Caller)
        assert getattr(found, name) == normal


def test_the_person_is_the_identity_or_else_the_subject() -> None:
    """The subject is compared byte for byte."""
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
    """`scp` is read only where `scope` is absent."""
    found = said(claims)
    assert isinstance(found, Caller)
    assert found.scopes == frozenset(scopes.split())


@pytest.mark.parametrize(
    "scope", ["[]", "[operator]", "citizens", "[[citizen]]", "{citizen}", '["citizen"]', {"citizen": 1}, True]
)
def test_what_is_no_scope_opens_nothing(scope: Any) -> None:
    """An empty list counts as present: `scp` is not read in its place."""
    assert said({"scope": scope, "scp": "citizen"}) == 403
