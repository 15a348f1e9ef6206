"""The OpenAPI document says what everything means: descriptions, formats, named sets, shared responses.

A rule is a function from the document to its violations. Each sees a planted offender.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from coupons.fields import ClockTime
from infra.openapi.words import WORDS
from tests.api.declared import DOCUMENT, PROBLEM, operations

Json = dict[str, Any]
CLOCK = TypeAdapter(ClockTime).json_schema()["pattern"]
MOMENT = re.compile(r"(_at|^at|^as_of|_until|^valid_from)$")
SCHEMAS = DOCUMENT["components"]["schemas"]


def properties(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Where, name and schema of each property of each schema."""
    for name, schema in document["components"]["schemas"].items():
        for field, shape in schema.get("properties", {}).items():
            yield f"{name}.{field}", field, shape


def inside(shape: Any) -> Iterator[Json]:
    """Every object of a schema, itself included."""
    if isinstance(shape, dict):
        yield shape
    for value in shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ():
        yield from inside(value)


def everything_is_described(document: Json) -> Iterator[str]:
    """Each schema, property, parameter, header, response and tag, in sentences."""
    where = "write it as a docstring below the field in its model, or as a word in infra/openapi/words.py"
    for place, _, shape in properties(document):
        if not shape.get("description", "").endswith("."):
            yield f"{place} has no description that ends with a full stop: {where}"
    for kind in ("schemas", "parameters", "headers", "responses"):
        for name, made in document["components"][kind].items():
            if not made.get("description", "").endswith((".", "`.")):
                yield f"{kind}.{name} has no description: write it as the docstring of its class"
    for tag in document["tags"]:
        if not tag.get("description"):
            yield f"the tag {tag['name']} has no description"


def closed_sets_have_names(document: Json) -> Iterator[str]:
    """An enumeration stands in a schema of its own."""
    components = document["components"]
    for name, schema in {**components["schemas"], **components["parameters"]}.items():
        for found in inside(schema):
            if "enum" in found and found is not schema:
                yield f"{name} lists {found['enum']}: name the Literal in its module, with a docstring below the name"


def times_have_formats(document: Json) -> Iterator[str]:
    """Moments are `date-time`, days are `date`; a time of day has its pattern."""
    for place, name, shape in properties(document):
        if shape.get("pattern") == CLOCK:
            continue
        wanted = "date-time" if MOMENT.search(name) else "date" if name in ("day", "blackout_dates") else ""
        texts = [found for found in inside(shape) if found.get("type") == "string"]
        if wanted and [found.get("format") for found in texts] != [wanted]:
            yield f"{place} has no format {wanted}"


def amounts_are_long(document: Json) -> Iterator[str]:
    """Amounts can be larger than 32 bits; generators of clients take a plain integer for one of 32 bits."""
    for place, name, shape in properties(document):
        if name.endswith("_minor") and shape.get("format") != "int64":
            yield f"{place} has no format int64"


def refusals_are_shared(document: Json) -> Iterator[str]:
    """Each refusal of an operation is a reference, and so is each parameter."""
    for route, operation in operations(document).items():
        for status, response in operation["responses"].items():
            if status[0] not in "23" and "$ref" not in response:
                yield f"{route} spells out {status}"
        for parameter in operation.get("parameters", []):
            if "$ref" not in parameter:
                yield f"{route} spells out the parameter {parameter['name']}"


def media_types(document: Json) -> Iterator[tuple[str, Json]]:
    """Where and what: of each body, of each answer but `GET /openapi.json`, and of each shared response."""
    for route, operation in operations(document).items():
        wanted = {"its request": operation.get("requestBody", {})}
        if route != "GET /openapi.json":
            wanted |= {f"its {status}": one for status, one in operation["responses"].items() if "$ref" not in one}
        for what, made in wanted.items():
            for media, content in made.get("content", {}).items():
                yield f"{route} has no example of {what} as {media}: ask it in tests/api/example_season.py", content
    for name, made in document["components"]["responses"].items():
        for media, content in made["content"].items():
            if media == PROBLEM:
                yield f"{name} lacks an example of a problem: let tests/api/example_season.py meet it", content


