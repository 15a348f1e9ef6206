"""One write, alone or as part of a transaction: where it goes, whether it is refused, and the item after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from infra.virtual.answers import WRITE_UNIT, Request, error, invalid, units_of
from infra.virtual.expressions import Expressions, compiled
from infra.virtual.parser import TEXTS, InvalidError
from infra.virtual.values import Item, at_most

ITEM_BYTES_MAX = 400 * 1_024
PK_BYTES_MAX, SK_BYTES_MAX = 2_048, 1_024
_NO_EXPRESSIONS = Expressions()


class Place(NamedTuple):
    table: str
    pk: str
    sk: str


class Written(NamedTuple):
    """What a write does to an item; None: there is none."""

    place: Place
    before: Item | None
    after: Item | None

    @property
    def units(self) -> int:
        return max(units_of(self.before, WRITE_UNIT), units_of(self.after, WRITE_UNIT))


class RefusedError(Exception):
    """A write that changes nothing, as a cancellation reason."""

    def __init__(self, code: str, message: str, item: Item | None = None) -> None:
        self.reason: dict[str, Any] = {"Code": code, "Message": message}
        if item is not None:
            self.reason["Item"] = item


def place_of(operation: str, request: Request) -> Place:
    """Where a write goes."""
    return key_place(operation, request["TableName"], request["Item"] if "Item" in request else request["Key"])


def key_place(operation: str, table: str, key: Request) -> Place:
    """Where an item, or a key, is. Raises ClientError for no proper key."""
    try:
        place = Place(table, key["pk"]["S"], key["sk"]["S"])
    except KeyError as missing:
        raise invalid(operation, f"The provided key element does not match the schema: {missing}") from None
    if not place.pk or not place.sk:
        raise invalid(operation, "One or more parameter values are not valid: an empty key")
    if len(place.pk.encode()) > PK_BYTES_MAX or len(place.sk.encode()) > SK_BYTES_MAX:
        raise invalid(operation, "One or more parameter values were invalid: a key is too long")
    return place


def expressions_of(operation: str, request: Request) -> Expressions:
    texts = tuple([(name, request[name]) for name in TEXTS if name in request])
    names: Mapping[str, str] = request.get("ExpressionAttributeNames", {})
    values: Mapping[str, Any] = request.get("ExpressionAttributeValues", {})
    if not texts and not names and not values:
        return _NO_EXPRESSIONS
    try:
        return compiled(texts, tuple(names.items()), tuple(values))
    except InvalidError as wrong:
        raise invalid(operation, str(wrong)) from None


def judged(operation: str, kind: str, request: Request, place: Place, before: Item | None) -> Written:
    """What the write does. Raises RefusedError; ClientError where DynamoDB refuses the request as a whole."""
    expressions = expressions_of(operation, request)
    values = request.get("ExpressionAttributeValues", {})
    if expressions.condition is not None and not expressions.condition(before or {}, values):
        is_shown = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        raise RefusedError("ConditionalCheckFailed", "The conditional request failed", before if is_shown else None)
    after: Item | None = None
    if kind == "Put":
        after = request["Item"]
    elif kind == "ConditionCheck":
        return Written(place, before, before)
    elif kind == "Update":
        after = before or dict(request["Key"])
        if expressions.update is not None:
            try:
                after = expressions.update(after, values)
            except InvalidError as wrong:
                raise RefusedError("ValidationError", str(wrong)) from None
    if after is not None and not at_most(after, ITEM_BYTES_MAX):
        raise RefusedError("ValidationError", "Item size has exceeded the maximum allowed size")
    return Written(place, before, after)


def refuse_one_item_twice(operation: str, places: Sequence[Place]) -> None:
    if len(set(places)) < len(places):
        raise invalid(operation, "one request cannot include multiple operations on one item")


def places_of(request: Request) -> Iterator[Place]:
    """Every item that a write names."""
    if "TransactItems" in request:
        for part in request["TransactItems"]:
            yield from places_of(next(iter(part.values())))
    elif "RequestItems" in request:
        for table, requests in request["RequestItems"].items():
            for wanted in requests:
                yield from places_of({"TableName": table, **next(iter(wanted.values()))})
    else:
        yield place_of("", request)


def as_error(operation: str, refused: RefusedError) -> ClientError:
    """The refusal of a write that is no part of a transaction."""
    message = refused.reason["Message"]
    if refused.reason["Code"] == "ValidationError":
        return invalid(operation, message)
    item = {name: refused.reason[name] for name in ("Item",) if name in refused.reason}
    return error(operation, "ConditionalCheckFailedException", message, **item)


def units_by_table(written: Sequence[Written], each: int = 1) -> dict[str, float]:
    units: dict[str, float] = {}
    for one in written:
        units[one.place.table] = units.get(one.place.table, 0.0) + each * one.units
    return units
