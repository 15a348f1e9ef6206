"""Where a document differs from the stored one, in the document's own words: `batches[pack].quantity`.

Items that have an id are compared by it, so an item that is added in front of a list changes no other. A list whose
items only changed places is one change, of the ids in their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from coupons.deferred import jsonable
from coupons.model.campaigns import Campaign
from coupons.model.frozen import FROZEN_FACTS, frozen_items
from coupons.model.programmes import Programme

ChangeKind = Literal["added", "changed", "removed", "frozen"]
"""How a document differs in one place; `frozen`: in a published batch, which refuses the document."""
_IDS = {
    "sections": "section_id",
    "funders": "funder_id",
    "merchants": "merchant_id",
    "stores": "store_id",
    "limits": "limit_id",
    "terms": "terms_id",
    "funding": "funder_id",
    "batches": "batch_id",
    "venues": "venue_id",
    "facilities": "facility_id",
    "booking_rules": "booking_rule_id",
    "activities": "activity_id",
    "sessions": "session_id",
    "announcements": "announcement_id",
    "partners": "partner_id",
}
"""The lists whose items have an id."""


@dataclass(frozen=True, slots=True)
class Change:
    """`kept`: what is stored; null for `added`. `stated`: what the document says; null for `removed`.

    `frozen`: the stored value stays, because a published batch needs it, and an edit with this change is refused.
    """

    place: str
    change: ChangeKind
    kept: Any
    stated: Any


def changes_of(stored: Campaign | None, document: Campaign, quantities: Mapping[str, int]) -> list[Change]:
    """All differences but the revision's; of a new document, its lists' items and its other fields, each `added`.

    `quantities`: those of the published batches now, which `stored` has too.
    """
    after = document.model_dump(exclude={"revision"})
    if stored is None:
        return list(_of_fields(dict.fromkeys(after), {name: stated for name, stated in after.items() if stated}, ""))
    found = _of_fields(stored.model_dump(exclude={"revision"}), after, "")
    frozen = _frozen_places(stored, quantities)
    return [replace(one, change="frozen") if _is_frozen(one, frozen) else one for one in found]


def changes_of_programme(stored: Programme | None, document: Programme) -> list[Change]:
    """The same of a programme; what past and open dates freeze is told by `programme_dates.py`."""
    before = (stored or Programme()).model_dump(exclude={"revision"})
    return list(_of_fields(before, document.model_dump(exclude={"revision"}), ""))


def _frozen_places(stored: Campaign, quantities: Mapping[str, int]) -> set[str]:
    """The places of which no part can change. A funder's own fields can; it only cannot be dropped."""
    if not quantities:
        return set()
    items = frozen_items(stored, quantities)
    return {*FROZEN_FACTS, *(f"{name}[{item_id}]" for name, ids in items.items() for item_id in ids)}


def _is_frozen(change: Change, places: set[str]) -> bool:
    head = change.place.partition(".")[0]
    return head in places or (bool(places) and change.change == "removed" and head.startswith("funders["))


def _of(before: Any, after: Any, place: str, name: str) -> Iterator[Change]:
    # As Python values: one moment is the same in every time zone.
    if before == after:
        return
    if name in _IDS and _are_items(before) and _are_items(after):
        yield from _of_items(before or [], after or [], place, _IDS[name])
    elif isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        yield from _of_fields(before, after, place)
    else:
        change: ChangeKind = "added" if _is_absent(before) else "removed" if _is_absent(after) else "changed"
        yield Change(place, change, jsonable(before), jsonable(after))


def _of_fields(before: dict[str, Any], after: dict[str, Any], place: str) -> Iterator[Change]:
    for name, stated in after.items():
        yield from _of(before[name], stated, f"{place}.{name}" if place else name, name)


def _of_items(before: list[Any], after: list[Any], place: str, key: str) -> Iterator[Change]:
    old, new = ({item[key]: item for item in items} for items in (before, after))
    for item_id in [*new, *(gone for gone in old if gone not in new)]:
        at = f"{place}[{item_id}]"
        if item_id in old and item_id in new:
            yield from _of_fields(old[item_id], new[item_id], at)
        else:
            yield from _of(old.get(item_id), new.get(item_id), at, "")
    both = [item_id for item_id in old if item_id in new]
    if both != [item_id for item_id in new if item_id in old]:
        yield Change(place, "changed", list(old), list(new))


def _is_absent(value: Any) -> bool:
    return value is None or value == []


def _are_items(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, dict) for item in value))
