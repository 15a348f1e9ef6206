"""我的积分: what a person has of a program, the entries that explain it, and the award that comes next."""

from __future__ import annotations

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch, batch_status
from coupons.model.points_accounts import Account, passed
from coupons.model.points_entries import Entry
from coupons.model.points_pages import PersonsPoints, PointsPage
from coupons.points.programs import Program, awards, program_named, program_now, programs
from coupons.process.services import Services
from coupons.stores.points_keys import entry_order

PAGE = 50


def points_of(services: Services, person: bytes, program_id: str, cursor: str, now_s: int) -> PointsPage:
    """`program_id`: empty for the campaign that is live now. 1 read unit, and 1 each 4 KB of entries.

    Raises NotFound, Damaged (the account cannot be read).
    """
    program = program_named(services, program_id) if program_id else program_now(services, now_s)
    account = services.points.account(program.program_id, person)
    before = cursor.replace("~", "#", 1)
    stored, after = services.points.entries(program.program_id, person, account.version, before, PAGE)
    damaged: list[Damaged] = []
    entries = [*services.damages.sound(stored, damaged), *_passed_within(account, now_s, before, after)]
    points = PersonsPoints(program.rules, account, now_s)
    award = next_award(services, program.campaign_id, points.balance, now_s)
    shown = sorted(entries, key=_order, reverse=True)
    return PointsPage(points, _currency(services, program), award, shown, after.replace("#", "~", 1), len(damaged))


def points_of_all(services: Services, person: bytes, now_s: int) -> tuple[list[PersonsPoints], int]:
    """The person's points of all programs, and how many accounts are damaged. 1 read unit each."""
    found: list[PersonsPoints] = []
    damaged: list[Damaged] = []
    for program in programs(services):
        with services.damages.left_out(damaged):
            account = services.points.account(program.program_id, person)
            found.append(PersonsPoints(program.rules, account, now_s))
    return found, len(damaged)


def next_award(services: Services, campaign_id: str, has: int, now_s: int) -> PublishedBatch | None:
    """The cheapest award that can be claimed now and costs more than `has`; None if there is none."""
    dearer = [batch for batch in awards(services, campaign_id) if batch.document.price_points > has]
    controls = services.cache.controls(batch.batch_id for batch in dearer)
    open_now = [
        batch
        for batch in dearer
        if batch.batch_id in controls and batch_status(batch, controls[batch.batch_id], now_s) == "open"
    ]
    return min(open_now, key=lambda batch: (batch.document.price_points, batch.batch_id), default=None)


def _passed_within(account: Account, now_s: int, before: str, after: str) -> list[Entry]:
    """Lots that have passed and are no stored entries yet, on the page from `before` to `after`."""
    found = passed(account, now_s)
    return [one for one in found if (not before or _order(one) < before) and (not after or _order(one) >= after)]


def _order(entry: Entry) -> str:
    return entry_order(entry.at_s, entry.entry_id)


def _currency(services: Services, program: Program) -> str:
    """Of the campaign, which has a published batch."""
    lines = (line for line in services.cache.published() if line.campaign_id == program.campaign_id)
    return services.cache.listed(next(lines).batch_id).currency
