"""JSON documents: a whole number is an integer in every form, and a name that is stated twice has no meaning."""

from __future__ import annotations

import contextlib
import json
import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo

from coupons.faults import faults
from coupons.fields import Document
from coupons.json_documents import parsed
from infra.openapi.document import routes


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class Whole(Document):
    n: int
    inner: list[Whole] = []
    free: Any = None


BELOW = 2**53 - 1
NUMBERS: list[tuple[str, int | None]] = [
    ("6000.0", 6000),
    ("6e3", 6000),
    ("6E+3", 6000),
    ("600000e-2", 6000),
    ("0.1e1", 1),
    ("-0.0", 0),
    ("-0", 0),
    ("-1000.0", -1000),
    (f"{BELOW}.0", BELOW),
    (f"-{BELOW}.0", -BELOW),
    (f"{BELOW + 1}.0", None),
    (f"-{BELOW + 1}.0", None),
    ("9007199254740993.0", None),
    (f"{BELOW}.4", None),
    ("5.00000000000000000001", None),
    ("0.99999999999999999999", None),
    ("6000.5", None),
    ("1e400", None),
    ("-1e400", None),
    ("1e-400", None),
    ("1e-99999999999999999999", None),
    ("1e99999999999999999999", None),
    ("NaN", None),
    ("Infinity", None),
    ('"6000.0"', None),
    ('"6000"', None),
    ("true", None),
    ("null", None),
    ("[6000.0]", None),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_whole_number_below_two_to_the_53(text: str, number: int | None) -> None:
    """Its form does not matter; what is not whole, was rounded, or may have been rounded by the sender is refused."""
    raw = f'{{"n": 1, "inner": [{{"n": {text}}}]}}'.encode()
    if number is None:
        with pytest.raises(ValidationError) as refused:
            parsed(Whole, raw)
        assert [fault["place"] for fault in faults(refused.value, "body")] == ["body.inner.0.n"]
    else:
        (inner,) = parsed(Whole, raw).inner
        assert (inner.n, type(inner.n)) == (number, int)


def models(hint: Any) -> Iterator[type[BaseModel]]:
    """Every model in a type, and the models of its fields."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
        for field in hint.model_fields.values():
            yield from models(field.annotation)
    for argument in typing.get_args(hint):
        yield from models(argument)


def named(model: type[BaseModel], name: str) -> tuple[str, FieldInfo]:
    """The attribute whose name in JSON is this, and its field."""
    [found] = [(at, field) for at, field in model.model_fields.items() if (field.alias or at) == name]
    return found


BODIES = sorted(
    {route.body for area in routes().values() for route in area if route.body}, key=lambda body: body.__name__
)
INTEGERS = {
    f"{model.__name__}.{name}": (model, name, text)
    for body in BODIES
    for model in models(body)
    for name, schema in model.model_json_schema()["properties"].items()
    if '"integer"' in (text := json.dumps(schema))
}


def test_no_integer_of_a_body_is_missing_here() -> None:
    """The schemas of the bodies, as they are published, name the same integers."""
    schemas: dict[str, Any] = {}
    for body in BODIES:
        schema = body.model_json_schema()
        schemas |= {body.__name__: schema, **schema.get("$defs", {})}
    published = {
        f"{title}.{name}"
        for title, schema in schemas.items()
        for name, field in schema.get("properties", {}).items()
        if '"integer"' in json.dumps(field)
    }
    assert published == set(INTEGERS)
    assert len(published) > 25


@pytest.mark.parametrize(("model", "name", "schema"), INTEGERS.values(), ids=INTEGERS)
def test_every_integer_of_every_body(model: type[BaseModel], name: str, schema: str) -> None:
    """Its least and its largest value may have a fraction of zeros or an exponent; other forms are refused."""
    attribute, field = named(model, name)
    one = create_model("one", __base__=Document, **{attribute: (field.annotation, field)})
    for bound in ("minimum", "maximum"):
        (value,) = {int(found) for found in re.findall(rf'"{bound}": (-?[0-9]+)', schema)}
        for text in (f"{value}.0", f"{value}e0", f"{10 * value}e-1", f"{value}.00E+00"):
            number = getattr(parsed(one, f'{{"{name}": {text}}}'.encode()), attribute)
            assert (number, type(number)) == (value, int)
        for text in (f"{value}.5", f'"{value}"', f'"{value}.0"', "true", "1e400", f"{2**53}.0"):
            with pytest.raises(ValidationError):
                parsed(one, f'{{"{name}": {text}}}'.encode())


DOUBLED: list[tuple[str, list[str]]] = [
    ('{"n": 1, "free": null}', []),
    ('{"n": 1, "n": 1}', ["n"]),
    ('{"n": 1, "n": 2, "n": 3}', ["n"]),
    ('{"n": 1, "\\u006e": 2}', ["n"]),
    ('{"n": 1.0, "n": 2}', ["n"]),
    ('{"n": 1, "inner": [{"n": 1}, {"n": 1, "n": 1}]}', ["inner.1.n"]),
    ('{"n": 1, "free": {"a": {"b": [[{"c": 1, "c": 2, "d": 1, "d": 1}]]}}}', ["free.a.b.0.0.c", "free.a.b.0.0.d"]),
    ('{"n": 1, "free": {"a": {"b": 1, "b": 2}, "a": 1}}', ["free.a", "free.a.b"]),
    ('{"n": 1, "free": {"": 1, "": 2}}', ["free."]),
    ('{"n": 1, "free": {"\u00e9": 1, "e\u0301": 2, "N": 1}}', []),
    ('{"n": 1, "n": 1, "free": [' + "9" * 4300 + ", 1e400, NaN]}", ["n"]),
    ('{"n": 1, "free": ' + '{"a":' * 190 + '{"b": 1, "b": 1}' + "}" * 191, [".".join(["free", *"a" * 190, "b"])[:195]]),
]


@pytest.mark.parametrize(("text", "places"), DOUBLED)
def test_a_name_that_is_stated_twice(text: str, places: list[str]) -> None:
    """Each is named with its place, also in what is nested, shadowed, or free of any schema; escapes do not matter."""
    if not places:
        parsed(Whole, text.encode())
        return
    with pytest.raises(ValidationError) as refused:
        parsed(Whole, text.encode())
    wanted = [{"place": f"body.{place}", "message": "is stated twice"} for place in places]
    assert faults(refused.value, "body") == wanted


@pytest.mark.parametrize("depth", [199, 201, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_stays_pydantics_error(opening: str, closing: str, depth: int) -> None:
    """The second reading never meets a document that is too deep for it."""
    text = '{"n": 1.0, "free": ' + opening * depth + "1" + closing * depth + "}"
    if depth < 200:
        parsed(Whole, text.encode())
        return
    with pytest.raises(ValidationError, match="recursion limit exceeded"):
        parsed(Whole, text.encode())


@given(st.binary(max_size=60) | st.text(st.sampled_from('{}[]",:.n01e+-\\u6 \ud800'), max_size=30).map(_bytes))
def test_nothing_but_a_validation_error_is_raised(raw: bytes) -> None:
    """Whatever the bytes are."""
    with contextlib.suppress(ValidationError):
        parsed(Whole, raw)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**60), 2**60)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_other_documents_are_read_as_pydantic_reads_them(free: Any) -> None:
    """Nothing else of a document changes by the second reading."""
    raw = json.dumps({"n": 1, "free": free}).encode()
    assert parsed(Whole, raw) == Whole.model_validate_json(raw)
