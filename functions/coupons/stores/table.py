"""One table of a store: every request to it is built here.

    part = table.update("order", key, "SET state = :gone", "state = :held", gone="released", held="held")
    table.tries(part)               alone: 1 write unit each KB; False if its condition refused it
    dynamo.transact([part, …])      with parts of other stores: 2 units each KB; all or none

Expressions name attributes as they are stored; reserved words get their aliases here. Each value is an argument of the
name that the expression gives it. With `returning_old` a refused part tells the item that refused it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from coupons.damage import Damaged
from coupons.stores.attributes import Item, attribute_of, decode, encode
from coupons.stores.dynamodb import ConditionFailed, Dynamo
from coupons.stores.keys import Key
from coupons.stores.parts import ItemKind, Part
from coupons.stores.together import Wanted
from coupons.stores.values import value_of, values_of

T = TypeVar("T")

RESERVED = ("state", "final", "unknown")
"""Our attributes whose names are reserved words of DynamoDB's expressions.

Guarded by tests/engine/test_shapes.py::test_reserved_words_are_those_of_the_service.
"""
_RESERVED = re.compile(rf"(?<![\w.#:])({'|'.join(RESERVED)})\b")
_OPERATIONS = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}


class Table:
    def __init__(self, dynamo: Dynamo, name: str) -> None:
        self.dynamo = dynamo
        self.name = name

    # Parts

    def put(self, kind: ItemKind, item: Mapping[str, Any], condition: str = "", /, **values: Any) -> Part:
        """The whole item is written."""
        return Part(kind, "Put", self._request({"Item": encode(item)}, "", condition, values))

    def update(self, kind: ItemKind, key: Key, update: str, condition: str = "", /, **values: Any) -> Part:
        """`update` is done to the item."""
        return Part(kind, "Update", self._request({"Key": encode(key)}, update, condition, values))

    def check(self, kind: ItemKind, key: Key, condition: str, /, **values: Any) -> Part:
        """Nothing is written; the transaction needs the condition to hold."""
        return Part(kind, "ConditionCheck", self._request({"Key": encode(key)}, "", condition, values))

    def delete(self, kind: ItemKind, key: Key, condition: str = "", /, **values: Any) -> Part:
        return Part(kind, "Delete", self._request({"Key": encode(key)}, "", condition, values))

    def _request(self, target: dict[str, Any], update: str, condition: str, values: Item) -> dict[str, Any]:
        target["TableName"] = self.name
        target.update(_prepared(update, condition))
        if values:
            target["ExpressionAttributeValues"] = {f":{name}": attribute_of(value) for name, value in values.items()}
        return target

    # Writing

    def send(self, part: Part, *, returns: str = "") -> Item:
        """The part is applied, alone; `returns` (`ALL_OLD`, `ALL_NEW`): the item before or after it, else nothing.

        Raises ConditionFailed, NotApplied, NoAnswer.
        """
        request = part.request | {"ReturnValues": returns} if returns else part.request
        return decode(self.dynamo.call(_OPERATIONS[part.verb], **request).get("Attributes", {}))

    def tries(self, part: Part) -> bool:
        """The part is applied, alone; False if its condition refused it."""
        try:
            self.send(part)
        except ConditionFailed:
            return False
        return True

    def refuser(self, part: Part) -> Item | None:
        """None: the part is applied, alone. Else the item that refused it, or only its keys if it does not exist."""
        try:
            self.send(part.returning_old())
        except ConditionFailed as refused:
            return refused.item or part.key
        return None

    def put_all(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Unconditional puts, 25 a request. Raises NoAnswer if some may not be written."""
        self.dynamo.write_many(self.name, [{"PutRequest": {"Item": encode(item)}} for item in items])

    # Reading

    def get(self, key: Key, make: Callable[[Item], T], *, consistent: bool) -> T | None:
        """What `make` reads of an item; None if it is not there. Raises Damaged."""
        item = self.dynamo.get(self.name, key, consistent=consistent)
        return value_of(self.name, item, make) if item else None

    def wanted(self, key: Key, make: Callable[[Item], T]) -> Wanted[T]:
        """The same item, to be read together with those of other tables."""
        return Wanted(self.name, key, make)

    def items(self, wanted: Iterable[Key], *, consistent: bool) -> list[Item]:
        """Those of the items that are there, in no order, 100 a request."""
        return self.dynamo.get_many({self.name: list(wanted)}, consistent=consistent)[self.name]

    def query(
        self,
        pk: str,
        prefix: str = "",
        *,
        consistent: bool,
        after: str = "",
        only: str = "",
        page: int = 0,
        backward: bool = False,
    ) -> Iterator[Item]:
        """A partition's items whose sort key begins with `prefix`, to the last page, by their sort keys or `backward`.

        Only those after the sort key `after`; of each only the attributes that `only` lists; `page` items a request.
        """
        more: dict[str, Any] = {}
        if after:
            more["ExclusiveStartKey"] = encode({"pk": pk, "sk": after})
        if only:
            more["ProjectionExpression"] = only
        if page:
            more["Limit"] = page
        if backward:
            more["ScanIndexForward"] = False
        return self.dynamo.query(self.name, pk, prefix, consistent=consistent, **more)

    def value(self, item: Item, make: Callable[[Item], T]) -> T:
        """What `make` reads of the item. Raises Damaged."""
        return value_of(self.name, item, make)

    def values(self, items: Iterable[Item], make: Callable[[Item], T]) -> Iterator[T | Damaged]:
        """The same for each item; `Damaged` takes the place of one that cannot be read."""
        return values_of(self.name, items, make)


def unchanged(attribute: str, read: Any) -> tuple[str, Item]:
    """The condition that an item is the one that was read, and its values.

    Every write changes `attribute`, and no item has a false one: `read` is false if there was no item. Then any item
    refuses, also one that lacks the attribute. Guarded by
    tests/store/stores/test_table.py::test_an_item_without_its_version_is_never_overwritten.
    """
    return (f"{attribute} = :read", {"read": read}) if read else ("attribute_not_exists(pk)", {})


@lru_cache(maxsize=1024)
def _prepared(update: str, condition: str) -> dict[str, Any]:
    """The texts of a request, once a text: reserved words behind aliases, and the names of the aliases."""
    texts = {"UpdateExpression": update, "ConditionExpression": condition}
    request: dict[str, Any] = {name: _RESERVED.sub(r"#\1", text) for name, text in texts.items() if text}
    if reserved := {word for text in texts.values() for word in _RESERVED.findall(text)}:
        request["ExpressionAttributeNames"] = {f"#{word}": word for word in sorted(reserved)}
    return request
