"""Which requests the functions send to DynamoDB, by their shape, and a catalogue with a sample of each.

A shape is an operation with its expression texts, names and options, but not with its values: two claims are one
shape. The parts of a transaction or a batch are shapes of their own. `shapes.json` holds
requests that together have every shape, each with the items that it met; test_shapes.py plays them on our engine, moto
and ministack. A World's functions send everything through `Watched`, so a request of a shape that the catalogue lacks
fails the test that sent it; a shape that no test sends any more fails the run (`complete.py`).

    python -m tests.engine                      # write the catalogue anew, after an expression changed
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.virtual.parser import TEXTS
from infra.virtual.store import Store
from infra.virtual.values import at_most
from infra.virtual.writes import Place, place_of, places_of

CATALOGUE = Path(__file__).parent / "shapes.json"
PARTITION_MAX, ITEM_BYTES_MAX = 4, 4_096
"""Items of a partition that a sample of a query keeps, and their size."""
_OPTIONS = ("ConsistentRead", "ReturnValues", "ReturnValuesOnConditionCheckFailure")
_PRESENT = {"Limit", "ExclusiveStartKey", "ScanIndexForward"}

Items = dict[Place, dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """One request, and the items that it met."""

    operation: str
    parameters: dict[str, Any]
    items: Items

    @property
    def shapes(self) -> set[str]:
        return set(shapes_of(self.operation, self.parameters))

    @property
    def places(self) -> set[Place]:
        """Of all items that it met or writes."""
        is_write = self.operation not in ("get_item", "batch_get_item", "query")
        return {*self.items, *(places_of(self.parameters) if is_write else ())}

    def as_json(self) -> dict[str, Any]:
        items = [[place.table, item] for place, item in sorted(self.items.items())]
        return {"operation": self.operation, "parameters": self.parameters, "items": items}

    @classmethod
    def of_json(cls, fields: dict[str, Any]) -> Sample:
        items = {place_of("", {"TableName": table, "Item": item}): item for table, item in fields["items"]}
        return cls(fields["operation"], fields["parameters"], items)


def shapes_of(operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    """A line of text for the request, or for each of its parts."""
    if "TransactItems" in parameters:
        for part in parameters["TransactItems"]:
            ((kind, request),) = part.items()
            yield _shape(f"{operation} {kind}", request)
    elif "RequestItems" in parameters:
        for asked in parameters["RequestItems"].values():
            if isinstance(asked, list):
                yield from (f"{operation} {kind}" for one in asked for kind in one)
            else:
                yield _shape(operation, asked)
    else:
        yield _shape(operation, parameters)


def _shape(name: str, request: Mapping[str, Any]) -> str:
    names = request.get("ExpressionAttributeNames")
    told = [request.get(text) for text in TEXTS] + [request.get(option) for option in _OPTIONS]
    return _text(name, tuple(told), tuple(sorted(names.items())) if names else (), tuple(_PRESENT & request.keys()))


@cache
def _text(name: str, told: tuple[Any, ...], names: tuple[tuple[str, str], ...], present: tuple[str, ...]) -> str:
    found = [
        f"{key.removesuffix('Expression')}={value}" for key, value in zip(TEXTS + _OPTIONS, told, strict=True) if value
    ]
    found += [f"{alias}={meant}" for alias, meant in names] + sorted(present)
    # A coupon's place in its pack, a person in a slot, a day of an allotment, and how many causes a statistic adds,
    # make no other shape.
    shape = re.sub(r"\[\d+\]", "[0]", " | ".join([name, *found]))
    shape = re.sub(r"=([cdopw]:)[\w-]+", r"=\1", shape)
    return re.sub(r", #\d+ :\d+| \| #\d+=[\w-]+", "", shape)


def load() -> list[Sample]:
    return [Sample.of_json(fields) for fields in json.loads(CATALOGUE.read_text("utf-8"), object_hook=_of_json)]


def save(samples: list[Sample]) -> None:
    lines = [json.dumps(sample.as_json(), default=_as_json, ensure_ascii=False) for sample in samples]
    CATALOGUE.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")


def _as_json(value: Any) -> Any:
    assert isinstance(value, bytes)
    return {"base64": base64.b64encode(value).decode()}


def _of_json(fields: dict[str, Any]) -> Any:
    return base64.b64decode(fields["base64"]) if fields.keys() == {"base64"} else fields


class Watch:
    """What was sent in this process. `samples` is for the command that writes the catalogue."""

    def __init__(self) -> None:
        self.known = {shape for sample in load() for shape in sample.shapes} if CATALOGUE.exists() else set()
        self.seen: set[str] = set()
        self.unknown: set[str] = set()
        self.samples: dict[str, Sample] | None = None

    def see(self, operation: str, parameters: dict[str, Any], store: Any) -> None:
        shapes = set(shapes_of(operation, parameters))
        if self.samples is not None and isinstance(store, Store):
            self._keep(shapes, Sample(operation, parameters, _met(operation, parameters, store)))
        elif not shapes <= self.seen:
            self.unknown |= shapes - self.known
        self.seen |= shapes

    def take_unknown(self) -> set[str]:
        taken, self.unknown = self.unknown, set()
        return taken

    def _keep(self, shapes: set[str], sample: Sample) -> None:
        """The shortest sample of each shape."""
        assert self.samples is not None
        for shape in shapes:
            existing = self.samples.get(shape)
            if existing is None or len(repr(sample)) < len(repr(existing)):
                self.samples[shape] = sample


WATCH = Watch()


class Watched:
    """The client of an environment: `store` is what it leads to in the end."""

    def __init__(self, client: Any, store: Any) -> None:
        self._client = client
        self._store = store

    def __getattr__(self, name: str) -> Any:
        send = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            WATCH.see(name, {key: parameters[key] for key in parameters if key not in _UNWATCHED}, self._store)
            return send(**parameters)

        return call


_UNWATCHED = {"ReturnConsumedCapacity", "ClientRequestToken"}


def _met(operation: str, parameters: dict[str, Any], store: Store) -> Items:
    """Items that the request is about, as they are before it."""
    if operation == "query":
        pk = parameters["ExpressionAttributeValues"][":pk"]["S"]
        of_it = (place for place in store.items if place[:2] == (parameters["TableName"], pk))
        places = sorted(place for place in of_it if at_most(store.items[place], ITEM_BYTES_MAX))[:PARTITION_MAX]
    elif operation == "batch_get_item":
        asked = parameters["RequestItems"].items()
        places = [place_of("", {"TableName": table, "Key": key}) for table, one in asked for key in one["Keys"]]
    else:
        places = list(places_of(parameters))
    return {place: store.items[place] for place in places if place in store.items}
