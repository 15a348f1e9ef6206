"""What a season's document can say, from its pydantic models: a JSON Schema and a page of tables.

A field's meaning is the docstring below it in its model (`infra/described.py`).
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from coupons import fields as words
from coupons.model.seasons import Season
from infra.described import DescribedSchema

_DEFINITION = "#/$defs/"
_TIME = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)$"
KINDS: dict[str, tuple[Any, str]] = {
    "id": (words.Id, "1 to 64 lower-case letters, digits and hyphens"),
    "slot name": (words.FacilityId, "1 to 47 lower-case letters, digits and hyphens"),
    "link": (words.Link, "an https address, or a path of our own like `/help/`"),
    "image": (words.Image, "the name of a picture, or a file under `/media/`"),
    "place": (words.Geo, '`latitude,longitude` in degrees, in quotes: `"39.9042,116.4074"`'),
    "label": (words.Label, "1 to 64 printable characters; compared letter by letter"),
    "text": (words.Title, "up to 500 characters, or `{en: …, zh: …}`"),
    "time": (words.DeclaredTime, 'RFC 3339 with offset, whole seconds, in quotes: `"2020-06-06T10:00:00+08:00"`'),
    "day": (words.DeclaredDay, "`YYYY-MM-DD` in quotes, in the campaign's time zone"),
    "clock": (words.ClockTime, "`HH:MM` in quotes, in the campaign's time zone"),
    "clock or 24:00": (words.ClockEnd, "the same, or the end of the day"),
    "minor units": (words.Minor, "integer, 0 to 100,000,000,000, in the smallest unit of the campaign's currency"),
    "currency": (words.Currency, "ISO 4217 code of a currency that is legal tender: `CNY`"),
}
"""The values that many fields share: name in the tables, type, and what it looks like."""


class _EditorSchema(DescribedSchema):
    """Without OpenAPI's `discriminator`."""

    def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().tagged_union_schema(schema)
        made.pop("discriminator", None)
        return made

    def datetime_schema(self, schema: Any) -> JsonSchemaValue:
        """Most editors do not check a `format`: the pattern refuses a date alone and a time without its offset."""
        return super().datetime_schema(schema) | {"pattern": _TIME}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a campaign document, each field with its meaning."""
    made = Season.model_json_schema(schema_generator=_EditorSchema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def models() -> list[type[BaseModel]]:
    """The campaign document and the models inside it, in the order in which a reader meets them."""
    found: list[type[BaseModel]] = []

    def meet(model: type[BaseModel]) -> None:
        if model in found:
            return
        found.append(model)
        for hint in typing.get_type_hints(model).values():
            for inner in _inside(hint):
                meet(inner)

    meet(Season)
    return found


def page() -> str:
    """The tables as Markdown: the shared values, then one section a model."""
    whole = schema()
    kinds = "\n".join(f"| {name} | {looks} |" for name, (_, looks) in KINDS.items())
    head = (
        "# Fields of a season's document\n\n"
        "Written from the models by `make openapi`; do not edit. `campaign.schema.json` beside it says the same to an"
        " editor.\nHow to write a season, and what each rule answers: `README.md`.\n\n"
        f"| value | looks like |\n|---|---|\n{kinds}\n"
    )
    return head + "".join(_section(model, whole) for model in models() if model is not words.Text)


def _section(model: type[BaseModel], whole: dict[str, Any]) -> str:
    described = whole if model is Season else whole["$defs"][model.__name__]
    rows = "\n".join(
        f"| `{name}` | {_looks(field)} | {_absent(name, described)} | {field['description']} |"
        for name, field in described["properties"].items()
    )
    return (
        f"\n## {model.__name__}\n\n{described['description']}\n\n"
        f"| field | value | if absent | meaning |\n|---|---|---|---|\n{rows}\n"
    )


def _absent(name: str, described: dict[str, Any]) -> str:
    if name in described.get("required", ()):
        return "required"
    default = described["properties"][name].get("default")
    if default is None or isinstance(default, dict):
        return "–"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _looks(field: dict[str, Any]) -> str:
    """One value in words: a shared kind, a number with its bounds, a list, a choice, or a link to a section."""
    bare = {name: value for name, value in field.items() if name not in ("description", "default")}
    for kind, shape in _shapes().items():
        if bare == shape:
            return kind
    if "anyOf" in bare:
        (value,) = [branch for branch in _flat(bare) if branch.get("type") != "null"]
        return _looks(value)
    if "oneOf" in bare:
        return " or ".join(map(_looks, bare["oneOf"]))
    if "$ref" in bare:
        name = bare["$ref"].removeprefix(_DEFINITION)
        return f"[{name}](#{name.lower()})"
    if "enum" in bare or "const" in bare:
        return ", ".join(f"`{one}`" for one in bare.get("enum", [bare.get("const")]))
    if bare["type"] == "array":
        return f"list of {_looks(bare['items'])}{_bounds(bare, 'minItems', 'maxItems')}"
    if bare["type"] == "integer":
        return f"integer{_bounds(bare, 'minimum', 'maximum')}"
    return {"boolean": "`true`, `false`", "string": "string"}[bare["type"]]


def _flat(union: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The branches of a union; a text, which is itself a union of two, stays whole."""
    text, branches = _shapes()["text"]["anyOf"], union["anyOf"]
    if all(branch in branches for branch in text):
        yield {"anyOf": text}
        branches = [branch for branch in branches if branch not in text]
    yield from branches


def _bounds(shape: dict[str, Any], least: str, most: str) -> str:
    low, high = shape.get(least), shape.get(most)
    if high is None:
        return "" if low is None else f", at least {low:,}"
    return f", at most {high:,}" if low is None else f", {low:,} to {high:,}"


def _shapes() -> dict[str, dict[str, Any]]:
    found = {kind: TypeAdapter(hint).json_schema(schema_generator=_EditorSchema) for kind, (hint, _) in KINDS.items()}
    return {kind: {name: value for name, value in shape.items() if name != "$defs"} for kind, shape in found.items()}


def _inside(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for argument in typing.get_args(hint):
        yield from _inside(argument)
