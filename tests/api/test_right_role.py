"""The other half of the matrix: who may, may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.town import GOOD, ROLES, Town, role_of, town


@pytest.fixture(scope="module")
def lively() -> Iterator[Town]:
    """A town that these requests do change."""
    with town() as made:
        yield made
        assert made.stage.log.faults == []


@pytest.mark.parametrize("route", [route for route in GOOD if role_of(route)])
def test_the_right_role_may(lively: Town, route: str) -> None:
    """With its own role's token, alone and among other scopes: neither 401 nor 403 nor 5xx."""
    role = role_of(route)
    for scopes in (role, f"openid {role} partner"):
        answered = lively.send(route, claims={**ROLES[role], "scope": scopes})
        assert answered.status < 500, answered.text
        assert answered.status not in (401, 403), answered.text
