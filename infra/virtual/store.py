"""An in-memory DynamoDB: what the stores ask of a boto3 client, atomic under threads, without a wire.

    store = Store()
    create_tables(store)                       # infra/local/tables.py
    store.put_item(TableName="ClaimsTable", Item={"pk": {"S": "B#1"}, "sk": {"S": "CLAIM#1"}})
    before = store.snapshot(); …; store.restore(before)

Items are in wire form. No item is changed in place, so a snapshot is a copy of one dictionary; what a caller sends or
reads belongs to the store, and must not be changed either. Every read is strong. A request that DynamoDB refuses is a
`ClientError` as botocore raises it; a parameter or expression that only DynamoDB knows is an `UnsupportedError`.
Nothing is throttled, lost or in conflict here: tests and simulations add that around it. tests/engine holds answers
and items against moto and ministack.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from infra.virtual.answers import (
    READ_UNIT,
    Request,
    about,
    consumed,
    error,
    invalid,
    page_answer,
    read_units,
    refuse_unknown,
    units_of,
)
from infra.virtual.expressions import Expressions
from infra.virtual.parameters import EXPRESSIONS, PAGE, PARTS, READ, SHOWN, WRITES
from infra.virtual.parser import KEY_NAMES, UnsupportedError
from infra.virtual.values import Item
from infra.virtual.writes import (
    ITEM_BYTES_MAX,
    Place,
    RefusedError,
    Written,
    as_error,
    expressions_of,
    judged,
    key_place,
    place_of,
    refuse_one_item_twice,
    units_by_table,
)

PARTS_MAX, TRANSACTION_BYTES_MAX = 100, 4 * 1_024 * 1_024
BATCH_GET_MAX, BATCH_GET_BYTES_MAX = 100, 16 * 1_024 * 1_024
BATCH_WRITE_MAX = 25
PAGE_BYTES_MAX = 1_024 * 1_024
TOKEN_S = 600.0
_LAST = "\U0010ffff"
"""No sort key of ours has it, so it ends a range of those that begin alike."""
"""For so long a transaction is applied once under one ClientRequestToken."""


class Store:
    """`now_s` is the clock by which a ClientRequestToken is forgotten."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._tables: set[str] = set()
        self._tokens: dict[str, tuple[float, Sequence[Request], dict[str, float]]] = {}
        self.restore({})

    def snapshot(self) -> dict[Place, Item]:
        """Every item that is there."""
        return dict(self.items)

    def restore(self, items: Mapping[Place, Item]) -> None:
        """Exactly these items are there."""
        self.items = dict(items)
        self._sort_keys: dict[tuple[str, str], list[str]] = {}
        for table, pk, sk in sorted(items):
            self._sort_keys.setdefault((table, pk), []).append(sk)

    def create_table(self, *, TableName: str, KeySchema: Sequence[Request], **definition: Any) -> None:  # noqa: N803
        """A table with the keys `pk` and `sk`, both strings, and no index."""
        refuse_unknown(definition, frozenset({"AttributeDefinitions", "BillingMode"}))
        if tuple(key["AttributeName"] for key in KeySchema) != KEY_NAMES:
            raise UnsupportedError(f"the keys of {TableName}")
        if TableName in self._tables:
            raise error("CreateTable", "ResourceInUseException", f"Table already exists: {TableName}")
        self._tables.add(TableName)

    def get_item(self, **request: Any) -> dict[str, Any]:
        refuse_unknown(request, READ | {"Key"})
        self._refuse_unknown_table("GetItem", request["TableName"])
        item = self.items.get(key_place("GetItem", request["TableName"], request["Key"]))
        units = read_units(request, units_of(item, READ_UNIT))
        return {**({} if item is None else {"Item": item}), **consumed(request, {request["TableName"]: units})}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        refuse_unknown(request, frozenset({"RequestItems", "ReturnConsumedCapacity"}))
        wanted = [(table, asked, key) for table, asked in request["RequestItems"].items() for key in asked["Keys"]]
        places = [key_place("BatchGetItem", table, key) for table, _, key in wanted]
        if not 0 < len(places) <= BATCH_GET_MAX:
            raise invalid("BatchGetItem", f"1 to {BATCH_GET_MAX} keys, not {len(places)}")
        if len(set(places)) < len(places):
            raise invalid("BatchGetItem", "Provided list of item keys contains duplicates")
        for table, asked in request["RequestItems"].items():
            self._refuse_unknown_table("BatchGetItem", table)
            refuse_unknown(asked, frozenset({"Keys", "ConsistentRead"}))
        with self._lock:
            items = [self.items.get(place) for place in places]
        found: dict[str, list[Item]] = {table: [] for table in request["RequestItems"]}
        left, units, size = dict[str, Any](), dict.fromkeys(found, 0.0), 0
        for (table, asked, key), item in zip(wanted, items, strict=True):
            size += about(item)
            if size > BATCH_GET_BYTES_MAX:
                left.setdefault(table, {**asked, "Keys": []})["Keys"].append(key)
                continue
            units[table] += read_units(asked, units_of(item, READ_UNIT))
            if item is not None:
                found[table].append(item)
        return {"Responses": found, "UnprocessedKeys": left, **consumed(request, units, several=True)}

    def query(self, **request: Any) -> dict[str, Any]:
        refuse_unknown(request, READ | PAGE | EXPRESSIONS)
        table, values = request["TableName"], request.get("ExpressionAttributeValues", {})
        self._refuse_unknown_table("Query", table)
        expressions = expressions_of("Query", request)
        if expressions.key is None:
            raise invalid("Query", "a query needs a KeyConditionExpression")
        pk = values[expressions.key.pk]["S"]
        prefix = values[expressions.key.prefix]["S"] if expressions.key.prefix else ""
        start = request.get("ExclusiveStartKey")
        if start is not None and key_place("Query", table, start).pk != pk:
            raise invalid("Query", "The provided starting key is outside query boundaries")
        with self._lock:
            sort_keys = self._sort_keys.get((table, pk), [])
            begin, end = bisect_left(sort_keys, prefix), bisect_left(sort_keys, f"{prefix}{_LAST}")
            is_forward = request.get("ScanIndexForward", True)
            if start is not None and is_forward:
                begin = max(begin, bisect_right(sort_keys, start["sk"]["S"]))
            elif start is not None:
                end = min(end, bisect_left(sort_keys, start["sk"]["S"]))
            rest = sort_keys[begin:end] if is_forward else sort_keys[begin:end][::-1]
            items, is_cut = self._page((Place(table, pk, sk) for sk in rest), request.get("Limit"))
        return page_answer(request, expressions, items, is_cut=is_cut)

    def scan(self, **request: Any) -> dict[str, Any]:
        refuse_unknown(request, READ | {"ExclusiveStartKey"})
        table, start = request["TableName"], request.get("ExclusiveStartKey")
        self._refuse_unknown_table("Scan", table)
        with self._lock:
            places = sorted(place for place in self.items if place.table == table)
            if start is not None:
                places = places[bisect_right(places, key_place("Scan", table, start)) :]
            items, is_cut = self._page(iter(places), None)
        return page_answer(request, Expressions(), items, is_cut=is_cut)

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._write("Put", request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        return self._write("Update", request)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        return self._write("Delete", request)

    def _write(self, kind: str, request: Request) -> dict[str, Any]:
        operation, shown = f"{kind}Item", request.get("ReturnValues", "NONE")
        refuse_unknown(request, WRITES[kind])
        if shown not in SHOWN[kind]:
            raise UnsupportedError(f"ReturnValues={shown} of {operation}")
        place = self._place(operation, request)
        with self._lock:
            try:
                written = judged(operation, kind, request, place, self.items.get(place))
            except RefusedError as refused:
                raise as_error(operation, refused) from None
            self._store(written)
        item = {"ALL_OLD": written.before, "ALL_NEW": written.after}.get(shown)
        answer = {} if item is None else {"Attributes": item}
        if "ReturnConsumedCapacity" in request:
            answer |= consumed(request, {place.table: written.units})
        return answer

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        operation = "BatchWriteItem"
        refuse_unknown(request, frozenset({"RequestItems", "ReturnConsumedCapacity"}))
        parts: list[tuple[str, Request]] = []
        for table, wanted in request["RequestItems"].items():
            for one in wanted:
                ((kind, part),) = one.items()
                parts.append((kind.removesuffix("Request"), {"TableName": table, **part}))
        if not 0 < len(parts) <= BATCH_WRITE_MAX:
            raise invalid(operation, f"1 to {BATCH_WRITE_MAX} requests, not {len(parts)}")
        places = [self._place(operation, part) for _, part in parts]
        refuse_one_item_twice(operation, places)
        with self._lock:
            try:
                written = self._each_judged(operation, parts, places)
            except RefusedError as refused:
                raise as_error(operation, refused) from None
            for one in written:
                self._store(one)
        return {"UnprocessedItems": {}, **consumed(request, units_by_table(written), several=True)}

    def _each_judged(
        self, operation: str, parts: Sequence[tuple[str, Request]], places: Sequence[Place]
    ) -> list[Written]:
        return [
            judged(operation, kind, part, place, self.items.get(place))
            for (kind, part), place in zip(parts, places, strict=True)
        ]

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        operation = "TransactWriteItems"
        refuse_unknown(request, frozenset({"TransactItems", "ClientRequestToken", "ReturnConsumedCapacity"}))
        parts = [next(iter(part.items())) for part in request["TransactItems"]]
        if not 0 < len(parts) <= PARTS_MAX:
            raise invalid(operation, f"1 to {PARTS_MAX} parts, not {len(parts)}")
        for kind, part in parts:
            refuse_unknown(part, PARTS[kind])
        places = [self._place(operation, part) for _, part in parts]
        refuse_one_item_twice(operation, places)
        token = request.get("ClientRequestToken", "")
        with self._lock:
            repeated = self._repeated(token, request["TransactItems"])
            if repeated is not None:
                return consumed(request, repeated, several=True, kind="ReadCapacityUnits")
            written = self._transacted(operation, parts, places)
            for one in written:
                self._store(one)
            units = units_by_table(written, each=2)
            if token:
                self._tokens[token] = self._now_s() + TOKEN_S, request["TransactItems"], units
        return consumed(request, units, several=True, kind="WriteCapacityUnits")

    def _transacted(
        self, operation: str, parts: Sequence[tuple[str, Request]], places: Sequence[Place]
    ) -> list[Written]:
        """All parts as judged. Raises ClientError: a part is refused, or they are too large."""
        written, reasons = list[Written](), list[dict[str, Any]]()
        for (kind, part), place in zip(parts, places, strict=True):
            try:
                written.append(judged(operation, kind, part, place, self.items.get(place)))
                reasons.append({"Code": "None"})
            except RefusedError as refused:
                reasons.append(refused.reason)
        if len(written) < len(parts):
            codes = ", ".join(reason["Code"] for reason in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            raise error(operation, "TransactionCanceledException", message, CancellationReasons=reasons)
        is_small = len(parts) * ITEM_BYTES_MAX <= TRANSACTION_BYTES_MAX
        if not is_small and sum(about(one.after or one.before) for one in written) > TRANSACTION_BYTES_MAX:
            raise invalid(operation, "the items of a transaction exceed 4 MB")
        return written

    def _repeated(self, token: str, items: Sequence[Request]) -> dict[str, float] | None:
        """What a transaction that was applied under `token` consumed; None: no such transaction is remembered."""
        now_s = self._now_s()
        while self._tokens and next(iter(self._tokens.values()))[0] <= now_s:
            del self._tokens[next(iter(self._tokens))]
        if token not in self._tokens:
            return None
        _, applied, units = self._tokens[token]
        if applied != items:
            message = "Request was rejected because it reused a client token with different parameters"
            raise error("TransactWriteItems", "IdempotentParameterMismatchException", message)
        return units

    def _store(self, written: Written) -> None:
        place, before, after = written
        if after is not None:
            self.items[place] = after
            if before is None:
                insort(self._sort_keys.setdefault(place[:2], []), place.sk)
        elif before is not None:
            del self.items[place]
            self._sort_keys[place[:2]].remove(place.sk)

    def _place(self, operation: str, request: Request) -> Place:
        self._refuse_unknown_table(operation, request["TableName"])
        return place_of(operation, request)

    def _refuse_unknown_table(self, operation: str, table: str) -> None:
        if table not in self._tables:
            raise error(operation, "ResourceNotFoundException", f"Requested resource not found: Table: {table}")

    def _page(self, places: Iterator[Place], limit: int | None) -> tuple[list[Item], bool]:
        """Items up to `limit` or 1 MB. A page that either ended is cut even if nothing follows, as DynamoDB has it."""
        found, size = list[Item](), 0
        for place in places:
            found.append(self.items[place])
            size += about(found[-1])
            if len(found) == limit or size > PAGE_BYTES_MAX:
                return found, True
        return found, False
