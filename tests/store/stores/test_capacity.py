"""What a request consumed: as DynamoDB reports it, and where it reports nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from botocore import exceptions as faults

from coupons.metering import Consumed, Meter
from coupons.refusals import Busy
from coupons.stores.dynamodb import Dynamo, StoreFault
from tests.store.faults import fault
from tests.store.stores.test_dynamodb import Scripted, cancelled


def units(amount: float, **more: float) -> dict[str, Any]:
    return {"TableName": "t", "CapacityUnits": amount, **more}


def keys(number: int, *, strong: bool) -> dict[str, Any]:
    return {"Keys": [{"pk": {"S": str(place)}} for place in range(number)], "ConsistentRead": strong}


TWO_PARTS = {"TransactItems": [{"Put": {}}, {"Update": {}}]}
WEAK = {"RequestItems": {"t": keys(3, strong=False)}}
STRONG = {"RequestItems": {"t": keys(3, strong=True)}}
BOTH = {"RequestItems": {"t": keys(3, strong=True), "u": keys(2, strong=False)}}

CASES: list[tuple[str, str, dict[str, Any], Any, Consumed]] = [
    ("a read", "get_item", {}, {"ConsumedCapacity": units(0.5)}, Consumed(1, 0.0, 0.5)),
    ("a page of a query", "query", {}, {"ConsumedCapacity": units(128.5)}, Consumed(1, 0.0, 128.5)),
    ("a put", "put_item", {}, {"ConsumedCapacity": units(1.0)}, Consumed(1, 1.0, 0.0)),
    ("an update of 2 KB", "update_item", {}, {"ConsumedCapacity": units(2.0)}, Consumed(1, 2.0, 0.0)),
    (
        "many writes",
        "batch_write_item",
        {},
        {"ConsumedCapacity": [units(25.0)], "UnprocessedItems": {}},
        Consumed(1, 25.0, 0.0),
    ),
    (
        "a transaction, table by table",
        "transact_write_items",
        TWO_PARTS,
        {"ConsumedCapacity": [units(2.0, WriteCapacityUnits=2.0), units(2.0, WriteCapacityUnits=2.0)]},
        Consumed(1, 4.0, 0.0),
    ),
    (
        "a transaction sent again under its token, which reads",
        "transact_write_items",
        TWO_PARTS,
        {"ConsumedCapacity": [units(2.0, ReadCapacityUnits=2.0), units(4.0, WriteCapacityUnits=4.0)]},
        Consumed(1, 4.0, 2.0),
    ),
    ("absent keys of a wallet", "batch_get_item", WEAK, {"ConsumedCapacity": [units(0.5)]}, Consumed(1, 0.0, 1.5)),
    ("absent keys, strong", "batch_get_item", STRONG, {"ConsumedCapacity": [units(1.0)]}, Consumed(1, 0.0, 3.0)),
    ("keys of two tables", "batch_get_item", BOTH, {"ConsumedCapacity": []}, Consumed(1, 0.0, 4.0)),
    ("large items", "batch_get_item", WEAK, {"ConsumedCapacity": [units(2.0)]}, Consumed(1, 0.0, 2.0)),
    (
        "keys that were not processed",
        "batch_get_item",
        STRONG,
        {"ConsumedCapacity": [units(1.0)], "UnprocessedKeys": {"t": keys(1, strong=True)}},
        Consumed(1, 0.0, 2.0),
    ),
    ("an engine that says nothing", "put_item", {}, {}, Consumed(1, 0.0, 0.0)),
    ("a refused condition", "put_item", {}, fault("ConditionalCheckFailedException"), Consumed(1, 1.0, 0.0)),
    (
        "a refused transaction",
        "transact_write_items",
        TWO_PARTS,
        cancelled("None", "ConditionalCheckFailed"),
        Consumed(1, 4.0, 0.0),
    ),
    ("a throttled put", "put_item", {}, fault("ProvisionedThroughputExceededException"), Consumed(1, 0.0, 0.0)),
    ("a throttled transaction", "transact_write_items", TWO_PARTS, fault("ThrottlingException"), Consumed(1, 0.0, 0.0)),
    ("no answer", "put_item", {}, faults.ReadTimeoutError(endpoint_url="x"), Consumed(1, 0.0, 0.0)),
]


@pytest.mark.parametrize(
    ("operation", "parameters", "answer", "consumed"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_a_request_consumed(operation: str, parameters: dict[str, Any], answer: Any, consumed: Consumed) -> None:
    """Each request asks for it, and the meter learns it from answers and errors."""
    client, meter = Scripted(answer), Meter()
    with suppress(StoreFault, Busy):
        Dynamo(client, meter=meter).call(operation, **parameters)
    assert meter.take() == consumed
    assert client.requests == [{**parameters, "ReturnConsumedCapacity": "TOTAL"}]
