"""The client is held against the OpenAPI document: its routes, what it sends, what it reads, what it is refused."""

from __future__ import annotations

import ast
import re
import sys
import typing
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator

from infra.client import Citizen, Till, answers, slot_answers
from infra.client.api import ProblemError
from infra.client.reactions import REACTIONS, line_of, reaction_to
from tests.api.declared import DOCUMENT, operations, parameters, resolved, responses, slugs
from tests.device import StillDevice
from tests.unit.couponctl.scripted_stack import Asked, Reply, Stack, scripted_stack
from tests.world import order

ROOT = Path(__file__).parents[3]
AREAS = {"catalog", "claim", "verify"}
FILES = {"GET /batches/{batch_id}/draw/files/{name}"}
"""Loaded like any file of the web, wherever it lies (`infra/verify_draw/download.py`): the client reads JSON."""
OPERATIONS = {
    route: found for route, found in operations().items() if AREAS & set(found["tags"]) and route not in FILES
}
ROUTE = re.compile(r"(GET|PUT|POST|DELETE) /[a-z]\S*")
ODD = "a/b ü?"
"""An identifier must arrive as it was given, whatever is in it."""
WHOLE = {"order": order(), "code": "C1", "pin": "123456", "scanned_at": "2020-06-06T02:00:00+00:00"}


def till_cut_off(till: Till) -> Any:
    """A redemption with all that its body may say: sent again by a till that was cut off."""
    till.journal[ODD] = WHOLE
    return till.settle()[0].answer


CALLS: dict[str, Callable[[Citizen, Till], Any]] = {
    "GET /campaigns": lambda citizen, _: citizen.campaigns(),
    "GET /campaigns/{campaign_id}": lambda citizen, _: citizen.campaign(ODD),
    "GET /campaigns/{campaign_id}/merchants": lambda citizen, _: list(
        citizen.merchants(ODD, district=ODD, category=ODD, terms_id=ODD)
    ),
    "GET /campaigns/{campaign_id}/activities": lambda citizen, _: list(
        citizen.activities(ODD, section=ODD, district=ODD, day=ODD, kind=ODD)
    ),
    "GET /campaigns/{campaign_id}/facilities": lambda citizen, _: list(
        citizen.facilities(ODD, district=ODD, sport=ODD)
    ),
    "GET /campaigns/{campaign_id}/announcements": lambda citizen, _: citizen.announcements(
        ODD, placement=ODD, district=ODD, region=ODD
    ),
    "GET /campaigns/{campaign_id}/stats": lambda citizen, _: citizen.stats(ODD, by=ODD, starts_at=ODD, ends_at=ODD),
    "GET /campaigns/{campaign_id}/supplies": lambda citizen, _: citizen.supplies(ODD),
    "GET /batches/{batch_id}": lambda citizen, _: citizen.batch(ODD),
    "GET /batches/{batch_id}/draw": lambda citizen, _: citizen.draw(ODD, files=ODD),
    "GET /facilities/{facility_id}/slots": lambda citizen, _: citizen.slots(ODD, "2020-06-10"),
    "GET /openapi.json": lambda citizen, _: citizen.openapi(),
    "PUT /batches/{batch_id}/booking": lambda citizen, _: citizen.book(ODD),
    "GET /batches/{batch_id}/booking": lambda citizen, _: citizen.booking(ODD),
    "DELETE /batches/{batch_id}/booking": lambda citizen, _: citizen.cancel_booking(ODD),
    "PUT /slots/{slot_id}/booking": lambda citizen, _: citizen.book_slot(ODD),
    "GET /slots/{slot_id}/booking": lambda citizen, _: citizen.slot_booking(ODD),
    "DELETE /slots/{slot_id}/booking": lambda citizen, _: citizen.leave_slot(ODD),
    "PUT /slots/{slot_id}/waiting": lambda citizen, _: citizen.wait_for_slot(ODD),
    "DELETE /slots/{slot_id}/waiting": lambda citizen, _: citizen.leave_waiting_list(ODD),
    "POST /slots/{slot_id}/code": lambda citizen, _: citizen.slot_code(ODD),
    "GET /bookings": lambda citizen, _: citizen.bookings(),
    "PUT /batches/{batch_id}/claim": lambda citizen, _: citizen.claim(ODD),
    "GET /batches/{batch_id}/claim": lambda citizen, _: citizen.my_claim(ODD),
    "GET /batches/{batch_id}/draw/mine": lambda citizen, _: citizen.own_draw(ODD),
    "GET /wallet": lambda citizen, _: citizen.wallet("available"),
    "POST /coupons/{coupon_id}/code": lambda citizen, _: citizen.code(ODD),
    "POST /quotes": lambda _, till: till.quote("C1", order(), pin="123456"),
    "PUT /orders/{order_no}/hold": lambda _, till: till.hold(ODD, "C1", order(), ttl_s=600, pin="123456"),
    "DELETE /orders/{order_no}/hold": lambda _, till: till.release(ODD),
    "PUT /orders/{order_no}/redemption": lambda _, till: till_cut_off(till),
    "GET /orders/{order_no}/redemption": lambda _, till: till.redemption(ODD),
    "PUT /orders/{order_no}/reversals/{reversal_no}": lambda _, till: till.reverse(ODD, ODD, 1),
    "PUT /slots/{slot_id}/checkins/{checkin_no}": lambda _, till: till.check_in(ODD, ODD, "C1"),
    "GET /slots/{slot_id}/checkins/{checkin_no}": lambda _, till: till.checked_in(ODD, ODD),
    "GET /merchant": lambda _, till: till.merchant(),
    "GET /facilities/{facility_id}/bookings": lambda _, till: till.facility_bookings(ODD, "2020-06-10"),
    "GET /settlements/{day}": lambda _, till: till.settlement(ODD, "1~a"),
}
"""Each route by the one method that asks it, with everything that the method can say."""


