"""The roles of template.yaml as IAM evaluates them: which requests of a function a statement allows.

A condition with `ForAllValues` must hold for all leading keys, or attributes, of a request in one statement. A request
without a leading key (a scan) passes it, so no role may list such a verb.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tests.api.authorised import Request
from tests.template.stack import Template

_KEYS = ("ForAllValues:StringLike", "dynamodb:LeadingKeys")
_ATTRIBUTES = ("ForAllValues:StringEquals", "dynamodb:Attributes")


class Statement(NamedTuple):
    """Actions on resources by their logical names; `*` and resources without a logical name stay as they are."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    keys: tuple[str, ...]
    """Patterns of partition keys; empty: any key."""
    attributes: tuple[str, ...]
    """Attributes that a request may name; empty: all."""
    others: tuple[str, ...]
    """Conditions of any other kind."""

    @property
    def verbs(self) -> list[str]:
        return [action.partition(":")[2] for action in self.actions]

    def allows(self, request: Request) -> bool:
        return (
            request.verb in self.verbs
            and request.resource in self.resources
            and not (self.keys and any(not like(key, self.keys) for key in request.keys))
            and not (self.attributes and request.attributes - set(self.attributes))
        )


def like(key: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def statements(t: Template, area: str) -> Iterator[Statement]:
    role = t["Resources"][f"{area.capitalize()}Role"]["Properties"]
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            asked = {
                (operator, key): tuple(_list(values))
                for operator, keys in statement.get("Condition", {}).items()
                for key, values in keys.items()
            }
            keys, attributes = asked.pop(_KEYS, ()), asked.pop(_ATTRIBUTES, ())
            others = tuple(" ".join(condition) for condition in asked)
            resources = tuple(_name(resource) for resource in _list(statement["Resource"]))
            yield Statement(tuple(_list(statement["Action"])), resources, keys, attributes, others)


def permissions(t: Template, area: str) -> Iterator[tuple[str, str]]:
    """Each action with its resource."""
    for statement in statements(t, area):
        yield from ((action, resource) for action in statement.actions for resource in statement.resources)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(resource: Any) -> str:
    """The logical name; a table's stream is `ClaimsTable.StreamArn`, objects of a bucket are the bucket's."""
    if isinstance(resource, dict) and "Fn::GetAtt" in resource:
        name, attribute = resource["Fn::GetAtt"]
        return f"{name}.{attribute}" if attribute == "StreamArn" else str(name)
    if isinstance(resource, dict) and "Fn::Sub" in resource:
        return str(resource["Fn::Sub"]).removeprefix("${").removesuffix(".Arn}/*")
    return str(resource)
