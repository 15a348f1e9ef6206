"""The schemas of models, described by docstrings, with each closed set named once.

A closed set is a `Literal` that a module of the functions names (`CouponStatus`): the same alias types the code, so
that the code says members only. The docstring below the alias is the set's description.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue, models_json_schema

from coupons import fields
from coupons.currencies import EXPONENTS
from infra.described import DescribedSchema, meanings_in
from infra.openapi.components import Components, Made, reference
from infra.openapi.words import WORDS

Wanted = tuple[type[BaseModel], JsonSchemaMode]
_INT32_MAX = 2**31 - 1


class _ApiSchema(DescribedSchema):
    """With the words that many models share, and without titles: a schema's name is its key."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made.pop("title", None)
        for name, field in made.get("properties", {}).items():
            if name in WORDS:
                field.setdefault("description", WORDS[name])
            if name.endswith("_minor"):
                field["format"] = "int64"
        return made


def add_models(components: Components, wanted: list[Wanted]) -> dict[Wanted, Made]:
    """The reference to the schema of each model."""
    template = reference("schemas", "{model}")["$ref"]
    refs, made = models_json_schema(list(dict.fromkeys(wanted)), ref_template=template, schema_generator=_ApiSchema)
    for name, schema in made.get("$defs", {}).items():
        components.add("schemas", name, named_sets(schema, components))
    return {(model, mode): refs[model, mode] for model, mode in wanted}


def named_sets(made: Any, components: Components) -> Any:
    """`made` with a reference for each enumeration that the code names."""
    if isinstance(made, list):
        return [named_sets(one, components) for one in made]
    if not isinstance(made, dict):
        return made
    found = _SETS.get(tuple(made["enum"])) if isinstance(made.get("enum"), list) else None
    if found is None:
        return {name: named_sets(value, components) for name, value in made.items()}
    name, meaning = found
    ref = components.add("schemas", name, {"type": "string", "enum": made["enum"], "description": meaning})
    return ref | {name: value for name, value in made.items() if name not in ("enum", "type", "pattern")}


def _named_literals() -> Iterator[tuple[tuple[str, ...], tuple[str, str]]]:
    """The members of each set with its name and meaning."""
    for module in _modules():
        said = meanings_in(module)
        for name, value in vars(module).items():
            if typing.get_origin(value) is Literal and name in said:
                yield typing.get_args(value), (name, said[name])


def _modules() -> list[ModuleType]:
    return [module for name, module in sorted(sys.modules.items()) if name.startswith("coupons.")]


_SETS: dict[tuple[str, ...], tuple[str, str]] = {
    tuple(EXPONENTS): ("Currency", meanings_in(fields)["Currency"]),
    **dict(_named_literals()),
}