class Recorder(Stack):
    """Answers everything, and knows each request by its route."""

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        too_old = asked.method == "PUT" and asked.path.endswith("redemption") and "scanned_at" not in asked.body
        if too_old:
            return Reply(409, {"type": "/problems/code-expired", "title": "Too old"})
        lists = ("campaigns", "merchants", "activities", "facilities", "announcements")
        return Reply(body={**{name: [] for name in lists}, "next": None if "cursor" in asked.query else "m"})


def call(route: str) -> Asked:
    """What is asked last when the route's method is called."""
    with scripted_stack(Recorder) as stack:
        device = StillDevice()
        stack.now_s = device.clock.wall_s
        with Citizen(stack.url, "t", device=device) as citizen, Till(stack.url, "t", device=device) as till:
            CALLS[route](citizen, till)
    return stack.asked[-1]


def client_routes() -> Iterator[str]:
    """Every `METHOD /path` in the client's sources."""
    for path in sorted((ROOT / "infra" / "client").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ROUTE.fullmatch(node.value):
                yield node.value


def test_every_route_of_catalogue_citizens_and_merchants_stands_once_in_the_client() -> None:
    """No route without a method, none with two, and no method without a route."""
    assert Counter(client_routes()) == Counter(list(OPERATIONS))
    assert CALLS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("route", CALLS)
def test_the_method_asks_its_route_with_what_is_declared(route: str) -> None:
    """Method, path, every declared query field and nothing else; a body that the declared schema takes."""
    asked, operation = call(route), OPERATIONS[route]
    method, _, template = route.partition(" ")
    parts = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", template), asked.path)
    assert (asked.method, parts is not None) == (method, True), asked
    assert parts is not None
    assert [unquote(part) for part in parts.groups()] == [ODD] * template.count("{")
    # `bom` is for CSV files, and the client reads JSON.
    assert asked.query.keys() == {one["name"] for one in parameters(operation) if one["in"] == "query"} - {"bom"}
    if "requestBody" not in operation:
        assert asked.body is None
        return
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": DOCUMENT["components"]}
    assert list(Draft202012Validator(whole).iter_errors(asked.body)) == []
    properties = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]].get("properties", {})
    assert asked.body.keys() == properties.keys() - NOT_OURS.get(route, set())


NOT_OURS: dict[str, set[str]] = {"POST /coupons/{coupon_id}/code": {"print"}}
"""Body fields that an app or a till never says."""

READS: dict[str, Any] = {
    "GET /batches/{batch_id}": answers.Batch,
    "PUT /batches/{batch_id}/booking": answers.Booking,
    "PUT /batches/{batch_id}/claim": answers.Claim,
    "GET /batches/{batch_id}/claim": answers.Claim,
    "GET /batches/{batch_id}/draw/mine": answers.OwnDraw,
    "GET /wallet": answers.Wallet,
    "POST /coupons/{coupon_id}/code": answers.Code,
    "POST /quotes": answers.Quote,
    "PUT /orders/{order_no}/hold": answers.Hold,
    "DELETE /orders/{order_no}/hold": answers.Release,
    "PUT /orders/{order_no}/redemption": answers.Redemption,
    "PUT /orders/{order_no}/reversals/{reversal_no}": answers.Reversal,
    "PUT /slots/{slot_id}/booking": slot_answers.SlotBooking,
    "POST /slots/{slot_id}/code": slot_answers.SlotCode,
    "PUT /slots/{slot_id}/checkins/{checkin_no}": slot_answers.CheckIn,
    "GET /bookings": slot_answers.SlotBookings,
    "GET /facilities/{facility_id}/slots": slot_answers.FacilityDay,
    "GET /facilities/{facility_id}/bookings": slot_answers.FacilityBookings,
    "GET /settlements/{day}": answers.Settlement,
    **{
        f"GET /campaigns/{{campaign_id}}/{name}": typing.TypedDict(name, {name: list[item]})  # type: ignore[misc]
        for name, item in {
            "activities": answers.Activity,
            "facilities": answers.Facility,
            "announcements": answers.Announcement,
        }.items()
    },
}


