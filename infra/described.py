"""JSON Schemas whose descriptions are docstrings: a model's is its own, a field's is the one below the field.

They are read from the source, so that the functions pay nothing for them when they start.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


class DescribedSchema(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - no field has one
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().model_schema(schema)
        if says := schema["cls"].__doc__:
            made["description"] = joined(says)
        fields = schema["cls"].model_fields
        found = {
            fields[name].alias or name: meaning for name, meaning in meanings(schema["cls"]).items() if name in fields
        }
        for name, field in made.get("properties", {}).items():
            if name in found:
                field["description"] = found[name]
        return made


def meanings(described: type) -> dict[str, str]:
    """What each field of a class means, its bases' fields included; without those that have no docstring."""
    ours = [base for base in reversed(described.__mro__) if base.__module__.startswith("coupons.")]
    return {name: meaning for base in ours for name, meaning in _meanings(base).items()}


def meanings_in(module: ModuleType) -> dict[str, str]:
    """What each name of a module means that has a docstring below it."""
    return _below(ast.parse(inspect.getsource(module)).body)


@cache
def _meanings(described: type) -> dict[str, str]:
    (declared,) = ast.parse(textwrap.dedent(inspect.getsource(described))).body
    assert isinstance(declared, ast.ClassDef)
    return _below(declared.body)


def joined(text: str) -> str:
    """A docstring as one paragraph."""
    return " ".join(text.split())


def _below(body: list[ast.stmt]) -> dict[str, str]:
    return {
        name: joined(below.value.value)
        for stated, below in pairwise(body)
        if (name := _named(stated))
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


def _named(stated: ast.stmt) -> str:
    """The one name that an assignment, or a field, declares; empty for every other statement."""
    if isinstance(stated, ast.AnnAssign) and isinstance(stated.target, ast.Name):
        return stated.target.id
    if isinstance(stated, ast.Assign) and isinstance(stated.targets[0], ast.Name):
        return stated.targets[0].id
    return ""
