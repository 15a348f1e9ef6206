"""What is frozen once a batch is published, and where another document differs from it.

A published batch, its terms and limits, time zone and currency never change by a document. A document must state the
quantity that the batch has now, after all raises and rollovers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from coupons.currencies import money
from coupons.deferred import jsonable
from coupons.model.campaigns import Campaign
from coupons.model.declared_batches import Batch
from coupons.refusal_reasons import Difference
from coupons.refusals import TermsFrozen

DIFFERENCES_MAX = 20
SHOWN_MAX = 80
"""Characters of a value in a sentence."""


def with_quantities(document: Campaign, quantities: Mapping[str, int]) -> Campaign:
    """The document with the quantities that its published batches have now."""
    batches = [
        batch.model_copy(update={"quantity": quantities.get(batch.batch_id, batch.quantity)})
        for batch in document.batches
    ]
    return document.model_copy(update={"batches": batches})


def refusals_of_frozen(stored: Campaign, document: Campaign, quantities: Mapping[str, int]) -> Iterator[TermsFrozen]:
    """Each published batch and each funder of the `stored` document that `document` changes or drops.

    `quantities`: those of the published batches now, which `stored` has too.
    """
    places = {batch.batch_id: place for place, batch in enumerate(document.batches)}
    published = [batch for batch in stored.batches if batch.batch_id in quantities]
    for before in published:
        if before.batch_id not in places:
            yield TermsFrozen(detail=f"Batch {before.batch_id!r} is published and cannot be dropped.")
    gone = {f.funder_id for f in stored.funders} - {f.funder_id for f in document.funders}
    for funder_id in sorted(gone) if published else ():
        yield TermsFrozen(detail=f"Funder {funder_id!r} may owe for published batches and cannot be dropped.")
    for before in published:
        if before.batch_id in places:
            found = list(_of_batch(stored, document, before, places[before.batch_id]))
            if found:
                said = _sentence(before.batch_id, found[0], stored.currency)
                yield TermsFrozen(detail=said, differences=found[:DIFFERENCES_MAX])


def frozen_items(stored: Campaign, batch_ids: Iterable[str]) -> dict[str, set[str]]:
    """The ids of the items that these published batches freeze, by the list of the document that holds them."""
    batches = [batch for batch in stored.batches if batch.batch_id in set(batch_ids)]
    return {
        "batches": {batch.batch_id for batch in batches},
        "terms": {terms_id for batch in batches for terms_id in batch.terms},
        "limits": {limit_id for batch in batches for limit_id in batch.limits},
    }


FROZEN_FACTS = ("timezone", "currency")
"""Of the document, once one of its batches is published."""


def differences(before: Any, after: Any, place: str) -> Iterator[Difference]:
    """Each place where two values differ: `{place, kept, stated}`, as deep as both have the same shape."""
    before, after = _plain(before), _plain(after)
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for name in before:
            yield from differences(before[name], after[name], f"{place}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{place}.{number}")
    else:
        yield {"place": place, "kept": jsonable(before), "stated": jsonable(after)}


def shown(value: Any) -> str:
    """A value as it is printed in a sentence."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def _of_batch(stored: Campaign, document: Campaign, before: Batch, place: int) -> Iterator[Difference]:
    yield from differences(before, document.batches[place], f"body.batches.{place}")
    for terms in {terms.terms_id: terms for terms in stored.terms_of(before)}.values():
        for number, other_terms in enumerate(document.terms):
            if other_terms.terms_id == terms.terms_id:
                yield from differences(terms, other_terms, f"body.terms.{number}")
    for limit in stored.limits_of(before):
        for number, other_limit in enumerate(document.limits):
            if other_limit.limit_id == limit.limit_id:
                yield from differences(limit, other_limit, f"body.limits.{number}")
    for fact in FROZEN_FACTS:
        yield from differences(getattr(stored, fact), getattr(document, fact), f"body.{fact}")


def _sentence(batch_id: str, difference: Difference, currency: str) -> str:
    place, kept, stated = difference["place"], difference["kept"], difference["stated"]
    if place.startswith("body.batches.") and place.endswith(".quantity"):
        more = stated if stated > kept else "N"
        said = f"Batch {batch_id!r} is published and has {kept} packs now, the document states {stated}"
        return f"{said}: state {kept}; `couponctl raise {batch_id} {more}` gives it more."
    where = place.removeprefix("body.")
    is_amount = where.endswith("_minor") and type(kept) is type(stated) is int
    before, after = (money(one, currency) if is_amount else shown(one) for one in (kept, stated))
    return f"Batch {batch_id!r} is published: {where} stays {before}, the document states {after}."


def _plain(value: Any) -> Any:
    # As Python values: one moment is the same in every time zone.
    return value.model_dump() if isinstance(value, BaseModel) else value
