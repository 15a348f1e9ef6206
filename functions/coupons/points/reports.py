"""Reports of partners: what a report names is the partner's own, and becomes a visit that may earn."""

from __future__ import annotations

from coupons.model.activities import Activity
from coupons.model.facilities import Facility
from coupons.model.points_entries import Earning
from coupons.model.points_rules import AHEAD_S, VENUE_BOOKING
from coupons.model.slots import Bookable, SlotName
from coupons.model.visit_reports import Correction, Report, VisitReport, content_of
from coupons.points import corrections
from coupons.points.earnings import earn
from coupons.points.programs import Partnership, Program, partnerships
from coupons.process.services import Services
from coupons.refusals import Forbidden, Malformed, NotFound
from coupons.times import epoch_s, wall_clock


def report(
    services: Services, merchant_id: str, event_id: str, person: bytes, told: VisitReport, now_s: int
) -> tuple[Report, bool]:
    """The visit is decided and stored; True for a repeat. Units as of `earnings.earn`.

    Raises Forbidden (the merchant is no partner), NotFound (not its activity or kind, or nothing is earned that day),
    Malformed (a visit to come), OrderConflict, Busy.
    """
    mine = _partnerships(services, merchant_id)
    at_s = int(told.occurred_at.timestamp())
    if at_s > now_s + AHEAD_S:
        message = f"is more than {AHEAD_S // 60} minutes ahead of now"
        raise Malformed(errors=[{"place": "body.occurred_at", "message": message}], detail="This visit is to come.")
    content = content_of(person, told.activity_id, told.session_id, told.kind, told.quantity, at_s)
    known = services.points.event(merchant_id, event_id)
    if known is not None and known.report is not None and known.report.content == content:
        return known.report, True  # whatever its activity and its rules have become
    by = _of_activity(mine, told)
    rules = by.program.rules
    day = rules.day_of(at_s)
    raw = rules.raw(told.kind, told.quantity, day)
    if raw is None:
        raise NotFound(detail=f"A visit of kind {told.kind!r} earns nothing on {day}.")
    visit = Earning(by.event_name(event_id), told.kind, day, raw, _session(by, told), told.activity_id)
    return earn(services, by, event_id, person, content, visit, now_s)


def correct(services: Services, merchant_id: str, event_id: str, reason: str, now_s: int) -> tuple[Correction, bool]:
    """The event is void; True for a repeat. Units as of `corrections.correct`.

    Raises Forbidden (the merchant is no partner), and as `corrections.correct`.
    """
    _partnerships(services, merchant_id)
    return corrections.correct(services, merchant_id, event_id, reason, now_s)


def _partnerships(services: Services, merchant_id: str) -> list[Partnership]:
    found = partnerships(services, merchant_id)
    if not found:
        raise Forbidden(detail="The token's merchant is no partner of any program.")
    return found


def _of_activity(mine: list[Partnership], told: VisitReport) -> Partnership:
    """The partnership whose activity, or facility, and kind these are. Raises NotFound."""
    for by in mine:
        kinds = _kinds(by, told.activity_id)
        if told.kind in kinds:
            return by
    raise NotFound(detail=f"You report no visits of kind {told.kind!r} of {told.activity_id!r}.")


def _kinds(by: Partnership, activity_id: str) -> list[str]:
    """The kinds of visit that the partner can report of this activity or facility; none if it is another's."""
    if activity_id in by.partner.activity_ids:
        return by.partner.kinds
    found = _bookable(by.program, activity_id)
    if found is not None and isinstance(found.what, Facility) and found.merchant_id == by.partner.partner_id:
        return [kind for kind in by.partner.kinds if kind == VENUE_BOOKING]
    return []


def _session(by: Partnership, told: VisitReport) -> str:
    """The one name that a visit of this activity has: of a session that is booked by slot its slot's.

    So a check-in and a report of the same session are one visit. A session that the programme does not have stays as
    it is told: a partner knows its own.
    """
    found = _bookable(by.program, told.activity_id)
    if found is not None and isinstance(found.what, Activity):
        for session in found.what.sessions:
            if session.session_id == told.session_id:
                return _slot_id(found, epoch_s(session.starts_at))
    return told.session_id


def _slot_id(of: Bookable, starts_at_s: int) -> str:
    shown = wall_clock(starts_at_s, of.timezone)
    return SlotName(of.facility_id, shown.date().isoformat(), f"{shown:%H%M}").slot_id


def _bookable(program: Program, name: str) -> Bookable | None:
    return Bookable.of(program.campaign_id, program.rules.timezone, program.programme, name)
