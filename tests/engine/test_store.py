"""What our engine refuses, bills and keeps; and where others agree, they are asked too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.virtual.parser import UnsupportedError
from infra.virtual.store import Store
from infra.virtual.values import item_size

TABLE = "ClaimsTable"
KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
ONE = {":one": {"N": "1"}}


@pytest.fixture
def store() -> Store:
    make_table(made := Store())
    return made


def make_table(store: Store) -> None:
    store.create_table(TableName=TABLE, KeySchema=[{"AttributeName": "pk"}, {"AttributeName": "sk"}])


def key(pk: str = "p", sk: str = "s") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def of_size(size: int, sk: str = "s") -> dict[str, Any]:
    """An item of exactly so many bytes."""
    item = {**key(sk=sk), "x": {"S": ""}}
    item["x"] = {"S": "x" * (size - item_size(item))}
    return item


def put(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": item, **more}}


def code(send: Callable[..., object], **request: Any) -> str:
    """Of the refusal; empty for an answer."""
    try:
        send(**request)
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return ""


WRITES = [{"PutRequest": {"Item": key(sk=str(number))}} for number in range(26)]
KEYS = [key(sk=str(number)) for number in range(101)]
PARTS = [put(key(sk=str(number))) for number in range(101)]
LARGE = [put(of_size(400 * 1024, sk=str(number))) for number in range(11)]

LIMITS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "an item of 400 KB",
        "put_item",
        {"TableName": TABLE, "Item": of_size(400 * 1024)},
        {"TableName": TABLE, "Item": of_size(400 * 1024 + 1)},
    ),
    (
        "a sort key of 1 KB",
        "put_item",
        {"TableName": TABLE, "Item": key(sk="s" * 1024)},
        {"TableName": TABLE, "Item": key(sk="s" * 1025)},
    ),
    (
        "a partition key of 2 KB",
        "put_item",
        {"TableName": TABLE, "Item": key("p" * 2048)},
        {"TableName": TABLE, "Item": key("p" * 2049)},
    ),
    ("no empty key", "put_item", {"TableName": TABLE, "Item": key()}, {"TableName": TABLE, "Item": key(sk="")}),
    ("both keys", "put_item", {"TableName": TABLE, "Item": key()}, {"TableName": TABLE, "Item": {"pk": {"S": "p"}}}),
    ("100 parts", "transact_write_items", {"TransactItems": PARTS[:100]}, {"TransactItems": PARTS}),
    ("4 MB", "transact_write_items", {"TransactItems": LARGE[:10]}, {"TransactItems": LARGE}),
    (
        "one part an item",
        "transact_write_items",
        {"TransactItems": [put(key()), put(key(sk="t"))]},
        {"TransactItems": [put(key()), {"Delete": {"TableName": TABLE, "Key": key()}}]},
    ),
    ("25 writes", "batch_write_item", {"RequestItems": {TABLE: WRITES[:25]}}, {"RequestItems": {TABLE: WRITES}}),
    (
        "one write an item",
        "batch_write_item",
        {"RequestItems": {TABLE: WRITES[:1]}},
        {"RequestItems": {TABLE: WRITES[:1] * 2}},
    ),
    (
        "100 keys",
        "batch_get_item",
        {"RequestItems": {TABLE: {"Keys": KEYS[:100]}}},
        {"RequestItems": {TABLE: {"Keys": KEYS}}},
    ),
    (
        "each key once",
        "batch_get_item",
        {"RequestItems": {TABLE: {"Keys": KEYS[:1]}}},
        {"RequestItems": {TABLE: {"Keys": KEYS[:1] * 2}}},
    ),
]


@pytest.mark.parametrize(("operation", "fits", "exceeds"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_limits_are_the_services(store: Store, operation: str, fits: Any, exceeds: Any) -> None:
    """At the limit a request is answered, one above it is refused and changes nothing."""
    assert code(getattr(store, operation), **exceeds) == "ValidationException"
    assert store.items == {}
    assert code(getattr(store, operation), **fits) == ""


UPDATES = [
    ("SET gone = gone + :one", "ValidationException"),
    ("SET text = text + :one", "ValidationException"),
    ("SET missing.name = :one", "ValidationException"),
    ("SET pk = :one", "ValidationException"),
    ("SET n = :one, n = :one", "ValidationException"),
    ("SET name = :one", "ValidationException"),
    ("SET n = :one ADD m :other", "ValidationException"),
    ("SET m = n", "ValidationException"),
    ("ADD n :one", ""),
    ("SET coupons.b = :one REMOVE coupons.a", ""),
]


@pytest.mark.parametrize(("update", "refused"), UPDATES)
def test_an_update_that_cannot_be_applied_is_refused(store: Store, update: str, refused: str) -> None:
    """Missing attributes, wrong types, keys, overlapping paths, reserved words, values unused or undefined."""
    item = {**KEY, "n": {"N": "1"}, "text": {"S": "1"}, "coupons": {"M": {"a": {"N": "1"}}}}
    store.put_item(TableName=TABLE, Item=item)
    update_item = {"TableName": TABLE, "Key": KEY, "UpdateExpression": update, "ExpressionAttributeValues": ONE}
    assert code(store.update_item, **update_item) == refused
    if refused:
        assert list(store.items.values()) == [item]
        part = [{"Update": update_item}]
        assert code(store.transact_write_items, TransactItems=part) in (refused, "TransactionCanceledException")


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("put_item", {"ConditionExpression": "contains(a, :one)", "ExpressionAttributeValues": ONE}),
        ("put_item", {"ConditionExpression": "a BETWEEN :one AND :one", "ExpressionAttributeValues": ONE}),
        ("put_item", {"ConditionExpression": "a = :one)", "ExpressionAttributeValues": ONE}),
        ("put_item", {"Expected": {}}),
        ("put_item", {"ReturnValues": "ALL_NEW"}),
        ("update_item", {"UpdateExpression": "SET a[0] = :one", "ExpressionAttributeValues": ONE}),
        ("update_item", {"UpdateExpression": "DELETE a :one", "ExpressionAttributeValues": ONE}),
        ("query", {"KeyConditionExpression": "pk = :one AND sk > :one", "ExpressionAttributeValues": ONE}),
        ("query", {"Select": "COUNT"}),
    ],
)
def test_what_the_engine_does_not_know_it_does_not_ignore(store: Store, operation: str, more: dict[str, Any]) -> None:
    """Grammar and parameters that no function uses."""
    subject = {"put_item": {"Item": KEY}, "update_item": {"Key": KEY}}.get(operation, {})
    with pytest.raises(UnsupportedError):
        getattr(store, operation)(TableName=TABLE, **subject, **more)


def test_an_unknown_table_is_refused(store: Store) -> None:
    """By every operation; and a table is made once."""
    assert code(store.get_item, TableName="other", Key=KEY) == "ResourceNotFoundException"
    assert code(store.put_item, TableName="other", Item=KEY) == "ResourceNotFoundException"
    assert code(store.scan, TableName="other") == "ResourceNotFoundException"
    with pytest.raises(ClientError, match="ResourceInUse"):
        make_table(store)


def test_a_token_names_one_transaction_for_ten_minutes() -> None:
    """Sent again it changes nothing and reads; with other content it is refused; afterwards it is a new one."""
    now = [0.0]
    make_table(store := Store(lambda: now[0]))
    add = {"TableName": TABLE, "Key": KEY, "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": ONE}
    request = {"TransactItems": [{"Update": add}], "ClientRequestToken": "t", "ReturnConsumedCapacity": "TOTAL"}

    def sent() -> tuple[str, Any]:
        told = store.transact_write_items(**request)["ConsumedCapacity"]
        return store.get_item(TableName=TABLE, Key=KEY)["Item"]["n"]["N"], told

    assert sent() == ("1", [{"TableName": TABLE, "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}])
    now[0] = 599.9
    assert sent() == ("1", [{"TableName": TABLE, "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}])
    other = {**request, "TransactItems": [put(key(sk="t"))]}
    assert code(store.transact_write_items, **other) == "IdempotentParameterMismatchException"
    now[0] = 600.0
    assert sent()[0] == "2"


def test_a_refused_transaction_keeps_no_token(store: Store) -> None:
    """Sent again it is judged again."""
    parts = [put(key(), ConditionExpression="attribute_exists(pk)")]
    assert code(store.transact_write_items, TransactItems=parts, ClientRequestToken="t").startswith("Transaction")
    store.put_item(TableName=TABLE, Item=key())
    assert code(store.transact_write_items, TransactItems=parts, ClientRequestToken="t") == ""


UNITS = [
    ("put_item", {"Item": of_size(1024)}, 1.0),
    ("put_item", {"Item": of_size(1025)}, 2.0),
    ("delete_item", {"Key": KEY}, 5.0),
    ("delete_item", {"Key": key(sk="gone")}, 1.0),
    ("update_item", {"Key": KEY, "UpdateExpression": "REMOVE x"}, 5.0),
    ("get_item", {"Key": KEY, "ConsistentRead": True}, 2.0),
    ("get_item", {"Key": KEY}, 1.0),
    ("get_item", {"Key": key(sk="gone")}, 0.5),
    ("query", {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}, 1.0),
    ("query", {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "none"}}}, 0.5),
]


@pytest.mark.parametrize(("operation", "request_", "units"), UNITS)
def test_units_are_billed_by_size(store: Store, operation: str, request_: dict[str, Any], units: float) -> None:
    """The larger of an item before and after a write, by 1 KB; what is read, by 4 KB; half if eventually consistent."""
    store.put_item(TableName=TABLE, Item=of_size(1) if operation == "put_item" else of_size(4_097))
    told = getattr(store, operation)(TableName=TABLE, ReturnConsumedCapacity="TOTAL", **request_)
    assert told["ConsumedCapacity"] == {"TableName": TABLE, "CapacityUnits": units}


def test_sizes_are_those_of_the_service() -> None:
    """Names, UTF-8, digits by pairs, and three bytes more for a list or a map, one for each of its elements."""
    item = {
        "name": {"S": "消费"},  # 4 + 6
        "n": {"N": "-1200"},  # 1 + 1 + 1 + 1
        "b": {"B": b"123"},  # 1 + 3
        "l": {"L": [{"BOOL": True}, {"NULL": True}]},  # 1 + 3 + 2 + 2
        "m": {"M": {"a": {"N": "7"}}},  # 1 + 3 + 1 + 1 + 2
    }
    assert item_size(item) == 10 + 4 + 4 + 8 + 8


def test_pages_end_at_a_megabyte(store: Store) -> None:
    """And the next goes on behind the last key; a limit cuts too, though nothing follows, as the service has it."""
    for number in range(4):
        store.put_item(TableName=TABLE, Item=of_size(300 * 1024, sk=str(number)))
    request = {"TableName": TABLE, "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
    first = store.query(**request, Limit=4)
    assert (first["Count"], first["LastEvaluatedKey"]) == (4, key(sk="3"))
    rest = store.query(**request, ExclusiveStartKey=key(sk="3"))
    assert (rest["Items"], "LastEvaluatedKey" in rest) == ([], False)
    other = {"pk": {"S": "other"}, "sk": {"S": "3"}}
    assert code(store.query, **request, ExclusiveStartKey=other) == "ValidationException"


def test_a_filter_hides_what_was_read(store: Store) -> None:
    """The page is counted before it."""
    for number in range(3):
        store.put_item(TableName=TABLE, Item={**key(sk=str(number)), "n": {"N": str(number)}})
    found = store.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :p",
        FilterExpression="n > :one",
        ProjectionExpression="n",
        ExpressionAttributeValues={":p": {"S": "p"}, **ONE},
    )
    assert (found["Items"], found["ScannedCount"]) == ([{"n": {"N": "2"}}], 3)


def test_a_snapshot_is_untouched_by_what_follows(store: Store) -> None:
    """No item is changed in place, also not deep inside."""
    item = {**KEY, "c": {"L": [{"M": {"s": {"S": "a"}}}]}}
    store.put_item(TableName=TABLE, Item=item)
    before = store.snapshot()
    change = {"TableName": TABLE, "Key": KEY, "UpdateExpression": "SET c[0].s = :b"}
    store.update_item(**change, ExpressionAttributeValues={":b": {"S": "b"}})
    assert list(before.values()) == [{**KEY, "c": {"L": [{"M": {"s": {"S": "a"}}}]}}]
    store.restore(before)
    assert store.get_item(TableName=TABLE, Key=KEY)["Item"] == item


def test_writes_of_many_threads_are_one_after_the_other(store: Store) -> None:
    """A counter that may not pass 500 is raised by sixteen threads: exactly 500 times, each once."""
    request = {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": "ADD n :one",
        "ConditionExpression": "attribute_not_exists(n) OR n < :max",
        "ExpressionAttributeValues": {**ONE, ":max": {"N": "500"}},
        "ReturnValues": "ALL_NEW",
    }

    def race(_: int) -> list[str]:
        won = []
        for _ in range(50):
            try:
                won.append(store.update_item(**request)["Attributes"]["n"]["N"])
            except ClientError:
                break
        return won

    with ThreadPoolExecutor(16) as pool:
        wins = [number for won in pool.map(race, range(16)) for number in won]
    assert sorted(map(int, wins)) == list(range(1, 501))
