"""DynamoDB without a wire: items in a dictionary, expressions by moto's own parser and executor.

moto behind a boto3 client takes 20 ms for a transaction of three items: it serializes everything twice and copies whole
tables to be able to undo. A state machine lives from the number of its steps, so the client here keeps the items
itself, never changes one in place (a snapshot is a copy of a dictionary), and judges all conditions of a transaction
before it writes, as DynamoDB does: 2 ms. `test_engine.py` holds its answers and items against moto's.

One thread at a time. A ClientRequestToken is not looked at (nor is it by moto): a transaction that is sent twice meets
its own conditions the second time, where DynamoDB would give the first one's answer for ten minutes: harsher, never
milder. Reads are all strong. Nothing throttles, conflicts or is lost here; `stack.py` adds that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import UpdateExpressionValidator

Attributes = dict[str, Any]
Place = tuple[str, str, str]
"""Table, partition key, sort key."""
_KEY = ["pk", "sk"]
_TABLE: Any = SimpleNamespace(
    table_key_attrs=_KEY, attribute_keys=_KEY, attr=[{"AttributeName": name, "AttributeType": "S"} for name in _KEY]
)
"""As moto's validators look at a table."""


class Engine:
    """What the stores ask of a boto3 client. `items` may be copied, and restored."""

    def __init__(self) -> None:
        self.restore({})

    def restore(self, items: dict[Place, Attributes]) -> None:
        """Exactly these items are there."""
        self.items = dict(items)
        self._sort_keys: dict[tuple[str, str], set[str]] = {}
        for table, pk, sk in items:
            self._sort_keys.setdefault((table, pk), set()).add(sk)

    def create_table(self, **_definition: Any) -> None:
        """Every table has `pk` and `sk`; nothing else of a definition matters here."""

    def get_item(self, *, TableName: str, Key: Attributes, **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        item = self.items.get(_place(TableName, Key))
        return {"Item": item} if item else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        found = {
            table: [item for key in wanted["Keys"] if (item := self.items.get(_place(table, key)))]
            for table, wanted in RequestItems.items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> dict[str, Any]:
        values = request["ExpressionAttributeValues"]
        assert request["KeyConditionExpression"] in ("pk = :pk", "pk = :pk AND begins_with(sk, :prefix)")
        pk, prefix = values[":pk"]["S"], values.get(":prefix", {"S": ""})["S"]
        after = request.get("ExclusiveStartKey", {"sk": {"S": ""}})["sk"]["S"]
        standing = self._sort_keys.get((request["TableName"], pk), ())
        sort_keys = sorted(sk for sk in standing if sk.startswith(prefix))
        page = [self.items[request["TableName"], pk, sk] for sk in sort_keys if sk > after]
        limit = request.get("Limit", len(page))
        more = {"LastEvaluatedKey": {name: page[limit - 1][name] for name in ("pk", "sk")}} if limit < len(page) else {}
        return {"Items": page[:limit], **more}

    def scan(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803
        return {"Items": [item for (table, _, _), item in self.items.items() if table == TableName]}

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._write("Put", request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        return self._write("Update", request)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        return self._write("Delete", request)

    def batch_write_item(self, *, RequestItems: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        for table, requests in RequestItems.items():
            for wanted in requests:
                ((kind, request),) = wanted.items()
                self._write(kind.removesuffix("Request"), {"TableName": table, **request})
        return {"UnprocessedItems": {}}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803
        parts = [next(iter(part.items())) for part in TransactItems]
        places = [_place_of(request) for _, request in parts]
        assert len(set(places)) == len(places) <= 100, "DynamoDB refuses two operations on one item, and over 100"
        reasons = [self._refusal(request) for _, request in parts]
        if any(reasons):
            raise _error("TransactionCanceledException", CancellationReasons=[r or {"Code": "None"} for r in reasons])
        after = [self._after(kind, request) for kind, request in parts]
        for place, item in zip(places, after, strict=True):
            self._store(place, item)
        return {}

    def _write(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        refusal = self._refusal(request)
        if refusal:
            raise _error("ConditionalCheckFailedException", **{n: v for n, v in refusal.items() if n == "Item"})
        place = _place_of(request)
        before, after = self.items.get(place), self._after(kind, request)
        self._store(place, after)
        shown = {"ALL_OLD": before, "ALL_NEW": after}.get(request.get("ReturnValues", ""))
        return {"Attributes": shown} if shown else {}

    def _refusal(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Why the condition refuses, as a cancellation reason has it."""
        standing = self.items.get(_place_of(request))
        condition = get_filter_expression(
            request.get("ConditionExpression"),
            request.get("ExpressionAttributeNames"),
            request.get("ExpressionAttributeValues"),
        )
        if condition.expr(_moto(standing) if standing else None):
            return None
        is_shown = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and standing
        return {"Code": "ConditionalCheckFailed", **({"Item": standing} if is_shown else {})}

    def _after(self, kind: str, request: dict[str, Any]) -> Attributes | None:
        if kind == "Put":
            return dict(request["Item"])
        standing = self.items.get(_place_of(request))
        if kind == "Delete":
            return None
        if kind == "ConditionCheck":
            return standing
        item = _moto(standing or request["Key"])
        names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
        update = UpdateExpressionValidator(
            _parsed(request["UpdateExpression"]),
            expression_attribute_names=names or {},
            expression_attribute_values=values or {},
            item=item,
            table=_TABLE,
        ).validate()
        update.normalize()
        UpdateExpressionExecutor(update, item, names or {}).execute()
        return dict(_plain(item.attrs))

    def _store(self, place: Place, item: Attributes | None) -> None:
        table, pk, sk = place
        if item is None:
            self.items.pop(place, None)
            self._sort_keys.get((table, pk), set()).discard(sk)
        else:
            self.items[place] = item
            self._sort_keys.setdefault((table, pk), set()).add(sk)


@cache
def _parsed(update: str) -> Any:
    """The validator works on a copy."""
    return UpdateExpressionParser.make(update)


def places_of(request: dict[str, Any]) -> Iterator[Place]:
    """Every item that a write names."""
    if "TransactItems" in request:
        for part in request["TransactItems"]:
            yield from places_of(next(iter(part.values())))
    elif "RequestItems" in request:
        for table, requests in request["RequestItems"].items():
            for wanted in requests:
                yield _place_of({"TableName": table, **next(iter(wanted.values()))})
    else:
        yield _place_of(request)


def _place_of(request: dict[str, Any]) -> Place:
    return _place(request["TableName"], request.get("Key") or request["Item"])


def _place(table: str, key: Attributes) -> Place:
    return table, key["pk"]["S"], key["sk"]["S"]


def _moto(item: Attributes) -> Item:
    return Item(DynamoType(item["pk"]), DynamoType(item["sk"]), item)


def _plain(attributes: dict[str, DynamoType]) -> Attributes:
    return {name: _value(attribute) for name, attribute in attributes.items()}


def _value(attribute: DynamoType) -> dict[str, Any]:
    if attribute.is_map():
        return {"M": _plain(attribute.value)}
    if attribute.is_list():
        return {"L": [_value(element) for element in attribute.value]}
    return {attribute.type: attribute.value}


def _error(code: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    return ClientError(response, "AnyOperation")
