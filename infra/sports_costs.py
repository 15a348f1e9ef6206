"""What `make costs` plays of the sports platform: what visits earn, packs for points, slots that people miss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from coupons.audit.programs import program_points
from coupons.claim import packs
from coupons.claim.eligibility import Citizen
from coupons.clock import FENCE_S
from coupons.model.campaigns import Campaign
from coupons.model.programmes import Programme
from coupons.model.slots import Slot
from coupons.model.visit_reports import VisitReport
from coupons.operate import campaigns, controls, programme, publication
from coupons.points import reports
from coupons.points.accounts import points_of
from coupons.process.services import Services
from coupons.schedule import no_shows
from coupons.schedule.points_back import give_points_back
from coupons.slots import booking, strikes
from coupons.slots.codes import slot_code
from coupons.slots.days import slot_of
from coupons.till import check_ins, reversals, visits
from coupons.times import DAY_S, day_of, rfc3339
from infra.couponctl.campaign_files import read_campaign
from infra.local.settings import checkout
from infra.set_clock import SetClock

Plays = Iterator[tuple[str, Callable[[], object]]]
CAMPAIGN, PROGRAM, SWIM = "beijing-sports", "beijing-sports-points", "points-swim-pass"
HALL, JD = "east-gate-badminton", "jd-sports"
SLOT = "east-gate-court.2022-08-10.0900"
ENDLESS_S = float("inf")


def plays(services: Services, clock: SetClock) -> Plays:
    """Each operation once, in a warm process; play each before you take the next."""
    slot = _laid_down(services, clock)
    now_s, ann, bob = slot.starts_at_s, services.keys.person("swimmer"), services.keys.person("sleeper")
    yield from _at_the_door(services, ann, now_s)
    yield from _reported(services, ann, now_s)
    yield from _exchanged(services, ann, now_s)
    clock.now_s = now_s + DAY_S
    for name in ("missed slots of four facilities, 1 strike", "a minute with no day to sweep"):
        yield name, partial(no_shows.sweep, services, CAMPAIGN, int(clock.now_s), ENDLESS_S)
    yield "strike, excused", partial(strikes.excuse, services, SLOT, bob, int(clock.now_s), excused=True)


def _laid_down(services: Services, clock: SetClock) -> Slot:
    """The season is published, two people have booked the slot, and each day before it is swept."""
    file = read_campaign(checkout() / "infra" / "seasons" / f"{CAMPAIGN}.yaml")
    season = Campaign.model_validate(file.document, strict=False)
    clock.now_s = now_s = int(season.starts_at.timestamp())
    campaigns.apply(services, CAMPAIGN, season, now_s)
    programme.apply(services, CAMPAIGN, Programme.model_validate(file.programme, strict=False), now_s)
    for batch in season.batches:
        publication.publish(services, batch.batch_id, now_s)
    slot = slot_of(services, SLOT)
    clock.now_s = slot.starts_at_s
    no_shows.sweep(services, CAMPAIGN, slot.starts_at_s, ENDLESS_S)
    for name in ("swimmer", "sleeper"):
        booking.book(services, SLOT, services.keys.person(name), slot.starts_at_s - DAY_S)
    services.cache.published()
    return slot


def _at_the_door(services: Services, person: bytes, now_s: int) -> Plays:
    """What a check-in earns, and what its reversal takes back."""
    code, slot, _ = slot_code(services, SLOT, person, now_s)
    services.day_marks.mark(HALL, day_of(now_s, slot.timezone), slot.timezone)
    order = check_ins.check_in(services, HALL, SLOT, "visit-1", code, now_s)[0].order
    yield "points of a check-in", partial(visits.earned, services, order, now_s)
    yield "points of a check-in, again", partial(visits.earned, services, order, now_s)
    reverse = partial(reversals.reverse, services, HALL, "visit-1", "r-1", order.amounts.payable_minor)
    yield "check-in that earned, reversed", partial(reverse, now_s)


def _reported(services: Services, person: bytes, now_s: int) -> Plays:
    """By a partner; then the person reads."""

    def visit(session_id: str, days_ago: int) -> Callable[[], object]:
        told = {"activity_id": "street-basketball", "session_id": session_id, "kind": "event", "quantity": 2}
        at = rfc3339(now_s - days_ago * DAY_S, "Asia/Shanghai")
        report = VisitReport.model_validate({**told, "occurred_at": at}, strict=False)
        return partial(reports.report, services, JD, f"e-{session_id}", person, report, now_s)

    yield "visit, reported", visit("a", 0)
    yield "visit, reported again", visit("a", 0)
    yield "visit, reported too late", visit("late", 9)
    yield "visit, corrected", partial(reports.correct, services, JD, "e-a", "not there", now_s)
    yield "visit, corrected before its report", partial(reports.correct, services, JD, "e-b", "not there", now_s)
    for days_ago in range(8):
        visit(f"c{days_ago}", days_ago)()
    services.cache.published()
    yield "points of a person, 13 entries", partial(points_of, services, person, PROGRAM, "", now_s)
    yield "liability of a program", partial(program_points, services, PROGRAM, now_s)


def _exchanged(services: Services, person: bytes, now_s: int) -> Plays:
    """A swim for points, whose batch is voided."""
    services.cache.control(SWIM)
    claim = partial(packs.claim, services, SWIM)
    yield "claim for points", partial(claim, Citizen(person, "beijing"), now_s)
    yield "claim for points, repeated", partial(claim, Citizen(person, "beijing"), now_s)
    poor = Citizen(services.keys.person("sleeper"), "beijing")
    yield "claim for more than one has", partial(claim, poor, now_s)
    batch, control, _ = controls.stop(services, SWIM, now_s, void=True)
    back = partial(give_points_back, services, batch, control, now_s + FENCE_S, ENDLESS_S)
    yield f"one's points back, {batch.buckets} buckets", back
