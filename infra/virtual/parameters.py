"""The parameters that each request may have; none is ignored."""

from __future__ import annotations

READ = frozenset({"TableName", "ConsistentRead", "ReturnConsumedCapacity"})
EXPRESSIONS = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
PAGE = frozenset(
    {
        *("Limit", "ExclusiveStartKey", "ScanIndexForward"),
        *("KeyConditionExpression", "FilterExpression", "ProjectionExpression"),
    }
)
_CHECK = frozenset({"TableName", "Key", "ConditionExpression", "ReturnValuesOnConditionCheckFailure"}) | EXPRESSIONS
PARTS = {
    "Put": _CHECK - {"Key"} | {"Item"},
    "Update": _CHECK | {"UpdateExpression"},
    "Delete": _CHECK,
    "ConditionCheck": _CHECK,
}
WRITES = {kind: known | {"ReturnValues", "ReturnConsumedCapacity"} for kind, known in PARTS.items()}
SHOWN = {"Put": ("NONE", "ALL_OLD"), "Delete": ("NONE", "ALL_OLD"), "Update": ("NONE", "ALL_OLD", "ALL_NEW")}
