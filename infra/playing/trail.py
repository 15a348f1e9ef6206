"""One person's coupon and one merchant's day, followed from item to item of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coupons.stores import keys
from coupons.stores.attributes import decode
from infra.playing.entries import OrderAt
from infra.playing.season import Season
from infra.virtual.writes import Place

_SHOWN_MAX = 240


def followed(season: Season) -> tuple[str, list[str]]:
    """The person to whom most happened, and the items that their last order moved."""
    names = [name for name, story in season.diary.stories.items() if any(" order " in what for _, what in story)]
    if not names:
        return "", []
    name = max(sorted(names), key=lambda one: len(season.diary.stories[one]))
    return name, list(_items(season, name))


def merchant_day(season: Season) -> OrderAt | None:
    """The merchant and day with most lines."""
    lines = season.books.lines
    return max(sorted(lines), key=lambda one: len(lines[one]), default=None)


def _items(season: Season, name: str) -> Iterator[str]:
    person = keys.person_text(season.stack.keys.person(name))
    words = next(what for _, what in reversed(season.diary.stories[name]) if what.startswith("redeemed "))
    order_no, merchant_id = words.rpartition(" order ")[2], words.split(" at ")[1].split(" ")[0]
    entry = season.books.orders[merchant_id, order_no]
    items = season.stack.store.items
    claims = [p for p in items if p.sk == f"{keys.CLAIM}{person}" and _is_of(season, items[p], entry.batch_id)]
    order = keys.order(merchant_id, order_no)
    days = sorted(day for (of, day), lines in season.books.lines.items() if of == merchant_id and _has(lines, order_no))
    places = [*claims, Place("OrdersTable", order["pk"], order["sk"])]
    for day in days:
        line = keys.line(merchant_id, day, order_no)
        places += [p for p in items if p.pk == line["pk"] and p.sk.partition("#")[0] == order_no]
        sums = keys.merchant_sums(day, merchant_id, *season.books.purse)
        spent = keys.spent(entry.batch_id, day)
        places += [Place("OrdersTable", sums["pk"], sums["sk"]), Place("CatalogTable", spent["pk"], spent["sk"])]
    reserve = keys.reserve(entry.batch_id)
    places.append(Place("CatalogTable", reserve["pk"], reserve["sk"]))
    for funder_id in sorted(entry.funding):
        funder = keys.funder(season.books.purse[0], funder_id)
        places.append(Place("CatalogTable", funder["pk"], funder["sk"]))
    for place in places:
        if place in items:
            yield f"{place.table} {place.pk} {place.sk}: {_short(decode(items[place]))}"


def _is_of(season: Season, item: Any, batch_id: str) -> bool:
    number = keys.number(int(item["n"]["N"]))
    found = season.stack.store.items[Place("CatalogTable", number["pk"], number["sk"])]
    return bool(found["batch_id"]["S"] == batch_id)


def _has(lines: list[Any], order_no: str) -> bool:
    return any(line.order_no == order_no for line in lines)


def _short(item: dict[str, Any]) -> str:
    text = ", ".join(f"{name} {value}" for name, value in item.items() if name not in ("pk", "sk"))
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]} …"
