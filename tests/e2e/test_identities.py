"""Tokens whose claims are no texts, through the gateway that makes texts of them. In June 2019."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.cloud import HOST
from infra.local.issuer import Issuer
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_small_batch import declared
from tests.world import Answered

BATCH = "persons-0601"


@pytest.fixture(scope="module")
def issuer(stack: LocalStack) -> Issuer:
    """The stack's own, which signs any claims; a batch is open."""
    declared(stack, "persons-2019", BATCH)
    return Issuer(f"http://{HOST}:{stack.port + 2}", stack.directory / "issuer.pem")


def claimed(stack: LocalStack, issuer: Issuer, **claims: Any) -> Answered:
    with stack.caller(issuer.token({"scope": "citizen", **claims})) as person:
        return person.claim(BATCH)


def test_spellings_of_one_person_have_one_pack(stack: LocalStack, issuer: Issuer) -> None:
    """And the account of that name is somebody else, whom the hotline names as an account."""
    spellings = ["1002X", " 1002x", "1002\uff38"]
    answers = [claimed(stack, issuer, sub=f"account-{number}", person_id=one) for number, one in enumerate(spellings)]
    assert [answer.status for answer in answers] == [201, 200, 200]
    assert claimed(stack, issuer, sub="1002x").status == 201
    with stack.operator() as operator:
        coupons = [
            operator.send("POST", "/admin/persons/lookup", {"person_id": name}).json["coupons"]
            for name in ("1002\uff58", "sub:1002x", "sub:1002X")
        ]
    assert [len(found) for found in coupons] == [1, 1, 0]
    assert coupons[0] != coupons[1]


@pytest.mark.parametrize("nothing", [None, "", "null"])
def test_strangers_without_an_identity_are_strangers(stack: LocalStack, issuer: Issuer, nothing: Any) -> None:
    """Each by their own account."""
    for name in ("li", "wang"):
        stated = claimed(stack, issuer, sub=f"{name}-{nothing}", person_id=nothing, household_id=nothing)
        assert stated.status == 201, stated.text


@pytest.mark.parametrize("value", [["a", "b"], [], {"a": "b"}, 1.10105199003071e17, True])
def test_what_is_no_text_is_refused(stack: LocalStack, issuer: Issuer, value: Any) -> None:
    """403 as an identity or a region, 401 as the subject; the gateway lets all of it through."""
    for name in ("person_id", "household_id", "region", "merchant_id"):
        answer = claimed(stack, issuer, **{"sub": "eve", name: value})
        assert (answer.status, answer.slug) == (403, "forbidden"), answer.text
    assert claimed(stack, issuer, sub=value, person_id="eve").slug == "unauthenticated"


def test_scopes_in_another_claim_are_read(stack: LocalStack, issuer: Issuer) -> None:
    """`scp`, as a list too, by the gateway and by the function."""
    for number, scp in enumerate((["citizen", "openid"], "openid citizen")):
        token = issuer.token({"sub": f"listed-{number}", "scp": scp})
        with stack.caller(token) as person:
            assert person.claim(BATCH).status == 201