def everything_has_an_example(document: Json) -> Iterator[str]:
    """Each request, each answer, and each problem of each refusal."""
    for fault, content in media_types(document):
        wanted = len(content["schema"].get("oneOf", [0])) if "lacks" in fault else 1
        if len(content.get("examples", {})) < wanted:
            yield f"{fault}, then `make openapi`"


def schemas(document: Json) -> Json:
    return document["components"]["schemas"]


def wallet(document: Json) -> Json:
    return document["paths"]["/wallet"]["get"]["responses"]["200"]


def quote(document: Json) -> Json:
    return document["paths"]["/quotes"]["post"]["requestBody"]


def conflict(document: Json) -> Json:
    return document["components"]["responses"]["PutClaimConflict"]


OFFENDERS: list[tuple[Callable[[Json], Iterator[str]], Callable[[Json], object]]] = [
    (everything_is_described, lambda d: schemas(d)["ClaimView"]["properties"]["claimed_at"].pop("description")),
    (everything_is_described, lambda d: schemas(d)["ClaimView"].pop("description")),
    (everything_is_described, lambda d: d["components"]["headers"]["Date"].update(description="")),
    (everything_is_described, lambda d: d["tags"][0].update(description="")),
    (closed_sets_have_names, lambda d: schemas(d)["CouponView"]["properties"].update(status={"enum": ["a"]})),
    (times_have_formats, lambda d: schemas(d)["ClaimView"]["properties"]["claimed_at"].pop("format")),
    (times_have_formats, lambda d: schemas(d)["SettlementView"]["properties"]["day"].pop("format")),
    (amounts_are_long, lambda d: schemas(d)["QuoteView"]["properties"]["payable_minor"].pop("format")),
    (everything_has_an_example, lambda d: wallet(d)["content"]["application/json"].pop("examples")),
    (everything_has_an_example, lambda d: conflict(d)["content"][PROBLEM]["examples"].pop("NotOpenProblem")),
    (everything_has_an_example, lambda d: quote(d)["content"]["application/json"].pop("examples")),
    (refusals_are_shared, lambda d: d["paths"]["/wallet"]["get"]["responses"]["503"].pop("$ref")),
    (refusals_are_shared, lambda d: d["paths"]["/wallet"]["get"].update(parameters=[{"name": "status"}])),
]


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _ in OFFENDERS), ids=lambda rule: rule.__name__)
def test_the_document_keeps_the_rule(rule: Callable[[Json], Iterator[str]]) -> None:
    """The published document has no violation."""
    assert "\n".join(rule(DOCUMENT)) == ""


@pytest.mark.parametrize(("rule", "offend"), OFFENDERS)
def test_the_rule_sees_an_offender(rule: Callable[[Json], Iterator[str]], offend: Callable[[Json], object]) -> None:
    """The planted offender is the one violation."""
    document = copy.deepcopy(DOCUMENT)
    offend(document)
    assert len(list(rule(document))) == 1


def test_every_shared_word_is_used() -> None:
    """Each shared word describes something in the document: none is left over."""
    said = [(name, shape["description"]) for _, name, shape in properties(DOCUMENT)]
    said += [(one["name"], one["description"]) for one in DOCUMENT["components"]["parameters"].values()]
    assert {name for name, meaning in WORDS.items() if (name, meaning) not in said} == set()


def test_a_closed_set_is_the_one_of_the_code() -> None:
    """A closed set of the document has the members of the code's Literal, in its order."""
    assert SCHEMAS["CouponStatus"]["enum"] == ["available", "held", "redeemed", "expired", "voided"]
    assert SCHEMAS["CouponView"]["properties"]["status"]["$ref"] == "#/components/schemas/CouponStatus"
    assert SCHEMAS["NotEligibleProblem"]["properties"]["reason"]["$ref"] == "#/components/schemas/NotEligibleReason"
    assert SCHEMAS["OrderNotEligibleProblem"]["properties"]["reasons"]["items"] == {
        "$ref": "#/components/schemas/OrderReason"
    }
