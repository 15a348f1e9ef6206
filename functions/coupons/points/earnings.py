"""赚取积分: a visit earns points, once, whoever reports it and however often.

    report ──▶ decided once: late, voided, repeat, allotment, or admitted ──▶ one transaction

The decision is stored with the event. What an admitted visit earns is the difference that it makes to all of the
person's visits (`model/points_accounts.py`), so the account's version is in the condition: of two reports of one person
the second is decided again.
"""

from __future__ import annotations

from dataclasses import replace

from coupons.model import points_accounts
from coupons.model.points_accounts import Account
from coupons.model.points_entries import Earning, EntryReason, refused
from coupons.model.points_rules import Month
from coupons.model.visit_reports import Report, ReportedEvent, refusal_before_points
from coupons.points.programs import Partnership, Program
from coupons.process.attempts import tried
from coupons.process.services import Services
from coupons.refusals import OrderConflict
from coupons.stores.parts import Part

BUSY = "These points are changing; try again."


def earn(
    services: Services, by: Partnership, event_id: str, person: bytes, content: bytes, visit: Earning, now_s: int
) -> tuple[Report, bool]:
    """The visit is decided, and if it is admitted the person has its points; True for a repeat of the same report.

    12 write units and 4 read units; 4 write units if it is refused. A repeat reads 1 unit. Raises OrderConflict (the
    number carries another report), Busy.

    Guarded by tests/store/points/test_earnings.py::test_a_killed_earning_is_made_good_by_its_repeat.
    """

    def attempt() -> tuple[Report, bool] | None:
        read = services.points.event(by.partner.partner_id, event_id)
        if read is not None and read.report is not None:
            if read.report.content != content:
                raise OrderConflict(detail=f"Event {event_id!r} already carries another report.")
            return read.report, True
        report = Report(by.program.program_id, person, content, visit, 0, None)
        done = _decided(services, by, event_id, report, read, now_s)
        return None if done is None else (done, False)

    return tried(services, attempt, busy=BUSY)


def account_and_month(services: Services, program: Program, person: bytes, day: str) -> tuple[Account, Month]:
    """The account first: no month that is older than it can then pass its version. 2 read units."""
    account = services.points.account(program.program_id, person)
    return account, services.points.month(program.program_id, person, day)


def _decided(
    services: Services, by: Partnership, event_id: str, report: Report, read: ReportedEvent | None, now_s: int
) -> Report | None:
    """The report as it was stored; None if something that decided it was written since it was read."""
    rules, visit, partner = by.program.rules, report.visit, by.partner
    earned_for = services.points.earned_for(report)
    voided = earned_for if _is_voided(services, partner.partner_id, earned_for) else None
    has_earned = earned_for is not None and voided is None
    reason = refusal_before_points(rules, visit, now_s, is_voided=read is not None, has_earned=has_earned)
    if reason is not None:
        return _refused(services, by, event_id, report, read, reason, now_s)
    allotment = services.points.allotment(partner.partner_id, report.program_id)
    account, month = account_and_month(services, by.program, report.person, visit.day)
    change = points_accounts.earned(rules, account, month, visit, now_s)
    points = change.entry.points
    if not allotment.covers(partner, visit.day, points):
        return _refused(services, by, event_id, report, read, "allotment", now_s)
    report = replace(report, points=points, reason=change.entry.reason)
    idle = allotment.oldest_idle(rules, now_s)
    parts = [
        services.points.reporting(partner.partner_id, event_id, report, read),
        services.points.visiting(report, event_id, voided),
        services.points.counting(report.program_id, partner, visit, points, idle),
        *services.points.change(report.program_id, report.person, account, change, visit.day),
    ]
    return report if services.tries(parts) else None


def _refused(
    services: Services,
    by: Partnership,
    event_id: str,
    report: Report,
    read: ReportedEvent | None,
    reason: EntryReason,
    now_s: int,
) -> Report | None:
    """An entry of 0 points tells the person why."""
    report = replace(report, reason=reason)
    entry = refused(report.visit, reason, now_s)
    parts: list[Part] = [
        services.points.reporting(by.partner.partner_id, event_id, report, read),
        services.points.putting(report.program_id, report.person, entry),
    ]
    return report if services.tries(parts) else None


def _is_voided(services: Services, partner_id: str, event_id: str | None) -> bool:
    """Whether the event for which a visit earned was corrected, which is final: then another report may earn for it."""
    event = services.points.event(partner_id, event_id) if event_id else None
    return event is not None and event.correction is not None
