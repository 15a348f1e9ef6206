"""A merchant without a record is refused on every route, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.town import GOOD, ROLES, Town, town
from tests.editing import edit_merchant, register
from tests.world import FUNCTIONS, Person

ROUTES = sorted(key for api in FUNCTIONS.values() for key, route in api.routes.items() if route.scope == "merchant")
"""As the functions declare them: a new one has to stand in GOOD, and is asked here."""
CHECK_INS = {f"{method} /slots/{{slot_id}}/checkins/{{checkin_no}}" for method in ("PUT", "GET")}
"""Nobody in the town has booked a slot; check_in_cases.py asks who else is let in."""
NOBODY = {**ROLES["merchant"], "merchant_id": "nobody"}


@pytest.fixture
def asked() -> Iterator[Town]:
    with town() as t:
        yield t


def with_paper(t: Town, route: str) -> dict[str, Any]:
    """The good request of `route`, with a printed code and a wrong PIN where it takes a code."""
    good = GOOD[route](t)
    if "code" not in good.get("body", {}):
        return good
    desk, path = Person({"sub": "desk-1", "scope": "citizen operator", "person_id": "cat"}), {"coupon_id": t.coupon_id}
    sheet = desk.send("POST /coupons/{coupon_id}/code", path, body={"print": True})
    return {**good, "body": {**good["body"], "code": sheet.json["code"], "pin": "000000"}}


@pytest.mark.parametrize("route", ROUTES)
def test_who_has_no_record_is_forbidden(asked: Town, route: str) -> None:
    """It is refused before a PIN is tried, a coupon is read, anything is written or errors are listed."""
    request = with_paper(asked, route)
    before = asked.stage.items()
    asked.stage.log.calls.clear()
    for changes in (request, {**request, "raw": "{", "body": None}):
        answered = asked.send(route, **changes, claims=NOBODY)
        assert (answered.status, answered.slug) == (403, "forbidden")
        assert answered.json["detail"] == "No merchant of this name is registered."
    assert {(area, one.verb, one.keys) for area, one in asked.stage.log.calls if one.keys} == {
        ("verify", "GetItem", frozenset({"MERCHANT#nobody"}))
    }
    assert asked.stage.items() == before


@pytest.mark.parametrize("route", ROUTES)
def test_who_was_registered_a_moment_ago_is_heard(asked: Town, route: str) -> None:
    """A missing record is not cached."""
    assert asked.send(route, claims=NOBODY).status == 403
    register("nobody")
    assert asked.send(route, claims=NOBODY).slug != "forbidden"


def suspended(t: Town) -> None:
    edit_merchant(t.stage.operator(), "diner", suspended=True)


def departed(t: Town) -> None:
    """A merchant that the next revision of the document leaves out."""
    path = {"campaign_id": "season"}
    operator = t.stage.operator()
    document = operator.send("GET /admin/campaigns/{campaign_id}", path).json
    edited = operator.send("PUT /admin/campaigns/{campaign_id}", path, body={**document, "merchants": []})
    assert edited.status == 200, edited.text


@pytest.mark.parametrize("leave", [suspended, departed])
def test_who_takes_part_no_more_still_releases_reverses_and_reads(asked: Town, leave: Any) -> None:
    """Only uses of a coupon are refused, in new environments too."""
    leave(asked)
    asked.stage.restart()
    told = {route: asked.send(route) for route in ROUTES}
    assert {route for route, answered in told.items() if answered.slug == "not-found"} == CHECK_INS
    refused = {route for route, answered in told.items() if answered.slug} - CHECK_INS
    assert refused == {"PUT /orders/{order_no}/hold", "PUT /orders/{order_no}/redemption"}
    assert {told[route].json["reasons"][0] for route in refused} == {"merchant"}
    assert told["POST /quotes"].json["reasons"] == ["merchant"]
