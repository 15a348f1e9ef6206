"""What publishing froze, as the item that holds it (table `catalog`)."""

from __future__ import annotations

from pydantic import TypeAdapter

from coupons.deferred import DEFERRED
from coupons.model.batches import DrawTerms, PublishedBatch
from coupons.model.declared_batches import Batch
from coupons.model.limits import Limit
from coupons.model.terms import Terms
from coupons.stores.attributes import Item
from coupons.stores.values import fields_of, reader
from coupons.times import wall_clock

_LIMIT: TypeAdapter[Limit] = TypeAdapter(Limit, config=DEFERRED)
_DRAW = reader(DrawTerms)


def batch_fields(batch: PublishedBatch) -> Item:
    return {
        **fields_of(batch, "document", "terms", "limits", "draw"),
        "batch": batch.document.model_dump_json(exclude_unset=True),
        # Each of the pack's terms once: a long one eight times would come near an item's limit of 400 KB.
        "terms": {terms.terms_id: terms.model_dump_json(exclude_unset=True) for terms in batch.terms},
        "limits": [limit.model_dump_json() for limit in batch.limits],
        **({"draw": fields_of(batch.draw)} if batch.draw else {}),
    }


def batch_of(item: Item) -> PublishedBatch:
    document = Batch.model_validate_json(item["batch"])
    wall_clock(
        item["published_at_s"], item["timezone"]
    )  # a time or zone that no calendar has fails here, and not later
    terms = {terms_id: Terms.model_validate_json(text) for terms_id, text in item["terms"].items()}
    read = reader(
        PublishedBatch,
        document=lambda _: document,
        terms=lambda _: tuple(terms[terms_id] for terms_id in document.terms),
        limits=lambda i: tuple(_LIMIT.validate_json(text) for text in i["limits"]),
        draw=lambda i: _DRAW(i["draw"]) if "draw" in i else None,
    )
    return read(item)
