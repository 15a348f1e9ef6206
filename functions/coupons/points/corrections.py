"""更正: a reported visit is void, and what it earned is taken back; also before it was reported."""

from __future__ import annotations

from coupons.model import points_accounts
from coupons.model.points_rules import year_of
from coupons.model.visit_reports import Correction, Report, ReportedEvent
from coupons.points.earnings import BUSY, account_and_month
from coupons.points.programs import Program, program_named
from coupons.process.attempts import tried
from coupons.process.services import Services
from coupons.refusals import Closed, OrderConflict
from coupons.stores.parts import Part


def correct(services: Services, partner_id: str, event_id: str, text: str, now_s: int) -> tuple[Correction, bool]:
    """The event is void; True for a repeat of the same correction. A report that comes later earns nothing.

    What the person had of it is taken from its own lot, then from the others, and the rest is debt. 8 write units and 3
    read units; 2 and 1 for an event that earned nothing or was not reported yet.

    Raises OrderConflict (corrected with another reason), Closed (its points have ended), NotFound (its program cannot
    be read), Busy, Damaged.
    """

    def attempt() -> tuple[Correction, bool] | None:
        read = services.points.event(partner_id, event_id)
        if read is not None and read.correction is not None:
            if read.correction.text != text:
                raise OrderConflict(detail=f"Event {event_id!r} was already corrected, for another reason.")
            return read.correction, True
        done = _corrected(services, partner_id, event_id, text, read, now_s)
        return None if done is None else (done, False)

    return tried(services, attempt, busy=BUSY)


def _corrected(
    services: Services, partner_id: str, event_id: str, text: str, read: ReportedEvent | None, now_s: int
) -> Correction | None:
    """One attempt; None if the event or the account was written since it was read."""
    report = read.report if read else None
    correction, moves = Correction(text, 0), list[Part]()
    if report is not None:
        program, day = program_named(services, report.program_id), report.visit.day
        _refuse_ended(program, report, now_s)
        if report.is_admitted:
            account, month = account_and_month(services, program, report.person, day)
            change = points_accounts.corrected(program.rules, account, month, report.visit, now_s)
            correction = Correction(text, change.entry.points)
            moves = [*services.points.change(report.program_id, report.person, account, change, day)]
    parts = [services.points.correcting(partner_id, event_id, correction, read), *moves]
    return correction if services.tries(parts) else None


def _refuse_ended(program: Program, report: Report, now_s: int) -> None:
    rules, year = program.rules, year_of(report.visit.day)
    if rules.has_ended(year, now_s):
        detail = "The points of that year have ended: nothing of it is corrected any more."
        raise Closed(closed_at_s=rules.ends_at_s(year), timezone=rules.timezone, detail=detail)
