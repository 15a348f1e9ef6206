"""The board of a season: what live statistics say of it, and what the books say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import count
from coupons.count.reads import season_statistics
from coupons.model.season_statistics import By
from coupons.process.services import Services, replace_services
from infra.playing.entries import LineEntry
from tests.bus import record, shards
from tests.season.document import CAMPAIGN_ID, MERCHANTS
from tests.season.season import Season

KNOWN: tuple[By, ...] = ("batch", "day", "category", "funder")
"""The books do not know in which section, district or channel an order was."""
Rows = dict[str, dict[str, int]]
"""By name, the numbers of each flow that are not 0."""


def counted(season: Season) -> Services:
    """A process that reads them, after all items of the season have come from the streams, each of them twice."""
    world = season.town.world
    services = world.new_services()
    replace_services(services)
    for table, items in world.items().items():
        records = [record(item, table) for item in items] if table != "CatalogTable" else []
        for event in [*shards(records), *shards(records)]:
            count.handler(event, None)
    return services


def on_board(season: Season, services: Services, by: By) -> tuple[Rows, dict[str, int]]:
    """The rows of `/stats`, and its total."""
    found = season_statistics(services, CAMPAIGN_ID, by, None, None, season.town.now_s)
    return {row.name: dict(row.flows) for row in found.rows if row.flows}, dict(found.total)


def in_books(season: Season, by: By) -> Rows:
    rows: dict[str, Counter[str]] = {}
    for dimension, name, flows in _entries(season):
        if dimension == by:
            rows.setdefault(name, Counter()).update(flows)
    found = {name: {flow: number for flow, number in row.items() if number} for name, row in rows.items()}
    return {name: row for name, row in found.items() if row}


def total(rows: Rows) -> dict[str, int]:
    whole = Counter[str]()
    for row in rows.values():
        whole.update(row)
    return dict(whole)


def _entries(season: Season) -> Iterator[tuple[By, str, dict[str, int]]]:
    """What each entry of the books adds to a row."""
    books = season.books
    for (batch_id, _), day in books.bookings.items():
        yield "batch", batch_id, {"bookings": 1}
        yield "day", day, {"bookings": 1}
        yield from (("funder", funder, {"bookings": 1}) for funder in _funders(season, batch_id))
    for (batch_id, day), claims in books.claim_days.items():
        yield "batch", batch_id, {"claims": claims}
        yield "day", day, {"claims": claims}
        yield from (("funder", funder, {"claims": claims}) for funder in _funders(season, batch_id))
    for (merchant_id, day), lines in books.lines.items():
        for line in lines:
            yield "batch", line.batch_id, _flows(line)
            yield "day", day, _flows(line)
            yield "category", MERCHANTS[merchant_id], _flows(line)
            for funder, amount_minor in line.funding.items():
                yield "funder", funder, {f"{line.kind}s": 1, "discount_minor": amount_minor}


def _funders(season: Season, batch_id: str) -> set[str]:
    """Who pays a part of the batch."""
    return {share["funder_id"] for terms in season.books.batches[batch_id].terms for share in terms["funding"]}


def _flows(line: LineEntry) -> dict[str, int]:
    return {
        f"{line.kind}s": 1,
        "discount_minor": line.discount_minor,
        "merchant_match_minor": line.merchant_match_minor,
        "consumption_minor": line.discount_minor + line.merchant_match_minor + line.payable_minor,
    }
