"""A request to AWS as IAM sees it: action, resource, and for DynamoDB the leading keys and the attributes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

ALONE = {
    "GetSecretValue": "KeysSecret",
    "PutEvents": "EventBus",
    "SendMessage": "FailedEventsQueue",
    "GetObject": "DrawBucket",
    "PutObject": "DrawBucket",
    "GeneratePresignedUrl": "DrawBucket",
}
_OWN = {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"}
_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_EXPRESSIONS = ("UpdateExpression", "ConditionExpression", "ProjectionExpression", "KeyConditionExpression")
_WORDS = {"SET", "ADD", "REMOVE", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}
_NAME = re.compile(r"(?<![:\w.#])(?:#\w+|[A-Za-z_]\w*)(?![\w(])")
"""A name in an expression: no `:value`, no `function(`, and only `a` of a path `a.b`, as IAM compares it."""


class Request(NamedTuple):
    """`keys`: the partition keys of its items. Each part of a transaction is a request."""

    verb: str
    resource: str
    keys: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()


def requests_of(operation: str, params: Mapping[str, Any]) -> Iterator[Request]:
    """One for each part of a transaction and for each table of a batch."""
    if operation in ALONE:
        # A link may do what its signer may.
        yield Request(operation.replace("GeneratePresignedUrl", "GetObject"), ALONE[operation])
    elif operation in _OWN:
        yield _request(operation, params["TableName"], [params])
    elif operation == "BatchGetItem":
        for table, asked in params["RequestItems"].items():
            yield _request(operation, table, [{"Key": key} for key in asked["Keys"]])
    elif operation == "BatchWriteItem":
        for table, parts in params["RequestItems"].items():
            yield _request(operation, table, [one for part in parts for one in part.values()])
    elif operation == "TransactWriteItems":
        for part in params["TransactItems"]:
            yield from (_request(_PARTS[kind], one["TableName"], [one]) for kind, one in part.items())
    else:
        raise AssertionError(f"whose permission is {operation}?")


def _request(verb: str, table: str, parts: list[Mapping[str, Any]]) -> Request:
    keys = frozenset(_leading_key(part) for part in parts)
    return Request(verb, table, keys, frozenset[str]().union(*(_attributes(part) for part in parts)))


def _leading_key(part: Mapping[str, Any]) -> str:
    if "KeyConditionExpression" in part:
        assert part["KeyConditionExpression"].startswith("pk = :pk")
        return str(part["ExpressionAttributeValues"][":pk"]["S"])
    return str({**part.get("Key", {}), **part.get("Item", {})}["pk"]["S"])


def _attributes(part: Mapping[str, Any]) -> set[str]:
    names = part.get("ExpressionAttributeNames", {})
    named = _NAME.findall(" ".join(part.get(expression, "") for expression in _EXPRESSIONS))
    return {
        *part.get("Key", {}),
        *part.get("Item", {}),
        *(names.get(name, name) for name in named if name not in _WORDS),
    }
