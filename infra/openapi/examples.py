"""The examples of requests and answers, as `tests/api/example_season.py` recorded them.

What is not recorded has no example; `tests/unit/test_openapi_meanings.py` names what lacks one.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from coupons import refusals as r
from coupons.web.api import Route
from infra.openapi.components import Components, Made, camel

EXAMPLES = Path(__file__).with_name("examples.json")


def of_parameter(name: str) -> Made:
    """The first value that a request had for it, as the parameter's `example`."""
    for operation in _recorded()["operations"].values():
        for parts in (operation.get("path", {}), operation.get("query", {})):
            if name in parts:
                return {"example": parts[name]}
    return {}


def of_body(route: Route, components: Components) -> Made:
    operation = _recorded()["operations"].get(route.key, {})
    if "body" not in operation:
        return {}
    return _examples({camel(route.handle.__name__) + "Request": operation["body"]}, components)


def of_answer(route: Route, status: int, media: str, components: Components) -> Made:
    """An answer that is the same for a first time and its repeat has one example for both."""
    answers = _recorded()["operations"].get(route.key, {}).get("answers", {})
    if media not in answers.get(str(status), {}):
        return {}
    answer, name = answers[str(status)][media], camel(route.handle.__name__)
    is_only = all(answer in other.values() for other in answers.values())
    name += "Csv" if media == "text/csv" else "Answer" if is_only else str(status)
    return _examples({name: answer}, components)


def of_problems(refusals: list[type[r.Refusal]], components: Components) -> Made:
    problems = _recorded()["problems"]
    named = {camel(one.slug) + "Problem": problems[one.slug] for one in refusals if one.slug in problems}
    return _examples(named, components)


def _examples(named: dict[str, Any], components: Components) -> Made:
    """What a media type says of its examples: a reference for each."""
    made = {name: components.add("examples", name, {"value": value}) for name, value in named.items()}
    return {"examples": made} if made else {}


@cache
def _recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLES.read_text("utf-8"))
    return found
