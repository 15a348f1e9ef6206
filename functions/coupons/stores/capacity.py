"""What a request to DynamoDB consumed, by its answer or its error.

| answered | units |
|---|---|
| a read or a write | its ConsumedCapacity |
| a transaction that was applied before under the same token | the reads that its ConsumedCapacity reports |
| a BatchGetItem | at least half a unit (strong: one) for each processed key; ministack leaves absent ones out |
| a condition refused | one: errors carry no ConsumedCapacity. Items above 1 KB cost more; few are so large |
| a transaction cancelled | two for each item, for whatever reason |
| any other error, or no answer | none, though an attempt whose answer was lost may have been charged |

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coupons.metering import Consumed

_READS = {"get_item", "query", "batch_get_item"}


def of_answer(operation: str, parameters: Mapping[str, Any], answer: Mapping[str, Any]) -> Consumed:
    """By the `answer` of an `operation` of the client; without ConsumedCapacity, nothing was consumed."""
    told = answer.get("ConsumedCapacity", [])
    parts = told if isinstance(told, list) else [told]
    units = sum(part["CapacityUnits"] for part in parts)
    if operation == "batch_get_item":
        return Consumed(1, 0.0, max(units, _keys_units(parameters, answer)))
    if operation in _READS:
        return Consumed(1, 0.0, units)
    reads = sum(part.get("ReadCapacityUnits", 0.0) for part in parts)
    return Consumed(1, units - reads, reads)


def of_refusal(parameters: Mapping[str, Any], code: str) -> Consumed:
    """`code` of the error."""
    if code == "ConditionalCheckFailedException":
        return Consumed(1, 1.0, 0.0)
    if code == "TransactionCanceledException":
        return Consumed(1, 2.0 * len(parameters.get("TransactItems", ())), 0.0)
    return Consumed(1)


def _keys_units(parameters: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    left = answer.get("UnprocessedKeys", {})
    return sum(
        (len(asked["Keys"]) - len(left.get(table, {"Keys": ()})["Keys"])) * (1.0 if asked["ConsistentRead"] else 0.5)
        for table, asked in parameters["RequestItems"].items()
    )
