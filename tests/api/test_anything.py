"""Any JSON, any bytes and any changed member as a body: never a 5xx, and a refusal changes nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.town import GOOD, Town, bodies, town

EFFORT = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**11 - 1, max_value=10**12),
    st.floats(),
    st.text(max_size=70),
    st.sampled_from(["", "..", "\x00", "2020-06-06T10:00:00+08:00", "offline", "pack"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    """A town that some of these requests change."""
    with town() as made:
        yield made
        assert made.stage.log.faults == []


def places(document: Any) -> list[tuple[Any, ...]]:
    """Each place of a value in a document."""
    children = document.items() if isinstance(document, dict) else enumerate(document)
    found: list[tuple[Any, ...]] = []
    for name, child in children:
        found += [(name,), *([(name, *deep) for deep in places(child)] if isinstance(child, dict | list) else [])]
    return found


def replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    """A copy of the document with another value at `place`."""
    changed = copy.deepcopy(document)
    spot = changed
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = value
    return changed


@EFFORT
@given(route=st.sampled_from(bodies()), body=JSON)
def test_any_json(shared: Town, route: str, body: Any) -> None:
    """Any JSON value that is not the route's own document is refused."""
    answered = shared.send(route, raw=json.dumps(body))
    assert answered.slug == "malformed" or body == {} == GOOD[route](shared)["body"] or may_be_empty(route, body)


def may_be_empty(route: str, body: Any) -> bool:
    """A route whose document may be empty: nobody is added or removed, or nothing is offered."""
    return body == {} and route in (
        "PUT /admin/groups/{group_id}/members",
        "PUT /admin/campaigns/{campaign_id}/programme",
    )


@EFFORT
@given(route=st.sampled_from(bodies()), raw=st.binary(max_size=200))
def test_any_bytes(shared: Town, route: str, raw: bytes) -> None:
    """Bytes that are not JSON are malformed; zero bytes are an absent body."""
    answered = shared.send(route, raw=raw)
    assert answered.slug == "malformed" or raw.strip() in (b"", b"{}")


TAKES_CONTENT = [route for route in bodies() if GOOD[route](Town(None, "", "x", "x"))["body"]]  # type: ignore[arg-type]


@settings(EFFORT, max_examples=25)
@given(route=st.sampled_from(TAKES_CONTENT), data=st.data())
def test_any_value_in_any_place_of_a_good_document(shared: Town, route: str, data: st.DataObject) -> None:
    """With one member replaced the body is accepted, or refused by a declared problem and nothing changes."""
    good = GOOD[route](shared)["body"]
    place = data.draw(st.sampled_from(places(good)))
    changed = replaced(good, place, data.draw(JSON))
    before = shared.stage.items()
    answered = shared.send(route, raw=json.dumps(changed))
    assert answered.status < 500
    assert answered.status < 300 or shared.stage.items() == before
