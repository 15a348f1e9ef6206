"""What the revisions of programmes announced (table `claims`, whose stream the relay reads).

| access | request | units |
|---|---|---|
| record what a revision announced | a part of the transaction that stores the revision | 2 |

The item names the document and the announcements; the relay reads them from the document's chunks, which stay.
"""

from __future__ import annotations

from coupons.model.programmes import Announced, ProgrammeHead
from coupons.stores import programme_keys as keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table
from coupons.stores.values import fields_of, reader


class Announcements:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def record(self, announced: Announced) -> Part:
        """A transaction part: the revision of this head announced this."""
        head = announced.head
        key = keys.announced(announced.campaign_id, head.revision)
        return self._table.put("announced", {**key, **fields_of(announced, "head"), **fields_of(head)})


_head = reader(ProgrammeHead)
from_item = reader(Announced, head=_head)


def is_announced(item: Item) -> bool:
    """Whether the item is one of these."""
    return str(item["sk"]).startswith(keys.REVISION)
