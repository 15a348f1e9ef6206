"""到场: a check-in earns its person points, and a reversed one takes them back.

The event is named by the id of the slot's booking, which is sealed, of one slot and person, and the same for ever. So
every call names the same event: the door's, its repeat's, and the sweep's for a door that was killed in between.
"""

from __future__ import annotations

from coupons.model.points_entries import Earning
from coupons.model.points_rules import kind_of_visit
from coupons.model.slots import Slot
from coupons.model.visit_reports import CHECK_IN, content_of
from coupons.points.corrections import correct
from coupons.points.earnings import earn
from coupons.points.programs import Partnership, program_of_campaign
from coupons.process.services import Services
from coupons.refusals import Closed

REVERSED = "reversed"


def earn_visit(
    services: Services,
    slot: Slot,
    person: bytes,
    checked_in_at_s: int,
    now_s: int,
    *,
    key_version: int | None = None,
) -> None:
    """The person's use of the slot has earned, once. Nothing is done where it earns nothing: no points in the campaign,
    a merchant that is no partner, a kind that it does not have or that no rule rewards that day.

    `key_version`: of the slot's record, if it is at hand; else it is read. Units as of `earnings.earn`.

    Raises Busy. Guarded by tests/store/points/test_visits.py::test_a_kill_between_check_in_and_earning_is_made_good.
    """
    by = _partnership(services, slot)
    kind = kind_of_visit(slot.of)
    if by is None or kind is None or kind not in by.partner.kinds:
        return
    rules = by.program.rules
    day = rules.day_of(checked_in_at_s)
    raw = rules.raw(kind, 1, day)
    if raw is None:
        return
    event_id = _event_id(services, slot, person, key_version)
    visit = Earning(by.event_name(event_id), kind, day, raw, session_id=slot.slot_id, activity_id=slot.of.facility_id)
    # Of one slot and person there is one check-in: what names the event is all its content.
    earn(services, by, event_id, person, content_of(person, slot.slot_id), visit, now_s)


def void_visit(services: Services, slot: Slot, person: bytes, now_s: int, *, key_version: int | None = None) -> None:
    """What the person's use of the slot has earned is taken back, and it earns nothing later; not after the points of
    its year have ended. Units as of `corrections.correct`. Raises Busy.
    """
    by = _partnership(services, slot)
    if by is None:
        return
    event_id = _event_id(services, slot, person, key_version)
    try:
        correct(services, by.partner.partner_id, event_id, REVERSED, now_s)
    except Closed:
        return


def _partnership(services: Services, slot: Slot) -> Partnership | None:
    program = program_of_campaign(services, slot.campaign_id)
    return program.partnership(slot.of.merchant_id) if program else None


def _event_id(services: Services, slot: Slot, person: bytes, key_version: int | None) -> str:
    version = key_version or services.slots.get(slot).key_version or services.keys.current
    return f"{CHECK_IN}{services.keys.seal_booking(slot.slot_id, person, version)}"
