"""A ledger built from nothing: all movements of a campaign, from the items alone."""

from __future__ import annotations

from collections.abc import Iterable

from coupons.model import ledger
from coupons.model.ledger import Account, Movement
from coupons.model.orders import Line
from tests.world import World

PAGE_LINES = 1_000


def movements(world: World, campaign_id: str, merchant_ids: Iterable[str], days: Iterable[str]) -> list[Movement]:
    """All movements of a campaign that has lines under these merchants and days."""
    found = recorded(world, campaign_id)
    for day in days:
        found += filed(world, campaign_id, merchant_ids, day)
    return found


def recorded(world: World, campaign_id: str) -> list[Movement]:
    """The movements of the funders' budgets and of the ledger's records."""
    document = world.services.documents.campaign(campaign_id)
    assert document is not None
    found = [ledger.of_budget(f.funder_id, f.budget_minor, 0) for f in document.document.funders]
    return found + [ledger.of_record(record) for record in world.services.reserves.records(campaign_id)]


def of_line(merchant_id: str, line: Line) -> Movement:
    """The movement of one line: reserved money becomes due to the merchant, or due money reserved."""
    entries: list[tuple[Account, int]] = []
    for part in line.amounts.funding:
        entries.append((("reserved", part.funder_id, line.batch_id), -part.amount_minor))
        entries.append((("due", part.funder_id, merchant_id), part.amount_minor))
    kind = "spend" if line.kind == "redemption" else "reverse"
    return Movement(f"{merchant_id}#{line.order_no}#{line.reversal_no}", kind, line.at_s, tuple(entries))


def filed(world: World, campaign_id: str, merchant_ids: Iterable[str], day: str) -> list[Movement]:
    """The movements of a campaign's lines of a day."""
    found: list[Movement] = []
    for merchant_id in merchant_ids:
        after: tuple[int, str] | None = (0, "")
        while after is not None:
            lines, after = world.services.orders.lines(merchant_id, day, after, PAGE_LINES)
            found += [of_line(merchant_id, line) for line in lines if line.purse.campaign_id == campaign_id]
    return found