def misread(shape: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
    """Fields that a typed answer names and the declared schema does not always have, however deep."""
    schemas = DOCUMENT["components"]["schemas"]
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for name, kind in typing.get_type_hints(shape).items():
        if name not in schema.get("required", []):
            yield f"{where}.{name}"
            continue
        (inner,) = typing.get_args(kind) if typing.get_origin(kind) is list else (kind,)
        if typing.is_typeddict(inner):
            declared = schema["properties"][name]
            yield from misread(inner, declared.get("items", declared), f"{where}.{name}")


@pytest.mark.parametrize("route", READS)
def test_what_is_read_is_always_there(route: str) -> None:
    """Each field of a typed answer is a required one of the declared answer."""
    content = responses(route)["200"]["content"]["application/json"]["schema"]
    assert list(misread(READS[route], content, route)) == []


@pytest.mark.parametrize("route", OPERATIONS)
def test_every_refusal_that_a_route_declares_has_a_reaction(route: str) -> None:
    """And a line in both languages; a new slug is a decision, not a surprise in an app."""
    declared = {slug for response in responses(route).values() for slug in slugs(response)}
    assert declared - REACTIONS.keys() == set()


def test_no_reaction_is_to_something_that_nobody_says() -> None:
    """405 is the answer to a path that is no route."""
    declared = {slug for route in OPERATIONS for response in responses(route).values() for slug in slugs(response)}
    assert REACTIONS.keys() == declared | {"method-not-allowed"}


def test_every_reason_has_its_own_line() -> None:
    """Each member of each closed set that a problem carries, and no word that nobody says."""
    for name, problem in DOCUMENT["components"]["schemas"].items():
        if not name.endswith("Problem"):
            continue
        facts = [problem["properties"].get(fact, {}) for fact in ("reason", "reasons", "coupon_status")]
        sets = [resolved(fact.get("items", fact))["enum"] for fact in facts if fact]
        slug = problem["properties"]["type"]["const"].removeprefix("/problems/")
        said = {member for members in sets for member in members} - {"unknown"}  # it has the general line
        if slug in REACTIONS:
            assert REACTIONS[slug].cases.keys() == said, slug


@pytest.mark.parametrize(
    ("error", "kind", "en", "zh"),
    [
        (("not-open", {"opens_at": "2020-06-06T10:00:00+08:00"}), "wait", "Opens at 06-06 10:00.", "06-06 10:00开放"),
        (("drained", {"returns_at": "2020-06-06T10:04:00+08:00"}), "wait", "return at 10:04.", "10:04可能有余量"),
        (("not-eligible", {"reason": "limit"}), "final", "all that this offer allows", "已达到领取上限"),
        (("not-eligible", {"reason": "newer"}), "final", "not open to you", "不符合"),
        (("order-not-eligible", {"reasons": ["newer", "region", "tag"]}), "final", "valid in this place", "该地区"),
        (("coupon-not-usable", {"coupon_status": "redeemed"}), "final", "has been used", "已使用"),
        (("not-open", {"opens_at": "soon"}), "wait", "Opens at soon.", "soon开放"),
    ],
)
def test_a_refusal_reads_as_one_line(error: tuple[str, dict[str, Any]], kind: str, en: str, zh: str) -> None:
    """In both languages, with its facts; a reason that is newer than this client has the general line."""
    slug, facts = error
    problem = ProblemError(409, {"type": f"/problems/{slug}", **facts})
    assert reaction_to(problem).kind == kind
    assert en in line_of(problem, "en")
    assert zh in line_of(problem, "zh")


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "sign-in"), (403, "sign-in"), (429, "repeat"), (500, "repeat"), (418, "final")]
)
def test_what_has_no_slug_is_known_by_its_status(status: int, kind: str) -> None:
    """The gateway's own refusals, and slugs that are newer than this client."""
    for body in ({"message": "no"}, {"type": "/problems/newer"}):
        assert reaction_to(ProblemError(status, body)).kind == kind


def test_the_client_stands_alone() -> None:
    """An app's authors can take the folder as it is: the standard library and itself."""
    for path in (ROOT / "infra" / "client").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.startswith("infra.client") or name.partition(".")[0] in sys.stdlib_module_names, path
